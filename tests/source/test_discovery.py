"""Which files belong to a program."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from greenlint.model import Notice
from greenlint.options import Options
from greenlint.source.discovery import discover
from greenlint.source.reading import LINK, Source, read
from tests.source.trees import found, lay


class TestPythonFiles:
    def test_are_found_at_any_depth_sorted_by_path(self, tmp_path: Path) -> None:
        lay(
            tmp_path,
            {"b.py": "", "a/z.py": "", "a/b/c.py": "", "a.py": "", "a/data.json": "", "stub.pyi": ""},
        )
        assert found(tmp_path) == ["a.py", "a/b/c.py", "a/z.py", "b.py"]

    def test_the_order_in_which_the_system_lists_them_changes_nothing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay(tmp_path, {f"{a}/{b}.py": "" for a in "xyz" for b in "xyz"})
        expected = discover(tmp_path, Options())
        plain = os.scandir

        class Reversed:
            def __init__(self, path: str) -> None:
                with plain(path) as entries:
                    self.entries = list(entries)[::-1]

            def __enter__(self) -> list[os.DirEntry[str]]:
                return self.entries

            def __exit__(self, *_: object) -> None:
                pass

        monkeypatch.setattr(os, "scandir", Reversed)
        assert discover(tmp_path, Options()) == expected

    def test_names_that_are_no_text_survive(self, tmp_path: Path) -> None:
        name = os.fsdecode(b"caf\xe9.py")
        (tmp_path / name).write_text("x = 1\n")
        (file,) = discover(tmp_path, Options())
        assert os.fsencode(file.path) == b"caf\xe9.py"
        assert read(file).data == b"x = 1\n"  # type: ignore[union-attr]

    @pytest.mark.parametrize(
        ("path", "role"),
        [
            ("app/main.py", "code"),
            ("app/contest.py", "code"),
            ("app/testing_tools.py", "code"),
            ("tests/unit/main.py", "test"),
            ("app/tests/main.py", "test"),
            ("test_main.py", "test"),
            ("app/main_test.py", "test"),
            ("app/conftest.py", "test"),
            ("docs/conf.py", "docs"),
            ("docs/examples/main.py", "docs"),
            ("examples/main.py", "example"),
            ("demo/tests/main.py", "test"),
        ],
    )
    def test_have_a_role(self, tmp_path: Path, path: str, role: str) -> None:
        (file,) = discover(lay(tmp_path, {path: ""}), Options())
        assert file.role == role
        assert file.is_test == (role == "test")


class TestScripts:
    @pytest.mark.parametrize(
        "first", ["#!/usr/bin/python3", "#!/usr/bin/env python", "#! /usr/bin/env -S python3.11 -u"]
    )
    def test_in_a_directory_of_scripts_need_a_python_shebang(self, tmp_path: Path, first: str) -> None:
        lay(
            tmp_path,
            {"bin/serve": f"{first}\nprint()\n", "bin/other": "#!/bin/sh\npython\n", "bin/data": "x"},
        )
        assert found(tmp_path) == ["bin/serve"]

    def test_elsewhere_must_be_executable(self, tmp_path: Path) -> None:
        lay(tmp_path, {"serve": "#!/usr/bin/python\n", "LICENSE": "#!/usr/bin/python\n"})
        (tmp_path / "serve").chmod(0o755)
        assert found(tmp_path) == ["serve"]

    def test_with_a_suffix_or_over_a_megabyte_are_something_else(self, tmp_path: Path) -> None:
        shebang = "#!/usr/bin/python\n"
        lay(tmp_path, {"bin/serve.txt": shebang, "bin/archive": shebang + "x" * (1 << 20)})
        assert found(tmp_path) == []

    def test_that_cannot_be_read_are_no_scripts(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay(tmp_path, {"bin/serve": "#!/usr/bin/python\n"})

        def refuse(*_: object, **__: object) -> None:
            raise PermissionError

        monkeypatch.setattr("builtins.open", refuse)
        assert found(tmp_path) == []


class TestPassedOver:
    @pytest.mark.parametrize(
        "directory",
        [".git", ".tox", ".venv", "venv", "node_modules", "__pycache__", "x/site-packages", "a.egg"],
    )
    def test_are_directories_that_hold_no_source(self, tmp_path: Path, directory: str) -> None:
        assert found(lay(tmp_path, {f"{directory}/a.py": "", "b.py": ""})) == ["b.py"]

    def test_is_a_virtual_environment_under_any_name(self, tmp_path: Path) -> None:
        lay(tmp_path, {"env/pyvenv.cfg": "", "env/lib/a.py": "", "other/env/a.py": ""})
        assert found(tmp_path) == ["other/env/a.py"]

    @pytest.mark.parametrize("name", ["build", "dist"])
    def test_is_the_output_of_a_build_but_not_a_package_of_that_name(self, tmp_path: Path, name: str) -> None:
        lay(tmp_path, {f"{name}/lib/a.py": "", f"app/{name}/__init__.py": "", f"app/{name}/a.py": ""})
        assert found(tmp_path) == [f"app/{name}/__init__.py", f"app/{name}/a.py"]

    @pytest.mark.parametrize(
        ("pattern", "left"),
        [
            ("b.py", ["a.py", "c/a.py"]),
            ("c", ["a.py"]),
            ("c/", ["a.py"]),
            ("*b.py", ["a.py", "c/a.py"]),
            ("./c/a.py", ["a.py", "c/b.py"]),
            ("/a.py", ["c/a.py", "c/b.py"]),
            ("c/**", ["a.py"]),
        ],
    )
    def test_is_what_exclude_patterns_match(self, tmp_path: Path, pattern: str, left: list[str]) -> None:
        lay(tmp_path, {"a.py": "", "c/a.py": "", "c/b.py": ""})
        assert found(tmp_path, Options(extend_exclude=(pattern,))) == left

    def test_is_nothing_else_when_exclude_replaces_the_defaults(self, tmp_path: Path) -> None:
        lay(tmp_path, {".tox/a.py": "", "b.py": ""})
        assert found(tmp_path, Options(exclude=("b.py",))) == [".tox/a.py"]


class TestGitignore:
    def test_is_respected_as_git_does(self, tmp_path: Path) -> None:
        lay(tmp_path, {
            ".gitignore": "generated/\n*_pb2.py\n!keep_pb2.py\n/top.py\n",
            "generated/a.py": "", "a_pb2.py": "", "keep_pb2.py": "", "top.py": "", "sub/top.py": "",
        })  # fmt: skip
        assert found(tmp_path) == ["keep_pb2.py", "sub/top.py"]

    def test_may_ignore_everything_but_some_directories(self, tmp_path: Path) -> None:
        lay(tmp_path, {
            ".gitignore": "*\n!src/\n!src/*\n!lone/\n", "a.py": "", "src/b.py": "", "src/deep/c.py": "",
            "lone/d.py": "", "other/e.py": "",
        })  # fmt: skip
        assert found(tmp_path) == ["src/b.py"]

    def test_of_an_inner_directory_wins_there(self, tmp_path: Path) -> None:
        lay(tmp_path, {
            ".gitignore": "local.py\n", "local.py": "", "sub/.gitignore": "!local.py\n/other.py\n",
            "sub/local.py": "", "sub/other.py": "", "sub/deep/other.py": "",
        })  # fmt: skip
        assert found(tmp_path) == ["sub/deep/other.py", "sub/local.py"]

    def test_above_the_root_holds_up_to_the_top_of_the_repository(self, tmp_path: Path) -> None:
        lay(tmp_path, {
            ".gitignore": "a.py\n", "repository/.git/": "", "repository/.gitignore": "b.py\n/part/c.py\n",
            "repository/part/a.py": "", "repository/part/b.py": "", "repository/part/c.py": "",
        })  # fmt: skip
        assert found(tmp_path / "repository/part") == ["a.py"]

    def test_that_ignores_the_root_itself_says_nothing_about_it(self, tmp_path: Path) -> None:
        lay(tmp_path, {".git/": "", ".gitignore": "scratch/\n", "scratch/a.py": ""})
        assert found(tmp_path / "scratch") == ["a.py"]
        assert found(tmp_path) == []

    def test_of_a_directory_on_the_way_holds_for_a_file_that_must_not_be_forced(self, tmp_path: Path) -> None:
        lay(tmp_path, {"sub/.gitignore": "deep/\n", "sub/deep/a.py": "", "sub/b.py": ""})
        named = [tmp_path / "sub/deep/a.py", tmp_path / "sub/b.py"]
        files = discover(tmp_path, Options(force_exclude=True), given=named)
        assert [file.path for file in files] == ["sub/b.py"]
        options = Options(force_exclude=True, respect_gitignore=False)
        assert len(discover(tmp_path, options, given=named)) == 2

    def test_can_be_disregarded(self, tmp_path: Path) -> None:
        lay(tmp_path, {".gitignore": "a.py\n", "a.py": ""})
        assert found(tmp_path, Options(respect_gitignore=False)) == ["a.py"]

    def test_with_a_broken_line_keeps_its_other_lines(self, tmp_path: Path) -> None:
        lay(tmp_path, {".gitignore": b"!\n\xff\n[z\na.py\n", "a.py": "", "b.py": ""})
        assert found(tmp_path) == ["b.py"]


class TestLinks:
    def test_loops_end(self, tmp_path: Path) -> None:
        lay(tmp_path, {"a/b/c.py": ""})
        (tmp_path / "a/b/up").symlink_to(tmp_path / "a", target_is_directory=True)
        (tmp_path / "a/self").symlink_to("self")
        (tmp_path / "a/self.py").symlink_to("self.py")
        assert found(tmp_path) == ["a/b/c.py"]

    def test_give_no_file_a_second_name(self, tmp_path: Path) -> None:
        lay(tmp_path, {"a/b.py": ""})
        (tmp_path / "alias").symlink_to("a", target_is_directory=True)
        (tmp_path / "alias.py").symlink_to("a/b.py")
        assert found(tmp_path) == ["a/b.py"]

    def test_to_a_directory_outside_are_not_followed(self, tmp_path: Path) -> None:
        lay(tmp_path, {"outside/a.py": "", "root/b.py": ""})
        (tmp_path / "root/out").symlink_to(tmp_path / "outside", target_is_directory=True)
        assert found(tmp_path / "root") == ["b.py"]

    def linked_out(self, tmp_path: Path) -> Path:
        lay(tmp_path, {"store/a.py": "x = 1\n", "root/": ""})
        (tmp_path / "root/a.py").symlink_to(tmp_path / "store/a.py")
        (tmp_path / "root/gone.py").symlink_to(tmp_path / "store/gone.py")
        (tmp_path / "root/serve").symlink_to(tmp_path / "store/a.py")
        return tmp_path / "root"

    def test_to_a_file_outside_are_told_and_not_read(self, tmp_path: Path) -> None:
        (file,) = discover(self.linked_out(tmp_path), Options())
        assert read(file) == Notice("GRN901", "a.py", 1, f"cannot be analysed: {LINK}")

    def test_to_a_file_outside_are_read_when_they_are_named(self, tmp_path: Path) -> None:
        root = self.linked_out(tmp_path)
        (file,) = discover(root, Options(), named=[root / "a.py"])
        assert isinstance(source := read(file), Source)
        assert source.data == b"x = 1\n"

    def test_a_root_that_is_one_is_walked(self, tmp_path: Path) -> None:
        lay(tmp_path, {"real/a.py": ""})
        (tmp_path / "root").symlink_to("real", target_is_directory=True)
        (file,) = discover(tmp_path / "root", Options())
        assert (file.path, file.absolute) == ("a.py", str(tmp_path / "root/a.py"))


class TestHostileEntries:
    def test_pipes_and_sockets_are_skipped(self, tmp_path: Path) -> None:
        os.mkfifo(tmp_path / "pipe.py")
        os.mkfifo(tmp_path / "pipe")
        (tmp_path / "pipe").chmod(0o777)
        (tmp_path / "directory.py").mkdir()
        assert found(tmp_path) == []

    def test_a_directory_that_cannot_be_listed_gives_a_notice_when_it_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay(tmp_path, {"a.py": "", "secret/b.py": ""})
        plain: Callable[[str], object] = os.scandir

        def refuse(path: str) -> object:
            if path.endswith("secret"):
                raise PermissionError(13, "Permission denied", path)
            return plain(path)

        monkeypatch.setattr(os, "scandir", refuse)
        files = discover(tmp_path, Options())
        assert [file.path for file in files] == ["a.py", "secret"]
        assert stat.S_ISDIR(os.stat(files[1].absolute).st_mode)
        assert getattr(read(files[1]), "code", None) == "GRN901"

    def test_a_root_that_vanished_gives_a_notice_too(self, tmp_path: Path) -> None:
        (file,) = discover(tmp_path / "gone", Options())
        assert getattr(read(file), "message", None) == "cannot be analysed: No such file or directory"


class TestGivenPaths:
    def test_without_a_marker_are_the_whole_program(self, tmp_path: Path) -> None:
        lay(tmp_path, {"a.py": "", "b.py": "", "c/d.py": "", "e/f.py": ""})
        files = discover(tmp_path, Options(), given=[tmp_path / "a.py", tmp_path / "c"])
        assert [(file.path, file.module) for file in files] == [("a.py", "a"), ("c/d.py", "d")]

    def test_keep_the_packages_around_them(self, tmp_path: Path) -> None:
        lay(tmp_path, {"app/__init__.py": "", "app/sub/__init__.py": "", "app/sub/a.py": ""})
        (file,) = discover(tmp_path / "app/sub", Options(), given=[tmp_path / "app/sub/a.py"])
        assert (file.path, file.module) == ("a.py", "app.sub.a")
        (file,) = discover(tmp_path, Options(), given=[tmp_path / "app/sub/a.py"])
        assert (file.path, file.module) == ("app/sub/a.py", "app.sub.a")

    def test_belong_to_the_program_whatever_patterns_and_names_say(self, tmp_path: Path) -> None:
        lay(tmp_path, {".gitignore": "c.py", "a.py": "", "b.py": "", "c.py": "", "script.txt": ""})
        named = [tmp_path / name for name in ("b.py", "c.py", "script.txt")]
        files = discover(tmp_path, Options(extend_exclude=("b.py",)), named=named)
        assert [file.path for file in files] == ["a.py", "b.py", "c.py", "script.txt"]

    def test_bow_to_patterns_when_exclusion_is_forced(self, tmp_path: Path) -> None:
        lay(tmp_path, {".gitignore": "c.py", "a.py": "", "b/d.py": "", "c.py": ""})
        options = Options(extend_exclude=("b",), force_exclude=True)
        files = discover(tmp_path, options, named=[tmp_path / "b/d.py", tmp_path / "c.py"])
        assert [file.path for file in files] == ["a.py"]
