"""``python -m greenlint``."""

import sys

from greenlint.cli import main

if __name__ == "__main__":
    sys.exit(main())
