"""What a mark is worth: how late it comes, how sharp it is, how often it is missing or wrong."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from kickcue.core.events import MarkSource

FRESH_S: Final = 5.0
"""A mark no older than this was made at today's speed; of an older one..."""
OLD_PACE_SD: Final = 0.1
"""...the metres since are known to this share of them [judgement, as for a pod that is silent]."""
DETECTION_PRIOR_LINES: Final = 10.0
"""Runners differ in how many presses they forget (5 to 30 %): the usual rate weighs as much as so
many lines."""
BOARD_SD_M: Final = 4.0
"""Kilometre boards hang at the next lamp post, and no judge measures where [judgement]."""
BOARD_DETECTION: Final = 0.75
"""They are easier to miss than a line that is passed each lap [judgement]."""
MIN_MARK_SD_M: Final = 0.1
"""Nobody marks a line more sharply, standing still at it either; and no filter bears a measurement
without any error."""


@dataclass(frozen=True, slots=True)
class MarkModel:
    """One source of marks."""

    delay_s: float
    delay_sd_s: float
    """How long after the line is crossed the mark is made."""
    position_sd_m: float
    """The source's own position error, one standard deviation."""
    detection_probability: float
    """Probability that a crossing gives a mark at all."""
    strays_per_line: float
    """Marks of no line, for each line passed: whoever presses more presses amiss more."""
    double_probability: float
    """Probability that a mark is followed by another one that means nothing..."""
    double_within_s: float = 5.5
    """...within so long."""
    known_after_s: float | None = None
    """How long after the crossing its mark is reported; None: at once, with the delay above."""
    known_after_sd_s: float = 0.0

    def aged(self, age_s: float) -> "MarkModel":
        """Return the model of a mark reported ``age_s`` after its moment (below 0: before it)."""
        old_s = max(age_s - FRESH_S, 0.0)
        delay_sd_s = math.hypot(self.delay_sd_s, OLD_PACE_SD * old_s) if old_s else self.delay_sd_s
        return replace(self, delay_s=self.delay_s + age_s, delay_sd_s=delay_sd_s)

    def at_boards(self) -> "MarkModel":
        """Return the model on the road, where boards stand in place of a line."""
        return replace(
            self,
            position_sd_m=math.hypot(self.position_sd_m, BOARD_SD_M),
            detection_probability=min(self.detection_probability, BOARD_DETECTION),
        )

    def detection_after(self, lines_marked: int, lines: int) -> float:
        """Return the detection probability after ``lines_marked`` of ``lines`` crossings.

        It is the mean of a beta distribution.
        """
        prior = DETECTION_PRIOR_LINES
        return (prior * self.detection_probability + lines_marked) / (prior + lines)

    def strays_after(self, stray_marks: int, lines: float) -> float:
        """Return the stray marks per line, after ``stray_marks`` of them in ``lines``.

        The prior of the rate is exponential about the usual one.
        """
        return (
            self.strays_per_line
            * (1 + stray_marks)
            / (1.0 + self.strays_per_line * max(lines, 0.0))
        )

    def error_m(self, speed_mps: float) -> tuple[float, float]:
        """Return how far past the line a mark is made at that speed, and the sd, in metres."""
        sd_m = math.hypot(speed_mps * self.delay_sd_s, self.position_sd_m)
        return speed_mps * self.delay_s, max(sd_m, MIN_MARK_SD_M)

    def known_after_m(self, speed_mps: float) -> tuple[float, float]:
        """Return how far past the line the runner is when its mark is reported, and the sd."""
        return (
            self.error_m(speed_mps)
            if self.known_after_s is None
            else (speed_mps * self.known_after_s, speed_mps * self.known_after_sd_s)
        )


MARK_MODELS: Mapping[MarkSource, MarkModel] = {
    # A thumb: 0.4 +- 0.3 s, one in ten forgotten, one in twenty doubled 1-5 s later; a stray press
    # now and then.
    MarkSource.BUTTON: MarkModel(
        0.4, 0.28, 0.0, detection_probability=0.88, strays_per_line=0.02, double_probability=0.06
    ),
    # A line crossed by position: no thumb, 2 m of GNSS, half a second of sampling.
    MarkSource.GATE: MarkModel(
        0.0, 0.15, 2.0, detection_probability=0.95, strays_per_line=0.004, double_probability=0.005
    ),
    # Closest approach to a beacon on the line, simulated at 100 and at 250 ms: 0.35 and 0.45 s off,
    # 2 and 14 % missed, no stray one in 600 km; known 1.0 +- 0.6 and 1.6 +- 0.9 s after the line
    # (docs/beacon.md).
    MarkSource.BEACON: MarkModel(
        0.05,
        0.38,
        0.0,
        detection_probability=0.95,
        strays_per_line=0.004,
        double_probability=0.005,
        known_after_s=1.2,
        known_after_sd_s=0.8,
    ),
    # A helper who sees the runner come: less delay than a thumb under load, the same habits.
    MarkSource.TRACKSIDE: MarkModel(
        0.25, 0.25, 0.0, detection_probability=0.9, strays_per_line=0.02, double_probability=0.05
    ),
}
