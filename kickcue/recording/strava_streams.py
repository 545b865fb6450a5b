"""Strava's streams, as its interface for programs gives them, to an activity.

A list of ``{"type": "time", "data": [0, 1, ...]}``, or an object with the types as keys; every
stream has a value for each record (developers.strava.com, "Streams"). Times count from the start:
there is no date, and there are no laps.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kickcue.core.errors import DataError
from kickcue.core.units import s_to_ns
from kickcue.recording.fields import number, seconds
from kickcue.recording.imported_activity import Activity
from kickcue.recording.json_text import parse
from kickcue.recording.points import Point
from kickcue.recording.series import activity_of
from kickcue.recording.text_decoding import decode

KIND: Final = "Strava streams"
_NOTE: Final = (
    'Strava streams have neither date nor laps: "Export Original" on the activity\'s page gives '
    "the watch's own file"
)


def read(data: bytes, wanted: int | None = None) -> Activity:
    """Return the run. ``wanted``: 1 or None; UsageError for any other."""
    try:
        streams = _streams(parse(decode(data)))
        problems = []
    except DataError as error:
        streams, problems = (
            {},
            [(f'{error}; use "Export Original" on the activity\'s Strava page instead')],
        )
    return activity_of(KIND, _points(streams), wanted, problems=problems, notes=[_NOTE])


def _streams(given: Any) -> Mapping[str, Sequence[Any]]:
    if isinstance(given, list):
        given = {str(each.get("type")): each for each in given if isinstance(each, dict)}
    whole = given if isinstance(given, dict) else {}
    return {
        name: each["data"]
        for name, each in whole.items()
        if isinstance(each, dict) and isinstance(each.get("data"), list)
    }


def _points(streams: Mapping[str, Sequence[Any]]) -> Iterator[Point]:
    for at, time in enumerate(streams.get("time", ())):
        time_s = seconds(time)
        if time_s is None:
            continue
        values = {name: data[at] for name, data in streams.items() if at < len(data)}
        place = values.get("latlng")
        lat, lon = place if isinstance(place, list) and len(place) == 2 else (None, None)
        yield Point(
            time_ns=s_to_ns(time_s),
            distance_m=number(values.get("distance")),
            speed_mps=number(values.get("velocity_smooth")),
            cadence_per_min=number(values.get("cadence")),
            heart_rate_bpm=number(values.get("heartrate")),
            lat_deg=number(lat),
            lon_deg=number(lon),
        )
