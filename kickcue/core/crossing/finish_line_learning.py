"""Marks from positions: the line that was set, or the one that the first lap shows.

Nobody has to survey the track. The runner stands at the start when the gun goes, and a lap later
comes by there again; how far the finish line lies from the start along the track follows from the
event. So:

1. The start is where the fixes of the last seconds before the gun were, its heading that of the
   first metres run.
2. When the runner crosses the start again after a lap (as the way along the positions tells, within
   12 %), the lap has closed.
3. Where the start is the finish line, that crossing is the mark. Elsewhere the finish line lies
   that share of the closed lap past the start which the event says (5000 m: half of it), at the
   place and with the heading the runner had there. Each further lap shows it again; the mean is
   taken.

A line emits marks only as long as it agrees with itself: each crossing must come whole laps after
the one before, within 12 % of a lap. A run that never closes a lap (a road, a park) never learns a
line and never marks one. No pod is asked, so the marks are evidence of their own.

Receivers freeze, fall silent and jump. Where they did, the way is bridged at the pace before: that
tells whole laps from parts of them. It does not tell places: a lap with a bridge teaches nothing. A
line that was set is watched likewise, for a receiver that jumps back has the runner cross it twice.
"""

import math
from collections import deque
from copy import deepcopy
from statistics import fmean
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.crossing.gate import (
    FASTEST_MPS,
    FEWEST,
    MOST_FIXES,
    Gate,
    LineGate,
    OutlierGate,
    Place,
    Plane,
    Sieved,
    fitted,
)
from kickcue.core.events import Fix
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
AGREES: Final = 0.12
ALIKE: Final = 0.05
"""Laps of one receiver are alike to this share: noise of 2 m makes 5 m of a lap."""
AROUND_M: Final = 22.0
"""The finish line's place and heading are fitted to the positions this far before and behind it."""
SAME_LINE_M: Final = 1.0
RECENT_FIXES: Final = 12
"""A line that is moved has to know how the runner came to where it is now."""
MOST_LAPS: Final = 256
"""So many laps are 100 km on a track."""
PACE_S: Final = 30.0
"""A bridge goes at the mean speed of so long before it..."""
LEAST_PACE_S: Final = 8.0
"""...of this at least: over less, noise of 2 m makes 10 % of the speed."""
BRIDGE_SD: Final = 0.1
"""How far off that may be [judgement, as for a pod that is silent]."""
MOST_WAY_FIXES: Final = 4096
"""Ten fixes a second over more than one lap and a half: what lies farther back tells of no line."""
NORTHERNMOST_DEG: Final = 89.0
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
        self._learner: _Learner | None = None
        self._standing: deque[Fix] = deque(maxlen=MOST_FIXES)

    def copy(self) -> "FinishLine":
        """Return an independent copy, to go on in another way."""
        twin = FinishLine(self._course)
        twin._set, twin._learner = deepcopy((self._set, self._learner))
        twin._standing = self._standing.copy()
        return twin

    def go_by(self, course: Course) -> None:
        """Watch for the finish line of another course; before the gun alone."""
        self._course = course

    def start(self, t_ns: int) -> None:
        """Take the gun: here the runner stands at the start."""
        if self._set is not None:
            self._set.start(t_ns)
        elif self._course.lap_m is not None:
            self._learner = _Learner(self._course.first_crossing_m, self._course.lap_m, t_ns)
            for fix in self._standing:
                self._learner.feed(fix)

    def feed(self, fix: Fix) -> int | None:
        """Take in a fix, in order of time.

        Returns the ``t_ns`` of crossing the finish line if that is just over or a second ahead.
        """
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
            return self._set.line.gate
        return self._learner.gate if self._learner is not None else None

    @property
    def laps_m(self) -> tuple[float, ...]:
        """Way along the positions of each lap that has closed; a line that is set measures none."""
        return () if self._learner is None else tuple(self._learner.laps_m)

    @property
    def shared_sd_m(self) -> float:
        """Standard deviation of the error that all crossings of a learned line have in common.

        A line that was set has none.
        """
        return SHARED_SD_M if self._set is None else 0.0


class _SetLine:
    """Watches a line that was set.

    One that is crossed again before a lap can have been run marks nothing.
    """

    def __init__(self, gate: Gate, lap_m: float | None) -> None:
        self.line = LineGate(gate)
        self._again_m = 0.0 if lap_m is None else (1.0 - AGREES) * lap_m
        self._plane = Plane(gate.lat_deg, gate.lon_deg)
        self._sieve = OutlierGate()
        self._way = _Way()
        self._marked: _Stand | None = None

    def start(self, t_ns: int) -> None:
        """Take the gun: the first line may be nearer than a lap."""
        self.line.rest(t_ns)
        self._marked = None

    def feed(self, fix: Fix) -> int | None:
        place = Place(fix.t_ns, *self._plane.east_north(fix.lat_deg, fix.lon_deg))
        self._way.take(place, self._sieve.take(place, fix.accuracy_m))
        crossed_ns = self.line.feed(fix)
        if crossed_ns is None:
            return None
        here = self._way.stand(crossed_ns)
        since = None if self._marked is None else here.since(self._marked)
        if since is not None and since.known and since.way_m + since.slack_m < self._again_m:
            return None
        self._marked = here
        return crossed_ns


