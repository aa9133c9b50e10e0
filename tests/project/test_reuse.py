"""When a client is used again after a Timeout cut a request on it short, and what code does about it."""

from __future__ import annotations

import textwrap

import pytest

from greenlint.rules import all_rules

from .linking import project

START = """
import eventlet
eventlet.monkey_patch()

import gevent
import httplib2
"""
MAIN = """
def main():
    poller = Poller()
    for number in range(9):
        poller.poll(number)


main()
"""


def is_reused(source: str) -> bool:
    """Whether a program uses a client again that a Timeout has left in the middle of a request."""
    (rule,) = (rule for rule in all_rules() if rule.code == "GRN103")
    return bool(list(rule.check(project({"main.py": START + textwrap.dedent(source)}))))


def poller(poll: str, more: str = "") -> str:
    """A class with a client and a method that polls with it, and the program that calls this nine times."""
    methods = "def __init__(self):\n    self.http = httplib2.Http()\n\n"
    methods += f"def poll(self, number):\n{indented(poll)}\n{more}"
    return f"class Poller:\n{indented(methods)}\n{MAIN}"


def indented(text: str) -> str:
    return textwrap.indent(textwrap.dedent(text).strip("\n"), "    ")


ASKS = "self.http.request('http://feed.example/')"
CAUGHT = f"try:\n    with eventlet.Timeout(2):\n        {ASKS}\nexcept eventlet.Timeout:\n    "
GOES_ON = {
    "caught and passed over": CAUGHT + "pass",
    "caught and logged": CAUGHT + "print('late')",
    "caught and answered": CAUGHT + "return None",
    "caught with everything": CAUGHT.replace("eventlet.Timeout:\n", "BaseException:\n") + "pass",
    "caught by a bare except": CAUGHT.replace("except eventlet.Timeout", "except") + "pass",
    "caught among others": CAUGHT.replace("except eventlet.Timeout", "except (ValueError, eventlet.Timeout)") + "pass",
    "silent": f"with eventlet.Timeout(2, False):\n    {ASKS}",
    "an exception of the program, caught": (
        f"try:\n    with eventlet.Timeout(2, OSError('late')):\n        {ASKS}\nexcept OSError:\n    pass"
    ),
    "another client is replaced": CAUGHT + "self.other = httplib2.Http()",
    "another client is closed": CAUGHT + "self.other.close()",
    "with a name": (
        f"timeout = eventlet.Timeout(2)\ntry:\n    with timeout:\n        {ASKS}\nexcept eventlet.Timeout:\n    pass"
    ),
}
GIVES_UP = {
    "not caught": f"with eventlet.Timeout(2):\n    {ASKS}",
    "caught as an ordinary exception": CAUGHT.replace("eventlet.Timeout:\n", "Exception:\n") + "pass",
    "raised again": CAUGHT + "raise",
    "raised as another": CAUGHT + "raise OSError('late')",
    "closed": CAUGHT + "self.http.close()",
    "replaced": CAUGHT + "self.http = httplib2.Http()",
    "replaced afterwards": CAUGHT + "pass\nself.http = httplib2.Http()",
    "replaced before each use": f"self.http = httplib2.Http()\n{CAUGHT}pass",
    "closed in the end": f"{CAUGHT}pass\nfinally:\n    self.http.close()",
    "taken out of the attribute": CAUGHT + "self.http = None",
    "no limit": CAUGHT.replace("Timeout(2)", "Timeout(None)") + "pass",
    "limit around something else": (
        f"try:\n    with eventlet.Timeout(2):\n        print()\n    {ASKS}\nexcept eventlet.Timeout:\n    pass"
    ),
    "cancelled before": (
        "timeout = eventlet.Timeout(2)\nprint()\ntimeout.cancel()\n"
        f"try:\n    {ASKS}\nexcept eventlet.Timeout:\n    pass"
    ),
    "client of its own": CAUGHT.replace("self.http", "httplib2.Http()") + "pass",
    "an exception of the program, not caught": f"with eventlet.Timeout(2, OSError('late')):\n    {ASKS}",
}


@pytest.mark.parametrize("poll", GOES_ON.values(), ids=list(GOES_ON))
def test_who_goes_on_with_the_client_is_told(poll: str) -> None:
    assert is_reused(poller(poll))


