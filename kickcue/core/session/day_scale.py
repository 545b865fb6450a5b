"""The pod's scale today, learned from repetitions that were begun and ended at a line."""

from dataclasses import dataclass
from typing import Final

from kickcue.core.position.estimator import ScalePrior

PRESS_SD_S: Final = 0.4
"""A thumb's error at one end of a repetition [evaluation protocol: 0.3 s], with the start's."""
SLOWED_SD_S: Final = 0.8
"""Runners slow down just past the line, sooner or later [judgement]."""
LEAST_M: Final = 100.0
"""A shorter repetition says less of the scale than of the thumb."""
MOST_OFF_SDS: Final = 4.0
"""What contradicts the scale by more was no repetition of that length."""


@dataclass(slots=True)
class DayScale:
    """True metres per pod metre: the mean of a normal distribution and its standard deviation."""

    prior: ScalePrior

    def measure(
        self, true_m: float, estimated_m: float, speed_mps: float, error_s: float = PRESS_SD_S
    ) -> None:
        """Update by a repetition of ``true_m`` that was estimated to be ``estimated_m`` long.

        ``error_s``: how well its ends are known, one standard deviation.
        """
        if true_m < LEAST_M or estimated_m <= 0.0:
            return
        measured = self.prior.mean * true_m / estimated_m
        error_sd = measured * error_s * speed_mps / true_m
        variance, error = self.prior.sd**2, error_sd**2
        innovation = measured - self.prior.mean
        if innovation**2 > MOST_OFF_SDS**2 * (variance + error):
            return
        gain = variance / (variance + error)
        mean = self.prior.mean + gain * innovation
        self.prior = ScalePrior(mean, max((1.0 - gain) * variance, 1e-8) ** 0.5)
