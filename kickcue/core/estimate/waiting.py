"""How long to wait for the mark of a line before believing without it that the line has been passed.

Where laps are being marked, the mark of the very line is due any moment, and it caps how late one can be; firing early has no such cap.
So the cue waits while, *no mark having come yet*, the line more probably lies ahead than behind. One moment later costs as much as is
won at even odds of that, which makes it the rule of least expected absolute error (one-step look-ahead: once waiting does not pay it
does not pay later either, since silence speaks ever more for a mark that was missed).

With x how far past the line the runner is, normal with standard deviation sd, and D how far after (or before) the line the mark comes,
a mark is still outstanding with probability U(x) = 1 - seen * P(D < x). The rule fires where the mass of U(x) on both sides of x = 0 is
the same; what is returned is the plain probability of x > 0 there, without regard to the silence.
"""

import math
from functools import lru_cache

EVEN_ODDS = 0.5
NODES = 12
HALVINGS = 10
SURE = 4.0
"""Standard deviations that hold all the mass that matters."""


def odds_to_fire_at(sd_m: float, late_m: float, late_sd_m: float, seen: float) -> float:
    """Return with what probability the line should have been passed before one stops waiting for its mark.

    ``sd_m`` is the uncertainty of the place; the mark comes ``late_m`` past the line, give or take ``late_sd_m``, and with probability
    ``seen`` at all. The answer lies between even odds (nothing to wait for, or nothing to learn from it) and one.
    """
    unit_m = max(late_sd_m, 0.01)
    return _odds(round(sd_m / unit_m, 1), round(late_m / unit_m, 1), round(seen, 2))


@lru_cache(maxsize=256)
def _odds(sd: float, late: float, seen: float) -> float:
    """Return the same with all lengths in spreads of the mark; a few round numbers are met again and again."""
    if sd <= 0.0:
        return EVEN_ODDS
    low, high = 0.0, SURE
    for _ in range(HALVINGS):
        mean = 0.5 * (low + high)
        behind = _outstanding(mean, sd, late, seen, (0.0, mean + SURE))
        ahead = _outstanding(mean, sd, late, seen, (mean - SURE, 0.0))
        low, high = (mean, high) if behind < ahead else (low, mean)
    return 0.5 * math.erfc(-0.5 * (low + high) / math.sqrt(2.0))


def _outstanding(mean: float, sd: float, late: float, seen: float, between: tuple[float, float]) -> float:
    """Return the mass of U there (midpoint rule), with x in its own standard deviations and ``mean`` of them past the line on average."""
    low, high = between
    step = (high - low) / NODES
    mass = 0.0
    for i in range(NODES):
        x = low + (i + 0.5) * step
        mass += math.exp(-0.5 * (x - mean) ** 2) * (1.0 - seen * 0.5 * math.erfc((late - sd * x) / math.sqrt(2.0)))
    return mass * step
