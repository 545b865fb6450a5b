"""How long to wait for a line's mark before believing without it that the line was passed.

Where laps are being marked, the mark of the very line is due any moment, and it caps how late one
can be; firing early has no such cap. So the cue waits while, *no mark having come yet*, the line
more probably lies ahead than behind. One moment later costs as much as is won at even odds of that,
which makes it the rule of least expected absolute error (one-step look-ahead: once waiting does not
pay it does not pay later either, since silence speaks ever more for a mark that was missed).

With x how far past the line the runner is, normal with standard deviation sd, and D how far after
(or before) the line the mark comes, a mark is still outstanding with probability U(x) = 1 - seen *
P(D < x). The rule fires where the mass of U(x) on both sides of x = 0 is the same; what is returned
is the plain probability of x > 0 there, without regard to the silence.

Where several places are believed in, each has its share of that mass: one that lies far past the
line, and has had no mark, speaks little; one in which the line has had its mark already speaks with
all its weight.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from kickcue.core.zero_crossing import zero_crossing

EVEN_ODDS = 0.5
WITHIN_SD = 0.002
"""So well is the moment to stop waiting worked out, in standard deviations of the place..."""
WITHIN_M = 0.02
"""...and in metres where several places are believed in."""
_NODES: Final = (
    (0.0254460438286207, 0.0647424830844349),
    (0.1292344072003028, 0.1398526957446384),
    (0.2970774243113014, 0.1909150252525594),
    (0.5, 0.2089795918367346),
    (0.7029225756886985, 0.1909150252525594),
    (0.8707655927996972, 0.1398526957446384),
    (0.9745539561713793, 0.0647424830844349),
)
"""Gauss-Legendre nodes and weights on 0 to 1: off by 0.0004 of the mass on average."""
_ROOT_2: Final = math.sqrt(2.0)
SURE = 4.0
"""Standard deviations that hold all the mass that matters."""
NO_DOUBT: Final = 0.95
"""A place that is believed in so much is the only one looked at."""
FAR_M: Final = 100.0
"""Who is told the last lap so far from its line is told nothing: such places are an either-or."""
STEPS: Final = 24
"""Of a mixture of places, so many moments between the first and the last that can be right are
looked at."""


class Awaited(NamedTuple):
    """One of the places believed in."""

    weight: float
    past_m: float
    """How far past the line it is, metres."""
    sd_m: float
    seen: float
    """How probably the line gives a mark there; 0: it is not waited for."""


def odds_to_fire(places: Sequence[Awaited], late_m: float, late_sd_m: float) -> float:
    """Return how probably the line should have been passed before one waits no longer.

    ``places``: those believed in, the heaviest first; the mark comes ``late_m`` past the line, give
    or take ``late_sd_m``.
    """
    heaviest = places[0]
    if not any(place.seen for place in places):
        return EVEN_ODDS
    if heaviest.weight >= NO_DOUBT * math.fsum(place.weight for place in places):
        return odds_to_fire_at(heaviest.sd_m, late_m, late_sd_m, heaviest.seen)
    spread_m = max(late_sd_m, 0.01)
    first_m = min(-place.past_m - SURE * place.sd_m for place in places)
    last_m = max(-place.past_m + SURE * place.sd_m for place in places) + late_m + SURE * spread_m
    on_m = _first_balance(places, (first_m, last_m), late_m, spread_m)
    return math.fsum(place.weight * _passed(place, on_m) for place in places) / math.fsum(
        place.weight for place in places
    )


def _first_balance(
    places: Sequence[Awaited], between_m: tuple[float, float], late_m: float, late_sd_m: float
) -> float:
    """Return after how many metres the mass of U first lies past the line as much as before it."""
    first_m, last_m = between_m
    low_m, low = high_m, high = first_m, -1.0
    for step in range(1, STEPS + 1):
        low_m, low = high_m, high
        high_m = first_m + step * (last_m - first_m) / STEPS
        high = _behind(places, high_m, late_m, late_sd_m)
        if high >= 0.0:
            break
    else:
        return high_m

    def behind(on_m: float) -> float:
        return _behind(places, on_m, late_m, late_sd_m)

    return zero_crossing(behind, (low_m, low), (high_m, high), WITHIN_M)


def _passed(place: Awaited, on_m: float) -> float:
    """Return how probably the line is passed when all have gone on by ``on_m``."""
    return 0.5 * math.erfc(-(place.past_m + on_m) / (max(place.sd_m, 0.01) * math.sqrt(2.0)))


def _behind(places: Sequence[Awaited], on_m: float, late_m: float, late_sd_m: float) -> float:
    """Return how much more of U's mass lies past the line than before it, ``on_m`` further on.

    Of the places for which the line lies far ahead only the likeliest counts, for no more than one
    of them can be waited for.
    """
    more = far = 0.0
    for place in places:
        if -(place.past_m + on_m) > max(FAR_M, SURE * place.sd_m):
            far = max(far, place.weight)
            continue
        mean = (place.past_m + on_m) / max(place.sd_m, 0.01)
        if not place.seen or abs(mean) > SURE:
            more += place.weight * _plain(mean, place, on_m, late_m, late_sd_m)
            continue
        sd, late = place.sd_m / late_sd_m, late_m / late_sd_m
        ahead = _outstanding(mean, sd, late, place.seen, (mean - SURE, 0.0)) if mean < SURE else 0.0
        behind = (
            _outstanding(mean, sd, late, place.seen, (0.0, mean + SURE)) if mean > -SURE else 0.0
        )
        more += place.weight * (behind - ahead) / math.sqrt(2.0 * math.pi)
    return more - far


def _plain(mean: float, place: Awaited, on_m: float, late_m: float, late_sd_m: float) -> float:
    """Return the same for a place not waited for, or surely on one side of the line."""
    passed = _passed(place, on_m)
    if not place.seen or mean < 0.0:
        return 2.0 * passed - 1.0
    come = 0.5 * math.erfc(
        (late_m - place.past_m - on_m) / (math.hypot(place.sd_m, late_sd_m) * math.sqrt(2.0))
    )
    return 1.0 - place.seen * come


def odds_to_fire_at(sd_m: float, late_m: float, late_sd_m: float, seen: float) -> float:
    """Return how probably the line should have been passed before one waits no longer.

    ``sd_m`` is the uncertainty of the place; the mark comes ``late_m`` past the line, give or take
    ``late_sd_m``, and with probability ``seen`` at all. The answer lies between even odds (nothing
    to wait for, or nothing to learn from it) and one.
    """
    unit_m = max(late_sd_m, 0.01)
    return _odds(round(sd_m / unit_m, 1), round(late_m / unit_m, 1), round(seen, 2))


@lru_cache(maxsize=256)
def _odds(sd: float, late: float, seen: float) -> float:
    """Return the same with all lengths in spreads of the mark.

    A few round numbers are met again and again.
    """
    if sd <= 0.0:
        return EVEN_ODDS

    def behind(mean: float) -> float:
        past = _outstanding(mean, sd, late, seen, (0.0, mean + SURE))
        return past - _outstanding(mean, sd, late, seen, (mean - SURE, 0.0))

    at_once, never = behind(0.0), behind(SURE)
    if at_once >= 0.0 or never <= 0.0:
        return 0.5 * math.erfc(-(0.0 if at_once >= 0.0 else SURE) / _ROOT_2)
    mean = zero_crossing(behind, (0.0, at_once), (SURE, never), WITHIN_SD)
    return 0.5 * math.erfc(-mean / _ROOT_2)


def _outstanding(
    mean: float, sd: float, late: float, seen: float, between: tuple[float, float]
) -> float:
    """Return the mass of U there, by Gauss-Legendre quadrature.

    x is in its own standard deviations, ``mean`` of them past the line on average.
    """
    low, high = between
    width, half_seen, exp, erfc = high - low, seen * 0.5, math.exp, math.erfc
    mass = 0.0
    for node, weight in _NODES:
        x = low + node * width
        off = x - mean
        mass += weight * exp(-0.5 * off * off) * (1.0 - half_seen * erfc((late - sd * x) / _ROOT_2))
    return mass * width
