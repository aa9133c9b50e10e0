"""``--show-suppressed`` tells what is suppressed and by what; the engine is the real one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from greenlint.cli import main
from tests.baseline.programs import CLIENTS, MAIN, lay


def commented(comment: str) -> Callable[[Path], object]:
    """Put a comment on the line that makes the client."""
    return lambda root: lay(root, clients=CLIENTS.replace("Http()", f"Http()  # {comment}"))


def configured(text: str) -> Callable[[Path], object]:
    return lambda root: (root / "greenlint.toml").write_text(text, encoding="utf-8")


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(lay(tmp_path, clients=CLIENTS, main=MAIN))
    return tmp_path


def with_baseline(root: Path) -> None:
    main(["check", "--write-baseline"])
    configured('baseline = "greenlint-baseline.jsonl"\n')(root)


@pytest.mark.parametrize(
    ("suppress", "reason"),
    [
        (commented("noqa: GRN101"), "noqa"),
        (commented("noqa: GRN1"), "noqa"),
        (commented("greenlint: ignore[shared-client] one at a time"), "greenlint: ignore"),
        (lambda root: lay(root, clients="# greenlint: file-ignore[GRN1]\n" + CLIENTS), "greenlint: file-ignore"),
        (configured('per-file-ignores = {"clients.py" = ["GRN101"]}\n'), "per-file-ignores"),
        (with_baseline, "baseline"),
    ],
)
def test_each_way_is_named(
    shop: Path, capsys: pytest.CaptureFixture[str], suppress: Callable[[Path], object], reason: str
) -> None:
    suppress(shop)
    capsys.readouterr()
    assert main(["check", "--output-format", "concise", "-q"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["check", "--output-format", "concise", "--show-suppressed"]) == 0
    finding, last = capsys.readouterr().out.splitlines()
    assert finding.endswith(f" (suppressed: {reason})")
    assert last == "Found 1 suppressed finding."


def test_what_a_blanket_comment_hides_is_counted_and_shown_on_demand(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    commented("noqa")(shop)
    assert main(["check"]) == 0
    assert capsys.readouterr().out == ("All checks passed!\n1 finding hidden by blanket noqa (--show-suppressed)\n")
    main(["check", "--output-format", "concise", "--show-suppressed"])
    assert "(suppressed: blanket noqa)" in capsys.readouterr().out
