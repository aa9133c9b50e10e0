"""Is what is called green by itself, because it comes from a green module or was imported with one?"""

from __future__ import annotations

from greenlint.project.patching.mentions import written
from greenlint.project.program import Scope, Site
from greenlint.project.terms import External, FunctionType, Member
from greenlint.project.types import Types
from greenlint.summary import facts
from greenlint.summary.facts import Value

_DEEPEST = 3


class GreenNames:
    """Answers for one program."""

    def __init__(self, types: Types) -> None:
        self._types = types

    def called_at(self, site: Site) -> bool:
        """Whether what is called comes from a green module, itself or the object whose method it is."""
        if self._is_spelled_green(site.scope, site.call.callee, 0):
            return True
        owners = [t.owner for t in self._types.callees(site) if isinstance(t, Member)]
        births = (owner.birth for owner in owners)
        return any(self._types.library.knowledge.is_green(owner.path) for owner in owners) or any(
            b is not None and self._is_spelled_green(b.scope, b.call.callee, 0) for b in births
        )

    def _is_spelled_green(self, scope: Scope, value: Value | None, depth: int) -> bool:
        """Whether a value, as the imports spell it, is green; also a module that a function of the program returns."""
        if self._types.library.knowledge.is_green(written(scope, value)):
            return True
        while isinstance(value, facts.Attribute):
            value = value.base
        if depth > _DEEPEST:
            return False
        if isinstance(value, facts.Call):
            return self._is_call_green(Site(scope.module.scopes[value.scope], value.index), depth)
        if not isinstance(value, facts.Name):
            return False
        owner = self._types.home_of(scope, value.id)
        bound = [b.value for b in owner.locals.get(value.id, ()) if isinstance(b.value, facts.Call)]
        return any(self._is_spelled_green(owner, made, depth + 1) for made in bound)

    def _is_call_green(self, site: Site, depth: int) -> bool:
        """Whether a call is one of a green module, or of a function of the program that returns one."""
        if self._is_spelled_green(site.scope, site.call.callee, depth + 1):
            return True
        meant = self._types.callees(site)
        apis = (row for t in meant if isinstance(t, External) for row in self._types.library.patch_apis(t.path))
        if any(row.action == "import-green" for row in apis):
            return True
        made = (t.scope for t in meant if isinstance(t, FunctionType))
        return any(self._is_spelled_green(f, result.value, depth + 1) for f in made for result in f.body.returns)
