"""GRN308 monkey-patch-call-error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.patching.chains import Teller
from greenlint.project.patching.mistakes import Mistake, mistakes
from greenlint.rules.base import Rule

if TYPE_CHECKING:
    from greenlint.project import Project


class MonkeyPatchCallError(Rule):
    """A patch function is named but not called, or called with keywords that do something else than they say.

    The two libraries read their keywords in opposite ways: in eventlet one keyword that is true switches all others
    off, in gevent every keyword stands for itself. A misspelled keyword is an error in eventlet and nothing in gevent.
    """

    code = "GRN308"
    name = "monkey-patch-call-error"
    severity = Severity.WARNING
    failure = "TypeError: monkey_patch() got an unexpected keyword argument 'ssl'"
    bad = """
        from gevent import monkey

        monkey.patch_all  # GRN308
        monkey.patch_all(sockets=False)  # GRN308
        monkey.patch_all(socket=True)  # GRN308
        """
    good = """
        from gevent import monkey

        monkey.patch_all()
        """
    proof = """
        What a call covers is computed from its keywords, by the rules of its library, which were read in its source and
        measured. Reported are: a patch function as a statement that does not call it; a keyword that the function does
        not have; positional arguments to eventlet's; `MySQLdb=True` or `builtins=True` alone, which patches nothing
        else; and gevent's `patch_all` with nothing but groups that are on anyway.
        """
    limits = """
        - Keywords that are computed, and `**keywords`, are taken to be right.
        - That a call covers less than the program needs is GRN303.
        """
    references = (
        "[eventlet.monkey_patch](https://eventlet.readthedocs.io/en/latest/patching.html)",
        "[gevent.monkey.patch_all](https://www.gevent.org/api/gevent.monkey.html#gevent.monkey.patch_all)",
    )

    def check(self, project: Project) -> Iterator[Finding]:
        """Report patch functions that are named or called wrongly."""
        teller = Teller(project.locator)
        for component in project.components:
            for mistake in mistakes(component.timeline, component.types):
                yield self._finding(mistake, teller)

    def _finding(self, mistake: Mistake, teller: Teller) -> Finding:
        where = teller.at(mistake.scope, mistake.span)
        message, because, help_ = _told(mistake)
        raises = mistake.kind in ("unknown-keyword", "positional") and mistake.row.unknown_keyword == "TypeError"
        return self.finding(
            where,
            message,
            message,
            identity=(mistake.row.names[0], mistake.kind, *mistake.words),
            witness=(Step(Role.PATCH, where, message),),
            failure=f"TypeError: {mistake.row.names[0].rpartition('.')[2]}() got an unexpected argument"
            if raises
            else "",
            because=because,
            help=help_,
        )


def _told(mistake: Mistake) -> tuple[str, str, str]:
    """Return the message, the mechanism and the cure."""
    name = mistake.row.names[0]
    words = ", ".join(f"{word}=" for word in mistake.words)
    if mistake.kind == "not-called":
        return f"{name} is named but not called: nothing is patched", "", f"write {name}()"
    if mistake.kind == "positional":
        return f"{name}() takes keywords only: this raises TypeError", "", "name each group"
    if mistake.kind == "unknown-keyword":
        does = "raises TypeError" if mistake.row.unknown_keyword == "TypeError" else "is silently ignored"
        known = ", ".join(sorted(mistake.row.keywords))
        return f"{name}() has no keyword {words.rstrip('=')}: it {does}", f"its keywords are {known}", "spell it right"
    if mistake.kind == "only-extras":
        groups = " and ".join(mistake.words)
        text = f"{name}({words}True) patches {groups} and nothing else"
        return text, "a keyword that is true switches the default off for all others", "add all=True"
    text = f"{name}({words}True) patches everything, not only {' and '.join(mistake.words)}"
    return text, "each keyword stands for itself, and all are on by default", "write patch_all(), or switch groups off"
