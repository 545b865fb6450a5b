"""Marks from positions: at a line that was set, or at the one that the first lap shows.

Nobody has to survey the track. The runner stands at the start when the gun goes, and a lap later
comes by there again; how far the finish line lies from the start along the track follows from the
event. So:

1. The start is where the fixes of the last seconds before the gun were, its heading that of the
   first metres run.
2. When the runner crosses the start again after a lap (12 % more or less, measured along the
   positions), the lap has closed.
3. Where the start is the finish line, that crossing is the mark. Elsewhere the finish line lies a
   share of the closed lap past the start, which the event gives (5000 m: half of it), at the place
   and with the heading the runner had there. Each further lap shows it again; the mean is used.

A line emits marks only as long as it agrees with itself: each crossing must come whole laps after
the one before, within 12 % of a lap. A run that never closes a lap (a road, a park) never learns a
line and never marks one. No pod is used, so the marks are independent evidence.

Receivers freeze, fall silent and jump. There the way is bridged at the pace before: that tells
whole laps from parts of them. It does not tell places: a lap with a bridge teaches nothing. A line
that was set is guarded likewise, for a receiver that jumps back has the runner cross it twice.
"""

import math
from collections import deque
from copy import deepcopy
from statistics import fmean
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.crossing.gate import (
    MAX_FIXES,
    MIN_FIXES,
    FixVerdict,
    Gate,
    LineGate,
    OutlierGate,
    Plane,
    PlanePoint,
    fitted,
)
from kickcue.core.events import Fix
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.units import NS_PER_S

STANDING_S: Final = 10.0
"""The start is the mean of the fixes this long before the gun..."""
GUN_SLACK_S: Final = 0.5
"""...or at it: in half a second from standing nobody gets a metre far."""
STANDING_SPREAD_M: Final = 10.0
"""...as far as they lie this near to the last of them: before, the runner was still walking up."""
HEADING_M: Final = 20.0
"""Way from the start that gives its heading: 2 m of noise are 6 degrees, the sharpest bend of 36.5
m another 16."""
CHORD_M: Final = 15.0
"""The way is measured in steps of this: noise of 2 m makes it 1 % longer, a bend 1 % shorter.
Standing adds nothing."""
LAP_TOLERANCE: Final = 0.12
"""Share of a lap by which the way between crossings may differ from whole laps."""
SAME_RECEIVER_TOLERANCE: Final = 0.05
"""Laps of one receiver are alike to this share: noise of 2 m makes 5 m of a lap."""
FIT_HALF_LENGTH_M: Final = 22.0
"""The finish line's place and heading are fitted to the positions this far before and behind it."""
SAME_LINE_M: Final = 1.0
"""Start and finish line nearer than this are one."""
RECENT_FIXES: Final = 12
"""A line that is moved is fed these again, to know how the runner came here."""
MAX_LAPS: Final = 256
"""So many laps are 100 km on a track."""
PACE_WINDOW_S: Final = 30.0
"""A bridge goes at the mean speed of so long before it..."""
MIN_PACE_WINDOW_S: Final = 8.0
"""...of this at least: over less, noise of 2 m makes 10 % of the speed."""
BRIDGE_SD: Final = 0.1
"""How far off that may be [judgement, as for a pod that is silent]."""
MAX_WAY_FIXES: Final = 4096
"""Ten fixes a second over more than one lap and a half: what lies farther back is of no use."""
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
        self._learner: _LineLearner | None = None
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
            self._learner = _LineLearner(self._course.first_crossing_m, self._course.lap_m, t_ns)
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
        self._way = _Way()
        self._last_mark: _WayPoint | None = None

    def start(self, t_ns: int) -> None:
        """Handle the gun: the first line may be nearer than a lap."""
        self.line.rest(t_ns)
        self._last_mark = None

    def feed(self, fix: Fix) -> int | None:
        point = PlanePoint(fix.t_ns, *self._plane.east_north(fix.lat_deg, fix.lon_deg))
        self._way.extend(point, self._outlier_gate.classify(point, fix.accuracy_m))
        crossed_ns = self.line.feed(fix)
        if crossed_ns is None:
            return None
        here = self._way.way_point(crossed_ns)
        since = None if self._last_mark is None else here.since(self._last_mark)
        if since is not None and since.known and since.way_m + since.slack_m < self._again_m:
            return None
        self._last_mark = here
        return crossed_ns


