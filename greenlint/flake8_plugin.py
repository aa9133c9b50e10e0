"""greenlint in flake8: whole-program findings in a linter that goes file by file.

The programs are analysed once, when flake8 has read its options. Forked workers inherit the answer; workers
that start afresh (spawn, forkserver) parse the options again and find the answer in a directory that the
parent shares with them. Comments ``# noqa``, selection and per-file ignores are flake8's own business.

flake8 imports every plugin at each start, so only the standard library is imported at the top.
"""

from __future__ import annotations

import ast
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from greenlint import __version__

if TYPE_CHECKING:
    from argparse import Namespace

    from flake8.options.manager import OptionManager

    from greenlint.hosting import Answer, Question, Told

SHARED = "GREENLINT_FLAKE8_SHARED"
"""Environment variable that tells workers which directory the parent shares with them."""

INTERNAL_ERROR = "GRN900"
MUCH_GARBAGE = 200_000
"""Containers: a program of a hundred thousand lines leaves as many."""
_FAMILY = "GRN"
Row = tuple[int, int, str, type]


class Plugin:
    """A flake8 plugin: made for each file, with the answer for all files in its class."""

    name: ClassVar[str] = "greenlint"
    version: ClassVar[str] = __version__
    _options: ClassVar[Namespace | None] = None
    _paths: ClassVar[tuple[str, ...]] = ()
    _answer: ClassVar[Answer | None] = None

    def __init__(self, tree: ast.AST, filename: str) -> None:
        self._filename = filename

    def run(self) -> Iterator[Row]:
        """Yield line, column (from 0) and text of each finding in the file; never raise."""
        try:
            rows = [self._row(told) for told in self._told()]
        except Exception as error:
            rows = [(1, 0, f"GRN900 {type(error).__name__}: {error}".replace("\n", " "), type(self))]
        yield from rows

    def _told(self) -> tuple[Told, ...]:
        if self._options is not None and tuple(self._options.filenames or ()) != self._paths:
            self._learn(self._options)  # flake8's own API names the files after it has parsed the options
        return self._answer.about(self._filename) if self._answer is not None else ()

    def _row(self, told: Told) -> Row:
        return told.line, told.column - 1, f"{told.code} {told.text}", type(self)

    @classmethod
    def add_options(cls, option_manager: OptionManager) -> None:
        """Add the two options that flake8 can set; all others are in greenlint's own configuration."""
        add = option_manager.add_option
        add(
            "--greenlint-config",
            default="",
            metavar="FILE",
            parse_from_config=True,
            help="configuration of greenlint (default: found upward from the files)",
        )
        add(
            "--greenlint-root",
            default="",
            metavar="DIR",
            parse_from_config=True,
            help="directory of the whole program (default: found upward from the files)",
        )

    @classmethod
    def parse_options(cls, option_manager: OptionManager, options: Namespace, args: list[str]) -> None:
        """Analyse the programs around the files that flake8 will check, or learn what the parent found."""
        cls._options, cls._answer, cls._paths = options, None, tuple(options.filenames or ())
        if not getattr(options, "bug_report", False):
            cls._learn(options)

    @classmethod
    def _learn(cls, options: Namespace) -> None:
        """Set the answer. A TypeError would make flake8 call parse_options again, so nothing is raised."""
        cls._paths = tuple(options.filenames or ())
        try:
            cls._answer = _answer(options)
        except Exception as error:
            print(f"greenlint: checked nothing: {type(error).__name__}: {error}", file=sys.stderr)


def _answer(options: Namespace) -> Answer | None:
    """Return what is told about the files; None when flake8 would show nothing of it."""
    selection = _selection(options)
    if selection is None:
        return None
    question = _question(options, selection.opt_in)
    if not question.files:
        return None
    from greenlint import hosting

    shared = os.environ.get(SHARED, "")
    if hosting.shared_by_parent(shared):
        return hosting.ask(question, shared)
    if len(question.files) > 1 and question.jobs != 1 and not _forks():
        os.environ[SHARED] = shared = hosting.share()
    else:
        shared = ""
    with _leaving_garbage():
        answer = hosting.ask(question, shared)
    if not selection.shows_errors:
        _complain(answer)
    return answer


