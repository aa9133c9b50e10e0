"""What a file is for, told by its path."""

from __future__ import annotations

from typing import Literal

Role = Literal["code", "test", "example", "docs"]

_DIRECTORIES: dict[str, Role] = {
    **dict.fromkeys(("tests", "test", "testing", "functional"), "test"),
    **dict.fromkeys(("examples", "example", "samples", "sample", "demo", "demos"), "example"),
    **dict.fromkeys(("docs", "doc"), "docs"),
}  # fmt: skip


def role_of(path: str) -> Role:
    """Tell what the file at the relative `path` is for, by the names of its directories and its own."""
    *directories, name = path.split("/")
    roles = [_DIRECTORIES[part] for part in directories if part in _DIRECTORIES]
    if "test" in roles or name == "conftest.py" or name.startswith("test_") or name.endswith("_test.py"):
        return "test"
    return roles[0] if roles else "code"
