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
from types import NoneType
from typing import Any, Final, cast, get_args, get_type_hints

from kickcue.core import events
from kickcue.core.errors import DataError
from kickcue.core.events import Pulses
from kickcue.recording.json_text import shown
from kickcue.recording.json_values import (
    BOOL,
    HEX,
    LARGEST,
    PULSES,
    STR,
    T_NS_SCHEMA,
    Json,
    Value,
    WrongValueError,
    enum,
    number,
    read_t_ns,
    two_words,
    whole,
)
from kickcue.recording.model import Entry
from kickcue.recording.watch_records import WatchLap, WatchRecord

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
        except WrongValueError:
            raise DataError(
                f"{self.key}: expected {self.value.right}, got {shown(given)}"
            ) from None


@dataclass(frozen=True, slots=True)
class EventShape:
    """How one class of event is written.

    ``tag`` is a key that an input of this class has and no other.
    """

    cls: Callable[..., Any]
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
        if self.cls in (WatchRecord, WatchLap):
            return f"/watch/{self.kind}"
        return f"/{'in' if self.is_input else 'out'}/{self.kind}"

    def write(self, entry: Entry | WatchRecord | WatchLap) -> Json:
        """Return the object of an event of this class, without its time."""
        found = dict(self.constants)
        for each in self.fields:
            value = getattr(entry, each.attr)
            if value is not None:
                found[each.key] = each.value.write(value)
        return found

    def read(self, given: Mapping[str, Any], t_ns: int) -> Any:
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
        properties: Json = {"t_ns": T_NS_SCHEMA} if time else {}
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


def shape_of(entry: Entry | WatchRecord | WatchLap) -> EventShape:
    """Return the shape of an event's class."""
    return BY_CLASS[type(entry)]


_NUMBERS: Final[Mapping[Any, Callable[[int, int], Value]]] = {int: whole, float: number}
_PLAIN: Final[Mapping[Any, Value]] = {str: STR, bool: BOOL, bytes: HEX, Pulses: PULSES}
_KEYS: Final = {
    (events.Notification, "data"): "hex",
    (events.Link, "up"): "link",
    (events.Mark, "source"): "mark",
    (events.Command, "kind"): "command",
    (events.Ack, "cue_id"): "ack",
    (events.Timer, "running"): "timer",
}
_TWO_WORDS: Final = {
    (events.Link, "up"): two_words("up", "down"),
    (events.Timer, "running"): two_words("start", "stop"),
}
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
    return enum(inner), optional


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
) -> EventShape:
    return EventShape(
        cls,
        kind or cls.__name__.lower(),
        is_input=True,
        tag=tag,
        fields=_fields(cls),
        constants=constants or {},
    )


def _output(cls: type, kind: str = "") -> EventShape:
    return EventShape(
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
        raise WrongValueError
    cue: Entry = _CUE_SHAPE.read(
        {key: value for key, value in given.items() if key != "t_ns"}, read_t_ns(given.get("t_ns"))
    )
    return cue


_CUE: Final = Value(
    lambda cue: {"t_ns": cue.t_ns, **_CUE_SHAPE.write(cue)},
    _read_cue,
    _CUE_SHAPE.schema("Cue"),
    "the cue as an object, t_ns included",
)

SHAPES: Final[Sequence[EventShape]] = (
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

WATCH_SHAPES: Final[Sequence[EventShape]] = (
    _output(WatchRecord, "record"),
    _output(WatchLap, "lap"),
)
"""What stands beside the events, in MCAP alone."""

BY_CLASS: Final[Mapping[type, EventShape]] = {
    cast("type", shape.cls): shape for shape in (*SHAPES, *WATCH_SHAPES)
}
BY_TOPIC: Final[Mapping[str, EventShape]] = {
    shape.topic: shape for shape in (*SHAPES, *WATCH_SHAPES)
}
BY_TAG: Final[Mapping[str, EventShape]] = {shape.tag: shape for shape in SHAPES if shape.is_input}
BY_OUT: Final[Mapping[str, EventShape]] = {
    shape.kind: shape for shape in SHAPES if not shape.is_input
}
