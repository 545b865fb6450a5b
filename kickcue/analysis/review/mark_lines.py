"""Which line each mark of a race is of, by all of them together.

The engine decides when a mark comes; the marks after it, and the finish, may tell that it was of
another line, or of none. Of all ways to deal the lines to the marks the likeliest is taken: the way
between two of them, as the sensors measured it (or the clock), should be that between their lines.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from kickcue.analysis.review.model import Ending, TimedBy
from kickcue.analysis.review.race_curve import RaceCurve, Shape
from kickcue.analysis.review.race_end import RaceEnd
from kickcue.analysis.review.race_marks import RaceMark
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.course import Course

MEASURED_SHARE: Final = 0.03
"""A pod's metres from mark to mark are so well known, one standard deviation..."""
CLOCK_SHARE: Final = 0.06
"""...and what the time alone tells, of a runner whose pace is not even [judgement]."""
MARKED_M: Final = 5.0
"""And so well a mark its place."""
STRAY_COST: Final = 4.5
"""A press of no line comes once in a hundred [judgement]..."""
DOUBLE_COST: Final = 1.0
DOUBLE_S: Final = 6.0
"""...but often so soon after another."""
MISSED_COST: Final = 1.6
"""One line in five has no mark; the first ones often have none, and that counts once."""
DISSENT_COST: Final = 1.0
"""The engine knew more than this table: to differ takes evidence."""
FAULT_COST: Final = 3.0
"""Once in twenty laps the sensors are at fault, and the clock alone tells [judgement]."""
LEAP_COST: Final = 1.0
"""A total that leapt was wrong to do so more often than it made up for what was not heard."""
WORST_COST: Final = 6.0
"""Nothing is less likely from mark to mark: a start is pressed late, a pod slips."""
NEAR_MARKERS: Final = 1.6
NEAR_SHARE: Final = 0.15
"""Lines farther than this from where the mark should be are not looked at."""
MOST_SKIPPED: Final = 6
SAME_SCALE: Final = 0.01


def with_lines(
    marks: Sequence[RaceMark], course: Course, end: RaceEnd, time: RaceTime, shape: Shape
) -> list[RaceMark]:
    """Return the marks with the line of each by all of them together.

    ``shape`` is the way as the sensors saw it, empty where they did not. What comes after the end
    is of no line.
    """
    sensed = RaceCurve(shape.knots) if shape else None

    def told(t_ns: int, line_m: float | None) -> Told:
        race_s = time.at(t_ns)
        way = race_s if sensed is None else sensed.at(race_s) - start_m
        return Told(race_s, way, shape.leapt(0.0, race_s), line_m)

    start_m = 0.0 if sensed is None else sensed.at(0.0)
    timed = end.ending is Ending.FINISHED and end.by is not TimedBy.ESTIMATE
    finish = told(end.t_ns, course.distance_m) if timed else None
    inner = [mark for mark in marks if mark.t_ns < end.t_ns]
    heard = [told(mark.t_ns, mark.line_m) for mark in inner]
    dealer = Dealer(
        course.crossings_m[:-1] if timed else course.crossings_m,
        course.marker_m,
        MEASURED_SHARE if shape else CLOCK_SHARE,
        _usual_mps([*heard, *([finish] if finish else [])]) if shape else None,
    )
    lines = _elsewhere(heard, course) or dealer.lines(heard, finish)
    after = [
        mark if mark.t_ns == end.t_ns else replace(mark, line_m=None)
        for mark in marks[len(inner) :]
    ]
    return [
        *(replace(mark, line_m=line_m) for mark, line_m in zip(inner, lines, strict=True)),
        *after,
    ]


class Told(NamedTuple):
    """A mark: when, how far the sensors had come by then, and the engine's line, None: none.

    ``leapt``: by how much their total had leapt by then, besides.
    """

    race_s: float
    way: float
    leapt: float
    line_m: float | None


