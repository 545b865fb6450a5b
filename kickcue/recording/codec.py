"""Inputs and outputs as plain JSON objects, and back, with the keys of MCAP and JSONL alike.

The shape of every event is derived from its fields. Keys are the names of the fields, with their
units; a few are renamed so that a line of the exchange form reads by itself (``{"mark":
"button"}``). Bytes are hex. What is None is left out. Time is not part of these objects: MCAP
carries ``t_ns``, the exchange form ``t`` in seconds. Pulses are objects and not triples, because
the viewers that read JSON Schemas (Foxglove among them) refuse arrays of arrays, and because a key
has room for a unit.

Reading is strict: a key that is missing, unknown or holds the wrong thing is a DataError that names
it and what would be right.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import NoneType
from typing import Any, Final, cast, get_args, get_type_hints

from kickcue.core import events
from kickcue.core.errors import DataError
from kickcue.core.events import Pulses
from kickcue.core.units import NS_PER_S
from kickcue.recording.json_text import shown
from kickcue.recording.model import Entry

Json = dict[str, Any]

LAST_NS: Final = 366 * 24 * 3600 * NS_PER_S
"""A year: no recording is longer, and everything that is counted from a time stays far within its
bounds."""

LARGEST: Final = 10**15
"""Of numbers without a range of their own: every whole number up to here is one as a float, too,
and its square is finite."""

RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "lat_deg": (-90, 90),
    "lon_deg": (-180, 180),
    "accuracy_m": (0, 10**9),
    "speed_mps": (-(10**6), 10**6),
    "age_s": (0, 10**6),
    "rssi_dbm": (-(10**3), 10**3),
    "race_distance_m": (0, 10**6),
}
"""By attribute: what a receiver may report on a bad day, and no more."""


class _WrongError(Exception):
    """The value is not what the key takes; the field that asked knows key and value."""


@dataclass(frozen=True, slots=True)
class Value:
    """One kind of JSON value: how it is written and read, its JSON Schema, and what is right."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]
    schema: Mapping[str, Any]
    right: str


@dataclass(frozen=True, slots=True)
class Field:
    """One key of an event's object."""

    attr: str
    key: str
    value: Value
    optional: bool

    def read(self, given: Any) -> Any:
        """Return the attribute's value; DataError names the key."""
        try:
            return self.value.read(given)
        except _WrongError:
            raise DataError(
                f"{self.key}: expected {self.value.right}, got {shown(given)}"
            ) from None


@dataclass(frozen=True, slots=True)
class Shape:
    """How one class of event is written.

    ``tag`` is a key that an input of this class has and no other.
    """

    cls: Callable[..., Entry]
    kind: str
    is_input: bool
    tag: str
    fields: tuple[Field, ...]
    constants: Mapping[str, Any]
    keys: frozenset[str] = field(init=False)
    """All that an object of this class may have."""

    def __post_init__(self) -> None:
        object.__setattr__(
            self, "keys", frozenset({each.key for each in self.fields} | self.constants.keys())
        )

    @property
    def topic(self) -> str:
        """The MCAP channel."""
        return f"/{'in' if self.is_input else 'out'}/{self.kind}"

    def write(self, entry: Entry) -> Json:
        """Return the object of an event of this class, without its time."""
        found = dict(self.constants)
        for each in self.fields:
            value = getattr(entry, each.attr)
            if value is not None:
                found[each.key] = each.value.write(value)
        return found

    def read(self, given: Mapping[str, Any], t_ns: int) -> Entry:
        """Return the event; DataError names the key that is missing, unknown or wrong.

        A null is the same as no key.
        """
        values: Json = {}
        for each in self.fields:
            value = given.get(each.key)
            if value is not None:
                values[each.attr] = each.read(value)
            elif each.optional:
                values[each.attr] = None
            else:
                raise DataError(f"{each.key} is missing: expected {each.value.right}")
        for key, value in self.constants.items():
            if given.get(key) is not value:
                raise DataError(f"{key}: expected {shown(value)}, got {shown(given.get(key))}")
        if not self.keys.issuperset(given):
            unknown = next(key for key in given if key not in self.keys)
            raise DataError(
                f"{shown(unknown)}: unknown key of a {self.kind} (expected "
                f"{', '.join(sorted(self.keys))})"
            )
        return self.cls(t_ns=t_ns, **values)

    def schema(self, title: str, *, time: bool = True) -> Json:
        """Return the JSON Schema of the object, by default with ``t_ns``."""
        properties: Json = {"t_ns": _T_NS_SCHEMA} if time else {}
        properties |= {
            key: {"type": "boolean", "const": value} for key, value in self.constants.items()
        }
        properties |= {each.key: dict(each.value.schema) for each in self.fields}
        optional = {each.key for each in self.fields if each.optional}
        required = [key for key in properties if key not in optional]
        return {
            "title": title,
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": False,
        }


