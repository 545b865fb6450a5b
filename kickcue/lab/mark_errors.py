"""How far past its line a mark is made: what the best filter knows of thumbs and gates."""

import math
from dataclasses import dataclass, replace
from typing import Self

from kickcue.core.course import Course
from kickcue.lab.mishaps import ALL_LATE_S, ELSEWHERE, correlated_late, helper_elsewhere
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensors import SimulatedGate


@dataclass(frozen=True, slots=True)
class MarkErrors:
    """Marks come ``late_s`` after the line, and ``all_off`` with them; each figure with its spread.

    ``all_off`` is the same for all marks of a race: metres where ``in_metres``, else seconds.
    """

    late_s: float = 0.0
    late_sd_s: float = 0.0
    place_sd_m: float = 0.0
    all_off: float = 0.0
    all_off_sd: float = 0.0
    in_metres: bool = False
    seen: float = 0.0
    """Share of crossings that are marked."""
    at_line: bool = True
    """They are made at the line."""
    never_early: bool = True
    """A mark of a line tells that it lies behind."""

    @classmethod
    def of(cls, course: Course, scenario: Scenario) -> Self:
        """Return those of a scenario."""
        by = scenario.marks
        if by is None:
            return cls(at_line=False, never_early=False)
        if isinstance(by, SimulatedGate):
            return cls(place_sd_m=by.position_sd_m, seen=1.0 - by.missed, never_early=False)
        late_s, late_sd_s = _never_early(by.delay_s, by.delay_sd_s)
        seen = 1.0 - by.missed
        if scenario.mishap is helper_elsewhere:
            return cls.elsewhere(course, late_s, late_sd_s, seen)
        all_off = _uniform(*ALL_LATE_S) if scenario.mishap is correlated_late else (0.0, 0.0)
        return cls(late_s, late_sd_s, 0.0, *all_off, seen=seen)

    @classmethod
    def elsewhere(cls, course: Course, late_s: float, late_sd_s: float, seen: float) -> Self:
        """Return those of presses that are made at one other place of the lap."""
        mean, sd = _uniform(*ELSEWHERE)
        found = cls(late_s, late_sd_s, seen=seen, in_metres=True, at_line=False, never_early=False)
        return replace(found, all_off=mean * course.marker_m, all_off_sd=sd * course.marker_m)

    def late_m(self, mps: float) -> float:
        """Return how far past the line a mark is made at that pace, beside what all are off by."""
        return self.late_s * mps

    def var_m2(self, mps: float) -> float:
        """Return the variance of that."""
        return self.place_sd_m**2 + (self.late_sd_s * mps) ** 2

    def past_line_m(self, mps: float) -> tuple[float, float]:
        """Return how far past the line a mark is made, and the spread of that, before any came."""
        by = self.all_off_m(mps)
        var_m2 = self.var_m2(mps) + (by * self.all_off_sd) ** 2
        return self.late_m(mps) + by * self.all_off, math.sqrt(var_m2)

    def all_off_m(self, mps: float) -> float:
        """Return how many metres one unit of ``all_off`` is."""
        return 1.0 if self.in_metres else mps


def _uniform(low: float, high: float) -> tuple[float, float]:
    """Return mean and standard deviation of what is drawn evenly between the two."""
    return 0.5 * (low + high), (high - low) / math.sqrt(12.0)


def _never_early(mean: float, sd: float) -> tuple[float, float]:
    """Return mean and standard deviation of max(N(mean, sd), 0)."""
    if sd == 0.0:
        return mean, 0.0
    z = mean / sd
    above = 0.5 * math.erfc(-z / math.sqrt(2.0))
    density = math.exp(-0.5 * z * z) / math.sqrt(2.0 * math.pi)
    first = mean * above + sd * density
    second = (mean * mean + sd * sd) * above + mean * sd * density
    return first, math.sqrt(second - first * first)
