"""The whole proof: one source frame per step of the witness, the failure, the mechanism, the help."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from greenlint.model import Notice, Report
from greenlint.reporters._closing import closing
from greenlint.reporters._paint import Paint, painter
from greenlint.reporters._text import printable, relative


def render(report: Report, *, cwd: Path, colour: bool, statistics: bool, quiet: bool = False) -> Iterator[str]:
    """Yield each finding with its proof, each notice, then the closing lines, an empty line between them."""
    paint = painter(colour)

    def shown(path: str) -> str:
        return relative(path, report.root, cwd)

    if report.findings:
        from greenlint.reporters._proofs import proofs  # loads the reading of sources

        yield from proofs(report, shown, paint)
    for notice in report.notices:
        yield from _notice(notice, shown(notice.path), paint)
        yield ""
    yield from closing(report, statistics=statistics, quiet=quiet)


def _notice(notice: Notice, path: str, paint: Paint) -> Iterator[str]:
    yield f"{paint(f'notice[{notice.code}]', 'notice')} {printable(notice.message)}"
    if notice.path:
        yield f"{paint(' -->', 'frame')} {printable(path)}:{notice.line}"
