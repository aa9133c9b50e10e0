"""greenlint in pylint: one message per rule, reported in the module where the finding is shown.

Each finding goes through ``visit_module`` with its scope and place, so that comments, scopes, ``-j N`` and
``--from-stdin`` work as for pylint's own messages. The programs are analysed when the first module comes;
workers share a directory, where the first of them leaves the answer for the others.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from astroid import nodes
from pylint.checkers import BaseChecker
from pylint.interfaces import HIGH, INFERENCE, INFERENCE_FAILURE

from greenlint import hosting
from greenlint.engine import rules
from greenlint.hosting import Answer, Question, Told, encoded
from greenlint.model import RuleInfo, Severity

if TYPE_CHECKING:
    from pylint.lint import PyLinter

NAME = "greenlint"
_BASE = "86"
_PACKAGE = f"{os.sep}__init__.py"
_OF_THE_RUN = (
    RuleInfo(
        hosting.INTERNAL[0],
        f"{NAME}-{hosting.INTERNAL[1]}",
        Severity.ERROR,
        "greenlint failed, or one of its rules did; its other findings stand.",
        page="",
    ),
    RuleInfo(
        hosting.UNREADABLE[0],
        f"{NAME}-{hosting.UNREADABLE[1]}",
        Severity.WARNING,
        "greenlint could not read or parse a file and knows nothing of what is in it.",
        page="",
    ),
)
_RULES = (*rules().values(), *_OF_THE_RUN)
_CONFIDENCES = {"certain": HIGH, "likely": INFERENCE, "possible": INFERENCE_FAILURE}

Key = tuple[object, ...]
_ANSWERS: dict[Key, Answer] = {}
"""Answers in this process by what was asked: pylint makes new checkers in its workers."""
_SHARED: list[str] = []
"""In a worker, the directory that it shares with the others."""
_TYPED: list[tuple[str, ...]] = []
"""In a worker, what its parent was told to check."""


def message_id(code: str, severity: Severity) -> str:
    """Return pylint's id of a rule: GRN302, an error, is E8632. It never changes."""
    return f"{severity.value[0].upper()}{_BASE}{code[3]}{code[5]}"


def _messages() -> dict[str, Any]:
    """Describe the messages in the form that pylint wants: template, symbol, description, options."""
    return {message_id(rule.code, rule.severity): _message(rule) for rule in _RULES}


def _message(rule: RuleInfo) -> tuple[Any, ...]:
    description = f"{rule.summary} Its page: greenlint rule {rule.code}." if rule.page else rule.summary
    return ("%s", rule.name, description, {"default_enabled": not rule.opt_in})


_IDS = {rule.code: message_id(rule.code, rule.severity) for rule in _RULES}
_USUAL = {rule.code: rule.severity.value for rule in _RULES}