GUN: Final = Told(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class _Dealt:
    """The likeliest way to deal lines to the marks up to one of them.

    ``before`` is the way to the mark with a line before it; the ``skipped`` between have none.
    """

    cost: float
    line_m: float | None = None
    skipped: int = 0
    before: "_Dealt | None" = None

    def lines(self) -> list[float | None]:
        """Return the lines of all marks so far."""
        found: list[float | None] = []
        dealt: _Dealt | None = self
        while dealt is not None and dealt.before is not None:
            found += [dealt.line_m, *[None] * dealt.skipped]
            dealt = dealt.before
        return found[::-1]


_End = tuple[Told, _Dealt]
"""The mark where a way ends, with its line, and the way."""


@dataclass(frozen=True, slots=True)
class Dealer:
    """What is known before the marks: the lines, and how the way was measured.

    ``share``: one standard deviation of the way between two marks, relative. ``mps`` is the usual
    pace, None where nothing else than the clock measured the way.
    """

    lines_m: Sequence[float]
    marker_m: float
    share: float
    mps: float | None

    def lines(self, marks: Sequence[Told], finish: Told | None) -> tuple[float | None, ...]:
        """Return the line of each mark; ``finish`` is that of the finish where it is certain."""
        cost, lines = math.inf, [mark.line_m for mark in marks]
        for scale in self._scales(marks, finish):
            dealt = self._dealt(marks, finish, scale)
            if dealt is not None and dealt.cost < cost:
                cost, found = dealt.cost, dealt.lines()
                lines = (found + [None] * len(marks))[: len(marks)]
        return tuple(lines)

    def _scales(self, marks: Sequence[Told], finish: Told | None) -> Iterator[float]:
        """Yield true metres for each of the sensors', as pairs of marks have it."""
        known = [mark for mark in (*marks, *([finish] if finish else [])) if mark.line_m]
        pairs = [*pairwise(known), *((GUN, mark) for mark in known[-1:])]
        seen: list[float] = []
        for a, b in pairs:
            run, way = (b.line_m or 0.0) - (a.line_m or 0.0), b.way - a.way
            if (
                run > 0.0
                and way > 0.0
                and all(abs(run / way / scale - 1.0) > SAME_SCALE for scale in seen)
            ):
                seen.append(run / way)
        yield from seen

    def _dealt(self, marks: Sequence[Told], finish: Told | None, scale: float) -> _Dealt | None:
        """Return the likeliest way at one scale, None where there is none."""
        ends: list[list[_End]] = [[(GUN, _Dealt(0.0))]]
        for at, mark in enumerate(marks):
            ends.append([])
            for line_m in self._candidates(mark, scale):
                found = mark._replace(line_m=line_m)
                dealt = self._best(ends, marks, at, found, scale)
                if dealt is not None:
                    differs = DISSENT_COST if line_m != mark.line_m else 0.0
                    ends[-1].append((found, replace(dealt, cost=dealt.cost + differs)))
        if finish is not None:
            return self._best([*ends, []], marks, len(marks), finish, scale)
        ways = (
            replace(dealt, cost=dealt.cost + _strays(marks[at:], last.race_s))
            for at, beside in enumerate(ends)
            if len(marks) - at <= MOST_SKIPPED
            for last, dealt in beside
        )
        return min(ways, key=lambda dealt: dealt.cost, default=None)

    def _candidates(self, mark: Told, scale: float) -> list[float]:
        here_m = scale * mark.way
        near_m = max(NEAR_MARKERS * self.marker_m, NEAR_SHARE * here_m)
        found = {line_m for line_m in self.lines_m if abs(line_m - here_m) <= near_m}
        if mark.line_m is not None:
            found.add(mark.line_m)
        return sorted(found)

    def _best(
        self,
        ends: Sequence[Sequence[_End]],
        marks: Sequence[Told],
        at: int,
        mark: Told,
        scale: float,
    ) -> _Dealt | None:
        """Return the likeliest way to come to a mark of a line; None: there is none.

        ``ends`` are the ways to the gun and to each of the marks before. The nearest are tried
        first, for they are the likeliest; of two alike the earlier one is taken.
        """
        cost, best, unlined = math.inf, None, 0
        for since in range(at, max(at - MOST_SKIPPED, 0) - 1, -1):
            skipped = marks[since:at]
            for before, dealt in reversed(ends[since]):
                if (before.line_m or 0.0) >= (mark.line_m or 0.0) or dealt.cost > cost:
                    continue
                so_far = dealt.cost + (_strays(skipped, before.race_s) if skipped else 0.0)
                if so_far > cost:  # a step costs something, or nothing
                    continue
                whole = so_far + self._step(before, mark, scale)
                if whole <= cost:
                    cost, best, unlined = whole, dealt, len(skipped)
        return None if best is None else _Dealt(cost, mark.line_m, unlined, best)

    def _step(self, before: Told, mark: Told, scale: float) -> float:
        """Return how unlikely one mark after another is, the lines between them without any."""
        from_m, to_m = before.line_m or 0.0, mark.line_m or 0.0
        missed = bisect_left(self.lines_m, to_m) - bisect_right(self.lines_m, from_m)
        run_m, way, leapt = to_m - from_m, mark.way - before.way, mark.leapt - before.leapt
        cost = min(WORST_COST, _off(run_m, scale * way, self.share))
        if leapt:
            cost = min(cost, LEAP_COST + _off(run_m, scale * (way + leapt), self.share))
        if self.mps is not None and cost > FAULT_COST:
            by_clock_m = self.mps * (mark.race_s - before.race_s)
            cost = min(cost, FAULT_COST + _off(run_m, by_clock_m, CLOCK_SHARE))
        return cost + MISSED_COST * (min(missed, 1) if from_m == 0.0 else missed)


def _off(run_m: float, sensed_m: float, share: float) -> float:
    """Return how unlikely the sensors are to have measured so much of a way between two lines."""
    sd_m = math.hypot(share * run_m, MARKED_M)
    return 0.5 * ((run_m - sensed_m) / sd_m) ** 2 + math.log(sd_m / MARKED_M)


def _usual_mps(marks: Sequence[Told]) -> float | None:
    """Return the median pace from mark to mark, by the engine's lines."""
    known = [(mark.race_s, mark.line_m) for mark in marks if mark.line_m is not None]
    paces = [
        (to_m - from_m) / (to_s - from_s)
        for (from_s, from_m), (to_s, to_m) in pairwise(known)
        if to_s > from_s and to_m > from_m
    ]
    return median(paces) if paces else None


def _elsewhere(marks: Sequence[Told], course: Course) -> tuple[float | None, ...] | None:
    """Return the places by the engine where most marks are of another place than the lines.

    Somebody marked at the start line, say, in each lap; a mark that was first taken for one of a
    line was none. None where most are of lines.
    """
    places = [mark.line_m for mark in marks if mark.line_m is not None]
    other = [place_m for place_m in places if place_m not in course.crossings_m]
    if 2 * len(other) <= len(places):
        return None
    return tuple(mark.line_m if mark.line_m in other else None for mark in marks)


def _strays(marks: Sequence[Told], before_s: float) -> float:
    """Return how unlikely marks of no line are."""
    cost = 0.0
    for mark in marks:
        cost += DOUBLE_COST if mark.race_s - before_s <= DOUBLE_S else STRAY_COST
        cost += 0.0 if mark.line_m is None else DISSENT_COST
        before_s = mark.race_s
    return cost
