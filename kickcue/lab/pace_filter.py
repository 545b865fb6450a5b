"""The exact filter of a runner without a pod's metres: the simulator's model of pace, and marks.

It knows how the race's pace goes over its distance, which nobody knows beforehand; not the mean
pace, nor how pace wanders. Where the sensor sends cadence, it knows by how much that rises with
pace, and not this runner's own. Heart rate is not used: in the simulation it is an exact function
of pace, and no runner's is.
"""

import math
from typing import Final

import numpy as np

from kickcue.core.course import Course
from kickcue.core.units import STEPS_PER_STRIDE
from kickcue.lab.athlete import (
    CADENCE_AT_5_SPM,
    PACE_MEMORY_S,
    PACE_MPS,
    PACE_WANDER,
    SPM_PER_MPS,
    STARTING_S,
    STEP_S,
)
from kickcue.lab.mark_errors import MarkErrors
from kickcue.lab.oracle_filter import Matrix, OracleFilter, Vector
from kickcue.lab.oracle_readings import Reading
from kickcue.lab.scenarios import Scenario
from kickcue.lab.simulate import SimulatedRace
from kickcue.lab.wander import wandered_var_s2

CADENCE_VAR_SPM2: Final = 1.0 + STEPS_PER_STRIDE**2 / 12.0
"""A sensor's cadence is off by one step a minute, and sent in whole strides."""
S, P, W, B = range(4)
"""Distance, mean pace, how far pace wanders from it (a share), cadence at 5 m/s."""


class PaceFilter(OracleFilter):
    """The filter; its readings are that time passes, and cadence where that is sent."""

    def __init__(self, course: Course, scenario: Scenario, race: SimulatedRace) -> None:
        assert race.pacing is not None
        low, high = scenario.pace_mps or PACE_MPS
        cadence, cadence_sd = CADENCE_AT_5_SPM
        super().__init__(
            MarkErrors.of(course, scenario),
            np.array([0.0, 0.5 * (low + high), 0.0, cadence]),
            np.diag([0.0, (high - low) ** 2 / 12.0, PACE_WANDER**2, cadence_sd**2]),
        )
        self._pacing = race.pacing
        self._t_s = 0.0

    @property
    def mps(self) -> float:
        """The pace as it was last."""
        return float(self._x[P]) * self._share(self._t_s)

    def predict(self, reading: Reading) -> None:
        """Take in a second, and its cadence where one was sent."""
        self._x, self._p = self._predicted(reading.t_s)
        self._t_s = reading.t_s
        if reading.cadence_spm is not None and reading.second > STARTING_S:
            sent_spm = STEPS_PER_STRIDE * round(reading.cadence_spm / STEPS_PER_STRIDE)
            share, mps = self._share(reading.t_s), self._x[P]
            off_spm = sent_spm - self._x[B] - SPM_PER_MPS * (mps * share - 5.0)
            by = np.array([0.0, SPM_PER_MPS * share, SPM_PER_MPS * mps, 1.0])
            self._update(by, off_spm, CADENCE_VAR_SPM2)

    def position(self, t_s: float) -> tuple[float, float]:
        """Return where the runner is then: mean and standard deviation, in metres."""
        x, p = self._predicted(t_s)
        return float(x[S]), math.sqrt(max(float(p[S, S]), 0.0))

    def _update_by_line(self, t_s: float, line_m: float) -> float:
        self._x, self._p = self._predicted(t_s)
        self._t_s = t_s
        mps, errors = self.mps, self._marks
        off_m = line_m + errors.late_m(mps) - float(self._x[S])
        return self._update(np.array([1.0, 0.0, 0.0, 0.0]), off_m, errors.var_m2(mps))

    def _predicted(self, t_s: float) -> tuple[Vector, Matrix]:
        """Return state and covariance at a later moment: pace wanders as a process with memory."""
        dt_s = max(t_s - self._t_s, 0.0)
        q = dt_s / PACE_MEMORY_S
        keep, mean_s = math.exp(-q), PACE_MEMORY_S * (1.0 - math.exp(-q))
        x = self._x.copy()
        started = min((self._t_s + 0.5 * dt_s + 0.5 * STEP_S) / STARTING_S, 1.0)
        shape = self._pacing(float(x[S]))
        f = np.eye(4)
        f[S, P] = started * (shape * dt_s + x[W] * mean_s)
        f[S, W] = started * x[P] * mean_s
        f[W, W] = keep
        x[S] += x[P] * f[S, P]
        x[W] *= keep
        p = f @ self._p @ f.T
        mps = started * x[P]
        p[S, S] += mps**2 * wandered_var_s2(dt_s)
        p[S, W] += mps * PACE_WANDER**2 * PACE_MEMORY_S * (1.0 - keep) ** 2
        p[W, S] = p[S, W]
        p[W, W] += PACE_WANDER**2 * (1.0 - keep * keep)
        return x, p

    def _share(self, t_s: float) -> float:
        """Return the pace at a moment, as a share of the mean pace."""
        started = min((t_s + STEP_S) / STARTING_S, 1.0)
        return started * (self._pacing(float(self._x[S])) + float(self._x[W]))
