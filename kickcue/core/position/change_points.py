"""What a mark may mean that fits no line, or a worse one: something has changed since the last.

The start was pressed late or early; metres were lost or made up; the pod's scale is another one;
the pod tells nothing any more; marks are made at a place of the runner's own. A changed hypothesis
is made only where it explains the mark better than the unchanged one does, so a race in which pod
and marks agree never has one. Its price is that of the change (``ChangePriors``); what the mark is
held against is the clock, at the pace that the marks before have shown: a semi-Markov model of
laps.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from kickcue.core.position.kalman_filter import (
    PACE_DRIFT,
    POD_DRIFT,
    KalmanFilter,
    Regime,
    normal_density,
)
from kickcue.core.position.line_association import (
    BEGINS_LATE,
    LEAST_DENSITY,
    Observation,
    candidates,
    note_line,
)
from kickcue.core.position.speed_leaps import Leap
from kickcue.core.units import NS_PER_S


@dataclass(frozen=True, slots=True)
class ChangePriors:
    """Probabilities, and spreads with their unit, of what is not in the pod's own model.

    All are judgement, set on tuning seeds; docs/estimation.md tells how much each matters.
    """

    change_per_m: float = 1e-5
    """Of metres that jump, a scale that changes, or a pod that dies, for each metre between two
    marks.

    One race of 5000 m in twenty.
    """
    still: float = 0.5
    """Of a pod that has counted next to nothing while its owner marked a line.

    The owner stands, or the pod does.
    """
    still_mps: float = 1.0
    still_s: float = 20.0
    """Next to nothing: slower than this on average, for longer than that."""
    shifted: float = 0.5
    rescaled: float = 0.3
    clocked: float = 0.2
    """Shares of the three."""
    jump_sd_m: float = 150.0
    """How far metres jump where they do, metres: the slips that people report are 40 to 200 m."""
    any_size: float = 0.05
    """Share of jumps and scales that may be of any size: other units, a kilometre on the bench."""
    rescaled_sd: float = 0.12
    """Spread of the scale after it changed."""
    start_unseen: float = 0.01
    """Probability of a start pressed late or early where nobody saw whether the runner stood."""
    start_standing: float = 0.002
    """...where the pod stood at the start."""
    start_running: float = 0.5
    """...where the pod ran before the start."""
    late_s: float = 20.0
    """Mean of how late a late start is pressed, seconds."""
    early_share: float = 0.1
    early_s: float = 5.0
    """Share of starts that are pressed early, and their mean, seconds."""
    private: float = 0.01
    """Share of runners and helpers who press at a place of their own, anywhere in the lap."""
    before_line_m: float = 50.0
    private_before_line: float = 0.1
    """Just before the line so much fewer do: there is nothing to press at, and a total may lag."""
    pace_sd: float = 0.05
    """Spread of a lap's pace about the laps before: records 1 %, tactical finals 8 %."""
    pace_sd_m: float = 5.0
    """What a second of thumb adds, metres."""
    first_pace_sd: float = 0.22
    """Spread of a race's pace about the planned one."""
    walked: float = 0.15
    walked_sd: float = 0.3
    """Share and spread of changed laps in which the pace broke.

    None where the pod has run farther than to the line: it saw no break.
    """
    no_break_m: float = 60.0
    """So much farther."""
    clock_stood: float = 0.02
    """Share of changes in which the clock tells nothing: the machine slept."""
    leap_run: float = 0.3
    """Probability that a total which leapt forward tells metres that were run."""
    long_leap_run: float = 0.97
    """...if it leapt by more than ``long_leap_m``.

    No pod slips so far; a machine that slept for a minute has.
    """
    long_leap_m: float = 220.0
    leap_rescaled: float = 0.3
    """Share of leaps of the pod's speed in which its scale has become another one: as if so much of
    one leap had been of that kind. What leaps each hypothesis has seen counts beside it."""
    denied_near: float = 0.05
    """Share of ends, believed and taken back, in which the finish is near all the same.

    In the others a lap was counted that was none: nobody bothers for some metres.
    """


PRIORS: Final = ChangePriors()
FARTHEST_CANDIDATES: Final = 4
"""So many lines are looked at for a change."""
NEGLIGIBLE: Final = 1e-5
"""Of the best explanation without a change: a hypothesis that weighs less is pruned in the same
event."""
LEAST_RUN_M: Final = 20.0
"""Over less than this no scale can be told."""
SCALES: Final = (0.4, 2.5)
"""True metres per pod metre that a pod can have at all."""
SLOWEST_MPS: Final = 0.5
LEAP_SLACK_M: Final = 30.0
"""A line this far behind a leap was passed in it, and nobody could hear its mark."""


@dataclass(frozen=True, slots=True)
class Track:
    """Where marks can be made, and what is known of the runner before the race.

    ``lines_m`` are the finish line's crossings in metres run, ``start_lines_m`` those of a start
    line that lies elsewhere.
    """

    lines_m: tuple[float, ...]
    lap_m: float
    start_lines_m: tuple[float, ...] = ()
    planned_mps: float = 4.5
    start_prior: float = PRIORS.start_unseen
    """How probably the start was pressed late or early."""
    laps: bool = True
    """A place comes back each lap; on the road it does not."""


