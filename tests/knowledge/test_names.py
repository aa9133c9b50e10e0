"""Names: one spelling for each, whatever a program imports."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from greenlint.knowledge.knowledge import Knowledge
from greenlint.knowledge.loader import own_rows
from greenlint.knowledge.names import aliases
from greenlint.knowledge.schema import AliasRow
from greenlint.model import GreenlintError

SPELLED = {
    "six.moves.http_client.HTTPConnection": "http.client.HTTPConnection",
    "six.moves.urllib.request.urlopen": "urllib.request.urlopen",
    "six.moves.queue.Queue": "queue.Queue",
    "httplib.HTTPSConnection": "http.client.HTTPSConnection",
    "urllib2.urlopen": "urllib.request.urlopen",
    "thread.start_new_thread": "_thread.start_new_thread",
    "eventlet.green.urllib2.urlopen": "urllib.request.urlopen",
    "eventlet.greenthread.spawn": "eventlet.spawn",
    "eventlet.greenpool.GreenPool.spawn": "eventlet.GreenPool.spawn",
    "gevent.greenlet.Greenlet": "gevent.Greenlet",
    "gevent.coros.Semaphore": "gevent.lock.Semaphore",
    "gevent.socket.create_connection": "socket.create_connection",
    "oslo.messaging.rpc.server.get_rpc_server": "oslo_messaging.get_rpc_server",
    "redis.StrictRedis.pubsub": "redis.Redis.pubsub",
    "requests.packages.urllib3.PoolManager": "urllib3.PoolManager",
    "ryu.lib.hub.patch": "eventlet.monkey_patch",
    "six.moves.range": "six.moves.range",
    "project.module.function": "project.module.function",
    "": "",
}
GREEN = {
    "eventlet.green.socket.socket": True,
    "gevent.socket.socket": True,
    "gevent_zeromq.Context": True,
    "eventlet.green.subprocess.run": True,
    "socket.socket": False,
    "six.moves.queue.Queue": False,
    "eventlet.spawn": False,
}
_KNOWLEDGE = aliases(own_rows().alias)
_WORDS = sorted({part for name in _KNOWLEDGE.spellings() for part in name.split(".")})
dotted_names = st.builds(
    lambda head, tail: ".".join([head, *tail]),
    st.sampled_from([*sorted(_KNOWLEDGE.spellings()), "project"]),
    st.lists(st.sampled_from(_WORDS), max_size=3),
)


@pytest.mark.parametrize(("written", "canonical"), SPELLED.items())
def test_aliases_lead_to_one_spelling(knowledge: Knowledge, written: str, canonical: str) -> None:
    assert knowledge.canonical(written) == canonical


@pytest.mark.parametrize(("written", "green"), GREEN.items())
def test_knows_what_is_green(knowledge: Knowledge, written: str, green: bool) -> None:
    assert knowledge.is_green(written) is green


@pytest.mark.parametrize(
    "name", ["eventlet.green.subprocess.run", "eventlet.green.threading.Thread", "eventlet.green.zmq.Socket"]
)
def test_what_differs_in_its_green_module_stands_for_itself(knowledge: Knowledge, name: str) -> None:
    assert knowledge.canonical(name) == name


@given(dotted_names)
def test_canonical_is_idempotent(name: str) -> None:
    once = _KNOWLEDGE.canonical(name)
    assert _KNOWLEDGE.canonical(once) == once


@given(dotted_names)
def test_a_name_below_an_alias_keeps_its_tail(name: str) -> None:
    tail = "x_" + name.rpartition(".")[2]
    assert _KNOWLEDGE.canonical(f"{name}.{tail}") == f"{_KNOWLEDGE.canonical(name)}.{tail}"


def test_the_longest_prefix_wins() -> None:
    found = aliases([AliasRow(name="a", target="b"), AliasRow(name="a.c", target="d")])
    assert (found.canonical("a.x"), found.canonical("a.c.x")) == ("b.x", "d.x")


def test_a_prefix_ends_at_a_dot() -> None:
    assert aliases([AliasRow(name="a", target="b")]).canonical("ab.x") == "ab.x"


def test_aliases_that_lead_in_a_circle_are_an_error() -> None:
    with pytest.raises(GreenlintError, match="circle"):
        aliases([AliasRow(name="a", target="b"), AliasRow(name="b", target="a")])


def test_an_alias_that_only_grows_is_an_error() -> None:
    with pytest.raises(GreenlintError, match="circle"):
        aliases([AliasRow(name="a", target="a.b")])
