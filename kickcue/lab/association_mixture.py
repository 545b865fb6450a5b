"""The best filter where the line of a mark is not given: one filter for each labelling.

All else is given and known as before. A press is the second of a doubled one, a stray one, or of
any line after the last that was marked; presses begin at any line of the race, each as likely.
Bayes' rule weighs them. Nothing is merged, and only what is less likely than one in 100,000 is
pruned.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from kickcue.core.course import Course
from kickcue.core.errors import UsageError
from kickcue.lab.oracle_filter import LEAST_MPS, OracleFilter
from kickcue.lab.oracle_readings import Reading
from kickcue.lab.sensors import DOUBLED_AFTER_S, SimulatedGate, Thumb, TrueMark

PRUNE_BELOW_WEIGHT: Final = 1e-5
MIN_CLUTTER_PER_M: Final = 1e-12
"""Clutter density where there are no stray presses: so that there is always a hypothesis."""


@dataclass(frozen=True, slots=True)
class _Labelling:
    """One labelling of the marks so far."""

    weight: float
    filter: OracleFilter
    line: int = -1
    """The last line that was marked, counted from 0."""
    pressed_s: float = -math.inf
    """When, if that press may still be doubled."""


class AssociationMixture:
    """The filters, the likeliest first."""

    def __init__(
        self, course: Course, marks: Thumb | SimulatedGate | None, first: OracleFilter
    ) -> None:
        if not isinstance(marks, Thumb):
            raise UsageError(f"{marks}: expected a thumb, which alone has a model here")
        self._lines_m, self._thumb = course.crossings_m, marks
        self._clutter_per_m = max(marks.stray / course.marker_m, MIN_CLUTTER_PER_M)
        self._labellings = [_Labelling(1.0, first)]

    @property
    def mps(self) -> float:
        """The pace, as it was last."""
        return self._likeliest.mps

    @property
    def before_sd_s(self) -> float:
        """Standard deviation, in time, before the last mark or now."""
        return self._likeliest.before_sd_s

    def position(self, t_s: float) -> tuple[float, float]:
        """Return where the runner likeliest is then: mean and standard deviation, in metres."""
        return self._likeliest.position(t_s)

    def awaits(self, line_m: float) -> bool:
        """Return whether a mark at that line is still to come."""
        return self._likeliest.awaits(line_m)

    def has_passed(self, line_m: float, dare: float, t_s: float) -> bool:
        """Return whether the line lies behind then with the probability of ``dare`` deviations."""
        passed = (
            each.weight * each.filter.passed_probability(line_m, t_s) for each in self._labellings
        )
        return sum(passed) >= 0.5 * math.erfc(-dare / math.sqrt(2.0))

    def handle(self, arrival: Reading | TrueMark) -> None:
        """Handle a reading, or a mark of which only the moment is used."""
        if isinstance(arrival, Reading):
            for each in self._labellings:
                each.filter.handle(arrival)
            return
        split = [new for each in self._labellings for new in self._split(each, arrival.t_s)]
        total = sum(each.weight for each in split)
        kept = [each for each in split if each.weight >= PRUNE_BELOW_WEIGHT * total]
        total = sum(each.weight for each in kept)
        self._labellings = sorted(
            (replace(each, weight=each.weight / total) for each in kept),
            key=lambda each: -each.weight,
        )

    @property
    def _likeliest(self) -> OracleFilter:
        return self._labellings[0].filter

    def _split(self, before: _Labelling, t_s: float) -> Iterator[_Labelling]:
        """Yield what a mark at that moment may be; weights are densities per metre."""
        low_s, high_s = DOUBLED_AFTER_S
        unmarked = self._clutter_per_m
        if low_s <= t_s - before.pressed_s <= high_s:
            within_m = (high_s - low_s) * max(before.filter.mps, LEAST_MPS)
            unmarked += self._thumb.doubled / within_m
        yield replace(before, weight=before.weight * unmarked, pressed_s=-math.inf)
        for line in range(before.line + 1, len(self._lines_m)):
            twin = before.filter.copy()
            density = math.exp(twin.mark(t_s, self._lines_m[line]))
            weight = before.weight * self._detected(before.line, line) * density
            yield _Labelling(weight, twin, line, t_s)

    def _detected(self, last: int, line: int) -> float:
        """Return how likely the next line that is marked is this one."""
        if last < 0:
            return 1.0 / len(self._lines_m)
        missed = self._thumb.missed
        return (1.0 - missed) * missed ** (line - last - 1)
