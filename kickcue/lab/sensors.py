"""What imperfect sensors, thumbs and line gates make of a true race."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, NamedTuple

from kickcue.core.events import MarkSource
from kickcue.lab.athlete import Truth
from kickcue.lab.normals import normals

DOUBLED_AFTER_S: Final = (1.0, 5.0)
"""A doubled press comes again so long after the first."""
MOST_LATE_S: Final = 0.9
"""No reading is later than this: the next one is not overtaken."""


@dataclass(frozen=True, slots=True)
class PodFaults:
    """A foot pod's errors; defaults are those of the evaluation protocol."""

    scale_sd: float = 0.03
    drift_sd: float = 0.007
    drift_memory_s: float = 120.0
    count_noise_m: float = 0.05
    lag_s: tuple[float, float] = (2.0, 5.0)
    jitter_s: float = 0.05
    total_lags: bool = False
    """The total is what the lagging speed makes of it."""
    per_mps: tuple[float, float] = (0.0, 0.0)
    """The scale changes by so much, up or down, for each m/s above the race's mean pace."""
    unseen: tuple[float, float] = (0.0, 0.0)
    """Share of the metres that a tired runner's steps lack and that the pod counts all the same."""


@dataclass(frozen=True, slots=True)
class Thumb:
    """How lap presses come: late, missing, doubled, stray."""

    delay_s: float = 0.4
    delay_sd_s: float = 0.3
    missed: float = 0.10
    doubled: float = 0.05
    stray: float = 0.0
    """Chance per line of one more press at a random moment of the race."""
    place_sd_m: float = 0.0
    """How far from its line the place of a press lies, but for the finish: boards on the road."""

    @property
    def source(self) -> MarkSource:
        """What its marks are called."""
        return MarkSource.BUTTON


@dataclass(frozen=True, slots=True)
class SimulatedGate:
    """A line gate by position, without thumb and delay.

    It is early or late by the error of the position along the track.
    """

    position_sd_m: float = 2.0
    missed: float = 0.05

    @property
    def source(self) -> MarkSource:
        """What its marks are called."""
        return MarkSource.GATE


@dataclass(frozen=True, slots=True)
class TrueMark:
    """A mark, seconds after the gun, and the line it was made for (None: double or stray)."""

    t_s: float
    line_m: float | None


class Counted(NamedTuple):
    """One reading of the pod when it arrives: s after the gun, m/s, metres, steps per minute.

    A tuple, for a race has a thousand: a frozen dataclass takes three times as long.
    """

    t_s: float
    speed_mps: float
    distance_m: float
    cadence_spm: float


def pod_samples(
    random: Random, truth: Truth, faults: PodFaults, scale: float | None = None
) -> list[Counted]:
    """Return one reading a second: total distance with scale, drift and noise; speed with lag.

    ``scale`` is pod metres per true metre; without it one is drawn.
    """
    scale = random.gauss(1.0, faults.scale_sd) if scale is None else scale
    drift = random.gauss(0.0, faults.drift_sd)
    keep = math.exp(-1.0 / faults.drift_memory_s)
    follows = 1.0 - math.exp(-1.0 / random.uniform(*faults.lag_s))
    gait = _gait(random, truth, faults)
    first, end = -int(truth.rolling_s), int(truth.duration_s) + 1
    # None but these are drawn from here on; the first second has counted nothing yet.
    chance = iter(normals(random, 4 * (end - first) - 2)).__next__
    count_noise_m, jitter_s = faults.count_noise_m, faults.jitter_s
    drifts = faults.drift_sd * math.sqrt(1.0 - keep * keep)
    before_m = total_m = speed_mps = lagging_m = 0.0
    found: list[Counted] = []
    for second, here_m, true_mps, true_spm in zip(
        range(first, end),
        _path_m(truth, first, end),
        truth.each_second(truth.speed_mps, first, end),
        truth.each_second(truth.cadence_spm, first, end),
        strict=True,
    ):
        if second > first:
            now = scale if gait is None else scale * gait(second)
            counts_m = (here_m - before_m) * now * (1.0 + drift) + chance() * count_noise_m
            total_m += max(0.0, counts_m)
            slow_mps, read_mps = speed_mps, true_mps * now * (1.0 + drift)
            speed_mps += (read_mps - speed_mps) * follows
            lagging_m += 0.5 * (slow_mps + speed_mps)
            drift = keep * drift + chance() * drifts
        before_m = here_m
        late_s = abs(chance() * jitter_s)
        spm = true_spm + chance()
        counted_m = max(lagging_m, 0.0) if faults.total_lags else total_m
        found.append(
            Counted(
                second + (min(MOST_LATE_S, late_s)),
                max(0.0, speed_mps),
                counted_m,
                max(0.0, spm),
            )
        )
    return found


def _path_m(truth: Truth, first_s: int, end_s: int) -> list[float]:
    """Return the metres over the ground at each second; negative before a rolling start."""
    rolling_m = [truth.path_at(second) for second in range(first_s, 0)]
    return rolling_m + truth.each_second(truth.path_m, 0, end_s)


def _gait(random: Random, truth: Truth, faults: PodFaults) -> Callable[[float], float] | None:
    """Return the factor that pace and fatigue put on the scale, by seconds after the gun."""
    if not any((*faults.per_mps, *faults.unseen)):
        return None
    per_mps = random.choice((-1.0, 1.0)) * random.uniform(*faults.per_mps)
    unseen = random.uniform(*faults.unseen)
    mean_mps = truth.mean_mps

    def factor(t_s: float) -> float:
        faster_mps = truth.speed_at(t_s) - mean_mps
        return 1.0 + per_mps * faster_mps + unseen * truth.tired_at(t_s)

    return factor


def marks(
    random: Random, truth: Truth, lines_m: tuple[float, ...], by: Thumb | SimulatedGate
) -> list[TrueMark]:
    """Return the marks that are made for these lines, sorted."""
    made = (
        _pressed(random, truth, lines_m, by)
        if isinstance(by, Thumb)
        else _passed(random, truth, lines_m, by)
    )
    return sorted((mark for mark in made if mark.t_s < truth.duration_s), key=lambda mark: mark.t_s)


def presses(random: Random, truth: Truth, lines_m: tuple[float, ...], thumb: Thumb) -> list[float]:
    """Return the moments of lap presses, sorted, in seconds after the gun."""
    return [mark.t_s for mark in marks(random, truth, lines_m, thumb)]


def _pressed(
    random: Random, truth: Truth, lines_m: tuple[float, ...], thumb: Thumb
) -> Iterator[TrueMark]:
    for line_m in lines_m:
        if random.random() < thumb.stray:
            yield TrueMark(random.uniform(0.0, truth.duration_s), None)
        if random.random() < thumb.missed:
            continue
        place_m = line_m
        if thumb.place_sd_m and line_m < lines_m[-1]:
            place_m += random.gauss(0.0, thumb.place_sd_m)
        pressed_s = truth.time_at(place_m) + max(random.gauss(thumb.delay_s, thumb.delay_sd_s), 0.0)
        yield TrueMark(pressed_s, line_m)
        if random.random() < thumb.doubled:
            yield TrueMark(pressed_s + random.uniform(*DOUBLED_AFTER_S), None)


def _passed(
    random: Random, truth: Truth, lines_m: tuple[float, ...], gate: SimulatedGate
) -> Iterator[TrueMark]:
    for line_m in lines_m:
        off_m = random.gauss(0.0, gate.position_sd_m)
        if random.random() >= gate.missed:
            yield TrueMark(
                truth.time_at(min(max(line_m + off_m, 0.0), truth.distance_m[-1])), line_m
            )
