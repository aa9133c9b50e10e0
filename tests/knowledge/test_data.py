"""What must hold for every row that we ship."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from greenlint.knowledge.decode import decode
from greenlint.knowledge.knowledge import Knowledge
from greenlint.knowledge.loader import DATA
from greenlint.knowledge.schema import Rows

FILES = sorted(DATA.glob("*.toml"))
RESEARCHED = {
    "spawn": 149,
    "client": 129,
    "guard": 9,
    "timeout_reuse": 7,
    "blocking": 126,
    "patch_api": 31,
    "patch_group": 23,
    "stale_name": 25,
    "stale_object": 11,
    "late_import": 49,
    "ordering": 32,
    "auto_patcher": 12,
    "native_thread": 18,
    "eventlet_keyword": 14,
    "behaviour": 15,
    "environment": 13,
    "runtime_detector": 2,
}
FRAMEWORKS = [
    "eventlet.spawn",
    "gevent.spawn",
    "socketio.namespace.BaseNamespace.spawn",
    "socketio.namespace.BaseNamespace",
    "flask_socketio.SocketIO.on",
    "socketio.Server.start_background_task",
    "engineio.Server.on",
    "celery.shared_task",
    "gunicorn.workers.ggevent.GeventWorker",
    "gunicorn.workers.geventlet.EventletWorker",
    "ryu.lib.hub.spawn",
    "os_ken.lib.hub.spawn",
    "volttron.platform.vip.agent.core.BasicCore.spawn",
    "volttron.platform.vip.agent.core.Core.periodic",
    "volttron.platform.vip.agent.core.Core.schedule",
    "volttron.platform.vip.agent.core.Core.receiver",
    "zerorpc.Server",
    "kombu.mixins.ConsumerMixin",
    "eventlet.hubs.hub.BaseHub.schedule_call_global",
    "futurist.GreenThreadPoolExecutor.submit",
    "oslo_service.loopingcall.FixedIntervalLoopingCall",
    "oslo_service.threadgroup.ThreadGroup.add_thread",
    "oslo_service.periodic_task.periodic_task",
    "oslo_messaging.get_rpc_server",
    "nameko.extensions.DependencyProvider",
    "locust.FastHttpUser",
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_decodes_and_holds_rows(path: Path) -> None:
    decoded = decode(path.read_text(encoding="utf-8"), path.name)
    assert any(getattr(decoded, table) for table in Rows.__struct_fields__)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_each_file_says_at_its_head_what_it_is_about(path: Path) -> None:
    assert re.match(r"# \S", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_file_holds_a_machine_path(path: Path) -> None:
    assert not re.search(r"(?<![\w.])/(work|tmp|home|root|usr/local|opt)/", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("table", "count"), RESEARCHED.items())
def test_no_researched_row_is_lost(rows: Rows, table: str, count: int) -> None:
    assert len(getattr(rows, table)) >= count


@pytest.mark.parametrize("table", Rows.__struct_fields__)
def test_ids_are_unique(rows: Rows, table: str) -> None:
    counted = Counter(row.id for row in getattr(rows, table) if hasattr(row, "id"))
    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("table", ["spawn", "client", "blocking", "patch_api", "late_import", "stale_name"])
def test_every_researched_row_names_its_source(rows: Rows, table: str) -> None:
    assert [row for row in getattr(rows, table) if not row.source] == []


def test_observed_evidence_says_what_was_observed(rows: Rows) -> None:
    assert [row.id for row in rows.client if row.evidence == "observed" and not row.observed] == []


def test_an_error_rests_on_something_that_breaks(rows: Rows) -> None:
    harmless = [
        row.id
        for row in rows.client
        if row.severity == "error" and not {row.on_eventlet, row.on_gevent} & {"breaks", "hangs"}
    ]
    assert harmless == []


def test_handlers_speak_of_spawn_rows(rows: Rows) -> None:
    assert {row.spawn for row in rows.handler} <= {row.id for row in rows.spawn}


def test_reuse_after_a_timeout_speaks_of_client_rows(rows: Rows) -> None:
    assert {row.client for row in rows.timeout_reuse} <= {row.id for row in rows.client}


def test_no_alias_is_given_twice(rows: Rows) -> None:
    counted = Counter(row.name for row in rows.alias)
    assert [name for name, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("index", ["clients_by_constructor", "clients_by_factory"])
def test_one_way_to_make_a_client_has_one_row_unless_an_argument_decides(knowledge: Knowledge, index: str) -> None:
    ambiguous = {
        name: [row.id for row in rows]
        for name, rows in getattr(knowledge, index).items()
        if len([row for row in rows if row.when is None]) > 1
    }
    assert ambiguous == {}


def test_one_call_blocks_in_one_way_unless_a_condition_decides(knowledge: Knowledge) -> None:
    ambiguous = {
        name: [row.id for row in rows]
        for name, rows in knowledge.blocking_by_name.items()
        if len([row for row in rows if not row.blocks_if and not row.until]) > 1
    }
    assert ambiguous == {}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_knows_how_each_framework_starts_code(knowledge: Knowledge, name: str) -> None:
    assert knowledge.canonical(name) in knowledge.spawns_by_name


def test_each_library_of_greenthreads_leaves_a_marker(rows: Rows, knowledge: Knowledge) -> None:
    markers = [marker.decode() for marker in knowledge.hub_markers()]
    unmarked = [
        row.id
        for row in rows.spawn
        if row.runtime in ("eventlet", "gevent", "oslo-backend") and row.names
        for names in [" ".join(row.names + row.patterns)]
        if not any(marker in names for marker in markers)
    ]
    assert unmarked == []