class _LineLearner:
    """Learns where the finish line is, then detects its crossings; see the top of the file."""

    def __init__(self, first_m: float, lap_m: float, gun_ns: int) -> None:
        self._share = 0.0 if lap_m - first_m < SAME_LINE_M else first_m / lap_m
        self._lap_m = lap_m
        self._gun_ns = gun_ns
        self._outlier_gate = OutlierGate()
        self._plane: Plane | None = None
        self._standing: deque[PlanePoint] = deque(maxlen=MAX_FIXES)
        self._start: LineGate | None = None
        self._finish: LineGate | None = None
        self._way = _Way()
        self._lap_end = _WayPoint(0.0)
        """Way at the gun, or when the start was last crossed."""
        self._last_mark = _WayPoint(0.0)
        """The same for a finish line that lies elsewhere."""
        self._found: deque[tuple[float, float, float, float]] = deque(maxlen=MAX_LAPS)
        """Place (east, north) and heading (east, north) of the finish line as each closed lap shows
        it."""
        self._recent: deque[Fix] = deque(maxlen=RECENT_FIXES)
        self.laps_m: deque[float] = deque(maxlen=MAX_LAPS)

    @property
    def gate(self) -> Gate | None:
        line = self._finish if self._share else self._start
        return None if line is None else line.gate

    def feed(self, fix: Fix) -> int | None:
        if self._plane is None:
            self._plane = Plane(fix.lat_deg, fix.lon_deg)
        point = PlanePoint(fix.t_ns, *self._plane.east_north(fix.lat_deg, fix.lon_deg))
        verdict = self._outlier_gate.classify(point, fix.accuracy_m)
        if verdict is FixVerdict.BAD:
            return None
        if point.t_ns <= self._gun_ns + GUN_SLACK_S * NS_PER_S:
            self._standing.append(point)
            return None
        if self._standing and verdict is not FixVerdict.REPEATED:
            # Else nobody knows where the gun was, or the runner is.
            return self._run(point, verdict, fix)
        return None

    def _run(self, point: PlanePoint, verdict: FixVerdict, fix: Fix) -> int | None:
        if self._way.start is None:
            self._way.extend(self._start_place(), FixVerdict.AFTER_GAP)
        self._way.extend(point, verdict)
        if self._start is None:
            self._learn_heading(point)
            return None
        self._recent.append(fix)
        marked_ns = None if self._finish is None else self._crossed(self._finish, fix)
        closed_ns = self._close(self._start, fix)
        return marked_ns if self._share else closed_ns

    def _close(self, start: LineGate, fix: Fix) -> int | None:
        """Return when the start was crossed after whole laps; learn where the finish line is.

        That is where the start is not the finish line.
        """
        crossed_ns = start.feed(fix)
        if crossed_ns is None:
            return None
        began, self._lap_end = self._lap_end, self._way.way_point(crossed_ns)
        since = self._lap_end.since(began)
        if not self._agrees(since):
            return None
        if (
            since.whole
            and since.way_m < 1.5 * self._lap_m
            and self._is_like_the_others(since.way_m)
        ):
            self.laps_m.append(since.way_m)
            if self._share:
                self._place_finish(began.way_m, self._lap_end.way_m)
        return crossed_ns

    def _is_like_the_others(self, lap_m: float) -> bool:
        """Return whether a lap is as long as those before; else its positions teach nothing."""
        return (
            not self.laps_m
            or abs(lap_m - fmean(self.laps_m)) <= SAME_RECEIVER_TOLERANCE * self._lap_m
        )

    def _start_place(self) -> PlanePoint:
        last = self._standing[-1]
        near = [p for p in self._standing if math.dist(p[1:], last[1:]) <= STANDING_SPREAD_M]
        return PlanePoint(
            self._gun_ns,
            math.fsum(p.x_m for p in near) / len(near),
            math.fsum(p.y_m for p in near) / len(near),
        )

    def _learn_heading(self, point: PlanePoint) -> None:
        start = self._way.start
        assert start is not None
        if math.dist(point[1:], start[1:]) >= HEADING_M:
            self._start = self._line(
                start, point.x_m - start.x_m, point.y_m - start.y_m, extrapolates=not self._share
            )

    def _place_finish(self, began_m: float, ended_m: float) -> None:
        """Put the finish line where the runner was its share of the lap past the start."""
        line_m = began_m + self._share * (ended_m - began_m)
        around = [
            (m - line_m, p)
            for m, p in zip(self._way.run_m, self._way.points, strict=True)
            if abs(m - line_m) <= FIT_HALF_LENGTH_M
        ]
        if len(around) < MIN_FIXES:  # the lap had a hole there: the next one may not
            return
        way_m = [m for m, _ in around]
        x_m, east = fitted(way_m, [p.x_m for _, p in around])
        y_m, north = fitted(way_m, [p.y_m for _, p in around])
        if math.hypot(east, north) > 0.0:
            self._found.append((x_m, y_m, east, north))
            self._last_mark = (
                self._last_mark if self._finish is not None else self._lap_end.back_to(line_m)
            )
            x_m, y_m, east, north = (fmean(column) for column in zip(*self._found, strict=True))
            self._finish = self._line(PlanePoint(0, x_m, y_m), east, north, extrapolates=True)
            for fix in self._recent:
                self._finish.feed(fix)

    def _line(self, at: PlanePoint, east: float, north: float, *, extrapolates: bool) -> LineGate:
        assert self._plane is not None
        heading_deg = math.degrees(math.atan2(east, north)) % 360.0
        return LineGate(
            Gate(*self._plane.lat_lon(at.x_m, at.y_m), heading_deg), extrapolates=extrapolates
        )

    def _crossed(self, line: LineGate, fix: Fix) -> int | None:
        crossed_ns = line.feed(fix)
        if crossed_ns is None:
            return None
        before, self._last_mark = self._last_mark, self._way.way_point(crossed_ns)
        return crossed_ns if self._agrees(self._last_mark.since(before)) else None

    def _agrees(self, since: "_WayPoint") -> bool:
        """Return whether the way is a whole number of laps."""
        laps = round(since.way_m / self._lap_m)
        return (
            laps >= 1
            and abs(since.way_m - laps * self._lap_m) <= LAP_TOLERANCE * self._lap_m + since.slack_m
        )


