"""A line across the track, and the moment a runner's position crosses it.

The line is crossed in one direction. Fixes come once a second; the moment is good to a fraction of
that, in one of two ways:

* between two fixes, by interpolating: good anywhere, on a bend too, but known only once it is over;
* extrapolated, by the straight line through the last seconds' fixes, up to a second before: the
  finish line lies at the end of a straight, the cue for the last lap cannot wait for the fix
  behind it, and nine fixes are better than two.

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
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.units import NS_PER_S, s_to_ns

HALF_WIDTH_M: Final = 12.0
"""Eight lanes are 9.8 m wide; the line is put where the runner runs, so this leaves room on both
sides for GNSS."""
MAX_ACCURACY_M: Final = 10.0
"""A fix whose own standard deviation is above this is of no use for a line (two seconds of
running)."""
JUMP_SLACK_M: Final = 8.0
"""Two good fixes may disagree by this much beside what was run [judgement: 4 sigma of 2 m]."""
MAX_GAP_S: Final = 5.0
"""Over a longer gap a runner rounds half a bend: the straight line between its ends is no path."""
MAX_FIXES: Final = 512
"""No receiver gives more than 50 fixes a second: of a flood the latest are kept."""
PROGRESS_WINDOW_S: Final = 8.0
MIN_PROGRESS_S: Final = 6.0
"""Progress over less is not believed: over 4 s, standing with 2 m of noise shows 2 m/s in one of
2,000 tries, over 6 s it is 5 sigma."""
MIN_PROGRESS_MPS: Final = 2.0
"""Progress along the heading: over 8 s, standing with 2 m of noise shows 0.3 m/s."""
MAX_EXTRAPOLATION_S: Final = 1.0
MAX_SLANT: Final = math.tan(math.radians(60.0))
MIN_FIXES: Final = 3
"""Fewer fixes show no progress."""
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
                raise UsageError(f"gate {name}: expected {low:g} to {high:g}, got {value:g}")

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


class PlanePoint(NamedTuple):
    """Where and when: on a Plane metres east and north.

    On a gate they are metres past the line and metres right of its middle.
    """

    t_ns: int
    x_m: float
    y_m: float


class FixVerdict(Enum):
    """The verdict on a fix.

    Not usable; the one before once more; it follows the one before; good, but how the runner came
    there is not known.
    """

    BAD = "bad"
    REPEATED = "repeated"
    FOLLOWS = "follows"
    AFTER_GAP = "after gap"


class OutlierGate:
    """Rejects outliers. A jump is bad until the next fix agrees with it.

    Noise makes no two fixes alike, so the same one again is of a receiver that is frozen, or sends
    more often than it measures: either way the runner is somewhere else by then.
    """

    def __init__(self) -> None:
        self._last: PlanePoint | None = None
        self._suspect: PlanePoint | None = None

    def classify(self, point: PlanePoint, accuracy_m: float | None) -> FixVerdict:
        """Return the verdict on the next fix, in order of time."""
        if not _is_usable(point, accuracy_m):
            return FixVerdict.BAD
        last = self._last
        if last is None:
            self._last, self._suspect = point, None
            return FixVerdict.AFTER_GAP
        if point.t_ns <= last.t_ns:
            return FixVerdict.BAD
        if point[1:] == last[1:]:
            return FixVerdict.REPEATED
        gap = point.t_ns - last.t_ns > MAX_GAP_S * NS_PER_S
        if not _reachable(last, point):
            suspect, self._suspect = self._suspect, point
            if suspect is None or not _reachable(suspect, point):
                return FixVerdict.BAD
            gap = True  # two agree with each other: the one before them was wrong
        self._last, self._suspect = point, None
        return FixVerdict.AFTER_GAP if gap else FixVerdict.FOLLOWS


class LineGate:
    """Detects crossings of one line. ``feed`` every fix in order of time.

    ``extrapolates``: the way to the line is straight, see above.
    """

    def __init__(self, gate: Gate, *, extrapolates: bool = True) -> None:
        self.gate = gate
        self._extrapolates = extrapolates
        self._plane = Plane(gate.lat_deg, gate.lon_deg)
        heading = math.radians(gate.heading_deg)
        self._ahead = math.sin(heading), math.cos(heading)
        self._outlier_gate = OutlierGate()
        self._recent: deque[PlanePoint] = deque(maxlen=MAX_FIXES)
        self._rests_until_ns: int | None = None

    def rest(self, t_ns: int) -> None:
        """Let nothing count as a crossing for ``REST_S`` from the gun or a crossing on."""
        self._rests_until_ns = t_ns + s_to_ns(REST_S)

    def feed(self, fix: Fix) -> int | None:
        """Return the ``t_ns`` of a crossing since the fix before, or up to a second ahead.

        A crossing is returned once.
        """
        east, north = self._plane.east_north(fix.lat_deg, fix.lon_deg)
        sin, cos = self._ahead
        here = PlanePoint(fix.t_ns, east * sin + north * cos, east * cos - north * sin)
        verdict = self._outlier_gate.classify(here, fix.accuracy_m)
        if verdict in (FixVerdict.BAD, FixVerdict.REPEATED):
            return None
        if verdict is FixVerdict.AFTER_GAP:
            self._recent.clear()
        self._keep(here)
        if len(self._recent) < MIN_FIXES or not self._progressing():
            return None
        found = self._extrapolated() if self._extrapolates else self._interpolated()
        if found is None or abs(found.y_m) > self.gate.half_width_m:
            return None
        if self._rests_until_ns is not None and found.t_ns < self._rests_until_ns:
            return None
        self.rest(found.t_ns)
        return found.t_ns

    def _keep(self, here: PlanePoint) -> None:
        """Keep the fixes of the last seconds, and a few at least."""
        self._recent.append(here)
        while (
            here.t_ns - self._recent[0].t_ns > PROGRESS_WINDOW_S * NS_PER_S
            and len(self._recent) > MIN_FIXES
        ):
            self._recent.popleft()

    def _interpolated(self) -> PlanePoint | None:
        """Return where the line was crossed between the last two fixes."""
        before, here = self._recent[-2], self._recent[-1]
        if not before.x_m < 0.0 <= here.x_m:
            return None
        share = -before.x_m / (here.x_m - before.x_m)
        return PlanePoint(
            before.t_ns + round(share * (here.t_ns - before.t_ns)),
            0.0,
            before.y_m + share * (here.y_m - before.y_m),
        )

    def _extrapolated(self) -> PlanePoint | None:
        """Return where the line through the last fixes crosses, if since the fix before or soon."""
        before, here = self._recent[-2], self._recent[-1]
        seconds = [(p.t_ns - here.t_ns) / NS_PER_S for p in self._recent]
        x_m, x_mps = fitted(seconds, [p.x_m for p in self._recent])
        y_m, y_mps = fitted(seconds, [p.y_m for p in self._recent])
        if x_mps < MIN_PROGRESS_MPS:
            return None
        ahead_s = -x_m / x_mps
        if (
            not (before.t_ns - here.t_ns) / NS_PER_S - MAX_EXTRAPOLATION_S
            <= ahead_s
            <= MAX_EXTRAPOLATION_S
        ):
            return None
        return PlanePoint(here.t_ns + s_to_ns(ahead_s), 0.0, y_m + ahead_s * y_mps)

    def _progressing(self) -> bool:
        """Return whether the last seconds lead across the line, by their first and last third."""
        third = len(self._recent) // 3
        recent = list(self._recent)
        if recent[-1].t_ns - recent[0].t_ns < MIN_PROGRESS_S * NS_PER_S:
            return False
        then, now = _mean(recent[:third]), _mean(recent[-third:])
        seconds = (now.t_ns - then.t_ns) / NS_PER_S
        ahead_m, aside_m = now.x_m - then.x_m, abs(now.y_m - then.y_m)
        return (
            ahead_m >= MIN_PROGRESS_MPS * seconds
            and aside_m <= MAX_SLANT * ahead_m
            and ahead_m <= FASTEST_MPS * seconds
        )


def _mean(points: Sequence[PlanePoint]) -> PlanePoint:
    n = len(points)
    return PlanePoint(
        sum(p.t_ns for p in points) // n,
        math.fsum(p.x_m for p in points) / n,
        math.fsum(p.y_m for p in points) / n,
    )


def _is_usable(point: PlanePoint, accuracy_m: float | None) -> bool:
    finite = math.isfinite(point.x_m) and math.isfinite(point.y_m)
    return finite and (accuracy_m is None or accuracy_m <= MAX_ACCURACY_M)


def _reachable(a: PlanePoint, b: PlanePoint) -> bool:
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
