"""What a rule says about itself: its page, its description, the identity of its findings."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from greenlint.model import Confidence, Finding, Location, RuleInfo, Severity
from greenlint.rules import Rule, all_rules
from greenlint.rules.base import Review, fingerprint, page

from ..project.linking import project

PAGES = Path(__file__).parents[2] / "docs" / "rules"
HEADINGS = [
    "What it does",
    "Why it is bad",
    "Example",
    "Use instead",
    "How the proof works",
    "Known limits",
    "Options",
    "References",
]


class SharedThing(Rule):
    """One thing is used by several greenthreads.

    Both wait on it.
    """

    code = "GRN199"
    name = "shared-thing"
    severity = Severity.WARNING
    bad = """
        import thing

        THING = thing.Thing()  # GRN199
    """
    good = "import thing\n"
    failure = "RuntimeError: two at once"
    proof = "By looking."
    limits = "Does not look twice."
    options = ("hub",)
    references = ("[thing](https://thing.example)",)

    def check(self, project: object) -> Iterator[Finding]:
        """Find nothing."""
        return iter(())


PAGE = """\
# GRN199 shared-thing

Severity: warning, on by default.

## What it does

One thing is used by several greenthreads.

## Why it is bad

Both wait on it.

At run time:

```text
RuntimeError: two at once
```

## Example

```python
import thing

THING = thing.Thing()  # GRN199
```

## Use instead

```python
import thing
```

## How the proof works

By looking.

## Known limits

Does not look twice.

## Options

- `hub`

## References

- [thing](https://thing.example)
"""

HERE = Location("app.py", 3, 9, 3, 22)


class TestPage:
    def test_comes_from_the_file_of_the_rule(self) -> None:
        assert page(SharedThing) == PAGE

    def test_says_when_a_rule_must_be_selected(self) -> None:
        class Careful(SharedThing):
            """One thing."""

            opt_in = True

        assert "Severity: warning, off unless selected.\n" in page(Careful)
        assert Careful.info().opt_in

    def test_leaves_out_an_error_that_does_not_exist(self) -> None:
        class Quiet(SharedThing):
            """One thing.

            Nothing is said.
            """

            failure = ""

        assert "## Why it is bad\n\nNothing is said.\n\n## Example" in page(Quiet)

    def test_describes_the_rule_to_reporters(self) -> None:
        assert SharedThing.info() == RuleInfo(
            "GRN199",
            "shared-thing",
            Severity.WARNING,
            "One thing is used by several greenthreads.",
            PAGE,
            opt_in=False,
        )


class TestFinding:
    def test_takes_what_is_not_said_from_the_rule(self) -> None:
        finding = SharedThing().finding(HERE, "a title", "a message", identity=("app.THING",))
        assert (finding.code, finding.name, finding.severity) == ("GRN199", "shared-thing", Severity.WARNING)
        assert finding.failure == "RuntimeError: two at once"
        assert finding.confidence is Confidence.CERTAIN
        assert finding.fingerprint == fingerprint("GRN199", ("app.THING",))

    def test_keeps_what_is_said(self) -> None:
        finding = SharedThing().finding(
            HERE, "a title", "a message", identity=("x",), severity=Severity.ERROR, failure="", help="Do not."
        )
        assert (finding.severity, finding.failure, finding.help) == (Severity.ERROR, "", "Do not.")

    def test_keeps_its_fingerprint_when_it_moves(self) -> None:
        elsewhere = Location("app.py", 300, 1, 301, 2)
        first = SharedThing().finding(HERE, "a title", "at 3", identity=("app.THING",))
        moved = SharedThing().finding(elsewhere, "a title", "at 300", identity=("app.THING",))
        assert first.fingerprint == moved.fingerprint

    @pytest.mark.parametrize(
        "other",
        [
            pytest.param(fingerprint("GRN198", ("a", "b")), id="another rule"),
            pytest.param(fingerprint("GRN199", ("a", "c")), id="another name"),
            pytest.param(fingerprint("GRN199", ("ab",)), id="names joined otherwise"),
            pytest.param(fingerprint("GRN199", ("a", "b"), 1), id="another ordinal"),
        ],
    )
    def test_has_a_fingerprint_of_its_own(self, other: str) -> None:
        assert fingerprint("GRN199", ("a", "b")) != other

    def test_has_a_fingerprint_that_no_version_changes(self) -> None:
        assert fingerprint("GRN199", ("a", "b")) == "deed52d535ae113123d8b4c6c2da2297"


def example(text: str) -> dict[str, str]:
    """The files of an example: one, or several that each begin with a comment that names it."""
    _, *parts = re.split(r"^# (\S+\.py)\b.*\n", textwrap.dedent(text), flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2], strict=True)) or {"main.py": textwrap.dedent(text)}


def every_rule() -> list[object]:
    return [pytest.param(rule, id=rule.code) for rule in all_rules()]


class TestEveryRule:
    @pytest.mark.parametrize("rule", every_rule())
    def test_fills_each_section_of_its_page(self, rule: Rule) -> None:
        sections = re.split(r"^## (.*)$", rule.info().page, flags=re.MULTILINE)[1:]
        assert sections[::2] == HEADINGS
        assert all(text.strip() for text in sections[1::2])

    @pytest.mark.parametrize("rule", every_rule())
    def test_marks_the_fault_in_its_bad_example_and_none_in_the_good_one(self, rule: Rule) -> None:
        assert f"# {rule.code}" in rule.bad
        assert "# GRN" not in rule.good

    @pytest.mark.parametrize("rule", every_rule())
    def test_reports_what_its_bad_example_marks_and_nothing_in_the_good_one(self, rule: Rule) -> None:
        if isinstance(rule, Review):
            pytest.skip("comments are reviewed when all other rules have answered: tests/rules/test_reviews.py")
        for text in (rule.bad, rule.good):
            files = example(text)
            found = [(f.location.path, f.location.line) for f in rule.check(project(files))]
            assert sorted(found) == [
                (path, number)
                for path, source in files.items()
                for number, line in enumerate(source.splitlines(), 1)
                if f"# {rule.code}" in line
            ]

    @pytest.mark.parametrize("rule", every_rule())
    def test_is_named_as_the_scheme_asks(self, rule: Rule) -> None:
        assert re.fullmatch(r"GRN\d{3}", rule.code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        module = type(rule).__module__.rpartition(".")[2]
        assert module == rule.name.replace("-", "_")

    @pytest.mark.parametrize("rule", every_rule())
    def test_has_its_page_in_the_documentation_up_to_date(self, rule: Rule) -> None:
        """`python -m greenlint rule --all --output-dir docs/rules` writes the pages."""
        assert (PAGES / f"{rule.code}.md").read_text(encoding="utf-8") == rule.info().page

    def test_has_a_code_and_a_name_of_its_own(self) -> None:
        codes = [rule.code for rule in all_rules()]
        names = [rule.name for rule in all_rules()]
        assert codes == sorted(set(codes))
        assert len(names) == len(set(names))
