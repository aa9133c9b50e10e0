"""Source frames: which lines are quoted, and what stands below them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from rich.cells import cell_len

from greenlint.model import Finding, Location, Report, Role, Step
from greenlint.reporters.full import render
from tests.reporters.samples import SHARED, at, clean

DOCUMENTED = """\
error[GRN101] one httplib2.Http is used by several greenthreads at once (shared-client)
  --> app/clients.py:6:8
   |
 6 | HTTP = httplib2.Http()
   |        ^^^^^^^^^^^^^^^ 1. made once, when app.clients is imported
  ::: app/main.py:22:9
   |
22 |         pool.spawn_n(worker, url)
   |         ------------------------- 2. greenthreads start here, in a loop
  ::: app/main.py:15:12
   |
15 |     return fetch(url)
   |            ---------- 3. worker() calls fetch()
  ::: app/clients.py:10:12
   |
10 |     return HTTP.request(url)
   |            ^^^^^^^^^^^^^^^^^ 4. used here, no lock held
   = at run time: RuntimeError: Second simultaneous read on fileno N detected
   = because: both greenthreads read the connection that httplib2 keeps per host
   = help: make one per greenthread, or check one out of eventlet.pools.Pool   (greenlint rule GRN101)
"""


def lines_of(report: Report, **view: bool) -> list[str]:
    view = {"colour": False, "statistics": False, "quiet": True} | view
    return list(render(report, cwd=Path(report.root), **view))


def finding_at(location: Location, *steps: Step) -> Finding:
    return replace(SHARED, location=location, witness=steps)


def frame_of(tmp_path: Path, source: str, finding: Finding) -> list[str]:
    """Quoted lines and marks of a finding in ``a.py``, without the first lines and the notes."""
    (tmp_path / "a.py").write_text(source, encoding="utf-8", newline="")
    lines = lines_of(Report(str(tmp_path), (finding,)))
    return lines[3 : next(number for number, line in enumerate(lines) if "= at run time" in line)]


def test_is_the_documented_example_to_the_letter(sample: Report) -> None:
    lines = lines_of(replace(sample, findings=(SHARED,), notices=()))
    assert "\n".join(lines) == DOCUMENTED


def test_shows_paths_relative_to_the_working_directory(sample: Report) -> None:
    report = replace(sample, findings=(SHARED,), notices=())
    lines = list(render(report, cwd=Path(sample.root) / "app", colour=False, statistics=False))
    assert lines[1] == "  --> clients.py:6:8"


def test_quotes_the_place_of_a_finding_without_steps(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "import requests\n", finding_at(at("a.py", 1, 1, 16)))
    assert frame == ["1 | import requests", "  | ^^^^^^^^^^^^^^^"]


def test_puts_steps_on_one_line_below_each_other(tmp_path: Path) -> None:
    whole, inner = at("a.py", 1, 1, 16), at("a.py", 1, 7, 15)
    finding = finding_at(inner, Step(Role.SPAWN, whole, "starts"), Step(Role.USE, inner, "used"))
    assert frame_of(tmp_path, "spawn(HTTP.get)\n", finding) == [
        "1 | spawn(HTTP.get)",
        "  | --------------- 1. starts",
        "  |       ^^^^^^^^ 2. used",
    ]


def test_keeps_the_order_of_steps_that_leave_a_line_and_come_back(tmp_path: Path) -> None:
    here, there = at("a.py", 1, 1, 2), at("a.py", 2, 1, 2)
    steps = (Step(Role.CREATE, here, "one"), Step(Role.CALL, there, "two"), Step(Role.USE, here, "three"))
    frame = frame_of(tmp_path, "x\ny\n", finding_at(here, *steps))
    assert [line for line in frame if ". " in line] == ["  | ^ 1. one", "  | - 2. two", "  | ^ 3. three"]


def test_expands_tabs_before_it_places_the_marks(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "\tx\t= call()\n", finding_at(at("a.py", 1, 6, 12)))
    assert frame == ["1 |     x   = call()", "  |           ^^^^^^"]


def test_aligns_marks_by_terminal_cells_below_wide_characters(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "f('漢字', x)\n", finding_at(at("a.py", 1, 9, 10)))
    quoted, marks = frame
    assert cell_len(quoted[: quoted.index("x")]) == cell_len(marks[: marks.index("^")])


def test_underlines_wide_characters_over_their_whole_width(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "漢字 = 1\n", finding_at(at("a.py", 1, 1, 3)))
    assert frame[1] == "  | ^^^^"


def test_counts_an_accent_that_combines_as_no_cell(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "e\u0301 = f()\n", finding_at(at("a.py", 1, 6, 9)))
    assert frame[1] == "  |     ^^^"


@pytest.mark.parametrize("column", [1, 60, 150, 290])
def test_cuts_a_long_line_around_the_mark(tmp_path: Path, column: int) -> None:
    source = "".join(f"{number:03d}," for number in range(75))
    frame = frame_of(tmp_path, source + "\n", finding_at(at("a.py", 1, column, column + 3)))
    quoted, marks = frame
    start = marks.index("^^^")
    assert quoted[start : start + 3] == source[column - 1 : column + 2]
    assert len(quoted) <= len("1 | ") + 3 + 100 + 3


def test_underlines_a_stretch_over_several_lines_to_the_end_of_its_first(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "x = f(\n    1,\n)\n", finding_at(at("a.py", 1, 5, 2, end_line=3)))
    assert frame == ["1 | x = f(", "  |     ^^"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_finds_lines_as_python_does(tmp_path: Path, line_end: str) -> None:
    source = line_end.join(["a = '\u2028'", "b\f= 1", "c = 2", ""])
    assert frame_of(tmp_path, source, finding_at(at("a.py", 3, 1, 2)))[0] == "3 | c = 2"


def test_quotes_a_source_in_its_declared_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes("# coding: latin-1\nname = 'é'\n".encode("latin-1"))
    lines = lines_of(Report(str(tmp_path), (finding_at(at("a.py", 2, 1, 5)),)))
    assert lines[3] == "2 | name = 'é'"


def test_quotes_the_text_of_an_unsaved_buffer(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("saved\n")
    report = Report(str(tmp_path), (finding_at(at("a.py", 1, 1, 2)),), sources={"a.py": "edited\n"})
    assert lines_of(report)[3] == "1 | edited"


def test_says_that_a_source_is_gone(tmp_path: Path) -> None:
    place = at("gone.py", 4, 2, 3)
    lines = lines_of(Report(str(tmp_path), (finding_at(place, Step(Role.CREATE, place, "made")),)))
    assert lines[1:5] == [" --> gone.py:4:2", "  |", "4 | (source not available)", "  | 1. made"]


def test_says_that_a_source_has_become_shorter(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "x\n", finding_at(at("a.py", 40, 1, 5)))
    assert "40 | (source not available)" in frame


def test_marks_the_end_of_a_line_that_has_become_shorter(tmp_path: Path) -> None:
    assert frame_of(tmp_path, "x = 1\n", finding_at(at("a.py", 1, 40, 50)))[1] == "  |      ^"


def test_lets_no_source_text_steer_the_terminal(tmp_path: Path) -> None:
    frame = frame_of(tmp_path, "x = '\x1b[2J\u202e'\n", finding_at(at("a.py", 1, 1, 2)))
    assert frame[0] == "1 | x = '\ufffd[2J\ufffd'"


def test_escapes_control_characters_of_paths_and_messages(tmp_path: Path) -> None:
    finding = replace(SHARED, location=at("a\nb.py", 1, 1, 2), witness=(), title="\x1b[31m")
    lines = lines_of(Report(str(tmp_path), (finding,)))
    assert lines[0] == r"error[GRN101] \x1b[31m (shared-client)"
    assert lines[1] == r" --> a\nb.py:1:1"


def test_names_the_assumptions_of_a_likely_finding(sample: Report) -> None:
    assert "  = assumes: app.main is the entry point" in lines_of(sample)


def test_says_by_what_a_finding_is_suppressed(sample: Report) -> None:
    report = replace(sample, findings=(replace(SHARED, suppressed="noqa"),), notices=())
    assert "   = suppressed: noqa" in lines_of(report)
    assert lines_of(report, quiet=False)[-2:] == [
        "Found 1 suppressed finding.",
        "2 findings hidden by blanket noqa (--show-suppressed)",
    ]


def test_is_plain_unless_colour_is_asked_for(sample: Report) -> None:
    plain = "\n".join(lines_of(sample))
    coloured = "\n".join(lines_of(sample, colour=True))
    assert "\x1b" not in plain
    assert "\x1b[1;31merror[GRN101]\x1b[0m" in coloured


def test_statistics_count_by_rule_and_tell_about_the_run(sample: Report) -> None:
    assert lines_of(sample, statistics=True)[-3:] == [
        "1  GRN101  shared-client",
        "1  GRN302  late-monkey-patch",
        "3 files (2 parsed, 1 cached), 3 functions, 6 calls (1 unresolved), 1 root, 0 searches given up, 0.25 s",
    ]


def test_quiet_prints_findings_and_nothing_else(sample: Report, tmp_path: Path) -> None:
    assert not any(line.startswith("Found") for line in lines_of(sample))
    assert lines_of(clean(tmp_path)) == []
