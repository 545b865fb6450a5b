"""How long to wait for the mark of a line before believing without it that the line has been passed.

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

EVEN_ODDS = 0.5
NODES = 12
HALVINGS = 10
_MIDDLES: Final = tuple(i + 0.5 for i in range(NODES))
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
    """Return with what probability the line should have been passed before one stops waiting for its mark.

    ``places``: those believed in, the heaviest first; the mark comes ``late_m`` past the line, give
    or take ``late_sd_m``.
    """
    heaviest = places[0]
    if not any(place.seen for place in places):
        return EVEN_ODDS
    if heaviest.weight >= NO_DOUBT * sum(place.weight for place in places):
        return odds_to_fire_at(heaviest.sd_m, late_m, late_sd_m, heaviest.seen)
    spread_m = max(late_sd_m, 0.01)
    first_m = min(-place.past_m - SURE * place.sd_m for place in places)
    last_m = max(-place.past_m + SURE * place.sd_m for place in places) + late_m + SURE * spread_m
    low_m = high_m = first_m
    for step in range(1, STEPS + 1):
        low_m, high_m = high_m, first_m + step * (last_m - first_m) / STEPS
        if _behind(places, high_m, late_m, spread_m) >= 0.0:
            break
    for _ in range(HALVINGS):
        middle_m = 0.5 * (low_m + high_m)
        if _behind(places, middle_m, late_m, spread_m) < 0.0:
            low_m = middle_m
        else:
            high_m = middle_m
    return sum(place.weight * _passed(place, high_m) for place in places) / sum(
        place.weight for place in places
    )


def _passed(place: Awaited, on_m: float) -> float:
    """Return how probably the line is passed when all have gone on by ``on_m``."""
    return 0.5 * math.erfc(-(place.past_m + on_m) / (max(place.sd_m, 0.01) * math.sqrt(2.0)))


def _behind(places: Sequence[Awaited], on_m: float, late_m: float, late_sd_m: float) -> float:
    """Return how much more of the mass of U lies past the line than before it when all have gone on by ``on_m``.

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
    """Return the same for a place whose mark is not waited for, or that is surely on one side of the line."""
    passed = _passed(place, on_m)
    if not place.seen or mean < 0.0:
        return 2.0 * passed - 1.0
    come = 0.5 * math.erfc(
        (late_m - place.past_m - on_m) / (math.hypot(place.sd_m, late_sd_m) * math.sqrt(2.0))
    )
    return 1.0 - place.seen * come


def odds_to_fire_at(sd_m: float, late_m: float, late_sd_m: float, seen: float) -> float:
    """Return with what probability the line should have been passed before one stops waiting for its mark.

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
    low, high = 0.0, SURE
    for _ in range(HALVINGS):
        mean = 0.5 * (low + high)
        behind = _outstanding(mean, sd, late, seen, (0.0, mean + SURE))
        ahead = _outstanding(mean, sd, late, seen, (mean - SURE, 0.0))
        low, high = (mean, high) if behind < ahead else (low, mean)
    return 0.5 * math.erfc(-0.5 * (low + high) / math.sqrt(2.0))


def _outstanding(
    mean: float, sd: float, late: float, seen: float, between: tuple[float, float]
) -> float:
    """Return the mass of U there (midpoint rule).

    With x in its own standard deviations and ``mean`` of them past the line on average.
    """
    low, high = between
    step = (high - low) / NODES
    half_seen, exp, erfc = (
        seen * 0.5,
        math.exp,
        math.erfc,
    )  # done thousands of times while the place is in doubt
    mass = 0.0
    for middle in _MIDDLES:
        x = low + middle * step
        off = x - mean
        mass += exp(-0.5 * off * off) * (1.0 - half_seen * erfc((late - sd * x) / _ROOT_2))
    return mass * step
