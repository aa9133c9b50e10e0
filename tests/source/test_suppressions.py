"""Comments that silence findings; flake8 itself is the judge of what a noqa means."""

import argparse
import linecache
from pathlib import Path

import pytest
from flake8.processor import FileProcessor
from flake8.violation import Violation
from hypothesis import given
from hypothesis import strategies as st

from greenlint.source.reading import decode
from greenlint.source.suppressions import Suppressions

CODES = ("GRN101", "GRN1", "grn101", "E501", "GRN301")

FLAKE8_OPTIONS = argparse.Namespace(
    hang_closing=False, indent_size=4, max_line_length=79, max_doc_length=None, verbose=0, disable_noqa=False
)

LINES = (
    "x = 1",
    "x = 1  # noqa",
    "x = 1  #noqa",
    "x = 1  # NOQA",
    "x = 1  # noqa: GRN101",
    "x = 1  # noqa:GRN101,E501",
    "x = 1  # noqa: GRN1",
    "x = 1  # noqa: grn101",
    "x = 1  # noqa : GRN101",
    "x = 1  # noqa:  GRN101",
    "x = 1  # noqa: shared-client",
    "x = 1  # noqa: GRN",
    "x = 1  # noqa: GRN101 because it is one thread",
    "x = 1  # type: ignore # noqa: GRN101 E501",
    "x = '# noqa'",
    'x = """',
    '"""  # noqa: GRN101',
    "# noqa:",
    "GRN101 = 1",
    "x = (1,  # noqa",
    "     2)  # noqa: E501",
    "x = 1 + \\",
    "    2  # noqa: GRN101",
    "if x:  # noqa: E501",
    "    y = 1",
    "  z = 2",
    "# flake8: noqa",
    "x = 1  # flake8: noqa",
    "",
    "\x0c# noqa",
    "é = 'ü'  # noqa: GRN101",
)


def flake8_drops(path: Path, lines: range) -> dict[tuple[int, str], bool]:
    """Ask flake8 which of `CODES` it would drop at each of the lines."""
    linecache.clearcache()
    processor = FileProcessor(str(path), FLAKE8_OPTIONS)
    ignores_file = processor.should_ignore_file()
    return {
        (line, code): ignores_file
        or Violation(code, str(path), line, 1, "", processor.noqa_line_for(line)).is_inline_ignored(False)
        for line in lines
        for code in CODES
    }


def we_drop(text: str, lines: range) -> dict[tuple[int, str], bool]:
    found = Suppressions.of(text)
    return {
        (line, code): found.blanket_noqa(line) or found.reason_for(line, code, "some-rule") == "noqa"
        for line in lines
        for code in CODES
    }


def assert_agrees(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    lines = range(1, data.count(b"\n") + data.count(b"\r") + 2)
    assert we_drop(decode(data), lines) == flake8_drops(path, lines)


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""], ids=["lf", "crlf", "no end"])
def test_flake8_agrees_about_each_spelling(tmp_path: Path, line: str, end: str) -> None:
    assert_agrees(tmp_path / "module.py", f"{line}{end}".encode())


