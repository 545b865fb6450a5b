"""How much of a mixture of Gaussians lies above a value, and its quantiles."""

import math
from typing import Final

from kickcue.core.position.firing_threshold import EVEN_PROBABILITY
from kickcue.core.zero_crossing import zero_crossing

QUANTILE_TOLERANCE_M: Final = 1e-6
QUANTILE_RANGE_SDS: Final = 6.0

_ROOT_2: Final = math.sqrt(2.0)
Components = list[tuple[float, float, float]]
"""A Gaussian mixture: weight, mean and standard deviation of each component."""


def mass_above(components: Components, x: float) -> float:
    """Return the probability that a mixture lies above ``x``."""
    return _scaled_mass_above([(w * 0.5, mean, sd * _ROOT_2) for w, mean, sd in components], x)


def _scaled_mass_above(scaled: Components, x: float) -> float:
    """Return the mass above ``x``; components as erfc wants them: weight / 2, mean, sqrt(2) sd."""
    mass, erfc = 0.0, math.erfc
    for half, mean, width in scaled:
        mass += half * erfc((x - mean) / width)
    return mass


def quantile(components: Components, probability: float) -> float:
    """Return the x above which ``probability`` of a mixture lies."""
    if len(components) == 1 and probability == EVEN_PROBABILITY:
        return components[0][1]
    low = min(mean - QUANTILE_RANGE_SDS * sd for _, mean, sd in components)
    high = max(mean + QUANTILE_RANGE_SDS * sd for _, mean, sd in components)
    scaled = [(w * 0.5, mean, sd * _ROOT_2) for w, mean, sd in components]

    def more(x: float) -> float:
        return _scaled_mass_above(scaled, x) - probability

    return zero_crossing(more, (low, more(low)), (high, more(high)), QUANTILE_TOLERANCE_M)
