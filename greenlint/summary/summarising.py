"""From the bytes of files to their summaries: a pure map, in this process or over an executor.

The result is the same for any number of workers: each file is summarised alone, from its bytes, with the same
room for recursion, and the results come back in the order of the files.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from greenlint.model import Notice
from greenlint.source.reading import Source, Stamp, ast_of, unreadable
from greenlint.summary.extract import summarise
from greenlint.summary.facts import ModuleFacts, decode_module, encode_module

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future, ProcessPoolExecutor
    from multiprocessing.context import BaseContext

CHUNK_BYTES = 250_000
"""Source in one task: about 0.1 s, so that workers end alike and an interrupted run ends soon."""

WORKER_BYTES = 2_000_000
"""Source for each process: less is summarised before one more process has started (docs/performance.md)."""

ROOM = 6000
"""Frames that a walk may need: what Python's parser accepts is hardly deeper."""

_NO_STAMP = Stamp(0, 0, 0, 0)
_Failure = tuple[int, str]


def summary_of(source: Source) -> ModuleFacts | Notice:
    """Return the facts of a file, or the GRN901 notice that says why it has none."""
    tree = ast_of(source.data, source.path)
    if isinstance(tree, Notice):
        return tree
    try:
        return summarise(tree)
    except RecursionError:
        return unreadable(source.path, "it is nested too deeply")


def summaries(
    sources: Sequence[Source], told: Callable[[int], None], jobs: int = 0, executor: Executor | None = None
) -> Iterator[ModuleFacts | Notice]:
    """Yield the summary of each source, in order; ``told`` hears how many are done.

    ``jobs`` bounds the number of processes (0: one per CPU), and fewer are started if there is little to do.
    An ``executor`` is used instead if one is given, and left running.
    """
    workers = workers_for(sum(len(source.data) for source in sources), jobs)
    if executor is not None:
        yield from _mapped(sources, executor, told)
    elif workers > 1:
        with _processes(workers) as own:
            yield from _mapped(sources, own, told)
    else:
        with undisturbed():
            for done, source in enumerate(sources):
                told(done)
                yield summary_of(source)


def workers_for(size: int, jobs: int) -> int:
    """Return how many processes are worth their start for ``size`` bytes of source."""
    return max(1, min(jobs or _cpus(), size // WORKER_BYTES))


def summarise_chunk(chunk: Sequence[tuple[str, bytes]]) -> list[bytes | _Failure]:
    """Summarise files in a worker, given as path and content; facts come back encoded, failures as line and text."""
    with undisturbed():
        return [_encoded(summary_of(Source(path, data, _NO_STAMP))) for path, data in chunk]


@contextmanager
def undisturbed() -> Iterator[None]:
    """Keep the garbage collector out, and give recursion the same room wherever the caller stands.

    Facts are trees without cycles: collecting while they grow costs a third of the time.
    """
    was_on, limit = gc.isenabled(), sys.getrecursionlimit()
    gc.disable()
    sys.setrecursionlimit(max(limit, _depth() + ROOM))
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
        if was_on:
            gc.enable()


def _mapped(
    sources: Sequence[Source], executor: Executor, told: Callable[[int], None]
) -> Iterator[ModuleFacts | Notice]:
    """Let an executor do the work; what it fails to do, as when a worker is killed, is done here."""
    chunks = _chunks(sources)
    futures: dict[int, Future[list[bytes | _Failure]]] = {}
    try:
        with suppress(Exception):  # an executor that takes no more work
            for number in sorted(range(len(chunks)), key=lambda n: -sum(len(s.data) for s in chunks[n])):
                futures[number] = executor.submit(summarise_chunk, [(s.path, s.data) for s in chunks[number]])
        done = 0
        for number, chunk in enumerate(chunks):
            told(done)
            yield from _outcome(futures.pop(number, None), chunk)
            done += len(chunk)
    finally:
        for future in futures.values():
            future.cancel()


def _outcome(future: Future[list[bytes | _Failure]] | None, chunk: Sequence[Source]) -> Iterator[ModuleFacts | Notice]:
    found = _result(future)
    if found is None:
        with undisturbed():
            yield from map(summary_of, chunk)
        return
    for source, item in zip(chunk, found, strict=True):
        yield decode_module(item) if isinstance(item, bytes) else Notice("GRN901", source.path, *item)


def _result(future: Future[list[bytes | _Failure]] | None) -> list[bytes | _Failure] | None:
    """Return what a task found; None if it broke (its process was killed, its machine is gone)."""
    try:
        return future.result() if future is not None else None
    except Exception:  # what is at fault with a file shows again when it is summarised here
        return None


def _chunks(sources: Sequence[Source]) -> list[list[Source]]:
    """Divide the sources, in order, into chunks of at least CHUNK_BYTES."""
    chunks: list[list[Source]] = [[]]
    size = 0
    for source in sources:
        if size >= CHUNK_BYTES:
            chunks.append([])
            size = 0
        chunks[-1].append(source)
        size += len(source.data)
    return chunks


@contextmanager
def _processes(workers: int) -> Iterator[Executor]:
    """Start worker processes; they end after their present task when the caller is interrupted, at once if it dies."""
    from concurrent.futures import ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, _start_method(), initializer=_belong_to_the_caller)
    try:
        yield pool
    finally:
        if sys.version_info < (3, 11, 5):
            _let_go(pool)
        pool.shutdown(wait=True, cancel_futures=True)


def _let_go(pool: ProcessPoolExecutor) -> None:
    """Close the end from which killed workers would read: the shutdown waits for ever for who writes to them.

    https://github.com/python/cpython/issues/94777, which Python 3.11.5 mended in this way.
    """
    from concurrent.futures import BrokenExecutor

    try:
        pool.submit(len, "")
    except BrokenExecutor:
        pool._call_queue._reader.close()  # type: ignore[attr-defined]  # nothing public ends the wait


def _start_method() -> BaseContext:
    """Forking is by far the fastest start, and safe while there are no threads."""
    import multiprocessing
    import threading

    methods = multiprocessing.get_all_start_methods()
    if "fork" in methods and sys.platform == "linux" and threading.active_count() == 1:
        return multiprocessing.get_context("fork")
    return multiprocessing.get_context("forkserver" if "forkserver" in methods else "spawn")


def _belong_to_the_caller() -> None:
    """Leave interrupts to the caller, and do not outlive it: an idle worker would wait for tasks for ever."""
    import signal
    import threading

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_the_caller, daemon=True).start()


def _end_with_the_caller() -> None:
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    caller = parent_process()
    if caller is not None:
        wait([caller.sentinel])
        os._exit(1)


def _encoded(summary: ModuleFacts | Notice) -> bytes | _Failure:
    return (summary.line, summary.message) if isinstance(summary, Notice) else encode_module(summary)


def _cpus() -> int:
    """Return how many CPUs this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _depth() -> int:
    frame, depth = sys._getframe(), 0
    while (caller := frame.f_back) is not None:
        frame, depth = caller, depth + 1
    return depth
