"""Change points: what a mark that fits no line, or one badly, may mean.

The start was pressed late or early; metres were lost or made up; the pod's scale changed; the pod
tells nothing any more; marks are made at a place of the runner's own. A changed hypothesis is made
only where it explains the mark better than the unchanged one does, so a race in which pod and marks
agree never has one. Its weight is the prior of the change, times how well the mark fits the clock
at the pace of the marks before: a semi-Markov model of laps. The figures: ``parameters.py``.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from kickcue.core.position.kalman_filter import (
    PACE_NOISE,
    POD_NOISE,
    KalmanFilter,
    Regime,
    normal_density,
)
from kickcue.core.position.line_association import (
    MIN_DENSITY_PER_M,
    Observation,
    assign_line,
    candidate_lines,
)
from kickcue.core.position.parameters import PARAMETERS
from kickcue.core.position.speed_leaps import SpeedLeap
from kickcue.core.units import NS_PER_S


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
    wrong_start: float = PARAMETERS.start_unseen
    """Probability that the start was pressed late or early."""
    laps: bool = True
    """A place comes back each lap; on the road it does not."""


def changed_hypotheses(  # noqa: PLR0913, PLR0917  a hypothesis, the lines that it allows, a mark
    h: KalmanFilter,
    lines_m: tuple[float, ...],
    share: float,
    observation: Observation,
    track: Track,
    unchanged: dict[int, float],
) -> Iterator[KalmanFilter]:
    """Yield the hypotheses in which something has changed and the mark is of one of ``lines_m``.

    ``unchanged``: the weight of each line as it is explained without a change.
    """
    considered = 0
    negligible = PARAMETERS.negligible_share * max(unchanged.values(), default=0.0)
    still = _stood_still(h, observation)
    for number, probability in candidate_lines(h, len(lines_m), observation.model):
        line_m, prior = lines_m[number], h.weight * share * probability
        change = PARAMETERS.still if still else PARAMETERS.change_per_m * (line_m - h.last_mark_m)
        by_clock = change * _pace_density(h, line_m, observation, track)
        by_start = 0.0
        if not h.lines_marked and h.regime is Regime.USUAL:
            late_m = line_m - observation.predicted_line_m(h)
            by_start = track.wrong_start * _start_density(late_m, observation.speed_mps)
        if prior * (by_clock + by_start) <= max(unchanged.get(number, 0.0), MIN_DENSITY_PER_M):
            continue
        considered += 1
        if considered > PARAMETERS.max_candidate_lines:
            return
        if prior * (by_clock + by_start) < negligible:
            continue
        jump_m = line_m - observation.predicted_line_m(h)
        by_jump = PARAMETERS.shifted_share * _size_likelihood(jump_m, PARAMETERS.jump_sd_m)
        by_shift = by_start if still else by_start + by_clock * by_jump
        if by_shift > 0.0:
            shifted = _moved_to(h, line_m, observation, Regime.SHIFTED)
            shifted.weight = prior * by_shift
            assign_line(shifted, number, lines_m, observation.t_ns, timed=False)
            yield shifted
        if not h.clock_mps:
            for other, kind_share in _other_axes(h, line_m, observation):
                other.weight = prior * by_clock * (1.0 if still else kind_share)
                assign_line(other, number, lines_m, observation.t_ns)
                yield other


def at_private_line(
    h: KalmanFilter, observation: Observation, track: Track
) -> Iterator[KalmanFilter]:
    """Yield the hypothesis that marks are made where the runner is now, each lap.

    There is none beyond the race. Where that line is, is known no better than the runner's
    position; later marks do not sharpen it.
    """
    here_m, lap_m = observation.predicted_line_m(h), track.lap_m
    if not 0.0 <= here_m <= track.lines_m[-1]:
        return
    first = int(here_m // lap_m)
    laps = int(track.lines_m[-1] / lap_m) + 1
    lines_m = tuple(here_m + (number - first) * lap_m for number in range(laps))
    probabilities = dict(candidate_lines(h, first + 1, observation.model))
    private = _moved_to(h, here_m, observation, Regime.PRIVATE)
    before_line_m = PARAMETERS.private_before_line_m
    before_line = any(0.0 < line_m - here_m < before_line_m for line_m in track.lines_m)
    share = PARAMETERS.private_before_line if before_line else 1.0
    probability = probabilities.get(first, PARAMETERS.begins_late)
    private.weight *= share * PARAMETERS.private_line / lap_m * probability
    private.private_line_var_m2 = h.variance_ahead_m2(observation.axis_m(h))
    assign_line(private, first, lines_m, observation.t_ns)
    yield private


def after_jump(h: KalmanFilter, jump_m: float) -> KalmanFilter:
    """Return ``h`` moved on by ``jump_m`` pod metres, run while nothing was received."""
    moved = h.copy()
    moved.distance_m += h.scale * jump_m
    moved.p_ss = h.variance_ahead_m2(jump_m)
    moved.regime, moved.marks_since_change, moved.changed = Regime.SHIFTED, 0, True
    lines_m = moved.lines_m
    while moved.last_line + 1 < len(lines_m):
        if lines_m[moved.last_line + 1] > moved.distance_m - PARAMETERS.jump_slack_m:
            break
        moved.last_line += 1
        moved.first_marked_line += 1
    return moved


def split_by_speed_leap(h: KalmanFilter, leap: SpeedLeap) -> tuple[KalmanFilter, KalmanFilter]:
    """Return ``h`` with the pod's scale as it was, and as it is if that made its speed leap."""
    prior_share = PARAMETERS.leap_rescaled_share
    share = (prior_share + h.scale_leaps) / (1.0 + h.scale_leaps + h.other_leaps)
    by_scale = share * leap.bayes_factor
    rescaled_share = by_scale / (by_scale + 1.0 - share)
    same, rescaled = h.copy(), h.copy()
    same.weight *= 1.0 - rescaled_share
    same.other_leaps += 1
    rescaled.weight *= rescaled_share
    rescaled.scale_leaps += 1
    rescaled.rescale(leap.ratio, leap.ratio_sd, leap.since_m)
    rescaled.marks_since_change, rescaled.changed = 0, True
    return same, rescaled


