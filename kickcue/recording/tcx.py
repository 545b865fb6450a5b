"""TCX (Garmin Training Center Database, version 2, with the ActivityExtension) to an activity."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Final
from xml.etree import ElementTree as ET

from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.recording.activity import Activity, Point, moment_ns, number
from kickcue.recording.laps import Lap
from kickcue.recording.sniff import bare_text

_TRIGGERS: Final = {"location": "position", "heartrate": "heart_rate"}  # into the words of FIT; the others are the same


@dataclass(frozen=True, slots=True)
class _LapElement:
    """What a Lap element tells of the lap; ``seconds`` leave its pauses out."""

    start_ns: int | None
    seconds: float | None
    distance_m: float | None
    trigger: str


@dataclass(slots=True)
class _Part:
    """One Activity element: a sport with its laps."""

    sport: str
    points: list[Point] = field(default_factory=list)
    laps: list[_LapElement] = field(default_factory=list)


@dataclass(slots=True)
class _Found:
    parts: list[_Part] = field(default_factory=list)
    device: str | None = None
    timeless: int = 0
    trigger: str = "unknown"
    seconds: float | None = None


def read(data: bytes) -> Activity:
    """Return the running part of a TCX file, as far as its XML can be read."""
    found = _Found()
    problems = []
    try:
        for event, element in ET.iterparse(BytesIO(bare_text(data)), events=("start", "end")):  # noqa: S314  expat limits what entities expand to
            _take(found, event, _local(element), element)
    except ET.ParseError as error:
        points = [point for part in found.parts for point in part.points]
        last_s = (points[-1].time_ns - points[0].time_ns) / NS_PER_S if points else 0.0
        problems.append(f"the XML is damaged or cut off ({error}): the recording ends at {last_s:.0f} s, what follows is lost")
    if found.timeless:
        problems.append(f"{found.timeless} trackpoints without a readable time were left out")
    running = [part for part in found.parts if part.sport.lower() == "running"] or found.parts
    return Activity(
        kind="TCX",
        points=[point for part in running for point in part.points],
        laps=[lap for part in running for lap in _laps(part)],
        device=found.device,
        problems=problems,
        notes=_notes(found.parts, running),
    )


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _take(found: _Found, event: str, name: str, element: ET.Element) -> None:
    if event == "start":
        if name == "Activity":
            found.parts.append(_Part(element.get("Sport", "unknown")))
        elif name == "Lap":
            found.trigger, found.seconds = "unknown", None
    else:
        _take_whole(found, name, element)


def _take_whole(found: _Found, name: str, element: ET.Element) -> None:
    if name == "Trackpoint":
        point = _point(element)
        if point is None:
            found.timeless += 1
        elif found.parts:
            found.parts[-1].points.append(point)
        element.clear()  # an hour of elements is 20 MB otherwise
    elif name == "TriggerMethod":
        trigger = (element.text or "unknown").strip().lower()
        found.trigger = _TRIGGERS.get(trigger, trigger)
    elif name == "TotalTimeSeconds":
        found.seconds = number(element.text)
    elif name == "Lap" and found.parts:
        metres = number(next((child.text for child in element if _local(child) == "DistanceMeters"), None))
        lap = _LapElement(_time_ns(element.get("StartTime")), found.seconds, metres, found.trigger)
        found.parts[-1].laps.append(lap)
    elif name == "Creator":
        found.device = next((child.text for child in element if _local(child) == "Name"), None)


def _point(element: ET.Element) -> Point | None:
    texts = dict(_texts(element))
    time_ns = _time_ns(texts.get("Time"))
    if time_ns is None:
        return None
    return Point(
        time_ns=time_ns,
        distance_m=number(texts.get("DistanceMeters")),
        speed_mps=number(texts.get("Speed")),
        cadence_per_min=number(texts.get("RunCadence", texts.get("Cadence"))),
        heart_rate_bpm=number(texts.get("HeartRateBpm")),
        lat_deg=number(texts.get("LatitudeDegrees")),
        lon_deg=number(texts.get("LongitudeDegrees")),
    )


def _texts(element: ET.Element) -> Iterator[tuple[str, str]]:
    """Yield the texts within a trackpoint by the name that tells them apart: a Value goes by the name of its parent."""
    for child in element:
        name = _local(child)
        if name == "HeartRateBpm":
            yield name, "".join(child.itertext())
        elif len(child):
            yield from _texts(child)
        elif child.text:
            yield name, child.text


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


def _time_ns(text: str | None) -> int | None:
    try:
        return moment_ns(datetime.fromisoformat((text or "").strip()))
    except ValueError:
        return None
