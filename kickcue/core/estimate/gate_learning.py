"""Marks from positions: the line that was set, or the one that the first lap shows.

Nobody has to survey the track. The runner stands at the start when the gun goes, and a lap later comes by there again; how far the
finish line lies from the start along the track follows from the event. So:

1. The start is where the fixes of the last seconds before the gun were, its heading that of the first metres run.
2. When the runner crosses the start again after a lap (as the way along the positions tells, within 12 %), the lap has closed.
3. Where the start is the finish line, that crossing is the mark. Elsewhere the finish line lies that share of the closed lap past the
   start which the event says (5000 m: half of it), at the place and with the heading the runner had there. Each further lap shows it
   again; the mean is taken.

A line emits marks only as long as it agrees with itself: each crossing must come whole laps after the one before, within 12 % of a
lap. A run that never closes a lap (a road, a park) never learns a line and never marks one. No pod is asked, so the marks are evidence
of their own.
"""

import math
from collections import deque
from statistics import fmean
from typing import Final

from kickcue.core.course import Course
from kickcue.core.estimate.gate import FEWEST, MOST_FIXES, Gate, LineGate, Place, Plane, Sieve, Sieved, fitted
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S

STANDING_S: Final = 10.0
"""The start is the mean of the fixes this long before the gun..."""
GUN_SLACK_S: Final = 0.5
"""...or at it: in half a second from standing nobody gets a metre far."""
STANDING_SPREAD_M: Final = 10.0
"""...as far as they lie this near to the last of them: before, the runner was still walking up."""
HEADING_M: Final = 20.0
"""Way from the start that gives its heading: 2 m of noise are 6 degrees, the sharpest bend of 36.5 m another 16."""
CHORD_M: Final = 15.0
"""The way is measured in steps of this: noise of 2 m makes it 1 % longer, a bend 1 % shorter. Standing adds nothing."""
AGREES: Final = 0.12
AROUND_M: Final = 22.0
"""The finish line's place and heading are fitted to the positions this far before and behind it."""
SAME_LINE_M: Final = 1.0
RECENT_FIXES: Final = 12
"""A line that is moved has to know how the runner came to where it is now."""
MOST_LAPS: Final = 256
"""So many laps are 100 km on a track."""
MOST_WAY_FIXES: Final = 4096
"""Ten fixes a second over more than one lap and a half: what lies farther back tells of no line."""
NORTHERNMOST_DEG: Final = 89.0
SHARED_SD_M: Final = 2.0
"""A receiver's error outlasts the seconds before the gun: their mean is no better than one fix, and the whole line is off by it."""


class LineWatch:
    """Turns one runner's fixes into the moments of crossing the finish line."""

    def __init__(self, course: Course, gate: Gate | None = None) -> None:
        """Watch ``gate`` where it is set, else learn the line; on the road, where no line comes back, do nothing."""
        self._course = course
        self._set = LineGate(gate) if gate is not None else None
        self._learner: _Learner | None = None
        self._standing: deque[Fix] = deque(maxlen=MOST_FIXES)

    def go_by(self, course: Course) -> None:
        """Watch for the finish line of another course; before the gun alone."""
        self._course = course

    def start(self, t_ns: int) -> None:
        """Take the gun: here the runner stands at the start."""
        if self._set is not None:
            self._set.rest(t_ns)
        elif self._course.lap_m is not None:
            self._learner = _Learner(self._course.first_crossing_m, self._course.lap_m, t_ns)
            for fix in self._standing:
                self._learner.feed(fix)

    def feed(self, fix: Fix) -> int | None:
        """Take in a fix, in order of time; return the ``t_ns`` of crossing the finish line if that is just over or a second ahead."""
        if not (abs(fix.lat_deg) <= NORTHERNMOST_DEG and abs(fix.lon_deg) <= 180.0):
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
            return self._set.gate
        return self._learner.gate if self._learner is not None else None

    @property
    def laps_m(self) -> tuple[float, ...]:
        """Way along the positions of each lap that has closed; a line that is set measures none."""
        return () if self._learner is None else tuple(self._learner.laps_m)

    @property
    def shared_sd_m(self) -> float:
        """Standard deviation of the error that all crossings have in common: that of a learned line, none of one that was set."""
        return SHARED_SD_M if self._set is None else 0.0


