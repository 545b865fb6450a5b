"""A 400 m track for tests, and the fixes of somebody who runs on it."""

import math
from collections.abc import Callable, Iterator
from random import Random

from kickcue.core.crossing.gate import Gate, Plane
from kickcue.core.events import Fix
from kickcue.core.units import s_to_ns

RADIUS_M = 36.8  # measured line of lane 1
STRAIGHT_M = (400.0 - 2.0 * math.pi * RADIUS_M) / 2.0


def on_track(run_m: float) -> tuple[float, float]:
    """Return where somebody is ``run_m`` past the finish line, which lies at (0, 0) at the end of a
    straight along x, the bend to the left.
    """
    bend_m = math.pi * RADIUS_M
    m = run_m % 400.0
    for turned, length_m, x_m, y_m in (
        (0.0, bend_m, 0.0, 0.0),
        (math.pi, STRAIGHT_M, 0.0, 2.0 * RADIUS_M),
        (math.pi, bend_m, -STRAIGHT_M, 2.0 * RADIUS_M),
        (0.0, STRAIGHT_M, -STRAIGHT_M, 0.0),
    ):
        if m <= length_m or (x_m, y_m) == (-STRAIGHT_M, 0.0):
            sign = math.cos(turned)
            if length_m == bend_m:
                return x_m + sign * RADIUS_M * math.sin(m / RADIUS_M), y_m + sign * RADIUS_M * (
                    1.0 - math.cos(m / RADIUS_M)
                )
            return x_m + sign * m, y_m
        m -= length_m
    raise AssertionError


class Venue:
    """A track somewhere on the globe, turned by some angle; ``noise_m`` is the standard deviation
    of each coordinate of a fix.
    """

    def __init__(
        self, random: Random, *, noise_m: float, lat_deg: float = 51.86, lon_deg: float = -0.42
    ) -> None:
        self._random = random
        self._noise_m = noise_m
        self._plane = Plane(lat_deg, lon_deg)
        self._turn = random.uniform(0.0, 2.0 * math.pi)

    @property
    def gate(self) -> Gate:
        """The true finish line."""
        return Gate(*self._plane.lat_lon(0.0, 0.0), (90.0 - math.degrees(self._turn)) % 360.0)

    def fix(self, t_s: float, x_m: float, y_m: float) -> Fix:
        """Return what the receiver says of somebody at a place of the track."""
        x_m, y_m = (
            x_m + self._random.gauss(0.0, self._noise_m),
            y_m + self._random.gauss(0.0, self._noise_m),
        )
        sin, cos = math.sin(self._turn), math.cos(self._turn)
        return Fix(s_to_ns(t_s), *self._plane.lat_lon(cos * x_m - sin * y_m, sin * x_m + cos * y_m))

    def fixes(self, run_m: Callable[[float], float], start_m: float, seconds: int) -> Iterator[Fix]:
        """Yield one fix a second of a runner who stands ``start_m`` past the finish line for 15 s
        and runs from second 0 on.
        """
        for second in range(-15, seconds):
            t_s = second + 0.2
            yield self.fix(t_s, *on_track(start_m + (run_m(t_s) if t_s > 0.0 else 0.0)))
