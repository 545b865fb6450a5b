"""How badly the marks fitted, and what that says of the metres run since.

A pod whose scale changes within a lap is off at that lap's mark by less than it will be at the
next one. The belief takes such a mark for chance as long as no change explains it better, and
would be as sure of the next lap as of any other. So where a mark was off by more than chance would
have it, the pod may go on being off: twice as much per metre, for on average the change came in
the middle of what was run since the mark before.
"""

from typing import Final

from kickcue.core.position.consistency import Consistency
from kickcue.core.position.kalman_filter import KalmanFilter
from kickcue.core.position.line_association import Observation

BY_CHANCE: Final = 4.0
"""In variances: a mark that is two standard deviations off is nothing to speak of."""
MIDDLE: Final = 0.5
"""Where a change came, as a share of what was run since the mark before."""


class Misfit:
    """What the marks have left unexplained, as the likeliest hypothesis had it."""

    def __init__(self, scale_variance: float = 0.0, consistency: Consistency | None = None) -> None:
        self._scale_variance = scale_variance
        """Of the change of scale that the last mark speaks for."""
        self._consistency = consistency or Consistency()
        """Of all marks."""
        self._missing = self._consistency.missing

    @property
    def speaks(self) -> bool:
        """Whether anything is to be added to the variance told."""
        return self._scale_variance > 0.0 or self._missing > 0.0

    def copy(self) -> "Misfit":
        """Return an independent copy, to come back to when a mark is taken back."""
        return Misfit(self._scale_variance, self._consistency)

    def mark(self, before: KalmanFilter, after: KalmanFilter, seen: Observation) -> None:
        """Take in a mark that the likeliest hypothesis, ``after`` it, has tied to its last line."""
        self._scale_variance = 0.0
        run_m = after.tied_m - before.tied_m
        if change_of(after) != change_of(before) or run_m <= 0.0:
            return  # a hypothesis of change has a spread of its own
        off_m = after.tied_m - seen.line_m(before)
        spread = before.variance_ahead(seen.axis_m(before)) + seen.variance_m2(before)
        self._consistency = self._consistency.after(off_m, spread)
        self._missing = self._consistency.missing
        unexplained_m2 = max(off_m * off_m - BY_CHANCE * spread, 0.0)
        self._scale_variance = unexplained_m2 / (MIDDLE * run_m) ** 2

    def variance_m2(self, run_m: float, believed_m2: float) -> float:
        """Return what is to be added to the variance of the place, ``run_m`` after the last line.

        ``believed_m2``: that variance as the likeliest hypothesis has it.
        """
        return self._scale_variance * run_m * run_m + self._missing * believed_m2


def change_of(h: KalmanFilter) -> tuple[bool, int]:
    """Return what tells changes apart: whether there was one, and after how many marks."""
    return h.changed, h.tied - h.since_change
