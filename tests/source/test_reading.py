"""Reading and parsing: every trouble is one GRN901 notice."""

import ast
import codecs
import os
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenlint.model import Notice
from greenlint.source import reading
from greenlint.source.reading import Source, Stamp, ast_of, code_point_column, decode, read, utf8_lines
from tests.source.trees import file_at, lay


def notice(found: object) -> str:
    """Return the message of a GRN901 notice about a.py."""
    assert isinstance(found, Notice)
    assert (found.code, found.path) == ("GRN901", "a.py")
    return found.message


class TestRead:
    def test_gives_the_bytes_and_their_stamp(self, tmp_path: Path) -> None:
        lay(tmp_path, {"a.py": b"x = 1\r\n"})
        assert read(file_at(tmp_path, "a.py")) == Source(
            "a.py", b"x = 1\r\n", Stamp.of(os.stat(tmp_path / "a.py"))
        )

    def test_a_file_that_vanished(self, tmp_path: Path) -> None:
        assert notice(read(file_at(tmp_path, "a.py"))) == "cannot be analysed: No such file or directory"

    def test_a_file_without_permission(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object) -> int:
            raise PermissionError(13, "Permission denied")

        lay(tmp_path, {"a.py": ""})
        monkeypatch.setattr(os, "open", refuse)
        assert notice(read(file_at(tmp_path, "a.py"))) == "cannot be analysed: Permission denied"

    def test_a_pipe_does_not_make_it_wait(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "a.py")
        assert notice(read(file_at(tmp_path, "a.py"))) == "cannot be analysed: it is not a regular file"

    def test_a_directory(self, tmp_path: Path) -> None:
        lay(tmp_path, {"a.py/": ""})
        assert "directory" in notice(read(file_at(tmp_path, "a.py"))).lower()

    def test_a_link_in_a_loop(self, tmp_path: Path) -> None:
        (tmp_path / "a.py").symlink_to("a.py")
        file = file_at(tmp_path, "a.py")
        assert notice(read(file)) == f"cannot be analysed: {reading.LINK}"
        assert "symbolic links" in notice(read(replace(file, is_named=True)))

    def test_a_file_over_the_limit_is_not_read(self, tmp_path: Path) -> None:
        with open(tmp_path / "a.py", "wb") as stream:
            stream.truncate(reading.MAXIMUM_BYTES + 1)
        assert (
            notice(read(file_at(tmp_path, "a.py"))) == "cannot be analysed: it is too large (10000001 bytes)"
        )

    def test_nul_bytes_are_told_with_their_line(self, tmp_path: Path) -> None:
        lay(tmp_path, {"a.py": b"x = 1\ny = '\0'\n"})
        found = read(file_at(tmp_path, "a.py"))
        assert notice(found) == "cannot be analysed: it contains NUL bytes"
        assert isinstance(found, Notice)
        assert found.line == 2

    def test_a_file_that_settles_is_read_again(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lay(tmp_path, {"a.py": "x = 1\n"})
        self.change_after_opening(tmp_path / "a.py", times=1, monkeypatch=monkeypatch)
        found = read(file_at(tmp_path, "a.py"))
        assert isinstance(found, Source)
        assert found.data == b"x = 1\n# 1\n"

    def test_a_file_that_keeps_changing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lay(tmp_path, {"a.py": "x = 1\n"})
        self.change_after_opening(tmp_path / "a.py", times=9, monkeypatch=monkeypatch)
        assert notice(read(file_at(tmp_path, "a.py"))) == "cannot be analysed: it changed while it was read"

    def test_a_file_that_keeps_changing_in_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay(tmp_path, {"a.py": "x = 1\n"})
        self.change_after_opening(tmp_path / "a.py", times=9, monkeypatch=monkeypatch, mode="r+b")
        assert notice(read(file_at(tmp_path, "a.py"))) == "cannot be analysed: it changed while it was read"

    def change_after_opening(
        self, path: Path, times: int, monkeypatch: pytest.MonkeyPatch, mode: str = "ab"
    ) -> None:
        """Write to the file after each of the first `times` times that it is opened."""
        looks = 0
        plain = os.fstat

        def fstat(descriptor: int) -> os.stat_result:
            nonlocal looks
            result = plain(descriptor)
            if result.st_ino == os.stat(path).st_ino:
                looks += 1
                if looks % 2 == 1 and looks // 2 < times:
                    with open(path, mode) as stream:
                        stream.write(f"# {looks}\n".encode())
                    os.utime(path, ns=(0, looks))
            return result

        monkeypatch.setattr(reading.os, "fstat", fstat)


class TestDecode:
    @pytest.mark.parametrize(
        ("data", "text"),
        [
            ("é = 1\n".encode(), "é = 1\n"),
            (codecs.BOM_UTF8 + b"x = 1\n", "x = 1\n"),
            ("# coding: latin-1\né\n".encode("latin-1"), "# coding: latin-1\né\n"),
            ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n€\n".encode("cp1252"),
             "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\n€\n"),
            (b"a\r\nb\rc\n", "a\nb\nc\n"),
            (b"a\x0cb\x1cc\n", "a\x0cb\x1cc\n"),
            (b"\xff\n", "ÿ\n"),
            (b"# coding: no-such\n", "# coding: no-such\n"),
            (codecs.BOM_UTF8 + b"# coding: latin-1\n", "ï»¿# coding: latin-1\n"),
        ],
        ids=["utf-8", "bom", "cookie", "in line 2", "line ends", "form feed", "wrong", "unknown", "clash"],
    )  # fmt: skip
    def test_follows_pep_263(self, data: bytes, text: str) -> None:
        assert decode(data) == text
        assert Source("a.py", data, Stamp(0, 0, 0, 0)).text == text


