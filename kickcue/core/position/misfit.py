"""How badly the last mark fitted, and how far off the pod may be since.

A pod whose scale changes within a lap is off at that lap's mark by less than it will be at the next
one. As long as no change point explains such a mark better, the filter takes it for chance, and is
as sure of the next lap as of any other. So where a mark was off by more than chance explains, the
pod may go on being off: by twice as much per metre, for on average the change came in the middle of
the metres since the mark before.
"""

from typing import Final

from kickcue.core.position.consistency import Consistency
from kickcue.core.position.kalman_filter import KalmanFilter
from kickcue.core.position.line_association import Observation

BY_CHANCE_NIS: Final = 4.0
"""A mark two standard deviations off is explained by chance."""
CHANGE_AT_SHARE: Final = 0.5
"""Where a change came, as a share of the metres since the mark before."""


class Misfit:
    """What the marks leave unexplained under the heaviest hypothesis."""

    def __init__(self, scale_variance: float = 0.0, consistency: Consistency | None = None) -> None:
        self._scale_variance = scale_variance
        """Of the change of scale that the last mark suggests."""
        self._consistency = consistency or Consistency()
        """Of all marks."""
        self._missing_share = self._consistency.missing_share

    @property
    def adds_variance(self) -> bool:
        """Whether anything is to be added to the filter's variance."""
        return self._scale_variance > 0.0 or self._missing_share > 0.0

    def copy(self) -> "Misfit":
        """Return an independent copy, to come back to when a mark is undone."""
        return Misfit(self._scale_variance, self._consistency)

    def update(self, before: KalmanFilter, after: KalmanFilter, observation: Observation) -> None:
        """Update by a mark of a line: the heaviest hypothesis ``before`` and ``after`` it."""
        self._scale_variance = 0.0
        run_m = after.last_mark_m - before.last_mark_m
        if change_of(after) != change_of(before) or run_m <= 0.0:
            return  # a hypothesis of change has a spread of its own
        innovation_m = after.last_mark_m - observation.predicted_line_m(before)
        axis_m = observation.axis_m(before)
        innovation_var_m2 = before.variance_ahead_m2(axis_m) + observation.variance_m2(before)
        self._consistency = self._consistency.after(innovation_m, innovation_var_m2)
        self._missing_share = self._consistency.missing_share
        unexplained_m2 = max(innovation_m * innovation_m - BY_CHANCE_NIS * innovation_var_m2, 0.0)
        self._scale_variance = unexplained_m2 / (CHANGE_AT_SHARE * run_m) ** 2

    def variance_m2(self, run_m: float, filter_var_m2: float) -> float:
        """Return what to add to the variance of the position, ``run_m`` after the last line.

        ``filter_var_m2``: that variance under the heaviest hypothesis.
        """
        return self._scale_variance * run_m * run_m + self._missing_share * filter_var_m2


def change_of(h: KalmanFilter) -> tuple[bool, int]:
    """Return what tells changes apart: whether there was one, and after how many marks."""
    return h.changed, h.lines_marked - h.marks_since_change
