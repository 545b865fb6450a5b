"""Where a recording itself shows that its clock stood still or leapt: no pace is true there.

A machine that sleeps loses time, and its pod's total leaps by what was run meanwhile. A clock that
is set on adds time in which nobody ran. Either way the time between two lines that were timed is
another than the runner ever needs for it; where only the pod is at fault it is not.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from kickcue.analysis.review.lap_table import LineTime
from kickcue.analysis.review.model import Lap
from kickcue.analysis.review.race_curve import Shape, leaps_were_run, usual_scale
from kickcue.core.readings import FASTEST_MPS

LEAST_LEAP_M: Final = 15.0
"""A smaller leap changes a lap by little more than a thumb does."""
LEAST_SILENCE_S: Final = 10.0
FEWEST: Final = 3
"""The runner's pace is known from so many ways between lines that were timed."""
STOOD_SHARE: Final = 0.5
"""Who came less far than this share of the usual over a silence did not run all of it."""
EXPLAINED: Final = 0.5
"""So much of a leap or a silence must be seen in the time between two lines, at the least."""


class ClockFaults:
    """What is known of them, of a race whose ``known`` lines were timed."""

    def __init__(self, known: Sequence[LineTime], shape: Shape) -> None:
        self._shape = shape
        self._pairs = list(pairwise(known))
        self._paces = [(b.line_m - a.line_m) / (b.race_s - a.race_s) for a, b in self._pairs]
        self._usual = usual_scale([(line.race_s, line.line_m) for line in known], shape)
        timed = self._usual is not None and len(self._pairs) >= FEWEST
        self._slept: Final = list(self._sleeps()) if timed else []
        self._stood: Final = list(self._silences()) if timed else []

    def stood_still(self, lap: Lap) -> bool:
        """Tell whether the clock stood still in a lap: its time is too short."""
        end_s = lap.race_s + lap.seconds
        return lap.mps > FASTEST_MPS or any(lap.race_s < t_s <= end_s for t_s in self._slept)

    def leapt(self, lap: Lap) -> bool:
        """Tell whether the clock leapt in a lap, or the runner stood unheard: it is too long."""
        end_s = lap.race_s + lap.seconds
        return any(from_s < end_s and to_s > lap.race_s for from_s, to_s in self._stood)

    def _sleeps(self) -> Iterator[float]:
        """Yield when the total leapt by metres that were run, in no time."""
        usual, usual_mps = self._usual or 1.0, median(self._paces)
        for (before, after), mps in zip(self._pairs, self._paces, strict=True):
            leapt_m = usual * self._shape.leapt(before.race_s, after.race_s)
            seen_m = after.line_m - before.line_m - leapt_m
            start, end = (before.race_s, before.line_m), (after.race_s, after.line_m)
            if leapt_m < LEAST_LEAP_M or seen_m <= 0.0:
                continue
            too_fast = mps > usual_mps * (1.0 + EXPLAINED * leapt_m / seen_m)
            if too_fast and leaps_were_run(start, end, self._shape, usual):
                leaps_s = (t_s for t_s, _ in self._shape.leaps)
                yield from (t_s for t_s in leaps_s if before.race_s < t_s <= after.race_s)

    def _silences(self) -> Iterator[tuple[float, float]]:
        """Yield the silences over which hardly anything was run, and the clock says so too."""
        usual, usual_mps = self._usual or 1.0, median(self._paces)
        for (from_s, from_m), (to_s, to_m) in pairwise(self._shape.knots):
            silence_s = to_s - from_s
            run_m = usual * (to_m - from_m)
            if silence_s < LEAST_SILENCE_S or run_m > STOOD_SHARE * usual_mps * silence_s:
                continue
            for (before, after), mps in zip(self._pairs, self._paces, strict=True):
                inside = before.race_s <= from_s and to_s <= after.race_s
                share = silence_s / (after.race_s - before.race_s)
                if inside and mps < usual_mps * (1.0 - EXPLAINED * share):
                    yield from_s, to_s
