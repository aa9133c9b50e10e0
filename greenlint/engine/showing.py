"""What is shown of the findings of a program: those that concern the paths that the user named."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from greenlint.engine.merging import order
from greenlint.engine.request import Request
from greenlint.model import Notice, Report
from greenlint.silence import BLANKET, Shown, Silence, visible
from greenlint.source.reading import read_path
from greenlint.source.roots import Program

if TYPE_CHECKING:
    from greenlint.options import Options


def shown(
    report: Report, program: Program, request: Request, options: Options, text: Callable[[str], str] | None = None
) -> Report:
    """Return the report with the findings that a request asks for; ``text`` gives the source of a file."""
    silence = Silence(options, text or (lambda path: _text(report.root, path)))
    places = Shown(program, request.checked)
    found = [listed for finding in report.findings for listed in visible(finding, silence, places)]
    least = options.min_confidence.rank
    listed = tuple(sorted((finding for finding in found if finding.confidence.rank >= least), key=order))
    return replace(report, findings=listed, hidden=sum(finding.suppressed == BLANKET for finding in listed))


def _text(root: str, path: str) -> str:
    source = read_path(path, os.path.join(root, path))
    return "" if isinstance(source, Notice) else source.text
