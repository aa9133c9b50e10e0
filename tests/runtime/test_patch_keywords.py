"""What a patch call covers, by its keywords, is what the library does when it is called so."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache

import pytest

from greenlint.knowledge.loader import own_rows
from tests.project.linking import component

pytestmark = pytest.mark.runtime

PROBES = {
    "os": "os.waitpid", "time": "time.sleep", "thread": "_thread.start_new_thread", "Event": "threading.Event",
    "socket": "socket.socket", "dns": "socket.getaddrinfo", "ssl": "ssl.SSLContext", "select": "select.select",
    "subprocess": "subprocess.Popen", "signal": "signal.signal", "queue": "queue.SimpleQueue",
}  # fmt: skip
"""For each group that changes what waits a name that is another object once the group is patched."""

GROUPS = {"eventlet": {"os", "time", "thread", "socket", "select", "subprocess"}, "gevent": {*PROBES}}
EVENTLET = [row.call for row in own_rows().eventlet_keyword]
GEVENT = [
    "monkey.patch_all()",
    *(f"monkey.patch_all({group}=False)" for group in sorted(GROUPS["gevent"])),
    *(f"monkey.patch_all({group}=True)" for group in sorted(GROUPS["gevent"])),
    "monkey.patch_all(socket=False, dns=False)",
    "monkey.patch_all(thread=None)",
    "monkey.patch_all(thread=0)",
    "monkey.patch_all(False)",
    "monkey.patch_all(True, False, False)",
    "monkey.patch_all(sys=True)",
    "monkey.patch_all(aggressive=False)",
    "monkey.patch_all(subproces=False)",
    "monkey.patch_all(all=False)",
    "monkey.patch_os()",
    "monkey.patch_time()",
    "monkey.patch_thread()",
    "monkey.patch_thread(Event=False)",
    "monkey.patch_socket()",
    "monkey.patch_socket(dns=False)",
    "monkey.patch_dns()",
    "monkey.patch_ssl()",
    "monkey.patch_select()",
    "monkey.patch_subprocess()",
    "monkey.patch_signal()",
    "monkey.patch_queue()",
    "monkey.patch_builtins()",
    "monkey.patch_sys()",
]
IMPORTS = {"eventlet": "import eventlet", "gevent": "from gevent import monkey"}
TRIED = """\
import json, os, sys, warnings
import _thread, queue, select, signal, socket, ssl, subprocess, threading, time
{imports}

warnings.simplefilter("ignore")
calls, probes = json.load(sys.stdin)
for call in calls:
    reader, writer = os.pipe()
    if not os.fork():
        before = {{group: eval(name) for group, name in probes.items()}}
        try:
            exec(call)
            told = [group for group, name in probes.items() if eval(name) is not before[group]]
        except TypeError:
            told = ["TypeError"]
        os.write(writer, json.dumps(told).encode())
        os._exit(0)
    os.close(writer)
    os.wait()
    print(os.read(reader, 4096).decode(), flush=True)
"""


@cache
def observed(library: str) -> dict[str, set[str]]:
    """Make each call in a process of its own, and see which groups it patches."""
    calls = EVENTLET if library == "eventlet" else GEVENT
    probes = {group: PROBES[group] for group in GROUPS[library]}
    run = subprocess.run(
        [sys.executable, "-c", TRIED.format(imports=IMPORTS[library])],
        input=json.dumps([calls, probes]), capture_output=True, text=True, timeout=300, check=True,
    )  # fmt: skip
    return dict(zip(calls, (set(json.loads(line)) for line in run.stdout.splitlines()), strict=True))


def told(library: str, call: str) -> set[str]:
    """Return the groups that a call is taken to patch, of those that a probe can show."""
    linked = component({"main.py": f"{IMPORTS[library]}\n{call}\nif __name__ == '__main__':\n    print()\n"})
    (run,) = linked.timeline.runs
    covered = [patch.selection for patch in run.patches]
    assert not any(selection.possible for selection in covered)
    if any(selection.unknown and library == "eventlet" for selection in covered):
        return {"TypeError"}
    return {group for selection in covered for group in selection.groups} & GROUPS[library]


@pytest.mark.parametrize(
    ("library", "call"), [*(("eventlet", call) for call in EVENTLET), *(("gevent", call) for call in GEVENT)]
)
def test_covers_what_the_library_patches(library: str, call: str) -> None:
    assert told(library, call) == observed(library)[call]
