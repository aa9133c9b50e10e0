"""Does a row hold in the versions that a program says it needs? What it does not say is assumed, and told."""

from __future__ import annotations

from typing import NamedTuple

from greenlint.knowledge.schema import BlockingRow
from greenlint.source.dependencies import Dependencies, Versions, version

_IN_ENVIRONMENT = "env:"


class Installed(NamedTuple):
    """What has to be installed for a row to hold, in words, and what of it nothing declares.

    ``condition`` ends a sentence that says what a call does: ", with psycopg 3.1.5 or later".
    """

    condition: str = ""
    assumptions: tuple[str, ...] = ()


def installed(row: BlockingRow, declared: Dependencies) -> Installed | None:
    """Return what has to be installed; None where the declared versions exclude it.

    Without a declaration the newest release is taken: a row that ends with some version holds only where that version
    is excluded.
    """
    meant = Versions(version(row.since), version(row.until) if row.until else None)
    is_known = declared.get(row.distribution, Versions()).within(meant)
    if is_known is False or (row.until and not is_known):
        return None
    assumed = []
    if row.since and not is_known:
        assumed.append(f"{row.distribution} {row.since} or later is installed")
    if row.distributions_needed and not declared.keys() & set(row.distributions_needed):
        assumed.append(f"{' or '.join(name for name in row.distributions_needed if '[' not in name)} is installed")
    hooks = [c.removeprefix(_IN_ENVIRONMENT) for c in row.not_if if c.startswith(_IN_ENVIRONMENT)]
    if hooks:
        assumed.append(f"the environment has no {' and no '.join(hooks)}")
    return Installed(_condition(row), tuple(assumed))


def _condition(row: BlockingRow) -> str:
    if not row.since and not row.until:
        return ""
    since = f" {row.since} or later" if row.since else ""
    until = f" before {row.until}" if row.until else ""
    return f", with {row.distribution}{since}{' and' if since and until else ''}{until}"
