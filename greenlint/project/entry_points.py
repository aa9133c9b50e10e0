"""Ways into the program: what is run, by whom, and what is patched before its first line.

Declared scripts and command lines come from the sources' surroundings; scripts, ``__main__`` blocks and WSGI modules
from the modules themselves. A way that several files tell of (one unit file per distribution) is one entry point.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from greenlint.knowledge.schema import AutoPatcherRow
from greenlint.options import EntryPoint as DeclaredEntry
from greenlint.project.patching.groups import Selection, all_groups
from greenlint.project.program import Module, Program, Scope
from greenlint.project.terms import BoundMethod, ClassType, FunctionType
from greenlint.project.types import Types
from greenlint.source.launchers import Launcher
from greenlint.summary import facts

DECLARED = ("console-script", "gui-script", "wsgi-script")
"""Kinds of the scripts that distributions declare."""

_SERVERS = ("gunicorn", "uwsgi")
_AFTER_LIBRARY = ("celery", "locust", "nameko", "gevent.monkey", "eventlet.patcher", "flask")
_SUBMODULES = {"python": "__main__", "celery": "celery"}
_NAMES_ATTRIBUTES = "celery"
"""The launcher that takes ``package.module.attribute`` for what it starts."""

_PRELOAD = ("--preload", "preload_app")


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """One way to run the program.

    ``module`` is imported, or run as ``__main__`` if ``as_main``; then ``function`` is called. ``before`` is what the
    launcher patches, before the import or, with ``preload``, after it; ``config`` is a module of settings that runs
    first. ``open`` says that the launcher may patch more than the sources tell; ``declared`` is what the configuration
    says of patching. ``path`` and ``line`` tell where the entry point was found.
    """

    name: str
    kind: str
    module: Module
    path: str
    line: int
    function: Scope | None = None
    as_main: bool = False
    before: Selection | None = None
    preload: bool = False
    config: Module | None = None
    open: bool = False
    declared: bool | tuple[str, ...] | None = None

    @property
    def start(self) -> Scope:
        """The function, or else the body of the module, that the program is."""
        return self.function or self.module.body

    @property
    def is_served(self) -> bool:
        """Whether a server loads it, which may have settings of its own."""
        return self.kind in (*_SERVERS, "wsgi")

    @property
    def serves_with(self) -> str:
        """The library in whose greenthreads the launcher, which patches, runs each request or task; empty if none."""
        return self.before.library if self.before is not None and self.kind in (*_SERVERS, "celery") else ""


def main_of(types: Types, entry: EntryPoint) -> Scope | None:
    """Return the main function: the one that is declared, or that a script does nothing but call."""
    if entry.function is not None or not entry.as_main:
        return entry.function
    body = entry.module.body
    if any(scope.kind == "function" for scope in entry.module.scopes):
        return None
    called = (t.scope for call in body.body.calls for t in types.of(body, call.callee) if isinstance(t, FunctionType))
    return next(called, None)


def entry_points(
    types: Types, launchers: Sequence[Launcher], declared: Sequence[DeclaredEntry] = ()
) -> tuple[EntryPoint, ...]:
    """Return the ways into a program, in the order of their names."""
    found = [*_configured(types, declared)]
    told = {entry.start for entry in found}
    found += [e for launcher in launchers for e in _launched(types, launcher) if e.start not in told]
    found += _own(types, {entry.module for entry in found}, launchers)
    unique: dict[tuple[object, ...], EntryPoint] = {}
    for entry in found:
        unique.setdefault((entry.kind, entry.name, entry.start, entry.before, entry.preload), entry)
    return tuple(sorted(unique.values(), key=lambda e: (e.name, e.path, e.line)))


def _configured(types: Types, declared: Sequence[DeclaredEntry]) -> Iterator[EntryPoint]:
    for given in declared:
        module, function = _target(types, given.callable)
        if module is not None:
            line = (function or module.body).facts.span[0]
            yield EntryPoint(given.callable, "configured", module, module.path, line, function, declared=given.patched)


def _launched(types: Types, launcher: Launcher) -> Iterator[EntryPoint]:
    if launcher.kind.startswith("paste."):
        return
    module, function = _target(types, launcher.target, _SUBMODULES.get(launcher.kind, ""))
    module = module or module_started(types.program, launcher.kind, launcher.target)
    if module is None:
        return
    entry = EntryPoint(name_of(launcher), launcher.kind, module, launcher.path, launcher.line)
    if launcher.kind in DECLARED:
        yield replace(entry, function=function)
    elif launcher.kind == "python":
        yield replace(entry, as_main=True)
    elif launcher.kind in _SERVERS:
        yield _served(types, launcher, entry)
    elif launcher.kind in _AFTER_LIBRARY:
        as_main = launcher.kind in ("gevent.monkey", "eventlet.patcher")
        yield replace(entry, as_main=as_main, before=_patched_by(types, launcher))


def _served(types: Types, launcher: Launcher, entry: EntryPoint) -> EntryPoint:
    """A server that patches in its worker: before it loads the application, unless that is preloaded."""
    config = _by_path(types.program, launcher.config.removeprefix("file:") or launcher.path)
    preload = any(word in _PRELOAD for word in launcher.arguments) or _is_set(config, "preload_app")
    unsure = not launcher.library and any("$" in word for word in launcher.arguments)
    before = _patched_by(types, launcher)
    return replace(entry, before=before, config=config, preload=preload, open=unsure or _may_patch(types, launcher))


def _is_set(module: Module | None, name: str) -> bool:
    bound = module.body.locals.get(name, []) if module is not None else []
    return any(isinstance(b.value, facts.Constant) and bool(b.value.value) for b in bound)


def _own(types: Types, known: set[Module], launchers: Sequence[Launcher]) -> Iterator[EntryPoint]:
    """The ways in that modules show themselves."""
    servers = [s for s in launchers if s.kind in _SERVERS and not s.target and s.library]
    for module in types.program.modules.values():
        if module.role != "code" or module in known or module.path.rpartition("/")[2] == "setup.py":
            continue
        line = _main_line(module)
        if line:
            yield EntryPoint(module.path, "script", module, module.path, line, as_main=True)
            continue
        line = _application_line(module)
        if line:
            entry = EntryPoint(module.path, "wsgi", module, module.path, line, open=True)
            yield entry
            for server in servers:
                started = replace(entry, name=f"{server.kind} {module.name}", kind=server.kind, open=False)
                yield _served(types, server, started)


def _main_line(module: Module) -> int:
    """Return where a module shows that it can be a program; 0 if it does not."""
    if module.name.rpartition(".")[2] == "__main__" or not module.path.endswith(".py"):
        return 1
    for block in module.body.body.blocks:
        if block.kind == "if" and _is_main_test(block.value):
            return block.line
    return 0


def is_script(module: Module) -> bool:
    """Tell whether a module of the product can be run: a script, ``__main__``, or code under the ``__name__`` test."""
    return module.role == "code" and _main_line(module) > 0


def _is_main_test(test: facts.Value | None) -> bool:
    if not isinstance(test, facts.Operation) or test.operator != "==":
        return False
    return {facts.Name("__name__"), facts.Constant("__main__")} <= set(test.operands)


def _application_line(module: Module) -> int:
    """Return where a module makes the ``application`` that WSGI servers look for; 0 if it does not."""
    for binding in module.body.locals.get("application", ()):
        if isinstance(binding.value, facts.Call | facts.Function):
            return binding.line
    return 0


def name_of(launcher: Launcher) -> str:
    """Return the name by which a script or command line is told."""
    if launcher.kind in DECLARED:
        module = re.escape(launcher.target.partition(":")[0])
        found = re.search(rf"""([^\s"'=\[{{,]+)["']?\s*=\s*["']?{module}\b""", launcher.text)
        return found[1] if found else launcher.target
    return f"{launcher.kind} {launcher.target}"


def _target(types: Types, target: str, submodule: str = "") -> tuple[Module | None, Scope | None]:
    """Return the module and the function that ``module:attribute``, a path, or a package for its submodule names."""
    if target.endswith(".py"):
        return _by_path(types.program, target), None
    dotted, _, attribute = target.partition(":")
    module = types.program.module_for(dotted)
    if module is not None and module.is_package and not attribute and submodule:
        module = types.program.module_for(f"{dotted}.{submodule}") or module
    if module is None or not attribute:
        return module, None
    for t in types.dotted(f"{dotted}.{attribute.partition('(')[0]}"):
        if isinstance(t, FunctionType | BoundMethod):
            return module, t.scope
        if isinstance(t, ClassType):
            made = types.hierarchy.find(t.klass, "__init__")[0]
            return module, made[0] if made else None
    return module, None


def module_started(program: Program, kind: str, target: str) -> Module | None:
    """Return the module that a launcher of a kind starts, or takes what it starts from."""
    dotted = target.partition(":")[0]
    found = program.module_for(dotted)
    return program.module_for(dotted.rpartition(".")[0]) if found is None and kind == _NAMES_ATTRIBUTES else found


def _by_path(program: Program, path: str) -> Module | None:
    return next((module for module in program.modules.values() if module.path == path), None)


def _patched_by(types: Types, launcher: Launcher) -> Selection | None:
    """Return what the launcher patches, by the rows about programs that patch for their users."""
    for row in types.library.knowledge.rows.auto_patcher:
        if row.programs and row.groups and _applies(row, launcher):
            library = launcher.library or row.runtime
            return Selection(library, selected(row, all_groups(types.library.knowledge, library)), frozenset())
    if launcher.kind in ("gevent.monkey", "eventlet.patcher"):
        off = {word.removeprefix("--no-") for word in launcher.arguments if word.startswith("--no-")}
        library = launcher.kind.partition(".")[0]
        return Selection(library, all_groups(types.library.knowledge, library) - off, frozenset())
    return None


def _may_patch(types: Types, launcher: Launcher) -> bool:
    """Whether some releases of the launcher patch, and others do not."""
    rows = types.library.knowledge.rows.auto_patcher
    return any(row.trigger_kind == "command" and not row.groups and _applies(row, launcher) for row in rows)


def _applies(row: AutoPatcherRow, launcher: Launcher) -> bool:
    if launcher.kind not in row.programs or row.runtime not in ("both", launcher.library):
        return False
    if row.subcommands and launcher.arguments and not set(row.subcommands) & set(launcher.arguments):
        return False
    if row.options and not row.values:
        words = (word.partition("=")[0] for word in launcher.arguments)
        keys = {key for key, _ in launcher.settings}
        return bool(set(words) & set(row.options) or keys & set(row.settings))
    return bool(launcher.library)


def selected(row: AutoPatcherRow, everything: frozenset[str]) -> frozenset[str]:
    """Return the groups that ``all``, ``-group`` ... stand for."""
    left_out = {word.removeprefix("-") for word in row.groups if word.startswith("-")}
    return everything - left_out if "all" in row.groups else frozenset()