def one_lap_back(h: KalmanFilter, track: Track) -> KalmanFilter:
    """Return ``h`` with one lap less run.

    On the road, where no lap comes back: somewhere in the stretch between two lines.
    """
    moved = h.copy()
    back_m = track.lap_m if track.laps else 0.5 * track.lap_m
    moved.distance_m -= back_m
    moved.last_mark_m = max(moved.last_mark_m - back_m, 0.0)
    moved.p_ss += 0.0 if track.laps else track.lap_m**2 / 12.0
    moved.last_line = max(moved.last_line - 1, -1)
    moved.regime, moved.marks_since_change, moved.changed = Regime.SHIFTED, 0, True
    return moved


def clocked(h: KalmanFilter, pace_mps: float, pace_sd: float) -> KalmanFilter:
    """Let ``h`` go by the clock from here, at that pace and relative spread; return it."""
    h.clock_mps = pace_mps
    h.scale_error, h.scale_drift = 0.0, 0.0
    h.p_cc, h.p_co, h.p_oo = pace_sd**2, 0.0, PACE_NOISE.drift_sd**2
    return h


def _moved_to(
    h: KalmanFilter, line_m: float, observation: Observation, regime: Regime
) -> KalmanFilter:
    """Return ``h`` with the runner at ``line_m`` when the mark was made, the scale as it was."""
    moved = h.copy()
    moved.regime, moved.marks_since_change, moved.changed = regime, 0, True
    moved.distance_m = line_m + observation.delay_m() - h.scale * observation.axis_m(h)
    moved.p_ss, moved.p_sc, moved.p_so = observation.variance_m2(h), 0.0, 0.0
    return moved


def _stood_still(h: KalmanFilter, observation: Observation) -> bool:
    """Return whether the pod has counted next to nothing since the line before, or the gun."""
    since_s = (observation.t_ns - h.last_mark_ns) / NS_PER_S
    run_m = observation.predicted_line_m(h) - h.last_mark_m
    slow = run_m < PARAMETERS.still_mps * since_s
    return not h.clock_mps and since_s > PARAMETERS.still_s and slow


