"""GRN903 misleading-suppression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Severity
from greenlint.rules.base import Review

if TYPE_CHECKING:
    from greenlint.source.comments import Comment


class MisleadingSuppression(Review):
    """A comment names a greenlint rule and does not do what it seems to.

    `# noqa : GRN101` and `# noqa:  GRN101` hide every finding of every linter on the line, because flake8 does not
    see the code; `#noqa: GRN101` and `# noqa: grn101` hide nothing at all. Nobody notices either.
    """

    code = "GRN903"
    name = "misleading-suppression"
    severity = Severity.WARNING
    opt_in = True
    failure = ""
    bad = """
        import httplib2

        HTTP = httplib2.Http()  # noqa : GRN101  # GRN903
        """
    good = """
        import httplib2

        HTTP = httplib2.Http()  # noqa: GRN101
        """
    proof = """
        Each comment that mentions `noqa` and a rule of greenlint is read as flake8 reads it, and each comment that
        begins with `greenlint:` as greenlint does. It is reported when it turns out to be blanket, to mean nothing,
        or to name no rule.
        """
    limits = """
        - Comments for other linters, and `# noqa` that mentions no rule of greenlint, are not looked at.
        - In flake8 itself a blanket comment hides this finding, too: run the command or pylint to see it.
        - What stands in strings is not looked at, although flake8 does read a noqa there.
        """
    references = ("[flake8: in-line ignoring](https://flake8.pycqa.org/en/latest/user/violations.html)",)

    def review(self, comments: Iterable[Comment]) -> Iterator[Finding]:
        """Report each comment that has a problem."""
        seen: dict[tuple[str, str], int] = {}
        for comment in comments:
            if comment.problem:
                about = (comment.location.path, comment.text)
                seen[about] = seen.get(about, -1) + 1
                yield self.finding(
                    comment.location,
                    "this comment does not do what it seems to",
                    f"`{comment.text}` {comment.problem}",
                    identity=about,
                    ordinal=seen[about],
                    help="write `# noqa: GRN101` or `# greenlint: ignore[GRN101] reason`",
                )
