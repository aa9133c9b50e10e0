"""Questions that the rest of greenlint asks about libraries."""

from __future__ import annotations

import pytest

from greenlint.knowledge.decode import decode, from_config
from greenlint.knowledge.knowledge import Knowledge, know
from greenlint.knowledge.schema import Rows


def ids(rows: tuple[object, ...]) -> list[str]:
    return [str(getattr(row, "id", "")) for row in rows]


def test_a_spawn_is_found_under_its_canonical_name(knowledge: Knowledge) -> None:
    name = knowledge.canonical("eventlet.greenthread.spawn_n")
    assert ids(knowledge.spawns_by_name[name]) == ["eventlet.spawn_n"]


def test_a_class_that_is_called_and_inherited_from_has_a_row_for_each(knowledge: Knowledge) -> None:
    kinds = {row.kind for row in knowledge.spawns_by_name["gevent.Greenlet"]}
    assert kinds == {"class", "subclass-hook"}


def test_an_argument_of_the_constructor_chooses_among_rows(knowledge: Knowledge) -> None:
    rows = knowledge.clients_by_constructor["redis.Redis"]
    assert [row.when.keyword for row in rows if row.when] == ["single_connection_client"]
    assert [row.id for row in rows if not row.when] == ["redis.Redis"]


@pytest.mark.parametrize(
    ("client", "method", "use"),
    [
        ("httplib2.Http", "request", "exclusive"),
        ("httplib2.Http", "add_credentials", "safe"),
        ("socket.socket", "recv", "read"),
        ("socket.socket", "sendall", "write"),
        ("requests.Session", "headers", "mutate"),
        ("xmlrpc.client.ServerProxy", "any_remote_method", "exclusive"),
    ],
)
def test_tells_how_a_method_uses_its_client(knowledge: Knowledge, client: str, method: str, use: str) -> None:
    assert knowledge.clients_by_constructor[client][0].use_of(method) == use


@pytest.mark.parametrize(
    ("call", "made"),
    [
        ("redis.from_url", "redis.Redis"),
        ("redis.StrictRedis.from_url", "redis.Redis"),
        ("zmq.Context.instance", "zmq.Context"),
        ("eventlet.connect", "socket.socket"),
        ("pymysql.connect", "pymysql.connections.Connection"),
        ("sqlalchemy.orm.sessionmaker.__call__", "sqlalchemy.orm.Session"),
        ("httplib2.Http", "httplib2.Http"),
        ("project.make", "project.make"),
    ],
)
def test_tells_the_class_that_a_call_makes(knowledge: Knowledge, call: str, made: str) -> None:
    assert knowledge.class_made_by(call) == made


def test_an_element_of_a_result_is_not_the_result(knowledge: Knowledge) -> None:
    assert knowledge.class_made_by("socket.socket.accept") == "socket.socket.accept"
    assert [row.element for row in knowledge.results["socket.socket.accept"]] == [0]


def test_a_scoped_session_is_a_guard_and_no_session(knowledge: Knowledge) -> None:
    assert [row.kind for row in knowledge.guards_by_name["sqlalchemy.orm.scoped_session"]] == [
        "per-greenthread"
    ]
    assert "sqlalchemy.orm.scoped_session.__call__" not in knowledge.results


def test_a_prefixed_synchronized_is_as_good_as_the_decorator(knowledge: Knowledge) -> None:
    (row,) = knowledge.results["oslo_concurrency.lockutils.synchronized_with_prefix"]
    assert row.function
    assert [guard.form for guard in knowledge.guards_by_name[row.type]] == ["decorator"]


@pytest.mark.parametrize(
    "name",
    [
        "threading.Lock",
        "threading.RLock",
        "gevent.coros.RLock",
        "gevent.lock.BoundedSemaphore",
        "eventlet.semaphore.Semaphore",
        "oslo_concurrency.lockutils.lock",
        "oslo_concurrency.lockutils.synchronized",
        "fasteners.locked",
        "tooz.locking.Lock",
        "nova.utils.synchronized",
        "_thread.allocate_lock",
    ],
)
def test_knows_the_locks(knowledge: Knowledge, name: str) -> None:
    assert {row.kind for row in knowledge.guards_by_name[knowledge.canonical(name)]} == {"lock"}


@pytest.mark.parametrize(
    "name",
    [
        "oslo_concurrency.lockutils.external_lock",
        "fasteners.InterProcessLock",
        "functools.lru_cache",
        "eventlet.tpool.Proxy",
        "gevent.lock.DummySemaphore",
    ],
)
def test_knows_what_only_looks_like_a_guard(knowledge: Knowledge, name: str) -> None:
    assert {row.kind for row in knowledge.guards_by_name[name]} == {"none"}


def test_base_classes_lend_their_rows(knowledge: Knowledge) -> None:
    assert "socket.socket" in knowledge.ancestors("ssl.SSLSocket")
    assert knowledge.of_method(knowledge.joins_by_name, "threading.Timer", "join")
    assert ids(knowledge.client_of("http.client.HTTPSConnection")) == ["http.client"]
    assert knowledge.of_method(knowledge.joins_by_name, "project.Timer", "join") == ()


def test_a_wildcard_speaks_of_every_method(knowledge: Knowledge) -> None:
    assert ids(knowledge.blocking("redis.Redis.zadd")) == ["redis"]
    assert knowledge.blocking("project.call") == ()


def test_last_names_hold_every_spelling(knowledge: Knowledge) -> None:
    assert {
        "spawn",
        "spawn_n",
        "add_thread",
        "Thread",
        "Greenlet",
        "get_rpc_server",
    } <= knowledge.spawn_last_names
    assert {"Http", "StrictRedis", "Redis", "connect", "session", "pubsub"} <= knowledge.client_last_names
    assert not any("." in name for name in knowledge.spawn_last_names | knowledge.client_last_names)


def test_what_the_user_says_of_a_name_replaces_what_we_say(rows: Rows) -> None:
    said = from_config(
        {"client": [{"constructors": ["httplib2.Http"], "sharing": "safe", "severity": "off"}]}
    )
    knowledge = know(rows, [said])
    assert [row.sharing for row in knowledge.clients_by_constructor["httplib2.Http"]] == ["safe"]
    assert knowledge.clients_by_constructor["socket.socket"][0].sharing == "unsafe"


def test_a_row_of_the_user_is_found_under_the_names_he_uses(rows: Rows) -> None:
    said = decode('[[spawn]]\nid = "go"\nnames = ["app.util.go"]', "greenlint.toml")
    knowledge = know(rows, [said])
    assert ids(knowledge.spawns_by_name["app.util.go"]) == ["go"]
    assert "go" in knowledge.spawn_last_names


def test_handlers_tell_the_types_of_parameters(knowledge: Knowledge) -> None:
    assert [row.parameters for row in knowledge.handlers["gevent.StreamServer"]] == [("gevent.socket.socket", "")]


def test_patch_groups_are_found_by_library_and_group(knowledge: Knowledge) -> None:
    assert "time.sleep" in knowledge.patch_groups["eventlet", "time"].greens


@pytest.mark.parametrize(
    "marker", [b"eventlet", b"gevent", b"oslo_service", b"nameko", b"locust", b"grequests"]
)
def test_markers_tell_whether_a_program_may_run_greenthreads(knowledge: Knowledge, marker: bytes) -> None:
    assert marker in knowledge.hub_markers()
