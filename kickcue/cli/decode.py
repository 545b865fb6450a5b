"""``kickcue decode``: what the bytes of one notification mean."""

from __future__ import annotations

import re
from dataclasses import asdict, fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Final

from kickcue.cli.format.console import json_line, table
from kickcue.core.errors import UsageError
from kickcue.core.gatt import CODECS, Measurement, decode, short_uuid
from kickcue.core.gatt.heart_rate import BodySensorLocation, HeartRateMeasurement
from kickcue.core.gatt.rsc import SensorLocation
from kickcue.core.generic_profiles import GENERIC_POD
from kickcue.core.printable import printable

if TYPE_CHECKING:
    import argparse

    from kickcue.core.readings import Reading

NAMES: Final = {
    "2a19": "Battery Level",
    "2a24": "Model Number String",
    "2a26": "Firmware Revision String",
    "2a29": "Manufacturer Name String",
    "2a37": "Heart Rate Measurement",
    "2a38": "Body Sensor Location",
    "2a53": "RSC Measurement",
    "2a54": "RSC Feature",
    "2a5d": "Sensor Location",
    "2a67": "Location and Speed",
    "2acd": "Treadmill Data",
}

_POD: Final = "2a53"

_KEYS: Final = {
    "bpm": "heart_rate_bpm",
    "cadence_per_min": "cadence_sent_per_min",
    "code": "location_code",
    "distance_m": "total_distance_m",
    "extra": "extra_hex",
    "percent": "battery_percent",
}
_OTHERWISE: Final = frozenset({"rr_1024", "half_rr"})
"""Fields that are shown in another form."""
_TEXT_KEYS: Final = {
    "2a24": "model_number",
    "2a26": "firmware_revision",
    "2a29": "manufacturer_name",
}

_UNITS: Final = {  # by the end of the key; longer endings first
    "_km_per_min": "km/min",
    "_per_min": "per min",
    "_percent": "%",
    "_kcal": "kcal",
    "_mps": "m/s",
    "_spm": "steps/min",
    "_bpm": "bpm",
    "_deg": "degrees",
    "_kj": "kJ",
    "_ms": "ms",
    "_m": "m",
    "_n": "N",
    "_s": "s",
    "_w": "W",
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("char", metavar="CHARACTERISTIC", help="16-bit or 128-bit UUID, e.g. 2a53")
    parser.add_argument(
        "hex",
        metavar="HEX",
        nargs="+",
        help="the notification's bytes in hex; 0x, spaces, colons and dashes are fine",
    )
    parser.add_argument(
        "--profile",
        metavar="ID|FILE",
        help="decode the bytes by this sensor profile (default for 2a53: generic-rsc)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(args: argparse.Namespace) -> int:
    """Decode and print; UsageError for what was typed, DataError for what the bytes are."""
    char = parse_characteristic(args.char)
    data = parse_hex(" ".join(args.hex))
    profile_id = args.profile or (GENERIC_POD if char == _POD else None)
    shown = wire_fields(char, decode(char, data))
    if profile_id is not None:
        profile_id = _apply_profile(shown, profile_id, char, data)
    if args.json:
        print(json_line({"char": char, "name": NAMES[char], "profile": profile_id} | shown))
    else:
        note = shown.pop("cadence_note", None)
        print(f"{NAMES[char]} ({char})" + (f", read as profile {profile_id}" if profile_id else ""))
        print(
            table(
                ("field", "value", "unit"),
                [_row(key, value) for key, value in shown.items()],
                align="lll",
            )
        )
        if note:
            print(f"cadence unknown: {note}")
    return 0


def parse_characteristic(text: str) -> str:
    """Return the 16-bit UUID in lower case; UsageError, with the known ones, if unknown."""
    char = short_uuid(text.strip().lower().removeprefix("0x"))
    if char not in CODECS:
        known = ", ".join(f"{uuid} ({name})" for uuid, name in NAMES.items())
        raise UsageError(f"characteristic: expected one of {known}, got {text!r}")
    return char


def parse_hex(text: str) -> bytes:
    """Return the bytes; UsageError where it is no hex or a part has an odd digit."""
    octets = b""
    for part in re.split(r"[\s:-]+", text.strip()):
        digits = part.lower().removeprefix("0x")
        if not re.fullmatch(r"[0-9a-f]*", digits):
            raise UsageError(f"expected hex digits, e.g. 0780035ae90039300000, got {part!r}")
        if len(digits) % 2:
            raise UsageError(
                f"expected two hex digits per byte, got {len(digits)} digits in {part!r}"
            )
        octets += bytes.fromhex(digits)
    return octets


def wire_fields(char: str, measurement: Measurement) -> dict[str, Any]:
    """Return the decoded fields in the order of the wire, under keys that carry the units.

    What was not sent is None.
    """
    assert is_dataclass(measurement)
    shown: dict[str, Any] = {}
    for field in fields(measurement):
        value = getattr(measurement, field.name)
        if field.name == "text":
            shown[_TEXT_KEYS[char]] = value
        elif field.name not in _OTHERWISE:
            shown[_KEYS.get(field.name, field.name)] = _plain(value)
    if isinstance(measurement, HeartRateMeasurement):
        shown["heart_rate_bpm"] = measurement.bpm or None  # by 0 a sensor reports that it has none
        shown["rr_ms"] = [_plain(rr) for rr in measurement.rr_ms]
        if measurement.half_rr:
            shown["half_rr_lost"] = True
    if isinstance(measurement, BodySensorLocation | SensorLocation):
        shown["location"] = measurement.place
    return shown


def _plain(value: Any) -> Any:
    """Return something JSON can carry, floats without the noise of the division.

    No field is finer than 1e-7.
    """
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, float):
        return round(value, 8)
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _apply_profile(shown: dict[str, Any], profile_id: str, char: str, data: bytes) -> str:
    """Put in what the profile makes of the bytes, and the cadence in steps; return its id."""
    # pydantic is slow to import and few commands need it.
    from kickcue.config.profile_files import load_profile  # noqa: PLC0415
    from kickcue.core import readings  # noqa: PLC0415  only needed with a profile

    profile = load_profile(profile_id)
    reading = readings.interpret(profile, char, data)
    if char == _POD:
        shown |= {"cadence_spm": None, "cadence_note": None}
    if reading is not None:
        shown |= {
            key: _plain(value) for key, value in readings.unit_keys(reading).items() if key in shown
        }
    if char == _POD and shown["cadence_spm"] is None:
        shown["cadence_note"] = _why_no_cadence(profile.id, reading)
    return profile.id


def _why_no_cadence(profile_id: str, reading: Reading | None) -> str:
    raw = getattr(reading, "cadence_raw", None)
    if raw is None:
        return f"profile {profile_id}: the number sent is not a cadence"
    return f"profile {profile_id}: {raw:g} per minute at this speed could be strides or steps"


def _row(key: str, value: Any) -> tuple[str, str, str]:
    ending = next((ending for ending in _UNITS if key.endswith(ending)), "")
    label = key.removesuffix(ending).replace("_", " ")
    return label, _for_people(value, digits=7 if ending == "_deg" else 3), _UNITS.get(ending, "")


def _for_people(value: Any, digits: int) -> str:
    if value in (None, "", []):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{round(value, digits)}"
    if isinstance(value, list):
        return ", ".join(_for_people(item, digits) for item in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_for_people(item, digits)}" for key, item in value.items())
    return printable(str(value))
