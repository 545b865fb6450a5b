"""Sets keys of a race file as given on a command line."""

import os
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

from kickcue.config.atomic_write import replace_file
from kickcue.config.settings import check_race_file
from kickcue.config.settings_reference import SettingKey, setting_keys
from kickcue.config.settings_sources import read_race_toml
from kickcue.config.toml_edit import (
    Key,
    changed,
    toml_value,
    with_newlines_of,
    with_value,
    without_value,
)
from kickcue.config.validation_errors import without_password
from kickcue.core.errors import UsageError

_ALIKE_RATIO: Final = 0.6
_NUMBER_LETTERS: Final = 60  # the two ends of a line take some 24
_TRUE: Final = ("true", "yes", "on")
_FALSE: Final = ("false", "no", "off")


def set_keys(path: Path, values: Mapping[str, str], unset: Sequence[str] = ()) -> dict[str, str]:
    """Set the keys of a race file, like ``broker.url``, and take others out; all else stays.

    Return what is set as it stands there, without passwords. The whole is checked before it is
    written, and private where it holds a password.
    UsageError for a key that is none, for a value that cannot be, and where the file is
    none or cannot be written; it is then unchanged.
    """
    file = read_race_toml(path)
    wanted = {_key(name): _value(_known(name), text, path) for name, text in values.items()}
    document, text = file.document, file.text
    for name in unset:
        _require_there(document, _key(name), name, path)
        document = changed(document, _key(name), None)
        text = _edited(without_value(text, _key(name)), path, f"remove {name} yourself")
    for key, value in wanted.items():
        document = _changed(document, key, value, path)
        hint = f"set {'.'.join(key)} = {_shown(value)} yourself"
        text = _edited(with_value(text, key, value), path, hint)
    check_race_file(document, path)
    replace_file(path, with_newlines_of(file.text, text), private=_has_password(document))
    return {".".join(key): _shown(value) for key, value in wanted.items()}


def _key(name: str) -> Key:
    return tuple(name.split("."))


def _known(name: str) -> SettingKey:
    """Return the key of this name; UsageError where there is none, with what is near."""
    known = {".".join(key.path): key for key in setting_keys()}
    parts = name.split(".")
    if parts[0] == "sensors" and len(parts) == 3:
        parts[1] = "NAME"
    found = known.get(".".join(parts))
    if found is not None:
        return found
    last = [
        each
        for each in known
        if each.rpartition(".")[2] in (parts[-1], f"{parts[-1]}_m", f"{parts[-1]}_s")
    ]
    near = last or get_close_matches(".".join(parts), known, n=1, cutoff=_ALIKE_RATIO)
    guess = f"did you mean {' or '.join(near)}? " if near else ""
    raise UsageError(f"{name}: unknown key: {guess}see docs/configuration.md for all")


def _value(key: SettingKey, text: str, path: Path) -> Any:
    """Return what the words of a command line are in a file; what fits no kind is refused later."""
    if key.is_path or (key.path[-1] in ("language", "profile") and text.endswith(".toml")):
        return _relative(text, path)
    if len(text) > _NUMBER_LETTERS:
        return text
    if key.kind == "true or false":
        plain = text.lower()
        return True if plain in _TRUE else False if plain in _FALSE else text
    try:
        return _numeric(key.kind, text)
    except ValueError:
        return text


def _numeric(kind: str, text: str) -> Any:
    """Return the number, or list of numbers, that a kind of value asks for; else the text."""
    if kind == "whole number":
        return int(text)
    if kind == "number":
        return _number(text)
    if kind.startswith("["):
        return [_number(part) for part in text.strip("[] ").split(",")]
    return text


def _number(text: str) -> float | int:
    return int(text) if text.strip().isdecimal() else float(text)


def _relative(text: str, race_file: Path) -> str:
    """Return a path as the race file needs it: relative to the file's own folder."""
    if not text or Path(text).is_absolute() or text == "~" or text.startswith("~/"):
        return text
    here = Path(os.path.abspath(text))  # noqa: PTH100  links stay links
    folder = Path(os.path.abspath(race_file)).parent  # noqa: PTH100  same
    return str(here.relative_to(folder) if here.is_relative_to(folder) else here)


def _require_there(document: Mapping[str, Any], key: Key, name: str, path: Path) -> None:
    found: Any = document
    for part in key:
        found = found.get(part) if isinstance(found, Mapping) else None
    if found is None:
        raise UsageError(f"{path}: {name} is not set")


def _changed(document: Mapping[str, Any], key: Key, value: Any, path: Path) -> dict[str, Any]:
    try:
        return changed(document, key, value)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _edited(text: str | None, path: Path, otherwise: str) -> str:
    if text is None:
        raise UsageError(
            f"{path}: kickcue cannot edit the way this file is written; please {otherwise}"
        )
    return text


def _shown(value: Any) -> str:
    return without_password(toml_value(value))


def _has_password(document: Mapping[str, Any]) -> bool:
    broker = document.get("broker")
    url = broker.get("url") if isinstance(broker, Mapping) else None
    return isinstance(url, str) and without_password(url) != url
