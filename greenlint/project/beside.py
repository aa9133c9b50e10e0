"""Files beside a script: what it imports by a bare name, as ``sys.path`` begins with its folder."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from greenlint.project.program import Module


def file_beside(
    importer: Module, dotted: str, paths: Mapping[str, Module], names: Mapping[str, Module]
) -> Module | None:
    """Return the module that stands under a name beside the module that imports it.

    Within a package (where only Python 2 looks there) it hides no module of the standard library.
    """
    package = importer.name.rpartition(".")[0]
    if dotted.partition(".")[0] in sys.stdlib_module_names and package in names:
        return None
    folder = importer.path.rpartition("/")[0]
    base = f"{folder}/" if folder else ""
    relative = dotted.replace(".", "/")
    return paths.get(f"{base}{relative}.py") or paths.get(f"{base}{relative}/__init__.py")
