"""SARIF 2.1.0, for GitHub code scanning and other viewers.

Source: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (sections are named below).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from greenlint import __version__
from greenlint.model import INTERNAL_ERROR, Report, RuleInfo
from greenlint.reporters._document import (
    FindingDocument,
    NoticeDocument,
    StepDocument,
    document,
)

Json = dict[str, object]

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
SOURCE_ROOT = "%SRCROOT%"
STARTS_A_GREENTHREAD = frozenset({"spawn", "entry", "native"})
"""Roles of the step with which another thread of execution begins."""


def render(report: Report, *, cwd: Path, **_view: object) -> Iterator[str]:
    """Yield the log; paths are relative to the root, which viewers know as %SRCROOT%."""
    whole = document(report, cwd)
    rules = sorted(report.rules.values(), key=lambda rule: rule.code)
    index = {rule.code: number for number, rule in enumerate(rules)}
    run = {
        "tool": {"driver": _driver(rules)},
        "automationDetails": {"id": "greenlint/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {SOURCE_ROOT: {"description": {"text": "The root of the analysed program."}}},
        "invocations": [_invocation(whole["notices"])],
        "results": [_result(finding, index) for finding in whole["findings"]],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _driver(rules: Sequence[RuleInfo]) -> Json:
    return {
        "name": "greenlint",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_rule(rule) for rule in rules],
    }


def _rule(rule: RuleInfo) -> Json:
    """Describe a rule (3.49); ``precision`` and ``problem.severity`` are what GitHub sorts by."""
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.summary},
        "help": {"text": rule.page, "markdown": rule.page},
        "defaultConfiguration": {"level": rule.severity.value, "enabled": not rule.opt_in},
        "properties": {
            "precision": "high",
            "problem.severity": rule.severity.value,
            "tags": ["concurrency", "greenthreads"],
        },
    }


def _invocation(notices: Sequence[NoticeDocument]) -> Json:
    """Say how the run went (3.20); notices are about it and not about the program."""
    return {
        "executionSuccessful": all(notice["code"] != INTERNAL_ERROR for notice in notices),
        "toolExecutionNotifications": [_notification(notice) for notice in notices],
    }


def _notification(notice: NoticeDocument) -> Json:
    place = {"artifactLocation": _artifact(notice["path"]), "region": {"startLine": max(1, notice["line"])}}
    return {
        "descriptor": {"id": notice["code"]},
        "level": "error" if notice["code"] == INTERNAL_ERROR else "warning",
        "message": {"text": notice["message"]},
        "locations": [{"physicalLocation": place}],
    }


def _result(finding: FindingDocument, index: dict[str, int]) -> Json:
    result: Json = {"ruleId": finding["code"]}
    if finding["code"] in index:
        result["ruleIndex"] = index[finding["code"]]
    result |= {
        "level": finding["severity"],
        "message": {"text": _message(finding)},
        "locations": [{"physicalLocation": _physical(finding)}],
        "relatedLocations": [
            {"id": number} | _step(step) for number, step in enumerate(finding["witness"], start=1)
        ],
        "partialFingerprints": {"greenlint/v1": finding["fingerprint"]},
        "suppressions": _suppressions(finding["suppressed"]),
        "properties": {"confidence": finding["confidence"], "assumptions": finding["assumptions"]},
    }
    if finding["witness"]:
        result["codeFlows"] = [{"threadFlows": _thread_flows(finding["witness"])}]
    return result


def _message(finding: FindingDocument) -> str:
    """Link each step to its related location by id (3.11.6)."""
    steps = (
        f"{number}. [{_link_text(step['message'])}]({number})"
        for number, step in enumerate(finding["witness"], start=1)
    )
    return "\n".join((_link_text(finding["message"]), *steps))


def _link_text(text: str) -> str:
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")


def _thread_flows(witness: Sequence[StepDocument]) -> list[Json]:
    """Divide the proof by threads of execution (3.37); the order runs through all of them."""
    flows: list[list[Json]] = []
    for order, step in enumerate(witness, start=1):
        if not flows or step["role"] in STARTS_A_GREENTHREAD:
            flows.append([])
        flows[-1].append({"location": _step(step), "kinds": [step["role"]], "executionOrder": order})
    return [{"id": f"thread {number}", "locations": flow} for number, flow in enumerate(flows, start=1)]


def _step(step: StepDocument) -> Json:
    return {"physicalLocation": _physical(step), "message": {"text": _link_text(step["message"])}}


def _physical(place: FindingDocument | StepDocument) -> Json:
    return {
        "artifactLocation": _artifact(place["path"]),
        "region": {
            "startLine": place["line"],
            "startColumn": place["column"],
            "endLine": place["end_line"],
            "endColumn": place["end_column"],
        },
    }


def _artifact(path: str) -> Json:
    return {"uri": quote(path, errors="surrogateescape"), "uriBaseId": SOURCE_ROOT}


def _suppressions(suppressed: str | None) -> list[Json]:
    if suppressed is None:
        return []
    kind = "external" if suppressed.startswith("baseline") else "inSource"
    return [{"kind": kind, "justification": suppressed}]