def shape_of(entry: Entry) -> Shape:
    """Return the shape of an event's class."""
    return BY_CLASS[type(entry)]


def read_t_ns(given: Any) -> int:
    """Return a ``t_ns`` out of JSON.

    DataError unless it is a whole number of nanoseconds, 0 to ``LAST_NS``.
    """
    if type(given) is not int or not 0 <= given <= LAST_NS:
        raise DataError(
            f"t_ns: expected whole nanoseconds since the epoch, 0 to {LAST_NS}, got {shown(given)}"
        )
    return given


# ---- kinds of values


def _just(cls: type) -> Callable[[Any], Any]:
    def read(given: Any) -> Any:
        if type(given) is not cls:  # not isinstance: JSON's true is no whole number
            raise _WrongError
        return given

    return read


def _whole(low: int, high: int) -> Value:
    def read(given: Any) -> int:
        if type(given) is not int or not low <= given <= high:
            raise _WrongError
        return given

    return Value(int, read, {"type": "integer"}, f"a whole number{_from_to(low, high)}")


def _number(low: int, high: int) -> Value:
    def read(given: Any) -> float:
        if type(given) not in (int, float) or not low <= given <= high:  # nan is in no range
            raise _WrongError
        return float(given)

    return Value(float, read, {"type": "number"}, f"a number{_from_to(low, high)}")


def _from_to(low: int, high: int) -> str:
    return f" from {low:g} to {high:g}"


def _read_hex(given: Any) -> bytes:
    try:
        return bytes.fromhex(given)
    except (TypeError, ValueError):
        raise _WrongError from None


def _enum(members: type[StrEnum]) -> Value:
    names = [member.value for member in members]

    def read(given: Any) -> StrEnum:
        if given not in names:
            raise _WrongError
        return members(given)

    return Value(str, read, {"type": "string", "enum": names}, f"one of {', '.join(names)}")


def _read_link(given: Any) -> bool:
    if given not in ("up", "down"):
        raise _WrongError
    return bool(given == "up")


def _read_timer(given: Any) -> bool:
    if given not in ("start", "stop"):
        raise _WrongError
    return bool(given == "start")


def _write_pulses(pulses: Pulses) -> list[Json]:
    return [
        {"on_ms": on_ms, "off_ms": off_ms, "intensity": float(intensity)}
        for on_ms, off_ms, intensity in pulses
    ]


def _read_pulses(given: Any) -> Pulses:
    if type(given) is not list or any(
        type(pulse) is not dict or pulse.keys() != _PULSE.keys() for pulse in given
    ):
        raise _WrongError
    return tuple(tuple(value.read(pulse[key]) for key, value in _PULSE.items()) for pulse in given)


