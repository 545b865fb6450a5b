"""Where the runner was at any time of the race, by all that is known afterwards.

Between two places that are known (the gun, a line that was marked, the finish) the way is shaped as
the sensors measured it, and scaled so that it fits both.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import fsum
from statistics import median
from typing import Final

from kickcue.core.readings import FASTEST_MPS

Knot = tuple[float, float]
"""Seconds of the race, metres."""

MOST_SCALE: Final = 1.5
"""Where the sensors must be stretched or shortened by more than this they measured something else:
the way between the two known places is taken as straight. Uncalibrated pods are off by 10 %."""
BUNCH_S: Final = 2.0
"""What a link gives all at once after a silence comes within this time."""


class RaceCurve:
    """Distance over time, monotone, straight between its knots and level outside of them.

    ``anchors``: knots of places whose time is known.
    """

    def __init__(self, knots: Sequence[Knot], anchors: Iterable[Knot] = ()) -> None:
        self._known_s = {metres: t_s for t_s, metres in anchors}
        self._times = [t_s for t_s, _ in knots]
        self._metres = [metres for _, metres in knots]

    def level_until(self, to_s: float) -> "RaceCurve":
        """Return the curve with a level end where it does not go on until then."""
        if self.to_s >= to_s:
            return self
        knots = zip([*self._times, to_s], [*self._metres, self.to_m], strict=True)
        return RaceCurve(list(knots), [(t_s, m) for m, t_s in self._known_s.items()])

    @property
    def from_s(self) -> float:
        """When it begins."""
        return self._times[0]

    @property
    def to_s(self) -> float:
        """When it ends."""
        return self._times[-1]

    @property
    def to_m(self) -> float:
        """How far it goes."""
        return self._metres[-1]

    def at(self, race_s: float) -> float:
        """Return the metres run."""
        return _between(self._times, self._metres, bisect_right(self._times, race_s), race_s)

    def time_at(self, metres: float) -> float:
        """Return when the runner was there first; the ends of the race beyond its metres."""
        if metres in self._known_s:
            return self._known_s[metres]
        return _between(self._metres, self._times, bisect_left(self._metres, metres), metres)

    def mps(self, from_s: float, to_s: float) -> float | None:
        """Return the mean speed between two times inside the race; None where it has no length."""
        from_s, to_s = max(from_s, self.from_s), min(to_s, self.to_s)
        return (self.at(to_s) - self.at(from_s)) / (to_s - from_s) if to_s > from_s else None

    def straight_over(self, from_s: float, to_s: float) -> bool:
        """Tell whether no knot lies between two times: nobody knows how the way went there."""
        return bisect_right(self._times, from_s) >= bisect_left(self._times, to_s)


@dataclass(frozen=True, slots=True)
class Shape:
    """How the sensors saw the way go, in metres of their own.

    ``knots`` grow in time and never fall; ``leaps`` are by how much a total leapt at a time, which
    is no part of them: a pod that slipped, or a machine that slept while it was run.
    """

    knots: Sequence[Knot] = ()
    leaps: Sequence[Knot] = ()
    by_pod: bool = False
    """Whether a pod's own distance is what it is of."""
    curve: RaceCurve = field(init=False, repr=False, compare=False)
    """The way without the leaps; made once, for it is asked between any two anchors."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "curve", RaceCurve(self.knots))

    def __bool__(self) -> bool:
        return bool(self.knots)

    def leapt(self, from_s: float, to_s: float) -> float:
        """Return by how many metres it leapt between two times."""
        return fsum(metres for t_s, metres in self.leaps if from_s < t_s <= to_s)


def fitted(anchors: Sequence[Knot], shape: Shape) -> RaceCurve:
    """Return the curve through the ``anchors``, shaped between them as ``shape``.

    The anchors grow in time and metres, at least one.
    """
    knots = [anchors[0]]
    times = [t_s for t_s, _ in shape.knots]
    usual = usual_scale(anchors, shape)
    for before, after in pairwise(anchors):
        if shape and usual is not None:
            inner = shape.knots[bisect_right(times, before[0]) : bisect_left(times, after[0])]
            knots += _scaled(before, after, _sensed(before, after, inner, shape, usual))
        knots.append(after)
    return RaceCurve(knots, anchors)


def shape_of(points: Iterable[Knot]) -> Shape:
    """Return the way of a total, or of anything that grows with the way.

    A total may fall where a pod begins anew, and leap. Readings that came all at once, after a time
    of silence, are taken as the last of them. What is walked while the timer stands does not count.
    """
    way = _Way()
    for t_s, metres in points:
        way.add(t_s, metres)
    return Shape(way.knots, way.leaps)


class _Way:
    """The knots of a shape so far, and what the sensor's total was at each."""

    def __init__(self) -> None:
        self.knots: list[Knot] = []
        self.leaps: list[Knot] = []
        self._totals: list[float] = []

    def add(self, t_s: float, total_m: float) -> None:
        """Take in the next reading."""
        kept = len(self.knots)
        while kept and self._is_bunched(kept - 1, t_s, total_m):
            kept -= 1
        way_m = 0.0
        if kept and self._can_be_run(kept - 1, t_s, total_m):
            way_m = self.knots[kept - 1][1] + max(total_m - self._totals[kept - 1], 0.0)
            del self.knots[kept:], self._totals[kept:]
        elif self.knots:
            way_m = self.knots[-1][1]
            self.leaps.append((t_s, total_m - self._totals[-1]))
        if self.knots and self.knots[-1][0] >= t_s:
            self._totals[-1] = total_m
            return
        self.knots.append((t_s, way_m))
        self._totals.append(total_m)

    def _can_be_run(self, at: int, t_s: float, total_m: float) -> bool:
        """Tell whether somebody can have run from a knot to this reading."""
        return total_m - self._totals[at] <= FASTEST_MPS * (t_s - self.knots[at][0])

    def _is_bunched(self, at: int, t_s: float, total_m: float) -> bool:
        near = t_s - self.knots[at][0] <= BUNCH_S
        return near and not self._can_be_run(at, t_s, total_m)


