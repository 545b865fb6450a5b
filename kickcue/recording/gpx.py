"""GPX, with Garmin's TrackPointExtension, to an activity: ``gpxpy`` reads it."""

from collections.abc import Iterator
from typing import Any, Final
from xml.etree import ElementTree as ET

import gpxpy
from gpxpy.gpx import GPXException, GPXTrackPoint

from kickcue.core.units import NS_PER_S
from kickcue.recording.activity import Activity, Point, moment_ns, number
from kickcue.recording.sniff import bare_text

_POINT_END: Final = "</trkpt>"


def read(data: bytes) -> Activity:
    """Return the tracks of a GPX file, as far as its XML can be read. GPX has no laps."""
    text = bare_text(data).decode("utf-8", errors="replace")
    problems: list[str] = []
    try:
        parsed = gpxpy.parse(text)
    except GPXException as error:
        parsed = _before_damage(text)
        problems.append(f"the XML is damaged or cut off ({' '.join(str(error).split())})")
    found = [(point, first) for track in parsed.tracks for segment in track.segments for point, first in _marked(segment.points)]
    points = [_point(point, time_ns, after_pause=first) for point, first in found if (time_ns := moment_ns(point.time)) is not None]
    if problems:
        last_s = (points[-1].time_ns - points[0].time_ns) / NS_PER_S if points else 0.0
        problems = [f"{problems[0]}: the recording ends at {last_s:.0f} s, what follows is lost"]
    if len(points) < len(found):
        problems.append(f"{len(found) - len(points)} track points without a readable time were left out")
    return Activity(kind="GPX", points=points, device=parsed.creator, problems=problems)


def _before_damage(text: str) -> Any:
    """Return what is parsed of the points that end before the XML breaks."""
    try:
        ET.fromstring(text)  # noqa: S314  expat limits what entities expand to
        cut = len(text)
    except ET.ParseError as error:
        line, column = error.position
        cut = sum(len(before) for before in text.splitlines(keepends=True)[: line - 1]) + column
    whole = text[: cut + len(_POINT_END)].rpartition(_POINT_END)[0]
    try:
        return gpxpy.parse(f"{whole}{_POINT_END}</trkseg></trk></gpx>")
    except GPXException:
        return gpxpy.gpx.GPX()


def _marked(points: list[GPXTrackPoint]) -> Iterator[tuple[GPXTrackPoint, bool]]:
    """Yield the points of a segment, and of each whether it is the first: between segments the recorder was stopped."""
    for at, point in enumerate(points):
        yield point, at == 0


def _point(point: GPXTrackPoint, time_ns: int, *, after_pause: bool) -> Point:
    more = dict(_extension(point))
    return Point(
        time_ns=time_ns,
        speed_mps=number(point.speed) if point.speed is not None else more.get("speed"),
        cadence_per_min=more.get("cad"),
        heart_rate_bpm=more.get("hr"),
        lat_deg=number(point.latitude),
        lon_deg=number(point.longitude),
        after_pause=after_pause,
    )


def _extension(point: GPXTrackPoint) -> Iterator[tuple[str, float]]:
    """Yield the numbers in a point's extensions by their local names, whatever the prefix or version of the namespace."""
    for extension in point.extensions:
        for element in extension.iter():
            value = number(element.text)
            if value is not None:
                yield element.tag.rpartition("}")[2], value
