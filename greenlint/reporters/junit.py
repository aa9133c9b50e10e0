"""JUnit XML: one failed test case per finding, one passed case when there is none."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Report
from greenlint.reporters._document import FindingDocument, NoticeDocument, document_from_cwd
from greenlint.reporters._text import printable


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield the document; findings are failures (skipped if suppressed), notices are errors."""
    whole = document_from_cwd(report, cwd)
    findings, notices = whole["findings"], whole["notices"]
    suppressed = sum(finding["suppressed"] is not None for finding in findings)
    counts = {
        "tests": str(len(findings) + len(notices) or 1),
        "failures": str(len(findings) - suppressed),
        "errors": str(len(notices)),
        "skipped": str(suppressed),
    }
    suites = ET.Element("testsuites", {"name": "greenlint"} | counts)
    suite = ET.SubElement(suites, "testsuite", {"name": "greenlint"} | counts)
    for finding in findings:
        _finding(suite, finding)
    for notice in notices:
        _notice(suite, notice)
    if not (findings or notices):
        ET.SubElement(suite, "testcase", {"name": "no findings", "classname": "greenlint"})
    ET.indent(suites)
    yield '<?xml version="1.0" encoding="utf-8"?>'
    yield ET.tostring(suites, encoding="us-ascii", xml_declaration=False).decode("ascii")


def _finding(suite: ET.Element, finding: FindingDocument) -> None:
    place = f"{finding['path']}:{finding['line']}:{finding['column']}"
    case = _case(suite, f"{finding['code']} {place}", finding["path"], finding["line"])
    if finding["suppressed"] is not None:
        ET.SubElement(case, "skipped", {"message": printable(f"suppressed: {finding['suppressed']}")})
        return
    failure = ET.SubElement(
        case, "failure", {"type": finding["severity"], "message": printable(finding["message"])}
    )
    failure.text = "\n".join(printable(line) for line in _proof(finding, place))


def _notice(suite: ET.Element, notice: NoticeDocument) -> None:
    place = f"{notice['path']}:{notice['line']}"
    case = _case(suite, f"{notice['code']} {place}", notice["path"], notice["line"])
    ET.SubElement(case, "error", {"type": notice["code"], "message": printable(notice["message"])})


def _case(suite: ET.Element, name: str, path: str, line: int) -> ET.Element:
    attributes = {"name": name, "classname": path.removesuffix(".py"), "file": path, "line": str(line)}
    return ET.SubElement(suite, "testcase", {key: printable(value) for key, value in attributes.items()})


def _proof(finding: FindingDocument, place: str) -> Iterator[str]:
    yield f"{place}: {finding['code']} {finding['message']}"
    for number, step in enumerate(finding["witness"], start=1):
        yield f"{number}. {step['path']}:{step['line']}:{step['column']}: {step['message']}"
    if finding["help"]:
        yield f"help: {finding['help']}"