def changed(  # noqa: PLR0913, PLR0917  a hypothesis, the lines that it allows, and a mark
    h: KalmanFilter,
    lines_m: tuple[float, ...],
    share: float,
    seen: Observation,
    track: Track,
    unchanged: dict[int, float],
) -> Iterator[KalmanFilter]:
    """Yield the hypotheses in which something has changed and the mark is of one of ``lines_m``.

    ``unchanged``: the weight of each line as it is explained without a change.
    """
    looked_at = 0
    negligible = NEGLIGIBLE * max(unchanged.values(), default=0.0)
    still = _lies_still(h, seen)
    for number, chance in candidates(h, len(lines_m), seen.model):
        line_m, price = lines_m[number], h.weight * share * chance
        prior = PRIORS.still if still else PRIORS.change_per_m * (line_m - h.tied_m)
        by_clock = prior * _pace_density(h, line_m, seen, track)
        by_start = 0.0
        if not h.tied and h.regime is Regime.USUAL:
            by_start = track.start_prior * _start_density(line_m - seen.line_m(h), seen.speed_mps)
        if price * (by_clock + by_start) <= max(unchanged.get(number, 0.0), LEAST_DENSITY):
            continue
        looked_at += 1
        if looked_at > FARTHEST_CANDIDATES:
            return
        if price * (by_clock + by_start) < negligible:
            continue
        by_jump = PRIORS.shifted * _likely(line_m - seen.line_m(h), PRIORS.jump_sd_m)
        by_shift = by_start if still else by_start + by_clock * by_jump
        if by_shift > 0.0:
            shifted = _put_to(h, line_m, seen, Regime.SHIFTED)
            shifted.weight = price * by_shift
            note_line(shifted, number, lines_m, seen.t_ns, timed=False)
            yield shifted
        if not h.clock_mps:
            for other, part in _other_axes(h, line_m, seen):
                other.weight = price * by_clock * (1.0 if still else part)
                note_line(other, number, lines_m, seen.t_ns)
                yield other


