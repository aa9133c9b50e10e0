"""Do the imports of a module look as if a tool had put them in order?"""

from __future__ import annotations

import sys

from greenlint.project.program import Module, Program
from greenlint.summary import facts

_LEAST = 4
"""Fewer statements are in order by chance too often (4 of one kind: one in 24)."""


def look_sorted(program: Program, module: Module, until: int) -> bool:
    """Tell whether the import statements above a line are in the order of import sorters.

    That order is: ``__future__``, the standard library, other distributions, the program; in each section by name,
    either all together or ``import x`` before ``from x import y`` (isort with and without force_sort_within_sections).
    """
    body = module.body.body
    sites = [site for site in body.imports if site.block == 0 and site.span[0] < until]
    if len(sites) < _LEAST:
        return False
    sections = [_section(program, site) for site in sites]
    if sections != sorted(sections):
        return False
    ways = ([(s, site.names != (), _key(site)) for s, site in zip(sections, sites, strict=True)],
            [(s, False, _key(site)) for s, site in zip(sections, sites, strict=True)])  # fmt: skip
    return any(way == sorted(way) for way in ways)


def _section(program: Program, site: facts.ImportSite) -> int:
    top = site.module.partition(".")[0]
    if top == "__future__":
        return 0
    if not site.level and top in sys.stdlib_module_names:
        return 1
    own = site.level or program.module_for(top) is not None or top in program.packages
    return 3 if own else 2


def _key(site: facts.ImportSite) -> str:
    return ("." * site.level + site.module).lower()
