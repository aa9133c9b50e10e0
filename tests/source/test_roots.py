"""Which programs the paths of a command line belong to."""

from pathlib import Path

import pytest

from greenlint.source.roots import MARKERS, PathError, Program, find_root, programs
from tests.source.trees import lay


class TestFindRoot:
    @pytest.mark.parametrize("marker", MARKERS)
    def test_stops_at_each_marker(self, tmp_path: Path, marker: str) -> None:
        lay(tmp_path, {"setup.py": "", f"inner/{marker}": "", "inner/app/deep/a.py": ""})
        assert find_root(tmp_path / "inner/app/deep/a.py") == tmp_path / "inner"
        assert find_root(tmp_path / "inner") == tmp_path / "inner"

    def test_is_none_where_no_marker_is(self, tmp_path: Path) -> None:
        assert find_root(lay(tmp_path, {"a.py": ""}) / "a.py") is None


class TestPrograms:
    def test_one_path_is_one_program_under_its_root(self, tmp_path: Path) -> None:
        lay(tmp_path, {"tox.ini": "", "app/a.py": ""})
        assert programs([tmp_path / "app"]) == (Program(tmp_path, (tmp_path / "app",)),)

    def test_paths_are_grouped_by_root_in_order(self, tmp_path: Path) -> None:
        lay(tmp_path, {"z/setup.py": "", "z/a.py": "", "y/setup.py": "", "y/a.py": "", "y/b.py": ""})
        found = programs([tmp_path / "z/a.py", tmp_path / "y/b.py", tmp_path / "y/a.py", tmp_path / "y/b.py"])
        assert found == (
            Program(tmp_path / "y", (tmp_path / "y/b.py", tmp_path / "y/a.py")),
            Program(tmp_path / "z", (tmp_path / "z/a.py",)),
        )

    def test_a_given_directory_takes_the_roots_below_it_in(self, tmp_path: Path) -> None:
        lay(tmp_path, {"setup.py": "", "part/setup.py": "", "part/a.py": ""})
        assert programs([tmp_path / "part/a.py", tmp_path]) == (
            Program(tmp_path, (tmp_path / "part/a.py", tmp_path)),
        )

    def test_the_outermost_of_given_directories_decides(self, tmp_path: Path) -> None:
        lay(tmp_path, {"setup.py": "", "part/setup.py": "", "part/a.py": ""})
        (program,) = programs([tmp_path / "part/a.py", tmp_path / "part", tmp_path])
        assert program.root == tmp_path

    def test_without_a_marker_the_given_paths_are_the_program(self, tmp_path: Path) -> None:
        lay(tmp_path, {"one/a.py": "", "two/deep/b.py": ""})
        paths = (tmp_path / "one", tmp_path / "two/deep/b.py")
        assert programs(paths) == (Program(tmp_path, paths, given=paths),)

    def test_relative_paths_are_taken_from_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay(tmp_path, {"setup.py": "", "app/a.py": ""})
        monkeypatch.chdir(tmp_path / "app")
        assert programs([Path("."), Path("../app/a.py")]) == (
            Program(tmp_path, (tmp_path / "app", tmp_path / "app/a.py")),
        )

    def test_files_that_the_user_named_are_told_from_directories(self, tmp_path: Path) -> None:
        lay(tmp_path, {"setup.py": "", "app/a.py": ""})
        (program,) = programs([tmp_path / "app", tmp_path / "app/a.py"])
        assert program.named == (tmp_path / "app/a.py",)


class TestRootOption:
    def test_overrides_the_markers(self, tmp_path: Path) -> None:
        lay(tmp_path, {"part/setup.py": "", "part/a.py": ""})
        assert programs([tmp_path / "part/a.py"], root=tmp_path) == (
            Program(tmp_path, (tmp_path / "part/a.py",)),
        )

    def test_alone_shows_everything(self, tmp_path: Path) -> None:
        assert programs([], root=tmp_path) == (Program(tmp_path, (tmp_path,)),)

    def test_must_hold_the_paths(self, tmp_path: Path) -> None:
        lay(tmp_path, {"a.py": "", "part/": ""})
        with pytest.raises(PathError, match="lies outside the root"):
            programs([tmp_path / "a.py"], root=tmp_path / "part")


class TestMissingPath:
    def test_is_an_error_with_a_near_name(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        lay(tmp_path, {"app/clients.py": ""})
        monkeypatch.chdir(tmp_path)
        with pytest.raises(PathError) as caught:
            programs([Path("app/client.py")])
        assert str(caught.value) == "app/client.py: no such file or directory; did you mean 'app/clients.py'?"

    def test_without_a_near_name_says_only_so(self, tmp_path: Path) -> None:
        with pytest.raises(PathError) as caught:
            programs([tmp_path / "nowhere/x.py"])
        assert str(caught.value) == f"{tmp_path}/nowhere/x.py: no such file or directory"
