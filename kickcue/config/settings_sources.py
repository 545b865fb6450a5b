"""Where settings come from: the race file, then the environment, then a command's options.

Each value remembers who said it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from kickcue.config.toml_file import TomlFile, read_toml
from kickcue.config.validation_errors import without_password
from kickcue.core.errors import UsageError

PREFIX: Final = "KICKCUE_"
OPTIONS: Final = "the options"
PASSWORD_VARIABLE: Final = "KICKCUE_BROKER_PASSWORD"  # noqa: S105  the name of the variable
OTHERS: Final = frozenset({PASSWORD_VARIABLE, "KICKCUE_DATA", "KICKCUE_REQUIRE_REAL"})
"""Variables that are read elsewhere."""
_ALIKE: Final = 0.65  # PASSWORD is a slip of BROKER_PASSWORD (0.70), DEBUG is nobody's

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """One value as somebody wrote it, and where."""

    value: Any
    source: str


Givens = dict[Key, Given]


def from_file(path: Path) -> Givens:
    """Return what the race file sets.

    UsageError where it cannot be read, is not TOML, or shows a password to others.
    """
    file = read_race_toml(path)
    found = from_document(file.document, path)
    url = found.get(("broker", "url"))
    mode = file.mode & 0o777
    if (
        url is not None
        and isinstance(url.value, str)
        and without_password(url.value) != url.value
        and mode & 0o077
    ):
        raise UsageError(
            f"{path}: broker.url contains a password, but others can read the file (mode "
            f"{mode:04o}): chmod 600 {path}, or move the password to a file of its own "
            "(broker.password_file)"
        )
    return found


def from_document(document: Mapping[str, Any], path: Path) -> Givens:
    """Return what a race file at ``path`` would set with this in it."""
    return {key: Given(value, str(path)) for key, value in _leaves(document)}


def from_environment(
    environ: Mapping[str, str], keys: Mapping[str, Key], tables: tuple[str, ...]
) -> Givens:
    """Return what the environment sets.

    ``keys`` are the variables there are, ``tables`` the names of blocks; empty means not set.
    UsageError for a variable that is not there but looks like one that is, or like one of a
    block.
    """
    found: Givens = {}
    for name in sorted(environ):
        if not name.startswith(PREFIX) or name in OTHERS or not environ[name]:
            continue
        if name in keys:
            found[keys[name]] = Given(environ[name], f"environment variable {name}")
        else:
            _refuse_slip(name, keys, tables)
    return found


def from_options(options: Mapping[str, Any]) -> Givens:
    """Return what a command's options set: keys like ``lap_m``, ``broker.url`` or blocks.

    None means not told.
    """
    told = {tuple(key.split(".")): value for key, value in options.items()}
    return {
        (*key, *inner): Given(value, OPTIONS)
        for key, block in told.items()
        for inner, value in _leaves(block)
        if value is not None
    }


def nested(givens: Givens) -> dict[str, Any]:
    """Return the values as blocks in blocks.

    A value that stands where a block should be stays, to be refused by its name.
    """
    root: dict[str, Any] = {}
    for key, given in givens.items():
        block: Any = root
        for part in key[:-1]:
            block = block.setdefault(part, {}) if isinstance(block, dict) else None
        if not isinstance(block, dict):
            continue
        if given.value == {}:
            block.setdefault(key[-1], {})
        else:
            block[key[-1]] = given.value
    return root


def sources_of(givens: Givens, key: Key) -> str:
    """Return who said ``key``: its own source, or those of all in the smallest block around it."""
    while True:
        inside = [
            given.source
            for at, given in givens.items()
            if at[: len(key)] == key or at == key[: len(at)]
        ]
        if inside or not key:
            return " and ".join(dict.fromkeys(inside)) or "the settings"
        key = key[:-1]


def read_race_toml(path: Path) -> TomlFile:
    """Return a race file; UsageError names file, line and column of what is no TOML."""
    return read_toml(path, absent="; 'kickcue init' creates one")


def _near(name: str, known: Iterable[str]) -> str | None:
    found = get_close_matches(
        name.removeprefix(PREFIX), [each.removeprefix(PREFIX) for each in known], n=1, cutoff=_ALIKE
    )
    return f"{PREFIX}{found[0]}" if found else None


def _refuse_slip(name: str, keys: Mapping[str, Key], tables: tuple[str, ...]) -> None:
    alike = _near(name, (*keys, *OTHERS))
    if alike is not None:
        raise UsageError(
            f"environment variable {name}: no such setting, did you mean {alike}? (or unset it)"
        )
    for table in tables:
        if name.startswith(f"{PREFIX}{table.upper()}_"):
            known = ", ".join(each for each, key in keys.items() if key[0] == table)
            remedy = f"known here: {known}" if known else f"[{table}] is set in the race file"
            raise UsageError(f"environment variable {name}: no such setting ({remedy})")


def _leaves(value: Any, at: Key = ()) -> Iterator[tuple[Key, Any]]:
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*at, key))
    elif at or not isinstance(value, Mapping):
        # An empty file, as a power cut leaves it, says nothing.
        yield at, dict(value) if isinstance(value, Mapping) else value
