"""Where a finding is shown when its home is not checked, suppressed or not saved yet, in each front end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from .hosts import Run, command, flake8, pylint
from .shop import CLIENTS, CREATED, CREATION, MAIN, SPAWN, SPAWNED, shop

FrontEnd = Callable[..., Run]

everywhere = pytest.mark.parametrize("front_end", [command, flake8, pylint])
with_noqa = pytest.mark.parametrize("front_end", [command, flake8])


class TestHomeIsNotChecked:
    @everywhere
    def test_the_finding_is_shown_at_its_first_step_that_is(self, tmp_path: Path, front_end: FrontEnd) -> None:
        (line,) = front_end(shop(tmp_path), "app/main.py").lines
        assert line.place == SPAWN
        assert "(stands at app/clients.py:3)" in line.text

    @everywhere
    def test_with_its_home_checked_it_is_shown_at_home_only(self, tmp_path: Path, front_end: FrontEnd) -> None:
        assert front_end(shop(tmp_path), "app/main.py", "app/clients.py").places == [CREATION]

    @everywhere
    def test_a_file_without_a_step_shows_nothing(self, tmp_path: Path, front_end: FrontEnd) -> None:
        assert front_end(shop(tmp_path), "app/__init__.py").places == []

    @with_noqa
    @pytest.mark.parametrize("comment", ["# noqa", "# noqa: GRN101", "# greenlint: ignore[GRN101] one worker"])
    def test_a_comment_where_it_is_shown_hides_it(self, tmp_path: Path, front_end: FrontEnd, comment: str) -> None:
        shop(tmp_path, main=MAIN.replace(SPAWNED, f"{SPAWNED}  {comment}"))
        assert front_end(tmp_path, "app/main.py").places == []


class TestSuppressedAtHome:
    @everywhere
    @pytest.mark.parametrize("comment", ["# noqa: GRN101", "# greenlint: ignore[GRN101] one worker"])
    def test_it_is_shown_nowhere_else(self, tmp_path: Path, front_end: FrontEnd, comment: str) -> None:
        shop(tmp_path, clients=CLIENTS.replace(CREATED, f"{CREATED}  {comment}"))
        assert front_end(tmp_path, "app/main.py").places == []
        assert front_end(tmp_path, "app").places == []

    @everywhere
    def test_a_blanket_noqa_hides_it_only_there(self, tmp_path: Path, front_end: FrontEnd) -> None:
        shop(tmp_path, clients=CLIENTS.replace(CREATED, f"{CREATED}  # noqa"))
        assert front_end(tmp_path, "app").places == []
        assert front_end(tmp_path, "app/main.py").places == [SPAWN]


STDIN = {
    "flake8": ("--stdin-display-name=app/clients.py", "-"),
    "pylint": ("--from-stdin", "app/clients.py"),
}


class TestUnsavedText:
    """The text on stdin counts, not that of the file it stands for."""

    def told(self, host: FrontEnd, directory: Path, text: str) -> list[tuple[str, int, str]]:
        return host(directory, *STDIN[host.__name__], stdin=text.encode()).places

    @pytest.mark.parametrize("host", [flake8, pylint])
    def test_a_fault_that_is_not_saved_yet_is_found(self, tmp_path: Path, host: FrontEnd) -> None:
        shop(tmp_path, clients="def fetch(url):\n    return url\n")
        assert self.told(host, tmp_path, "\n\n" + CLIENTS) == [("app/clients.py", 5, "GRN101")]

    @pytest.mark.parametrize("host", [flake8, pylint])
    def test_a_fault_that_is_mended_but_not_saved_is_gone(self, tmp_path: Path, host: FrontEnd) -> None:
        shop(tmp_path)
        assert self.told(host, tmp_path, CLIENTS) == [CREATION]
        assert self.told(host, tmp_path, "def fetch(url):\n    return url\n") == []

    def test_flake8_takes_a_text_without_a_name(self, tmp_path: Path) -> None:
        shop(tmp_path)
        program = CLIENTS + MAIN.replace("from app.clients import fetch\n", "")
        assert [line.place for line in flake8(tmp_path, "-", stdin=program.encode()).lines] == [("stdin", 3, "GRN101")]

    @pytest.mark.parametrize(("host", "sent_as"), [(flake8, "latin-1"), (pylint, "utf-8")])
    def test_the_text_may_declare_another_encoding(self, tmp_path: Path, host: FrontEnd, sent_as: str) -> None:
        """pylint takes stdin for UTF-8 whatever the text says."""
        shop(tmp_path)
        text = f"# -*- coding: latin-1 -*-\nNAME = 'caf\xe9'; {CLIENTS}"
        told = host(tmp_path, *STDIN[host.__name__], stdin=text.encode(sent_as))
        assert told.places == [("app/clients.py", 4, "GRN101")]
