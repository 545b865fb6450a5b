"""Earlier races of the same athlete and pod: their true scales, and what was measured of them.

A race with marks measures the pod's scale over its whole length: the distance between lines over
what the pod counted. What it cannot tell apart is the day's constant scale and the mean of the
drift over that race, which for an Ornstein-Uhlenbeck drift of standard deviation sigma and memory
tau over T seconds has the variance sigma^2 (2 tau / T) (1 - tau / T (1 - exp(-T / tau))).
"""

import math
from dataclasses import dataclass
from random import Random
from typing import Final

from kickcue.core.position.scale_prior import MeasuredScale
from kickcue.lab.sensors import PodFaults, Thumb

USUAL_MPS: Final = 4.9
"""The mean pace of simulated races."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """How scales come about from race to race; defaults are those of the evaluation protocol."""

    races: int = 3
    day_sd: float = 0.005
    shoe_changed: float = 0.05
    shoe_sd: float = 0.03


@dataclass(frozen=True, slots=True)
class History:
    """What earlier races measured, and the pod's scale today.

    Measured are true metres per metre of the pod; the scale is pod metres per true metre.
    """

    measured: tuple[MeasuredScale, ...]
    scale_today: float


def history(random: Random, earlier: Earlier, pod: PodFaults, distance_m: float) -> History:
    """Return earlier races' measured scales, the oldest first, and today's true one.

    All are over the same distance.
    """
    sd = math.hypot(mean_drift_sd(pod, distance_m / USUAL_MPS), _press_sd(distance_m))
    base = random.gauss(1.0, pod.scale_sd)
    days = []
    for number in range(earlier.races + 1):
        if number and random.random() < earlier.shoe_changed:
            base *= 1.0 + random.gauss(0.0, earlier.shoe_sd)
        days.append(base * (1.0 + random.gauss(0.0, earlier.day_sd)))
    measured = tuple(
        MeasuredScale(1.0 / (day * (1.0 + random.gauss(0.0, sd))), sd) for day in days[:-1]
    )
    return History(measured, days[-1])


def mean_drift_sd(pod: PodFaults, duration_s: float) -> float:
    """Return the standard deviation of the drift's mean over a race."""
    share = pod.drift_memory_s / duration_s
    return pod.drift_sd * math.sqrt(2.0 * share * (1.0 - share * (1.0 - math.exp(-1.0 / share))))


def _press_sd(distance_m: float) -> float:
    """Return what the thumb's error at both ends makes of the scale."""
    return math.sqrt(2.0) * Thumb().delay_sd_s * USUAL_MPS / distance_m
