"""A recording that anybody may see: without who, where, when, and what with.

It is still the same race: what the sensors measured, what the runner pressed, what was cued when.
Whatever a person or a device may have put words into is left out or said in kickcue's own words;
of sensors' bytes only what was measured stays. Profile ids stay, for the bytes mean nothing without
them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kickcue.analysis.review.race_marks import SAID
from kickcue.core.errors import DecodeError, UsageError
from kickcue.core.events import (
    Ack,
    Arm,
    Cue,
    Disarm,
    Fix,
    LegBegin,
    Link,
    MarkSource,
    Notice,
    Notification,
)
from kickcue.core.gatt import CODECS, short_uuid
from kickcue.core.gatt.location_speed import LocationAndSpeed
from kickcue.export.anonymous_setup import anonymous_setup, known_event
from kickcue.export.laps import BY_WORD
from kickcue.recording.model import Entry, Header, Recording
from kickcue.recording.watch_records import WatchLap, WatchRecord, WatchRecords

NAME: Final = "anonymous"
"""Of the file, in place of its own name."""
MEASURED: Final = frozenset({"2a19", "2a37", "2a53", "2a67", "2acd"})
"""All that is kept of what sensors send: no serial number, no name, no maker's own messages."""
ROLES: Final = frozenset({"pod", "strap", "watch", "treadmill"})
"""Names of sensors that are what they are; a runner may have called others by a person's name."""

_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,39}")
_KICKCUE: Final = re.compile(r"kickcue [0-9]+(\.[0-9]+)*( simulate| run --simulated)?")


def anonymous(recording: Recording) -> Recording:
    """Return the recording without positions, names, addresses and dates.

    ``utc`` is unknown then, and what a format needs a date for gets ``UNDATED_UTC``.
    """
    names = _Names(recording)
    header = recording.header
    return replace(
        Recording.of(
            Path(NAME).with_suffix(recording.path.suffix if recording.kind == "MCAP" else ""),
            _header(header, names),
            _entries(recording.entries or recording.inputs, names),
        ),
        kind=recording.kind,
        laps={trigger: count for trigger, count in recording.laps.items() if trigger in BY_WORD},
        watch=None if recording.watch is None else _watch(recording.watch),
    )


class _Names:
    """Other names for what a runner named: sensors by the order they come in, cues by number."""

    def __init__(self, recording: Recording) -> None:
        self._sensors: dict[str, str] = {}
        self._cues: dict[str, str] = {}
        for name in recording.header.sensors:
            self.sensor(name)

    def sensor(self, name: str) -> str:
        """Return the name of a sensor."""
        if name in ROLES:
            return name
        return self._sensors.setdefault(name, f"sensor-{len(self._sensors) + 1}")

    def cue(self, cue_id: str) -> str:
        """Return the id of a cue."""
        return self._cues.setdefault(cue_id, f"c{len(self._cues) + 1}")


def _header(header: Header, names: _Names) -> Header:
    made_by = header.made_by
    return Header(
        race=known_event(header.race),
        lap_m=header.lap_m,
        utc=None,
        sensors={names.sensor(name): profile for name, profile in header.sensors.items()},
        setup=None if header.setup is None else anonymous_setup(header.setup, names.sensor),
        ticks=header.ticks,
        made_by=made_by if made_by and _KICKCUE.fullmatch(made_by) else None,
    )


def _watch(watch: WatchRecords) -> WatchRecords:
    return WatchRecords(
        tuple(_without_place(record) for record in watch.records),
        tuple(_with_known_trigger(lap) for lap in watch.laps),
    )


def _without_place(record: WatchRecord) -> WatchRecord:
    return replace(record, lat_deg=None, lon_deg=None)


def _with_known_trigger(lap: WatchLap) -> WatchLap:
    return lap if lap.trigger in BY_WORD else replace(lap, trigger="unknown")


# ---- what came in, what went out


def _entries(entries: Iterable[Entry], names: _Names) -> Iterator[Entry]:
    for entry in entries:
        change = _CHANGES.get(type(entry))
        kept = entry if change is None else change(entry, names)
        if kept is not None:
            yield kept


def _nothing(_event: Any, _names: _Names) -> None:
    return None


def _notification(event: Notification, names: _Names) -> Notification | None:
    char = short_uuid(event.char)
    if char not in MEASURED:
        return None
    try:
        measured = CODECS[char].from_bytes(event.data)
        if isinstance(measured, LocationAndSpeed):
            measured = replace(
                measured, lat_deg=None, lon_deg=None, elevation_m=None, heading_deg=None, utc=None
            )
        data = bytes(measured)
    except (DecodeError, UsageError):
        return None
    return Notification(event.t_ns, names.sensor(event.sensor), char, data)


def _link(event: Link, names: _Names) -> Link:
    return replace(event, sensor=names.sensor(event.sensor))


def _ack(event: Ack, names: _Names) -> Ack:
    why = None if event.why is None else event.why if _CODE.fullmatch(event.why) else "dropped"
    return replace(event, cue_id=names.cue(event.cue_id), why=why)


def _cue(cue: Cue, names: _Names) -> Cue:
    return replace(cue, id=names.cue(cue.id), text=_words(cue.kind), say=None)


def _arm(arm: Arm, names: _Names) -> Arm:
    return replace(arm, cue=_cue(arm.cue, names))


def _disarm(disarm: Disarm, names: _Names) -> Disarm:
    return replace(disarm, cue_id=names.cue(disarm.cue_id), why="disarmed")


def _leg(leg: LegBegin, _names: _Names) -> LegBegin:
    return replace(leg, text=_words(leg.kind))


def _notice(notice: Notice, names: _Names) -> Notice:
    code = notice.code if _CODE.fullmatch(notice.code) else "notice"
    sensor = None if notice.sensor is None else names.sensor(notice.sensor)
    return replace(notice, code=code, text=_words(code) + _line(notice), sensor=sensor)


def _line(notice: Notice) -> str:
    """Return which line a mark was of: that stands in the words of its notice alone."""
    said = SAID.search(notice.text) if notice.code == "line" else None
    return f", {said[1]} m ({said[2]})" if said and said[2] in set(MarkSource) else ""


def _words(code: str) -> str:
    return code.replace("_", " ")


_CHANGES: Final[Mapping[type, Callable[[Any, _Names], Entry | None]]] = {
    Fix: _nothing,
    Notification: _notification,
    Link: _link,
    Ack: _ack,
    Cue: _cue,
    Arm: _arm,
    Disarm: _disarm,
    LegBegin: _leg,
    Notice: _notice,
}
"""By class of event; all others hold numbers and kickcue's own words."""
