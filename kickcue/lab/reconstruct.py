"""The run that a famous race could have been, from its published times.

What is published are moments at which a runner, often whoever led, was at a distance. Of all curves
through these points the one with the least squared acceleration is the cubic spline of distance
over time; that is what is taken here, and a standing start is taken off it. Between the published
points everything is interpolation. Cadence and heart rate are not published at all, they are the
simulated athlete's; what the sensors make of it all is simulated too.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import count, pairwise
from random import Random
from typing import Final

from kickcue.core.course import Course
from kickcue.core.events import Input, mark_source
from kickcue.core.units import ns_to_s
from kickcue.lab.athlete import STEP_S, SpeedShape, Truth, run
from kickcue.lab.historic_races import FamousRace
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import SimulatedRace, race_inputs

GETTING_GOING_S: Final = 1.3
"""Time constant with which a standing start approaches the pace; a judgement, it makes 5 m/s² at
first and the pace within four seconds."""
RUN_OUT_S: Final = 10.0
"""Time constant of slowing down after the line."""
ROUNDED_S: Final = 1e-6
"""Events carry whole nanoseconds, so that a press at the very line may seem to come before it."""

_FAULTS: Final = SCENARIOS["button"]


def reconstruct(race: FamousRace, random: Random) -> Truth:
    """Return the race as it could have been.

    ``random`` draws the athlete's usual cadence, which nobody published.
    """
    return run(race.points[-1][0], _speed_shape(race.points), random)


def staged(race: FamousRace, course: Course, seed: int) -> SimulatedRace:
    """Return the race as the sensors and the thumb tell it.

    The faults are those of the evaluation's scenario "button", the same for the same seed. So that
    there is something to see, it is drawn anew until at least one press up to the bell is missing
    and at least one comes twice.
    """
    draws = (
        _drawn(race, course, Random(f"{race.name} {seed} {attempt}"))  # noqa: S311  no secret
        for attempt in count()
    )
    return next(drawn for drawn in draws if _eventful(drawn, course))


def _drawn(race: FamousRace, course: Course, random: Random) -> SimulatedRace:
    truth = reconstruct(race, random)
    return SimulatedRace(truth, tuple(race_inputs(random, truth, course, _FAULTS)))


def _eventful(race: SimulatedRace, course: Course) -> bool:
    to_bell = line_presses(race.truth, course, race.inputs)[
        : course.crossings_m.index(course.bell_m) + 1
    ]
    return any(not moments for moments in to_bell) and any(len(moments) > 1 for moments in to_bell)


def line_presses(
    truth: Truth, course: Course, inputs: Iterable[Input]
) -> tuple[tuple[float, ...], ...]:
    """Return for each line the seconds after the gun at which the thumb pressed for it.

    The thumb is never early.
    """
    lines_s = [truth.time_at(line_m) - ROUNDED_S for line_m in course.crossings_m]
    found: list[list[float]] = [[] for _ in lines_s]
    for event in inputs:
        if mark_source(event) is not None:
            t_s = ns_to_s(event.t_ns)
            found[bisect_right(lines_s, t_s) - 1].append(t_s)
    return tuple(tuple(moments) for moments in found)


def _speed_shape(points: Sequence[tuple[float, float]]) -> SpeedShape:
    """Return the speed whose sum over the athlete's steps goes through every point."""
    end_m, end_s = points[-1]
    pace_mps = points[0][0] / (points[0][1] - GETTING_GOING_S)
    behind_m = pace_mps * GETTING_GOING_S  # what a standing start costs against a flying one
    knots = [(0.0, 0.0), *((t_s, metres + behind_m) for metres, t_s in points)]
    slopes = _spline_slopes(knots, pace_mps)

    def distance(t_s: float) -> float:
        if t_s > end_s:
            return end_m + slopes[-1] * RUN_OUT_S * (1.0 - math.exp((end_s - t_s) / RUN_OUT_S))
        return _hermite(knots, slopes, t_s) - behind_m * (1.0 - math.exp(-t_s / GETTING_GOING_S))

    return lambda t_s, _done_m: (distance(t_s + STEP_S) - distance(t_s)) / STEP_S


def _spline_slopes(knots: Sequence[tuple[float, float]], first: float) -> list[float]:
    """Return the slopes at the knots of a cubic spline by Thomas's algorithm.

    It begins with slope ``first`` and ends straight.
    """
    steps = [x1 - x0 for (x0, _), (x1, _) in pairwise(knots)]
    secants = [(y1 - y0) / (x1 - x0) for (x0, y0), (x1, y1) in pairwise(knots)]
    upper, right = [0.0], [first]
    for i in range(1, len(knots)):
        inner = i < len(steps)
        before, after = 1.0 / steps[i - 1], 1.0 / steps[i] if inner else 0.0
        total = 3.0 * (secants[i - 1] * before + (secants[i] * after if inner else 0.0))
        pivot = 2.0 * (before + after) - before * upper[-1]
        upper.append(after / pivot)
        right.append((total - before * right[-1]) / pivot)
    slopes = [right[-1]]
    for above, value in zip(upper[-2::-1], right[-2::-1], strict=True):
        slopes.append(value - above * slopes[-1])
    return slopes[::-1]


def _hermite(knots: Sequence[tuple[float, float]], slopes: Sequence[float], x: float) -> float:
    """Return the cubic's value at ``x``."""
    i = min(bisect_right(knots, x, key=lambda knot: knot[0]), len(knots) - 1) - 1
    (x0, y0), (x1, y1) = knots[i], knots[i + 1]
    h = x1 - x0
    u = (x - x0) / h
    start = (1.0 + 2.0 * u) * y0 + u * h * slopes[i]
    end = (3.0 - 2.0 * u) * y1 + (u - 1.0) * h * slopes[i + 1]
    return (1.0 - u) * (1.0 - u) * start + u * u * end
