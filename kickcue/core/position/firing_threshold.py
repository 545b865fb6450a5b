"""When to stop waiting for a line's mark: how probably the line must have been passed to fire.

Where laps are being marked, the mark of the very line is due any moment, and it caps how late one
can be; firing early has no such cap. So fire when P(line passed | no mark yet) reaches 1/2, which
minimises the expected absolute error (one-step look-ahead: once waiting does not pay it does not
pay later either, for silence is ever better evidence of a missed mark).

With x how far past the line the runner is, normal with standard deviation sd, and D how far after
(or before) the line its mark is known, a mark is still outstanding with probability U(x) = 1 -
detection_probability * P(D < x). The rule fires where the mass of U(x) is the same on both sides of
x = 0; what is returned is the plain probability of x > 0 there, which knows nothing of the silence.

In a mixture each component has its share of that mass: one far past the line without a mark has
little of it, one whose line has had its mark has all its weight.
"""

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from kickcue.core.zero_crossing import zero_crossing

EVEN_PROBABILITY: Final = 0.5
"""Fire at this where nothing is waited for."""
TOLERANCE_SDS: Final = 0.002
"""How exactly the moment to fire is found, in standard deviations of the position..."""
TOLERANCE_M: Final = 0.02
"""...and in metres for a mixture."""
MIN_SD_M: Final = 0.01
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
SUPPORT_SDS: Final = 4.0
"""Standard deviations to each side that hold all the mass that matters."""
SINGLE_WEIGHT: Final = 0.95
"""A component of so much weight is the only one considered."""
FAR_AHEAD_M: Final = 100.0
"""A last lap called so far from its line is wrong in any case: such components are alternatives."""
SEARCH_STEPS: Final = 24
"""Moments tried for a mixture, between the first and the last that can be right."""


class ComponentAtLine(NamedTuple):
    """One component of the mixture of positions, as the line sees it."""

    weight: float
    past_m: float
    """How far past the line its mean is."""
    sd_m: float
    detection_probability: float
    """How probably the line still gives a mark under it; 0: none is waited for."""


def firing_probability(
    components: Sequence[ComponentAtLine], known_m: float, known_sd_m: float
) -> float:
    """Return how probably the line must have been passed to wait no longer.

    ``components``: the heaviest first. The mark is known ``known_m`` past the line, give or take
    ``known_sd_m``.
    """
    heaviest = components[0]
    if not any(each.detection_probability for each in components):
        return EVEN_PROBABILITY
    if heaviest.weight >= SINGLE_WEIGHT * math.fsum(each.weight for each in components):
        return firing_probability_at(
            heaviest.sd_m, known_m, known_sd_m, heaviest.detection_probability
        )
    sd_m = max(known_sd_m, MIN_SD_M)
    first_m = min(-each.past_m - SUPPORT_SDS * each.sd_m for each in components)
    last_m = max(-each.past_m + SUPPORT_SDS * each.sd_m for each in components)
    last_m = last_m + known_m + SUPPORT_SDS * sd_m
    on_m = _first_balance_m(components, (first_m, last_m), known_m, sd_m)
    return math.fsum(each.weight * _passed(each, on_m) for each in components) / math.fsum(
        each.weight for each in components
    )


def _first_balance_m(
    components: Sequence[ComponentAtLine],
    between_m: tuple[float, float],
    known_m: float,
    known_sd_m: float,
) -> float:
    """Return after how many metres the mass of U first lies past the line as much as before it."""
    first_m, last_m = between_m
    low_m, low = high_m, high = first_m, -1.0
    for step in range(1, SEARCH_STEPS + 1):
        low_m, low = high_m, high
        high_m = first_m + step * (last_m - first_m) / SEARCH_STEPS
        high = _mass_difference(components, high_m, known_m, known_sd_m)
        if high >= 0.0:
            break
    else:
        return high_m

    def difference(on_m: float) -> float:
        return _mass_difference(components, on_m, known_m, known_sd_m)

    return zero_crossing(difference, (low_m, low), (high_m, high), TOLERANCE_M)


def _passed(component: ComponentAtLine, on_m: float) -> float:
    """Return how probably the line is passed once the runner has moved on by ``on_m``."""
    sd_m = max(component.sd_m, MIN_SD_M)
    return 0.5 * math.erfc(-(component.past_m + on_m) / (sd_m * math.sqrt(2.0)))