def growing(anchors: Iterable[Knot]) -> list[Knot]:
    """Return the anchors that lie behind all before them in time and in metres."""
    found: list[Knot] = []
    for t_s, metres in anchors:
        if not found or (t_s > found[-1][0] and metres > found[-1][1]):
            found.append((t_s, metres))
    return found


def usual_scale(anchors: Sequence[Knot], shape: Shape) -> float | None:
    """Return true metres for each of the sensors', the median of the ways between anchors."""
    sensed = shape.curve if shape else None
    scales = [
        (to_m - from_m) / run_m
        for (from_s, from_m), (to_s, to_m) in pairwise(anchors)
        if sensed is not None and (run_m := sensed.at(to_s) - sensed.at(from_s)) > 0.0
    ]
    return median(scales) if scales else None


def leaps_were_run(before: Knot, after: Knot, shape: Shape, usual: float) -> bool:
    """Tell whether the way between two anchors is rather that of a shape with its leaps.

    ``usual`` is the shape's scale.
    """
    whole = shape.curve
    without_m = whole.at(after[0]) - whole.at(before[0])
    leapt_m = shape.leapt(before[0], after[0])
    wanted_m = (after[1] - before[1]) / usual
    return abs(without_m + leapt_m - wanted_m) < abs(without_m - wanted_m)


def _sensed(
    before: Knot, after: Knot, inner: Sequence[Knot], shape: Shape, usual: float
) -> list[Knot]:
    """Return the way as sensed between two anchors, both included, with its leaps if that fits."""
    whole = shape.curve
    way = [(before[0], whole.at(before[0])), *inner, (after[0], whole.at(after[0]))]
    if not leaps_were_run(before, after, shape, usual):
        return way
    return [(t_s, metres + shape.leapt(before[0], t_s)) for t_s, metres in way]


def _scaled(before: Knot, after: Knot, way: Sequence[Knot]) -> list[Knot]:
    """Return the knots between two anchors: the ``way`` moved and scaled to meet them."""
    (_, from_m), (_, to_m) = before, after
    run_m = way[-1][1] - way[0][1]
    if run_m * MOST_SCALE < to_m - from_m or run_m > (to_m - from_m) * MOST_SCALE:
        return []
    scale = (to_m - from_m) / run_m
    return [(t_s, min(max(from_m + scale * (m - way[0][1]), from_m), to_m)) for t_s, m in way[1:-1]]


def _between(xs: Sequence[float], ys: Sequence[float], after: int, x: float) -> float:
    """Return y at x, which lies before ``xs[after]``; level outside."""
    if after in (0, len(xs)):
        return ys[min(after, len(xs) - 1)]
    x0, x1, y0, y1 = xs[after - 1], xs[after], ys[after - 1], ys[after]
    return y0 if x1 <= x0 else y0 + (x - x0) / (x1 - x0) * (y1 - y0)
