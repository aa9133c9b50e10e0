"""GRN902 unused-suppression."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from greenlint.model import Finding, Severity
from greenlint.rules.base import Review

if TYPE_CHECKING:
    from greenlint.source.comments import Comment


class UnusedSuppression(Review):
    """A comment suppresses a rule that reports nothing there.

    It was written for a fault that is gone, or stands on the wrong line. The next fault on that line would be
    hidden by it, and nobody would notice.
    """

    code = "GRN902"
    name = "unused-suppression"
    severity = Severity.WARNING
    opt_in = True
    failure = ""
    bad = """
        import httplib2


        def fetch(url):
            http = httplib2.Http()  # noqa: GRN101  # GRN902
            return http.request(url)
        """
    good = """
        import httplib2


        def fetch(url):
            http = httplib2.Http()
            return http.request(url)
        """
    proof = """
        When all other rules have answered, each code or name in a `# noqa`, `# greenlint: ignore[...]` or
        `# greenlint: file-ignore[...]` comment is held against what they found: it is unused if no finding of the
        rules that it names, whatever its confidence, has a step in the lines that the comment speaks of. The same
        holds for `# greenlint: shared-safe` and the rules on sharing.
        """
    limits = """
        - A code whose rules were not all asked (`--select`) is left alone, and so are the codes of other linters and
          `# noqa` without codes.
        - A comment counts as used by any step of a finding on its lines, which is more than it suppresses.
        - A file that cannot be parsed is not reviewed.
        """

    def review(self, comments: Iterable[Comment]) -> Iterator[Finding]:
        """Report each comment that has idle words, once."""
        seen: dict[tuple[str, str], int] = {}
        for comment in comments:
            if not comment.idle or comment.problem:
                continue
            words = ", ".join(comment.idle)
            ordinal = seen[comment.location.path, words] = seen.get((comment.location.path, words), -1) + 1
            yield self.finding(
                comment.location,
                "this comment suppresses nothing",
                f"`{comment.text}`: {words} is not reported here, so the comment suppresses nothing",
                identity=(comment.location.path, words),
                ordinal=ordinal,
                because="no finding of this rule has a step on the lines that the comment speaks of",
                help="remove it, or move it to the line that the finding stands on",
            )
