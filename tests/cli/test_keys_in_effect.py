"""Every key of the configuration, down to its effect: a program, a setting, and what it changes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from greenlint.cli import main
from greenlint.cli.commands.config import KEYS
from tests.baseline.programs import CLIENTS, MAIN
from tests.source.trees import lay

Capture = pytest.CaptureFixture[str]


def findings(capsys: Capture) -> list[str]:
    """The code and file of what is found."""
    main(["check", "--output-format", "json"])
    report = json.loads(capsys.readouterr().out)
    return [f"{finding['code']} {finding['path']}" for finding in report["findings"]]


def confidences(capsys: Capture) -> list[str]:
    main(["check", "--output-format", "json"])
    return [finding["confidence"] for finding in json.loads(capsys.readouterr().out)["findings"]]


def files(capsys: Capture, *paths: str) -> list[str]:
    assert main(["check", "--show-files", *paths]) == 0
    return capsys.readouterr().out.splitlines()


def files_for_one(capsys: Capture) -> list[str]:
    return files(capsys, "main.py")


def caches(capsys: Capture) -> list[str]:
    """The directories that a run leaves."""
    main(["check"])
    capsys.readouterr()
    return sorted(path.name for path in Path().iterdir() if path.is_dir())


def beginning(capsys: Capture) -> str:
    main(["check"])
    return capsys.readouterr().out.split()[0]


def processes(capsys: Capture) -> str:
    """The setting in force; a test of the reading of sources tells what it does."""
    main(["check", "--show-settings"])
    found = re.search(r"^jobs = .*$", capsys.readouterr().out, re.MULTILINE)
    return found[0] if found else ""


class Effect(NamedTuple):
    """What a setting changes, in which program."""

    setting: str
    before: object
    after: object
    look: Callable[[Capture], object] = findings
    program: Mapping[str, str | None] = {}


ONE = ["GRN101 clients.py"]
BOTH = ["clients.py", "main.py"]
OWN_CLIENT = CLIENTS.replace("import httplib2", "import shop_client").replace("httplib2.Http", "shop_client.Client")
OWN_GUARD = CLIENTS.replace("import httplib2", "import httplib2\nimport shop_turns").replace(
    "    return HTTP", '    with shop_turns.turn("http"):\n        return HTTP'
)
OWN_SPAWN = MAIN.replace("import eventlet\n", "import eventlet\nimport shop_tasks\n", 1).replace(
    "eventlet.spawn_n(", "shop_tasks.later("
)
UNPATCHED = MAIN.replace("eventlet.monkey_patch()\n", "").replace("def main", "def start")
SLOW = MAIN.replace("import eventlet\n", "import eventlet\nimport shop_slow\n", 1).replace(
    "fetch(url)", "shop_slow.wait(url)"
)
KNOWN = '{"rule":"GRN101","in":["httplib2.Http","clients.HTTP"],"way":"main.main starts main.worker"}\n'

EFFECTS = {
    "select": Effect('select = ["GRN3"]', ONE, []),
    "ignore": Effect('ignore = ["shared-client"]', ONE, []),
    "extend-select": Effect(
        'extend-select = ["GRN903"]', [], ["GRN903 more.py"], program={"clients.py": "", "more.py": "# noqa : GRN101\n"}
    ),
    "per-file-ignores": Effect('per-file-ignores = {"cl*.py" = ["GRN101"]}', ONE, []),
    "exclude": Effect('exclude = ["clients.py"]', BOTH, ["main.py"], files),
    "extend-exclude": Effect('extend-exclude = ["clients.py"]', BOTH, ["main.py"], files),
    "force-exclude": Effect('force-exclude = true\nextend-exclude = ["main.py"]', BOTH, ["clients.py"], files_for_one),
    "respect-gitignore": Effect(
        "respect-gitignore = false", ["main.py"], BOTH, files, {".git/HEAD": "", ".gitignore": "clients.py\n"}
    ),
    "src": Effect(
        'src = ["odd/place"]',
        [],
        ["GRN101 odd/place/clients.py"],
        program={
            "clients.py": None,
            "odd/__init__.py": "",
            "odd/place/__init__.py": "",
            "odd/place/clients.py": CLIENTS,
        },
    ),
    "hub": Effect('hub = "threading"', ONE, []),
    "entry-points": Effect(
        'entry-points = [{callable = "main:start", patched = true}]',
        ["likely"],
        ["certain"],
        confidences,
        {"main.py": UNPATCHED},
    ),
    "roots": Effect(
        'roots = [{callable = "clients.fetch", multiplicity = "many"}]',
        [],
        ONE,
        program={"main.py": "import eventlet\n\neventlet.monkey_patch()\n\nimport clients\n"},
    ),
    "min-confidence": Effect(
        'min-confidence = "certain"',
        ONE,
        [],
        program={"clients.py": f"import eventlet\n{CLIENTS}", "main.py": UNPATCHED},
    ),
    "output-format": Effect('output-format = "concise"', "error[GRN101]", "clients.py:3:8:", beginning),
    "cache-dir": Effect('cache-dir = "kept"', [".greenlint_cache"], ["kept"], caches),
    "no-cache": Effect("no-cache = true", [".greenlint_cache"], [], caches),
    "baseline": Effect('baseline = "known.jsonl"', ONE, [], program={"known.jsonl": KNOWN}),
    "jobs": Effect("jobs = 3", "jobs = 0", "jobs = 3", processes),
    "client": Effect(
        '[[client]]\nid = "shop"\nconstructors = ["shop_client.Client"]', [], ONE, program={"clients.py": OWN_CLIENT}
    ),
    "spawn": Effect('[[spawn]]\nid = "later"\nnames = ["shop_tasks.later"]', [], ONE, program={"main.py": OWN_SPAWN}),
    "blocking": Effect(
        '[[blocking]]\nid = "wait"\nnames = ["shop_slow.wait"]',
        [],
        ["GRN202 main.py"],
        program={"main.py": SLOW},
    ),
    "guard": Effect(
        '[[guard]]\nid = "turn"\nnames = ["shop_turns.turn"]\nkind = "lock"\nform = "context"',
        ONE,
        [],
        program={"clients.py": OWN_GUARD},
    ),
}


@pytest.mark.parametrize("key", EFFECTS)
def test_changes_what_it_says_it_does(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    effect = EFFECTS[key]
    for name, setting in (("without", ""), ("with", effect.setting)):
        program = {"clients.py": CLIENTS, "main.py": MAIN, **effect.program}
        root = lay(tmp_path / name, {path: text for path, text in program.items() if text is not None})
        (root / "greenlint.toml").write_text(f"{setting}\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / "without")
    assert effect.look(capsys) == effect.before
    monkeypatch.chdir(tmp_path / "with")
    assert effect.look(capsys) == effect.after
    assert effect.before != effect.after


def test_every_key_that_is_documented_is_here() -> None:
    assert set(EFFECTS) - {"client", "spawn", "blocking", "guard"} == set(KEYS)