class TestAstOf:
    def test_parses_without_warnings(self) -> None:
        with warnings.catch_warnings(record=True) as shown:
            tree = ast_of(b"x = '\\d'\nx is 1\n", "a.py")
        assert isinstance(tree, ast.Module)
        assert shown == []

    @pytest.mark.parametrize(
        ("data", "line"),
        [
            (b"x = 1\nprint 'hello'\n", 2),
            (b"x = (\n", 1),
            (b"if x:\n  a\n b\n", 3),
            (b"\xff\n", 1),
            (b"# coding: no-such\n", 1),
            (b"x = '\\N{no such name}'\n", 1),
            (b"(" * 500 + b")" * 500, 1),
            (b"x\0y", 1),
            (b"-" * 200_000 + b"1", 1),
            (b"x" + b".y" * 100_000, 1),
        ],
        ids=[
            "python 2",
            "open",
            "indent",
            "bytes",
            "cookie",
            "escape",
            "parens",
            "nul",
            "minus",
            "attributes",
        ],
    )
    def test_tells_what_python_does_not_accept(self, data: bytes, line: int) -> None:
        found = ast_of(data, "a.py")
        assert notice(found).startswith("cannot be analysed: ")
        assert isinstance(found, Notice)
        assert found.line == line

    @given(st.binary(max_size=60))
    def test_never_raises(self, data: bytes) -> None:
        assert isinstance(ast_of(data, "a.py"), (ast.Module, Notice))


class TestColumns:
    @pytest.mark.parametrize(
        ("data", "column"),
        [
            (b"x = call()\n", 5),
            ("é = call()\n".encode(), 5),
            ("'𝒳é' + call()\n".encode(), 8),
            (codecs.BOM_UTF8 + b"x = call()\n", 5),
            ("# coding: latin-1\r\né = call()\r\n".encode("latin-1"), 5),
            (b"a = 1\rx = call()\r", 5),
            (b"\x0cx = call()\n", 6),
        ],
        ids=["ascii", "two bytes", "four bytes", "bom", "latin-1", "old mac", "form feed"],
    )
    def test_count_code_points_from_one(self, data: bytes, column: int) -> None:
        tree = ast_of(data, "a.py")
        assert isinstance(tree, ast.Module)
        call = next(node for node in ast.walk(tree) if isinstance(node, ast.Call))
        line = utf8_lines(data)[call.lineno - 1]
        assert code_point_column(line, call.col_offset) == column
        end = code_point_column(line, call.end_col_offset or 0)
        assert decode(data).split("\n")[call.lineno - 1][column - 1 : end - 1] == "call()"
