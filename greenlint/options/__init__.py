"""The configuration of one run: defaults < file < environment < command line, as one frozen value.

A *layer* is a mapping of keys to raw values from one place.  Every value is converted with the type of
its field, so that a message can name the file, the line and the key.  Codes stay text: the engine knows
the rules.
"""

from __future__ import annotations

import configparser
import difflib
import hashlib
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

import msgspec

from greenlint.model import Confidence, GreenlintError
from greenlint.options.text import from_text, line_of, line_with

Hub = Literal["auto", "eventlet", "gevent", "threading"]
Multiplicity = Literal["many", "one-per-call"]
OutputFormat = Literal[
    "full", "concise", "json", "json-lines", "grouped", "github",
    "gitlab", "junit", "sarif", "rdjson", "azure", "pylint",
]  # fmt: skip

DEFAULT_EXCLUDE = (
    ".bzr", ".direnv", ".eggs", ".git", ".greenlint_cache", ".hg", ".ipynb_checkpoints", ".mypy_cache",
    ".nox", ".pants.d", ".pyenv", ".pytest_cache", ".pytype", ".ruff_cache", ".svn", ".tox", ".venv",
    ".vscode", "CVS", "__pycache__", "__pypackages__", "_build", "buck-out", "node_modules",
    "site-packages", "venv", "*.egg", "*.egg-info",
)  # fmt: skip
"""Directories that hold no source of the project.

Discovery also passes over any directory that holds a pyvenv.cfg, and over ``build`` and ``dist`` unless they
are packages.
"""

KNOWLEDGE_KEYS = (
    "client", "spawn", "blocking", "guard", "timeout_reuse", "alias", "result", "handler", "base", "join",
    "kill", "effect", "optout", "deadline", "marker", "patch_api", "late_import", "auto_patcher",
)  # fmt: skip
"""Tables of the user's own knowledge rows; the knowledge room validates their columns."""

CONFIG_FILES = ("greenlint.toml", ".greenlint.toml", "pyproject.toml", "setup.cfg", "tox.ini")
"""Names of configuration files, strongest first."""

_CALLABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")
_PATTERN = re.compile(r"[\w*?\[\]!-]+(\.[\w*?\[\]!-]+)*")


class ConfigurationError(GreenlintError):
    """A setting that cannot be used; the text names the place, the key, the fault and a near name."""

    def __init__(self, problem: str, *, path: str = "", line: int = 0, key: str = "", near: str = "") -> None:
        self.problem, self.path, self.line, self.key, self.near = problem, path, line, key, near
        place = f"{path}:{line}: " if line else f"{path}: " if path else ""
        subject = f"{key}: " if key else ""
        hint = f"; did you mean '{near}'?" if near else ""
        super().__init__(f"{place}{subject}{problem}{hint}")


class EntryPoint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A way into the program: ``module:function``, and what is already patched when it starts.

    ``patched``: everything (true), nothing (false), the groups named, or None to find it out.
    """

    callable: str
    patched: bool | tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if not _CALLABLE.fullmatch(self.callable):
            raise ValueError(f"'{self.callable}' is not of the form 'package.module:function'")


class DeclaredRoot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Functions that greenthreads run: a dotted pattern such as ``app.rpc.*``."""

    callable: str
    multiplicity: Multiplicity = "many"

    def __post_init__(self) -> None:
        if not _PATTERN.fullmatch(self.callable.replace(":", ".")):
            raise ValueError(f"'{self.callable}' is not a dotted name or pattern such as 'app.rpc.*'")


