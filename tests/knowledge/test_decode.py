"""A row that cannot be understood is an error that says where it is and what was meant."""

from __future__ import annotations

import pytest

from greenlint.knowledge.decode import KnowledgeError, decode, from_config
from greenlint.model import GreenlintError

ERRORS = {
    "unknown table": (
        '[[clint]]\nid = "x"',
        "rows.toml: unknown table 'clint'; did you mean 'client'?",
    ),
    "unknown key": (
        '[[client]]\nid = "acme"\nsharring = "safe"',
        "rows.toml: [[client]] 'acme': unknown key 'sharring'; did you mean 'sharing'?",
    ),
    "unknown key of an inner table": (
        '[[client]]\nid = "acme"\nuses = { reed = ["get"] }',
        "rows.toml: [[client]] 'acme': uses: unknown key 'reed'; did you mean 'read'?",
    ),
    "unknown word": (
        '[[client]]\nid = "acme"\nsharing = "unsaef"',
        "rows.toml: [[client]] 'acme': sharing: unknown word 'unsaef'; did you mean 'unsafe'?",
    ),
    "word unlike any other": (
        '[[client]]\nid = "acme"\nseverity = "xyz"',
        "rows.toml: [[client]] 'acme': severity: unknown word 'xyz'; known: error, off, warning",
    ),
    "word in a list": (
        '[[need]]\nid = "p"\nnames = ["a.b"]\ngroups = ["sokcet"]',
        "rows.toml: [[need]] 'p': groups[0]: unknown word 'sokcet'; did you mean 'socket'?",
    ),
    "name that is not dotted": (
        '[[client]]\nid = "acme"\nconstructors = ["acme.Client", "Client()"]',
        "rows.toml: [[client]] 'acme': constructors[1]: expected a dotted name: package.module.Name",
    ),
    "second row": (
        '[[join]]\nnames = ["a.b"]\n[[join]]\nnames = ["a.c"]\nposition = "first"',
        "rows.toml: [[join]] ['a.c']: position: Expected `int`, got `str`",
    ),
    "row without a name": (
        '[[client]]\nsharing = "safe"',
        "rows.toml: [[client]] row 1: Object missing required field `id`",
    ),
    "method without its class": (
        '[[spawn]]\nid = "go"\nnames = ["acme.Pool.go"]\nkind = "method"',
        "rows.toml: [[spawn]] 'go': a row of kind 'method' needs a receiver (the class)",
    ),
    "argument without its place": (
        '[[spawn]]\nid = "go"\nnames = ["acme.go"]\ncallable_position = -1',
        "rows.toml: [[spawn]] 'go': target 'argument' needs callable_position or callable_keyword",
    ),
    "hooks without their names": (
        '[[spawn]]\nid = "go"\nnames = ["acme.Worker"]\nkind = "class"\ntarget = "hook-methods"',
        "rows.toml: [[spawn]] 'go': target 'hook-methods' needs hook_methods",
    ),
    "exception without its name": (
        '[[blocking]]\nid = "poll"\neventlet = "raises"',
        "rows.toml: [[blocking]] 'poll': 'raises' needs raises (the exception)",
    ),
    "removal without its group": (
        '[[blocking]]\nid = "poll"\neventlet = "removed"',
        "rows.toml: [[blocking]] 'poll': 'removed' needs removed_by (the patch group that deletes the name)",
    ),
    "table that is no list": ("[client]\nid = 1", "rows.toml: [[client]]: Expected `array`, got `object`"),
}


@pytest.mark.parametrize(("text", "message"), ERRORS.values(), ids=ERRORS.keys())
def test_names_file_table_row_and_key(text: str, message: str) -> None:
    with pytest.raises(KnowledgeError) as caught:
        decode(text, "rows.toml")
    assert str(caught.value) == message


def test_patch_groups_of_a_blocking_call_are_words_too() -> None:
    with pytest.raises(KnowledgeError, match=r"'nap': eventlet: expected always, never, .* group:<g>"):
        decode('[[blocking]]\nid = "nap"\neventlet = "group:tme"', "rows.toml")


def test_text_that_is_no_toml_names_the_file() -> None:
    with pytest.raises(KnowledgeError, match=r"^rows\.toml: not valid TOML: "):
        decode("[[client]", "rows.toml")


def test_the_error_is_one_that_a_user_can_act_on() -> None:
    assert issubclass(KnowledgeError, GreenlintError)


def test_a_configured_row_is_known_by_its_first_name() -> None:
    rows = from_config({"client": [{"constructors": ["acme.Client", "acme.Pool"]}]})
    assert rows.client[0].id == "acme.Client"


def test_a_configured_client_without_methods_counts_every_call_as_exclusive() -> None:
    client = from_config({"client": [{"constructors": ["acme.Client"]}]}).client[0]
    assert client.use_of("anything") == "exclusive"
    assert client.collides("eventlet")


def test_a_configured_spawn_takes_the_callable_first_and_passes_the_rest_on() -> None:
    spawn = from_config({"spawn": [{"names": ["acme.go"]}]}).spawn[0]
    assert (spawn.callable_position, spawn.args_from, spawn.args_style) == (0, 1, "star")


def test_a_wrong_configured_row_names_the_configuration() -> None:
    with pytest.raises(KnowledgeError, match=r"^pyproject\.toml: \[\[guard\]\] 'acme\.lock': kind: "):
        from_config({"guard": [{"names": ["acme.lock"], "kind": "lokc"}]}, "pyproject.toml")
