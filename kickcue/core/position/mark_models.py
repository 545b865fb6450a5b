"""What a mark is worth: how late it comes, how sharp it is, how often it is missing or wrong."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from kickcue.core.events import MarkSource

AT_PRESENT_SPEED_S = 5.0
"""So long ago everybody ran as fast as now; beyond..."""
OLD_SD = 0.1
"""...the metres since a mark are known to this share of them [judgement, as for a pod that is
silent]."""
SEEN_STRENGTH = 10.0
"""Runners differ in how many presses they forget (5 to 30 %): what is known of them beforehand
weighs as much as ten lines."""
BOARD_SD_M: Final = 4.0
"""Kilometre boards hang at the next lamp post, and no judge measures where [judgement]."""
BOARD_SEEN: Final = 0.75
"""They are easier to miss than a line that one comes by each lap [judgement]."""

LEAST_SD_M: Final = 0.1
"""Nobody marks a line more sharply, standing still at it either; and no filter bears an observation
without any error."""


@dataclass(frozen=True, slots=True)
class MarkModel:
    """One source of marks. Delay is after the line is crossed, in seconds.

    ``sharpness_m`` is the source's own position error.
    """

    delay_s: float
    delay_sd_s: float
    sharpness_m: float
    seen: float
    """Probability that a crossing gives a mark at all."""
    stray: float
    """Marks that belong to no line, for each line that is passed: whoever presses more presses
    amiss more."""
    doubled: float
    """Probability that a mark is followed by another one that means nothing."""
    doubled_within_s: float = 5.5
    known_s: float | None = None
    """How long after the crossing it is known; None: at once, with the delay above."""
    known_sd_s: float = 0.0

    def aged(self, age_s: float) -> "MarkModel":
        """Return what a mark is worth ``age_s`` after its moment (below 0: before it)."""
        old_s = max(age_s - AT_PRESENT_SPEED_S, 0.0)
        delay_sd_s = math.hypot(self.delay_sd_s, OLD_SD * old_s) if old_s else self.delay_sd_s
        return replace(self, delay_s=self.delay_s + age_s, delay_sd_s=delay_sd_s)

    def at_boards(self) -> "MarkModel":
        """Return what a mark is worth on the road, where boards stand in place of a line."""
        return replace(
            self,
            sharpness_m=math.hypot(self.sharpness_m, BOARD_SD_M),
            seen=min(self.seen, BOARD_SEEN),
        )

    def seen_after(self, tied: int, lines: int) -> float:
        """Return how probably a crossing gives a mark after ``tied`` of ``lines`` crossings did."""
        return (SEEN_STRENGTH * self.seen + tied) / (SEEN_STRENGTH + lines)

    def stray_after(self, strays: int, lines: float) -> float:
        """Return how many stray marks there are a line, after ``strays`` of them in ``lines``.

        The rate is taken to be exponential about the usual one.
        """
        return self.stray * (1 + strays) / (1.0 + self.stray * max(lines, 0.0))

    def error(self, speed_mps: float) -> tuple[float, float]:
        """Return how far past the line a mark comes at that speed, and its sd, in metres."""
        sd_m = math.hypot(speed_mps * self.delay_sd_s, self.sharpness_m)
        return speed_mps * self.delay_s, max(sd_m, LEAST_SD_M)

    def known(self, speed_mps: float) -> tuple[float, float]:
        """Return how far past the line one is when its mark is known, and the sd, in metres."""
        return (
            self.error(speed_mps)
            if self.known_s is None
            else (speed_mps * self.known_s, speed_mps * self.known_sd_s)
        )


MARK_MODELS: Mapping[MarkSource, MarkModel] = {
    # A thumb: 0.4 +- 0.3 s, one in ten forgotten, one in twenty doubled 1-5 s later; a stray press
    # now and then.
    MarkSource.BUTTON: MarkModel(0.4, 0.28, 0.0, seen=0.88, stray=0.02, doubled=0.06),
    # A line crossed by position: no thumb, 2 m of GNSS, half a second of sampling.
    MarkSource.GATE: MarkModel(0.0, 0.15, 2.0, seen=0.95, stray=0.004, doubled=0.005),
    # Closest approach to a beacon on the line, simulated at 100 and at 250 ms: 0.35 and 0.45 s off,
    # 2 and 14 % missed, no stray one in 600 km; known 1.0 +- 0.6 and 1.6 +- 0.9 s after the line
    # (docs/beacon.md).
    MarkSource.BEACON: MarkModel(
        0.05, 0.38, 0.0, seen=0.95, stray=0.004, doubled=0.005, known_s=1.2, known_sd_s=0.8
    ),
    # A helper who sees the runner come: less delay than a thumb under load, the same habits.
    MarkSource.TRACKSIDE: MarkModel(0.25, 0.25, 0.0, seen=0.9, stray=0.02, doubled=0.05),
}
