"""TCX (Garmin Training Center Database, version 2, with the ActivityExtension) to an activity."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from kickcue.core.units import s_to_ns
from kickcue.recording import xml_events
from kickcue.recording.bounds import Bounds
from kickcue.recording.fields import label, metres, moment_ns, seconds
from kickcue.recording.imported_activity import Activity
from kickcue.recording.laps import Lap
from kickcue.recording.parts import UNKNOWN, Part, chosen, joined
from kickcue.recording.points import Point
from kickcue.recording.time_order import Ordered, in_order
from kickcue.recording.track_point import ended_at, left_out, point, without_position
from kickcue.recording.xml_events import Element

_TRIGGERS: Final = {
    "manual": "manual",
    "distance": "distance",
    "location": "position",
    "time": "time",
    "heartrate": "heart_rate",
}
"""Into the words of FIT."""
_TREES: Final = frozenset({"Trackpoint", "Creator"})


@dataclass(slots=True)
class _LapElement:
    """What a Lap element holds of the lap; ``seconds`` leave its pauses out."""

    start_ns: int | None
    seconds: float | None = None
    distance_m: float | None = None
    trigger: str = "unknown"


@dataclass(slots=True)
class _Part:
    """One Activity element: a sport with its laps."""

    sport: str
    points: list[Point] = field(default_factory=list)
    laps: list[_LapElement] = field(default_factory=list)


class _TcxContents:
    """What was read so far."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.device: str | None = None
        self.timeless = 0
        self._lap = _LapElement(None)
        self.courses = 0
        self._tracks = 0
        self._new_track = False

    def start(self, element: Element) -> None:
        if element.name == "Activity":
            self.parts.append(_Part(label(element.attributes.get("Sport")) or UNKNOWN))
        elif element.name == "Lap":
            self._lap = _LapElement(moment_ns(element.attributes.get("StartTime")))
            self._tracks = 0
        elif element.name == "Course":
            self.courses += 1
        elif element.name == "Track":  # a second one within a lap begins where the recorder went on
            self._tracks += 1
            self._new_track = self._tracks > 1

    def end(self, element: Element) -> None:
        if element.name == "Trackpoint":
            self._point(element)
        elif element.name == "TriggerMethod":
            self._lap.trigger = _TRIGGERS.get(element.text.strip().lower(), "unknown")
        elif element.name == "TotalTimeSeconds":
            self._lap.seconds = seconds(element.text)
        elif element.name == "DistanceMeters":
            # The lap's own: those of its points come with the points.
            self._lap.distance_m = metres(element.text)
        elif element.name == "Lap" and self.parts:
            self.parts[-1].laps.append(self._lap)
        elif element.name == "Creator":
            self.device = label(
                next((child.text for child in element.children if child.name == "Name"), None)
            )

    def _point(self, element: Element) -> None:
        found = point(element, after_pause=self._new_track)
        if found is None:
            self.timeless += 1
        elif self.parts:
            self.parts[-1].points.append(found)
            self._new_track = False


def read(data: bytes, wanted: int | None = None) -> Activity:
    """Return an activity of a TCX file, as far as its XML can be read.

    ``wanted``: which of several, counted from 1; UsageError where there is no such one.
    """
    found = _TcxContents()
    damage = xml_events.read(data, _TREES, found.start, found.end)
    points = [point for part in found.parts for point in part.points]
    bounds = Bounds()
    ordered = [in_order(bounds.kept(part.points)) for part in found.parts]
    parts = [_part(part, its) for part, its in zip(found.parts, ordered, strict=True)]
    choice = chosen(joined(parts, tracks=False), wanted, "activities")
    notes = [note for each in ordered for note in each.notes]
    return Activity(
        kind="TCX",
        points=choice.part.points,
        laps=choice.part.laps,
        device=found.device,
        problems=[
            *_course(found),
            *ended_at(damage, points),
            *left_out(found.timeless),
            *bounds.sentences(),
        ],
        notes=[*choice.notes, *notes, *without_position(choice.part.points)],
        found=choice.rows,
        choice=choice.note,
    )


def _course(found: _TcxContents) -> Iterator[str]:
    if found.courses and not found.parts:
        yield "expected an activity, got a course to follow"


def _part(part: _Part, ordered: Ordered) -> Part:
    laps = (replace(lap, end_ns=ordered.at(lap.end_ns)) for lap in _laps(part))
    return Part(part.sport, ordered.points, tuple(laps))


def _laps(part: _Part) -> Iterator[Lap]:
    """Yield the laps: each ends where the next starts, the last after its seconds.

    A lap's seconds leave pauses out.
    """
    whole = sorted(part.laps, key=lambda lap: lap.start_ns or 0)
    for at, lap in enumerate(whole, start=1):
        final = at == len(whole)
        end_ns = None if final else whole[at].start_ns
        if end_ns is None and lap.start_ns is not None:
            end_ns = lap.start_ns + s_to_ns(lap.seconds or 0.0)
        if end_ns is not None:
            yield Lap(end_ns, lap.trigger, final, lap.distance_m, lap.seconds)
