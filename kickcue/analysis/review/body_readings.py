"""Cadence and heart rate by the race's clock."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from statistics import fmean
from typing import Final

from kickcue.analysis.review.model import Body
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import RunReadings
from kickcue.core.readings import LONGEST_STEP_M

FRESH_S: Final = 3.0
"""A value is of the moment for so long: sensors notify once a second."""
S_PER_MIN: Final = 60.0
LEAST_MPS: Final = 1.5
LEAST_SPM: Final = 100.0
"""Who is slower than this, or takes fewer steps a minute, does not run [judgement]."""


class Readings:
    """Values at times of the race, in order."""

    def __init__(self, points: Iterable[tuple[float, float]]) -> None:
        ordered = sorted(points)
        self._times = [t_s for t_s, _ in ordered]
        self._values = [value for _, value in ordered]

    def at(self, race_s: float) -> float | None:
        """Return the last value, None where it is not fresh."""
        after = bisect_right(self._times, race_s)
        if not after or race_s - self._times[after - 1] > FRESH_S:
            return None
        return self._values[after - 1]

    def between(self, from_s: float, to_s: float) -> Sequence[float]:
        """Return the values from one time to just before another."""
        return self._values[bisect_left(self._times, from_s) : bisect_left(self._times, to_s)]

    def mean(self, from_s: float, to_s: float) -> float | None:
        """Return their mean, None where there is none."""
        values = self.between(from_s, to_s)
        return fmean(values) if values else None


class BodyReadings:
    """The runner's cadence (steps per minute) and heart rate."""

    def __init__(self, readings: RunReadings, time: RaceTime) -> None:
        self.cadence: Final = Readings((time.at(t_ns), spm) for t_ns, spm in readings.cadences)
        self.heart_rate: Final = Readings(
            (time.at(t_ns), bpm) for t_ns, bpm in readings.heart_rates
        )

    def body(self, from_s: float, to_s: float, mps: float | None) -> Body:
        """Return the means between two times, run at ``mps``."""
        spm, rates = self.cadence.mean(from_s, to_s), self.heart_rate.between(from_s, to_s)
        return Body(
            cadence_spm=spm,
            step_m=step_m(mps, spm),
            heart_rate_bpm=fmean(rates) if rates else None,
            most_heart_rate_bpm=max(rates, default=None),
        )


def step_m(mps: float | None, spm: float | None) -> float | None:
    """Return the length of a step; None where nobody runs: who stands, walks, sets off or stops."""
    if mps is None or spm is None or mps < LEAST_MPS or spm < LEAST_SPM:
        return None
    length_m = mps * S_PER_MIN / spm
    return length_m if length_m <= LONGEST_STEP_M else None
