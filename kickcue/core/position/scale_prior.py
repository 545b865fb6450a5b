"""What earlier races teach about the scale of one pod on one athlete.

The pod has a base scale, which stays until the shoe is changed. From day to day the scale differs a
little from it (how the pod sits, surface, freshness), and each race measures that day's scale with
an error of its own. So every race is worth about as much as any other until one of them does not
fit: then either the shoe was changed, and what came before counts no more, or it was an odd day.
Both are kept as components of a Gaussian mixture; what is handed on is its mean and spread.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

GENERIC_SCALE: Final = 1.0
GENERIC_SCALE_SD: Final = 0.03
"""True metres per metre of the pod, before anything is known of it [evaluation protocol]."""
DAY_SD: Final = 0.005
"""The scale differs by half a per cent from day to day [evaluation protocol]."""
CHANGE_PROBABILITY: Final = 0.05
CHANGE_SD: Final = 0.03
"""One race in twenty is run on another shoe, some three per cent different [evaluation
protocol]."""
MAX_COMPONENTS: Final = 12


@dataclass(frozen=True, slots=True)
class MeasuredScale:
    """One race's answer: true metres per metre of the pod, and one standard deviation of that."""

    scale: float
    sd: float


def learned(scales: Sequence[MeasuredScale]) -> tuple[float, float]:
    """Return scale and standard deviation to expect in the next race, from those of earlier ones.

    They come the oldest first; without any it is the generic scale. The spread includes the next
    day's difference, and is wide where a change of shoe is suspected. That the shoe may be changed
    *before* the next race is not in it: the estimator keeps a wide hypothesis for such surprises.
    """
    components = [(1.0, GENERIC_SCALE, GENERIC_SCALE_SD**2)]
    for number, race in enumerate(scales):
        prior = components if number == 0 else _maybe_changed(components)
        components = _reduced([_updated(component, race) for component in prior])
    mean = math.fsum(weight * m for weight, m, _ in components)
    variance = math.fsum(weight * (v + (m - mean) ** 2) for weight, m, v in components)
    if not scales:  # the generic spread is of pods on the day of a race
        return mean, math.sqrt(variance)
    return mean, math.sqrt(variance + DAY_SD**2)


_Component = tuple[float, float, float]
"""Weight, mean and variance of the base scale."""


def _maybe_changed(components: Sequence[_Component]) -> list[_Component]:
    same = [(weight * (1.0 - CHANGE_PROBABILITY), m, v) for weight, m, v in components]
    changed = [(weight * CHANGE_PROBABILITY, m, v + CHANGE_SD**2) for weight, m, v in components]
    return [*same, *changed]


def _updated(component: _Component, race: MeasuredScale) -> _Component:
    weight, mean, variance = component
    innovation_var = variance + DAY_SD**2 + race.sd**2
    innovation = race.scale - mean
    gain = variance / innovation_var
    return (
        weight
        * math.exp(-0.5 * innovation * innovation / innovation_var)
        / math.sqrt(innovation_var),
        mean + gain * innovation,
        variance * (1.0 - gain),
    )


def _reduced(components: list[_Component]) -> list[_Component]:
    """Return the heaviest, their weights summing to one.

    It is one wide one where none is possible at all (numbers far from any pod's).
    """
    heaviest = sorted(components, key=lambda component: -component[0])[:MAX_COMPONENTS]
    total = math.fsum(weight for weight, _, _ in heaviest)
    if total <= 0.0:
        return [(1.0, heaviest[0][1], CHANGE_SD**2)]
    return [(weight / total, mean, variance) for weight, mean, variance in heaviest]
