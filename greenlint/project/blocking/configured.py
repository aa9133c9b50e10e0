"""Drivers that a framework takes because a setting says so, and calls for each request that asks for data.

No call of the program leads to such a driver: the framework loads the settings by a name in the environment. What is
known is who serves requests in greenthreads, and which setting is one of the program's. Often its value is a URL from
the environment: then the one driver that the program needs tells which it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from greenlint.knowledge.knowledge import Knowledge
from greenlint.knowledge.schema import DriverRow
from greenlint.project.blocking.effects import Effect, effect_of
from greenlint.project.conditions import texts_within
from greenlint.project.patching.state import HUBS
from greenlint.project.program import Module, Scope
from greenlint.source.dependencies import Dependencies
from greenlint.summary import facts
from greenlint.summary.facts import Value

if TYPE_CHECKING:
    from greenlint.project import Component
    from greenlint.project.patching.timeline import Run

EVERY = "every query"
_ANYWAY = ("always", "hook")
_Given = tuple[Scope, str, int, Value | None]
"""The scope, name and line at which a setting has a value."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The line of a module at which a setting chooses a driver, and by what; empty where only the environment tells."""

    module: Module
    line: int
    setting: str
    choice: str


@dataclass(frozen=True, slots=True)
class Configured:
    """A driver that blocks under a library, where it is chosen, and the entry points that serve requests with it."""

    row: DriverRow
    library: str
    effect: Effect
    replacement: str
    chosen: tuple[Chosen, ...]
    runs: tuple[Run, ...]


def configured(components: Sequence[Component], knowledge: Knowledge, declared: Dependencies) -> Iterator[Configured]:
    """Yield the drivers that settings choose and that block the greenthreads of servers, whatever is patched."""
    rows = [row for row in knowledge.rows.driver if _is_needed(row, declared)]
    for library in HUBS if rows else ():
        serving = [(component, run) for component in components for run in _serving(component, library)]
        for row in rows if serving else ():
            runs = tuple(run for c, run in serving if c.timeline.imports.any_imports(run.loads, row.frameworks))
            blocking = knowledge.blocking(row.calls)[0]
            effect = effect_of(blocking, library)
            if effect.kind not in _ANYWAY or not runs or _is_hooked(components, row):
                continue
            choices = tuple(choice for component in components for choice in _chosen(component, row, runs))
            told = tuple(choice for choice in choices if choice.choice)
            if chosen := told or (choices if _is_only_driver(knowledge, row, declared) else ()):
                yield Configured(row, library, effect, blocking.replacement(library), chosen, runs)


def _is_needed(row: DriverRow, declared: Dependencies) -> bool:
    """Whether the program needs the driver, and none that its framework takes before it."""
    return not declared.keys().isdisjoint(row.distributions) and declared.keys().isdisjoint(row.other_distributions)


def _is_only_driver(knowledge: Knowledge, row: DriverRow, declared: Dependencies) -> bool:
    """Whether the program needs no other of the drivers that its framework can take."""
    others = (r for r in knowledge.rows.driver if r.frameworks == row.frameworks and r.calls != row.calls)
    return all(declared.keys().isdisjoint(other.distributions) for other in others)


def _serving(component: Component, library: str) -> Iterator[Run]:
    """The runs whose requests are greenthreads of a library."""
    serving = component.contexts.serving(library)
    return (run for run in component.timeline.runs if run.entry.serves_with == library or run in serving)


def _is_hooked(components: Sequence[Component], row: DriverRow) -> bool:
    """Whether the program imports or calls, wherever it does, what makes the driver green."""
    timelines = [component.timeline for component in components if row.hooks]
    return any(t.modules_calling(row.hooks) or t.imports.any_imports(t.modules, row.hooks) for t in timelines)


def _chosen(component: Component, row: DriverRow, runs: Sequence[Run]) -> Iterator[Chosen]:
    for scope, setting, line, value in (*_of_settings(component, row), *_of_calls(component, row, runs)):
        if not (row.values or row.schemes):
            yield Chosen(scope.module, line, setting, EVERY)
            continue
        texts = list(texts_within(component.types, scope, value))
        choice = next(filter(None, (_choice(row, text) for text in texts)), "")
        if choice or (_is_computed(value) and not any(map(_names_database, texts))):
            yield Chosen(scope.module, line, setting, choice)


def _of_calls(component: Component, row: DriverRow, runs: Sequence[Run]) -> Iterator[_Given]:
    """What is handed to the functions of a row in modules that a server loads."""
    for site in component.timeline.calls_of(row.functions):
        if any(site.scope.module in run.loads for run in runs):
            name, given = facts.last_name(site.call.callee), next(iter(site.call.arguments), None)
            yield site.scope, f"{name}()", site.call.span[0], given


def _of_settings(component: Component, row: DriverRow) -> Iterator[_Given]:
    for module in component.timeline.modules if row.settings else ():
        if module.role == "code":
            yield from _settings(module, row)


def _settings(module: Module, row: DriverRow) -> Iterator[_Given]:
    """What a module, its classes and its functions (by a key) give the settings of a row as values."""
    for scope in (module.body, *(klass.scope for klass in module.classes)):
        for setting in row.settings:
            yield from ((scope, setting, b.line, b.value) for b in scope.locals.get(setting, ()))
    for scope in module.scopes:
        for store in scope.body.item_stores:
            keys = (store.key, store.base.key if isinstance(store.base, facts.Item) else store.base)
            setting = next((name for name in map(_named, keys) if name in row.settings), "")
            if setting:
                yield scope, setting, store.span[0], store.value


def _named(value: Value | None) -> object:
    return value.value if isinstance(value, facts.Constant) else facts.last_name(value)


def _choice(row: DriverRow, text: str) -> str:
    """What of a text chooses the driver; of a URL, which may hold a password, its scheme."""
    scheme, colon, _ = text.partition("://")
    if text in row.values:
        return text
    return f"the {scheme} URL" if colon and scheme in row.schemes else ""


def _is_computed(value: Value | None) -> bool:
    """Whether the source does not tell a value, or not all of it."""
    if isinstance(value, facts.Mapping | facts.Sequence):
        return any(map(_is_computed, value.items))
    return value is not None and not isinstance(value, facts.Constant)


def _names_database(text: str) -> bool:
    """Whether a text may be the path of a module for a database, or a URL of one."""
    return "." in text or "://" in text
