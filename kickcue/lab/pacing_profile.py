"""How a race is run: the shape of its pace, surges, the kick, and how far from the measured line.

Shapes (shares of the mean pace): records are even or quick at both ends (Tucker 2006; Casado 2021),
most amateurs fade, their second half 3.4 +- 2.7 % slower (Kais 2019), championships speed up.
Kicks: records 1 to 5 %, races run for the win up to 25 % and more (the last laps of published
races). Wide: 2 pi metres a lap for each metre outside the measured line, and nobody runs on it.

How often and how long somebody is passed, how much fatigue takes and for how long people run before
they press the start at the line are judgements; that they do is reported (a running start is what
owners of pods advise for a calibration on the track).
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from kickcue.core.course import LANE_WIDTH_M, Course

Along = Callable[[float], float]
"""Something that depends on the metres run."""

BEND_RADIUS_M: Final = 36.80
"""Of the measured line on a 400 m track; on another track in proportion."""
SURGE_OVER_M: Final = 20.0
"""A change of pace takes some four seconds."""
WIDE_M: Final = (0.2, 1.5)
WIDE_VARIES_M: Final = 0.2
"""A runner keeps about the same width; one bend differs from the next by so much."""
OVERTAKES: Final = 0.1
"""Share of bends in which somebody is passed, in lane 2."""
PASSING_M: Final = (60.0, 200.0)
"""Over so many metres somebody is passed, in lane 2, where a style has overtaking of its own."""
TIRING_FROM: Final = 1 / 3
"""From this share of the race on fatigue takes more and more."""
ROAD_LONGER: Final = (0.0, 0.011)
"""On the road: how much longer than the shortest line people run (marathon watches read up to 1.1 %
long)."""


class Shape(StrEnum):
    """How pace goes over the race."""

    EVEN = "even"
    POSITIVE = "positive"
    NEGATIVE = "negative"
    U = "u"


@dataclass(frozen=True, slots=True)
class Style:
    """Which races a scenario draws."""

    shapes: tuple[Shape, ...] = (Shape.EVEN,)
    surge: float = 0.0
    """Each lap's pace lies within so much of the race's own."""
    kick: float = 0.08
    """The largest spurt."""
    kick_from: tuple[float, float] = (1.0, 1.0)
    """Where the spurt begins, as a share of the last window before the finish."""
    wide: bool = False
    passing: float = 0.0
    """On a track: chance per lap that somebody is passed somewhere in it, else on the line."""
    fades: tuple[float, float] = (0.0, 0.0)
    """Share of the pace that fatigue has taken by the finish."""
    rolling_s: tuple[int, int] = (0, 0)
    """The runner is at pace for so many seconds before the start is pressed at the line."""


ANY_SHAPE: Final = tuple(Shape)


@dataclass(frozen=True, slots=True)
class PacingProfile:
    """How one race is run.

    ``pace`` is a factor on the mean pace, ``path`` the metres on the ground for each metre of the
    race; the kick is ``kick_m`` long.
    """

    pace: Along
    path: Along | None
    kick_m: float
    kick: float
    tired: Along | None = None
    """Share of the pace that fatigue has taken."""
    rolling_s: float = 0.0


def drawn(random: Random, style: Style, course: Course) -> PacingProfile:
    """Return one race's manner."""
    shape = _shape(random, random.choice(style.shapes), course.distance_m)
    levels = [random.uniform(-style.surge, style.surge) for _ in range(course.laps)]
    pace = _paced(shape, levels, course) if style.surge else shape
    path = _path(random, course) if style.wide else None
    kick_m = course.kick_m * random.uniform(*style.kick_from)
    if style.passing and course.lap_m is not None:
        path = _passing(random, course, course.lap_m, style.passing)
    tired = _tiring(random.uniform(*style.fades), course) if any(style.fades) else None
    rolling_s = random.randint(*style.rolling_s) if any(style.rolling_s) else 0
    return PacingProfile(pace, path, kick_m, style.kick, tired, rolling_s)