def _mass_difference(
    components: Sequence[ComponentAtLine], on_m: float, known_m: float, known_sd_m: float
) -> float:
    """Return how much more of U's mass lies past the line than before it, ``on_m`` further on.

    Of the components that have the line far ahead only the heaviest counts, for no more than one of
    them can be waited for.
    """
    total = far = 0.0
    for each in components:
        if -(each.past_m + on_m) > max(FAR_AHEAD_M, SUPPORT_SDS * each.sd_m):
            far = max(far, each.weight)
            continue
        mean = (each.past_m + on_m) / max(each.sd_m, MIN_SD_M)
        detection = each.detection_probability
        if not detection or abs(mean) > SUPPORT_SDS:
            total += each.weight * _one_sided(mean, each, on_m, known_m, known_sd_m)
            continue
        sd, known = each.sd_m / known_sd_m, known_m / known_sd_m
        before = past = 0.0
        if mean < SUPPORT_SDS:
            before = _outstanding(mean, sd, known, detection, (mean - SUPPORT_SDS, 0.0))
        if mean > -SUPPORT_SDS:
            past = _outstanding(mean, sd, known, detection, (0.0, mean + SUPPORT_SDS))
        total += each.weight * (past - before) / math.sqrt(2.0 * math.pi)
    return total - far


def _one_sided(
    mean: float, component: ComponentAtLine, on_m: float, known_m: float, known_sd_m: float
) -> float:
    """Return the same for a component that waits for no mark, or lies on one side of the line."""
    passed = _passed(component, on_m)
    if not component.detection_probability or mean < 0.0:
        return 2.0 * passed - 1.0
    sd_m = math.hypot(component.sd_m, known_sd_m)
    known = 0.5 * math.erfc((known_m - component.past_m - on_m) / (sd_m * math.sqrt(2.0)))
    return 1.0 - component.detection_probability * known


def firing_probability_at(
    sd_m: float, known_m: float, known_sd_m: float, detection_probability: float
) -> float:
    """Return how probably the line must have been passed to wait no longer, for one component.

    ``sd_m`` is the standard error of the position; the mark is known ``known_m`` past the line,
    give or take ``known_sd_m``, if there is one. The answer lies between a half (nothing to wait
    for, or nothing to learn from it) and one.
    """
    unit_m = max(known_sd_m, MIN_SD_M)
    return _firing_probability(
        round(sd_m / unit_m, 1), round(known_m / unit_m, 1), round(detection_probability, 2)
    )


@lru_cache(maxsize=256)
def _firing_probability(sd: float, known: float, detection_probability: float) -> float:
    """Return the same with all lengths in units of the mark's standard deviation.

    A few round numbers come again and again.
    """
    if sd <= 0.0:
        return EVEN_PROBABILITY

    def difference(mean: float) -> float:
        past = _outstanding(mean, sd, known, detection_probability, (0.0, mean + SUPPORT_SDS))
        return past - _outstanding(
            mean, sd, known, detection_probability, (mean - SUPPORT_SDS, 0.0)
        )

    at_once, at_last = difference(0.0), difference(SUPPORT_SDS)
    if at_once >= 0.0 or at_last <= 0.0:
        return 0.5 * math.erfc(-(0.0 if at_once >= 0.0 else SUPPORT_SDS) / _ROOT_2)
    mean = zero_crossing(difference, (0.0, at_once), (SUPPORT_SDS, at_last), TOLERANCE_SDS)
    return 0.5 * math.erfc(-mean / _ROOT_2)


def _outstanding(
    mean: float,
    sd: float,
    known: float,
    detection_probability: float,
    between: tuple[float, float],
) -> float:
    """Return the mass of U in that range, by Gauss-Legendre quadrature.

    x is in its own standard deviations, ``mean`` of them past the line on average.
    """
    low, high = between
    width, half_detected, exp, erfc = high - low, detection_probability * 0.5, math.exp, math.erfc
    mass = 0.0
    for node, weight in _NODES:
        x = low + node * width
        off = x - mean
        detected = half_detected * erfc((known - sd * x) / _ROOT_2)
        mass += weight * exp(-0.5 * off * off) * (1.0 - detected)
    return mass * width
