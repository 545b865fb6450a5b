"""Positions that stood still while the runner ran on.

It is the same one again and again, and then a step that nobody can run. Standing looks alike as
long as it lasts. But who stood goes on from where he stood.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from kickcue.core.readings import FASTEST_MPS
from kickcue.core.units import NS_PER_S
from kickcue.recording.points import Point, great_circle_m

SLACK_M: Final = 8.0
"""Two good positions may disagree by this much beside what was run, as for a line
(``core/crossing/gate.py``)."""
PACE_S: Final = 30.0
"""The way run meanwhile is that of the pace so long before..."""
LEAST_PACE_S: Final = 8.0
"""...of this at least, else only that from place to place."""


def frozen(points: Sequence[Point]) -> frozenset[int]:
    """Return which records only repeat a place that the runner had left."""
    found: set[int] = set()
    for first, last, behind in _repeats(points):
        step_s = (points[behind].time_ns - points[last].time_ns) / NS_PER_S
        if great_circle_m(points[last], points[behind]) > FASTEST_MPS * step_s + SLACK_M:
            found.update(range(first, behind))
    return frozenset(found)


def run_meanwhile_m(way: Sequence[tuple[int, float]], a: Point, b: Point) -> float:
    """Return the metres from ``a`` to ``b``, between which the positions were frozen.

    ``way``: (``time_ns``, metres) along the positions up to ``a``.
    """
    end_ns, end_m = way[-1]
    since = [each for each in way if end_ns - each[0] <= PACE_S * NS_PER_S]
    seconds = (end_ns - since[0][0]) / NS_PER_S
    pace_mps = (end_m - since[0][1]) / seconds if seconds >= LEAST_PACE_S else 0.0
    return max(great_circle_m(a, b), pace_mps * (b.time_ns - a.time_ns) / NS_PER_S)


def _repeats(points: Sequence[Point]) -> Iterator[tuple[int, int, int]]:
    """Yield first and last record at the place of the one before, and the next one elsewhere."""
    last = begun = None
    for at, point in enumerate(points):
        if point.lat_deg is None or point.lon_deg is None:
            continue
        if last is not None and (point.lat_deg, point.lon_deg) == (
            points[last].lat_deg,
            points[last].lon_deg,
        ):
            begun = at if begun is None else begun
        elif begun is not None:
            assert last is not None  # there is one that was repeated
            yield begun, last, at
            begun = None
        last = at
