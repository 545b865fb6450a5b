"""How the sensors saw the way go, whatever its scale: what a distance curve is shaped by."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import fsum, inf
from typing import Final

from kickcue.analysis.review.race_curve import RaceCurve, Shape, shape_of
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import Column, RunReadings
from kickcue.core.events import Estimate, Mode

SILENT_S: Final = 10.0
"""A longer gap between two readings is a hole..."""
HOLES_SHARE: Final = 0.1
"""...and who has holes over more of the race than this is asked only where nobody has fewer."""
LONGEST_STALL_S: Final = 60.0
"""In holes up to this the engine's place is better than none; in a longer one it was blind too, and
its place jumps at the marks besides."""
BESIDE_S: Final = 30.0
"""Who is not heard at the gun or at the end is taken to run as in so long beside it."""
GUESSED: Final = frozenset({Mode.CLOCK, Mode.NONE})


def race_shape(
    readings: RunReadings, estimates: Sequence[Estimate], time: RaceTime, to_s: float
) -> Shape:
    """Return the way by the race's clock, empty where nothing measured it.

    By the pod's own distance, else positions, else speeds, else what the engine made of cadence,
    and of a pod whose messages were held up again and again.
    """
    estimated: Column = [
        (each.t_ns, each.distance_m)
        for each in estimates
        if each.distance_m is not None and each.mode not in GUESSED
    ]
    ways = (readings.totals, readings.way_by_fixes_m(), readings.way_by_speeds_m())
    found = [_inside(way, time, to_s) for way in ways]
    measured = [way for way in found if _moves(way)]
    whole = [way for way in measured if _holes_s(way) <= HOLES_SHARE * to_s]
    chosen = next(iter(whole), None) or min(measured, key=_holes_s, default=Shape())
    if not measured or _holes_s(chosen, LONGEST_STALL_S) > HOLES_SHARE * to_s:
        engines = _inside(estimated, time, to_s)
        chosen = engines if _moves(engines) else chosen
    return replace(chosen, by_pod=chosen is found[0])


def _moves(way: Shape) -> bool:
    return len(way.knots) > 1 and way.knots[-1][1] > way.knots[0][1]


def _inside(way: Column, time: RaceTime, to_s: float) -> Shape:
    """Return the way from the last moment before the gun to the first after the end."""
    points = [(time.at(t_ns), metres) for t_ns, metres in way if time.runs_at(t_ns)]
    first = max((n for n, (t_s, _) in enumerate(points) if t_s <= 0.0), default=0)
    last = next((n for n, (t_s, _) in enumerate(points) if t_s >= to_s), len(points) - 1)
    return _extended(shape_of(points[first : last + 1]), to_s)


def _extended(shape: Shape, to_s: float) -> Shape:
    """Return a shape that has begun by the gun and goes on to the end, at the pace beside it."""
    if len(shape.knots) < 2:
        return shape
    knots = list(shape.knots)
    curve = RaceCurve(knots)
    if curve.from_s > 0.0:
        mps = curve.mps(curve.from_s, curve.from_s + BESIDE_S) or 0.0
        knots.insert(0, (0.0, knots[0][1] - mps * curve.from_s))
    if curve.to_s < to_s:
        mps = curve.mps(curve.to_s - BESIDE_S, curve.to_s) or 0.0
        knots.append((to_s, knots[-1][1] + mps * (to_s - curve.to_s)))
    return Shape(knots, shape.leaps)


def _holes_s(way: Shape, longest_s: float = inf) -> float:
    """Return for how long there were holes, none of them longer than ``longest_s``."""
    steps = [b - a for (a, _), (b, _) in pairwise(way.knots)]
    return fsum(step_s for step_s in steps if SILENT_S < step_s <= longest_s)
