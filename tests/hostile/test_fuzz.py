"""Programs that nobody wrote, through the whole pipeline: no rule fails, and every format prints what was found.

The number of examples is small for CI; ``GREENLINT_EXAMPLES=20000 pytest tests/hostile/test_fuzz.py`` tries more.
"""

from __future__ import annotations

import ast
import os
import tempfile
from pathlib import Path
from random import Random

import hypothesmith
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fixtures.catalogue import programs
from tests.hostile.pipeline import PROBE, analysed
from tests.source.trees import lay

EXAMPLES = int(os.environ.get("GREENLINT_EXAMPLES", "60"))
TEXTS = sorted({text for program in programs() for path, text in program.files.items() if path.endswith(".py")})
PIECES = (
    b"\0", b"\xff", b"\xef\xbb\xbf", b"\r", b"\x0c", b"\\\n", b"(", b")", b"'''", b"#", b"\n    ", b"*", b" := ",
    b"async ", b"await ", b"yield ", b"lambda: ", b"global HTTP\n", b"# coding: utf-16\n", b"# greenlint: ignore[",
    b"# noqa: GRN101",
)  # fmt: skip

bounded = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
texts = st.sampled_from(TEXTS)
pieces = st.sampled_from(PIECES) | st.binary(max_size=6)
edits = st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 40), pieces)


def survives(files: dict[str, bytes]) -> None:
    """Analyse a program of these files and print the report."""
    with tempfile.TemporaryDirectory() as place:
        analysed(lay(Path(place), {"pyproject.toml": "", **files}))


@bounded
@given(source=hypothesmith.from_grammar())
def test_any_grammatical_program(source: str) -> None:
    survives({"a.py": (PROBE + source).encode("utf-8", "surrogatepass"), "b.py": source.encode("utf-8", "replace")})


@bounded
@given(text=texts, changes=st.lists(edits, min_size=1, max_size=6))
def test_a_program_with_damaged_bytes(text: str, changes: list[tuple[float, int, bytes]]) -> None:
    data = text.encode()
    for where, length, piece in changes:
        at = int(where * len(data))
        data = data[:at] + piece + data[at + length :]
    survives({"a.py": data, "b.py": PROBE.encode()})


@bounded
@given(chosen=st.lists(texts, min_size=2, max_size=4), seed=st.integers(0, 1 << 32))
def test_statements_of_several_programs_in_any_order(chosen: list[str], seed: int) -> None:
    survives({"a.py": shuffled(chosen, Random(seed)).encode(), "app/b.py": shuffled(chosen, Random(seed + 1)).encode()})


@bounded
@given(text=texts, seed=st.integers(0, 1 << 32))
def test_names_that_mean_other_things(text: str, seed: int) -> None:
    """Calls go round in circles, classes inherit from themselves and modules import one another."""
    random, tree = Random(seed), ast.parse(text)
    words = sorted({node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {"a", "b", "self"})
    for node in ast.walk(tree):
        if random.random() < 0.3:
            for field in ("id", "name", "attr", "arg", "module"):
                if isinstance(getattr(node, field, None), str):
                    setattr(node, field, random.choice(words))
    survives({"a.py": ast.unparse(tree).encode(), "b.py": text.encode()})


def shuffled(sources: list[str], random: Random) -> str:
    """Put the statements of the programs into the bodies of each other."""
    trees = [ast.parse(source) for source in sources]
    bodies = [node.body for tree in trees for node in ast.walk(tree) if isinstance(getattr(node, "body", None), list)]
    statements = [statement for body in bodies for statement in body]
    random.shuffle(statements)
    wanted = random.sample(statements, min(len(statements), 12))
    return ast.unparse(ast.Module([*trees[0].body, *wanted, *trees[-1].body], []))
