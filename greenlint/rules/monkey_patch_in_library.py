"""GRN304 monkey-patch-in-library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Role, Severity, Step
from greenlint.project.patching.chains import Teller
from greenlint.project.patching.libraries import LibraryPatch, library_patches
from greenlint.rules.base import Rule

if TYPE_CHECKING:
    from greenlint.project import Project


class MonkeyPatchInLibrary(Rule):
    """Importing a module that is no entry point patches the process.

    Whoever imports the module, to use one class of it, to test it, to serve it with Apache, gets patched sockets,
    threads and locks: after its own imports, in the middle of its work, perhaps with another library's patch. Only
    the program that runs knows whether it wants greenthreads.
    """

    code = "GRN304"
    name = "monkey-patch-in-library"
    severity = Severity.WARNING
    failure = ""
    bad = """
        # courier/__init__.py
        import eventlet
        eventlet.monkey_patch()  # GRN304

        from courier.letters import Letter
        """
    good = """
        # courier/__init__.py
        from courier.letters import Letter

        # courier/__main__.py
        import eventlet
        eventlet.monkey_patch()
        """
    proof = """
        A statement of a module's body patches, directly or through functions, under no open test. The module is no
        entry point: no script, no `__main__`, no WSGI module, no server's configuration. It is a package whose
        modules are mostly no entry points, or a module that others import for something else than the patch.
        """
    limits = """
        - Modules that nothing in the project imports may be loaded by name, or be scripts: they are silent.
        - A module that makes an `app` or `application` is taken for one that a server is told to load.
        - A patch behind a test (an environment variable, an option) leaves the choice to the user and is silent.
        """
    options = ("entry-points",)
    references = ("[eventlet: why importing does not patch](https://eventlet.readthedocs.io/en/latest/patching.html)",)

    def check(self, project: Project) -> Iterator[Finding]:
        """Report patches that importing a library module makes."""
        teller = Teller(project.locator)
        for component in project.components:
            for found in library_patches(component.timeline, component.types):
                yield self._finding(found, teller)

    def _finding(self, found: LibraryPatch, teller: Teller) -> Finding:
        module, name = found.module, f"{found.row.names[0]}()"
        where = teller.at(found.site.scope, found.site.call.span)
        steps = [Step(Role.PATCH, where, f"importing {module.name} runs this")]
        if found.call != found.site:
            steps.append(Step(Role.PATCH, teller.at(found.call.scope, found.call.call.span), f"{name} patches"))
        kind = "package" if module.is_package else "module"
        return self.finding(
            where,
            f"importing {module.name} patches the process",
            f"importing the {kind} {module.name} runs {name} in the process of every importer{_used(found)}",
            identity=(module.name, name),
            witness=tuple(steps),
            because="only the program that runs can know whether, and how early, it has to patch",
            help="patch in the entry points: in the package of the console scripts, in the script, or in wsgi.py",
        )


def _used(found: LibraryPatch) -> str:
    if not found.importers:
        return ""
    names = sorted(importer.name for importer in found.importers)
    more = f" and {len(names) - 2} more" if len(names) > 2 else ""
    return f", such as {', '.join(names[:2])}{more}"
