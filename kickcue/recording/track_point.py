"""One track point of a GPX or TCX file: what it measures, by whatever name its maker gave it.

Sources of the names, all of which count in metres, seconds and minutes:

- ``hr``, ``cad``, ``speed``: Garmin TrackPointExtension v1 and v2 (garmin.com/xmlschemas); Strava,
  Suunto, COROS and OpenTracks write it.
- ``hr``, ``cadence``, ``distance``, ``speed``: Cluetrust gpxdata (cluetrust.com/XML/GPXDATA/1/0),
  of Suunto Movescount, openambit, COROS, Ascent and SportTracks. OpenTracks writes the total as
  ``cluetrust:distance``.
- ``HeartRateBpm``, ``Cadence``, ``DistanceMeters``: TCX (TrainingCenterDatabase v2).
  ``RunCadence``, ``Speed``: its ActivityExtension v2.
- ``heartrate``, ``heart_rate``, ``bpm``, ``run_cadence``: plain names of converters and phone apps,
  some without any namespace.
- ``speed``: GPX 1.0 has it as an element of the point itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kickcue.core.units import NS_PER_S
from kickcue.recording.fields import moment_ns, number
from kickcue.recording.points import Point
from kickcue.recording.xml_events import Element

_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "distance_m": ("distancemeters", "distance"),
    "speed_mps": ("speed",),
    "cadence_per_min": ("runcadence", "cadence", "cad"),
    "heart_rate_bpm": ("heartratebpm", "heartrate", "hr", "bpm"),
    "lat_deg": ("lat", "latitudedegrees"),
    "lon_deg": ("lon", "longitudedegrees"),
}
"""By field the names, in lower case and without signs between words; the first that has a number
counts."""

_SIGNS: Final = str.maketrans("", "", "_-")
_PER_POINT: Final = ("opentracks", "distance")
"""A prefix and name that count from the point before, and not from the start."""


def point(element: Element, *, after_pause: bool = False) -> Point | None:
    """Return what a track point holds; None where it has no time."""
    texts: dict[str, str] = {}
    for name, text in _texts(element):
        texts.setdefault(name, text)  # the standard's own elements stand before any extension
    time_ns = moment_ns(texts.get("time"))
    if time_ns is None:
        return None
    values = {name: _first(texts, names) for name, names in _NAMES.items()}
    return Point(time_ns=time_ns, after_pause=after_pause, **values)


def _first(texts: Mapping[str, str], names: tuple[str, ...]) -> float | None:
    found = (number(texts.get(name)) for name in names)
    return next((value for value in found if value is not None), None)


def _texts(element: Element) -> Iterator[tuple[str, str]]:
    """Yield all texts below a point by names to compare.

    TCX has the number of a heart rate in a ``Value`` below its name.
    """
    for key, value in element.attributes.items():
        yield key.lower(), value
    for child in element.walk():
        if (child.prefix, child.name) != _PER_POINT:
            held = next(
                (below.text for below in child.children if below.name == "Value"), child.text
            )
            if held and not held.isspace():
                yield child.name.lower().translate(_SIGNS), held


def ended_at(damage: str, points: Sequence[Point]) -> Iterator[str]:
    """Yield what the damage of a file means for its recording; nothing where it has none."""
    if damage and points:
        times_ns = [point.time_ns for point in points]
        yield (
            f"{damage}: the recording ends at {(max(times_ns) - min(times_ns)) / NS_PER_S:.0f} s, "
            "anything later is lost"
        )
    elif damage:
        yield f"{damage}: no record before it"


def left_out(timeless: int) -> Iterator[str]:
    """Yield how many points could not be taken."""
    if timeless:
        yield f"skipped track points without a readable time: {timeless}"


def without_position(points: Sequence[Point]) -> Iterator[str]:
    """Yield how many points have no position, where others have one."""
    missing = sum(point.lat_deg is None or point.lon_deg is None for point in points)
    if 0 < missing < len(points):
        yield f"{missing} of {len(points)} track points have no position"
