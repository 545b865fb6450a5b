"""Whether the marks come as near as the belief expects, and what it adds to the error told if not.

The innovation of a mark is how far off its line was; squared, over its expected variance, it is one
on average while the model holds (normalised innovation squared, Bar-Shalom, Li and Kirubarajan
2001). A pod whose scale follows the pace, whose total lags, or that is worn by a tired runner is in
no model, and the marks of several laps say so. The estimate stays what it is; the error told grows
until it is as large as the marks show. What the last mark alone says is in ``misfit.py``.
"""

from dataclasses import dataclass
from typing import Final

STRENGTH: Final = 4.0
"""That the model holds is believed as if so many marks had shown it [judgement]."""
MOST: Final = 9.0
"""A mark three standard deviations off is as much as one can tell: it may be a slip of a thumb."""


@dataclass(frozen=True, slots=True)
class Consistency:
    """Of the marks of one race."""

    marks: int = 0
    squares: float = 0.0
    """Sum of the normalised innovations squared."""

    def after(self, innovation_m: float, variance_m2: float) -> "Consistency":
        """Return it with one more mark, ``innovation_m`` off where ``variance_m2`` was expected."""
        square = min(innovation_m * innovation_m / variance_m2, MOST)
        return Consistency(self.marks + 1, self.squares + square)

    @property
    def missing(self) -> float:
        """By how much of itself the variance told is too small; 0 while all is as expected.

        A little too large are the innovations of every second race by chance: that counts little.
        """
        excess = (STRENGTH + self.squares) / (STRENGTH + self.marks) - 1.0
        return min(excess, excess * excess) if excess > 0.0 else 0.0