class _Learner:
    """Learns where the finish line is and then watches it; see the top of the file."""

    def __init__(self, first_m: float, lap_m: float, gun_ns: int) -> None:
        self._share = 0.0 if lap_m - first_m < SAME_LINE_M else first_m / lap_m
        self._lap_m = lap_m
        self._gun_ns = gun_ns
        self._sieve = OutlierGate()
        self._plane: Plane | None = None
        self._standing: deque[Place] = deque(maxlen=MOST_FIXES)
        self._start: LineGate | None = None
        self._finish: LineGate | None = None
        self._way = _Way()
        self._closed = _Stand(0.0)
        """Way at the gun, or when the start was last crossed."""
        self._marked = _Stand(0.0)
        """The same for a finish line that lies elsewhere."""
        self._found: deque[tuple[float, float, float, float]] = deque(maxlen=MOST_LAPS)
        """Place (east, north) and heading (east, north) of the finish line as each closed lap shows
        it."""
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
        verdict = self._sieve.take(place, fix.accuracy_m)
        if verdict is Sieved.BAD:
            return None
        if place.t_ns <= self._gun_ns + GUN_SLACK_S * NS_PER_S:
            self._standing.append(place)
            return None
        if self._standing and verdict is not Sieved.REPEATED:
            # Else nobody knows where the gun was, or the runner is.
            return self._run(place, verdict, fix)
        return None

    def _run(self, place: Place, verdict: Sieved, fix: Fix) -> int | None:
        if self._way.start is None:
            self._way.take(self._start_place(), Sieved.ANEW)
        self._way.take(place, verdict)
        if self._start is None:
            self._look_ahead(place)
            return None
        self._recent.append(fix)
        marked_ns = None if self._finish is None else self._crossed(self._finish, fix)
        closed_ns = self._close(self._start, fix)
        return marked_ns if self._share else closed_ns

    def _close(self, start: LineGate, fix: Fix) -> int | None:
        """Return when the start was crossed after whole laps; see where the finish line is.

        That is where the start is not the finish line.
        """
        crossed_ns = start.feed(fix)
        if crossed_ns is None:
            return None
        began, self._closed = self._closed, self._way.stand(crossed_ns)
        since = self._closed.since(began)
        if not self._agrees(since):
            return None
        if (
            since.whole
            and since.way_m < 1.5 * self._lap_m
            and self._is_like_the_others(since.way_m)
        ):
            self.laps_m.append(since.way_m)
            if self._share:
                self._place_finish(began.way_m, self._closed.way_m)
        return crossed_ns

    def _is_like_the_others(self, lap_m: float) -> bool:
        """Tell whether a lap is as long as those before; else its positions teach nothing."""
        return not self.laps_m or abs(lap_m - fmean(self.laps_m)) <= ALIKE * self._lap_m

    def _start_place(self) -> Place:
        last = self._standing[-1]
        near = [p for p in self._standing if math.dist(p[1:], last[1:]) <= STANDING_SPREAD_M]
        return Place(
            self._gun_ns,
            math.fsum(p.x_m for p in near) / len(near),
            math.fsum(p.y_m for p in near) / len(near),
        )

    def _look_ahead(self, place: Place) -> None:
        start = self._way.start
        assert start is not None
        if math.dist(place[1:], start[1:]) >= HEADING_M:
            self._start = self._line(
                start, place.x_m - start.x_m, place.y_m - start.y_m, foretells=not self._share
            )

    def _place_finish(self, began_m: float, ended_m: float) -> None:
        """Put the finish line where the runner was its share of the lap past the start."""
        line_m = began_m + self._share * (ended_m - began_m)
        around = [
            (m - line_m, p)
            for m, p in zip(self._way.run_m, self._way.places, strict=True)
            if abs(m - line_m) <= AROUND_M
        ]
        if len(around) < FEWEST:  # the lap had a hole there: the next one may not
            return
        way_m = [m for m, _ in around]
        x_m, east = fitted(way_m, [p.x_m for _, p in around])
        y_m, north = fitted(way_m, [p.y_m for _, p in around])
        if math.hypot(east, north) > 0.0:
            self._found.append((x_m, y_m, east, north))
            self._marked = (
                self._marked if self._finish is not None else self._closed.back_to(line_m)
            )
            x_m, y_m, east, north = (fmean(column) for column in zip(*self._found, strict=True))
            self._finish = self._line(Place(0, x_m, y_m), east, north, foretells=True)
            for fix in self._recent:
                self._finish.feed(fix)

    def _line(self, at: Place, east: float, north: float, *, foretells: bool) -> LineGate:
        assert self._plane is not None
        heading_deg = math.degrees(math.atan2(east, north)) % 360.0
        return LineGate(
            Gate(*self._plane.lat_lon(at.x_m, at.y_m), heading_deg), foretells=foretells
        )

    def _crossed(self, line: LineGate, fix: Fix) -> int | None:
        crossed_ns = line.feed(fix)
        if crossed_ns is None:
            return None
        before, self._marked = self._marked, self._way.stand(crossed_ns)
        return crossed_ns if self._agrees(self._marked.since(before)) else None

    def _agrees(self, since: "_Stand") -> bool:
        """Say whether the way is a whole number of laps."""
        laps = round(since.way_m / self._lap_m)
        return (
            laps >= 1
            and abs(since.way_m - laps * self._lap_m) <= AGREES * self._lap_m + since.slack_m
        )