class _WayPoint(NamedTuple):
    """A point of the way, or the way between two: metres, and how many of them are bridged."""

    way_m: float
    bridged_m: float = 0.0
    unknown: int = 0
    """Bridges of unknown length: the pace was unknown."""

    def since(self, before: "_WayPoint") -> "_WayPoint":
        return _WayPoint(
            self.way_m - before.way_m,
            self.bridged_m - before.bridged_m,
            self.unknown - before.unknown,
        )

    def back_to(self, way_m: float) -> "_WayPoint":
        """Return a point before this one, with no bridge between them."""
        return self._replace(way_m=way_m)

    @property
    def known(self) -> bool:
        return not self.unknown

    @property
    def whole(self) -> bool:
        return self.known and not self.bridged_m

    @property
    def slack_m(self) -> float:
        return BRIDGE_SD * self.bridged_m


class _Way:
    """Metres run along the positions, in chords long enough for noise not to count."""

    def __init__(self) -> None:
        self.start: PlanePoint | None = None
        self.points: deque[PlanePoint] = deque(maxlen=MAX_WAY_FIXES)
        self.run_m: deque[float] = deque(maxlen=MAX_WAY_FIXES)
        """Way at each point."""
        self._corner: PlanePoint | None = None
        self._corner_m = 0.0
        self._bridged_m = 0.0
        self._unknown = 0

    def extend(self, point: PlanePoint, verdict: FixVerdict) -> None:
        """Extend the way by the next point, unless it is an outlier or a repeated one."""
        if verdict is FixVerdict.FOLLOWS or (
            verdict is FixVerdict.AFTER_GAP and self._corner is None
        ):
            self._go(point)
        elif verdict is FixVerdict.AFTER_GAP:
            self._bridge(point)

    def way_point(self, t_ns: int) -> _WayPoint:
        """Return the way at ``t_ns``, between the last two points."""
        if len(self.points) < 2:
            return _WayPoint(self._corner_m, self._bridged_m, self._unknown)
        before, here = self.points[-2], self.points[-1]
        share = (t_ns - before.t_ns) / (here.t_ns - before.t_ns)
        way_m = self.run_m[-2] + share * (self.run_m[-1] - self.run_m[-2])
        return _WayPoint(way_m, self._bridged_m, self._unknown)

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
