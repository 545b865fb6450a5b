"""Which line a mark is of, as one hypothesis has it: each line's price, and the filter after it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from kickcue.core.position.kalman_filter import KalmanFilter, Regime, normal_density
from kickcue.core.position.mark_models import MarkModel
from kickcue.core.units import NS_PER_S

GATE_SD: Final = 6.0
"""Lines farther from the runner than this many standard deviations are not looked at."""
LEAST_DENSITY: Final = 1e-30
BEGINS_LATE: Final = 0.008
"""Probability that a runner or helper begins to press at the n-th line, for each n [judgement].

One in ten does, and races have some twelve lines.
"""
NEVER_BEGINS: Final = 0.02
"""Probability that nobody presses at any line [judgement]."""
VAGUE_SD: Final = 0.15
"""A scale known no better is that of the clock, or of a cadence, by the planned pace."""
LEAST_RATIO: Final = 0.05
"""A filter may hold any scale, below zero too; a logarithm has none of those."""
PASSED_SD: Final = 3.0
"""A line so many standard deviations back was passed."""
PACE_BREAKS: Final = 1.2
"""A pace that differs by more than this factor from that of the laps before is not of the race."""
SETTLED_AFTER: Final = 3
"""After so many lines that fit, a change is history, and its hypothesis may be merged."""


@dataclass(frozen=True, slots=True)
class Observation:
    """A mark as it came, and where the pod stood then."""

    t_ns: int
    model: MarkModel
    speed_mps: float
    """True speed."""
    ahead_m: float
    """How far the pod has run past its last count, pod metres..."""
    ahead_sd_m: float
    since_s: float
    """...which is so long ago."""
    repeated: bool
    """It follows another mark so closely that it may be its double."""

    def axis_m(self, h: KalmanFilter) -> float:
        """Return how far the axis of ``h`` has gone on since the last count."""
        return h.axis_m(self.ahead_m, self.since_s)

    def late_m(self) -> float:
        """Return how far past its line a mark comes, metres."""
        return self.model.error(self.speed_mps)[0]

    def variance_m2(self, h: KalmanFilter) -> float:
        """Return the variance of the place that the mark tells, for ``h``."""
        late_sd_m = self.model.error(self.speed_mps)[1]
        return late_sd_m**2 + (0.0 if h.clock_mps else self.ahead_sd_m**2)

    def line_m(self, h: KalmanFilter) -> float:
        """Return where this mark's line would lie, were the runner exactly where ``h`` believes."""
        return h.s + h.scale * self.axis_m(h) - self.late_m()


class Candidate(NamedTuple):
    """A line that may be meant: its number, and how probably the next mark is its."""

    number: int
    chance: float


def seen_next(h: KalmanFilter, number: int, model: MarkModel) -> float:
    """Return how probably line ``number`` gives a mark, as often as lines have had theirs.

    Counted from the first line that had one: who begins to press late has not missed the others.
    """
    return model.seen_after(h.tied, number - (h.began_line if h.tied else h.last_line + 1))


def candidates(h: KalmanFilter, lines: int, model: MarkModel) -> Iterator[Candidate]:
    """Yield the lines to come; each that goes by without a mark has its price."""
    missed = 1.0
    for number in range(h.last_line + 1, lines):
        seen = seen_next(h, number, model)
        chance = seen * missed
        yield Candidate(number, (chance if h.tied else max(chance, BEGINS_LATE)) / h.unmarked)
        missed *= 1.0 - seen


def pay_for_unmarked(h: KalmanFilter, lines_m: tuple[float, ...], seen: Observation) -> None:
    """Let ``h``, to which the mark is of no line, pay for the lines that went by without one."""
    spread_m2 = h.variance_ahead(seen.axis_m(h)) + seen.variance_m2(h)
    passed_m = seen.line_m(h) - PASSED_SD * math.sqrt(spread_m2)
    unmarked, number = 1.0, h.last_line + 1
    while number < len(lines_m) and lines_m[number] <= passed_m:
        unmarked *= 1.0 - seen_next(h, number, seen.model)
        number += 1
    if not h.tied:
        unmarked = max(unmarked, NEVER_BEGINS + BEGINS_LATE * (len(lines_m) - number))
    h.weight *= unmarked / h.unmarked
    h.unmarked = unmarked


def associated(
    h: KalmanFilter, lines_m: tuple[float, ...], share: float, seen: Observation
) -> list[KalmanFilter]:
    """Return ``h`` updated by the mark, once for each line within the gate.

    ``share``: how many runners mark these lines.
    """
    axis_m, variance_m2 = seen.axis_m(h), seen.variance_m2(h)
    here_m, late_m = seen.line_m(h), seen.late_m()
    spread = h.variance_ahead(axis_m) + variance_m2
    gate_m = GATE_SD * math.sqrt(spread)
    vague = not h.tied and h.cc > VAGUE_SD**2
    found: list[KalmanFilter] = []
    for number, chance in candidates(h, len(lines_m), seen.model):
        innovation_m = lines_m[number] - here_m
        if innovation_m > gate_m:
            break
        weight = h.weight * share * chance
        # a hypothesis without weight would only fill the list
        if innovation_m < -gate_m or weight * normal_density(innovation_m, spread) < LEAST_DENSITY:
            continue
        twin = h.copy()
        twin.weight = weight * twin.see(lines_m[number] + late_m, variance_m2, axis_m)
        if vague:
            twin.weight *= _as_a_ratio(h, twin.scale)
        note_line(twin, number, lines_m, seen.t_ns)
        found.append(twin)
    return found


def _as_a_ratio(h: KalmanFilter, scale: float) -> float:
    """Return how much likelier a scale is as a ratio to the expected one than as a difference.

    A scale of which little is known is log-normal: nobody races at half the pace that was planned.
    """
    ratio, variance = max(scale / h.scale, LEAST_RATIO), h.cc / h.scale**2
    off, off_log = ratio - 1.0, math.log(ratio)
    return math.exp(0.5 * (off * off - off_log * off_log) / variance) / ratio


def note_line(
    h: KalmanFilter, number: int, lines_m: tuple[float, ...], t_ns: int, *, timed: bool = True
) -> None:
    """Let ``h`` note that the mark at ``t_ns`` was that of line ``number``.

    ``timed``: the time since the line before, or the gun, tells the pace.
    """
    elapsed_s = (t_ns - h.tied_ns) / NS_PER_S
    if elapsed_s > 0.0 and (h.tied or timed):
        pace_mps = (lines_m[number] - h.tied_m) / elapsed_s
        if h.pace_mps:
            # a lap in which much happened tells little of the next
            least_mps, most_mps = h.pace_mps / PACE_BREAKS, h.pace_mps * PACE_BREAKS
            pace_mps = 0.5 * (h.pace_mps + min(max(pace_mps, least_mps), most_mps))
        h.pace_mps = pace_mps
    if not h.tied:
        h.began_line = number
    h.last_line, h.lines_m, h.tied = number, lines_m, h.tied + 1
    h.tied_ns, h.tied_m = t_ns, lines_m[number]
    h.since_change += 1
    h.unmarked = 1.0
    if h.since_change > SETTLED_AFTER and h.regime in (Regime.SHIFTED, Regime.RESCALED):
        h.regime = Regime.USUAL