_STR: Final = Value(str, _just(str), {"type": "string"}, "a text")
_BOOL: Final = Value(bool, _just(bool), {"type": "boolean"}, "true or false")
_HEX: Final = Value(
    bytes.hex,
    _read_hex,
    {"type": "string", "pattern": "^([0-9a-f]{2})*$"},
    "bytes in hex, two digits each",
)
_LINK: Final = Value(
    lambda up: "up" if up else "down",
    _read_link,
    {"type": "string", "enum": ["up", "down"]},
    "up or down",
)
_TIMER: Final = Value(
    lambda running: "start" if running else "stop",
    _read_timer,
    {"type": "string", "enum": ["start", "stop"]},
    "start or stop",
)
_PULSE: Final = {
    "on_ms": _whole(0, LARGEST),
    "off_ms": _whole(0, LARGEST),
    "intensity": _number(0, 1),
}
_PULSES: Final = Value(
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

_T_NS_SCHEMA: Final = {
    "type": "integer",
    "minimum": 0,
    "description": "nanoseconds since the recording's epoch",
}
_NUMBERS: Final[Mapping[Any, Callable[[int, int], Value]]] = {int: _whole, float: _number}
_PLAIN: Final[Mapping[Any, Value]] = {str: _STR, bool: _BOOL, bytes: _HEX, Pulses: _PULSES}


# ---- the shapes of all events

_KEYS: Final = {
    (events.Notification, "data"): "hex",
    (events.Link, "up"): "link",
    (events.Mark, "source"): "mark",
    (events.Command, "kind"): "command",
    (events.Ack, "cue_id"): "ack",
    (events.Timer, "running"): "timer",
}
_TWO_WORDS: Final = {(events.Link, "up"): _LINK, (events.Timer, "running"): _TIMER}
"""Of these, true and false have names."""


def _value(name: str, hint: Any) -> tuple[Value, bool]:
    """Return the kind of value for an attribute with its type hint, and whether None is allowed."""
    parts = (
        [part for part in get_args(hint) if part is not NoneType]
        if NoneType in get_args(hint)
        else [hint]
    )
    optional = parts != [hint]
    (inner,) = parts
    if inner in _NUMBERS:
        return _NUMBERS[inner](*RANGES.get(name, (-LARGEST, LARGEST))), optional
    if inner in _PLAIN:
        return _PLAIN[inner], optional
    if inner is events.Cue:
        return _CUE, optional
    return _enum(inner), optional


def _fields(cls: type) -> tuple[Field, ...]:
    found = []
    for name, hint in get_type_hints(cls).items():
        if name == "t_ns":
            continue
        named = _TWO_WORDS.get((cls, name))
        value, optional = _value(name, hint) if named is None else (named, False)
        found.append(Field(name, _KEYS.get((cls, name), name), value, optional))
    return tuple(found)


def _input(
    cls: type, tag: str, kind: str = "", constants: Mapping[str, Any] | None = None
) -> Shape:
    return Shape(
        cls,
        kind or cls.__name__.lower(),
        is_input=True,
        tag=tag,
        fields=_fields(cls),
        constants=constants or {},
    )


def _output(cls: type, kind: str = "") -> Shape:
    return Shape(
        cls,
        kind or cls.__name__.lower(),
        is_input=False,
        tag="out",
        fields=_fields(cls),
        constants={},
    )


_CUE_SHAPE: Final = _output(events.Cue)


def _read_cue(given: Any) -> Entry:
    if type(given) is not dict:
        raise _WrongError
    return _CUE_SHAPE.read(
        {key: value for key, value in given.items() if key != "t_ns"}, read_t_ns(given.get("t_ns"))
    )


_CUE: Final = Value(
    lambda cue: {"t_ns": cue.t_ns, **_CUE_SHAPE.write(cue)},
    _read_cue,
    _CUE_SHAPE.schema("Cue"),
    "the cue as an object, t_ns included",
)

SHAPES: Final[Sequence[Shape]] = (
    _input(events.Notification, "hex"),
    _input(events.Link, "link"),
    _input(events.Mark, "mark"),
    _input(events.Command, "command"),
    _input(events.Fix, "lat_deg"),
    _input(events.BeaconReading, "rssi_dbm", "beacon"),
    _input(events.Ack, "ack"),
    _input(events.Timer, "timer"),
    _input(events.Tick, "tick", constants={"tick": True}),
    _output(events.Estimate),
    _output(events.PhaseChange, "phase"),
    _output(events.LegBegin, "leg_begin"),
    _output(events.LegResult, "leg_result"),
    _CUE_SHAPE,
    _output(events.Arm),
    _output(events.Disarm),
    _output(events.Notice),
)

BY_CLASS: Final[Mapping[type, Shape]] = {cast("type", shape.cls): shape for shape in SHAPES}
BY_TOPIC: Final[Mapping[str, Shape]] = {shape.topic: shape for shape in SHAPES}
BY_TAG: Final[Mapping[str, Shape]] = {shape.tag: shape for shape in SHAPES if shape.is_input}
BY_OUT: Final[Mapping[str, Shape]] = {shape.kind: shape for shape in SHAPES if not shape.is_input}
