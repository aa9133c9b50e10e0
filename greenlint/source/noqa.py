"""Write ``# noqa`` comments into a source, where flake8 would read them."""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping

from greenlint.model import GreenlintError
from greenlint.source.suppressions import NOQA, Suppressions

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)?")


def with_noqa(text: str, codes: Mapping[int, Collection[str]], reason: str = "") -> str:
    """Return the source with each line's codes suppressed, in the list of a noqa that is there or a new one.

    Raises GreenlintError with the line if no comment can stand there: the program must stay what it is.
    """
    lines = _LINE.findall(text)
    comments = Suppressions("\n".join(line.rstrip("\r\n") for line in lines))
    for line, wanted in sorted(codes.items()):
        place = comments.last_line_with(line) - 1
        lines[place] = _marked(lines[place], sorted(wanted), reason)
    written = "".join(lines)
    _verify(text, written, codes)
    return written


def _marked(line: str, codes: list[str], reason: str) -> str:
    body = line.rstrip("\r\n")
    end = line[len(body) :]
    found = NOQA.search(body)
    if found is not None and found["codes"]:
        listed = found["codes"].rstrip(", \t")
        separator = ", " if re.search(r",\s", listed) else ","
        after = body[found.start("codes") + len(listed) :]
        return body[: found.start("codes")] + separator.join((listed, *codes)) + after + end
    why = f" - {reason}" if reason else ""  # the dash keeps a first word like ABC123 from being read as a code
    return f"{body.rstrip()}  # noqa: {','.join(codes)}{why}{end}"


def _verify(before: str, after: str, codes: Mapping[int, Collection[str]]) -> None:
    comments = Suppressions.of(after)
    for line, wanted in codes.items():
        for code in wanted:
            if comments.reason_for(line, code, "") is None:
                raise GreenlintError(f"line {line}: a noqa comment has no effect here; use greenlint: file-ignore")
    if ast.dump(ast.parse(before)) != ast.dump(ast.parse(after)):
        raise GreenlintError("a noqa comment would change the program; use greenlint: file-ignore")