@pytest.mark.parametrize("poll", GIVES_UP.values(), ids=list(GIVES_UP))
def test_who_gives_the_client_up_is_left_alone(poll: str) -> None:
    assert not is_reused(poller(poll))


@pytest.mark.xfail(strict=True, reason="the handler is looked for around the line that starts the Timeout")
def test_a_timeout_that_is_started_before_the_try_is_caught_in_it() -> None:
    caught = f"try:\n    {ASKS}\nexcept eventlet.Timeout:\n    pass\n"
    assert is_reused(poller(f"timeout = eventlet.Timeout(2)\n{caught}finally:\n    timeout.cancel()"))


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("self.http.close()", False),
        ("self.http = httplib2.Http()", False),
        ("print('late')", True),
        ("self.later()", True),
        ("self.reconnect()", False),
    ],
)
def test_a_method_may_give_the_client_up(method: str, expected: bool) -> None:
    more = "def later(self):\n    pass\n\ndef reconnect(self):\n    self.http = None\n\n"
    more += f"def give_up(self):\n    {method}\n"
    assert is_reused(poller(CAUGHT + "self.give_up()", more)) is expected


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        ("try:\n    self.ask()\nexcept eventlet.Timeout:\n    pass", True),
        ("try:\n    self.ask()\nexcept eventlet.Timeout:\n    self.http.close()", False),
        ("try:\n    self.ask()\nexcept ValueError:\n    pass", False),
        ("try:\n    self.ask()\nfinally:\n    self.http.close()", False),
        ("try:\n    self.ask()\nexcept eventlet.Timeout:\n    raise", False),
        ("self.ask()", False),
        ("eventlet.spawn(self.ask)", True),
    ],
)
def test_the_caller_may_go_on_or_give_up(caller: str, expected: bool) -> None:
    assert is_reused(poller(caller, f"def ask(self):\n    with eventlet.Timeout(2):\n        {ASKS}\n")) is expected


LOCAL = """
def main():
    http = httplib2.Http()
    {before}
    {body}


main()
"""
TRY = "try:\n    with eventlet.Timeout(2):\n        http.request('a')\nexcept eventlet.Timeout:\n    {}\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (TRY.format("pass"), False),
        (TRY.format("pass") + "http.request('http://b.example/')", True),
        (TRY.format("return") + "http.request('http://b.example/')", False),
        (TRY.format("pass") + "http.close()", False),
        (TRY.format("http = httplib2.Http()") + "http.request('http://b.example/')", False),
        ("for _ in range(3):\n" + textwrap.indent(TRY.format("pass"), "    "), True),
        ("for _ in range(3):\n" + textwrap.indent(TRY.format("continue"), "    "), True),
        ("for _ in range(3):\n" + textwrap.indent(TRY.format("break"), "    "), False),
        ("for _ in range(3):\n" + textwrap.indent(TRY.format("return"), "    "), False),
        ("for _ in range(3):\n" + textwrap.indent("http = httplib2.Http()\n" + TRY.format("pass"), "    "), False),
        ("while True:\n" + textwrap.indent(TRY.format("break"), "    ") + "http.request('http://b.example/')", True),
        (
            "for _ in range(3):\n    try:\n        with eventlet.Timeout(2):\n            other.request('http://a.example/')\n"
            "    except eventlet.Timeout:\n        pass\nhttp.request('http://b.example/')",
            False,
        ),
    ],
)
def test_a_client_in_a_variable_is_used_again_in_the_same_function(body: str, expected: bool) -> None:
    source = LOCAL.format(before="other = None", body=textwrap.indent(body, "    ").lstrip())
    assert is_reused(source) is expected


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ("eventlet.with_timeout(2, fetch, timeout_value=None)", True),
        ("eventlet.with_timeout(2, other, timeout_value=None)", False),
        ("eventlet.with_timeout(2, fetch)", False),
        ("gevent.with_timeout(2, fetch, timeout_value=None)", True),
    ],
)
def test_a_function_that_runs_under_a_limit(limit: str, expected: bool) -> None:
    source = f"""
    HTTP = httplib2.Http()

    def fetch():
        HTTP.request("http://a.example/")

    def other():
        print()

    def main():
        for _ in range(3):
            {limit}

    main()
    """
    assert is_reused(source) is expected