class Options(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """The frozen configuration of one run.

    ``jobs`` 0 means one process per CPU.  ``cache_dir`` and ``baseline`` are absolute; without a
    ``cache_dir`` the cache keeps its own place.  ``knowledge`` holds the user's rows by table, unvalidated.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    per_file_ignores: Mapping[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    src: tuple[str, ...] = ()
    hub: Hub = "auto"
    entry_points: tuple[EntryPoint, ...] = ()
    roots: tuple[DeclaredRoot, ...] = ()
    min_confidence: Confidence = Confidence.LIKELY
    output_format: OutputFormat = "full"
    cache_dir: Path | None = None
    no_cache: bool = False
    baseline: Path | None = None
    jobs: Annotated[int, msgspec.Meta(ge=0)] = 0
    knowledge: Mapping[str, tuple[Mapping[str, object], ...]] = msgspec.field(default_factory=dict)

    def rule_words(self) -> Iterator[tuple[str, str]]:
        """Yield each word that has to name a rule, with its key."""
        yield from (("select", word) for word in self.select)
        yield from (("ignore", word) for word in self.ignore)
        yield from (("extend-select", word) for word in self.extend_select)
        yield from (("per-file-ignores", word) for words in self.per_file_ignores.values() for word in words)

    def digest(self) -> str:
        """Return 32 hex digits over the values that change findings, the same in every process and place.

        A baseline counts by its content, which is not known here.
        """
        values = msgspec.to_builtins(self, enc_hook=str)
        for silent in ("output-format", "cache-dir", "no-cache", "baseline", "jobs"):
            del values[silent]
        data = msgspec.json.encode(values, order="deterministic")
        return hashlib.blake2b(data, digest_size=16).hexdigest()


def load_options(
    root: Path,
    *,
    config: Sequence[str] = (),
    isolated: bool = False,
    environment: Mapping[str, str] = {},
    overrides: Mapping[str, object] = {},
) -> Options:
    """Return the options for the program under `root`.

    `config` holds the values of ``--config``: at most one file, and TOML fragments ``KEY=VALUE``.  Without a
    file, `environment` (GREENLINT_CONFIG) names one or it is found upward from `root`; `isolated` reads none.
    `overrides` are command line values by key; None means not given.  Raises ConfigurationError.
    """
    merged: dict[str, object] = {}
    for layer in _layers(root, config, isolated, environment, overrides):
        for key, value in layer.converted().items():
            adds_up = key.startswith("extend-") or key == "knowledge"
            merged[key] = _joined(merged.get(key), value) if adds_up else value
    return Options(**{key.replace("-", "_"): value for key, value in merged.items()})  # type: ignore[arg-type]


def written_at(
    key: str,
    word: str,
    root: Path,
    *,
    config: Sequence[str] = (),
    isolated: bool = False,
    environment: Mapping[str, str] = {},
    overrides: Mapping[str, object] = {},
) -> tuple[str, int]:
    """Return the strongest place that sets `key` with `word` in it, and the line there (0: none), for a message."""
    for layer in reversed(list(_layers(root, config, isolated, environment, overrides))):
        if key in layer.values and word in str(layer.values[key]):
            return layer.source, line_with(word, line_of(key, layer.text), layer.text)
    return "", 0


def configuration_file(
    root: Path, *, config: Sequence[str] = (), isolated: bool = False, environment: Mapping[str, str] = {}
) -> str:
    """Return the file that the settings of the program under `root` come from, or the empty text."""
    files = [layer.source for layer in _layers(root, config, isolated, environment, {}) if layer.is_file]
    return next(iter(files), "")


def nearest(word: str, candidates: Iterable[str]) -> str:
    """Return the candidate that `word` is most likely a misspelling of, or the empty text."""
    return next(iter(difflib.get_close_matches(word, candidates, n=1)), "")


# --- layers -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Layer:
    """Raw settings of one place. `base` is what relative paths refer to; `within` bounds them if given."""

    source: str
    values: Mapping[str, object]
    base: Path
    within: Path | None = None
    text: str = ""
    written_as_text: bool = False
    is_file: bool = False

    def converted(self) -> dict[str, object]:
        """Return the values in the types of Options, with all knowledge tables under one key."""
        result: dict[str, object] = {}
        knowledge: dict[str, tuple[Mapping[str, object], ...]] = {}
        for key, value in self.values.items():
            if key in KNOWLEDGE_KEYS:
                knowledge[key] = self._convert(key, value, tuple[dict[str, Any], ...])
            elif key in _TYPES:
                result[key] = self._placed(key, self._convert(key, value, _TYPES[key]))
            else:
                near = nearest(key, (*_TYPES, *KNOWLEDGE_KEYS))
                raise self._fault(key, "unknown key" if near else "unknown key; `greenlint config` lists them", near)
        return result | ({"knowledge": knowledge} if knowledge else {})

    def _convert(self, key: str, value: object, kind: Any) -> Any:
        if isinstance(value, str) and self.written_as_text:
            value = from_text(value, kind)
        try:
            return msgspec.convert(value, kind, strict=not self.written_as_text, dec_hook=_decode)
        except msgspec.ValidationError as error:
            raise self._fault(key, _reason(error, kind), _near(error, value, kind)) from None

    def _placed(self, key: str, value: object) -> object:
        if not isinstance(value, Path):
            return value
        path = Path(os.path.abspath(self.base / value.expanduser()))
        if self.within is not None and not path.resolve().is_relative_to(self.within.resolve()):
            raise self._fault(key, f"'{value}' lies outside the project, where its own files may not point")
        return path

    def _fault(self, key: str, problem: str, near: str = "") -> ConfigurationError:
        line = line_of(key, self.text)
        return ConfigurationError(problem, path=self.source, line=line, key=key, near=near)


def _layers(
    root: Path,
    config: Sequence[str],
    isolated: bool,
    environment: Mapping[str, str],
    overrides: Mapping[str, object],
) -> Iterator[_Layer]:
    """Yield the layers, weakest first."""
    here = Path.cwd()
    files = [item for item in config if not _is_fragment(item)]
    if len(files) > 1:
        raise ConfigurationError(f"--config names two files, {files[0]} and {files[1]}; give one")
    if files and isolated:
        raise ConfigurationError(f"--isolated reads no file, but --config names {files[0]}; leave one of them out")
    named = files[0] if files else environment.get("GREENLINT_CONFIG", "")
    if named and not isolated:
        yield _named_file(Path(named), root)
    elif not isolated and (found := _found_file(root)) is not None:
        yield found
    yield _Layer("the environment", _of_environment(environment), here, written_as_text=True)
    for item in config:
        if _is_fragment(item):
            yield _Layer(f"--config {item}", _parse_toml(item, f"--config {item}"), here)
    given = {key.replace("_", "-"): value for key, value in overrides.items() if value is not None}
    yield _Layer("command line", given, here, written_as_text=True)


def _is_fragment(item: str) -> bool:
    return "=" in item and not Path(item).is_file()


def _of_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for key, name in (("cache-dir", "GREENLINT_CACHE_DIR"), ("output-format", "GREENLINT_OUTPUT_FORMAT")):
        if environment.get(name):
            values[key] = environment[name]
    if environment.get("GREENLINT_NO_CACHE", "").lower() not in {"", "0", "false", "no", "off"}:
        values["no-cache"] = True
    return values


# --- files ------------------------------------------------------------------------------------------------


def _found_file(root: Path) -> _Layer | None:
    """Return the settings of the nearest configuration file at or above `root`, inside its repository."""
    root = Path(os.path.abspath(root))
    for directory in (root, *root.parents):
        for name in CONFIG_FILES:
            path = directory / name
            if path.is_file() and (layer := _file_layer(path, base=root, within=root)) is not None:
                return layer
        if (directory / ".git").exists():
            return None
    return None


def _named_file(path: Path, root: Path) -> _Layer:
    if not path.is_file():
        siblings = os.listdir(path.parent) if path.parent.is_dir() else ()
        near = nearest(path.name, siblings)
        raise ConfigurationError("no such configuration file", path=str(path), near=near)
    layer = _file_layer(path, base=Path.cwd(), within=None)
    return layer or _Layer(str(path), {}, root)


def _file_layer(path: Path, base: Path, within: Path | None) -> _Layer | None:
    """Return the settings of a file, or None if it has no section of ours."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"cannot be read: {error}", path=str(path)) from None
    if path.suffix in {".cfg", ".ini"}:
        section = _ini_section(text, str(path))
        if section is None:
            return None
        return _Layer(str(path), section, base, within, text, written_as_text=True, is_file=True)
    if path.name != "pyproject.toml":
        return _Layer(str(path), _parse_toml(text, str(path)), base, within, text, is_file=True)
    if "greenlint" not in text:
        return None
    table = _parse_toml(text, str(path)).get("tool", {}).get("greenlint")
    if table is not None and not isinstance(table, dict):
        raise ConfigurationError("greenlint is no table; write the keys below a line [tool.greenlint]", path=str(path))
    return None if table is None else _Layer(str(path), table, base, within, text, is_file=True)


def _parse_toml(text: str, source: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"at line (\d+)", str(error))
        line = int(found[1]) if found and "\n" in text else 0
        raise ConfigurationError(f"not valid TOML: {error}", path=source, line=line) from None


def _ini_section(text: str, source: str) -> dict[str, object] | None:
    if "[greenlint]" not in text:
        return None
    parser = configparser.RawConfigParser(strict=False)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        wrong = getattr(error, "errors", None) or [(getattr(error, "lineno", 0), "")]
        raise ConfigurationError("not a valid ini file", path=source, line=wrong[0][0]) from None
    if not parser.has_section("greenlint"):
        return None
    own = [key for key in parser.options("greenlint") if key not in parser.defaults()]
    return {key.replace("_", "-"): parser.get("greenlint", key) for key in own}


# --- values -----------------------------------------------------------------------------------------------


_TYPES: Mapping[str, Any] = {
    field.encode_name: field.type for field in msgspec.structs.fields(Options) if field.name != "knowledge"
}


def _decode(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str):
        return Path(value)
    raise ValueError(f"Expected `path`, got `{type(value).__name__}`")


def _choices(kind: Any) -> tuple[str, ...]:
    values = [item.value for item in Confidence] if kind is Confidence else get_args(kind)
    return tuple(value for value in values if isinstance(value, str))


def _reason(error: msgspec.ValidationError, kind: Any) -> str:
    """Put the words of msgspec into ours."""
    if choices := _choices(kind):
        return f"expected one of {', '.join(choices)}"
    text = re.sub(r" - at `\$(.*)`", r" (at \1)", str(error)).replace("`", "'")
    return text[:1].lower() + text[1:]


def _near(error: msgspec.ValidationError, value: object, kind: Any) -> str:
    """Return the choice or the column of a table that a wrong word is near to."""
    if isinstance(value, str):
        return nearest(value, _choices(kind))
    unknown = re.search(r"unknown field `(.*?)`", str(error))
    columns: tuple[str, ...] = getattr(next(iter(get_args(kind)), None), "__struct_fields__", ())
    return nearest(unknown[1], columns) if unknown else ""


def _joined(old: object, new: object) -> object:
    """Add a layer to an ``extend-`` list or to the knowledge rows."""
    if isinstance(old, tuple) and isinstance(new, tuple):
        return (*old, *(item for item in new if item not in old))
    if isinstance(old, dict) and isinstance(new, dict):
        return {key: (*old.get(key, ()), *new.get(key, ())) for key in old | new}
    return new
