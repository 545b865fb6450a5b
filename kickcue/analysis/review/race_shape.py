"""How the sensors saw the way go, whatever its scale: what a distance curve is shaped by."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from kickcue.analysis.review.race_curve import Knot, grown
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import Column, RunReadings
from kickcue.core.events import Estimate, Mode

SILENT_S: Final = 10.0
"""A longer gap between two readings is a hole..."""
HOLES_SHARE: Final = 0.1
"""...and who has holes over more of the race than this is asked only where nobody has fewer."""
GUESSED: Final = frozenset({Mode.CLOCK, Mode.NONE})


def race_shape(
    readings: RunReadings, estimates: Sequence[Estimate], time: RaceTime, to_s: float
) -> list[Knot]:
    """Return the way by the race's clock, empty where nothing measured it.

    By the pod's own distance, else positions, else speeds, else what the engine made of cadence.
    """
    estimated: Column = [
        (each.t_ns, each.distance_m)
        for each in estimates
        if each.distance_m is not None and each.mode not in GUESSED
    ]
    ways = (
        readings.way_m() if readings.totals else [],
        readings.way_by_fixes_m(),
        readings.way_by_speeds_m(),
        estimated,
    )
    found = [_inside(way, time, to_s) for way in ways]
    moving = [way for way in found if len(way) > 1 and way[-1][1] > 0.0]
    if not moving:
        return []
    holes = [_holes_s(way, to_s) for way in moving]
    best = next((n for n, hole_s in enumerate(holes) if hole_s <= HOLES_SHARE * to_s), None)
    return moving[holes.index(min(holes)) if best is None else best]


def _inside(way: Column, time: RaceTime, to_s: float) -> list[Knot]:
    """Return the way from the last moment before the gun to the first after the end."""
    knots = [(time.at(t_ns), metres) for t_ns, metres in way]
    first = max((n for n, (t_s, _) in enumerate(knots) if t_s <= 0.0), default=0)
    last = next((n for n, (t_s, _) in enumerate(knots) if t_s >= to_s), len(knots) - 1)
    return grown(knots[first : last + 1])


def _holes_s(way: Sequence[Knot], to_s: float) -> float:
    times = [0.0, *(t_s for t_s, _ in way), to_s]
    return max((b - a for a, b in pairwise(times) if b - a > SILENT_S), default=0.0)
