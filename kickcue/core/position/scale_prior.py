"""What earlier races teach about the scale of one pod on one athlete.

The pod has a base scale, which stays until the shoe is changed. From day to day the scale differs a
little from it (how the pod sits, surface, freshness), and each race measures that day's scale with
an error of its own. So every race is worth about as much as any other until one of them does not
fit: then either the shoe was changed, and what came before counts no more, or it was an odd day.
Both are kept in mind, each with its probability, as one normal distribution each; what is handed on
is the mean and spread of all of them together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GENERIC_SCALE, GENERIC_SD = 1.0, 0.03
"""True metres per metre of the pod, before anything is known of it."""
DAY_SD: Final = 0.005
"""The scale differs by half a per cent from day to day, as the evaluation protocol assumes."""
CHANGED, CHANGED_SD = 0.05, 0.03
"""One race in twenty is run on another shoe, some three per cent different (same source)."""
MOST_HYPOTHESES: Final = 12


@dataclass(frozen=True, slots=True)
class MeasuredScale:
    """One race's answer: true metres per metre of the pod, and one standard deviation of that."""

    scale: float
    sd: float


def learned(scales: Sequence[MeasuredScale]) -> tuple[float, float]:
    """Return scale and standard deviation to expect in the next race, from those of earlier ones.

    They come the oldest first; without any it is the generic scale. The spread includes the next
    day's difference, and is wide where a change of shoe is suspected. That the shoe may be changed
    *before* the next race is not in it: the engine keeps a wide hypothesis of its own for such
    surprises.
    """
    beliefs = [(1.0, GENERIC_SCALE, GENERIC_SD**2)]
    for number, race in enumerate(scales):
        ahead = beliefs if number == 0 else _maybe_changed(beliefs)
        beliefs = _pruned([_seen(belief, race) for belief in ahead])
    mean = math.fsum(weight * m for weight, m, _ in beliefs)
    variance = math.fsum(weight * (v + (m - mean) ** 2) for weight, m, v in beliefs)
    if not scales:  # the generic spread is of pods on the day of a race
        return mean, math.sqrt(variance)
    return mean, math.sqrt(variance + DAY_SD**2)


_Belief = tuple[float, float, float]
"""Weight, mean and variance of the base scale."""


def _maybe_changed(beliefs: Sequence[_Belief]) -> list[_Belief]:
    same = [(weight * (1.0 - CHANGED), mean, variance) for weight, mean, variance in beliefs]
    return [
        *same,
        *((weight * CHANGED, mean, variance + CHANGED_SD**2) for weight, mean, variance in beliefs),
    ]


def _seen(belief: _Belief, race: MeasuredScale) -> _Belief:
    weight, mean, variance = belief
    spread = variance + DAY_SD**2 + race.sd**2
    off = race.scale - mean
    gain = variance / spread
    return (
        weight * math.exp(-0.5 * off * off / spread) / math.sqrt(spread),
        mean + gain * off,
        variance * (1.0 - gain),
    )


def _pruned(beliefs: list[_Belief]) -> list[_Belief]:
    """Return the heaviest, their weights summing to one.

    It is one wide one where none is possible at all (numbers far from any pod's).
    """
    heaviest = sorted(beliefs, key=lambda belief: -belief[0])[:MOST_HYPOTHESES]
    total = math.fsum(weight for weight, _, _ in heaviest)
    if total <= 0.0:
        return [(1.0, heaviest[0][1], CHANGED_SD**2)]
    return [(weight / total, mean, variance) for weight, mean, variance in heaviest]
