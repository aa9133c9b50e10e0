"""Slots: the variable or attribute that holds a client, which is what a finding is about."""

from __future__ import annotations

from greenlint.project.origins import Slot
from greenlint.project.overlap import Reach
from greenlint.project.ownership import Ownership
from greenlint.project.program import Scope, Site
from greenlint.project.types import Types
from greenlint.summary import facts


class Slots:
    """Finds the slot of a reach."""

    def __init__(self, types: Types, ownership: Ownership) -> None:
        self._types = types
        self._ownership = ownership

    def of(self, reach: Reach) -> Slot:
        """Return the slot that the making call fills, else the innermost one that the search met."""
        birth = reach.use.client.birth
        return self._home(birth) or reach.state.slot or ("birth", birth.scope.module.name, str(birth.call.span[0]))

    def _home(self, birth: Site) -> Slot | None:
        """The slot that the call which makes a client fills directly, None for a factory's result."""
        scope = birth.scope
        made = facts.Call(scope.index, birth.index)
        names = {b.name for b in scope.body.bindings if _is_or_holds(b.value, made)}
        stores: list[facts.Store | facts.ItemStore] = [*scope.body.stores, *scope.body.item_stores]
        for store in stores:
            if _is_or_holds(store.value, made) or (isinstance(store.value, facts.Name) and store.value.id in names):
                target = store.base if isinstance(store, facts.ItemStore) else facts.Attribute(store.base, store.name)
                slot = self._slot_of(scope, target)
                if slot is not None:
                    return slot
        returned = any(_is_or_holds(r.value, made) for r in scope.body.returns)
        for name in sorted(names):
            if name in scope.body.global_names or scope.kind == "module":
                return ("global", scope.module.name, name)
            if scope.kind == "class":
                return ("field", scope.module.name, scope.qualname, name)
            if not returned and not self._is_returned(scope, name):
                return ("variable", scope.module.name, self._types.home_of(scope, name).qualname, name)
        return None

    @staticmethod
    def _is_returned(scope: Scope, name: str) -> bool:
        values = [r.value for r in (*scope.body.returns, *scope.body.yields)]
        return any(isinstance(value, facts.Name) and value.id == name for value in values)

    def _slot_of(self, scope: Scope, target: facts.Value | None) -> Slot | None:
        if isinstance(target, facts.Attribute):
            return self._ownership.field_slot(self._types.of(scope, target.base), target.name)
        if isinstance(target, facts.Name) and self._types.binding_scope(scope, target.id) is None:
            home, name = self._ownership.home_of_global(scope.module, target.id)
            return ("global", home.name, name)
        return None


def _is_or_holds(value: facts.Value | None, made: facts.Call) -> bool:
    if value == made:
        return True
    if isinstance(value, facts.Operation):
        return any(_is_or_holds(operand, made) for operand in value.operands)
    return False
