"""A Kalman filter of the runner's position, given readings, and marks with their lines."""

import math
from abc import ABC, abstractmethod
from copy import copy
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from kickcue.lab.mark_errors import MarkErrors
from kickcue.lab.oracle_readings import Reading
from kickcue.lab.sensors import TrueMark

Vector = NDArray[np.float64]
Matrix = NDArray[np.float64]
LEAST_MPS: Final = 0.1


class OracleFilter(ABC):
    """State, covariance, and how sure of a line that makes; times in seconds after the gun."""

    def __init__(self, marks: MarkErrors, state: Vector, covariance: Matrix) -> None:
        self._marks = marks
        self._x, self._p = state, covariance
        self._marked_m = -math.inf
        self.before_sd_s = math.inf
        """Standard deviation, in time, before the last mark or now."""

    @property
    @abstractmethod
    def mps(self) -> float:
        """The pace over the race, as it was last."""

    @abstractmethod
    def predict(self, reading: Reading) -> None:
        """Move on by a reading."""

    @abstractmethod
    def position(self, t_s: float) -> tuple[float, float]:
        """Return where the runner is then: mean and standard deviation, in metres."""

    @abstractmethod
    def _update_by_line(self, t_s: float, line_m: float) -> float:
        """Update by a mark of that line; return the logarithm of its density, per metre."""

    def handle(self, arrival: Reading | TrueMark) -> None:
        """Handle a reading or a mark that was made for a line."""
        if isinstance(arrival, Reading):
            self.predict(arrival)
            self._record_sd(arrival.t_s)
        else:
            assert arrival.line_m is not None
            self.mark(arrival.t_s, arrival.line_m)

    def mark(self, t_s: float, line_m: float) -> float:
        """Update by a mark of that line; return the logarithm of its density, per metre."""
        self._record_sd(t_s)
        self._marked_m = line_m
        return self._update_by_line(t_s, line_m)

    def awaits(self, line_m: float) -> bool:
        """Return whether a mark at that line is still to come."""
        return self._marks.at_line and self._marked_m < line_m

    def has_passed(self, line_m: float, dare: float, t_s: float) -> bool:
        """Return whether the line lies ``dare`` standard deviations behind then, or was pressed."""
        if self._is_pressed(line_m):
            return True
        mean_m, sd_m = self.position(t_s)
        return line_m - mean_m + dare * sd_m <= 0.0

    def passed_probability(self, line_m: float, t_s: float) -> float:
        """Return the probability that the line lies behind then."""
        if self._is_pressed(line_m):
            return 1.0
        mean_m, sd_m = self.position(t_s)
        return 0.5 * math.erfc((line_m - mean_m) / (math.sqrt(2.0) * max(sd_m, 1e-6)))

    def copy(self) -> Self:
        """Return an independent copy."""
        twin = copy(self)
        twin._x, twin._p = self._x.copy(), self._p.copy()  # noqa: SLF001  it is one of us
        return twin

    def _is_pressed(self, line_m: float) -> bool:
        return self._marks.never_early and self._marked_m >= line_m

    def _record_sd(self, t_s: float) -> None:
        self.before_sd_s = self.position(t_s)[1] / max(self.mps, LEAST_MPS)

    def _update(self, by: Vector, innovation: float, var: float) -> float:
        """Update by a measurement; ``by`` is its slope by each state.

        Return the logarithm of its density.
        """
        to = self._p @ by
        innovation_var = float(by @ to) + var
        self._x = self._x + to / innovation_var * innovation
        self._p = self._p - np.outer(to / innovation_var, to)
        return -0.5 * (innovation**2 / innovation_var + math.log(2.0 * math.pi * innovation_var))