class _Learner:
    """Learns where the finish line is and then watches it; see the top of the file."""

    def __init__(self, first_m: float, lap_m: float, gun_ns: int) -> None:
        self._share = 0.0 if lap_m - first_m < SAME_LINE_M else first_m / lap_m
        self._lap_m = lap_m
        self._gun_ns = gun_ns
        self._sieve = Sieve()
        self._plane: Plane | None = None
        self._standing: deque[Place] = deque(maxlen=MOST_FIXES)
        self._start: LineGate | None = None
        self._finish: LineGate | None = None
        self._way = _Way()
        self._closed_m = 0.0
        """Way at the gun, or when the start was last crossed."""
        self._marked_m = 0.0
        """The same for a finish line that lies elsewhere."""
        self._found: deque[tuple[float, float, float, float]] = deque(maxlen=MOST_LAPS)
        """Place (east, north) and heading (east, north) of the finish line as each closed lap shows it."""
        self._recent: deque[Fix] = deque(maxlen=RECENT_FIXES)
        self.laps_m: deque[float] = deque(maxlen=MOST_LAPS)

    @property
    def gate(self) -> Gate | None:
        line = self._finish if self._share else self._start
        return None if line is None else line.gate

    def feed(self, fix: Fix) -> int | None:
        if self._plane is None:
            self._plane = Plane(fix.lat_deg, fix.lon_deg)
        place = Place(fix.t_ns, *self._plane.east_north(fix.lat_deg, fix.lon_deg))
        if self._sieve.take(place, fix.accuracy_m) is Sieved.BAD:
            return None
        if place.t_ns <= self._gun_ns + GUN_SLACK_S * NS_PER_S:
            self._standing.append(place)
            return None
        if self._standing:  # else nobody knows where the gun was
            return self._run(place, fix)
        return None

    def _run(self, place: Place, fix: Fix) -> int | None:
        if self._way.start is None:
            self._way.go(self._start_place())
        self._way.go(place)
        if self._start is None:
            self._look_ahead(place)
            return None
        self._recent.append(fix)
        marked_ns = None if self._finish is None else self._crossed(self._finish, fix)
        closed_ns = self._closed(self._start, fix)
        return marked_ns if self._share else closed_ns

    def _closed(self, start: LineGate, fix: Fix) -> int | None:
        """Return when the start was crossed after whole laps; where it is not the finish line, see where that is."""
        crossed_ns = start.feed(fix)
        if crossed_ns is None:
            return None
        began_m, self._closed_m = self._closed_m, self._way.at(crossed_ns)
        if not self._agrees(self._closed_m - began_m):
            return None
        if self._closed_m - began_m < 1.5 * self._lap_m:
            self.laps_m.append(self._closed_m - began_m)
            if self._share:
                self._place_finish(began_m, self._closed_m)
        return crossed_ns

    def _start_place(self) -> Place:
        last = self._standing[-1]
        near = [p for p in self._standing if math.dist(p[1:], last[1:]) <= STANDING_SPREAD_M]
        return Place(self._gun_ns, sum(p.x_m for p in near) / len(near), sum(p.y_m for p in near) / len(near))

    def _look_ahead(self, place: Place) -> None:
        start = self._way.start
        assert start is not None
        if math.dist(place[1:], start[1:]) >= HEADING_M:
            self._start = self._line(start, place.x_m - start.x_m, place.y_m - start.y_m, foretells=not self._share)

    def _place_finish(self, began_m: float, ended_m: float) -> None:
        """Put the finish line where the runner was its share of the lap past the start."""
        line_m = began_m + self._share * (ended_m - began_m)
        around = [(m - line_m, p) for m, p in zip(self._way.run_m, self._way.places, strict=True) if abs(m - line_m) <= AROUND_M]
        if len(around) < FEWEST:  # the lap had a hole there: the next one may not
            return
        way_m = [m for m, _ in around]
        x_m, east = fitted(way_m, [p.x_m for _, p in around])
        y_m, north = fitted(way_m, [p.y_m for _, p in around])
        if math.hypot(east, north) > 0.0:
            self._found.append((x_m, y_m, east, north))
            self._marked_m = self._marked_m if self._finish is not None else line_m
            x_m, y_m, east, north = (fmean(column) for column in zip(*self._found, strict=True))
            self._finish = self._line(Place(0, x_m, y_m), east, north, foretells=True)
            for fix in self._recent:
                self._finish.feed(fix)

    def _line(self, at: Place, east: float, north: float, *, foretells: bool) -> LineGate:
        assert self._plane is not None
        heading_deg = math.degrees(math.atan2(east, north)) % 360.0
        return LineGate(Gate(*self._plane.lat_lon(at.x_m, at.y_m), heading_deg), foretells=foretells)

    def _crossed(self, line: LineGate, fix: Fix) -> int | None:
        crossed_ns = line.feed(fix)
        if crossed_ns is None:
            return None
        way_m = self._way.at(crossed_ns)
        since_m, self._marked_m = way_m - self._marked_m, way_m
        return crossed_ns if self._agrees(since_m) else None

    def _agrees(self, way_m: float) -> bool:
        """Say whether ``way_m`` is a whole number of laps."""
        laps = round(way_m / self._lap_m)
        return laps >= 1 and abs(way_m - laps * self._lap_m) <= AGREES * self._lap_m


class _Way:
    """Metres run along the positions, in chords long enough for noise not to count."""

    def __init__(self) -> None:
        self.start: Place | None = None
        self.places: deque[Place] = deque(maxlen=MOST_WAY_FIXES)
        self.run_m: deque[float] = deque(maxlen=MOST_WAY_FIXES)
        """Way at each place."""
        self._corner: Place | None = None
        self._corner_m = 0.0

    def go(self, place: Place) -> None:
        """Go on to ``place``."""
        if self._corner is None:
            self.start = self._corner = place
        chord_m = math.dist(self._corner[1:], place[1:])
        self.places.append(place)
        self.run_m.append(self._corner_m + chord_m)
        if chord_m >= CHORD_M:
            self._corner, self._corner_m = place, self._corner_m + chord_m

    def at(self, t_ns: int) -> float:
        """Return the way at ``t_ns``, between the last two places."""
        before, here = self.places[-2], self.places[-1]
        share = (t_ns - before.t_ns) / (here.t_ns - before.t_ns)
        return self.run_m[-2] + share * (self.run_m[-1] - self.run_m[-2])
