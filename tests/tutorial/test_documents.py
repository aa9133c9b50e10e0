"""The documents that show commands show what the commands print."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.tutorial.transcript import ROOT, Command, Step, Written, matches, run, steps

NO_INDEX = "ERROR: No matching distribution found"
BIN = str(Path(sys.executable).parent)


def differences(wanted: list[Step], directory: Path) -> list[str]:
    """What commands print otherwise than the document says."""
    commands = [step for step in wanted if isinstance(step, Command)]
    printed = run(wanted, directory, BIN)
    if any(NO_INDEX in line for lines in printed for line in lines):
        pytest.skip("pip reaches no package index")
    return [
        "\n".join((f"$ {command.text}", *lines))
        for command, lines in zip(commands, printed, strict=True)
        if not matches(lines, command.expected)
    ]


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md", "docs/comparison.md"])
def test_shows_what_its_commands_print(name: str, tmp_path: Path) -> None:
    wanted = list(steps((ROOT / name).read_text(encoding="utf-8")))
    assert sum(isinstance(step, Command) for step in wanted) >= 3
    assert differences(wanted, tmp_path) == []


class TestReading:
    DOCUMENT = """\
Text.

<!-- file a/b.txt -->
```text
hello
```

```console
$ cat a/b.txt
hello
$ echo one
> echo two
one
...
```

```sh
not run
```
"""

    def test_finds_files_and_commands_in_order(self) -> None:
        assert list(steps(self.DOCUMENT)) == [
            Written("a/b.txt", "hello\n"),
            Command("cat a/b.txt", ("hello",)),
            Command("echo one\necho two", ("one", "...")),
        ]

    def test_runs_them_in_one_shell(self, tmp_path: Path) -> None:
        wanted = [Command("x=1; false", ()), Command("echo $x $?", ()), Command("echo oops >&2", ())]
        assert run(wanted, tmp_path) == [[], ["1 1"], ["oops"]]

    def test_tells_what_is_printed_otherwise(self, tmp_path: Path) -> None:
        assert differences([Command("echo three", ("two",))], tmp_path) == ["$ echo three\nthree"]

    @pytest.mark.parametrize(
        ("expected", "as_expected"),
        [
            (["a", "b", "c"], True),
            (["a", "...", "c"], True),
            (["..."], True),
            (["...", "c"], True),
            (["a", "...", "b", "c"], True),
            (["a", "b"], False),
            (["...", "b"], False),
            ([], False),
        ],
    )
    def test_dots_stand_for_any_lines(self, expected: list[str], as_expected: bool) -> None:
        assert matches(["a", "b", "c"], expected) is as_expected
