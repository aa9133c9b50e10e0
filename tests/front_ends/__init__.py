"""The same findings everywhere: the command, flake8 and pylint over the same programs."""
