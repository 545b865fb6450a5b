"""Marks from positions where no line was set: the first lap shows where the finish line is.

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

Where a receiver freezes, falls silent or jumps, the path is bridged (``fix_path``), and the lap
teaches no place.
"""

import math
from collections import deque
from statistics import fmean
from typing import Final

from kickcue.core.crossing.fix_path import FixPath, PathPoint
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
from kickcue.core.units import NS_PER_S

GUN_SLACK_S: Final = 0.5
"""The start is the mean of the fixes before the gun or at it: in half a second from standing nobody
gets a metre far..."""
STANDING_SPREAD_M: Final = 10.0
"""...as far as they lie this near to the last of them: before, the runner was still walking up."""
LAP_TOLERANCE: Final = 0.12
"""Share of a lap by which the path between crossings may differ from whole laps."""
HEADING_M: Final = 20.0
"""Path from the start that gives its heading: 2 m of noise are 6 degrees, the sharpest bend of 36.5
m another 16."""
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


class FinishLineLearner:
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
        self._path = FixPath()
        self._lap_end = PathPoint(0.0)
        """Path at the gun, or when the start was last crossed."""
        self._last_mark = PathPoint(0.0)
        """The same for a finish line that lies elsewhere."""
        self._found: deque[tuple[float, float, float, float]] = deque(maxlen=MAX_LAPS)
        """Place (east, north) and heading (east, north) of the finish line as each closed lap shows
        it."""
        self._recent: deque[Fix] = deque(maxlen=RECENT_FIXES)
        self.laps_m: deque[float] = deque(maxlen=MAX_LAPS)

    @property
    def gate(self) -> Gate | None:
        """The finish line, None until it is learned."""
        line = self._finish if self._share else self._start
        return None if line is None else line.gate

    def feed(self, fix: Fix) -> int | None:
        """Return the ``t_ns`` of a crossing of the finish line, as far as it is learned."""
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
        if self._path.start is None:
            self._path.extend(self._start_place(), FixVerdict.AFTER_GAP)
        self._path.extend(point, verdict)
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
        began, self._lap_end = self._lap_end, self._path.path_point(crossed_ns)
        since = self._lap_end.since(began)
        if not self._agrees(since):
            return None
        if (
            since.whole
            and since.path_m < 1.5 * self._lap_m
            and self._is_like_the_others(since.path_m)
        ):
            self.laps_m.append(since.path_m)
            if self._share:
                self._place_finish(began.path_m, self._lap_end.path_m)
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
        start = self._path.start
        assert start is not None
        if math.dist(point[1:], start[1:]) >= HEADING_M:
            self._start = self._line(
                start, point.x_m - start.x_m, point.y_m - start.y_m, extrapolates=not self._share
            )

    def _place_finish(self, began_m: float, ended_m: float) -> None:
        """Put the finish line where the runner was its share of the lap past the start."""
        line_m = began_m + self._share * (ended_m - began_m)
        shown = self._shown_at(line_m)
        if shown is None:
            return
        self._found.append(shown)
        if self._finish is None:
            self._last_mark = self._lap_end.back_to(line_m)
        x_m, y_m, east, north = (fmean(column) for column in zip(*self._found, strict=True))
        self._finish = self._line(PlanePoint(0, x_m, y_m), east, north, extrapolates=True)
        for fix in self._recent:
            self._finish.feed(fix)

    def _shown_at(self, line_m: float) -> tuple[float, float, float, float] | None:
        """Return place and heading, east and north each, at ``line_m`` along the path.

        None where the lap had a hole there: the next one may not.
        """
        around = [
            (m - line_m, p)
            for m, p in zip(self._path.run_m, self._path.points, strict=True)
            if abs(m - line_m) <= FIT_HALF_LENGTH_M
        ]
        if len(around) < MIN_FIXES:
            return None
        path_m = [m for m, _ in around]
        x_m, east = fitted(path_m, [p.x_m for _, p in around])
        y_m, north = fitted(path_m, [p.y_m for _, p in around])
        return (x_m, y_m, east, north) if math.hypot(east, north) > 0.0 else None

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
        before, self._last_mark = self._last_mark, self._path.path_point(crossed_ns)
        return crossed_ns if self._agrees(self._last_mark.since(before)) else None

    def _agrees(self, since: PathPoint) -> bool:
        """Return whether the path is a whole number of laps."""
        laps = round(since.path_m / self._lap_m)
        off_m = abs(since.path_m - laps * self._lap_m)
        return laps >= 1 and off_m <= LAP_TOLERANCE * self._lap_m + since.slack_m
