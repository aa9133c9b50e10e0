"""A report as JSON and back, with the type of every field checked.

The fields are those of the classes in ``greenlint.model``, in order; `_READERS` has one entry for each type that
they are annotated with. The standard library reads it, because loading msgspec would take longer than all else
that a run over an unchanged program does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from functools import partial
from typing import Any

from greenlint.model import Confidence, Finding, Location, Notice, Report, Role, RuleInfo, Severity, Statistics, Step

_NOT_STORED = ("rules", "sources")
_Reader = Callable[[object], object]


class NotAReportError(ValueError):
    """The data is not what `as_text` wrote."""


def as_text(report: Report) -> str:
    """Return the report as one line of JSON; of its rules, the codes."""
    values = [_plain(getattr(report, field.name)) for field in fields(report) if field.name not in _NOT_STORED]
    return json.dumps([sorted(report.rules), *values])


def from_text(text: str) -> Report:
    """Return the report that `as_text` wrote. Raises NotAReportError, also for places outside the program."""
    try:
        codes, *values = json.loads(text)
    except (ValueError, TypeError, RecursionError):
        raise NotAReportError("no JSON list") from None
    names = [field for field in fields(Report) if field.name not in _NOT_STORED]
    if len(values) != len(names):
        raise NotAReportError("another number of fields")
    read = {field.name: _READERS[str(field.type)](value) for field, value in zip(names, values, strict=True)}
    report = Report(**read, rules=_Rules(_texts(codes)))  # type: ignore[arg-type]  # each value was read by its type
    for path in _paths(report):
        if os.path.isabs(path) or os.path.splitdrive(path)[0] or ".." in path.replace("\\", "/").split("/"):
            raise NotAReportError("a place outside the program")
    return report


@dataclass(frozen=True, slots=True)
class _Rules(Mapping[str, RuleInfo]):
    """Rules by code, described when they are asked for."""

    codes: tuple[str, ...]

    def __getitem__(self, code: str) -> RuleInfo:
        if code not in self.codes:
            raise KeyError(code)
        from greenlint.rules import all_rules

        return next(rule.info() for rule in all_rules() if rule.code == code)

    def __iter__(self) -> Iterator[str]:
        return iter(self.codes)

    def __len__(self) -> int:
        return len(self.codes)


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _paths(report: Report) -> Iterator[str]:
    for notice in report.notices:
        yield notice.path
    for finding in report.findings:
        yield finding.location.path
        for step in finding.witness:
            yield step.location.path


def _of(kind: type, value: object) -> object:
    """Check a value of a plain type; a truth value is no number."""
    if type(value) is not kind:
        raise NotAReportError(f"no {kind.__name__}: {value!r:.80}")
    return value


def _count(value: object) -> object:
    if type(value) is not int or not 0 <= value < 1 << 31:
        raise NotAReportError(f"no count: {value!r:.80}")
    return value


def _number(value: object) -> object:
    return _count(value) if type(value) is int else _of(float, value)


def _text_or_none(value: object) -> object:
    return None if value is None else _of(str, value)


def _member(kind: type[Enum], value: object) -> object:
    try:
        return kind(value)
    except ValueError:
        raise NotAReportError(f"no {kind.__name__}: {value!r:.80}") from None


def _all(read: _Reader, value: object) -> tuple[Any, ...]:
    if type(value) is not list:
        raise NotAReportError(f"no list: {value!r:.80}")
    return tuple([read(item) for item in value])


def _instance(kind: Any, value: object) -> object:
    if type(value) is not list or len(value) != len(fields(kind)):
        raise NotAReportError(f"no {kind.__name__}: {value!r:.80}")
    return kind(*[_READERS[str(field.type)](item) for field, item in zip(fields(kind), value, strict=True)])


_texts = partial(_all, partial(_of, str))
_READERS: Mapping[str, _Reader] = {
    "str": partial(_of, str),
    "int": _count,
    "bool": partial(_of, bool),
    "float": _number,
    "str | None": _text_or_none,
    "tuple[str, ...]": _texts,
    "Severity": partial(_member, Severity),
    "Confidence": partial(_member, Confidence),
    "Role": partial(_member, Role),
    "Location": partial(_instance, Location),
    "Statistics": partial(_instance, Statistics),
    "tuple[Step, ...]": partial(_all, partial(_instance, Step)),
    "tuple[Finding, ...]": partial(_all, partial(_instance, Finding)),
    "tuple[Notice, ...]": partial(_all, partial(_instance, Notice)),
}
