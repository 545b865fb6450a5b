"""A training session of Polar Flow's download (``training-session-....json``), to an activity.

Each exercise has a series for each thing measured: ``{"dateTime": "2024-05-01T08:00:01.000",
"value": 150}``, left without a value where it was not measured, and a route. Speed is in km/h,
times are local, minutes from UTC stand in ``timezoneOffset``.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, Final

from kickcue.core.errors import DataError
from kickcue.core.units import NS_PER_S
from kickcue.recording.fields import moment_ns, number
from kickcue.recording.imported_activity import Activity
from kickcue.recording.json_text import parse
from kickcue.recording.points import Point
from kickcue.recording.series import activity_of
from kickcue.recording.text_decoding import decode

KIND: Final = "Polar Flow JSON"
_INSTEAD: Final = "export one with samples, or export the session as TCX on flow.polar.com"
_KMH_MPS: Final = 1 / 3.6
_SERIES: Final = {
    "heartRate": ("heart_rate_bpm", 1.0),
    "cadence": ("cadence_per_min", 1.0),
    "distance": ("distance_m", 1.0),
    "speed": ("speed_mps", _KMH_MPS),
}
"""By its name the field, and what its values are multiplied with."""

_PLACE: Final = {"latitude": "lat_deg", "longitude": "lon_deg"}


def read(data: bytes, wanted: int | None = None) -> Activity:
    """Return the exercises of a session as one run.

    ``wanted``: 1 or None; UsageError for any other.
    """
    try:
        given = parse(decode(data))
    except DataError as error:
        return activity_of(KIND, (), wanted, problems=[f"{error}; {_INSTEAD}"])
    points = [point for exercise in _listed(given, "exercises") for point in _points(exercise)]
    return activity_of(
        KIND,
        points,
        wanted,
        problems=() if points else [(f"this session has no samples; {_INSTEAD}")],
    )


def _points(exercise: Any) -> Iterator[Point]:
    by_time: dict[int, dict[str, Any]] = defaultdict(dict)
    samples = exercise.get("samples") if isinstance(exercise, dict) else None
    for name, (field, factor) in _SERIES.items():
        for sample in _listed(samples, name):
            time_ns, value = _time(sample), number(sample.get("value"))
            if time_ns is not None and value is not None:
                by_time[time_ns][field] = value * factor
    for place in _listed(samples, "recordedRoute"):
        time_ns = _time(place)
        values = {
            field: value
            for name, field in _PLACE.items()
            if (value := number(place.get(name))) is not None
        }
        if time_ns is not None:
            by_time[time_ns] |= values
    offset_ns = _offset_ns(exercise)
    for time_ns in sorted(by_time):
        yield Point(time_ns - offset_ns, **by_time[time_ns])


def _offset_ns(exercise: Any) -> int:
    """Return by how much local time is ahead of UTC; 0 where that is not told or cannot be."""
    offset_min = number(exercise.get("timezoneOffset")) if isinstance(exercise, dict) else None
    if offset_min is None or abs(offset_min) >= 24 * 60:
        return 0
    return round(offset_min * 60) * NS_PER_S


def _time(sample: dict[str, Any]) -> int | None:
    """Return the whole second of a sample.

    The series of one second are a few milliseconds apart.
    """
    text = sample.get("dateTime")
    time_ns = moment_ns(text) if isinstance(text, str) else None
    return None if time_ns is None else time_ns // NS_PER_S * NS_PER_S


def _listed(given: Any, name: str) -> list[dict[str, Any]]:
    found = given.get(name) if isinstance(given, dict) else None
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
