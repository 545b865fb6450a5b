"""Writes a race file that explains itself, and changes its keys without losing what people wrote.

A file is replaced as a whole or not at all, and stays as private as it was: a password may stand in
it.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from textwrap import fill
from typing import Any, Final

import tomlkit

from kickcue.config.atomic_write import replace_file
from kickcue.config.device_settings import PINS, SensorPin, same_device
from kickcue.config.settings import load_settings
from kickcue.config.settings_reference import SettingKey, setting_keys
from kickcue.config.settings_sources import from_options, nested, read_race_toml
from kickcue.config.toml_edit import TOMLKIT_ERRORS, the_edit, toml_value, with_newlines_of
from kickcue.config.toml_file import parse_toml
from kickcue.core.errors import UsageError

_COLUMNS: Final = 100
_HEAD: Final = (
    "What kickcue is set to. A line like '#key = value' is off and shows the default, or an "
    "example where there is none: "
    "take the # away to set it, or say 'kickcue set KEY VALUE'. 'kickcue pair' adds your sensors "
    "at the end."
)
_SENSORS: Final = (
    "Your sensors, by names of your choice. 'kickcue pair' finds them and writes a block for "
    "each, like the one below: strap for heart "
    "rate, pod for cadence."
)
_PLACE: Final = "kickcue-puts-the-pin-here"


def check_place(path: Path) -> None:
    """Raise UsageError where no new file can be at ``path``."""
    if os.path.lexists(path):
        raise UsageError(
            f"{path}: is there already and is not overwritten: edit it, or name another file"
        )
    if not path.parent.is_dir():
        raise UsageError(
            f"{path}: cannot be written: there is no folder {path.parent}; make it first"
        )


def new_race_file(path: Path, answers: Mapping[str, Any]) -> None:
    """Write a race file with ``answers`` and all other keys explained but off.

    ``answers`` has keys like ``race`` or ``broker.url``.

    Only its owner may read it. UsageError where an answer cannot be, a file is there
    already, or none can be written.
    """
    check_place(path)
    load_settings(None, options=answers, environ={})
    text = "\n".join(_lines(answers)) + "\n"
    assert parse_toml(text, path) == nested(from_options(answers)), (
        "every answer is a key of the file"
    )
    replace_file(path, text)


def pin_sensor(path: Path, name: str, pin: SensorPin) -> None:
    """Set ``[sensors.<name>]`` in a race file, and leave every other line as it is.

    UsageError where the file is none, is not TOML, has the device under another name, or
    cannot be written; it is then unchanged.
    """
    file = read_race_toml(path)
    text, before = file.text, file.document
    block = pin.model_dump(exclude_none=True)
    sensors = before.get("sensors", {})
    if not isinstance(sensors, dict) or not isinstance(sensors.get(name, {}), dict):
        raise UsageError(f"{path}: sensors: expected blocks, [sensors.{name}]")
    _refuse_twice(path, sensors, name, pin)
    kept = {
        key: value for key, value in sensors.get(name, {}).items() if key not in ("profile", *PINS)
    }
    wanted = {**before, "sensors": {**sensors, name: {**kept, **block}}}
    edits = _changed(text, name, pin) if name in sensors else _added(text, name, block)
    found = the_edit(edits, wanted)
    if found is None:
        inside = ", ".join(f"{key} = {toml_value(value)}" for key, value in block.items())
        raise UsageError(
            f"{path}: is written in a way that kickcue cannot add to; please set there "
            f"[sensors.{name}] with {inside}"
        )
    replace_file(path, with_newlines_of(text, found))


def _refuse_twice(path: Path, sensors: Mapping[str, Any], name: str, pin: SensorPin) -> None:
    kind, value = pin.pin
    for other, block in sensors.items():
        theirs = block.get(kind) if isinstance(block, dict) else None
        if kind == "address" and isinstance(theirs, str):
            theirs = theirs.upper()
        if other != name and theirs == value:
            raise UsageError(f"{path}: {same_device({other: pin, name: pin})}")


def _added(text: str, name: str, block: Mapping[str, Any]) -> Iterator[str]:
    """Yield ways to add a sensor: at the end, or where all sensors stand on one line."""
    lines = [f"[sensors.{name}]", *(f"{key} = {toml_value(value)}" for key, value in block.items())]
    end = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
    yield f"{text}{end}{chr(10).join(lines)}\n"
    with suppress(*TOMLKIT_ERRORS):
        document: Any = tomlkit.parse(text)
        inline = tomlkit.inline_table()
        inline.update(block)
        document["sensors"][name] = inline
        yield document.as_string()


def _changed(text: str, name: str, pin: SensorPin) -> Iterator[str]:
    """Yield ways to change a sensor: in the place of its old pin, or at the end of the block."""
    kind, value = pin.pin
    for in_place in (True, False):
        with suppress(*TOMLKIT_ERRORS):
            document: Any = tomlkit.parse(text)
            block = document["sensors"][name]
            block["profile"] = pin.profile
            old = [each for each in PINS if each in block]
            if in_place and len(old) == 1:
                block[old[0]] = _PLACE  # tomlkit has no way to rename a key, so its text is changed
                before, found, after = document.as_string().partition(f'"{_PLACE}"')
                key, equals = (
                    before.rstrip(" \t=").removesuffix(old[0]),
                    before[len(before.rstrip(" \t=")) :],
                )
                if found:
                    yield f"{key}{kind}{equals}{toml_value(value)}{after}"
            else:
                for each in old:
                    del block[each]
                block[kind] = value
                yield document.as_string()


def _lines(answers: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a new file.

    There is no header in it: TOML takes each but once, and so a block can be added at the end by
    whoever has one.
    """
    yield _comment(_HEAD)
    in_sensors = False
    for key in setting_keys():
        if "NAME" in key.path:
            if not in_sensors:
                yield from ("", _comment(_SENSORS), "#[sensors.strap]")
            in_sensors = True
            yield from (_comment(key.what), _setting(key, key.path[-1], None))
        else:
            name = ".".join(key.path)
            yield from ("", _comment(key.what), _setting(key, name, answers.get(name)))


def _setting(key: SettingKey, name: str, answer: Any) -> str:
    return (
        f"#{name} = {toml_value(key.example)}"
        if answer is None
        else f"{name} = {toml_value(answer)}"
    )


def _comment(text: str) -> str:
    return fill(
        text,
        _COLUMNS,
        initial_indent="# ",
        subsequent_indent="# ",
        break_long_words=False,
        break_on_hyphens=False,
    )
