"""The configuration of one run: where it comes from, and which layer wins."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec
import pytest

from greenlint.knowledge.schema import Rows
from greenlint.model import Confidence
from greenlint.options import (
    CONFIG_FILES,
    DEFAULT_EXCLUDE,
    KNOWLEDGE_KEYS,
    ConfigurationError,
    DeclaredRoot,
    EntryPoint,
    Options,
    load_options,
    nearest,
)

HEADINGS = {"pyproject.toml": "[tool.greenlint]\n", "setup.cfg": "[greenlint]\n", "tox.ini": "[greenlint]\n"}


def write(root: Path, name: str, body: str) -> Path:
    """Write our section of the configuration file called `name`."""
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADINGS.get(path.name, "") + body)
    return path


def error(root: Path, **arguments: object) -> str:
    """Return the text of the error that loading gives, with the root left out of it."""
    with pytest.raises(ConfigurationError) as caught:
        load_options(root, **arguments)  # type: ignore[arg-type]
    return str(caught.value).replace(f"{root}/", "")


class TestDefaults:
    def test_hold_without_any_file(self, tmp_path: Path) -> None:
        options = load_options(tmp_path)
        assert options == Options()
        assert (options.hub, options.min_confidence, options.output_format) == (
            "auto",
            Confidence.LIKELY,
            "full",
        )
        assert options.exclude == DEFAULT_EXCLUDE
        assert options.respect_gitignore


class TestFiles:
    @pytest.mark.parametrize("name", CONFIG_FILES)
    def test_of_each_kind_are_read(self, tmp_path: Path, name: str) -> None:
        write(tmp_path, name, 'hub = "gevent"\n' if name.endswith("toml") else "hub = gevent\n")
        assert load_options(tmp_path).hub == "gevent"

    def test_the_strongest_of_a_directory_counts_alone(self, tmp_path: Path) -> None:
        for jobs, name in enumerate(reversed(CONFIG_FILES), start=1):
            write(tmp_path, name, f"jobs = {jobs}\n")
            assert load_options(tmp_path).jobs == jobs

    @pytest.mark.parametrize(
        ("name", "text"),
        [
            ("pyproject.toml", '[project]\nname = "greenlint-user"\n'),
            ("pyproject.toml", "[broken\n"),
            ("setup.cfg", "[metadata]\nname = greenlint\n"),
            ("setup.cfg", "[metadata]\ndescription =\n    see [greenlint]\n"),
        ],
    )
    def test_without_our_section_are_passed_over(self, tmp_path: Path, name: str, text: str) -> None:
        (tmp_path / name).write_text(text)
        write(tmp_path, "tox.ini", "hub = gevent\n")
        assert load_options(tmp_path).hub == "gevent"

    def test_are_found_upward_from_the_root(self, tmp_path: Path) -> None:
        write(tmp_path, "greenlint.toml", "jobs = 1\n")
        write(tmp_path, "part/pyproject.toml", "jobs = 2\n")
        (tmp_path / "part/inner/deep").mkdir(parents=True)
        assert load_options(tmp_path / "part/inner/deep").jobs == 2

    def test_are_not_looked_for_above_the_repository(self, tmp_path: Path) -> None:
        write(tmp_path, "greenlint.toml", "jobs = 1\n")
        (tmp_path / "repository/.git").mkdir(parents=True)
        assert load_options(tmp_path / "repository").jobs == 0

    def test_an_empty_table_ends_the_search(self, tmp_path: Path) -> None:
        write(tmp_path, "pyproject.toml", "")
        write(tmp_path, "tox.ini", "jobs = 1\n")
        assert load_options(tmp_path).jobs == 0

    def test_may_begin_with_a_byte_order_mark(self, tmp_path: Path) -> None:
        (tmp_path / "greenlint.toml").write_bytes(b"\xef\xbb\xbfjobs = 1\n")
        assert load_options(tmp_path).jobs == 1


class TestValues:
    def test_in_toml_have_their_types(self, tmp_path: Path) -> None:
        write(tmp_path, "pyproject.toml", """
            select = ["GRN1", "GRN301"]
            src = ["python"]
            min-confidence = "certain"
            respect-gitignore = false
            [tool.greenlint.per-file-ignores]
            "tests/**" = ["GRN2"]
            [[tool.greenlint.entry-points]]
            callable = "app.main:main"
            patched = ["socket", "time"]
            [[tool.greenlint.entry-points]]
            callable = "app.worker:run"
            patched = true
            [[tool.greenlint.entry-points]]
            callable = "app.cli:Cli.run"
            [[tool.greenlint.roots]]
            callable = "app.rpc.*"
            [[tool.greenlint.roots]]
            callable = "app.timer:tick"
            multiplicity = "one-per-call"
        """)  # fmt: skip
        assert load_options(tmp_path) == Options(
            select=("GRN1", "GRN301"),
            src=("python",),
            min_confidence=Confidence.CERTAIN,
            respect_gitignore=False,
            per_file_ignores={"tests/**": ("GRN2",)},
            entry_points=(
                EntryPoint("app.main:main", ("socket", "time")),
                EntryPoint("app.worker:run", True),
                EntryPoint("app.cli:Cli.run"),
            ),
            roots=(DeclaredRoot("app.rpc.*"), DeclaredRoot("app.timer:tick", "one-per-call")),
        )

    def test_in_ini_files_are_lists_by_commas_and_lines(self, tmp_path: Path) -> None:
        write(tmp_path, "setup.cfg", """
