"""GRN401 green-primitive-in-native-thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Confidence, Finding, Role, Severity, Step
from greenlint.project.blocking.across import Across
from greenlint.project.patching.chains import Teller
from greenlint.rules.base import Rule

if TYPE_CHECKING:
    from greenlint.project import Project


class GreenPrimitiveInNativeThread(Rule):
    """A native thread uses a green or patched lock, queue or event that greenthreads wait at, or logs.

    Such a thing wakes its waiters through the hub of the OS thread it is used in. From a thread of tpool, of gevent's
    threadpool or of an unpatched `threading` that is the wrong hub: the greenthread is not woken until something else
    happens to wake its own hub, or greenlet refuses to switch, and everybody waits for ever. Under eventlet that holds
    for locks, semaphores, events, conditions and queues, and for `logging`, whose handlers hold patched locks; under
    gevent only queues do it, the rest was made to work across threads. A greenlet cannot be switched to, nor under
    eventlet killed, but in the OS thread that it belongs to.
    """

    code = "GRN401"
    name = "green-primitive-in-native-thread"
    severity = Severity.ERROR
    failure = """
        greenlet.error: Cannot switch to a different thread
        gevent.exceptions.LoopExit: This operation would block forever
        """
    bad = """
        import eventlet
        eventlet.monkey_patch()
        from eventlet import tpool
        from eventlet.queue import Queue

        RESULTS = Queue()


        def compress(path):
            RESULTS.put(open(path, "rb").read())  # GRN401


        def main(path):
            eventlet.spawn(tpool.execute, compress, path)
            print(len(RESULTS.get()))
        """
    good = """
        import eventlet
        eventlet.monkey_patch()
        from eventlet import tpool
        from eventlet.queue import Queue

        RESULTS = Queue()


        def compress(path):
            return open(path, "rb").read()


        def work(path):
            RESULTS.put(tpool.execute(compress, path))


        def main(path):
            eventlet.spawn(work, path)
            print(len(RESULTS.get()))
        """
    proof = """
        What is handed to tpool, to gevent's threadpool, or to a thread that stays native (no entry point patches
        threads, or the class is that of `eventlet.patcher.original("threading")`) is followed through the functions
        that it calls. A lock, queue or event used there is reported if code outside of native threads does the other
        half of the exchange on the same object, and if that was seen to go wrong under the library: a lock only where
        one of the two may wait while it holds it; a greenthread that is killed, if other code than that of the native
        thread has started it. Logging is reported once for each start of native threads: that a handler waits while
        it holds its lock, which breaks everybody, is not proved but assumed, and said.
        """
    limits = """
        - Objects are told apart by the call that makes them: two queues made by one line are one.
        - Calls whose receiver has no known type are not followed.
        - Logging is silent in programs that call `oslo_log.log.setup`, which installs locks for this case, and in those
          with a handler class of their own that overrides `createLock`.
        - A lock that is held around nothing that can wait is silent.
        """
    options = ("entry-points", "hub", "roots")
    references = (
        "[eventlet: using real threads](https://eventlet.readthedocs.io/en/latest/threading.html)",
        "[eventlet issue 432: logging and tpool](https://github.com/eventlet/eventlet/issues/432)",
        "[gevent: threadpool](https://www.gevent.org/api/gevent.threadpool.html)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report green and patched things that native threads use."""
        teller = Teller(project.locator)
        for component in project.components:
            for across in component.used_across:
                yield self._finding(across, teller)

    def _finding(self, across: Across, teller: Teller) -> Finding:
        touch, row, root = across.touch, across.row, across.way.root
        where = teller.at(touch.scope, touch.span)
        start = f"{root.scope.module.path}:{root.line}"
        return self.finding(
            where,
            f"{touch.name} in a native thread",
            f"{touch.name} {_fate(across)} in {touch.scope.label}, which native threads run"
            f" (started at {start}){_meanwhile(across)}",
            identity=(touch.name, touch.scope.module.name, touch.scope.label, row.id),
            witness=_witness(across, teller),
            severity=Severity.ERROR if across.library == "eventlet" else Severity.WARNING,
            confidence=Confidence.LIKELY if across.assumptions else Confidence.CERTAIN,
            assumptions=across.assumptions,
            failure=row.failure,
            because="the hub of another OS thread cannot wake a greenthread of this one",
            help=row.fix,
        )


_FATES = {
    "hangs": "may wait for ever",
    "lost-wakeup": "wakes nobody",
    "raises": "is woken by nobody, or raises,",
}


def _fate(across: Across) -> str:
    return "raises" if across.row.foreign else _FATES[across.effect]


def _meanwhile(across: Across) -> str:
    other = across.partner
    if other is None:
        return ""
    method = other.name.rpartition(".")[2]
    return f"; {method}() on the same object at {other.scope.module.path}:{other.span[0]} runs elsewhere"


def _witness(across: Across, teller: Teller) -> tuple[Step, ...]:
    root, touch, other = across.way.root, across.touch, across.partner
    steps = []
    if touch.birth is not None:
        steps.append(Step(Role.CREATE, teller.at(touch.birth.scope, touch.birth.call.span), "the object is made here"))
    for site in across.holders:
        where = teller.at(site.scope, site.call.span)
        steps.append(Step(Role.CREATE, where, "what is made here holds the patched lock"))
    runs = ", ".join(entry.function.label for entry in root.entries[:2])
    if root.site is not None:
        where = teller.at(root.site.scope, root.site.call.span)
        steps.append(Step(Role.NATIVE, where, f"a native thread runs {runs} from here"))
    for call in across.way.calls:
        steps.append(Step(Role.CALL, teller.at(call.scope, call.call.span), f"{call.scope.label} calls on"))
    steps.append(Step(Role.USE, teller.at(touch.scope, touch.span), f"{touch.name} in the native thread"))
    if other is not None:
        steps.append(Step(Role.USE, teller.at(other.scope, other.span), f"{other.name} on the same object, elsewhere"))
    return tuple(dict.fromkeys(steps))
