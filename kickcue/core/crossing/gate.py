"""A line across the track, and the moment a runner's position crosses it.

The line is crossed in one direction. Fixes come once a second; the moment is good to a fraction of
that, in one of two ways:

* between two fixes, by interpolating: good anywhere, on a bend too, but known only once it is over;
* foretold, by the straight line through the last seconds' fixes, up to a second before: the finish
  line lies at the end of a straight, the cue for the last lap cannot wait for the fix behind it,
  and nine fixes tell more than two.

Noise makes a runner who stands beside the line "cross" it again and again; so the last seconds must
show progress along the heading, and a crossing is followed by a rest in which there is no other.
"""

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple, Self

from kickcue.core.errors import UsageError
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S, s_to_ns

HALF_WIDTH_M: Final = 12.0
"""Eight lanes are 9.8 m wide; the line is put where the runner runs, so this leaves room on both
sides for GNSS."""
WORST_ACCURACY_M: Final = 10.0
"""A fix whose own standard deviation is above this says nothing about a line (two seconds of
running)."""
FASTEST_MPS: Final = 12.0
JUMP_SLACK_M: Final = 8.0
"""Two good fixes may disagree by this much beside what was run [judgement: 4 sigma of 2 m]."""
LONGEST_STEP_S: Final = 5.0
"""Over a longer gap a runner rounds half a bend: the straight line between its ends is no path."""
MOST_FIXES: Final = 512
"""No receiver gives more than 50 fixes a second: of a flood the latest are kept."""
PROGRESS_S: Final = 8.0
LEAST_PROGRESS_S: Final = 6.0
"""Progress over less is not believed: over 4 s, standing with 2 m of noise shows 2 m/s in one of
2,000 tries, over 6 s it is 5 sigma."""
SLOWEST_MPS: Final = 2.0
"""Progress along the heading: over 8 s, standing with 2 m of noise shows 0.3 m/s."""
FORETOLD_S: Final = 1.0
STEEPEST: Final = math.tan(math.radians(60.0))
FEWEST: Final = 3
"""Fixes without which nothing is said."""
REST_S: Final = 10.0
"""No lap of a track is run faster than this; a wobble at the line is over by then."""

_METRES_PER_DEGREE: Final = 6_371_008.8 * math.pi / 180.0
"""On a sphere of the mean radius (IUGG): within 0.5 % of the ellipsoid, 2 m over a lap."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A line through a point, square to the direction of running.

    WGS 84 degrees, heading in degrees clockwise from north.
    """

    lat_deg: float
    lon_deg: float
    heading_deg: float
    half_width_m: float = HALF_WIDTH_M

    def __post_init__(self) -> None:
        limits = (("lat_deg", self.lat_deg, -89.0, 89.0), ("lon_deg", self.lon_deg, -180.0, 180.0))
        more = (
            ("heading_deg", self.heading_deg, 0.0, 360.0),
            ("half_width_m", self.half_width_m, 1.0, 50.0),
        )
        for name, value, low, high in (*limits, *more):
            if not low <= value <= high:
                raise UsageError(f"gate {name} {value:g}: should be {low:g} to {high:g}")

    @classmethod
    def between(cls, left: tuple[float, float], right: tuple[float, float]) -> Self:
        """Return the gate between two posts, (lat, lon) each, as the runner sees them.

        UsageError if absurd.
        """
        plane = Plane(*left)
        east, north = plane.east_north(*right)
        lat_deg, lon_deg = plane.lat_lon(east / 2.0, north / 2.0)
        return cls(
            lat_deg,
            lon_deg,
            math.degrees(math.atan2(-north, east)) % 360.0,
            math.hypot(east, north) / 2.0,
        )


class Plane:
    """The ground around a point, taken as flat: metres east and north, for a few kilometres."""

    def __init__(self, lat_deg: float, lon_deg: float) -> None:
        self._lat_deg = lat_deg
        self._lon_deg = lon_deg
        self._east_per_degree = _METRES_PER_DEGREE * math.cos(math.radians(lat_deg))

    def east_north(self, lat_deg: float, lon_deg: float) -> tuple[float, float]:
        """Return where a position lies, the short way round the globe."""
        around_deg = (lon_deg - self._lon_deg + 180.0) % 360.0 - 180.0
        return around_deg * self._east_per_degree, (lat_deg - self._lat_deg) * _METRES_PER_DEGREE

    def lat_lon(self, east_m: float, north_m: float) -> tuple[float, float]:
        """Return the position of a place on the plane."""
        lon_deg = self._lon_deg + east_m / self._east_per_degree
        return self._lat_deg + north_m / _METRES_PER_DEGREE, (lon_deg + 180.0) % 360.0 - 180.0


class Place(NamedTuple):
    """Where and when: on a Plane metres east and north.

    On a gate they are metres past the line and metres right of its middle.
    """

    t_ns: int
    x_m: float
    y_m: float


class Sieved(Enum):
    """What a fix is worth.

    Nothing; nothing new, for it is the one before once more; it follows the one before; it is good,
    but how the runner came there is not known.
    """

    BAD = "bad"
    REPEATED = "repeated"
    FOLLOWS = "follows"
    ANEW = "anew"


