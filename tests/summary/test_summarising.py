"""Summaries are the same wherever they are made, also when workers die."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from greenlint.model import Notice
from greenlint.source.reading import Source, Stamp
from greenlint.summary import summarising
from greenlint.summary.facts import ModuleFacts, encode_module
from greenlint.summary.summarising import summaries, workers_for

GREENLINT = Path(summarising.__file__).parents[1]
STAMP = Stamp(0, 0, 0, 0)
BROKEN = [b"import (\n", b"x = '\0'\n", b"\xff\xfe"]


@pytest.fixture(scope="module")
def sources() -> list[Source]:
    files = [Source(path.name, path.read_bytes(), STAMP) for path in sorted(GREENLINT.rglob("*.py"))]
    return [*files, *(Source(f"broken{number}.py", data, STAMP) for number, data in enumerate(BROKEN))]


def plain(found: list[ModuleFacts | Notice]) -> list[bytes | Notice]:
    return [item if isinstance(item, Notice) else encode_module(item) for item in found]


@pytest.fixture(scope="module")
def expected(sources: list[Source]) -> list[bytes | Notice]:
    return plain(list(summaries(sources, lambda done: None, 1)))


def test_what_cannot_be_parsed_is_a_notice(expected: list[bytes | Notice]) -> None:
    assert [type(item) for item in expected[-len(BROKEN) :]] == [Notice] * len(BROKEN)
    assert not any(isinstance(item, Notice) for item in expected[: -len(BROKEN)])


@pytest.mark.parametrize("jobs", [2, 3])
def test_any_number_of_processes_gives_the_same(
    sources: list[Source], expected: list[bytes | Notice], jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising, "WORKER_BYTES", 1000)
    monkeypatch.setattr(summarising, "CHUNK_BYTES", 20_000)
    assert workers_for(sum(len(source.data) for source in sources), jobs) == jobs
    assert plain(list(summaries(sources, lambda done: None, jobs))) == expected


@pytest.mark.parametrize("pool", [ThreadPoolExecutor, ProcessPoolExecutor])
def test_an_executor_of_the_caller_is_used_and_left_running(
    sources: list[Source], expected: list[bytes | Notice], pool: Callable[[int], Executor]
) -> None:
    with pool(2) as executor:
        assert plain(list(summaries(sources, lambda done: None, executor=executor))) == expected
        assert executor.submit(len, "abc").result() == 3


class Failing(Executor):
    """Runs some tasks, breaks in others, and takes no more after a while."""

    def __init__(self, takes: int) -> None:
        self.takes = takes
        self.taken = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.taken += 1
        if self.taken > self.takes:
            raise RuntimeError("cannot schedule new futures after shutdown")
        future: Future[Any] = Future()
        if self.taken % 2:
            future.set_result(fn(*args, **kwargs))
        else:
            future.set_exception(BrokenExecutor("a worker was killed"))
        return future


@pytest.mark.parametrize("takes", [0, 1, 2, 1000])
def test_what_an_executor_fails_to_do_is_done_here(
    sources: list[Source], expected: list[bytes | Notice], takes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising, "CHUNK_BYTES", 20_000)
    executor = Failing(takes)
    assert plain(list(summaries(sources, lambda done: None, executor=executor))) == expected
    assert executor.taken >= min(takes, 2)


def _kill_the_worker(chunk: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_killed_worker_costs_nothing_but_time(
    sources: list[Source], expected: list[bytes | Notice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summarising, "WORKER_BYTES", 1000)
    monkeypatch.setattr(summarising, "summarise_chunk", _kill_the_worker)
    assert plain(list(summaries(sources, lambda done: None, 2))) == expected


def test_a_worker_that_is_killed_while_it_is_written_to_costs_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    many = [Source(f"{number}.py", b"x = 1\n" * 50_000, STAMP) for number in range(8)]
    alone = plain(list(summaries(many, lambda done: None, 1)))
    monkeypatch.setattr(summarising, "WORKER_BYTES", 1000)
    monkeypatch.setattr(summarising, "summarise_chunk", _kill_the_worker)
    assert plain(list(summaries(many, lambda done: None, 2))) == alone


def test_progress_counts_files(sources: list[Source]) -> None:
    told: list[int] = []
    list(summaries(sources, told.append, 1))
    assert told == list(range(len(sources)))


CLUSTER = """\
import sys
from pathlib import Path
from dask.distributed import Client, LocalCluster
from greenlint import engine

def said(report):
    return [(f.code, f.location.path, f.location.line, f.fingerprint) for f in report.findings]

if __name__ == "__main__":
    root = Path(sys.argv[1])
    alone = engine.check([root], engine.Request(cache=False, jobs=1))
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster, Client(cluster) as client:
        executor = client.get_executor()
        submit, taken = executor.submit, []
        executor.submit = lambda *task: taken.append(task) or submit(*task)
        spread = engine.check([root], engine.Request(cache=False, executor=executor))
    assert said(spread) == said(alone), (said(spread), said(alone))
    print(min(len(said(alone)), len(taken)))
"""

PATIENT = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "300s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "300s",
    "DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT": "300s",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "900s",
}
"""How long the parts of a cluster wait for each other on a busy machine."""


def test_a_cluster_of_dask_gives_the_same(tmp_path: Path) -> None:
    program = tmp_path / "spread.py"
    program.write_text(CLUSTER)
    fixture = GREENLINT.parent / "fixtures" / "sharing"
    done = subprocess.run(
        [sys.executable, program, fixture],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
        env={**os.environ, **PATIENT},
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
