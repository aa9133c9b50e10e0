"""``greenlint clean``: remove what earlier runs kept.

Only files that greenlint writes are removed, and only from a directory that says to be a cache of greenlint (a
CACHEDIR.TAG, see https://bford.info/cachedir/), so that a ``cache-dir`` that names the wrong place costs nothing.
"""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from greenlint.cachedir import DEFAULT_NAME, TAG, CacheDirectory
from greenlint.cli.console import Console
from greenlint.cli.program import add_program_options, programs_of
from greenlint.model import GreenlintError

if TYPE_CHECKING:
    from greenlint.options import Options

HELP = "remove the cache of a program"


def configure(parser: ArgumentParser) -> None:
    """Add the paths whose programs are meant."""
    parser.add_argument("paths", nargs="*", type=Path, default=[Path()], metavar="PATH", help="(default .)")
    add_program_options(parser)


def run(arguments: Namespace, console: Console) -> int:
    """Remove the cache of each program; one that has none is fine."""
    places = dict.fromkeys(
        cache_of(program.root, options) for program, options in programs_of(arguments, arguments.paths)
    )
    for place in places:
        if place.exists():
            left = _remove(place)
            console.write([f"emptied {place}, but for {', '.join(left)}" if left else f"removed {place}"])
    return 0


def cache_of(root: Path, options: Options) -> Path:
    """Say where the cache of the program at ``root`` is."""
    return options.cache_dir or root / DEFAULT_NAME


def _remove(place: Path) -> list[str]:
    """Remove the cache; return what is left because it is not ours."""
    directory = CacheDirectory(str(place))
    if not directory.is_tagged():
        raise GreenlintError(f"{place} does not look like a cache (it holds no {TAG} of greenlint); remove it yourself")
    try:
        return directory.clean()
    except OSError as error:
        raise GreenlintError(f"cannot remove {place}: {error.strerror}") from None