def _other_axes(
    h: KalmanFilter, line_m: float, observation: Observation
) -> Iterator[tuple[KalmanFilter, float]]:
    """Yield ``h`` with another scale of the pod, and by the clock; each with its share."""
    run_m = observation.predicted_line_m(h) - h.last_mark_m
    if run_m >= PARAMETERS.min_rescaled_run_m and not _stood_still(h, observation):
        rescaled = _moved_to(h, line_m, observation, Regime.RESCALED)
        shown_scale = h.scale * (line_m - h.last_mark_m) / run_m
        scale = min(max(shown_scale, PARAMETERS.min_scale), PARAMETERS.max_scale)
        rescaled.distance_m = line_m + observation.delay_m() - scale * observation.axis_m(h)
        # At the first line it is the scale of the whole race.
        rescaled.changed = h.changed or h.lines_marked > 0
        rescaled.scale_error, rescaled.scale_drift = scale - 1.0, 0.0
        rescaled.p_cc, rescaled.p_co = PARAMETERS.rescaled_sd**2, 0.0
        rescaled.p_oo = POD_NOISE.drift_sd**2
        size = _size_likelihood(scale / h.scale - 1.0, PARAMETERS.rescaled_sd)
        yield rescaled, PARAMETERS.rescaled_share * size
    since_s = max((observation.t_ns - h.last_mark_ns) / NS_PER_S, 1.0)
    shown_mps = (line_m - h.last_mark_m) / since_s
    pace_mps = h.pace_mps or max(shown_mps, PARAMETERS.min_speed_mps)
    by_clock = _moved_to(h, line_m, observation, Regime.CLOCKED)
    clocked(by_clock, pace_mps, PARAMETERS.lap_pace_sd)
    axis_m = by_clock.axis_m(0.0, observation.since_s)
    by_clock.distance_m = line_m + observation.delay_m() - axis_m
    yield by_clock, PARAMETERS.clocked_share


def _pace_density(h: KalmanFilter, line_m: float, observation: Observation, track: Track) -> float:
    """Return the density, per metre, of the runner being at ``line_m`` now, by the clock."""
    since_s = (observation.t_ns - h.last_mark_ns) / NS_PER_S
    run_m = max((h.pace_mps or track.planned_mps) * since_s, 1.0)
    off_m = line_m - h.last_mark_m - run_m
    sd = PARAMETERS.lap_pace_sd if h.pace_mps else PARAMETERS.planned_pace_sd
    thumb_var_m2 = PARAMETERS.lap_thumb_sd_m**2
    usual = normal_density(off_m, (sd * run_m) ** 2 + thumb_var_m2)
    walked = normal_density(off_m, (PARAMETERS.walked_sd * run_m) ** 2 + thumb_var_m2)
    stood = 1.0 / track.lap_m if off_m > 0.0 else 0.0
    usual_share = 1.0 - PARAMETERS.walked_share - PARAMETERS.clock_stood_share
    if not h.clock_mps and observation.predicted_line_m(h) > line_m + PARAMETERS.no_break_m:
        walked = 0.0
    return (
        usual_share * usual
        + PARAMETERS.walked_share * walked
        + PARAMETERS.clock_stood_share * stood
    )


def _size_likelihood(size: float, sd: float) -> float:
    """Return how likely a change of that size is, relative to one of size zero."""
    any_size = PARAMETERS.any_size_share
    return (1.0 - any_size) * math.exp(-0.5 * (size / sd) ** 2) + any_size


def _start_density(late_m: float, speed_mps: float) -> float:
    """Return the density, per metre, of a start that was pressed ``late_m`` of running late.

    Below 0: early.
    """
    speed_mps = max(speed_mps, PARAMETERS.min_speed_mps)
    early_share = PARAMETERS.early_start_share
    if late_m >= 0.0:
        mean_m = PARAMETERS.late_start_mean_s * speed_mps
        return (1.0 - early_share) * math.exp(-late_m / mean_m) / mean_m
    mean_m = PARAMETERS.early_start_mean_s * speed_mps
    return early_share * math.exp(late_m / mean_m) / mean_m
