"""Where the runner was at any time of the race, by all that is known afterwards.

Between two places that are known (the gun, a line that was marked, the finish) the way is shaped as
the sensors measured it, and scaled so that it fits both.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Final

from kickcue.core.readings import FASTEST_MPS

Knot = tuple[float, float]
"""Seconds of the race, metres."""

MOST_SCALE: Final = 1.5
"""Where the sensors must be stretched or shortened by more than this they measured something else:
the way between the two known places is taken as straight. Uncalibrated pods are off by 10 %."""


class RaceCurve:
    """Distance over time, monotone, straight between its knots and level outside of them."""

    def __init__(self, knots: Sequence[Knot]) -> None:
        self._times = [t_s for t_s, _ in knots]
        self._metres = [metres for _, metres in knots]

    @property
    def knots(self) -> list[Knot]:
        """What it runs through."""
        return list(zip(self._times, self._metres, strict=True))

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
        return _between(self._metres, self._times, bisect_left(self._metres, metres), metres)

    def mps(self, from_s: float, to_s: float) -> float | None:
        """Return the mean speed between two times inside the race; None where it has no length."""
        from_s, to_s = max(from_s, self.from_s), min(to_s, self.to_s)
        return (self.at(to_s) - self.at(from_s)) / (to_s - from_s) if to_s > from_s else None

    def straight_over(self, from_s: float, to_s: float) -> bool:
        """Tell whether no knot lies between two times: nobody knows how the way went there."""
        return bisect_right(self._times, from_s) >= bisect_left(self._times, to_s)


def fitted(anchors: Sequence[Knot], shape: Sequence[Knot]) -> RaceCurve:
    """Return the curve through the ``anchors``, shaped between them as ``shape``.

    The anchors grow in time and metres, at least one; ``shape`` grows in time and never falls.
    """
    sensed = RaceCurve(shape) if shape else None
    times = [t_s for t_s, _ in shape]
    knots = [anchors[0]]
    for before, after in pairwise(anchors):
        if sensed is not None:
            inner = shape[bisect_right(times, before[0]) : bisect_left(times, after[0])]
            knots += _scaled(before, after, inner, (sensed.at(before[0]), sensed.at(after[0])))
        knots.append(after)
    return RaceCurve(knots)


def grown(points: Iterable[Knot]) -> list[Knot]:
    """Return the points with no step back and none faster than anybody runs.

    What is walked while the timer stands does not count.
    """
    found: list[Knot] = []
    way_m, before_m = 0.0, 0.0
    for t_s, metres in points:
        if found:
            most_m = FASTEST_MPS * (t_s - found[-1][0])
            way_m += min(max(metres - before_m, 0.0), most_m)
        before_m = metres
        if found and t_s <= found[-1][0]:
            continue
        found.append((t_s, way_m))
    return found


def growing(anchors: Iterable[Knot]) -> list[Knot]:
    """Return the anchors that lie behind all before them in time and in metres."""
    found: list[Knot] = []
    for t_s, metres in anchors:
        if not found or (t_s > found[-1][0] and metres > found[-1][1]):
            found.append((t_s, metres))
    return found


def _scaled(
    before: Knot, after: Knot, inner: Sequence[Knot], sensed: tuple[float, float]
) -> list[Knot]:
    """Return the knots between two anchors: ``inner`` moved and scaled to meet them."""
    (_, from_m), (_, to_m) = before, after
    run_m = sensed[1] - sensed[0]
    if run_m * MOST_SCALE < to_m - from_m or run_m > (to_m - from_m) * MOST_SCALE:
        return []
    scale = (to_m - from_m) / run_m
    return [(t_s, min(max(from_m + scale * (m - sensed[0]), from_m), to_m)) for t_s, m in inner]


def _between(xs: Sequence[float], ys: Sequence[float], after: int, x: float) -> float:
    """Return y at x, which lies before ``xs[after]``; level outside."""
    if after in (0, len(xs)):
        return ys[min(after, len(xs) - 1)]
    x0, x1, y0, y1 = xs[after - 1], xs[after], ys[after - 1], ys[after]
    return y0 if x1 <= x0 else y0 + (x - x0) / (x1 - x0) * (y1 - y0)