def even(kick_m: float) -> PacingProfile:
    """Return the plainest one: even pace on the measured line, and a spurt of up to 8 %."""
    return PacingProfile(lambda _done_m: 1.0, None, kick_m, 0.08)


def _shape(random: Random, shape: Shape, race_m: float) -> Along:
    """Return the factor over the metres that are done of ``race_m``."""
    slower = abs(random.gauss(0.034, 0.027))
    ends = random.uniform(0.0, 0.03)
    if shape is Shape.POSITIVE:
        return lambda done_m: 1.0 + slower * (1.0 - 2.0 * (done_m / race_m))
    if shape is Shape.NEGATIVE:
        return lambda done_m: 1.0 - ends * (1.0 - 2.0 * (done_m / race_m))
    if shape is Shape.U:
        return lambda done_m: 1.0 + 0.5 * ends * (12.0 * (done_m / race_m - 0.5) ** 2 - 1.0)
    return lambda _done_m: 1.0


def _paced(shape: Along, levels: list[float], course: Course) -> Along:
    """Return the shape with another pace on each lap."""
    lines_m = course.crossings_m

    def pace(done_m: float) -> float:
        lap = min(bisect_right(lines_m, done_m), len(lines_m) - 1)
        began_m = lines_m[lap - 1] if lap else 0.0
        into = min((done_m - began_m) / SURGE_OVER_M, 1.0)
        before = levels[max(lap - 1, 0)]
        return shape(done_m) + before + into * (levels[lap] - before)

    return pace


def _tiring(fades: float, course: Course) -> Along:
    """Return the share of the pace that is lost by place: nothing at first, then ever more."""

    def tired(done_m: float) -> float:
        share = min(done_m / course.distance_m, 1.0)
        return fades * max(share - TIRING_FROM, 0.0) / (1.0 - TIRING_FROM)

    return tired


def _passing(random: Random, course: Course, lap_m: float, chance: float) -> Along:
    """Return how much longer the way is by place: on the line but for stretches in lane 2."""
    stretches = []
    for line_m in course.crossings_m:
        if random.random() < chance:
            began_m = line_m - random.uniform(0.0, 1.0) * course.marker_m
            stretches.append((began_m, began_m + random.uniform(*PASSING_M)))
    radius_m = BEND_RADIUS_M * lap_m / 400.0
    bend_m = math.pi * radius_m
    longer = 1.0 + (LANE_WIDTH_M + WIDE_M[0]) / radius_m
    from_line_m = lap_m - course.first_crossing_m

    def path(done_m: float) -> float:
        in_bend = (done_m + from_line_m) % (0.5 * lap_m) < bend_m
        in_lane_2 = in_bend and any(began <= done_m < ended for began, ended in stretches)
        return longer if in_lane_2 else 1.0

    return path


def _path(random: Random, course: Course) -> Along:
    """Return how much longer the way on the ground is, by place.

    On a track it is so in the bends, on the road everywhere.
    """
    if course.lap_m is None:
        longer = 1.0 + random.uniform(*ROAD_LONGER)
        return lambda _done_m: longer
    lap_m = course.lap_m
    radius_m = BEND_RADIUS_M * lap_m / 400.0
    bend_m = math.pi * radius_m
    habit_m = random.uniform(*WIDE_M)
    from_line_m = lap_m - course.first_crossing_m  # the race begins so far behind the finish line
    bends = 2 * (course.laps + 1)
    widths_m = [
        min(max(random.gauss(habit_m, WIDE_VARIES_M), WIDE_M[0]), WIDE_M[1]) for _ in range(bends)
    ]
    widths_m = [
        LANE_WIDTH_M + WIDE_M[0] if random.random() < OVERTAKES else width_m for width_m in widths_m
    ]

    def path(done_m: float) -> float:
        # After each line, and after half a lap, comes a bend, then a straight.
        half, into_m = divmod(done_m + from_line_m, 0.5 * lap_m)
        return 1.0 + widths_m[min(int(half), bends - 1)] / radius_m if into_m < bend_m else 1.0

    return path
