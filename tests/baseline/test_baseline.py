"""The file of known findings: entries, counts, lines."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from greenlint.baseline import KNOWN, Baseline, Entry, entries_of
from greenlint.model import Confidence, Finding, GreenlintError, Location, Severity

PLACE = Location("app/clients.py", 6, 8, 6, 23)
SHARED = Finding(
    code="GRN101",
    name="shared-client",
    severity=Severity.ERROR,
    confidence=Confidence.CERTAIN,
    location=PLACE,
    title="one httplib2.Http is shared",
    message="httplib2.Http shared",
    identity=("httplib2.Http", "app.HTTP", "worker", "fetch"),
    subject=("httplib2.Http", "app.HTTP"),
    ways=("app.main starts app.work",),
)
BLOCKING = replace(
    SHARED, code="GRN201", name="unpatched-blocking-call", identity=("time.sleep", "app.wait"), subject=(), ways=()
)
RULES = ("GRN101", "GRN201")


def suppressed(baseline: Baseline, *findings: Finding) -> list[str | None]:
    return [finding.suppressed for finding in baseline.compare(findings, RULES).findings]


def stale(baseline: Baseline, *findings: Finding) -> list[str]:
    return [str(entry) for entry in baseline.compare(findings, RULES).stale]


class TestEntries:
    def test_a_finding_is_one_entry_for_each_way(self) -> None:
        finding = replace(SHARED, ways=("a starts b", "c starts d"))
        assert entries_of(finding) == (
            Entry("GRN101", ("httplib2.Http", "app.HTTP"), "a starts b"),
            Entry("GRN101", ("httplib2.Http", "app.HTTP"), "c starts d"),
        )

    def test_a_finding_without_ways_is_known_by_its_identity(self) -> None:
        assert entries_of(BLOCKING) == (Entry("GRN201", ("time.sleep", "app.wait"), ""),)

    def test_lines_severity_and_wording_are_no_part_of_them(self) -> None:
        moved = replace(SHARED, location=Location("b.py", 99, 1, 99, 2), message="other", severity=Severity.WARNING)
        assert suppressed(Baseline.of([SHARED]), moved) == [KNOWN]


class TestCounts:
    def test_as_many_as_were_known_are_held_back_in_order(self) -> None:
        known = Baseline.of([BLOCKING, BLOCKING])
        assert suppressed(known, BLOCKING, BLOCKING, BLOCKING) == [KNOWN, KNOWN, None]

    def test_one_fewer_is_no_stale_entry_as_long_as_one_is_left(self) -> None:
        known = Baseline.of([BLOCKING, BLOCKING])
        assert stale(known, BLOCKING) == ["GRN201 time.sleep app.wait"]
        assert stale(known, BLOCKING, BLOCKING) == []

    def test_a_finding_with_a_new_way_uses_up_its_known_ones(self) -> None:
        wider = replace(SHARED, ways=(*SHARED.ways, "z starts y"))
        compared = Baseline.of([SHARED]).compare([wider], RULES)
        assert compared.findings[0].suppressed is None
        assert compared.findings[0].message == (
            "httplib2.Http shared; the baseline knows the object but not that z starts y"
        )
        assert compared.stale == ()

    def test_a_finding_that_is_new_altogether_stays_as_it_is(self) -> None:
        assert Baseline.of([BLOCKING]).compare([SHARED], RULES).findings == (SHARED,)

    def test_what_is_suppressed_otherwise_is_neither_written_nor_held_back(self) -> None:
        silenced = replace(SHARED, suppressed="noqa")
        assert len(Baseline.of([silenced])) == 0
        assert suppressed(Baseline.of([SHARED]), silenced) == ["noqa"]

    def test_entries_of_rules_that_did_not_run_are_not_stale(self) -> None:
        assert Baseline.of([SHARED, BLOCKING]).compare([], ["GRN201"]).stale == (entries_of(BLOCKING)[0],)


class TestFile:
    def written(self, *findings: Finding) -> str:
        return "".join(f"{line}\n" for line in Baseline.of(findings).lines())

    def read(self, directory: Path, text: str) -> Baseline:
        path = directory / "known.jsonl"
        path.write_text(text, encoding="utf-8")
        return Baseline.read(path)

    def test_is_one_sorted_line_for_each_entry_below_a_heading(self) -> None:
        heading, *lines = self.written(BLOCKING, SHARED, BLOCKING).splitlines()
        assert heading.startswith("# greenlint baseline 1")
        assert lines == [
            '{"rule":"GRN101","in":["httplib2.Http","app.HTTP"],"way":"app.main starts app.work","count":1}',
            '{"rule":"GRN201","in":["time.sleep","app.wait"],"way":"","count":2}',
        ]

    def test_is_the_same_whatever_the_order_of_findings(self) -> None:
        findings = [replace(SHARED, ways=(f"app.main starts app.work{n}",)) for n in range(9)]
        shuffled = random.Random(7).sample(findings, len(findings))
        assert self.written(*findings) == self.written(*shuffled)

    def test_is_read_as_it_was_written(self, tmp_path: Path) -> None:
        odd = replace(SHARED, subject=('é\n"', "#x"))
        text = self.written(SHARED, odd, BLOCKING, BLOCKING)
        assert "".join(f"{line}\n" for line in self.read(tmp_path, text).lines()) == text

    def test_merges_by_lines_and_equal_lines_add_up(self, tmp_path: Path) -> None:
        ours, theirs = self.written(SHARED, BLOCKING), self.written(BLOCKING, BLOCKING)
        merged = self.read(tmp_path, ours + theirs)
        assert suppressed(merged, SHARED, BLOCKING, BLOCKING, BLOCKING) == [KNOWN] * 4

    def test_may_hold_comments_and_empty_lines(self, tmp_path: Path) -> None:
        text = self.written(SHARED) + "\n# the shop's old client\n"
        assert suppressed(self.read(tmp_path, text), SHARED) == [KNOWN]

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            ("<<<<<<< HEAD", "a merge conflict"),
            ("=======", "a merge conflict"),
            (">>>>>>> theirs", "a merge conflict"),
            ("GRN101 app.HTTP", "not an entry of a baseline"),
            ("[]", "not an entry of a baseline"),
            ('{"rule": "GRN101"}', "not an entry of a baseline"),
            ('{"rule": "GRN101", "in": "app.HTTP"}', "not an entry of a baseline"),
            ('{"rule": "GRN101", "in": [], "line": 6}', "not an entry of a baseline"),
            ('{"rule": "GRN101", "in": [], "count": 0}', "not an entry of a baseline"),
            ("[" * 100_000, "not an entry of a baseline"),
        ],
    )
    def test_a_line_that_is_no_entry_is_named_with_what_to_do(self, tmp_path: Path, line: str, complaint: str) -> None:
        with pytest.raises(GreenlintError) as caught:
            self.read(tmp_path, self.written(SHARED) + line + "\n")
        assert str(caught.value) == (
            f"{tmp_path / 'known.jsonl'}:3: {complaint}; correct it, or write the file anew with --write-baseline"
        )

    def test_one_that_is_missing_or_no_text_is_named(self, tmp_path: Path) -> None:
        with pytest.raises(GreenlintError, match=r"no such baseline; `greenlint check --write-baseline` writes it"):
            Baseline.read(tmp_path / "none.jsonl")
        with pytest.raises(GreenlintError, match="the baseline cannot be read"):
            Baseline.read(tmp_path)
        (tmp_path / "bytes").write_bytes(b"\xff\xfe\xff")
        with pytest.raises(GreenlintError, match="the baseline cannot be read"):
            Baseline.read(tmp_path / "bytes")
