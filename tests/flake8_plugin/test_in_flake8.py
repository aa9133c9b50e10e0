"""greenlint as flake8 users meet it: selection, noqa, options, and flake8's traps."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from greenlint import flake8_plugin, hosting
from greenlint.flake8_plugin import Plugin
from greenlint.hosting import Answer, Told
from tests.front_ends import counting
from tests.front_ends.hosts import PYTHON, Run, environment, flake8
from tests.front_ends.shop import CLIENTS, CREATED, CREATION, MAIN, SPAWN, SPAWNED, shop
from tests.source.trees import lay


def analyses(directory: Path, *arguments: str, method: str = "fork", **env: str) -> tuple[Run, int]:
    """A run of flake8 and how many programs it analysed, in all its processes."""
    counts = directory / "counts"
    counts.write_text("")
    launch = (PYTHON, counting.__file__, method, "flake8")
    run = flake8(directory, *arguments, launch=launch, GREENLINT_TEST_COUNTS=str(counts), **env)
    lines = counts.read_text().splitlines()
    return run, sum(line.startswith("analysed ") for line in lines)


class TestStart:
    def test_imports_only_the_standard_library(self) -> None:
        """flake8 imports each plugin at each start, and an error in one stops all."""
        program = (
            "import sys, greenlint.flake8_plugin\n"
            "print(sorted({name for name in sys.modules if name.startswith(('greenlint', 'msgspec', 'rich'))}))"
        )
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "['greenlint', 'greenlint.flake8_plugin']"

    def test_what_an_earlier_run_found_is_told_without_loading_the_analysis(self, tmp_path: Path) -> None:
        program = (
            "import sys; from greenlint.hosting import Question, ask\n"
            "answer = ask(Question(('app',), ('app/clients.py',)))\n"
            "print(*(told.code for all_told in answer.by_file.values() for told in all_told))\n"
            "print(*sorted({name.split('.')[1] for name in sys.modules if name.startswith('greenlint.')}))"
        )
        shop(tmp_path)
        runs = [
            subprocess.run([PYTHON, "-c", program], cwd=tmp_path, env=environment(), capture_output=True, text=True)
            for _ in range(3)
        ]
        cold, _, warm = [run.stdout.splitlines() for run in runs]  # the second run sees the cache appear
        assert cold[0] == warm[0] == "GRN101"
        analysis = {"knowledge", "project", "rules", "summary"}
        assert analysis <= set(cold[1].split())
        assert analysis.isdisjoint(warm[1].split())

    @pytest.mark.parametrize(("much", "aside"), [(0, True), (10**9, False)], ids=["much", "little"])
    def test_much_garbage_is_put_aside_until_the_next_run(self, tmp_path: Path, much: int, aside: bool) -> None:
        """Two runs in one process: what is collected during each, and whether something lies aside before and after."""
        program = (
            "import gc; from flake8.main.cli import main; from greenlint import engine, flake8_plugin\n"
            f"flake8_plugin.MUCH_GARBAGE = {much}\n"
            "gc.callbacks.append(lambda phase, details: told.append(details['generation']))\n"
            "told, check, frozen = [], engine.check, []\n"
            "def checked(*asked):\n"
            "    told.clear(); frozen.append(gc.get_freeze_count())\n"
            "    report = check(*asked); print(told); return report\n"
            "engine.check = checked\n"
            "for _ in range(2):\n"
            "    main(['--select=GRN', 'app'])\n"
            "    frozen.append(gc.get_freeze_count())\n"
            "print(gc.isenabled(), *(number > 0 for number in frozen))"
        )
        command = [PYTHON, "-c", program]
        run = subprocess.run(command, cwd=shop(tmp_path), env=environment(), capture_output=True, text=True, check=True)
        said = [line for line in run.stdout.splitlines() if "GRN101" not in line]
        assert said == ["[]", "[]", f"True False {aside} False {aside}"]

    def test_is_listed_with_its_version(self, tmp_path: Path) -> None:
        done = subprocess.run([PYTHON, "-m", "flake8", "--version"], capture_output=True, text=True, cwd=tmp_path)
        assert f"greenlint: {Plugin.version}" in done.stdout

    def test_can_be_required(self, tmp_path: Path) -> None:
        assert flake8(shop(tmp_path), "--require-plugins=greenlint").places == [CREATION]

    @pytest.mark.parametrize(
        "arguments", [("--select=E",), ("--ignore=GRN",), ("--bug-report",), ("--extend-ignore=GRN", "app")]
    )
    def test_nothing_is_analysed_when_nothing_can_be_shown(self, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        run, number = analyses(shop(tmp_path), *arguments)
        assert number == 0
        assert run.of("GRN101") == []

    def test_nothing_is_analysed_when_no_file_is_checked(self, tmp_path: Path) -> None:
        assert analyses(shop(tmp_path), "--exclude=app")[1] == 0

    @pytest.mark.parametrize("arguments", [("--select=GRN",), ("--ignore=E",), ("--select=E,GRN1",)])
    def test_a_program_is_analysed_once(self, tmp_path: Path, arguments: tuple[str, ...]) -> None:
        assert analyses(shop(tmp_path), *arguments)[1] == 1


class TestSelection:
    @pytest.mark.parametrize(
        ("arguments", "shown"),
        [
            (["--select=GRN"], True),
            (["--select=GRN101"], True),
            (["--select=GRN1", "--ignore=GRN102"], True),
            (["--select=GRN3"], False),
            (["--select=GRN", "--ignore=GRN101"], False),
            (["--ignore=E501"], True),
            (["--extend-ignore=GRN1"], False),
            (["--select=GRN", "--per-file-ignores=app/clients.py:GRN1"], False),
            (["--select=GRN", "--per-file-ignores=app/main.py:GRN1"], True),
        ],
    )
    def test_is_that_of_flake8(self, tmp_path: Path, arguments: list[str], shown: bool) -> None:
        run = flake8(shop(tmp_path), *arguments)
        assert [line.place for line in run.of("GRN101")] == ([CREATION] if shown else [])

    def test_per_file_ignores_hold_where_a_moved_finding_is_shown(self, tmp_path: Path) -> None:
        run = flake8(shop(tmp_path), "--select=GRN", "--per-file-ignores=app/main.py:GRN1", "app/main.py")
        assert run.places == []

    def test_the_configuration_of_greenlint_decides_what_is_asked(self, tmp_path: Path) -> None:
        shop(tmp_path)
        (tmp_path / "setup.cfg").write_text("[greenlint]\nignore = shared-client\n")
        assert flake8(tmp_path).places == []

    def test_what_flake8_excludes_is_not_checked_and_the_finding_moves(self, tmp_path: Path) -> None:
        assert flake8(shop(tmp_path), "--exclude=app/clients.py").places == [SPAWN]

    def test_what_greenlint_excludes_is_no_part_of_the_program(self, tmp_path: Path) -> None:
        shop(tmp_path)
        (tmp_path / "setup.cfg").write_text("[greenlint]\nexclude = clients.py\n")
        assert flake8(tmp_path, "app/clients.py", "app/main.py").places == []


class TestNoqa:
    @pytest.mark.parametrize("comment", ["# noqa", "# noqa: GRN101", "# noqa: GRN", "# noqa:E501,GRN1"])
    def test_is_read_by_flake8(self, tmp_path: Path, comment: str) -> None:
        shop(tmp_path, clients=CLIENTS.replace(CREATED, f"{CREATED}  {comment}"))
        assert flake8(tmp_path).places == []
        assert flake8(tmp_path, "--disable-noqa").places == [CREATION]

    @pytest.mark.parametrize("comment", ["#noqa: GRN101", "# noqa: grn101", "# noqa: GRN102"])
    def test_that_does_not_mean_the_finding_leaves_it(self, tmp_path: Path, comment: str) -> None:
        shop(tmp_path, clients=CLIENTS.replace(CREATED, f"{CREATED}  {comment}"))
        assert flake8(tmp_path).places == [CREATION]

    def test_disabled_does_not_bring_back_what_greenlint_was_told_to_ignore(self, tmp_path: Path) -> None:
        shop(tmp_path, clients=CLIENTS.replace(CREATED, f"{CREATED}  # greenlint: ignore[GRN101] one worker"))
        assert flake8(tmp_path, "--disable-noqa").places == []

    def test_disabled_shows_a_moved_finding_where_it_is_shown(self, tmp_path: Path) -> None:
        shop(tmp_path, main=MAIN.replace(SPAWNED, f"{SPAWNED}  # noqa"))
        assert flake8(tmp_path, "--disable-noqa", "app/main.py").places == [SPAWN]


class TestPlaces:
    def test_the_column_is_that_of_the_command(self, tmp_path: Path) -> None:
        (line,) = flake8(shop(tmp_path)).lines
        assert line.column == CREATED.index("httplib2") + 1

    def test_a_file_is_known_under_a_link(self, tmp_path: Path) -> None:
        shop(tmp_path / "real")
        (tmp_path / "link").symlink_to("real")
        assert flake8(tmp_path, "link").places == [("link/app/clients.py", *CREATION[1:])]
        assert flake8(tmp_path / "link", "app").places == [CREATION]

    def test_a_file_named_twice_shows_no_more_than_flake8_does(self, tmp_path: Path) -> None:
        assert flake8(shop(tmp_path), "app/clients.py", "./app/clients.py").places == [CREATION, CREATION]


class TestRow:
    """What one file yields, given an answer."""

    @pytest.fixture(autouse=True)
    def plugin(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Plugin, "_options", None)

    def rows(self, monkeypatch: pytest.MonkeyPatch, answer: object) -> list[tuple[int, int, str, type]]:
        monkeypatch.setattr(Plugin, "_answer", answer)
        return list(Plugin(ast.parse(""), "a.py").run())

    def test_columns_count_from_zero_because_flake8_adds_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        told = Told("GRN101", "shared-client", 6, 8, 6, 23, "shared")
        answer = Answer({os.path.realpath("a.py"): (told,)})
        assert self.rows(monkeypatch, answer) == [(6, 7, "GRN101 shared", Plugin)]

    def test_an_error_is_a_row_because_flake8_would_stop(self, monkeypatch: pytest.MonkeyPatch) -> None:
        (row,) = self.rows(monkeypatch, "no answer")
        assert row[2].startswith("GRN900 AttributeError: ")
        assert "\n" not in row[2]


class TestOptions:
    def test_the_configuration_can_be_named(self, tmp_path: Path) -> None:
        shop(tmp_path)
        (tmp_path / "other.toml").write_text('ignore = ["GRN101"]\n')
        assert flake8(tmp_path, "--greenlint-config=other.toml").places == []

    @pytest.mark.parametrize("root", [".", "../shop", "{}"], ids=["here", "relative", "absolute"])
    def test_the_root_can_be_named(self, tmp_path: Path, root: str) -> None:
        directory = shop(tmp_path / "shop")
        (directory / "app" / "setup.cfg").touch()  # a marker nearer to the files: alone, app/ is no whole program
        assert flake8(directory, "app/main.py").places == []
        assert flake8(directory, f"--greenlint-root={root.format(directory)}", "app/main.py").places == [SPAWN]

    def test_the_root_may_be_the_root_of_the_file_system(self, monkeypatch: pytest.MonkeyPatch) -> None:
        assert flake8_plugin._placed("/") == "/"

    def test_both_can_stand_in_the_configuration_of_flake8(self, tmp_path: Path) -> None:
        shop(tmp_path)
        (tmp_path / "app" / "setup.cfg").touch()
        (tmp_path / "other.toml").write_text('select = ["GRN101"]\n')
        (tmp_path / ".flake8").write_text("[flake8]\ngreenlint-root = .\ngreenlint-config = other.toml\n")
        assert flake8(tmp_path, "app/main.py").places == [SPAWN]

    def test_a_relative_path_is_found_above_the_working_directory(self, tmp_path: Path) -> None:
        """flake8 finds its configuration upward and does not tell where."""
        shop(tmp_path)
        (tmp_path / "rules.toml").write_text('ignore = ["GRN101"]\n')
        (tmp_path / ".flake8").write_text("[flake8]\ngreenlint-config = rules.toml\n")
        assert flake8(tmp_path / "app", "clients.py").places == []


class TestWorkers:
    @pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
    def test_nothing_is_left_behind(self, tmp_path: Path, method: str) -> None:
        with TemporaryDirectory() as scratch:  # a short path: forkserver puts a socket there
            run, number = analyses(shop(tmp_path), "-j2", "app", method=method, TMPDIR=scratch)
            assert (run.places, number) == ([CREATION], 1)
            assert list(Path(scratch).glob("greenlint-*")) == []

    def test_a_directory_that_no_parent_shares_is_not_believed(self, tmp_path: Path) -> None:
        foreign = tmp_path / "greenlint-1-foreign"
        foreign.mkdir()
        run = flake8(shop(tmp_path), "-j1", "app", GREENLINT_FLAKE8_SHARED=str(foreign))
        assert run.places == [CREATION]
        assert list(foreign.iterdir()) == []

    def test_where_nothing_can_be_shared_each_process_asks_for_itself(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lay(tmp_path, {"planted/sitecustomize.py": "from greenlint import hosting\nhosting.share = lambda: ''\n"})
        path = f"{tmp_path / 'planted'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
        run, number = analyses(shop(tmp_path), "-j2", "app", method="spawn", PYTHONPATH=path)
        assert run.places == [CREATION]
        assert number == 3


class TestApi:
    def test_files_that_flake8s_own_api_names_later_are_checked(self, tmp_path: Path) -> None:
        shop(tmp_path / "shop")
        (tmp_path / "start").mkdir()
        program = (
            "from flake8.api import legacy\n"
            "guide = legacy.get_style_guide(select=['GRN'])\n"
            "for path in ('../shop/app/clients.py', '../shop/app/main.py'):\n"
            "    guide.check_files([path])\n"
        )
        done = subprocess.run(
            [PYTHON, "-c", program], cwd=tmp_path / "start", env=environment(), capture_output=True, text=True
        )
        assert [line.split(":")[:2] for line in done.stdout.splitlines()] == [
            ["../shop/app/clients.py", "3"],
            ["../shop/app/main.py", "15"],
        ]


def test_parsing_options_never_raises(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """flake8 calls parse_options again, in another form, after a TypeError, and hides it."""

    def fail(*_: object) -> Answer:
        raise TypeError("planted")

    monkeypatch.setattr(hosting, "ask", fail)
    monkeypatch.chdir(shop(tmp_path))
    from flake8.main.cli import main

    calls: list[object] = []
    original = Plugin.parse_options.__func__
    monkeypatch.setattr(
        Plugin, "parse_options", classmethod(lambda cls, *words: (calls.append(words), original(cls, *words))[1])
    )
    assert main(["--select=GRN", "-j1"]) == 0
    assert len(calls) == 1
