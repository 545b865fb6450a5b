"""How far a runner has come along the positions: a path of chords, bridged where they break off.

Receivers freeze, fall silent and jump. There the path is bridged at the pace before: that tells
whole laps from parts of them. It does not tell places: a lap with a bridge teaches nothing.
"""

import math
from collections import deque
from typing import Final, NamedTuple

from kickcue.core.crossing.gate import FixVerdict, PlanePoint
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.units import NS_PER_S

CHORD_M: Final = 15.0
"""The path is measured in steps of this: noise of 2 m makes it 1 % longer, a bend 1 % shorter.
Standing adds nothing."""
PACE_WINDOW_S: Final = 30.0
"""A bridge goes at the mean speed of so long before it..."""
MIN_PACE_WINDOW_S: Final = 8.0
"""...of this at least: over less, noise of 2 m makes 10 % of the speed."""
BRIDGE_SD: Final = 0.1
"""How far off that may be [judgement, as for a pod that is silent]."""
MAX_PATH_FIXES: Final = 4096
"""Ten fixes a second over more than one lap and a half: what lies farther back is of no use."""


class PathPoint(NamedTuple):
    """A point of the path, or the stretch between two: metres, how many of them bridged."""

    path_m: float
    bridged_m: float = 0.0
    unknown: int = 0
    """Bridges of unknown length: the pace was unknown."""

    def since(self, before: "PathPoint") -> "PathPoint":
        """Return the stretch from ``before`` to here."""
        return PathPoint(
            self.path_m - before.path_m,
            self.bridged_m - before.bridged_m,
            self.unknown - before.unknown,
        )

    def back_to(self, path_m: float) -> "PathPoint":
        """Return a point before this one, with no bridge between them."""
        return self._replace(path_m=path_m)

    @property
    def known(self) -> bool:
        """Whether every bridge of the stretch has a length."""
        return not self.unknown

    @property
    def whole(self) -> bool:
        """Whether the stretch has no bridge."""
        return self.known and not self.bridged_m

    @property
    def slack_m(self) -> float:
        """One standard deviation of what is bridged."""
        return BRIDGE_SD * self.bridged_m


class FixPath:
    """Metres run along the positions, in chords long enough for noise not to count."""

    def __init__(self) -> None:
        self.start: PlanePoint | None = None
        self.points: deque[PlanePoint] = deque(maxlen=MAX_PATH_FIXES)
        self.run_m: deque[float] = deque(maxlen=MAX_PATH_FIXES)
        """Path at each point."""
        self._corner: PlanePoint | None = None
        self._corner_m = 0.0
        self._bridged_m = 0.0
        self._unknown = 0

    def extend(self, point: PlanePoint, verdict: FixVerdict) -> None:
        """Extend the path by the next point, unless it is an outlier or a repeated one."""
        if verdict is FixVerdict.FOLLOWS or (
            verdict is FixVerdict.AFTER_GAP and self._corner is None
        ):
            self._go(point)
        elif verdict is FixVerdict.AFTER_GAP:
            self._bridge(point)

    def path_point(self, t_ns: int) -> PathPoint:
        """Return the path at ``t_ns``, between the last two points."""
        if len(self.points) < 2:
            return PathPoint(self._corner_m, self._bridged_m, self._unknown)
        before, here = self.points[-2], self.points[-1]
        share = (t_ns - before.t_ns) / (here.t_ns - before.t_ns)
        path_m = self.run_m[-2] + share * (self.run_m[-1] - self.run_m[-2])
        return PathPoint(path_m, self._bridged_m, self._unknown)

    def _go(self, point: PlanePoint) -> None:
        if self._corner is None:
            self.start = self._corner = point
        chord_m = math.dist(self._corner[1:], point[1:])
        self.points.append(point)
        self.run_m.append(self._corner_m + chord_m)
        if chord_m >= CHORD_M:
            self._corner, self._corner_m = point, self._corner_m + chord_m

    def _bridge(self, point: PlanePoint) -> None:
        """Bridge at the pace before where it is not known how the runner came to ``point``.

        From the last corner on, for a receiver may have stood still before it jumped.
        """
        assert self._corner is not None
        seconds = (point.t_ns - self._corner.t_ns) / NS_PER_S
        chord_m, pace_mps = (
            math.dist(self._corner[1:], point[1:]),
            self._pace_mps(self._corner.t_ns),
        )
        at_most_m, at_pace_m = FASTEST_MPS * seconds, (pace_mps or 0.0) * seconds
        if pace_mps is None:
            self._unknown += 1
            run_m = min(chord_m, at_most_m)
        else:  # a jump is not run
            run_m = at_pace_m if chord_m > at_most_m else max(chord_m, at_pace_m)
        self._bridged_m += run_m
        self._corner, self._corner_m = point, self._corner_m + run_m
        self.points.append(point)
        self.run_m.append(self._corner_m)

    def _pace_mps(self, until_ns: int) -> float | None:
        """Return the mean speed of the last half minute before.

        None where too little was seen of it.
        """
        last: tuple[int, float] | None = None
        pace_mps = None
        for point, run_m in zip(reversed(self.points), reversed(self.run_m), strict=True):
            if point.t_ns > until_ns:
                continue
            last = last or (point.t_ns, run_m)
            seconds = (last[0] - point.t_ns) / NS_PER_S
            if seconds >= MIN_PACE_WINDOW_S:
                pace_mps = (last[1] - run_m) / seconds
            if seconds >= PACE_WINDOW_S:
                break
        return pace_mps
