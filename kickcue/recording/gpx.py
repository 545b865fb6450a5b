"""GPX, of any version and with any maker's extensions, to an activity."""

from typing import Final

from kickcue.recording import xml_events
from kickcue.recording.activity import Activity, Point
from kickcue.recording.track_point import ended_at, left_out, point, without_position
from kickcue.recording.xml_events import Element

_POINT: Final = "trkpt"


class _Found:
    """What was read so far."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self.timeless = 0
        self.device: str | None = None
        self._new_segment = False

    def start(self, element: Element) -> None:
        if element.name == "gpx":
            self.device = element.attributes.get("creator")
        elif element.name == "trkseg":  # between segments the recorder was stopped
            self._new_segment = True

    def end(self, element: Element) -> None:
        if element.name != _POINT:
            return
        found = point(element, after_pause=self._new_segment)
        if found is None:
            self.timeless += 1
        else:
            self.points.append(found)
            self._new_segment = False


def read(data: bytes) -> Activity:
    """Return the tracks of a GPX file, as far as its XML can be read. GPX has no laps."""
    found = _Found()
    damage = xml_events.read(data, frozenset({_POINT}), found.start, found.end)
    problems = [*ended_at(damage, found.points), *left_out(found.timeless)]
    return Activity(kind="GPX", points=found.points, device=found.device, problems=problems, notes=[*without_position(found.points)])
