"""The exact filter of a runner with a pod: the simulator's own model of its errors and of marks.

Its states are distance, the pod's constant scale error, its drift, and, where runners keep wide,
the width they keep to and how this bend differs from it; where all marks of a race are off by the
same, that; where the scale is another one for a time, how far it is off then. The posterior is that
of an extended Kalman filter, exact up to products of small errors.
"""

import math
from typing import Final

import numpy as np

from kickcue.core.course import LANE_WIDTH_M, Course
from kickcue.lab.mark_errors import MarkErrors
from kickcue.lab.oracle_filter import OracleFilter
from kickcue.lab.oracle_readings import Reading
from kickcue.lab.pacing_profile import BEND_RADIUS_M, OVERTAKES, ROAD_LONGER, WIDE_M, WIDE_VARIES_M
from kickcue.lab.scenarios import Scenario
from kickcue.lab.simulate import SimulatedRace
from kickcue.lab.wander import wandered_var_s2

ROUNDED_M: Final = 0.1
"""Step of the distance in a 2A53."""
S, C, D, W, U, M, F = range(7)
"""Distance, constant scale error, drift, usual width, this bend's difference from it, what all
marks are off by (m or s), how far the scale is off now."""


class PodFilter(OracleFilter):
    """The filter; its readings are what the pod counted."""

    def __init__(self, course: Course, scenario: Scenario, race: SimulatedRace) -> None:
        super().__init__(MarkErrors.of(course, scenario), np.zeros(7), np.zeros((7, 7)))
        self._course, self._scenario = course, scenario
        pod = scenario.pod
        known = race.scale
        drawn = (1.0 + pod.scale_sd**2, pod.scale_sd)
        scale, sd = drawn if known is None else (known.mean, known.sd)
        self._set(C, scale - 1.0, sd)
        self._set(D, 0.0, pod.drift_sd)
        self._set(M, self._marks.all_off, self._marks.all_off_sd)
        if scenario.style.wide:
            low, high = WIDE_M if course.lap_m is not None else ROAD_LONGER
            self._set(W, 0.5 * (low + high), (high - low) / math.sqrt(12.0))
        self._second = 0
        self._mps = 0.0
        self._bend: int | None = None

    @property
    def mps(self) -> float:
        """The pace over the race, as it was last."""
        return self._mps

    def predict(self, reading: Reading) -> None:
        """Take in what the pod counted since the reading before."""
        pod, dt_s, counted_m = self._scenario.pod, reading.second - self._second, reading.counted_m
        if reading.scale_off is not None:
            self._set(F, *reading.scale_off)
        factor, by_w, by_u = self._ground()
        x, f = self._x, np.eye(7)
        constant, drifting, innovation = 1.0 + x[C], 1.0 + x[D], 1.0 + x[F]
        scale = constant * drifting * innovation
        keep = math.exp(-dt_s / pod.drift_memory_s)
        f[S, C], f[S, D] = (
            counted_m * drifting * innovation * factor,
            counted_m * constant * innovation * factor,
        )
        f[S, F] = counted_m * constant * drifting * factor
        f[S, W], f[S, U] = counted_m * scale * by_w, counted_m * scale * by_u
        f[D, D] = keep
        moved_m = counted_m * scale * factor
        x[S] += moved_m
        x[D] *= keep
        self._p = f @ self._p @ f.T
        self._p[S, S] += reading.var_m2
        self._p[D, D] += pod.drift_sd**2 * (1.0 - keep * keep)
        self._second = reading.second
        self._mps = moved_m / dt_s if reading.mps is None else reading.mps * scale * factor

    def position(self, t_s: float) -> tuple[float, float]:
        """Return where the runner is then: mean and standard deviation, in metres."""
        ahead_m, ahead_var_m2 = self._ahead(t_s)
        var_m2 = max(float(self._p[S, S]), 0.0) + ahead_var_m2
        return float(self._x[S]) + ahead_m, math.sqrt(var_m2)

    def _update_by_line(self, t_s: float, line_m: float) -> float:
        errors, by = self._marks, np.zeros(7)
        by[S], by[M] = 1.0, -errors.all_off_m(self.mps)
        ahead_m, ahead_var_m2 = self._ahead(t_s)
        var_m2 = errors.var_m2(self.mps) + ahead_var_m2 + ROUNDED_M**2 / 12.0
        expected_m = float(by @ self._x) + ahead_m - errors.late_m(self.mps)
        return self._update(by, line_m - expected_m, var_m2)

    def _set(self, state: int, mean: float, sd: float) -> None:
        """Let a state be that, whatever it was before."""
        self._p[state, :] = self._p[:, state] = 0.0
        self._x[state], self._p[state, state] = mean, sd**2

    def _ahead(self, t_s: float) -> tuple[float, float]:
        """Return how far the runner has come since the last reading, and the variance of that."""
        dt_s = max(t_s - self._second, 0.0)
        return self.mps * dt_s, self.mps**2 * wandered_var_s2(dt_s)

    def _ground(self) -> tuple[float, float, float]:
        """Return metres of the race for each metre on the ground here, and its slopes by width."""
        if not self._scenario.style.wide:
            return 1.0, 0.0, 0.0
        if self._course.lap_m is None:
            return 1.0 / (1.0 + self._x[W]), -1.0, 0.0
        radius_m = BEND_RADIUS_M * self._course.lap_m / 400.0
        past_line_m = float(self._x[S]) + self._course.lap_m - self._course.first_crossing_m
        half, into_m = divmod(past_line_m, 0.5 * self._course.lap_m)
        if into_m >= math.pi * radius_m:
            return 1.0, 0.0, 0.0
        if half != self._bend:
            self._bend = int(half)
            aside_m = LANE_WIDTH_M + WIDE_M[0] - float(self._x[W])
            var_m2 = (1.0 - OVERTAKES) * (WIDE_VARIES_M**2 + OVERTAKES * aside_m**2)
            self._set(U, OVERTAKES * aside_m, math.sqrt(var_m2))
        factor = 1.0 / (1.0 + (self._x[W] + self._x[U]) / radius_m)
        return factor, -(factor**2) / radius_m, -(factor**2) / radius_m
