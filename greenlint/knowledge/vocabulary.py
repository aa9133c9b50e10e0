"""The closed vocabularies of the rows: every word a machine reads, and what it means.

A word that is not listed here is an error when a row is decoded; free prose never decides anything.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

Library = Literal["eventlet", "gevent"]
"""The two libraries that run greenthreads."""

Runtime = Literal[
    "eventlet",
    "gevent",
    "both",  # a greenthread when the thread group is patched, else an OS thread
    "oslo-backend",  # greenthread under oslo.service's eventlet backend (the default), else an OS thread
    "async-mode",  # python-socketio and engineio: by async_mode
    "pool-option",  # celery: by -P / --pool
    "executor",  # by the executor argument or by what is patched
    "wsgi-server",  # runs in whatever serves the WSGI application, one greenthread a request if that is green
    "caller-greenthread",  # runs in whichever greenthread calls it
]
SpawnKind = Literal[
    "function",
    "method",
    "class",
    "subclass-hook",
    "decorator",
    "server",
    "constructor",
    "command-line",
    "escape",
    "not-spawn",
]
Target = Literal[
    "argument",  # the callable at callable_position / callable_keyword
    "decorated",  # the decorated function
    "hook-methods",  # hook_methods of the subclass, or of the object in the argument
    "endpoint-methods",  # public methods of the objects in the list argument
    "all-methods-of-argument",
    "greenlet-argument",  # an existing Greenlet is started
    "attribute",  # receiver.<attribute> is an <attribute_type>
    "wsgi-application",  # the project's WSGI application
    "none",
]
ArgsStyle = Literal[
    "star",  # positional arguments from args_from on are passed on
    "tuple",  # args_position / args_keyword hold a tuple, kwargs_keyword a dict
    "items",  # one item of each iterable per call
    "items-star",  # each item is unpacked
    "fixed",  # the framework supplies the arguments (see the handler rows)
    "none",
]
Multiplicity = Literal["one-per-call", "many"]
RunsIn = Literal["green", "native", "green-if-patched", "hub", "caller", "process", "depends"]
SelfOverlap = Literal["", "never", "possible"]

Sharing = Literal["unsafe", "unsafe-if-unsynchronised", "safe", "disputed"]
Shared = Literal[
    "breaks",  # errors or wrong replies
    "state",  # replies right, shared attributes leak
    "blocks",  # never yields: no collision, but the hub stands still
    "hook",  # blocks until the hook in gevent_hook is installed, then breaks
    "hangs",
    "ok",
    "unknown",  # nobody ran it
]
Severity = Literal["error", "warning", "off"]
Direction = Literal[
    "exclusive",  # request and response: any two overlapping uses conflict
    "duplex",  # two readers, two writers, or anything with an exclusive use conflict
    "per-call",  # each call takes its own connection
    "locked",  # serialises itself
    "state",  # only `mutate` uses conflict
    "serial",  # never yields; only transactions across yields interleave
    "none",
]
DefaultUse = Literal["exclusive", "safe", "mutate", "derive", "read", "write"]
Evidence = Literal["observed", "documented", "derived"]
Sure = Literal["high", "medium", "low"]

GuardKind = Literal[
    "lock",  # serialises what runs while it is held
    "per-greenthread",  # each greenthread sees its own value
    "checkout",  # hands each holder its own instance
    "single-owner",  # only one greenthread ever uses the object
    "fresh",  # made per use
    "sequence",  # the spawned code has ended before the next use
    "none",  # looks like a guard and is none
]
GuardForm = Literal[
    "",
    "object",  # acquire/release, with
    "context",  # a call that returns a context manager, lock identity = identity_position
    "decorator",  # a call that returns a decorator
    "plain-decorator",  # the name itself decorates
    "container",  # holds the guarded objects
    "call",
]
AfterTimeout = Literal["stale", "raises", "ok"]
Effect = Literal[
    "green",
    "ok",
    "none",
    "blocks",
    "hangs",
    "raises",
    "shared",
    "no-exclusion",
    "lost-wakeup",
    "breaks",
    "conditional",
    "unknown",
    "n/a",
]
CallEffect = Literal[
    "partial",  # the first argument with some of its arguments bound
    "first-argument",  # returns its first argument, or a stand-in that behaves as it
    "second-argument",
    "import-object",  # makes an instance of the class that the first argument names
    "import-object-ns",  # of the class that the second argument names, below the first
    "import-class",  # returns the class that the first argument names
    "import-module",
    "loads-modules",  # loads all modules of the program that have the last name ``loads``
    "descriptor",  # an object of the class, kept in a class body, stands for what ``method`` returns
    "record",  # decorates a class: its constructor takes the annotated fields
    "plugin-manager",  # loads what entry points of the namespace name; its attributes give it
    "entry-points",  # finds entry points of the group that an argument names; load() gives what they name
    "entry-point-object",  # loads what an entry point of the group that an argument names stands for
    "memoise",  # decorates a function: one result for all callers
    "for-each",  # calls its first argument once for each item of the next one
]
PatchAction = Literal[
    "patch", "patch-group", "import-green", "hook", "query", "escape", "side-effect", "command-line"
]
Selection = Literal[
    "eventlet",  # one keyword that is True switches the default off for all others
    "flags",  # independent keywords, unknown ones ignored
    "fixed",
    "none",
]
Trigger = Literal["import", "command", "call", "none"]

EventletGroup = Literal[
    "os", "select", "socket", "thread", "time", "subprocess", "psycopg", "MySQLdb", "builtins"
]
Group = Literal[
    "os", "select", "socket", "thread", "time", "subprocess", "psycopg", "MySQLdb", "builtins",
    "dns", "ssl", "signal", "queue", "sys", "contextvars", "Event", "aggressive", "grpc", "zmq",
]  # fmt: skip
AutoGroup = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A(all|-(os|select|socket|thread|time|subprocess|psycopg|dns|ssl|signal|queue|Event))\Z",
        description="all, or -<group> for a group left out",
    ),
]

_WORD: Final = "(os|select|socket|thread|time|subprocess|psycopg|MySQLdb|builtins|any|dns|ssl|signal|queue)"
Blocks = Annotated[
    str,
    msgspec.Meta(
        pattern=(
            rf"\A(always|never|switches|removed|hangs|raises|group:{_WORD}(\+{_WORD})*|either:{_WORD}(\|{_WORD})+"
            r"|hook:(driver|[A-Za-z_]\w*(\.[A-Za-z_]\w*)+))\Z"
        ),
        description=(
            "always, never, switches (waits for the hub: fine in a greenthread, an error in the hub itself), removed, "
            "hangs, raises, group:<g>[+<g>...] (blocks unless all these groups "
            "are patched; any = by any patch call), either:<g>|<g> (blocks unless one of these is), "
            "hook:<dotted name> (blocks unless that was called), "
            "hook:driver (as the row of the database driver)"
        ),
    ),
]
Condition = Annotated[
    str,
    msgspec.Meta(
        pattern=(
            r"\A(kw:\w+(=[\w.]+)?|arg\d:[\w.]+|flag\d:[\w.]+|from\d:[\w.]+(\|[\w.]+)*|absent\d:\w+|env:\w+=\w+"
            r"|start_method:\w+|context:greenthread|state:.+|name:[\w-]+)\Z"
        ),
        description=(
            "kw:<name>[=<value>], arg<N>:<value>, flag<N>:<name> (among the flags in argument N), "
            "from<N>:<name>[|<name>...] (argument N was made by one of these), "
            "absent<N>:<name> (neither argument N nor the keyword is given), env:<name>=<value>, "
            "start_method:<name>, context:greenthread, state:<text> or name:<text>"
        ),
    ),
]
About = Literal[
    "wait",  # it waits for something
    "processor",  # it computes for long
    "fork",  # it forks, or waits for a process that was forked
]
DottedName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A[A-Za-z_]\w*(\.[A-Za-z_]\w*)+\Z",
        description="a dotted name: package.module.Name",
    ),
]
BlockingName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"\A[A-Za-z_]\w*(\.[A-Za-z_]\w*)+(\.\*)?\Z",
        description="a dotted name, or package.Class.* for every method of a class",
    ),
]
AnyName = Annotated[
    str,
    msgspec.Meta(pattern=r"\A[A-Za-z_]\w*(\.[A-Za-z_]\w*)*\Z", description="a name, dotted or not"),
]
