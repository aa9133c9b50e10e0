"""The run over one program: read the sources, link the project, check the rules."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from greenlint.baseline import Baseline, Compared
from greenlint.cachedir import DEFAULT_NAME, RACY_NS, CacheDirectory
from greenlint.engine.merging import order
from greenlint.engine.remarks import written
from greenlint.engine.request import Request
from greenlint.knowledge.decode import from_config
from greenlint.knowledge.knowledge import Knowledge
from greenlint.knowledge.loader import distributed, load
from greenlint.model import INTERNAL_ERROR, Explanation, Finding, GreenlintError, Notice, Report
from greenlint.options import ConfigurationError, Options, load_options, written_at
from greenlint.project import Project, Setting
from greenlint.project.explain import explanations
from greenlint.project.implicit import Declared, Launch
from greenlint.project.program import Module
from greenlint.rules import Rule, all_rules, require_known, select
from greenlint.rules.base import Review
from greenlint.silence import Silence
from greenlint.source.dependencies import dependencies
from greenlint.source.discovery import SourceFile, discover
from greenlint.source.entry_points import plugin_groups
from greenlint.source.footprint import Footprint
from greenlint.source.launchers import Launcher, find_launchers
from greenlint.source.markers import mentions
from greenlint.source.reading import CHANGING, Source, Stamp, read, utf8_lines
from greenlint.source.roles import role_of
from greenlint.source.roots import Program, asked_tests
from greenlint.source.suppressions import Suppressions
from greenlint.summary.cache import SummaryCache
from greenlint.summary.facts import ModuleFacts
from greenlint.summary.summarising import summaries

NOT_PRODUCT = ("test", "example", "docs")
_PLACES = b"runs-in"
_UNSAVED = Stamp(0, 0, 0, 0)


class Run:
    """The run over one program."""

    def __init__(self, program: Program, request: Request) -> None:
        self.program = program
        self.request = request
        self.options = load_options(program.root, **request.settings)
        self._require_known_rules()
        self.rules = select(all_rules(), self.options.select, self.options.ignore, self.options.extend_select)
        self.notices: list[Notice] = []
        self.sources: dict[str, Source] = {}
        self._parsed = 0
        self.recalled = 0
        self.cache: CacheDirectory | None = None
        if request.cache and not self.options.no_cache:
            self.cache = CacheDirectory(str(self.options.cache_dir or program.root / DEFAULT_NAME))
        now_ns = self.cache.now_ns() if self.cache is not None else time.time_ns()
        self.seen = Footprint(str(program.root), now_ns - RACY_NS)

    def report(self) -> Report:
        """Return what the rules find in the whole program, with what suppresses it; `shown` picks from it."""
        project = self.project()
        compared = self._compared(project, Silence(self.options, self.text))
        self.seen.sources = set(self._read_for_facts())
        return Report(
            root=str(self.program.root),
            findings=compared.findings,
            notices=tuple(sorted(self.notices, key=lambda n: (n.path, n.line, n.code, n.message))),
            statistics=replace(project.count(), parsed=self._parsed, cached=self.recalled),
            rules={rule.code: rule.info() for rule in self.rules},
            stale=tuple(map(str, compared.stale)) if self.program.given is None else (),
            output_format=self.options.output_format,
            sources={str(p): d.decode("utf-8", "replace") for p, d in self._overlaid().items()},
        )

    def _read_for_facts(self) -> Iterator[str]:
        """Yield the files of which nothing counts but their facts, and comments as far as these concern findings."""
        failed = {notice.path for notice in self.notices}
        for path, source in self.sources.items():
            if path not in self.seen.noted and path not in failed and _PLACES not in source.data:
                yield path

    def explained(self, path: str, line: int) -> tuple[Explanation, ...]:
        """Return why something is reported at a line, or where the proof stopped."""
        project = self.project()
        compared = self._compared(project, Silence(self.options, self.text))
        for notice in self.notices:
            if notice.code == INTERNAL_ERROR:
                raise GreenlintError(notice.message)
        return tuple(explanations(project, path, line, compared.findings))

    def _compared(self, project: Project, silence: Silence) -> Compared:
        """Ask the rules, and hold what they find against comments and baseline."""
        self._tell("proving")
        found = sorted((finding for rule in self.rules for finding in self._ask(rule, project)), key=order)
        if self.request.entry_point:
            loaded = project.loaded_by(self.request.entry_point)
            found = [finding for finding in found if _paths_of(finding) <= loaded]
        found += self._reviews(silence, found)
        return self._baseline().compare(map(silence.judged, found), {rule.code for rule in self.rules})

    def project(self) -> Project:
        """Read and link the program; one that mentions no library that we know of is left empty."""
        knowledge = self._knowledge()
        files = self._files()
        for file in files:
            self._read(file)
        found = find_launchers(self.program.root, self.options, self.seen)
        launchers = tuple(item for item in found if _is_product(item.path))
        modules: list[Module] = []
        if self._concerns(knowledge, launchers):
            modules = list(self._modules(files))
        folders = {path.partition("/")[0] for path in self.sources if "/" in path}
        setting = Setting(
            hub=self.options.hub,
            launches=tuple(Launch(item.kind, item.target, item.library) for item in launchers),
            declared=tuple(Declared(root.callable, root.multiplicity == "many") for root in self.options.roots),
            patched=_declared_patch(self.options),
            launchers=launchers,
            entry_points=self.options.entry_points,
            placed=self._placed(),
            plugins=plugin_groups(self.program.root),
            dependencies=dependencies(str(self.program.root), self.seen, folders),
        )
        return Project(modules, knowledge, setting, self._lines)

    def _baseline(self) -> Baseline:
        path = self.options.baseline
        if path is not None:
            self.seen.note(os.path.relpath(path, self.program.root).replace(os.sep, "/"))
        return Baseline.read(path) if path is not None and self.request.baseline else Baseline()

    def _placed(self) -> dict[tuple[str, int], str]:
        """Where comments say that functions run."""
        told = [source for source in self.sources.values() if _PLACES in source.data]
        return {(s.path, line): where for s in told for line, where in Suppressions.of(s.text).places.items()}

    def _knowledge(self) -> Knowledge:
        extra = [*distributed()]
        self.seen.complete &= not extra  # they may lie anywhere
        if self.options.knowledge:
            key = next(iter(self.options.knowledge))
            source, line = written_at(key, "", self.program.root, **self.request.settings)
            extra.append(from_config(self.options.knowledge, f"{source}:{line}"))
        return load(extra, Path(self.cache.path) if self.cache is not None else None)

    def _require_known_rules(self) -> None:
        for key, word in self.options.rule_words():
            try:
                require_known(word, all_rules())
            except GreenlintError as error:
                source, line = written_at(key, word, self.program.root, **self.request.settings)
                raise ConfigurationError(str(error), path=source, line=line, key=key) from None

    def _files(self) -> list[SourceFile]:
        """The files of the program; tests count only when they are asked for."""
        program = self.program
        found = list(discover(program.root, self.options, program.given, named=program.named, seen=self.seen))
        self.seen.named = program.given is None and any(file.is_named for file in found)
        asked = asked_tests(program)
        product = [file for file in found if not file.is_test]
        if not product:
            return [replace(file, role="code") for file in found]
        named = [
            replace(file, role="code")
            for file in found
            if file.is_test and any(Path(file.absolute).is_relative_to(path) for path in asked)
        ]
        return sorted([*product, *named], key=lambda file: file.path)

    def _read(self, file: SourceFile) -> None:
        overlaid = self._overlaid().get(file.absolute)
        source = read(file) if overlaid is None else Source(file.path, overlaid, _UNSAVED)
        if isinstance(source, Notice):
            self.seen.note(file.path)
            self.seen.complete &= CHANGING not in source.message
            self.notices.append(source)
            return
        self.seen.note_read(file.path, source.stamp.state, source.data)
        self.sources[file.path] = source

    def _overlaid(self) -> dict[str, bytes]:
        return {os.path.abspath(path): data for path, data in self.request.overlay.items()}

    def _concerns(self, knowledge: Knowledge, launchers: Iterable[Launcher]) -> bool:
        if self.options.hub == "threading":  # no greenthread ever runs
            return False
        if self.options.roots or any(launcher.library for launcher in launchers):
            return True
        markers = knowledge.hub_markers()
        first = next((path for path, source in self.sources.items() if mentions(source.data, markers)), None)
        if first is not None:
            self.seen.noted.add(first)
        return first is not None

    def _tell(self, stage: str, done: int = 0, of: int = 0) -> None:
        if self.request.progress is not None:
            self.request.progress(stage, done, of)

    def _modules(self, files: Sequence[SourceFile]) -> Iterator[Module]:
        readable = [file for file in files if file.path in self.sources]
        found = self._summaries([self.sources[file.path] for file in readable])
        for file in readable:
            summary = found[file.path]
            if isinstance(summary, Notice):
                self.notices.append(summary)
            else:
                yield Module(file.module, file.path, file.is_package, summary, file.role)

    def _summaries(self, sources: Sequence[Source]) -> dict[str, ModuleFacts | Notice]:
        """Return the summaries of earlier runs where they still hold, and make the others."""
        cache = SummaryCache(self.cache, str(self.program.root), self.seen.since_ns) if self.cache is not None else None
        found = cache.recall(sources) if cache is not None else {}
        missing = [source for source in sources if source.path not in found]
        self._parsed, self.recalled = len(missing), len(found)

        def told(done: int) -> None:
            self._tell("reading", done, len(missing))

        made = summaries(missing, told, self._jobs(), self.request.executor)
        found.update(zip([source.path for source in missing], made, strict=True))
        if cache is not None:
            saved = [source for source in sources if source.stamp != _UNSAVED]
            cache.keep(saved, found)
        return found

    def _jobs(self) -> int:
        return self.options.jobs if self.request.jobs is None else self.request.jobs

    def _reviews(self, silence: Silence, found: Sequence[Finding]) -> list[Finding]:
        """What the rules about comments find, unless another rule failed and they cannot know."""
        if any(notice.code == INTERNAL_ERROR for notice in self.notices):
            return []
        read = self.sources.keys() - {notice.path for notice in self.notices}
        comments = written(silence, self.rules, found, read)
        return [finding for rule in self.rules if isinstance(rule, Review) for finding in rule.review(comments)]

    def _ask(self, rule: Rule, project: Project) -> Iterator[Finding]:
        """Ask a rule; its failure is a notice and the run goes on."""
        try:
            yield from list(rule.check(project))
        except GreenlintError:
            raise
        except Exception as error:
            where = _where(error)
            message = f"internal error in {rule.code} ({rule.name}): {type(error).__name__}: {error}{where}"
            self.notices.append(Notice(INTERNAL_ERROR, "", 1, message))

    def _lines(self, path: str) -> Sequence[bytes]:
        source = self.sources.get(path)
        return utf8_lines(source.data) if source is not None else ()

    def text(self, path: str) -> str:
        """Return the source of a file of the program."""
        source = self.sources.get(path)
        return source.text if source is not None else ""


def _paths_of(finding: Finding) -> set[str]:
    return {finding.location.path, *(step.location.path for step in finding.witness)}


def _is_product(path: str) -> bool:
    return role_of(path) not in NOT_PRODUCT


def _declared_patch(options: Options) -> bool | None:
    """What the configured entry points say of patching; None when they leave it open."""
    said = [entry.patched for entry in options.entry_points if entry.patched is not None]
    return all(bool(value) for value in said) if said else None


def _where(error: Exception) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f" (at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""
