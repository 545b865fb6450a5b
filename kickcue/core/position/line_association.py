"""Data association for one hypothesis: which line a mark may be of, and the filter after it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from kickcue.core.position.kalman_filter import KalmanFilter, Regime, normal_density
from kickcue.core.position.mark_models import MarkModel
from kickcue.core.position.parameters import PARAMETERS
from kickcue.core.units import NS_PER_S

MIN_DENSITY_PER_M: Final = 1e-30
"""A hypothesis less likely than this would only fill the list."""


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
        """Return how far the axis of ``h`` has moved since the last count."""
        return h.axis_m(self.ahead_m, self.since_s)

    def delay_m(self) -> float:
        """Return how far past its line the mark was made, on average."""
        return self.model.error_m(self.speed_mps)[0]

    def variance_m2(self, h: KalmanFilter) -> float:
        """Return the variance of the position that the mark measures, for ``h``."""
        delay_sd_m = self.model.error_m(self.speed_mps)[1]
        return delay_sd_m**2 + (0.0 if h.clock_mps else self.ahead_sd_m**2)

    def predicted_line_m(self, h: KalmanFilter) -> float:
        """Return where the marked line would lie if the runner were exactly where ``h`` has him."""
        return h.distance_m + h.scale * self.axis_m(h) - self.delay_m()


class CandidateLine(NamedTuple):
    """A line that a mark may be of: its number, and how probably the next mark is its."""

    number: int
    probability: float


def detection_probability(h: KalmanFilter, number: int, model: MarkModel) -> float:
    """Return how probably line ``number`` gives a mark, as learned from the lines before it.

    They count from the first line that had a mark: who begins late has not missed the others.
    """
    first = h.first_marked_line if h.lines_marked else h.last_line + 1
    return model.detection_after(h.lines_marked, number - first)


def next_detection_probability(h: KalmanFilter, distance_m: float, model: MarkModel) -> float:
    """Return how probably the line at ``distance_m`` still gives a mark; 0: none is waited for."""
    next_line = h.last_line + 1
    if distance_m not in h.lines_m[next_line : next_line + PARAMETERS.waited_lines]:
        return 0.0
    return detection_probability(h, next_line, model)


def candidate_lines(h: KalmanFilter, lines: int, model: MarkModel) -> Iterator[CandidateLine]:
    """Yield the lines to come, each with the missed detections before it in its probability."""
    all_missed = 1.0
    for number in range(h.last_line + 1, lines):
        detected = detection_probability(h, number, model)
        probability = detected * all_missed
        if not h.lines_marked:
            probability = max(probability, PARAMETERS.begins_late)
        yield CandidateLine(number, probability / h.missed_probability)
        all_missed *= 1.0 - detected


def apply_missed_detections(
    h: KalmanFilter, lines_m: tuple[float, ...], observation: Observation
) -> None:
    """Weigh ``h``, to which the mark is of no line, by the lines passed without a mark."""
    innovation_var_m2 = h.variance_ahead_m2(observation.axis_m(h)) + observation.variance_m2(h)
    passed_m = observation.predicted_line_m(h) - PARAMETERS.passed_sds * math.sqrt(
        innovation_var_m2
    )
    missed, number = 1.0, h.last_line + 1
    while number < len(lines_m) and lines_m[number] <= passed_m:
        missed *= 1.0 - detection_probability(h, number, observation.model)
        number += 1
    if not h.lines_marked:
        begins_later = PARAMETERS.begins_late * (len(lines_m) - number)
        missed = max(missed, PARAMETERS.never_begins + begins_later)
    h.weight *= missed / h.missed_probability
    h.missed_probability = missed


def associated(
    h: KalmanFilter, lines_m: tuple[float, ...], share: float, observation: Observation
) -> list[KalmanFilter]:
    """Return ``h`` updated by the mark, once for each line within the gate.

    ``share``: share of runners who mark these lines.
    """
    axis_m, variance_m2 = observation.axis_m(h), observation.variance_m2(h)
    predicted_m, delay_m = observation.predicted_line_m(h), observation.delay_m()
    innovation_var_m2 = h.variance_ahead_m2(axis_m) + variance_m2
    gate_m = PARAMETERS.gate_sds * math.sqrt(innovation_var_m2)
    vague = not h.lines_marked and h.p_cc > PARAMETERS.vague_scale_sd**2
    found: list[KalmanFilter] = []
    for number, probability in candidate_lines(h, len(lines_m), observation.model):
        innovation_m = lines_m[number] - predicted_m
        if innovation_m > gate_m:
            break
        if innovation_m < -gate_m:
            continue
        weight = h.weight * share * probability
        if weight * normal_density(innovation_m, innovation_var_m2) < MIN_DENSITY_PER_M:
            continue
        updated = h.copy()
        updated.weight = weight * updated.update(lines_m[number] + delay_m, variance_m2, axis_m)
        if vague:
            updated.weight *= _log_normal_correction(h, updated.scale)
        assign_line(updated, number, lines_m, observation.t_ns)
        found.append(updated)
    return found


def _log_normal_correction(h: KalmanFilter, scale: float) -> float:
    """Return the log-normal over the normal density of ``scale``, about that expected by ``h``.

    A scale of which little is known is log-normal: nobody races at half the planned pace.
    """
    ratio = max(scale / h.scale, PARAMETERS.min_scale_ratio)
    variance = h.p_cc / h.scale**2
    off, off_log = ratio - 1.0, math.log(ratio)
    return math.exp(0.5 * (off * off - off_log * off_log) / variance) / ratio


def assign_line(
    h: KalmanFilter, number: int, lines_m: tuple[float, ...], t_ns: int, *, timed: bool = True
) -> None:
    """Record in ``h`` that the mark at ``t_ns`` was of line ``number``.

    ``timed``: the time since the line before, or the gun, tells the pace.
    """
    elapsed_s = (t_ns - h.last_mark_ns) / NS_PER_S
    if elapsed_s > 0.0 and (h.lines_marked or timed):
        pace_mps = (lines_m[number] - h.last_mark_m) / elapsed_s
        if h.pace_mps:
            # a lap in which much happened tells little of the next
            slowest_mps = h.pace_mps / PARAMETERS.max_pace_ratio
            fastest_mps = h.pace_mps * PARAMETERS.max_pace_ratio
            pace_mps = 0.5 * (h.pace_mps + min(max(pace_mps, slowest_mps), fastest_mps))
        h.pace_mps = pace_mps
    if not h.lines_marked:
        h.first_marked_line = number
    h.last_line, h.lines_m, h.lines_marked = number, lines_m, h.lines_marked + 1
    h.last_mark_ns, h.last_mark_m = t_ns, lines_m[number]
    h.marks_since_change += 1
    h.missed_probability = 1.0
    settled = h.marks_since_change > PARAMETERS.mergeable_after_lines
    if settled and h.regime in (Regime.SHIFTED, Regime.RESCALED):
        h.regime = Regime.USUAL
