"""How far wandering pace carries a runner from where an even one would have been."""

import math

from kickcue.lab.athlete import PACE_MEMORY_S, PACE_WANDER


def wandered_var_s2(dt_s: float) -> float:
    """Return the variance (s^2) of the metres of ``dt_s`` over the mean pace, from a known pace.

    It is that of the integral of an Ornstein-Uhlenbeck process which begins at a known value.
    """
    q = dt_s / PACE_MEMORY_S
    grown = 2.0 * q - 3.0 + 4.0 * math.exp(-q) - math.exp(-2.0 * q)
    return (PACE_WANDER * PACE_MEMORY_S) ** 2 * max(grown, 0.0)