@given(st.lists(st.sampled_from(LINES), max_size=12), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_flake8_agrees_about_any_mixture(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str, has_bom: bool
) -> None:
    text = end.join(lines) + end
    data = text.encode("utf-8-sig" if has_bom else "utf-8")
    assert_agrees(tmp_path_factory.getbasetemp() / "mixture.py", data)


def test_flake8_agrees_about_a_file_in_latin_1(tmp_path: Path) -> None:
    assert_agrees(
        tmp_path / "module.py", "# -*- coding: latin-1 -*-\nx = 'é'  # noqa: GRN101\n".encode("latin-1")
    )


def test_flake8_agrees_about_its_own_tree(tmp_path: Path) -> None:
    """Real code with many noqas: the linter's own sources."""
    import flake8

    for path in sorted(Path(flake8.__file__).parent.glob("*.py")):
        assert_agrees(tmp_path / "module.py", path.read_bytes())


def test_text_that_nobody_normalised_is_read_all_the_same() -> None:
    found = Suppressions.of("\ufeff# flake8: noqa\r\nx = 1\r\n")
    assert found.blanket_noqa(2)
    found = Suppressions.of("x = 1\ry = 1  # noqa: GRN101\r")
    assert [found.reason_for(line, "GRN101", "shared-client") for line in (1, 2)] == [None, "noqa"]


def test_a_file_without_a_marker_is_never_tokenised() -> None:
    assert Suppressions.of("x = (" * 100) == Suppressions("")


class TestIgnore:
    def reason(self, text: str, line: int, code: str = "GRN101") -> str | None:
        return Suppressions.of(text).reason_for(line, code, "shared-client")

    def test_silences_its_own_line_only(self) -> None:
        text = "a = 1  # greenlint: ignore[GRN101] one worker\nb = 2\n"
        assert self.reason(text, 1) == "greenlint: ignore"
        assert self.reason(text, 2) is None

    def test_alone_on_a_line_silences_the_next_line_of_code(self) -> None:
        text = "# greenlint: ignore[GRN101] one worker\n# more words\n\na = 1\nb = 2\n"
        assert self.reason(text, 4) == "greenlint: ignore"
        assert self.reason(text, 5) is None

    @pytest.mark.parametrize("arguments", ["GRN101", "GRN1", "shared-client", "E1, GRN101", "GRN301 GRN101"])
    def test_takes_codes_prefixes_and_names(self, arguments: str) -> None:
        assert self.reason(f"a = 1  # greenlint: ignore[{arguments}]\n", 1) == "greenlint: ignore"

    @pytest.mark.parametrize("arguments", ["GRN102", "shared", "grn101"])
    def test_leaves_other_rules_alone(self, arguments: str) -> None:
        assert self.reason(f"a = 1  # greenlint: ignore[{arguments}]\n", 1) is None

    def test_in_a_string_means_nothing(self) -> None:
        assert self.reason("a = '# greenlint: ignore[GRN101]'\n", 1) is None

    def test_covers_all_lines_of_a_multi_line_string(self) -> None:
        text = 'a = f("""\ntext\n""")  # greenlint: ignore[GRN101]\n'
        assert self.reason(text, 1) == self.reason(text, 3) == "greenlint: ignore"

    def test_holds_before_a_syntax_error(self) -> None:
        assert self.reason("a = 1  # greenlint: ignore[GRN101]\nb = (\n", 1) == "greenlint: ignore"

    def test_for_a_file_holds_everywhere(self) -> None:
        text = "a = 1\nb = 2\n# greenlint: file-ignore[GRN101] generated\n"
        assert self.reason(text, 1) == "greenlint: file-ignore"
        assert self.reason(text, 1, "GRN201") is None


class TestDeclarations:
    def test_shared_safe_stands_at_or_above_the_creation(self) -> None:
        found = Suppressions.of(
            "a = C()  # greenlint: shared-safe\n# greenlint: shared-safe\nb = C()\nc = C()\n"
        )
        assert [line for line in range(1, 5) if found.shared_safe(line)] == [1, 2, 3]

    def test_runs_in_stands_at_the_def(self) -> None:
        found = Suppressions.of("def f():  # greenlint: runs-in=native\n    pass\n\n\ndef g(): pass\n")
        assert (found.runs_in(1), found.runs_in(5)) == ("native", None)

    def test_runs_in_above_decorators_reaches_the_def(self) -> None:
        text = "# greenlint: runs-in=greenthread\n@a(\n    1,\n)\n@b\ndef f():\n    pass\n"
        assert Suppressions.of(text).runs_in(6) == "greenthread"
        assert Suppressions.of(text).runs_in(7) is None

    @pytest.mark.parametrize(
        "comment", ["ingore[GRN101]", "ignore", "ignore[]", "runs-in=thread", "runs-in", ""]
    )
    def test_a_comment_that_means_nothing_is_kept_for_a_message(self, comment: str) -> None:
        found = Suppressions.of(f"a = 1\nb = 1  # greenlint: {comment}\n")
        assert [item.line for item in found.misspelt] == [2]
        assert found.directives == ()