def at_private_place(h: KalmanFilter, seen: Observation, track: Track) -> Iterator[KalmanFilter]:
    """Yield the hypothesis that marks are made where the runner is now, each lap.

    There is none beyond the race. Where that is, is known no better than the runner's place; later
    marks do not sharpen it.
    """
    here_m, lap_m = seen.line_m(h), track.lap_m
    if not 0.0 <= here_m <= track.lines_m[-1]:
        return
    first = int(here_m // lap_m)
    laps = int(track.lines_m[-1] / lap_m) + 1
    lines_m = tuple(here_m + (number - first) * lap_m for number in range(laps))
    chances = dict(candidates(h, first + 1, seen.model))
    twin = _put_to(h, here_m, seen, Regime.PRIVATE)
    before_line = any(0.0 < line_m - here_m < PRIORS.before_line_m for line_m in track.lines_m)
    share = PRIORS.private_before_line if before_line else 1.0
    twin.weight *= share * PRIORS.private / lap_m * chances.get(first, BEGINS_LATE)
    twin.place_var_m2 = h.variance_ahead(seen.axis_m(h))
    note_line(twin, first, lines_m, seen.t_ns)
    yield twin


def leapt(h: KalmanFilter, leapt_m: float) -> KalmanFilter:
    """Return ``h`` moved on by ``leapt_m`` pod metres that were run while nobody listened."""
    twin = h.copy()
    twin.s += h.scale * leapt_m
    twin.ss = h.variance_ahead(leapt_m)
    twin.regime, twin.since_change, twin.changed = Regime.SHIFTED, 0, True
    lines_m = twin.lines_m
    while twin.last_line + 1 < len(lines_m):
        if lines_m[twin.last_line + 1] > twin.s - LEAP_SLACK_M:
            break
        twin.last_line += 1
        twin.began_line += 1
    return twin


def by_leap(h: KalmanFilter, leap: Leap) -> tuple[KalmanFilter, KalmanFilter]:
    """Return ``h`` with the pod's scale as it was, and as it is if that made its speed leap."""
    share = (PRIORS.leap_rescaled + h.scale_leaps) / (1.0 + h.scale_leaps + h.other_leaps)
    by_scale = share * leap.odds
    rescaled_share = by_scale / (by_scale + 1.0 - share)
    same, other = h.copy(), h.copy()
    same.weight *= 1.0 - rescaled_share
    same.other_leaps += 1
    other.weight *= rescaled_share
    other.scale_leaps += 1
    other.rescale(leap.by, leap.sd, leap.since_m)
    other.since_change, other.changed = 0, True
    return same, other


def lap_behind(h: KalmanFilter, track: Track) -> KalmanFilter:
    """Return ``h`` with one lap less behind it.

    On the road, where no lap comes back: somewhere in the stretch between two lines.
    """
    twin = h.copy()
    back_m = track.lap_m if track.laps else 0.5 * track.lap_m
    twin.s, twin.tied_m = twin.s - back_m, max(twin.tied_m - back_m, 0.0)
    twin.ss += 0.0 if track.laps else track.lap_m**2 / 12.0
    twin.last_line = max(twin.last_line - 1, -1)
    twin.regime, twin.since_change, twin.changed = Regime.SHIFTED, 0, True
    return twin


def clocked(h: KalmanFilter, pace_mps: float, pace_sd: float) -> KalmanFilter:
    """Let ``h`` go by the clock from here, at that pace and relative spread; return it."""
    h.clock_mps = pace_mps
    h.c, h.o = 0.0, 0.0
    h.cc, h.co, h.oo = pace_sd**2, 0.0, PACE_DRIFT.sd**2
    return h


def _put_to(h: KalmanFilter, line_m: float, seen: Observation, regime: Regime) -> KalmanFilter:
    """Return ``h`` with the runner at ``line_m`` when the mark was made, the scale as it was."""
    twin = h.copy()
    twin.regime, twin.since_change, twin.changed = regime, 0, True
    twin.s = line_m + seen.late_m() - h.scale * seen.axis_m(h)
    twin.ss, twin.sc, twin.so = seen.variance_m2(h), 0.0, 0.0
    return twin


def _lies_still(h: KalmanFilter, seen: Observation) -> bool:
    """Return whether the pod has counted next to nothing since the line before, or the gun."""
    since_s = (seen.t_ns - h.tied_ns) / NS_PER_S
    run_m = seen.line_m(h) - h.tied_m
    return not h.clock_mps and since_s > PRIORS.still_s and run_m < PRIORS.still_mps * since_s


def _other_axes(
    h: KalmanFilter, line_m: float, seen: Observation
) -> Iterator[tuple[KalmanFilter, float]]:
    """Yield ``h`` with another scale of the pod, and by the clock; each with its share."""
    run_m = seen.line_m(h) - h.tied_m
    if run_m >= LEAST_RUN_M and not _lies_still(h, seen):
        twin = _put_to(h, line_m, seen, Regime.RESCALED)
        scale = min(max(h.scale * (line_m - h.tied_m) / run_m, SCALES[0]), SCALES[1])
        twin.s = line_m + seen.late_m() - scale * seen.axis_m(h)
        # At the first line it is the scale of the whole race.
        twin.changed = h.changed or h.tied > 0
        twin.c, twin.o = scale - 1.0, 0.0
        twin.cc, twin.co, twin.oo = PRIORS.rescaled_sd**2, 0.0, POD_DRIFT.sd**2
        yield twin, PRIORS.rescaled * _likely(scale / h.scale - 1.0, PRIORS.rescaled_sd)
    since_s = max((seen.t_ns - h.tied_ns) / NS_PER_S, 1.0)
    pace_mps = h.pace_mps or max((line_m - h.tied_m) / since_s, SLOWEST_MPS)
    twin = clocked(_put_to(h, line_m, seen, Regime.CLOCKED), pace_mps, PRIORS.pace_sd)
    twin.s = line_m + seen.late_m() - twin.axis_m(0.0, seen.since_s)
    yield twin, PRIORS.clocked


def _pace_density(h: KalmanFilter, line_m: float, seen: Observation, track: Track) -> float:
    """Return how probably, per metre, the runner is at ``line_m`` now as the clock tells."""
    since_s = (seen.t_ns - h.tied_ns) / NS_PER_S
    run_m = max((h.pace_mps or track.planned_mps) * since_s, 1.0)
    off_m = line_m - h.tied_m - run_m
    sd = PRIORS.pace_sd if h.pace_mps else PRIORS.first_pace_sd
    usual = normal_density(off_m, (sd * run_m) ** 2 + PRIORS.pace_sd_m**2)
    walked = normal_density(off_m, (PRIORS.walked_sd * run_m) ** 2 + PRIORS.pace_sd_m**2)
    stood = 1.0 / track.lap_m if off_m > 0.0 else 0.0
    share = 1.0 - PRIORS.walked - PRIORS.clock_stood
    if not h.clock_mps and seen.line_m(h) > line_m + PRIORS.no_break_m:
        walked = 0.0
    return share * usual + PRIORS.walked * walked + PRIORS.clock_stood * stood


def _likely(off: float, sd: float) -> float:
    """Return how likely a change of that size is, against one that is none."""
    return (1.0 - PRIORS.any_size) * math.exp(-0.5 * (off / sd) ** 2) + PRIORS.any_size


def _start_density(off_m: float, speed_mps: float) -> float:
    """Return the density, per metre, of a start that was pressed ``off_m`` of running late.

    Below 0: early.
    """
    speed_mps = max(speed_mps, SLOWEST_MPS)
    if off_m >= 0.0:
        mean_m = PRIORS.late_s * speed_mps
        return (1.0 - PRIORS.early_share) * math.exp(-off_m / mean_m) / mean_m
    mean_m = PRIORS.early_s * speed_mps
    return PRIORS.early_share * math.exp(off_m / mean_m) / mean_m
