"""The pod's readings as the best filter gets them: which second each is of, what was run in it.

It knows when a total slipped or a scale stepped, which queued reading is of which second, and by
what lag the pod's speed follows the runner's. It does not know by how much: while a total slips the
pod's speed counts, and a scale that stepped is read off that speed, which then leaps within a
second as no runner does.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kickcue.lab.mishaps import SCALE_STEP, burst, scale_step, slip
from kickcue.lab.pod_pace import PodPace, Samples
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensors import Counted
from kickcue.lab.simulate import SimulatedRace

GUESS_SD: Final = 0.03
"""Relative error of what a pod ran while it restarted, from its speed."""
BY_SPEED_SD_M: Final = 0.005
"""Error of the metres of one second by the speeds at its two ends."""
STARTING_S: Final = 20
"""So long after the gun a runner's own pace changes as a scale's step does."""
LEAP_SD: Final = 0.0011
"""Relative error of a scale's step by the pod's speed: what pace and drift do in that second."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading of the pod; seconds after the gun."""

    t_s: float
    """When it came."""
    second: int
    """Which it is of."""
    counted_m: float
    """Metres by the pod since the reading before."""
    var_m2: float
    """Variance of these, beside that of the scale."""
    mps: float | None
    """The pod's pace at its end; None: no better known than by ``counted_m``."""
    cadence_spm: float | None
    scale_off: tuple[float, float] | None = None
    """From the reading before on the scale is off the usual one by: mean, standard deviation."""


def readings(scenario: Scenario, race: SimulatedRace, leaps_seen: bool = True) -> list[Reading]:
    """Return the readings since the gun, in order.

    ``leaps_seen`` False: how much a scale stepped is not read off the pod's speed.
    """
    samples = _samples(scenario, race)
    by_total = _total_is_known(scenario, race)
    slipped = _slipped(scenario, race, samples)
    by_speed = bool(slipped) or not by_total or scenario.mishap is burst
    pace = PodPace(race.truth, samples) if by_speed else None
    scale_off = _scale_off(scenario, race, samples, leaps_seen=leaps_seen)
    found = []
    for (before, was), (second, sample) in pairwise(_not_overtaken(samples)):
        dt_s = second - before
        counted_m = sample.distance_m - was.distance_m
        var_m2 = scenario.pod.count_noise_m**2 * dt_s
        if pace is not None and (second in slipped or not by_total):
            counted_m, var_m2 = pace.metres(before, second), BY_SPEED_SD_M**2 * dt_s
        elif counted_m < 0.0:
            counted_m = sample.speed_mps * dt_s
            var_m2 += (GUESS_SD * counted_m) ** 2
        mps = None if pace is None else pace.at(second)
        of = (sample.t_s, second, counted_m, var_m2, mps, sample.cadence_spm)
        found.append(Reading(*of, scale_off.get(second)))
    return found


def seconds(race: SimulatedRace) -> list[Reading]:
    """Return the seconds of a race whose sensor tells cadence, or nothing at all."""
    if not race.counted:
        passed = range(1, int(race.truth.duration_s))
        return [Reading(float(second), second, 0.0, 0.0, None, None) for second in passed]
    samples = [(int(each.t_s), each) for each in race.counted]
    return [Reading(each.t_s, second, 0.0, 0.0, None, each.cadence_spm) for second, each in samples]


def _samples(scenario: Scenario, race: SimulatedRace) -> Samples:
    """Return each reading with its second, from the gun on."""
    if scenario.mishap is burst:  # none is lost, so the order of the totals tells the second
        return list(enumerate(sorted(race.counted, key=lambda each: each.distance_m)))
    samples = [(int(each.t_s), each) for each in race.counted if each.t_s >= 0.0]
    return (
        samples if samples and samples[0][0] == 0 else [(0, Counted(0.0, 0.0, 0.0, 0.0)), *samples]
    )


def _not_overtaken(samples: Samples) -> Iterator[tuple[int, Counted]]:
    """Yield the readings but those that came after a later one, which tells more.

    The first, of the gun, is what the others are counted from, whenever it came.
    """
    earliest_s = math.inf
    kept = []
    for second, sample in reversed(samples[1:]):
        if sample.t_s < earliest_s:
            kept.append((second, sample))
            earliest_s = sample.t_s
    yield samples[0]
    yield from reversed(kept)


def _total_is_known(scenario: Scenario, race: SimulatedRace) -> bool:
    """Tell whether there is a total, and it is that of the second."""
    sent = race.befallen is None or race.befallen.sends["total"]
    return sent and not scenario.pod.total_lags


def _slipped(scenario: Scenario, race: SimulatedRace, samples: Samples) -> set[int]:
    """Return the seconds in which the total is not what was run: until it moves again."""
    if scenario.mishap is not slip or race.befallen is None:
        return set()
    (slipped_s,) = race.befallen.changed_s
    found = set()
    for (_, was), (second, sample) in pairwise(samples):
        if sample.t_s < slipped_s:
            continue
        found.add(second)
        if sample.distance_m > was.distance_m:
            break
    return found


def _scale_off(
    scenario: Scenario,
    race: SimulatedRace,
    samples: Samples,
    *,
    leaps_seen: bool,
) -> dict[int, tuple[float, float]]:
    """Return how far the scale is off (mean, sd), by the second from which on it is."""
    if scenario.mishap is not scale_step or race.befallen is None:
        return {}
    began_s, ended_s = race.befallen.changed_s
    found: dict[int, tuple[float, float]] = {}
    for (_, was), (second, sample) in pairwise(samples):
        if was.t_s < began_s <= sample.t_s:
            leap = leaps_seen and second > STARTING_S
            ratio = was.speed_mps / sample.speed_mps
            found[second] = (ratio - 1.0, LEAP_SD) if leap else _any_step()
        if was.t_s < ended_s <= sample.t_s:
            found[second] = (0.0, 0.0)
    return found


def _any_step() -> tuple[float, float]:
    """Return mean and standard deviation of a step of which no more is known than its size."""
    least, most = SCALE_STEP
    factors = [(1.0 - most, 1.0 - least), (1.0 + least, 1.0 + most)]
    wide = sum(high - low for low, high in factors)
    mean = sum(math.log(high / low) for low, high in factors) / wide
    square = sum(1.0 / low - 1.0 / high for low, high in factors) / wide
    return mean - 1.0, math.sqrt(square - mean**2)
