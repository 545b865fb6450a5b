"""GPX, of any version and with any maker's extensions, to an activity."""

from typing import Final

from kickcue.recording import xml_events
from kickcue.recording.bounds import Bounds
from kickcue.recording.fields import label
from kickcue.recording.imported_activity import Activity
from kickcue.recording.parts import UNKNOWN, Part, by_day, chosen, joined
from kickcue.recording.points import Point
from kickcue.recording.time_order import in_order
from kickcue.recording.track_point import ended_at, left_out, point, without_position
from kickcue.recording.xml_events import Element

_POINT: Final = "trkpt"
_ROUTE_POINT: Final = "rtept"
"""Some apps write what was run as a route; one that was planned has no times."""
_TYPE: Final = "type"


class _Track:
    """One ``trk``."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.sport = UNKNOWN


class _GpxContents:
    """What was read so far."""

    def __init__(self) -> None:
        self.tracks = [_Track()]
        self.timeless = 0
        self.device: str | None = None
        self._new_segment = False

    @property
    def points(self) -> list[Point]:
        return [point for track in self.tracks for point in track.points]

    def start(self, element: Element) -> None:
        if element.name == "gpx":
            self.device = label(element.attributes.get("creator"))
        elif element.name in ("trk", "rte"):
            self.tracks.append(_Track())
        elif element.name == "trkseg":  # between segments the recorder was stopped
            self._new_segment = True

    def end(self, element: Element) -> None:
        if element.name == _TYPE and "/" not in element.text and not self.tracks[-1].points:
            # text/html is that of a link.
            self.tracks[-1].sport = label(element.text) or UNKNOWN
        if element.name not in (_POINT, _ROUTE_POINT):
            return
        found = point(element, after_pause=self._new_segment)
        if found is None:
            self.timeless += element.name == _POINT
        else:
            self.tracks[-1].points.append(found)
            self._new_segment = False


def read(data: bytes, wanted: int | None = None) -> Activity:
    """Return the tracks of a GPX file, as far as its XML can be read. GPX has no laps.

    ``wanted``: which of its activities, counted from 1; UsageError where there is no such
    one.
    """
    found = _GpxContents()
    damage = xml_events.read(data, frozenset({_POINT, _ROUTE_POINT}), found.start, found.end)
    problems = [*ended_at(damage, found.points), *left_out(found.timeless)]
    parts: list[Part] = []
    notes: list[str] = []
    bounds = Bounds()
    for track in found.tracks:
        ordered = in_order(bounds.kept(track.points))
        parts += by_day(Part(track.sport, ordered.points))
        notes += ordered.notes
    choice = chosen(joined(parts, tracks=True), wanted, "activities")
    return Activity(
        kind="GPX",
        points=choice.part.points,
        device=found.device,
        problems=[*problems, *bounds.sentences()],
        notes=[*choice.notes, *notes, *without_position(choice.part.points)],
        found=choice.rows,
        choice=choice.note,
    )
