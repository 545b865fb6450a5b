"""Races or runs over each other by distance, and where the time was won and lost.

All is measured against the first one: ``lost_s`` and ``behind_s`` are positive where another was
slower than it, negative where it was faster.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Final

from kickcue.analysis.review.model import Pacing, Review, ReviewKind, TimedBy
from kickcue.analysis.review.race_curve import RaceCurve, Shape, fitted, growing
from kickcue.core.errors import DataError

SAME_LENGTH_M: Final = 1.0
"""Races that differ by less are of one length."""
SAME_LINE_M: Final = 0.5
LEAST_M: Final = 100.0
"""Of less than this there is nothing to compare."""
KILOMETRE_M: Final = 1000.0
SHORT_M: Final = 200.0
"""Runs shorter than three kilometres are cut into pieces of this length."""
LEAST_SHARE: Final = 0.1
"""Less than this share of a piece goes with the one before it."""
MOST_ROWS: Final = 500
"""Of the curves: more than a screen is wide helps nobody."""
FINEST_M: Final = 10.0
PACE_OVER_M: Final = 50.0
PACE_OVER_SHARE: Final = 0.01
"""A speed is the mean over this share of the way, and over at least so many metres: sensors tell
metres and whole seconds."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of those that are compared."""

    file: str
    title: str
    kind: ReviewKind
    utc: str | None
    seconds: float
    stopped_s: float
    distance_m: float
    common_s: float
    """For the part that all have."""
    pacing: Pacing | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one line to the next, a value for each side.

    ``timed``: both its ends were lines at which that side was timed, not estimated.
    """

    from_m: float
    to_m: float
    seconds: tuple[float, ...]
    lost_s: tuple[float, ...]
    timed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Curves:
    """A row a place, a column a side; ``behind_s`` is the time behind the first there."""

    at_m: tuple[float, ...]
    behind_s: tuple[tuple[float, ...], ...]
    mps: tuple[tuple[float | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two or more over ``common_m``, the length that all of them have.

    ``by_lap``: the stretches are the laps of the first; else pieces of ``piece_m``, the last one
    what is left over. ``one_length``: they were all as long as that.
    """

    sides: tuple[Side, ...]
    common_m: float
    one_length: bool
    by_lap: bool
    piece_m: float
    stretches: tuple[Stretch, ...]
    curves: Curves


def compare(reviews: Sequence[Review]) -> Comparison:
    """Return how they stand against the first; at least two.

    DataError where one has no distances, or too little is common to all.
    """
    curves = [_curve(review) for review in reviews]
    lengths = [curve.to_m for curve in curves]
    common_m = min(lengths)
    if common_m < LEAST_M:
        short = reviews[lengths.index(common_m)]
        raise DataError(
            f"{short.file}: expected at least {LEAST_M:g} m to compare, got {common_m:.0f} m"
        )
    by_lap, piece_m, lines_m = _lines_m(reviews[0], common_m)
    return Comparison(
        sides=tuple(
            _side(review, curve, common_m) for review, curve in zip(reviews, curves, strict=True)
        ),
        common_m=common_m,
        one_length=max(lengths) - common_m < SAME_LENGTH_M,
        by_lap=by_lap,
        piece_m=piece_m,
        stretches=tuple(_stretches(reviews, curves, lines_m)),
        curves=_curves(curves, common_m),
    )


def _curve(review: Review) -> RaceCurve:
    """Return the way of one, through the lines at which it was timed."""
    anchors = [(lap.race_s, lap.from_m) for lap in review.laps[:1]]
    anchors += [(lap.race_s + lap.seconds, lap.to_m) for lap in review.laps]
    series = review.series
    way = growing(
        (race_s, metres)
        for race_s, metres in zip(series.race_s, series.distance_m, strict=True)
        if metres is not None
    )
    if not anchors and not way:
        raise DataError(f"{review.file}: no distances to compare: neither laps nor a foot pod")
    return fitted(growing(anchors), Shape(way)) if anchors else RaceCurve(way)


def _side(review: Review, curve: RaceCurve, common_m: float) -> Side:
    return Side(
        file=review.file,
        title=review.title,
        kind=review.kind,
        utc=review.utc,
        seconds=review.seconds,
        stopped_s=review.stopped_s,
        distance_m=curve.to_m,
        common_s=curve.time_at(common_m) - curve.from_s,
        pacing=review.pacing,
    )


# ---- stretches


def _lines_m(first: Review, common_m: float) -> tuple[bool, float, list[float]]:
    """Return whether the lines are those of laps, how far apart, and where; the first is at 0."""
    lap_m = None if first.course is None else first.course.lap_m
    if lap_m is not None and first.laps:
        by_lap, piece_m = True, lap_m
        lines_m = [first.laps[0].from_m, *(lap.to_m for lap in first.laps)]
    else:
        by_lap, piece_m = False, KILOMETRE_M if common_m >= 3 * KILOMETRE_M else SHORT_M
        # What is left over at the end, a few metres of a receiver, makes no piece of its own.
        whole = max(ceil(common_m / piece_m - LEAST_SHARE), 1)
        lines_m = [piece_m * number for number in range(whole)]
    inside = [line_m for line_m in lines_m if line_m < common_m - SAME_LENGTH_M]
    return by_lap, piece_m, [*inside, common_m]


def _stretches(
    reviews: Sequence[Review], curves: Sequence[RaceCurve], lines_m: Sequence[float]
) -> Iterator[Stretch]:
    timed_m = [_timed_m(review) for review in reviews]
    for from_m, to_m in pairwise(lines_m):
        seconds = tuple(curve.time_at(to_m) - curve.time_at(from_m) for curve in curves)
        yield Stretch(
            from_m=from_m,
            to_m=to_m,
            seconds=seconds,
            lost_s=tuple(each - seconds[0] for each in seconds),
            timed=tuple(_is_among(lines, from_m) and _is_among(lines, to_m) for lines in timed_m),
        )


def _timed_m(review: Review) -> list[float]:
    starts = [lap.from_m for lap in review.laps[:1]]
    return starts + [lap.to_m for lap in review.laps if lap.timed_by is not TimedBy.ESTIMATE]


def _is_among(lines_m: Sequence[float], at_m: float) -> bool:
    return any(abs(line_m - at_m) < SAME_LINE_M for line_m in lines_m)


# ---- curves


def _curves(curves: Sequence[RaceCurve], common_m: float) -> Curves:
    step_m = FINEST_M * ceil(common_m / FINEST_M / MOST_ROWS)
    at_m = (*(step_m * row for row in range(ceil(common_m / step_m))), common_m)
    times = [[curve.time_at(metres) for metres in at_m] for curve in curves]
    starts = [each[0] for each in times]
    return Curves(
        at_m=at_m,
        behind_s=tuple(
            tuple(
                (t_s - start_s) - (now[0] - starts[0])
                for t_s, start_s in zip(now, starts, strict=True)
            )
            for now in zip(*times, strict=True)
        ),
        mps=tuple(tuple(_mps(curve, metres, common_m) for curve in curves) for metres in at_m),
    )


def _mps(curve: RaceCurve, at_m: float, common_m: float) -> float | None:
    # As long at the ends as anywhere: a press that is half a second late is much of a short one.
    window_m = min(max(PACE_OVER_M, PACE_OVER_SHARE * common_m), common_m)
    from_m = min(max(at_m - window_m / 2.0, 0.0), common_m - window_m)
    seconds = curve.time_at(from_m + window_m) - curve.time_at(from_m)
    return window_m / seconds if seconds > 0.0 else None
