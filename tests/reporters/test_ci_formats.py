"""What CI hosts need beyond the snapshots: escapes, unique fingerprints, their own columns."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import pytest

from greenlint.model import INTERNAL_ERROR, Finding, Notice, Report
from greenlint.reporters import reporter
from tests.reporters.samples import SHARED, UNREADABLE, at

CI_FORMATS = ("azure", "github", "gitlab", "junit", "pylint", "rdjson")


def rendered(name: str, report: Report, cwd: Path | None = None) -> str:
    lines = reporter(name)(report, cwd=cwd or Path(report.root), colour=False, statistics=False)
    return "\n".join(lines)


def with_finding(finding: Finding, root: Path) -> Report:
    return Report(str(root), (finding,))


@pytest.mark.parametrize("name", CI_FORMATS)
def test_paths_are_relative_to_the_working_directory(name: str, sample: Report) -> None:
    text = rendered(name, replace(sample, root="/ci/project"), Path("/ci"))
    assert "project/app/clients.py" in text
    assert "ci/project" not in text


@pytest.mark.parametrize("name", ["azure", "github", "gitlab", "pylint", "rdjson"])
def test_suppressed_findings_are_not_annotated(name: str, tmp_path: Path) -> None:
    assert "GRN101" not in rendered(name, with_finding(replace(SHARED, suppressed="noqa"), tmp_path))


def test_github_escapes_data_and_properties(tmp_path: Path) -> None:
    finding = replace(SHARED, location=at("a:b,c.py", 1, 1, 2), message="100%\nsure: yes, ok\r")
    assert rendered("github", with_finding(finding, tmp_path)) == (
        "::error title=greenlint GRN101 (shared-client),file=a%3Ab%2Cc.py,line=1,col=1,endColumn=2,endLine=1"
        "::a:b,c.py:1:1: GRN101 100%25%0Asure: yes, ok%0D"
    )


def test_github_gets_no_columns_for_a_stretch_over_several_lines(tmp_path: Path) -> None:
    finding = replace(SHARED, location=at("a.py", 1, 5, 2, end_line=3))
    assert "line=1,endLine=3::" in rendered("github", with_finding(finding, tmp_path))


def test_github_shows_an_internal_error_as_an_error(tmp_path: Path) -> None:
    report = Report(str(tmp_path), notices=(Notice(INTERNAL_ERROR, "a.py", 1, "GRN101 failed"), UNREADABLE))
    assert [line.split()[0] for line in rendered("github", report).splitlines()] == ["::error", "::notice"]


def test_azure_escapes_data_and_properties(tmp_path: Path) -> None:
    finding = replace(SHARED, location=at("a;b].py", 1, 1, 2), message="100%\nsure; [yes]")
    assert rendered("azure", with_finding(finding, tmp_path)) == (
        "##vso[task.logissue type=error;sourcepath=a%3Bb%5D.py;linenumber=1;columnnumber=1;code=GRN101;]"
        "100%AZP25%0Asure; [yes]"
    )


def test_gitlab_fingerprints_are_unique(tmp_path: Path) -> None:
    rows = json.loads(rendered("gitlab", Report(str(tmp_path), (SHARED, SHARED), (UNREADABLE, UNREADABLE))))
    fingerprints = [row["fingerprint"] for row in rows]
    assert len(set(fingerprints)) == 4
    assert fingerprints[0] == SHARED.fingerprint


def test_junit_is_xml_whatever_the_texts_hold(tmp_path: Path) -> None:
    path = b"caf\xe9\x01.py".decode("utf-8", "surrogateescape")
    finding = replace(SHARED, location=at(path, 1, 1, 2), message="a < b & \x1b \ufffe é")
    suites = ET.fromstring(rendered("junit", with_finding(finding, tmp_path)))
    failure = suites.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == r"a < b & \x1b \ufffe é"


def test_junit_counts_what_it_lists(sample: Report) -> None:
    report = replace(sample, findings=(*sample.findings, replace(SHARED, suppressed="noqa")))
    suite = ET.fromstring(rendered("junit", report)).find("testsuite")
    assert suite is not None
    counts = {name: int(suite.get(name, "")) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {
        "tests": len(suite.findall("testcase")),
        "failures": len(suite.findall("testcase/failure")),
        "errors": len(suite.findall("testcase/error")),
        "skipped": len(suite.findall("testcase/skipped")),
    }
    assert counts == {"tests": 4, "failures": 2, "errors": 1, "skipped": 1}


def test_rdjson_columns_count_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("'é漢', x\n", encoding="utf-8")
    finding = replace(SHARED, location=at("a.py", 1, 7, 8), witness=())
    diagnostic = json.loads(rendered("rdjson", with_finding(finding, tmp_path)))["diagnostics"][0]
    assert diagnostic["location"]["range"] == {
        "start": {"line": 1, "column": 10},
        "end": {"line": 1, "column": 11},
    }
