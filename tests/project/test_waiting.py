"""Which greenthreads of one loop run at the same time: those that nobody waits for before the next one starts."""

from __future__ import annotations

import textwrap

import pytest

from greenlint.rules import all_rules

from .linking import project

START = """
import threading

import eventlet
eventlet.monkey_patch()

import eventlet.greenpool
import gevent
import httplib2

HTTP = httplib2.Http()


def work(number=0):
    HTTP.request(f"http://shop.example/{number}")


def other():
    eventlet.sleep(1)


def main(numbers, pool, tasks):
"""


def is_shared(body: str) -> bool:
    """Whether the client is reported if the main function has this body."""
    source = START + textwrap.indent(textwrap.dedent(body), "    ") + "\n\nmain([1, 2], eventlet.GreenPool(), [])\n"
    (rule,) = (rule for rule in all_rules() if rule.code == "GRN101")
    return bool(list(rule.check(project({"main.py": source}))))


def rounds(body: str) -> str:
    """A loop with this body."""
    return "for number in numbers:\n" + textwrap.indent(textwrap.dedent(body).strip("\n"), "    ")


ONE_AT_A_TIME = {
    "wait at once": "eventlet.spawn(work).wait()",
    "wait by name": "job = eventlet.spawn(work)\njob.wait()",
    "pool": "jobs = eventlet.GreenPool()\njobs.spawn(work)\njobs.waitall()",
    "list that is joined": "jobs = [gevent.spawn(work)]\ngevent.joinall(jobs)",
    "list of names": "job = gevent.spawn(work)\ngevent.joinall([job])",
    "list that is filled": "jobs = []\njobs.append(gevent.spawn(work))\ngevent.joinall(jobs)",
    "name that is put into a list": "jobs = []\njob = gevent.spawn(work)\njobs.append(job)\ngevent.joinall(jobs)",
    "set that is filled": "jobs = set()\njobs.add(gevent.spawn(work))\ngevent.joinall(jobs)",
    "loop over the list": "jobs = [eventlet.spawn(work)]\nfor job in jobs:\n    job.wait()",
    "dictionary": "jobs = {}\njobs[number] = gevent.spawn(work)\ngevent.joinall(jobs)",
    "thread": "thread = threading.Thread(target=work)\nthread.start()\nthread.join()",
    "wait under a condition that holds for both": (
        "if number:\n    job = eventlet.spawn(work)\n    print(number)\n    job.wait()"
    ),
    "other greenthread that is waited for before": "eventlet.spawn(other).wait()\neventlet.spawn(work).wait()",
    "first that succeeds": "eventlet.spawn(work)\nbreak",
    "return behind it": "eventlet.spawn(work)\nreturn",
}
SEVERAL_AT_ONCE = {
    "no wait": "eventlet.spawn(work)",
    "wait for another": "job = eventlet.spawn(other)\neventlet.spawn(work)\njob.wait()",
    "pool of somebody else": "pool.spawn(work)\ntasks.waitall()",
    "thread that is not joined": "thread = threading.Thread(target=work)\nthread.start()",
    "two in a round": "one = eventlet.spawn(work)\nanother = eventlet.spawn(work)\none.wait()\nanother.wait()",
    "list that is joined later": "tasks.append(eventlet.spawn(work))",
    "wait before it": "job = eventlet.spawn(other)\njob.wait()\njob = None\neventlet.spawn(work)",
    "wait for the one before": "if tasks:\n    tasks.pop().wait()\neventlet.spawn(work)",
    "continue behind it": "eventlet.spawn(work)\ncontinue",
}


@pytest.mark.parametrize("body", ONE_AT_A_TIME.values(), ids=list(ONE_AT_A_TIME))
def test_a_round_that_waits_for_its_greenthread_has_one_at_a_time(body: str) -> None:
    assert not is_shared(rounds(body))


@pytest.mark.parametrize("body", SEVERAL_AT_ONCE.values(), ids=list(SEVERAL_AT_ONCE))
def test_a_round_that_does_not_wait_leaves_several_behind(body: str) -> None:
    assert is_shared(rounds(body))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param("for job in [eventlet.spawn(work, n) for n in numbers]:\n    job.wait()", True, id="all"),
        pytest.param("eventlet.spawn(work).wait()\nwork()", False, id="the starter afterwards"),
        pytest.param("job = eventlet.spawn(work)\nwork()\njob.wait()", True, id="the starter meanwhile"),
        pytest.param("work()\neventlet.spawn(work)", False, id="the starter before"),
        pytest.param("eventlet.spawn(work)\nwork()", True, id="the starter after it, without a wait"),
        pytest.param("eventlet.spawn(work).wait()\neventlet.spawn(work).wait()", False, id="one after the other"),
        pytest.param("eventlet.spawn(work)\neventlet.spawn(work).wait()", True, id="one beside the other"),
        pytest.param("if numbers:\n    eventlet.spawn(work)\nelse:\n    eventlet.spawn(work)", False, id="either"),
        pytest.param("pool.spawn(work)\npool.waitall()\nwork()", False, id="the starter behind the pool"),
        pytest.param("pool.spawn(work)\nwork()\npool.waitall()", True, id="the starter beside the pool"),
        pytest.param("for _ in pool.imap(work, numbers):\n    pass", True, id="imap"),
        pytest.param("eventlet.GreenPool(1).spawn(work)\nprint()", False, id="once"),
    ],
)
def test_who_runs_beside_whom(body: str, expected: bool) -> None:
    assert is_shared(body) is expected


def test_a_pool_for_one_greenthread_runs_them_one_by_one() -> None:
    assert not is_shared("narrow = eventlet.GreenPool(1)\nfor n in numbers:\n    narrow.spawn(work, n)")
    assert is_shared("wide = eventlet.GreenPool(2)\nfor n in numbers:\n    wide.spawn(work, n)")