class OutlierGate:
    """Tells good fixes from bad ones. A jump is bad until the next fix agrees with it.

    Noise makes no two fixes alike, so the same one again is a receiver that is frozen, or speaks
    more often than it measures: either way the runner is somewhere else by then.
    """

    def __init__(self) -> None:
        self._last: Place | None = None
        self._suspect: Place | None = None

    def take(self, place: Place, accuracy_m: float | None) -> Sieved:
        """Judge the next fix, in order of time."""
        finite = math.isfinite(place.x_m) and math.isfinite(place.y_m)
        if not finite or (accuracy_m is not None and not accuracy_m <= WORST_ACCURACY_M):
            return Sieved.BAD
        last = self._last
        if last is not None and place.t_ns <= last.t_ns:
            return Sieved.BAD
        if last is not None and place[1:] == last[1:]:
            return Sieved.REPEATED
        if last is not None and not _reachable(last, place):
            suspect, self._suspect = self._suspect, place
            if suspect is None or not _reachable(suspect, place):
                return Sieved.BAD
            last = None  # two agree with each other: the one before them was wrong
        self._last, self._suspect = place, None
        gap = last is None or place.t_ns - last.t_ns > LONGEST_STEP_S * NS_PER_S
        return Sieved.ANEW if gap else Sieved.FOLLOWS


class LineGate:
    """Watches one line. ``feed`` every fix in order of time.

    ``foretells``: the way to the line is straight, see above.
    """

    def __init__(self, gate: Gate, *, foretells: bool = True) -> None:
        self.gate = gate
        self._foretells = foretells
        self._plane = Plane(gate.lat_deg, gate.lon_deg)
        heading = math.radians(gate.heading_deg)
        self._ahead = math.sin(heading), math.cos(heading)
        self._sieve = OutlierGate()
        self._recent: deque[Place] = deque(maxlen=MOST_FIXES)
        self._rests_until_ns: int | None = None

    def rest(self, t_ns: int) -> None:
        """Let nothing count as a crossing for ``REST_S`` from the gun or a crossing on."""
        self._rests_until_ns = t_ns + s_to_ns(REST_S)

    def feed(self, fix: Fix) -> int | None:
        """Return the ``t_ns`` of a crossing since the fix before, or within ``FORETOLD_S``.

        A crossing is told once.
        """
        east, north = self._plane.east_north(fix.lat_deg, fix.lon_deg)
        sin, cos = self._ahead
        here = Place(fix.t_ns, east * sin + north * cos, east * cos - north * sin)
        verdict = self._sieve.take(here, fix.accuracy_m)
        if verdict in (Sieved.BAD, Sieved.REPEATED):
            return None
        if verdict is Sieved.ANEW:
            self._recent.clear()
        self._recent.append(here)
        while (
            here.t_ns - self._recent[0].t_ns > PROGRESS_S * NS_PER_S and len(self._recent) > FEWEST
        ):
            self._recent.popleft()
        if len(self._recent) < FEWEST or not self._progressing():
            return None
        found = self._foretold() if self._foretells else self._interpolated()
        if found is None or abs(found.y_m) > self.gate.half_width_m:
            return None
        if self._rests_until_ns is not None and found.t_ns < self._rests_until_ns:
            return None
        self.rest(found.t_ns)
        return found.t_ns

    def _interpolated(self) -> Place | None:
        """Return where the line was crossed between the last two fixes."""
        before, here = self._recent[-2], self._recent[-1]
        if not before.x_m < 0.0 <= here.x_m:
            return None
        share = -before.x_m / (here.x_m - before.x_m)
        return Place(
            before.t_ns + round(share * (here.t_ns - before.t_ns)),
            0.0,
            before.y_m + share * (here.y_m - before.y_m),
        )

    def _foretold(self) -> Place | None:
        """Return where the line through the last fixes crosses, if since the fix before or soon."""
        before, here = self._recent[-2], self._recent[-1]
        seconds = [(p.t_ns - here.t_ns) / NS_PER_S for p in self._recent]
        x_m, x_mps = fitted(seconds, [p.x_m for p in self._recent])
        y_m, y_mps = fitted(seconds, [p.y_m for p in self._recent])
        if x_mps < SLOWEST_MPS:
            return None
        ahead_s = -x_m / x_mps
        if not (before.t_ns - here.t_ns) / NS_PER_S - FORETOLD_S <= ahead_s <= FORETOLD_S:
            return None
        return Place(here.t_ns + s_to_ns(ahead_s), 0.0, y_m + ahead_s * y_mps)

    def _progressing(self) -> bool:
        """Tell whether the last seconds lead across the line, by their first and last third."""
        third = len(self._recent) // 3
        recent = list(self._recent)
        if recent[-1].t_ns - recent[0].t_ns < LEAST_PROGRESS_S * NS_PER_S:
            return False
        then, now = _mean(recent[:third]), _mean(recent[-third:])
        seconds = (now.t_ns - then.t_ns) / NS_PER_S
        ahead_m, aside_m = now.x_m - then.x_m, abs(now.y_m - then.y_m)
        return (
            ahead_m >= SLOWEST_MPS * seconds
            and aside_m <= STEEPEST * ahead_m
            and ahead_m <= FASTEST_MPS * seconds
        )


def _mean(places: Sequence[Place]) -> Place:
    n = len(places)
    return Place(
        sum(p.t_ns for p in places) // n,
        math.fsum(p.x_m for p in places) / n,
        math.fsum(p.y_m for p in places) / n,
    )


def _reachable(a: Place, b: Place) -> bool:
    return math.dist(a[1:], b[1:]) <= FASTEST_MPS * (b.t_ns - a.t_ns) / NS_PER_S + JUMP_SLACK_M


def fitted(xs: Sequence[float], ys: Sequence[float]) -> tuple[float, float]:
    """Return value at 0 and slope of the straight line through the points (least squares).

    The slope is 0 where all x are one.
    """
    n = len(xs)
    mean_x, mean_y = math.fsum(xs) / n, math.fsum(ys) / n
    square = math.fsum((x - mean_x) ** 2 for x in xs)
    slope = (
        math.fsum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / square
        if square
        else 0.0
    )
    return mean_y - slope * mean_x, slope
