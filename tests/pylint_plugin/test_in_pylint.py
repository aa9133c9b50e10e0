"""greenlint as pylint users meet it: messages, disabling comments, workers, configuration."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

from greenlint.engine import rules
from greenlint.model import Severity
from greenlint.pylint_plugin import GreenlintChecker, message_id
from tests.front_ends.hosts import PYTHON, Run, execute, pylint
from tests.front_ends.shop import CLIENTS, CREATED, CREATION, MAIN, SPAWN, SPAWNED, shop
from tests.source.trees import lay

USELESS = ("--disable=all", "--enable=greenlint,useless-suppression")


class TestMessages:
    @pytest.mark.parametrize(
        ("code", "severity", "expected"),
        [("GRN302", Severity.ERROR, "E8632"), ("GRN102", Severity.WARNING, "W8612")],
    )
    def test_ids_are_derived_from_codes(self, code: str, severity: Severity, expected: str) -> None:
        assert message_id(code, severity) == expected

    def test_there_is_one_for_each_rule_under_its_name(self) -> None:
        symbols = {definition[1] for definition in GreenlintChecker.msgs.values()}
        assert symbols - {rule.name for rule in rules().values()} == {
            "greenlint-internal-error",
            "greenlint-unreadable-source",
        }
        assert len(GreenlintChecker.msgs) == len(rules()) + 2

    def test_rules_that_are_opt_in_are_disabled(self) -> None:
        enabled = {symbol: more["default_enabled"] for _, symbol, _, more in GreenlintChecker.msgs.values()}
        assert all(enabled[rule.name] is not rule.opt_in for rule in rules().values())

    def test_their_help_leads_to_the_page(self, tmp_path: Path) -> None:
        _, out, _ = execute(
            [PYTHON, "-m", "pylint", "--load-plugins=greenlint.pylint_plugin", "--help-msg=shared-client"], tmp_path
        )
        assert out.startswith(":shared-client (E8611)")
        assert "greenlint rule GRN101" in re.sub(r"\s+", " ", out)

    def test_carry_scope_lines_columns_and_confidence(self, tmp_path: Path) -> None:
        shop(tmp_path, clients=OWNER)
        words = ["--disable=all", "--enable=greenlint", "--output-format=json2", "app"]
        _, out, _ = execute(
            [PYTHON, "-m", "pylint", "--rcfile=/dev/null", "--load-plugins=greenlint.pylint_plugin", *words], tmp_path
        )
        (message,) = json.loads(out)["messages"]
        assert message["symbol"] == "shared-client"
        assert message["confidence"] in ("HIGH", "INFERENCE")
        assert message["obj"] == "Clients.__init__"
        assert (message["line"], message["column"]) == (6, 20)
        assert (message["endLine"], message["endColumn"]) == (6, 35)


OWNER = """\
import httplib2


class Clients:
    def __init__(self):
        self.http = httplib2.Http()


CLIENTS = Clients()


def fetch(url):
    return CLIENTS.http.request(url)
"""


class TestComments:
    """pylint's own, at the place where the finding is shown."""

    def run(self, directory: Path, creation: str, *, before: str = "", top: str = "") -> Run:
        text = CLIENTS.replace(CREATED, f"{before}{creation}")
        return pylint(shop(directory, clients=f"{top}{text}"), *USELESS, "app")

    def test_on_the_line(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, f"{CREATED}  # pylint: disable=shared-client").lines == ()

    def test_by_id(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, f"{CREATED}  # pylint: disable=E8611").lines == ()

    def test_on_the_line_above(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, CREATED, before="# pylint: disable-next=shared-client\n").lines == ()

    def test_for_the_module(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, CREATED, top="# pylint: disable=shared-client\n").lines == ()

    def test_for_the_file(self, tmp_path: Path) -> None:
        assert self.run(tmp_path, CREATED, top="# pylint: skip-file\n").lines == ()

    def test_for_a_block(self, tmp_path: Path) -> None:
        body = OWNER.replace("        self.http", "        # pylint: disable=shared-client\n        self.http")
        assert pylint(shop(tmp_path, clients=body), *USELESS, "app").lines == ()

    def test_another_rule_is_useless(self, tmp_path: Path) -> None:
        run = self.run(tmp_path, f"{CREATED}  # pylint: disable=shared-session")
        assert [line.code for line in run.lines] == ["GRN101", "I0021"]

    def test_on_a_line_without_a_finding_is_useless(self, tmp_path: Path) -> None:
        run = self.run(tmp_path, CREATED, top="import os  # pylint: disable=shared-client\n")
        assert [(line.line, line.code) for line in run.lines] == [(1, "I0021"), (4, "GRN101")]

    def test_where_a_moved_finding_is_shown(self, tmp_path: Path) -> None:
        shop(tmp_path, main=MAIN.replace(SPAWNED, f"{SPAWNED}  # pylint: disable=shared-client"))
        assert pylint(tmp_path, *USELESS, "app/main.py").lines == ()


