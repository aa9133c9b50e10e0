"""One report out of those of several programs."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace

from greenlint.model import Finding, Notice, Report, Statistics


def merged(reports: Sequence[Report]) -> Report:
    """Return one report; with several programs, paths become relative to what encloses all roots."""
    if len(reports) == 1:
        return reports[0]
    if not reports:
        return Report(root=os.getcwd())
    root = os.path.commonpath([report.root for report in reports])
    findings: list[Finding] = []
    notices: list[Notice] = []
    for report in reports:
        prefix = os.path.relpath(report.root, root).replace(os.sep, "/")
        findings += [_moved(finding, prefix) for finding in report.findings]
        notices += [replace(notice, path=_joined(prefix, notice.path)) for notice in report.notices]
    return Report(
        root=root,
        findings=tuple(sorted(findings, key=order)),
        notices=tuple(sorted(notices, key=lambda n: (n.path, n.line, n.code, n.message))),
        statistics=_summed([report.statistics for report in reports]),
        rules={code: info for report in reports for code, info in report.rules.items()},
        hidden=sum(report.hidden for report in reports),
        stale=tuple(entry for report in reports for entry in report.stale),
        output_format=reports[0].output_format,
        sources={path: text for report in reports for path, text in report.sources.items()},
    )


def _moved(finding: Finding, prefix: str) -> Finding:
    witness = tuple(
        replace(step, location=replace(step.location, path=_joined(prefix, step.location.path)))
        for step in finding.witness
    )
    location = replace(finding.location, path=_joined(prefix, finding.location.path))
    return replace(finding, location=location, witness=witness)


def _joined(prefix: str, path: str) -> str:
    return path if prefix == "." or not path else f"{prefix}/{path}"


def _summed(all_: Sequence[Statistics]) -> Statistics:
    names = [name for name in Statistics.__dataclass_fields__ if name != "seconds"]
    return Statistics(**{name: sum(getattr(one, name) for one in all_) for name in names})


def order(finding: Finding) -> tuple[object, ...]:
    """Return what findings are sorted by: place first."""
    place = finding.location
    return (place.path, place.line, place.column, finding.code, finding.message, finding.fingerprint)
