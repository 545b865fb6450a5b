"""How the sensors saw the way go, whatever its scale: what a distance curve is shaped by."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from math import fsum
from typing import Final

from kickcue.analysis.review.race_curve import BUNCH_S, RaceCurve, Shape, shape_of
from kickcue.analysis.review.race_marks import GUESSED
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import Column, RunReadings
from kickcue.core.events import Estimate

SILENT_S: Final = 10.0
"""A longer gap between two readings is a hole..."""
HOLES_SHARE: Final = 0.1
"""...and who has more of them than another, by more of the race than this, is not asked."""
BESIDE_S: Final = 30.0
"""Who is not heard at the gun or at the end is taken to run as in so long beside it."""


def race_shape(
    readings: RunReadings, estimates: Sequence[Estimate], time: RaceTime, to_s: float
) -> Shape:
    """Return the way by the race's clock, empty where nothing measured it.

    By the pod's own distance, else positions, else speeds. What the engine made of cadence counts
    where nothing else moved: its estimates leap where they are set right by a mark.
    """
    ways = (readings.totals, readings.way_by_fixes_m(), readings.way_by_speeds_m())
    found = [_inside(way, time, to_s) for way in ways]
    moving = [way for way in found if _moves(way)]
    if not moving:
        estimated = _inside(_estimated(estimates), time, to_s)
        return estimated if _moves(estimated) else Shape()
    holes = [_holes_s(way) for way in moving]
    bearable_s = min(holes) + HOLES_SHARE * to_s
    chosen = next(way for way, hole_s in zip(moving, holes, strict=True) if hole_s <= bearable_s)
    return replace(chosen, by_pod=chosen is found[0])


def _estimated(estimates: Sequence[Estimate]) -> Column:
    return [
        (each.t_ns, each.distance_m)
        for each in estimates
        if each.distance_m is not None and each.mode not in GUESSED
    ]


def _moves(way: Shape) -> bool:
    return len(way.knots) > 1 and way.knots[-1][1] > way.knots[0][1]


def _inside(way: Column, time: RaceTime, to_s: float) -> Shape:
    """Return the way from the last moment before the gun to the first after the end.

    What comes all at once with that first one belongs to it.
    """
    points = [(time.at(t_ns), metres) for t_ns, metres in way if time.runs_at(t_ns)]
    first = max((n for n, (t_s, _) in enumerate(points) if t_s <= 0.0), default=0)
    after_s = next((t_s for t_s, _ in points if t_s >= to_s), to_s)
    inner = [point for point in points[first:] if point[0] <= after_s + BUNCH_S]
    return _extended(shape_of(inner), to_s)


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


def _holes_s(way: Shape) -> float:
    steps = [b - a for (a, _), (b, _) in pairwise(way.knots)]
    return fsum(step_s for step_s in steps if step_s > SILENT_S)
