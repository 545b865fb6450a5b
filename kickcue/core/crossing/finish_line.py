"""The finish line by positions: one that was set, or the one that the first lap shows.

A line that was set is guarded: a receiver that jumps back has the runner cross it twice.
"""

from collections import deque
from copy import deepcopy
from typing import Final

from kickcue.core.course import Course
from kickcue.core.crossing.finish_line_learning import LAP_TOLERANCE, FinishLineLearner
from kickcue.core.crossing.fix_path import FixPath, PathPoint
from kickcue.core.crossing.gate import (
    MAX_FIXES,
    Gate,
    LineGate,
    OutlierGate,
    Plane,
    PlanePoint,
)
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S

STANDING_S: Final = 10.0
"""A line is learned from the fixes this long before the gun on: where the runner stood."""
MAX_LATITUDE_DEG: Final = 89.0
"""Nearer to a pole a degree of longitude is no length."""
SHARED_SD_M: Final = 2.0
"""A receiver's error outlasts the seconds before the gun: their mean is no better than one fix, and
the whole line is off by it."""


class FinishLine:
    """Turns one runner's fixes into the moments of crossing the finish line."""

    def __init__(self, course: Course, gate: Gate | None = None) -> None:
        """Watch ``gate`` where it is set, else learn the line.

        On the road, where no line comes back, it does nothing.
        """
        self._course = course
        self._set = _SetLine(gate, course.lap_m) if gate is not None else None
        self._learner: FinishLineLearner | None = None
        self._standing: deque[Fix] = deque(maxlen=MAX_FIXES)

    def copy(self) -> "FinishLine":
        """Return an independent copy, to go on in another way."""
        copy = FinishLine(self._course)
        copy._set, copy._learner = deepcopy((self._set, self._learner))
        copy._standing = self._standing.copy()
        return copy

    def set_course(self, course: Course) -> None:
        """Set another course; only before the gun."""
        self._course = course

    def start(self, t_ns: int) -> None:
        """Handle the gun: the runner stands at the start."""
        if self._set is not None:
            self._set.start(t_ns)
        elif self._course.lap_m is not None:
            self._learner = FinishLineLearner(
                self._course.first_crossing_m, self._course.lap_m, t_ns
            )
            for fix in self._standing:
                self._learner.feed(fix)

    def feed(self, fix: Fix) -> int | None:
        """Handle a fix, in order of time.

        Return the ``t_ns`` of crossing the finish line if that is just over or a second ahead.
        """
        if not (abs(fix.lat_deg) <= MAX_LATITUDE_DEG and abs(fix.lon_deg) <= 180.0):
            return None  # no place on earth, or one where a degree of longitude is no length
        if self._set is not None:
            return self._set.feed(fix)
        if self._course.lap_m is None:
            return None
        self._standing.append(fix)
        while fix.t_ns - self._standing[0].t_ns >= STANDING_S * NS_PER_S:
            self._standing.popleft()
        return None if self._learner is None else self._learner.feed(fix)

    @property
    def gate(self) -> Gate | None:
        """The finish line as far as it is known."""
        if self._set is not None:
            return self._set.line.gate
        return self._learner.gate if self._learner is not None else None

    @property
    def laps_m(self) -> tuple[float, ...]:
        """Way along the positions of each lap that has closed; a line that is set measures none."""
        return () if self._learner is None else tuple(self._learner.laps_m)

    @property
    def shared_sd_m(self) -> float:
        """Standard deviation of the error that all crossings of a learned line share.

        A line that was set has none.
        """
        return SHARED_SD_M if self._set is None else 0.0


class _SetLine:
    """Detects crossings of a line that was set.

    One that is crossed again before a lap can have been run marks nothing.
    """

    def __init__(self, gate: Gate, lap_m: float | None) -> None:
        self.line = LineGate(gate)
        self._again_m = 0.0 if lap_m is None else (1.0 - LAP_TOLERANCE) * lap_m
        self._plane = Plane(gate.lat_deg, gate.lon_deg)
        self._outlier_gate = OutlierGate()
        self._path = FixPath()
        self._last_mark: PathPoint | None = None

    def start(self, t_ns: int) -> None:
        """Handle the gun: the first line may be nearer than a lap."""
        self.line.rest(t_ns)
        self._last_mark = None

    def feed(self, fix: Fix) -> int | None:
        point = PlanePoint(fix.t_ns, *self._plane.east_north(fix.lat_deg, fix.lon_deg))
        self._path.extend(point, self._outlier_gate.classify(point, fix.accuracy_m))
        crossed_ns = self.line.feed(fix)
        if crossed_ns is None:
            return None
        here = self._path.path_point(crossed_ns)
        since = None if self._last_mark is None else here.since(self._last_mark)
        if since is not None and since.known and since.path_m + since.slack_m < self._again_m:
            return None
        self._last_mark = here
        return crossed_ns