class TestRuns:
    @pytest.mark.parametrize("jobs", ["-j1", "-j2", "-j0"])
    @pytest.mark.parametrize("paths", [("app",), ("app/clients.py", "app/main.py"), (".", "--recursive=y")])
    def test_however_files_and_workers_are_given(self, tmp_path: Path, jobs: str, paths: tuple[str, ...]) -> None:
        assert pylint(shop(tmp_path), jobs, *paths).places == [CREATION]

    def test_modules_can_be_given_by_name(self, tmp_path: Path) -> None:
        assert pylint(shop(tmp_path), "app").places == [CREATION]
        assert pylint(tmp_path, "app.clients").places == [CREATION]

    def test_a_module_that_is_given_by_name_is_all_that_is_checked(self, tmp_path: Path) -> None:
        assert pylint(shop(tmp_path), "app.main").places == [SPAWN]

    def test_what_pylint_ignores_is_not_checked_and_the_finding_moves(self, tmp_path: Path) -> None:
        assert pylint(shop(tmp_path), "--ignore=clients.py", "app").places == [SPAWN]

    def test_the_root_and_the_configuration_can_be_named(self, tmp_path: Path) -> None:
        directory = shop(tmp_path / "shop")
        (directory / "other.toml").write_text('ignore = ["GRN101"]\n')
        assert pylint(directory, "app/clients.py").places == [CREATION]
        assert pylint(directory, "--greenlint-root=.", "app/clients.py").places == [CREATION]
        assert pylint(directory, "--greenlint-root=.", "--greenlint-config=other.toml", "app/clients.py").places == []

    def test_nothing_is_analysed_when_no_message_is_enabled(self, tmp_path: Path) -> None:
        shop(tmp_path)
        (tmp_path / "greenlint.toml").write_text("selekt = 1\n")  # would be told if it were read
        assert pylint(tmp_path, "--disable=all", "--enable=unused-import", "-j2", "app").lines == ()

    def test_a_moved_finding_needs_no_workers_to_agree(self, tmp_path: Path) -> None:
        assert pylint(shop(tmp_path), "-j2", "app/main.py", "app/__init__.py").places == [SPAWN]


class TestConfiguration:
    def test_a_configuration_is_generated_with_the_plugin(self, tmp_path: Path) -> None:
        words = [PYTHON, "-m", "pylint", "--rcfile=/dev/null", "--load-plugins=greenlint.pylint_plugin"]
        status, out, _ = execute([*words, "--greenlint-root=.", "--generate-toml-config"], tmp_path)
        settings = tomllib.loads(out)["tool"]["pylint"]
        assert status == 0
        assert settings["greenlint"] == {"greenlint-root": "."}

    def test_the_plugin_can_be_loaded_by_configuration(self, tmp_path: Path) -> None:
        shop(tmp_path)
        (tmp_path / "pylintrc").write_text(
            "[MAIN]\nload-plugins=greenlint.pylint_plugin\n"
            "[MESSAGES CONTROL]\ndisable=all\nenable=shared-client\n"
            "[GREENLINT]\ngreenlint-root=.\n"
        )
        _, out, _ = execute([PYTHON, "-m", "pylint", "--rcfile=pylintrc", "app"], tmp_path)
        assert "app/clients.py:3:7: E8611: httplib2.Http shared by greenthreads" in out

    def test_a_program_can_call_the_linter_by_itself(self, tmp_path: Path) -> None:
        lay(shop(tmp_path), {"own.py": OWN_PROGRAM})
        status, out, err = execute([PYTHON, "own.py"], tmp_path)
        assert (status, err) == (0, "")
        assert re.fullmatch(r"shared-client 15 .*stands at app/clients.py:3.*\n", out)


OWN_PROGRAM = """\
from pylint.lint import PyLinter
from pylint.reporters import CollectingReporter

linter = PyLinter(reporter=CollectingReporter())
linter.load_default_plugins()
linter.load_plugin_modules(["greenlint.pylint_plugin"])
linter.disable("all")
linter.enable("greenlint")
linter.check(["app/main.py"])
for message in linter.reporter.messages:
    print(message.symbol, message.line, message.msg)
"""
