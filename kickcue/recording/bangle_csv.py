"""The log of Bangle.js's Recorder app to an activity.

``recorder.logN.csv`` has a line each period (10 s unless set otherwise), with columns by what was
switched on: ``Time`` in whole seconds since 1970, ``Latitude`` and ``Longitude``, ``Heartrate``,
``Steps`` since the line before (github.com/espruino/BangleApps, apps/recorder/widget.js). What the
watch did not have stays empty.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kickcue.core.units import STEPS_PER_STRIDE, s_to_ns
from kickcue.recording.fields import number
from kickcue.recording.imported_activity import Activity
from kickcue.recording.points import Point
from kickcue.recording.series import activity_of
from kickcue.recording.text_decoding import decode

KIND: Final = "Bangle.js CSV"
_LAST_S: Final = 2**33
_WINDOW_S: Final = 10.0
"""Steps are whole: over a second of running they are two or three, over ten the cadence shows."""

_Row = Mapping[str, str]


def read(data: bytes, wanted: int | None = None) -> Activity:
    """Return the run of a log. ``wanted``: 1 or None; UsageError for any other."""
    head, *lines = decode(data).splitlines()
    names = [name.strip() for name in head.split(",")]
    rows = [dict(zip(names, line.split(","), strict=False)) for line in lines if line.strip()]
    timed = [(time_s, row) for row in rows if (time_s := _time(row)) is not None]
    bad = len(rows) - len(timed)
    problems = [f"skipped lines without a readable time: {bad}"] if bad else []
    return activity_of(KIND, _points(timed), wanted, problems=problems)


def _time(row: _Row) -> float | None:
    time_s = number(row.get("Time"))
    return time_s if time_s is not None and 0 <= time_s <= _LAST_S else None


def _points(rows: Sequence[tuple[float, _Row]]) -> Iterator[Point]:
    recent: deque[tuple[float, float]] = deque()
    """Lines of the last seconds: when, and how many steps since the line before."""
    for time_s, row in rows:
        recent.append((time_s, number(row.get("Steps")) or 0.0))
        while len(recent) > 2 and time_s - recent[0][0] > _WINDOW_S:
            recent.popleft()
        yield Point(
            time_ns=s_to_ns(time_s),
            cadence_per_min=_strides(recent) if row.get("Steps") else None,
            heart_rate_bpm=number(row.get("Heartrate")),
            lat_deg=number(row.get("Latitude")),
            lon_deg=number(row.get("Longitude")),
        )


def _strides(recent: deque[tuple[float, float]]) -> float | None:
    seconds = recent[-1][0] - recent[0][0]
    steps = sum(count for _, count in recent) - recent[0][1]
    return steps / STEPS_PER_STRIDE / seconds * 60 if seconds > 0 else None
