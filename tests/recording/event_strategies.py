"""Hypothesis strategies for every input and output, derived from the dataclasses."""

from enum import StrEnum
from types import NoneType
from typing import Any, get_args, get_type_hints

from hypothesis import strategies as st

from kickcue.core.events import Cue, Link, Notification, Pulses
from kickcue.recording.codec import RANGES
from kickcue.recording.json_values import LARGEST
from kickcue.recording.model import INPUTS, OUTPUTS, Entry, Header

LONGEST_NS = 2_000_000 * 1_000_000_000

times_ns = st.integers(0, LONGEST_NS)
numbers = st.floats(-LARGEST, LARGEST)
chars = st.sampled_from(("2a37", "2a53", "2acd", "6e400003-b5a3-f393-e0a9-e50e24dcca9e"))
texts = st.text(max_size=12)
names = st.text(min_size=1, max_size=64).filter(str.isprintable)
pulses = st.lists(
    st.tuples(st.integers(0, 5000), st.integers(0, 5000), st.floats(0, 1)), max_size=3
).map(tuple)


def events_of(cls: type) -> st.SearchStrategy[Any]:
    """Return a strategy for one class of event."""
    hints = get_type_hints(cls)
    return st.builds(
        cls,
        **{name: _value(cls, name, hints[name]) for name in hints},
    )


def _value(cls: type, name: str, hint: Any) -> st.SearchStrategy[Any]:
    if name == "t_ns":
        return times_ns
    if (cls, name) == (Notification, "char"):
        return chars
    if cls in (Notification, Link) and name == "sensor":
        return names
    if NoneType in get_args(hint):
        (inner,) = (part for part in get_args(hint) if part is not NoneType)
        return st.none() | _value(cls, name, inner)
    if hint == Pulses:
        return pulses
    if hint is Cue:
        return events_of(Cue)
    if issubclass(hint, StrEnum):
        return st.sampled_from(list(hint))
    plain: dict[type, st.SearchStrategy[Any]] = {
        int: st.integers(*RANGES.get(name, (-LARGEST, LARGEST))),
        float: st.floats(*RANGES.get(name, (-LARGEST, LARGEST))),
        bool: st.booleans(),
        str: texts,
        bytes: st.binary(max_size=20),
    }
    return plain[hint]


entries: st.SearchStrategy[Entry] = st.one_of([events_of(cls) for cls in (*INPUTS, *OUTPUTS)])

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)

headers = st.builds(
    Header,
    race=st.none() | texts,
    lap_m=st.none() | st.floats(1, 10_000),
    utc=st.none()
    | st.sampled_from(
        ("2026-06-14T10:09:11Z", "2024-02-29T23:59:59.123456Z", "2013-06-08T09:04:42+01:00")
    ),
    sensors=st.dictionaries(texts, texts, max_size=3),
    setup=st.none() | st.dictionaries(texts, json_values, max_size=3),
    ticks=st.booleans(),
    made_by=st.none() | texts,
    live=st.none() | st.dictionaries(texts, json_values, max_size=3),
)
