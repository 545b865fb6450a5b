"""The best any estimator could do with these bytes: the exact filter of the simulator's own model.

It knows every figure of the simulation (how scales, drift, count noise and thumbs are distributed),
is given which line each mark is of, which marks are doubles or stray, which frames are corrupt
and when the pod began anew, where bends lie, and of a mishap what nobody can know for sure: the
true gun, how long the machine slept, that presses are made elsewhere or are all late, when a total
slipped or a scale stepped. What is left is chance. ``pod_filter`` follows a runner by a pod's
metres, ``pace_filter`` one without.

When to touch the wrist is a question of its own: with the mark of the bell line still to come,
waiting a little is right. So the filter fires once the line has been passed by ``z`` standard
deviations, or at the press itself, and this for each of ``DARES``, and beside them by the rule of
least expected error (``core/position/firing_threshold.py``). The figures are the least median and
the least 95 % quantile of any of them, each for itself.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from kickcue.core.course import Course
from kickcue.core.position.firing_threshold import firing_probability_at
from kickcue.lab.association_mixture import AssociationMixture
from kickcue.lab.mark_errors import MarkErrors
from kickcue.lab.mishaps import cadence_only, strap_only
from kickcue.lab.oracle_filter import OracleFilter
from kickcue.lab.oracle_readings import Reading, readings, seconds
from kickcue.lab.pace_filter import PaceFilter
from kickcue.lab.pod_filter import PodFilter
from kickcue.lab.scenarios import Scenario
from kickcue.lab.sensors import TrueMark
from kickcue.lab.simulate import SimulatedRace

DARES: Final = tuple(round(-1.0 + 0.1 * n, 1) for n in range(41))
"""Standard deviations past the line at which to fire, -1 to 3."""
HALVINGS: Final = 20


@dataclass(frozen=True, slots=True)
class Bound:
    """What the best filter makes of one race."""

    errors_s: tuple[float, ...]
    """Seconds from the true bell to the touch for each of ``DARES``, and last by the rule of least
    expected error; by the recording's clock."""
    sd_s: float
    """How sure it is of the line just before it or its press: one standard deviation, seconds."""


@dataclass(frozen=True, slots=True)
class Best:
    """Many races: least median and least 95 % quantile that any rule gives, median of the sds."""

    median_s: float
    p95_s: float
    sd_s: float


def best(bounds: Sequence[Bound]) -> Best:
    """Return the figures of the best rule."""
    errors = np.abs([bound.errors_s for bound in bounds])
    medians, p95s = np.quantile(errors, (0.5, 0.95), axis=0)
    sd_s = np.median([bound.sd_s for bound in bounds])
    return Best(float(medians.min()), float(p95s.min()), float(sd_s))


def bound(
    course: Course,
    scenario: Scenario,
    race: SimulatedRace,
    *,
    leaps_seen: bool = True,
    lines_known: bool = True,
) -> Bound:
    """Return what the filter makes of a simulated race.

    ``leaps_seen`` False: where the pod's scale stepped, it does not see by how much.
    ``lines_known`` False: it does not know which line a press is of. Raises UsageError where
    the scenario has no presses.
    """
    observations = _observations(scenario, race, leaps_seen=leaps_seen, lines_known=lines_known)
    one = _filter(course, scenario, race)
    state = one if lines_known else AssociationMixture(course, scenario.marks, one)
    watch = _Watch(course, scenario, state)
    for n, arrival in enumerate(observations):
        until_s = observations[n + 1].t_s if n + 1 < len(observations) else math.inf
        watch.handle(arrival, until_s)
    bell_s, last_s = race.clock_s(race.truth.time_at(course.bell_m)), observations[-1].t_s
    fired = [race.clock_s(last_s if t_s is None else t_s) for t_s in watch.fired_s]
    return Bound(tuple(t_s - bell_s for t_s in fired), watch.sd_s)


def _without_pod(scenario: Scenario) -> bool:
    return scenario.mishap in {strap_only, cadence_only}


def _filter(course: Course, scenario: Scenario, race: SimulatedRace) -> OracleFilter:
    kind = PaceFilter if _without_pod(scenario) else PodFilter
    return kind(course, scenario, race)


def _observations(
    scenario: Scenario,
    race: SimulatedRace,
    *,
    leaps_seen: bool,
    lines_known: bool,
) -> list[Reading | TrueMark]:
    """Return all that the filter is given, in order of time."""
    passing = seconds(race) if _without_pod(scenario) else readings(scenario, race, leaps_seen)
    marks = [mark for mark in race.marks if mark.line_m is not None or not lines_known]
    return sorted([*passing, *marks], key=lambda arrival: arrival.t_s)


Follower = OracleFilter | AssociationMixture


class _Watch:
    """When each rule fires in a race that a filter follows."""

    def __init__(self, course: Course, scenario: Scenario, state: Follower) -> None:
        self._bell_m, self._state = course.bell_m, state
        self._errors = MarkErrors.of(course, scenario)
        self.fired_s: list[float | None] = [None] * (len(DARES) + 1)
        self._sd_s: float | None = None

    @property
    def sd_s(self) -> float:
        """Standard deviation just before the line, in time."""
        return self._state.before_sd_s if self._sd_s is None else self._sd_s

    def handle(self, arrival: Reading | TrueMark, until_s: float) -> None:
        """Handle what came, and fire before ``until_s``, when more comes, where that is due."""
        self._state.handle(arrival)
        t_s = arrival.t_s
        if self._passes(DARES[0], t_s, until_s) is None:
            return
        for i, dare in enumerate((*DARES, self._least_error_dare(t_s))):
            if self.fired_s[i] is None:
                self.fired_s[i] = self._passes(dare, t_s, until_s)
        if self._sd_s is None and self._passes(0.0, t_s, until_s) is not None:
            self._sd_s = self._state.before_sd_s

    def _least_error_dare(self, t_s: float) -> float:
        """Return how sure to be by the rule of least expected error, while a mark is awaited."""
        if not self._state.awaits(self._bell_m):
            return 0.0
        late_m, late_sd_m = self._errors.past_line_m(self._state.mps)
        sd_m = self._state.position(t_s)[1]
        return NormalDist().inv_cdf(
            firing_probability_at(sd_m, late_m, late_sd_m, self._errors.seen)
        )

    def _passes(self, dare: float, from_s: float, until_s: float) -> float | None:
        """Return when before ``until_s`` the bell will lie ``dare`` standard deviations behind."""
        if not self._has_passed(dare, until_s if until_s < math.inf else from_s):
            return None
        if self._has_passed(dare, from_s):
            return from_s
        low, high = from_s, until_s
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            passed = self._has_passed(dare, middle)
            low, high = (low, middle) if passed else (middle, high)
        return high

    def _has_passed(self, dare: float, t_s: float) -> bool:
        return self._state.has_passed(self._bell_m, dare, t_s)
