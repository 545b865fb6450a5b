"""Whether the marks fit as well as the filter expects, and what is added to its error if not.

The innovation of a mark, squared, over its expected variance is one on average while the model
holds (normalised innovation squared, NIS: Bar-Shalom, Li and Kirubarajan 2001). No model holds a
pod whose scale follows the pace, whose total lags, or whose runner tires; the marks of several laps
show it. The estimate stays what it is; the standard error grows to what the marks show. What the
last mark alone shows is in ``misfit.py``.
"""

from dataclasses import dataclass
from typing import Final

PRIOR_MARKS: Final = 4.0
"""The prior that the model holds weighs as much as so many marks [judgement]."""
MAX_NIS: Final = 9.0
"""A mark more than three standard deviations off counts as three: a thumb may have slipped."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """Of the marks of one race."""

    marks: int = 0
    nis_sum: float = 0.0
    """Sum of the normalised innovations squared."""

    def after(self, innovation_m: float, innovation_var_m2: float) -> "Consistency":
        """Return it with one more mark."""
        nis = min(innovation_m * innovation_m / innovation_var_m2, MAX_NIS)
        return Consistency(self.marks + 1, self.nis_sum + nis)

    @property
    def missing_share(self) -> float:
        """By which share of itself the variance is too small; 0 while all is as expected.

        In every second race the innovations are a little too large by chance: that counts little.
        """
        excess = (PRIOR_MARKS + self.nis_sum) / (PRIOR_MARKS + self.marks) - 1.0
        return min(excess, excess * excess) if excess > 0.0 else 0.0
