"""The forms of a picture: what they draw, and that no text of a program can break out of them."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from greenlint.graph import Sources, form, names, proof_of
from greenlint.model import Explanation, Finding, GreenlintError, Location, Report, Role, Step
from tests.reporters.samples import RULES, SHARED, SOURCES

HOSTILE = '"]; <script>alert(1)</script> & \\" #34; --> end\n\x1b[31m'


@pytest.fixture
def report(tmp_path: Path) -> Report:
    for name, text in SOURCES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Report(str(tmp_path), (SHARED,), rules=RULES)


@pytest.fixture
def drawn(report: Report) -> Callable[..., str]:
    def draw(name: str, *findings: Finding) -> str:
        proofs = [proof_of(Explanation.of(finding)) for finding in findings or (SHARED,)]
        return "\n".join(form(name)(proofs, Sources(report.root, {}))) + "\n"

    return draw


@pytest.fixture
def hostile() -> Finding:
    step = Step(Role.CREATE, Location('a"]/<b>.py', 1, 1, 1, 2), HOSTILE)
    return replace(SHARED, title=HOSTILE, message=HOSTILE, help=HOSTILE, witness=(step,))


def test_there_are_three() -> None:
    assert names() == ("dot", "html", "mermaid")
    with pytest.raises(GreenlintError, match="did you mean 'mermaid'"):
        form("mermaids")


@pytest.mark.parametrize(
    ("name", "box"),
    [
        ("mermaid", 'p1s4["4. LOCK is taken here<br/>app/clients.py:9"]:::guard'),
        ("dot", 'p1s4 [label="4. LOCK is taken here\\napp/clients.py:9", fillcolor="#bbf7d0"];'),
        ("html", 'class="node guard"'),
    ],
)
def test_a_guard_is_a_box_that_looks_like_one(drawn: Callable[..., str], name: str, box: str) -> None:
    guard = Step(Role.GUARD, Location("app/clients.py", 9, 5, 9, 15), "LOCK is taken here")
    assert box in drawn(name, replace(SHARED, witness=(*SHARED.witness[:3], guard, *SHARED.witness[3:])))


class TestMermaid:
    def test_draws_boxes_in_lanes_and_arrows(self, drawn: Callable[..., str]) -> None:
        text = drawn("mermaid")
        assert text.startswith("flowchart TB\n")
        assert 'p1s1["1. made once, when app.clients is imported<br/>app/clients.py:6"]:::object' in text
        assert "p1s2 --> p1s3" in text
        assert "p1s4 -. uses .-> p1s1" in text
        assert text.count("subgraph") == text.count("  end\n")

    def test_draws_several_proofs_apart(self, drawn: Callable[..., str]) -> None:
        text = drawn("mermaid", SHARED, SHARED)
        assert 'subgraph p2["GRN101' in text
        assert "p2s4 -. uses .-> p2s1" in text

    def test_writes_what_is_not_plain_as_entities(self, drawn: Callable[..., str], hostile: Finding) -> None:
        label = re.search(r'p1s1\["(.*?)<br/>', drawn("mermaid", hostile))
        assert label
        assert not set(label[1]) & set('"<>[]&;\\\x1b') - {";"}
        assert label[1].startswith("1. #34;#93;#59; #60;script#62;")


class TestDot:
    def test_draws_boxes_in_clusters_and_arrows(self, drawn: Callable[..., str]) -> None:
        text = drawn("dot")
        assert 'p1s1 [label="1. made once, when app.clients is imported\\napp/clients.py:6", fillcolor=' in text
        assert "p1s2 -> p1s3;" in text
        assert 'p1s4 -> p1s1 [label="uses", style=dashed, constraint=false];' in text
        assert text.count("{") == text.count("}")

    def test_escapes_quotes_and_backslashes(self, drawn: Callable[..., str], hostile: Finding) -> None:
        text = drawn("dot", hostile)
        assert '\\"]; <script>' in text
        assert "\x1b" not in text
        assert re.sub(r'"(?:[^"\\]|\\.)*"', "", text).count('"') == 0

    @pytest.mark.skipif(shutil.which("dot") is None, reason="graphviz is not installed: apt-get install graphviz")
    def test_is_understood_by_graphviz(self, drawn: Callable[..., str], hostile: Finding) -> None:
        done = subprocess.run(["dot", "-Tsvg"], input=drawn("dot", SHARED, hostile), capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")
        assert "used here" in done.stdout


class Elements(HTMLParser):
    """The elements of a page, by name; an element that is closed wrongly is an error."""

    VOID = frozenset({"meta", "rect", "path", "br"})

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


class TestPage:
    def test_links_each_step_of_the_picture_to_its_place_in_the_source(self, drawn: Callable[..., str]) -> None:
        elements = Elements(drawn("html"))
        links = [link["href"] for link in elements.named("a")]
        ids = {attributes["id"] for _, attributes in elements.found if "id" in attributes}
        assert links == ["#p1s1", "#p1s2", "#p1s3", "#p1s4"]
        assert {link.removeprefix("#") for link in links if link} <= ids

    def test_shows_the_lines_around_each_step_with_the_step_marked(self, drawn: Callable[..., str]) -> None:
        page = drawn("html")
        assert "<code>HTTP = <mark>httplib2.Http()</mark></code>" in page
        assert "<h3>app/clients.py</h3>" in page
        assert "1. made once, when app.clients is imported</td>" in page

    def test_needs_nothing_from_outside(self, drawn: Callable[..., str]) -> None:
        elements = Elements(drawn("html"))
        addresses = [
            attributes.get(key) for _, attributes in elements.found for key in ("src", "href") if key in attributes
        ]
        assert all(address and address.startswith("#") for address in addresses)
        (policy,) = [meta["content"] for meta in elements.named("meta") if "http-equiv" in meta]
        assert policy
        assert policy.startswith("default-src 'none'; ")

    def test_no_text_of_a_program_becomes_markup(self, drawn: Callable[..., str], hostile: Finding) -> None:
        elements = Elements(drawn("html", hostile))
        assert len(elements.named("script")) == 1
        assert len(elements.named("b")) == 1
        assert "\x1b" not in drawn("html", hostile)

    def test_says_where_a_source_is_gone(self, drawn: Callable[..., str], report: Report) -> None:
        (Path(report.root) / "app" / "clients.py").unlink()
        assert "(source not available)" in drawn("html")

    def test_marks_the_first_of_steps_that_overlap_and_notes_all(self, drawn: Callable[..., str]) -> None:
        outer = Step(Role.SPAWN, Location("app/clients.py", 6, 1, 6, 23), "outer")
        inner = Step(Role.USE, Location("app/clients.py", 6, 8, 6, 23), "inner")
        page = drawn("html", replace(SHARED, witness=(outer, inner)))
        assert "<code><mark>HTTP = httplib2.Http()</mark></code>" in page
        assert page.count('class="note"') == 2

    def test_marks_to_the_end_of_the_line_what_goes_on_below(self, drawn: Callable[..., str]) -> None:
        step = Step(Role.CREATE, Location("app/clients.py", 6, 8, 9, 2), "made")
        assert "<mark>httplib2.Http()</mark></code>" in drawn("html", replace(SHARED, witness=(step,)))
