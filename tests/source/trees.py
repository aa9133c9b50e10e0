"""Lay out trees of files for the tests."""

from collections.abc import Mapping
from pathlib import Path

from greenlint.options import Options
from greenlint.source.discovery import SourceFile, discover


def lay(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write `files` below `root`; a path that ends in a slash is an empty directory."""
    for name, content in files.items():
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def found(root: Path, options: Options | None = None) -> list[str]:
    """Return the paths that discovery finds under `root`."""
    return [file.path for file in discover(root, options or Options())]


def file_at(root: Path, path: str) -> SourceFile:
    """Return a source file at `path`, whether it exists or not."""
    return SourceFile(path, str(root / path), "module", False, "code")
