"""GRN301 missing-monkey-patch."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Location, Severity
from greenlint.project.entry_points import main_of
from greenlint.project.patching.chains import Teller, names_of
from greenlint.project.patching.missing import MissingPatch, library_of, missing_patches
from greenlint.rules.base import Rule
from greenlint.rules.greenthreads import told_need

if TYPE_CHECKING:
    from greenlint.project import Component, Project
    from greenlint.project.types import Types


class MissingMonkeyPatch(Rule):
    """An entry point starts greenthreads that wait for the operating system, and never patches.

    Importing eventlet or gevent changes nothing in the standard library. Each `time.sleep`, each request, each
    `subprocess.run` stops the one OS thread that all greenthreads share: they run one after the other, and timeouts do
    not fire. Often the other entry points of the project do patch, and nobody notices.
    """

    code = "GRN301"
    name = "missing-monkey-patch"
    severity = Severity.ERROR
    failure = "no other greenthread runs until the call returns"
    bad = """
        import eventlet  # GRN301
        import requests


        def fetch(url):
            return requests.get(url).text


        if __name__ == "__main__":
            for text in eventlet.GreenPool().imap(fetch, ["https://a.example", "https://b.example"]):
                print(text)
        """
    good = """
        import eventlet
        eventlet.monkey_patch()
        import requests


        def fetch(url):
            return requests.get(url).text


        if __name__ == "__main__":
            for text in eventlet.GreenPool().imap(fetch, ["https://a.example", "https://b.example"]):
                print(text)
        """
    proof = """
        For each way to run the program: nothing that it can load patches, and nothing that launches it does (gunicorn
        -k gevent, celery -P, locust, `python -m gevent.monkey` ...). It comes to a call that starts greenthreads of
        eventlet or gevent, and a function that such a greenthread runs calls something that waits unless it is patched.
        Green modules (`eventlet.green`, `gevent.socket`, import_patched) need no patch. A file outside of packages that
        nobody imports is a script if its body starts the greenthreads, whether it tests `__name__` or not.
        """
    limits = """
        - Libraries without a program of their own leave the patch to their users and are silent.
        - WSGI modules whose server is not known may be patched by it and are silent.
        - A patch in what the entry point can load silences it, also in a function that nobody is seen to call; one
          that only modules call which the entry point does not load does not.
        - A program that imports green modules goes without the patch on purpose; what it overlooks is GRN201.
        - The `__main__` block of a module that others import tries the module out, and is silent.
        """
    options = ("entry-points", "roots", "hub")
    references = ("[gevent: monkey patching](https://www.gevent.org/intro.html#monkey-patching)",)

    def check(self, project: Project) -> Iterator[Finding]:
        """Report entry points whose greenthreads block because nothing patches."""
        teller = Teller(project.locator)
        for component in project.components:
            for missing in missing_patches(component.timeline, component.types, component.roots):
                yield self._finding(component, missing, teller)

    def _finding(self, component: Component, missing: MissingPatch, teller: Teller) -> Finding:
        run, need, way = missing.run, missing.need, missing.way
        library = library_of(way.root)
        steps = [teller.entry(run), *told_need(teller, need, way)]
        for sibling in missing.siblings[:1]:
            steps += [step for step in teller.patched(sibling.patches[0]) if step not in steps]
        return self.finding(
            _where(missing, component.types, teller),
            f"{run.entry.name} never patches, and its greenthreads block",
            f"{run.entry.name} starts greenthreads of {library} and never patches: {need.name} blocks in"
            f" {need.scope.label} at {need.scope.module.path}:{need.line}{_siblings(missing)}",
            identity=(run.entry.name, run.entry.module.name, need.name),
            witness=tuple(dict.fromkeys(steps)),
            because=need.reason or "the standard library waits for the operating system and knows no greenthreads",
            help=_HELP[library],
        )


_HELP = {
    "eventlet": "call eventlet.monkey_patch() before all other imports",
    "gevent": "call gevent.monkey.patch_all() before all other imports",
}


def _where(missing: MissingPatch, types: Types, teller: Teller) -> Location:
    """Return the entry: the main function, or the first import of the script."""
    entry = missing.run.entry
    main = main_of(types, entry)
    if main is not None:
        return teller.header(main)
    imports = entry.module.body.body.imports
    if imports:
        return teller.at(entry.module.body, imports[0].span)
    return Location.of_line(entry.module.path, 1)


def _siblings(missing: MissingPatch) -> str:
    return f"; patched are {names_of(list(missing.siblings), 2)}" if missing.siblings else ""
