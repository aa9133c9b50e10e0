"""Taking greenlint into use on a program with findings; here the engine is the real one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from greenlint.cli import main
from tests.baseline.programs import CLIENTS, MAIN, SECOND_CLIENT, SECOND_WAY, lay


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program with one finding, as the working directory."""
    monkeypatch.chdir(lay(tmp_path, clients=CLIENTS, main=MAIN))
    return tmp_path


@pytest.fixture
def out(capsys: pytest.CaptureFixture[str]) -> Output:
    return Output(capsys)


class Output:
    """What commands print."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def of(self, *words: str) -> tuple[int, str]:
        """Run a command; return its status and all it printed."""
        status = main(words)
        captured = self._capsys.readouterr()
        return status, captured.out + captured.err


class TestWriteBaseline:
    def test_writes_the_default_file_and_says_how_to_use_it(self, shop: Path, out: Output) -> None:
        assert out.of("check", "--write-baseline") == (
            0,
            "Wrote 1 known finding to greenlint-baseline.jsonl.\n"
            'Set baseline = "greenlint-baseline.jsonl" in the configuration to hold them back from now on.\n',
        )
        (shop / "greenlint.toml").write_text('baseline = "greenlint-baseline.jsonl"\n')
        assert out.of("check") == (
            0,
            "All checks passed!\n1 finding held back by the baseline (--show-suppressed)\n",
        )

    def test_writes_the_file_that_is_configured(self, shop: Path, out: Output) -> None:
        (shop / "greenlint.toml").write_text('baseline = "kept.jsonl"\n')
        assert out.of("check", "--write-baseline") == (0, "Wrote 1 known finding to kept.jsonl.\n")
        assert (shop / "kept.jsonl").exists()

    def test_writes_the_file_that_is_named(self, shop: Path, out: Output) -> None:
        assert out.of("--write-baseline", "--baseline", "a.jsonl") == (0, "Wrote 1 known finding to a.jsonl.\n")
        assert out.of("check", "--baseline", "a.jsonl", "-q") == (0, "")

    def test_writes_the_whole_program_whatever_part_of_it_is_named(self, shop: Path, out: Output) -> None:
        out.of("--write-baseline", "--baseline", "whole.jsonl")
        out.of("main.py", "--write-baseline", "--baseline", "part.jsonl")
        assert (shop / "whole.jsonl").read_text() == (shop / "part.jsonl").read_text()

    def test_writes_equal_bytes_for_an_equal_program(self, shop: Path, out: Output) -> None:
        out.of("--write-baseline")
        before = (shop / "greenlint-baseline.jsonl").read_bytes()
        lay(shop, clients="\n\n" + CLIENTS)
        out.of("--write-baseline")
        assert (shop / "greenlint-baseline.jsonl").read_bytes() == before

    def test_two_branches_that_add_entries_merge(self, shop: Path, out: Output) -> None:
        other_client = CLIENTS + SECOND_CLIENT
        uses_it = MAIN.replace("import fetch", "import fetch, fetch_again").replace(
            "return fetch(url)", "return fetch(url) or fetch_again(url)"
        )
        versions = {"base": (CLIENTS, MAIN), "ours": (other_client, uses_it), "theirs": (CLIENTS, MAIN + SECOND_WAY)}
        for name, (clients, start) in versions.items():
            lay(shop, clients=clients, main=start)
            out.of("--write-baseline", "--baseline", f"{name}.jsonl")
        files = [f"{name}.jsonl" for name in ("ours", "base", "theirs")]
        subprocess.run(["git", "merge-file", "--union", *files], cwd=shop, check=True)
        lay(shop, clients=other_client, main=uses_it + SECOND_WAY)
        assert out.of("check", "--baseline", "ours.jsonl", "-q") == (0, "")

    def test_keeps_entries_of_rules_that_do_not_run(self, shop: Path, out: Output) -> None:
        out.of("--write-baseline", "--baseline", "a.jsonl")
        out.of("--write-baseline", "--baseline", "a.jsonl", "--select", "GRN102")
        assert "GRN101" in (shop / "a.jsonl").read_text()

    def test_drops_stale_entries_and_mends_a_broken_file(self, shop: Path, out: Output) -> None:
        (shop / "a.jsonl").write_text('<<<<<<<\n{"rule": "GRN101", "in": ["gone"]}\n')
        status, text = out.of("check", "--baseline", "a.jsonl")
        assert (status, "a.jsonl:1: a merge conflict" in text) == (2, True)
        assert out.of("--write-baseline", "--baseline", "a.jsonl")[0] == 0
        assert "gone" not in (shop / "a.jsonl").read_text()

    def test_two_programs_have_a_baseline_each(self, tmp_path: Path, out: Output) -> None:
        for name in ("one", "two"):
            (tmp_path / name).mkdir()
            lay(tmp_path / name, clients=CLIENTS, main=MAIN)
        out.of(str(tmp_path / "one"), str(tmp_path / "two"), "--write-baseline")
        assert sorted(path.parent.name for path in tmp_path.rglob("*.jsonl")) == ["one", "two"]

    def test_stale_entries_are_told_and_are_no_fault(self, shop: Path, out: Output) -> None:
        lay(shop, main=MAIN + SECOND_WAY)
        out.of("--write-baseline", "--baseline", "a.jsonl")
        lay(shop, main=MAIN)
        assert out.of("check", "--baseline", "a.jsonl") == (
            0,
            "All checks passed!\n"
            "1 finding held back by the baseline (--show-suppressed)\n"
            "1 entry of the baseline is stale (--write-baseline removes them):\n"
            "  GRN101 httplib2.Http clients.HTTP (main.start_refreshing starts main.refresh)\n",
        )

    def test_a_baseline_that_is_not_there_is_a_mistake(self, shop: Path, out: Output) -> None:
        status, text = out.of("check", "--baseline", "none.jsonl")
        assert status == 2
        assert text == (
            f"greenlint: {shop / 'none.jsonl'}: no such baseline; `greenlint check --write-baseline` writes it\n"
        )

    def test_a_file_that_cannot_be_written_is_a_mistake(self, shop: Path, out: Output) -> None:
        status, text = out.of("--write-baseline", "--baseline", "no/such/place.jsonl")
        assert (status, "cannot write" in text) == (2, True)


class TestAddNoqa:
    def test_suppresses_what_is_found(self, shop: Path, out: Output) -> None:
        assert out.of("check", "--add-noqa") == (0, "Suppressed 1 finding in 1 file.\n")
        assert (shop / "clients.py").read_text() == CLIENTS.replace("Http()", "Http()  # noqa: GRN101")
        assert out.of("check", "-q") == (0, "")

    def test_gives_the_reason(self, shop: Path, out: Output) -> None:
        out.of("check", "--add-noqa=one request at a time")
        assert "# noqa: GRN101 - one request at a time\n" in (shop / "clients.py").read_text()

    def test_a_path_behind_it_is_no_reason(self, shop: Path, out: Output) -> None:
        assert out.of("check", "--add-noqa", "main.py") == (0, "Suppressed 0 findings in 0 files.\n")
        assert (shop / "clients.py").read_text() == CLIENTS

    def test_leaves_known_findings_alone(self, shop: Path, out: Output) -> None:
        out.of("--write-baseline", "--baseline", "a.jsonl")
        assert out.of("check", "--add-noqa", "--baseline", "a.jsonl")[1] == "Suppressed 0 findings in 0 files.\n"

    def test_keeps_encoding_and_line_ends(self, shop: Path, out: Output) -> None:
        source = "# coding: latin-1\r\n# \xe9\r\n" + CLIENTS.replace("\n", "\r\n")
        (shop / "clients.py").write_bytes(source.encode("latin-1"))
        out.of("check", "--add-noqa")
        expected = source.replace("Http()", "Http()  # noqa: GRN101").encode("latin-1")
        assert (shop / "clients.py").read_bytes() == expected

    def test_a_reason_that_the_file_cannot_hold_is_a_mistake(self, shop: Path, out: Output) -> None:
        (shop / "clients.py").write_text("# coding: ascii\n" + CLIENTS)
        status, text = out.of("check", "--add-noqa=\u2713")
        assert status == 2
        assert text.startswith("greenlint: clients.py: no comment can be added: ")

    def test_a_file_that_cannot_be_written_is_a_mistake(
        self, shop: Path, out: Output, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Path, "write_bytes", refuse)
        assert out.of("check", "--add-noqa") == (2, "greenlint: cannot write clients.py: Permission denied\n")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--write-baseline", "--add-noqa"], "two ways to hold findings back; choose one"),
        (["-", "--add-noqa"], "- (stdin) cannot be changed; name the file"),
        (["-", "--write-baseline"], "- (stdin) cannot be changed; name the file"),
    ],
)
def test_what_does_not_go_together_is_a_mistake(
    shop: Path, out: Output, monkeypatch: pytest.MonkeyPatch, words: list[str], complaint: str
) -> None:
    import io

    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"x = 1\n")))
    status, text = out.of("check", *words)
    assert (status, complaint in text) == (2, True)


def test_nothing_is_written_after_a_rule_failed(shop: Path, out: Output, monkeypatch: pytest.MonkeyPatch) -> None:
    from greenlint.rules.shared_client import SharedClient

    def fail(*_: object) -> None:
        raise KeyError("lost")

    monkeypatch.setattr(SharedClient, "check", fail)
    status, text = out.of("check", "--write-baseline")
    assert (status, text.rstrip().endswith("nothing was written")) == (2, True)
    assert not list(shop.glob("*.jsonl"))