select = GRN1, GRN301
extend_exclude =
    generated
    vendor, old
respect-gitignore = no
jobs = 3
per-file-ignores =
    tests/*, conftest.py: GRN1, GRN2
    docs/*:GRN3
""")  # fmt: skip
        assert load_options(tmp_path) == Options(
            select=("GRN1", "GRN301"),
            extend_exclude=("generated", "vendor", "old"),
            respect_gitignore=False,
            jobs=3,
            per_file_ignores={
                "tests/*": ("GRN1", "GRN2"),
                "conftest.py": ("GRN1", "GRN2"),
                "docs/*": ("GRN3",),
            },
        )

    def test_of_the_default_section_of_an_ini_file_are_not_ours(self, tmp_path: Path) -> None:
        (tmp_path / "tox.ini").write_text("[DEFAULT]\ncolour = red\n[greenlint]\njobs = 1\n")
        assert load_options(tmp_path).jobs == 1

    def test_of_knowledge_rows_are_kept_as_they_are(self, tmp_path: Path) -> None:
        write(tmp_path, "pyproject.toml", """
            [[tool.greenlint.client]]
            names = ["app.Client"]
            [[tool.greenlint.spawn]]
            names = ["app.spawn"]
            [[tool.greenlint.spawn]]
            names = ["app.later"]
            deep = {x = 1}
        """)  # fmt: skip
        assert load_options(tmp_path).knowledge == {
            "client": ({"names": ["app.Client"]},),
            "spawn": ({"names": ["app.spawn"]}, {"names": ["app.later"], "deep": {"x": 1}}),
        }

    def test_of_knowledge_rows_have_tables_in_the_knowledge(self) -> None:
        assert set(KNOWLEDGE_KEYS) <= set(Rows.__struct_fields__)


class TestPlaces:
    def test_in_a_project_file_are_relative_to_the_root(self, tmp_path: Path) -> None:
        write(tmp_path, "greenlint.toml", 'cache-dir = ".cache"\nbaseline = "ci/known.json"\n')
        options = load_options(tmp_path)
        assert options.cache_dir == tmp_path / ".cache"
        assert options.baseline == tmp_path / "ci/known.json"

    @pytest.mark.parametrize("place", ["/var/cache", "../cache", "a/../../cache"])
    @pytest.mark.parametrize("key", ["cache-dir", "baseline"])
    def test_in_a_project_file_lie_inside_the_root(self, tmp_path: Path, key: str, place: str) -> None:
        write(tmp_path, "greenlint.toml", f'\n{key} = "{place}"\n')
        assert error(tmp_path) == (
            f"greenlint.toml:2: {key}: '{place}' lies outside the project, where its own files may not point"
        )

    def test_behind_a_link_lie_outside(self, tmp_path: Path) -> None:
        (tmp_path / "root").mkdir()
        (tmp_path / "root/link").symlink_to(tmp_path, target_is_directory=True)
        write(tmp_path / "root", "greenlint.toml", 'cache-dir = "link/cache"\n')
        assert "lies outside the project" in error(tmp_path / "root")

    def test_that_the_user_names_may_lie_anywhere(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "root").mkdir()
        (tmp_path / "here").mkdir()
        monkeypatch.chdir(tmp_path / "here")
        options = load_options(
            tmp_path / "root",
            environment={"GREENLINT_CACHE_DIR": "cache"},
            overrides={"baseline": "../known.json"},
        )
        assert options.cache_dir == tmp_path / "here/cache"
        assert options.baseline == tmp_path / "known.json"


class TestPrecedence:
    def test_is_defaults_file_environment_fragment_command_line(self, tmp_path: Path) -> None:
        arguments: dict[str, object] = {}
        assert load_options(tmp_path).output_format == "full"
        write(tmp_path, "greenlint.toml", 'output-format = "json"\n')
        assert load_options(tmp_path).output_format == "json"
        arguments["environment"] = {"GREENLINT_OUTPUT_FORMAT": "github"}
        assert load_options(tmp_path, **arguments).output_format == "github"  # type: ignore[arg-type]
        arguments["config"] = ['output-format = "gitlab"']
        assert load_options(tmp_path, **arguments).output_format == "gitlab"  # type: ignore[arg-type]
        arguments["overrides"] = {"output_format": "sarif"}
        assert load_options(tmp_path, **arguments).output_format == "sarif"  # type: ignore[arg-type]

    def test_lets_extending_keys_add_up(self, tmp_path: Path) -> None:
        write(tmp_path, "greenlint.toml", 'select = ["A"]\nextend-select = ["B"]\nextend-exclude = ["x"]\n')
        options = load_options(
            tmp_path, overrides={"select": "C", "extend-select": ["D", "B"], "extend_exclude": "y,z"}
        )
        assert (options.select, options.extend_select) == (("C",), ("B", "D"))
        assert options.extend_exclude == ("x", "y", "z")

    def test_lets_knowledge_rows_add_up(self, tmp_path: Path) -> None:
        write(tmp_path, "greenlint.toml", '[[client]]\nid = "a"\n')
        options = load_options(tmp_path, config=['client = [{id = "b"}]', 'spawn = [{id = "c"}]'])
        assert options.knowledge == {"client": ({"id": "a"}, {"id": "b"}), "spawn": ({"id": "c"},)}

    def test_takes_none_on_the_command_line_as_not_given(self, tmp_path: Path) -> None:
        write(tmp_path, "greenlint.toml", "jobs = 2\n")
        assert load_options(tmp_path, overrides={"jobs": None, "hub": None}).jobs == 2


class TestCommandLine:
    @pytest.mark.parametrize(
        ("overrides", "expected"),
        [
            ({"select": "GRN1,GRN2"}, Options(select=("GRN1", "GRN2"))),
            ({"select": ["GRN1"]}, Options(select=("GRN1",))),
            ({"per_file_ignores": "a.py:GRN1,GRN2"}, Options(per_file_ignores={"a.py": ("GRN1", "GRN2")})),
            ({"jobs": "4"}, Options(jobs=4)),
            ({"jobs": 4}, Options(jobs=4)),
            ({"no_cache": True}, Options(no_cache=True)),
            ({"min_confidence": "possible"}, Options(min_confidence=Confidence.POSSIBLE)),
        ],
    )
    def test_values_come_as_text_or_typed(
        self, tmp_path: Path, overrides: Mapping[str, object], expected: Options
    ) -> None:
        assert load_options(tmp_path, overrides=overrides) == expected

    @pytest.mark.parametrize(("value", "expected"), [("1", True), ("yes", True), ("0", False), ("", False)])
    def test_no_cache_comes_from_the_environment_too(
        self, tmp_path: Path, value: str, expected: bool
    ) -> None:
        assert load_options(tmp_path, environment={"GREENLINT_NO_CACHE": value}).no_cache is expected


class TestNamedFile:
    @pytest.mark.parametrize("name", [*CONFIG_FILES, "strict.toml", "strict.cfg"])
    def test_replaces_the_one_that_would_be_found(self, tmp_path: Path, name: str) -> None:
        write(tmp_path, "greenlint.toml", 'hub = "eventlet"\njobs = 1\n')
        heading = "" if name in HEADINGS or name.endswith(".toml") else "[greenlint]\n"
        path = write(
            tmp_path, f"other/{name}", heading + ('hub = "gevent"\n' if "toml" in name else "hub=gevent\n")
        )
        options = load_options(tmp_path, config=[str(path)])
        assert (options.hub, options.jobs) == ("gevent", 0)

    def test_may_be_named_by_the_environment_and_the_command_line_wins(self, tmp_path: Path) -> None:
        one, two = write(tmp_path, "one.toml", "jobs = 1\n"), write(tmp_path, "two.toml", "jobs = 2\n")
        environment = {"GREENLINT_CONFIG": str(one)}
        assert load_options(tmp_path, environment=environment).jobs == 1
        assert load_options(tmp_path, environment=environment, config=[str(two)]).jobs == 2

    def test_may_have_an_equals_sign_in_its_name(self, tmp_path: Path) -> None:
        assert load_options(tmp_path, config=[str(write(tmp_path, "a=b.toml", "jobs = 1\n"))]).jobs == 1

    def test_that_is_missing_is_an_error_with_a_near_name(self, tmp_path: Path) -> None:
        write(tmp_path, "strict.toml", "")
        assert error(tmp_path, config=[str(tmp_path / "strct.toml")]) == (
            "strct.toml: no such configuration file; did you mean 'strict.toml'?"
        )

    def test_can_be_only_one(self, tmp_path: Path) -> None:
        assert error(tmp_path, config=["a.toml", "b.toml"]) == "--config names two files, a.toml and b.toml; give one"


class TestIsolated:
    def test_reads_no_file(self, tmp_path: Path) -> None:
        path = write(tmp_path, "greenlint.toml", "jobs = 1\n")
        environment = {"GREENLINT_CONFIG": str(path)}
        options = load_options(tmp_path, isolated=True, environment=environment, config=["hub = 'gevent'"])
        assert (options.jobs, options.hub) == (0, "gevent")

    def test_and_a_named_file_contradict_each_other(self, tmp_path: Path) -> None:
        assert error(tmp_path, isolated=True, config=["a.toml"]) == (
            "--isolated reads no file, but --config names a.toml; leave one of them out"
        )


class TestDigest:
    def test_is_the_same_in_another_process(self) -> None:
        rows = "{'client': ({'b': 1, 'a': 2},)}"
        program = f"from greenlint.options import Options; print(Options(knowledge={rows}).digest())"
        run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == Options(knowledge={"client": ({"a": 2, "b": 1},)}).digest()

    @pytest.mark.parametrize(
        "changed",
        [
            {"select": ("GRN1",)},
            {"per_file_ignores": {"a": ("GRN1",)}},
            {"extend_exclude": ("a",)},
            {"hub": "gevent"},
            {"entry_points": (EntryPoint("a:b"),)},
            {"roots": (DeclaredRoot("a"),)},
            {"min_confidence": Confidence.CERTAIN},
            {"knowledge": {"client": ({"id": "a"},)}},
            {"src": ("src",)},
            {"force_exclude": True},
        ],
    )
    def test_changes_with_what_changes_findings(self, changed: dict[str, object]) -> None:
        assert msgspec.structs.replace(Options(), **changed).digest() != Options().digest()

    @pytest.mark.parametrize(
        "changed",
        [
            {"output_format": "json"},
            {"jobs": 4},
            {"cache_dir": Path("/c")},
            {"no_cache": True},
            {"baseline": Path("/b")},
        ],
    )
    def test_does_not_change_with_anything_else(self, changed: dict[str, object]) -> None:
        assert msgspec.structs.replace(Options(), **changed).digest() == Options().digest()


class TestNearest:
    def test_finds_a_misspelling(self) -> None:
        assert nearest("GRN110", ("GRN101", "GRN301")) == "GRN101"

    def test_finds_nothing_far_away(self) -> None:
        assert nearest("zebra", ("GRN101", "GRN301")) == ""
