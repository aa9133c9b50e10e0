"""Which locks keep the greenthreads of one client apart, and which do not."""

from __future__ import annotations

import textwrap

import pytest

from greenlint.rules import all_rules

from .linking import project

START = """
import contextlib
import functools
import threading

import eventlet
eventlet.monkey_patch()

import eventlet.semaphore
import httplib2
from oslo_concurrency import lockutils

HTTP = httplib2.Http()
LOCK = threading.Lock()
OTHER = threading.Lock()
MANY = eventlet.semaphore.Semaphore(5)


def ask():
    HTTP.request("http://shop.example/")


"""
MAIN = """

def main(numbers):
    for number in numbers:
        eventlet.spawn(work)


main([1, 2, 3])
"""


def is_shared(source: str) -> bool:
    """Whether the client is reported that the greenthreads which run ``work`` use."""
    (rule,) = (rule for rule in all_rules() if rule.code == "GRN101")
    return bool(list(rule.check(project({"main.py": START + textwrap.dedent(source) + MAIN}))))


def work(body: str) -> str:
    """The function that all greenthreads run."""
    return "def work():\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ") + "\n"


APART = {
    "with": "with LOCK:\n    ask()",
    "with two": "with OTHER, LOCK:\n    ask()",
    "acquire and release": "LOCK.acquire()\nask()\nLOCK.release()",
    "acquire and release in the end": "LOCK.acquire()\ntry:\n    ask()\nfinally:\n    LOCK.release()",
    "acquire in a test": "if LOCK.acquire(blocking=False):\n    ask()\n    LOCK.release()",
    "lock with a name": "with lockutils.lock('shop'):\n    ask()",
    "name for the lock": "lock = LOCK\nwith lock:\n    ask()",
    "lock taken by the caller": "def inner():\n    ask()\nwith LOCK:\n    inner()",
    "lock taken around a part": "print()\nwith LOCK:\n    print()\n    if True:\n        ask()",
    "released in a handler as well": (
        "LOCK.acquire()\ntry:\n    ask()\nexcept OSError:\n    LOCK.release()\n    raise\nLOCK.release()"
    ),
    "unknown lock": "with unknown.mutex:\n    ask()",
}
TOGETHER = {
    "no lock": "ask()",
    "lock before": "with LOCK:\n    print()\nask()",
    "lock released before": "LOCK.acquire()\nLOCK.release()\nask()",
    "lock that is never released": "LOCK.acquire()\nask()",
    "lock acquired afterwards": "ask()\nLOCK.acquire()\nLOCK.release()",
    "semaphore for five": "with MANY:\n    ask()",
    "lock of this call": "lock = threading.Lock()\nwith lock:\n    ask()",
    "lock made on the spot": "with threading.Lock():\n    ask()",
    "something else": "with open('log') as log:\n    ask()",
    "event": "event = threading.Event()\nevent.wait()\nask()",
    "two locks at two uses": "with LOCK:\n    ask()\nwith OTHER:\n    ask()",
    "lock at one of two uses": "with LOCK:\n    ask()\nask()",
}


@pytest.mark.parametrize("body", APART.values(), ids=list(APART))
def test_greenthreads_that_take_one_lock_are_kept_apart(body: str) -> None:
    assert not is_shared(work(body))


@pytest.mark.parametrize("body", TOGETHER.values(), ids=list(TOGETHER))
def test_greenthreads_that_take_no_common_lock_meet(body: str) -> None:
    assert is_shared(work(body))


@pytest.mark.parametrize(
    ("decorator", "expected"),
    [
        ("@lockutils.synchronized('shop')", False),
        ("@functools.lru_cache", True),
        ("@synchronized", False),
        ("@locked", False),
        ("@locked_by(LOCK)", False),
        ("@counted", True),
        ("@beside", True),
    ],
)
def test_what_a_decorator_does_counts(decorator: str, expected: bool) -> None:
    decorators = """
    def locked(function):
        def wrapper(*args):
            with LOCK:
                return function(*args)
        return wrapper

    def locked_by(lock):
        def decorate(function):
            def wrapper(*args):
                with lock:
                    return function(*args)
            return wrapper
        return decorate

    def counted(function):
        def wrapper(*args):
            print(args)
            return function(*args)
        return wrapper

    def beside(function):
        def wrapper(*args):
            with LOCK:
                print(args)
            return function(*args)
        return wrapper

    """
    assert is_shared(f"{textwrap.dedent(decorators)}\n{decorator}\n{work('ask()')}") is expected


@pytest.mark.parametrize(
    ("manager", "expected"),
    [
        ("with LOCK:\n        yield", False),
        ("LOCK.acquire()\n    yield\n    LOCK.release()", False),
        ("with MANY:\n        yield", True),
        ("print()\n    yield", True),
    ],
)
def test_what_a_context_manager_of_the_program_holds_counts(manager: str, expected: bool) -> None:
    alone = f"@contextlib.contextmanager\ndef alone():\n    {manager}\n\n"
    assert is_shared(alone + work("with alone():\n    ask()")) is expected


@pytest.mark.parametrize(
    ("held", "made", "expected"),
    [
        ("self.lock", "SHOP = Shop()", False),
        ("self.lock", "", True),
        ("Shop.common", "", False),
        ("self.common", "", False),
        ("self.many", "SHOP = Shop()", True),
    ],
)
def test_a_lock_in_an_attribute_counts_for_the_object_that_has_it(held: str, made: str, expected: bool) -> None:
    shop = f"""
    class Shop:
        common = threading.Lock()

        def __init__(self):
            self.lock = threading.Lock()
            self.many = eventlet.semaphore.Semaphore(2)

        def ask(self):
            with {held}:
                HTTP.request("http://shop.example/")

    {made}
    """
    used = "SHOP" if made else "Shop()"
    assert is_shared(f"{textwrap.dedent(shop)}\n{work(f'{used}.ask()')}") is expected
