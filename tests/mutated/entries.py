"""A recording's events, mutated: lost, doubled, in another order, at other times, with other values
in them, or together with those of another recording.

What is written can be read again: nothing but what a device, a person or a clock could have said on
its worst day.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from enum import StrEnum
from random import Random
from types import NoneType
from typing import Any, Final, get_args, get_type_hints

from kickcue.core.course import EVENTS
from kickcue.core.events import Estimate, Link, Notification
from kickcue.recording import Header
from kickcue.recording.codec import RANGES
from kickcue.recording.json_values import LARGEST, LAST_NS
from kickcue.recording.model import Entry
from tests.odd.strange import TEXTS

Change = Callable[[list[Entry], Random], list[Entry]]

NS: Final = 10**9
LATEST_NS: Final = min(LAST_NS, 2_000_000 * NS)
"""As late as both of kickcue's forms have it."""
JUMPS_S: Final = (0.001, 0.5, 3.0, 60.0, 600.0, 3600.0, 86_400.0, 1_000_000.0)
SHARES: Final = (0.0, 1e-300, 1e-6, 0.5, 1.0)
"""Where between nothing and its bound an extreme number lies."""
LAPS_M: Final = (None, 0.001, 50.0, 200.0, 333.3, 400.0, 2000.0, 100_000.0)
DATES: Final = (
    None,
    "1970-01-01T00:00:00Z",
    "2199-06-30T23:59:59.999999Z",
    "2026-06-14T12:00+14:00",
)
RACES: Final = (*EVENTS, "200m", "500k", None, "strides", "no race at all")


def mutated(given: Sequence[Entry], other: Sequence[Entry], random: Random) -> list[Entry]:
    """Return the entries with one to four changes; ``other`` are those of another recording."""
    found = list(given)
    for _ in range(random.randrange(1, 5)):
        if random.random() < 0.1:
            found = _spliced(found, other, random)
        elif found:
            found = random.choice(CHANGES)(found, random)
    return found


def header(given: Header, random: Random) -> Header:
    """Return the header as it is, or with something else in it."""
    if random.random() < 0.6:
        return given
    if random.random() < 0.5:
        setup, sensors = None, random.choice(({}, given.sensors))
        race, lap_m = random.choice(RACES), random.choice(LAPS_M)
        return replace(given, setup=setup, race=race, lap_m=lap_m, sensors=sensors)
    return replace(given, utc=random.choice(DATES), made_by=random.choice((None, *TEXTS.values())))


def _slice(found: Sequence[Entry], random: Random) -> slice:
    length = random.choice((1, 1, 5, 50, max(len(found) // 3, 1)))
    begin = random.randrange(len(found))
    return slice(begin, begin + length)


def _dropped(found: list[Entry], random: Random) -> list[Entry]:
    at = _slice(found, random)
    return found[: at.start] + found[at.stop :]


def _doubled(found: list[Entry], random: Random) -> list[Entry]:
    at, to = _slice(found, random), random.randrange(len(found) + 1)
    return found[:to] + found[at] + found[to:]


def _moved(found: list[Entry], random: Random) -> list[Entry]:
    at = _slice(found, random)
    moved = found[at]
    rest = found[: at.start] + found[at.stop :]
    to = random.randrange(len(rest) + 1)
    return rest[:to] + moved + rest[to:]


def _shuffled(found: list[Entry], random: Random) -> list[Entry]:
    at = _slice(found, random)
    part = found[at]
    random.shuffle(part)
    return found[: at.start] + part + found[at.stop :]


def _retimed(found: list[Entry], random: Random) -> list[Entry]:
    """Set the clock on or back, for a while or for good."""
    at = _slice(found, random)
    if random.random() < 0.5:
        at = slice(at.start, len(found))
    by_ns = round(random.choice((-1, 1)) * random.choice(JUMPS_S) * NS)
    return [
        _at(entry, entry.t_ns + by_ns) if at.start <= n < at.stop else entry
        for n, entry in enumerate(found)
    ]


def _at_once(found: list[Entry], random: Random) -> list[Entry]:
    at = _slice(found, random)
    t_ns = found[at.start].t_ns
    return [*found[: at.start], *(_at(e, t_ns) for e in found[at]), *found[at.stop :]]


def _one_kind_only(found: list[Entry], random: Random) -> list[Entry]:
    kinds = sorted({type(entry).__name__ for entry in found})
    kept = set(random.sample(kinds, random.randrange(1, len(kinds) + 1)))
    return [entry for entry in found if type(entry).__name__ in kept]


def _with_values(found: list[Entry], random: Random) -> list[Entry]:
    """Put other values into some events of one kind."""
    kind = type(random.choice(found))
    share = random.choice((0.01, 0.1, 1.0))
    return [
        _with_value(entry, random) if type(entry) is kind and random.random() < share else entry
        for entry in found
    ]


def _spliced(found: list[Entry], other: Sequence[Entry], random: Random) -> list[Entry]:
    """Put a part of another recording in, at its own times or right there."""
    if not other:
        return found
    at, to = _slice(other, random), random.randrange(len(found) + 1)
    part = list(other[at])
    if found and random.random() < 0.5:
        by_ns = found[to - 1].t_ns - part[0].t_ns
        part = [_at(entry, entry.t_ns + by_ns) for entry in part]
    return found[:to] + part + found[to:]


CHANGES: Final[tuple[Change, ...]] = (
    _dropped,
    _doubled,
    _moved,
    _shuffled,
    _retimed,
    _at_once,
    _one_kind_only,
    _with_values,
    _with_values,
)


def _at(entry: Entry, t_ns: int) -> Entry:
    return _changed(entry, t_ns=min(max(t_ns, 0), LATEST_NS))


def _with_value(entry: Entry, random: Random) -> Entry:
    hints = {name: hint for name, hint in get_type_hints(type(entry)).items() if name != "t_ns"}
    if not hints:
        return entry
    name = random.choice(sorted(hints))
    values = list(_values(type(entry), name, hints[name], random))
    return _changed(entry, **{name: random.choice(values)}) if values else entry


def _changed(entry: Entry, **values: Any) -> Entry:
    return entry._replace(**values) if isinstance(entry, Estimate) else replace(entry, **values)


def _values(cls: type, name: str, hint: Any, random: Random) -> Iterator[Any]:
    """Yield values that a field may have."""
    if NoneType in get_args(hint):
        yield None
        (hint,) = (part for part in get_args(hint) if part is not NoneType)
    if (cls, name) == (Notification, "char"):
        yield from ("2a37", "2a53", "2a63", "2a19")
    elif cls in (Notification, Link) and name == "sensor":
        yield from ("pod", "strap", "x" * 64, "<b>pod</b>")
    elif not isinstance(hint, type):
        return
    elif issubclass(hint, StrEnum):
        yield from hint
    elif hint is bytes:
        yield from (b"", b"\xff" * 12, bytes(12), random.randbytes(random.randrange(20)))
    elif hint is str:
        yield from TEXTS.values()
    elif hint is bool:
        yield from (False, True)
    elif hint in (int, float):
        low, high = RANGES.get(name, (-LARGEST, LARGEST))
        yield from (hint(share * bound) for share in SHARES for bound in (low, high))
