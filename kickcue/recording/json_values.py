"""The kinds of values in the JSON of an event: how each is written and strictly read.

What a kind does not take is a WrongValueError: the field that asked knows its key and tells it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kickcue.core.errors import DataError
from kickcue.core.events import Pulses
from kickcue.core.units import NS_PER_S
from kickcue.recording.json_text import shown

Json = dict[str, Any]

LAST_NS: Final = 366 * 24 * 3600 * NS_PER_S
"""A year: no recording is longer, and everything that is counted from a time stays far within its
bounds."""

LARGEST: Final = 10**15
"""Of numbers without a range of their own: every whole number up to here is one as a float, too,
and its square is finite."""


class WrongValueError(Exception):
    """The value is not what the key takes; the field that asked knows key and value."""


@dataclass(frozen=True, slots=True)
class Value:
    """One kind of JSON value: how it is written and read, its JSON Schema, and what is right."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    right: str


def read_t_ns(given: Any) -> int:
    """Return a ``t_ns`` out of JSON.

    DataError unless it is a whole number of nanoseconds, 0 to ``LAST_NS``.
    """
    if type(given) is not int or not 0 <= given <= LAST_NS:
        raise DataError(
            f"t_ns: expected whole nanoseconds since the epoch, 0 to {LAST_NS}, got {shown(given)}"
        )
    return given


def _just(cls: type) -> Callable[[Any], Any]:
    def read(given: Any) -> Any:
        if type(given) is not cls:  # not isinstance: JSON's true is no whole number
            raise WrongValueError
        return given

    return read


def whole(low: int, high: int) -> Value:
    """Return the kind of the whole numbers from ``low`` to ``high``; true and false are none."""

    def read(given: Any) -> int:
        if type(given) is not int or not low <= given <= high:
            raise WrongValueError
        return given

    return Value(int, read, {"type": "integer"}, f"a whole number{_from_to(low, high)}")


def number(low: int, high: int) -> Value:
    """Return the kind of the numbers from ``low`` to ``high``; they are read as floats."""

    def read(given: Any) -> float:
        if type(given) not in (int, float) or not low <= given <= high:  # nan is in no range
            raise WrongValueError
        return float(given)

    return Value(float, read, {"type": "number"}, f"a number{_from_to(low, high)}")


def _from_to(low: int, high: int) -> str:
    return f" from {low:g} to {high:g}"


def _read_hex(given: Any) -> bytes:
    try:
        return bytes.fromhex(given)
    except (TypeError, ValueError):
        raise WrongValueError from None


def enum(members: type[StrEnum]) -> Value:
    """Return the kind of an enumeration's values."""
    names = [member.value for member in members]

    def read(given: Any) -> StrEnum:
        if given not in names:
            raise WrongValueError
        return members(given)

    return Value(str, read, {"type": "string", "enum": names}, f"one of {', '.join(names)}")


def two_words(true: str, false: str) -> Value:
    """Return the kind of a truth value that is written as one of two words."""

    def read(given: Any) -> bool:
        if given not in (true, false):
            raise WrongValueError
        return bool(given == true)

    return Value(
        lambda value: true if value else false,
        read,
        {"type": "string", "enum": [true, false]},
        f"{true} or {false}",
    )


def _write_pulses(pulses: Pulses) -> list[Json]:
    return [
        {"on_ms": on_ms, "off_ms": off_ms, "intensity": float(intensity)}
        for on_ms, off_ms, intensity in pulses
    ]


def _read_pulses(given: Any) -> Pulses:
    if type(given) is not list or any(
        type(pulse) is not dict or pulse.keys() != _PULSE.keys() for pulse in given
    ):
        raise WrongValueError
    return tuple(tuple(value.read(pulse[key]) for key, value in _PULSE.items()) for pulse in given)


STR: Final = Value(str, _just(str), {"type": "string"}, "a text")
BOOL: Final = Value(bool, _just(bool), {"type": "boolean"}, "true or false")
HEX: Final = Value(
    bytes.hex,
    _read_hex,
    {"type": "string", "pattern": "^([0-9a-f]{2})*$"},
    "bytes in hex, two digits each",
)
_PULSE: Final = {
    "on_ms": whole(0, LARGEST),
    "off_ms": whole(0, LARGEST),
    "intensity": number(0, 1),
}
PULSES: Final = Value(
    _write_pulses,
    _read_pulses,
    {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {key: dict(value.schema) for key, value in _PULSE.items()},
            "required": list(_PULSE),
            "additionalProperties": False,
        },
    },
    'a list of {"on_ms": 1, "off_ms": 1, "intensity": 0.5}',
)

T_NS_SCHEMA: Final = {
    "type": "integer",
    "minimum": 0,
    "description": "nanoseconds since the recording's epoch",
}