class GreenlintChecker(BaseChecker):
    """Reports what greenlint finds in whole programs, module by module."""

    name = NAME
    msgs = _messages()
    options = (
        (
            "greenlint-root",
            {
                "default": "",
                "type": "string",
                "metavar": "<directory>",
                "help": "Directory of the whole program (default: found upward from the files).",
            },
        ),
        (
            "greenlint-config",
            {
                "default": "",
                "type": "string",
                "metavar": "<file>",
                "help": "Configuration of greenlint (default: found upward from the files).",
            },
        ),
    )

    def visit_module(self, node: nodes.Module) -> None:
        """Report what is told about the module; a failure of ours is a message as well."""
        try:
            all_told = _answer(self.linter, node).about(node.file or "")
        except Exception as error:
            code, name = hosting.INTERNAL
            all_told = (Told(code, name, 1, 1, 1, 1, f"{type(error).__name__}: {error}"),)
        for told in all_told:
            self._report(node, told)

    def _report(self, module: nodes.Module, told: Told) -> None:
        self.add_message(
            _IDS[told.code],
            node=_scope_at(module, told.line),
            line=told.line,
            args=(told.text if told.severity in ("", _USUAL[told.code]) else f"{told.severity}: {told.text}",),
            confidence=_CONFIDENCES[told.confidence],
            col_offset=told.column - 1,
            end_lineno=told.end_line,
            end_col_offset=told.end_column - 1,
        )

    def __getstate__(self) -> dict[str, Any]:
        """Pylint pickles its checkers for its workers: they get a directory to share, and learn what is checked."""
        wanted = any(self.linter.is_message_enabled(message) for message in self.msgs)
        return {**self.__dict__, "_shared": hosting.share() if wanted else "", "_typed": _typed(self.linter)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Learn in the worker which directory is shared, and what is checked."""
        _SHARED.append(state.pop("_shared"))
        _TYPED.append(state.pop("_typed"))
        self.__dict__.update(state)


def register(linter: PyLinter) -> None:
    """Add the checker; pylint 3.0 calls this again in a worker that has it already."""
    if all(checker.name != NAME for checker in linter.get_checkers()):
        linter.register_checker(GreenlintChecker(linter))


def _answer(linter: PyLinter, module: nodes.Module) -> Answer:
    """Return the answer for all files that pylint checks, from the analysis of this or another process.

    With the text of an unsaved module the question is another one. A module that comes alone is what was typed.
    """
    config = linter.config
    root = _placed(config.greenlint_root)
    unsaved = module.file_bytes
    opt_in = tuple(rule.code for rule in _RULES if rule.opt_in and linter.is_message_enabled(rule.name))
    typed = (_TYPED[-1] if _TYPED else _typed(linter)) or (module.file,)
    key = (typed, unsaved, root, config.greenlint_config, opt_in)
    answer = _ANSWERS.get(key)
    if answer is None:
        paths, files = _expanded(linter, typed)
        question = Question(
            paths,
            files,
            root=root,
            config=_placed(config.greenlint_config),
            opt_in=opt_in,
            jobs=config.jobs or None,
            at_hand=module.file,
            overlay={os.path.abspath(module.file): encoded(unsaved.decode())} if unsaved is not None else {},
        )
        answer = _ANSWERS[key] = hosting.ask(question, *_SHARED[-1:])
    return answer


def _typed(linter: PyLinter) -> tuple[str, ...]:
    """Return the files and modules that pylint was told to check.

    Before 4.1 its configuration does not hold them, nor does it ever where a program calls ``PyLinter.check`` by
    itself; then the argument of the call under way tells.
    """
    told = tuple(getattr(linter.config, "files", ()))
    frame = None if told else sys._getframe()
    while frame is not None:
        if frame.f_code.co_name == "check" and frame.f_locals.get("self") is linter:
            return tuple(frame.f_locals.get("files_or_modules", ()))
        frame = frame.f_back
    return told


def _expanded(linter: PyLinter, typed: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the paths that the user typed, those of modules found, and the files that pylint checks."""
    from pylint.lint.expand_modules import expand_modules

    config = linter.config
    everything = tuple(linter._discover_files(typed)) if config.recursive else typed
    found, _ = expand_modules(
        everything, config.source_roots, config.ignore, config.ignore_patterns, config.ignore_paths
    )
    modules = [about["path"].removesuffix(_PACKAGE) for about in found.values() if about["isarg"]]
    paths = [path for path in typed if os.path.exists(path)]
    return (
        tuple(paths if len(paths) == len(typed) else [*paths, *modules]),
        tuple(about["path"] for about in found.values() if not about.get("isignored")),
    )


def _placed(path: str) -> str:
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def _scope_at(module: nodes.Module, line: int) -> nodes.NodeNG:
    """Return the innermost definition around a line, or the module."""
    around = (
        scope
        for scope in module.nodes_of_class((nodes.FunctionDef, nodes.ClassDef))
        if scope.fromlineno <= line <= scope.end_lineno
    )
    return max(around, key=lambda scope: scope.fromlineno, default=module)
