"""TCX (Garmin Training Center Database, version 2, with the ActivityExtension) to an activity."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kickcue.core.units import s_to_ns
from kickcue.recording import xml_events
from kickcue.recording.activity import Activity, Point
from kickcue.recording.fields import moment_ns, number
from kickcue.recording.laps import Lap
from kickcue.recording.track_point import ended_at, left_out, point, without_position
from kickcue.recording.xml_events import Element

_TRIGGERS: Final = {"location": "position", "heartrate": "heart_rate"}  # into the words of FIT; the others are the same
_TREES: Final = frozenset({"Trackpoint", "Creator"})


@dataclass(slots=True)
class _LapElement:
    """What a Lap element tells of the lap; ``seconds`` leave its pauses out."""

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


class _Found:
    """What was read so far."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.device: str | None = None
        self.timeless = 0
        self._lap = _LapElement(None)

    def start(self, element: Element) -> None:
        if element.name == "Activity":
            self.parts.append(_Part(element.attributes.get("Sport", "unknown")))
        elif element.name == "Lap":
            self._lap = _LapElement(moment_ns(element.attributes.get("StartTime")))

    def end(self, element: Element) -> None:
        if element.name == "Trackpoint":
            self._point(element)
        elif element.name == "TriggerMethod":
            trigger = (element.text or "unknown").strip().lower()
            self._lap.trigger = _TRIGGERS.get(trigger, trigger)
        elif element.name == "TotalTimeSeconds":
            self._lap.seconds = number(element.text)
        elif element.name == "DistanceMeters":  # the lap's own: those of its points come with the points
            self._lap.distance_m = number(element.text)
        elif element.name == "Lap" and self.parts:
            self.parts[-1].laps.append(self._lap)
        elif element.name == "Creator":
            self.device = next((child.text for child in element.children if child.name == "Name"), None)

    def _point(self, element: Element) -> None:
        found = point(element)
        if found is None:
            self.timeless += 1
        elif self.parts:
            self.parts[-1].points.append(found)


def read(data: bytes) -> Activity:
    """Return the running part of a TCX file, as far as its XML can be read."""
    found = _Found()
    damage = xml_events.read(data, _TREES, found.start, found.end)
    points = [point for part in found.parts for point in part.points]
    running = [part for part in found.parts if part.sport.lower() == "running"] or found.parts
    taken = [point for part in running for point in part.points]
    return Activity(
        kind="TCX",
        points=taken,
        laps=[lap for part in running for lap in _laps(part)],
        device=found.device,
        problems=[*ended_at(damage, points), *left_out(found.timeless)],
        notes=[*_notes(found.parts, running), *without_position(taken)],
    )


def _laps(part: _Part) -> Iterator[Lap]:
    """Yield the laps: one ends where the next starts (its seconds leave pauses out), the last after its seconds."""
    for at, lap in enumerate(part.laps, start=1):
        final = at == len(part.laps)
        end_ns = None if final else part.laps[at].start_ns
        if end_ns is None and lap.start_ns is not None:
            end_ns = lap.start_ns + s_to_ns(lap.seconds or 0.0)
        if end_ns is not None:
            yield Lap(end_ns, lap.trigger, final, lap.distance_m)


def _notes(parts: list[_Part], running: list[_Part]) -> list[str]:
    sports = ", ".join(part.sport for part in parts)
    if len(parts) != len(running):
        return [f"{len(parts)} activities ({sports}): only running is taken"]
    return [] if all(part.sport.lower() == "running" for part in parts) else [f"the activity is {sports}, not running"]