@contextmanager
def _leaving_garbage() -> Iterator[None]:
    """Collect nothing meanwhile, and leave much garbage to the end of flake8 or to its next run in this process.

    Looking through it takes longer than flake8 does with a file. Workers, which begin as copies of this process, share
    what nobody looks through.
    """
    was_on = gc.isenabled()
    gc.disable()
    gc.unfreeze()
    try:
        yield
    finally:
        if gc.get_count()[0] > MUCH_GARBAGE:
            gc.freeze()
        if was_on:
            gc.enable()


class _Selection(NamedTuple):
    """What flake8 shows of ours: the opt-in rules among it, and whether errors of greenlint are shown."""

    opt_in: tuple[str, ...]
    shows_errors: bool


def _selection(options: Namespace) -> _Selection | None:
    """Return what flake8 would show of ours, None if that is nothing.

    A bare ``GRN`` says that this plugin is wanted at all: it takes ``GRN9`` or ``GRN902`` to opt in. Only words
    that precise make it necessary to load the rules.
    """
    if options.select is not None and not any(_FAMILY.startswith(word[:3]) for word in _selected_words(options)):
        return None
    from flake8.style_guide import Decision, DecisionEngine

    decider = DecisionEngine(options)
    shows_errors = decider.decision_for(INTERNAL_ERROR) is Decision.Selected
    ignored = (*(options.ignore or ()), *(options.extend_ignore or ()))
    if not any(_is_precise(word) for word in (*_selected_words(options), *ignored)):
        return _Selection((), shows_errors) if shows_errors else None
    from greenlint.engine import rules

    precise = tuple(word for word in _selected_words(options) if _is_precise(word))
    wanted = [rule for code, rule in rules().items() if not rule.opt_in or code.startswith(precise)]
    shown = [rule for rule in wanted if decider.decision_for(rule.code) is Decision.Selected]
    return _Selection(tuple(rule.code for rule in shown if rule.opt_in), shows_errors) if shown else None


def _selected_words(options: Namespace) -> list[str]:
    return [*(options.select or ()), *(options.extend_select or ())]


def _is_precise(word: str) -> bool:
    return word.startswith(_FAMILY) and word != _FAMILY


def _question(options: Namespace, opt_in: tuple[str, ...]) -> Question:
    from flake8.discover_files import expand_paths
    from flake8.utils import stdin_get_value

    from greenlint.hosting import Question, encoded

    stdin = options.stdin_display_name
    typed = tuple(stdin if path == "-" else path for path in options.filenames or ["."])
    expanded = expand_paths(
        paths=options.filenames,
        stdin_display_name=stdin,
        filename_patterns=options.filename,
        exclude=(*options.exclude, *options.extend_exclude),
    )
    return Question(
        typed,
        tuple(stdin if file == "-" else file for file in expanded),
        root=_placed(options.greenlint_root),
        config=_placed(options.greenlint_config),
        opt_in=opt_in,
        reads_noqa=True,
        jobs=None if options.jobs.is_auto else max(1, options.jobs.n_jobs),
        overlay={os.path.abspath(stdin): encoded(stdin_get_value())} if "-" in (options.filenames or ()) else {},
    )


def _placed(path: str) -> str:
    """Make a path absolute. One that is not found here is looked for above, where the configuration may be."""
    if not path:
        return ""
    here = os.path.abspath(os.path.expanduser(path))
    directory, parent = os.getcwd(), os.path.dirname(os.getcwd())
    while not os.path.exists(os.path.join(directory, path)) and parent != directory:
        directory, parent = parent, os.path.dirname(parent)
    above = os.path.join(directory, path)
    return os.path.abspath(above) if os.path.exists(above) and not os.path.exists(here) else here


def _complain(answer: Answer) -> None:
    """Say on stderr what flake8 does not show, because its user selected other codes only."""
    for path, all_told in answer.by_file.items():
        for told in all_told:
            if told.code == INTERNAL_ERROR:
                print(f"{os.path.relpath(path)}: {told.code} {told.text}", file=sys.stderr)


def _forks() -> bool:
    import multiprocessing

    chosen = multiprocessing.get_start_method(allow_none=True)
    return (chosen or multiprocessing.get_all_start_methods()[0]) == "fork"