class _Stand(NamedTuple):
    """A place on the way, or the way between two: metres, and how many of them are bridges."""

    way_m: float
    bridged_m: float = 0.0
    unknown: int = 0
    """Bridges that could not be measured: nobody knew the pace."""

    def since(self, before: "_Stand") -> "_Stand":
        return _Stand(
            self.way_m - before.way_m,
            self.bridged_m - before.bridged_m,
            self.unknown - before.unknown,
        )

    def back_to(self, way_m: float) -> "_Stand":
        """Return a place before this one, with no bridge between them."""
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
        self.start: Place | None = None
        self.places: deque[Place] = deque(maxlen=MOST_WAY_FIXES)
        self.run_m: deque[float] = deque(maxlen=MOST_WAY_FIXES)
        """Way at each place."""
        self._corner: Place | None = None
        self._corner_m = 0.0
        self._bridged_m = 0.0
        self._unknown = 0

    def take(self, place: Place, verdict: Sieved) -> None:
        """Go on to the next place, as far as it is one."""
        if verdict is Sieved.FOLLOWS or (verdict is Sieved.ANEW and self._corner is None):
            self._go(place)
        elif verdict is Sieved.ANEW:
            self._bridge(place)

    def stand(self, t_ns: int) -> _Stand:
        """Return the way at ``t_ns``, between the last two places."""
        if len(self.places) < 2:
            return _Stand(self._corner_m, self._bridged_m, self._unknown)
        before, here = self.places[-2], self.places[-1]
        share = (t_ns - before.t_ns) / (here.t_ns - before.t_ns)
        way_m = self.run_m[-2] + share * (self.run_m[-1] - self.run_m[-2])
        return _Stand(way_m, self._bridged_m, self._unknown)

    def _go(self, place: Place) -> None:
        if self._corner is None:
            self.start = self._corner = place
        chord_m = math.dist(self._corner[1:], place[1:])
        self.places.append(place)
        self.run_m.append(self._corner_m + chord_m)
        if chord_m >= CHORD_M:
            self._corner, self._corner_m = place, self._corner_m + chord_m

    def _bridge(self, place: Place) -> None:
        """Go on at the pace of before where it is not known how the runner came to ``place``.

        From the last corner on, for a receiver may have stood still before it jumped.
        """
        assert self._corner is not None
        seconds = (place.t_ns - self._corner.t_ns) / NS_PER_S
        chord_m, pace_mps = (
            math.dist(self._corner[1:], place[1:]),
            self._pace_mps(self._corner.t_ns),
        )
        at_most_m, at_pace_m = FASTEST_MPS * seconds, (pace_mps or 0.0) * seconds
        if pace_mps is None:
            self._unknown += 1
            run_m = min(chord_m, at_most_m)
        else:  # a jump is not run
            run_m = at_pace_m if chord_m > at_most_m else max(chord_m, at_pace_m)
        self._bridged_m += run_m
        self._corner, self._corner_m = place, self._corner_m + run_m
        self.places.append(place)
        self.run_m.append(self._corner_m)

    def _pace_mps(self, until_ns: int) -> float | None:
        """Return the mean speed of the last half minute before.

        None where too little was seen of it.
        """
        last: tuple[int, float] | None = None
        pace_mps = None
        for place, run_m in zip(reversed(self.places), reversed(self.run_m), strict=True):
            if place.t_ns > until_ns:
                continue
            last = last or (place.t_ns, run_m)
            seconds = (last[0] - place.t_ns) / NS_PER_S
            if seconds >= LEAST_PACE_S:
                pace_mps = (last[1] - run_m) / seconds
            if seconds >= PACE_S:
                break
        return pace_mps
