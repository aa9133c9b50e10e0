"""What each mistake in a configuration says."""

from pathlib import Path

import pytest

from greenlint.options import ConfigurationError, load_options
from tests.test_options import error, write


class TestMistakes:
    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ('selct = ["GRN1"]', "2: selct: unknown key; did you mean 'select'?"),
            ("colour = 1", "2: colour: unknown key; `greenlint config` lists them"),
            ("knowledge = {}", "2: knowledge: unknown key; `greenlint config` lists them"),
            ('\nselect = "GRN1"', "3: select: expected 'array', got 'str'"),
            ('hub = "gevnt"',
             "2: hub: expected one of auto, eventlet, gevent, threading; did you mean 'gevent'?"),
            ('min-confidence = "sure"', "2: min-confidence: expected one of certain, likely, possible"),
            ('jobs = "many"', "2: jobs: expected 'int', got 'str'"),
            ("jobs = -1", "2: jobs: expected 'int' >= 0"),
            ("baseline = 3", "2: baseline: expected 'path', got 'int'"),
            ("per-file-ignores = []", "2: per-file-ignores: expected 'object', got 'array'"),
            ('[tool.greenlint.per-file-ignores]\n"a" = 1',
             "2: per-file-ignores: expected 'array', got 'int' (at [...])"),
            ('[[tool.greenlint.roots]]\ncalable = "a"',
             "2: roots: object contains unknown field 'calable' (at [0]); did you mean 'callable'?"),
            ("[[tool.greenlint.roots]]\nmultiplicity = 'many'",
             "2: roots: object missing required field 'callable' (at [0])"),
            ('[[tool.greenlint.roots]]\ncallable = "a b"',
             "2: roots: 'a b' is not a dotted name or pattern such as 'app.rpc.*' (at [0])"),
            ('[[tool.greenlint.entry-points]]\ncallable = "a.b"',
             "2: entry-points: 'a.b' is not of the form 'package.module:function' (at [0])"),
            ('[[tool.greenlint.entry-points]]\ncallable = "a:b"\npatchd = true',
             "2: entry-points: object contains unknown field 'patchd' (at [0]); did you mean 'patched'?"),
            ("client = 3", "2: client: expected 'array', got 'int'"),
            ("jobs =", "2: not valid TOML: Invalid value (at line 2, column 7)"),
        ],
    )  # fmt: skip
    def test_in_toml_name_place_key_and_fault(self, tmp_path: Path, body: str, message: str) -> None:
        write(tmp_path, "pyproject.toml", f"{body}\n")
        assert error(tmp_path) == f"pyproject.toml:{message}"

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("extend_slect = GRN1", "2: extend-slect: unknown key; did you mean 'extend-select'?"),
            ("respect_gitignore = maybe", "2: respect-gitignore: expected 'bool', got 'str'"),
            ("roots = app.rpc.*", "2: roots: expected 'array', got 'str'"),
            ("jobs 3", "2: not a valid ini file"),
        ],
    )
    def test_in_ini_files_do_too(self, tmp_path: Path, body: str, message: str) -> None:
        write(tmp_path, "tox.ini", f"{body}\n")
        assert error(tmp_path) == f"tox.ini:{message}"

    def test_in_another_tool_of_the_same_name_are_not_taken_for_ours(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool.other]\nhub = 1\n[tool.greenlint]\nhub = 1\n")
        assert error(tmp_path).startswith("pyproject.toml:4: hub: ")

    def test_our_section_must_be_a_table(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text("[tool]\ngreenlint = 3\n")
        assert error(tmp_path) == "pyproject.toml: greenlint is no table; write the keys below a line [tool.greenlint]"

    def test_in_bytes_are_told(self, tmp_path: Path) -> None:
        (tmp_path / "greenlint.toml").write_bytes(b"\xff")
        assert error(tmp_path).startswith("greenlint.toml: cannot be read: ")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"config": ["hub=gevent"]},
             "--config hub=gevent: not valid TOML: Invalid value (at line 1, column 5)"),
            ({"config": ["hubs=1"]}, "--config hubs=1: hubs: unknown key; did you mean 'hub'?"),
            ({"environment": {"GREENLINT_OUTPUT_FORMAT": "jsn"}},
             "the environment: output-format: expected one of full, concise, json, json-lines, grouped, "
             "github, gitlab, junit, sarif, rdjson, azure, pylint; did you mean 'json'?"),
            ({"overrides": {"min_confidence": "certian"}},
             "command line: min-confidence: expected one of certain, likely, possible; "
             "did you mean 'certain'?"),
        ],
    )  # fmt: skip
    def test_outside_files_name_their_source(
        self, tmp_path: Path, arguments: dict[str, object], message: str
    ) -> None:
        assert error(tmp_path, **arguments) == message

    def test_carry_their_parts(self, tmp_path: Path) -> None:
        path = write(tmp_path, "greenlint.toml", "\nhubb = 1\n")
        with pytest.raises(ConfigurationError) as caught:
            load_options(tmp_path)
        found = caught.value
        assert (found.path, found.line, found.key) == (str(path), 2, "hubb")
        assert (found.problem, found.near) == ("unknown key", "hub")
