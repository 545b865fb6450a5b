"""Writes a race file that explains itself, and pins sensors in one without losing what a person wrote there.

A file is replaced as a whole or not at all, and stays as private as it was: a password may stand in it.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from textwrap import fill
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from kickcue.config.replacing import replace_file
from kickcue.config.settings import load_settings
from kickcue.config.settings_keys import SettingKey, setting_keys, tables
from kickcue.config.settings_model import PINS, SensorPin, same_device
from kickcue.config.settings_sources import from_options, nested, parse_toml, read_text
from kickcue.core.errors import AskedWronglyError

_COLUMNS: Final = 100
_HEAD: Final = (
    "What kickcue is set to. A line like '#key = value' is off and shows the default, or an example where there is none: "
    "take the # away to set it. 'kickcue pair' adds your sensors at the end."
)
_SENSORS: Final = (
    "Your sensors, by names of your choice. 'kickcue pair' finds them and writes a block for each, like the one below: strap for heart "
    "rate, pod for cadence."
)
_PLACE: Final = "kickcue-puts-the-pin-here"


def check_place(path: Path) -> None:
    """Raise AskedWronglyError where no new file can be at ``path``."""
    if os.path.lexists(path):
        raise AskedWronglyError(f"{path}: is there already and is not overwritten: edit it, or name another file")
    if not path.parent.is_dir():
        raise AskedWronglyError(f"{path}: cannot be written: there is no folder {path.parent}; make it first")


def new_race_file(path: Path, answers: Mapping[str, Any]) -> None:
    """Write a race file with ``answers``, keys like ``race`` or ``broker.url``, and all other keys explained but off.

    Only its owner may read it. AskedWronglyError where an answer cannot be, a file is there already, or none can be written.
    """
    check_place(path)
    load_settings(None, options=answers, environ={})
    text = "\n".join(_lines(answers)) + "\n"
    said = nested(from_options(answers))
    blank: dict[str, Any] = {table: {} for table in tables() if table != "sensors"}
    assert parse_toml(text, path) == blank | said, "every answer is a key of the file"
    replace_file(path, text)


def pin_sensor(path: Path, name: str, pin: SensorPin) -> None:
    """Set ``[sensors.<name>]`` in a race file, and leave every other line as it is.

    AskedWronglyError where the file is none, is not TOML, has the device under another name, or cannot be written; it is then unchanged.
    """
    text = read_text(path)
    before = parse_toml(text, path)
    block = pin.model_dump(exclude_none=True)
    sensors = before.get("sensors", {})
    if not isinstance(sensors, dict) or not isinstance(sensors.get(name, {}), dict):
        raise AskedWronglyError(f"{path}: sensors should be blocks, [sensors.{name}]")
    _refuse_twice(path, sensors, name, pin)
    kept = {key: value for key, value in sensors.get(name, {}).items() if key not in ("profile", *PINS)}
    wanted = {**before, "sensors": {**sensors, name: {**kept, **block}}}
    edits = _changed(text, name, pin) if name in sensors else _added(text, name, block)
    for edit in edits:
        if _means(edit, wanted):
            newline = "\r\n" if "\r\n" in text else "\n"
            return replace_file(path, edit.replace("\r\n", "\n").replace("\n", newline))
    inside = ", ".join(f"{key} = {_toml(value)}" for key, value in block.items())
    raise AskedWronglyError(f"{path}: is written in a way that kickcue cannot add to; please set there [sensors.{name}] with {inside}")


def _means(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _refuse_twice(path: Path, sensors: Mapping[str, Any], name: str, pin: SensorPin) -> None:
    kind, value = pin.pin
    for other, block in sensors.items():
        theirs = block.get(kind) if isinstance(block, dict) else None
        if kind == "address" and isinstance(theirs, str):
            theirs = theirs.upper()
        if other != name and theirs == value:
            raise AskedWronglyError(f"{path}: {same_device({other: pin, name: pin})}")


def _added(text: str, name: str, block: Mapping[str, Any]) -> Iterator[str]:
    """Yield ways to add a sensor: at the end, or where all sensors stand on one line."""
    lines = [f"[sensors.{name}]", *(f"{key} = {_toml(value)}" for key, value in block.items())]
    end = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    yield f"{text}{end}{chr(10).join(lines)}\n"
    with suppress(TOMLKitError, ValueError):
        document: Any = tomlkit.parse(text)
        inline = tomlkit.inline_table()
        inline.update(block)
        document["sensors"][name] = inline
        yield document.as_string()


def _changed(text: str, name: str, pin: SensorPin) -> Iterator[str]:
    """Yield ways to change a sensor: the pin in the place of the old one, or put at the end of the block."""
    kind, value = pin.pin
    for in_place in (True, False):
        with suppress(TOMLKitError, ValueError):
            document: Any = tomlkit.parse(text)
            block = document["sensors"][name]
            block["profile"] = pin.profile
            old = [each for each in PINS if each in block]
            if in_place and len(old) == 1:
                block[old[0]] = _PLACE  # tomlkit has no way to rename a key, so its text is changed
                before, found, after = document.as_string().partition(f'"{_PLACE}"')
                key, equals = before.rstrip(" \t=").removesuffix(old[0]), before[len(before.rstrip(" \t=")) :]
                if found:
                    yield f"{key}{kind}{equals}{_toml(value)}{after}"
            else:
                for each in old:
                    del block[each]
                block[kind] = value
                yield document.as_string()


def _lines(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a new file."""
    yield _comment(_HEAD)
    table = ""
    for key in setting_keys():
        *tables, name = key.path
        if ".".join(tables) != table:
            table = ".".join(tables)
            yield from ("", _comment(_SENSORS), "#[sensors.strap]") if "NAME" in tables else ("", f"[{table}]")

        yield from ("", _comment(key.what)) if not table else (_comment(key.what),)
        yield _setting(key, name, answers.get(".".join(key.path)))


def _setting(key: SettingKey, name: str, answer: Any) -> str:
    return f"#{name} = {_toml(key.example)}" if answer is None else f"{name} = {_toml(answer)}"


def _comment(text: str) -> str:
    return fill(text, _COLUMNS, initial_indent="# ", subsequent_indent="# ", break_long_words=False, break_on_hyphens=False)


def _toml(value: Any) -> str:
    plain = value if isinstance(value, bool | int | float | list) else str(value)
    plain = int(plain) if isinstance(plain, float) and plain.is_integer() else plain
    return tomlkit.item(plain).as_string()
