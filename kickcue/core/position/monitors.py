"""What is watched beside the belief: none of it moves the place that the belief tells.

The scale that the marks measure by themselves, presses that are late by a common delay, and marks
that keep lying farther off than the belief expects. The last two add to the error that is told.
"""

from collections.abc import Sequence
from typing import Final

from kickcue.core.position.common_lateness import CommonLateness
from kickcue.core.position.kalman_filter import POD_DRIFT, Drift, KalmanFilter
from kickcue.core.position.line_association import Observation
from kickcue.core.position.misfit import Misfit
from kickcue.core.position.odometer import NO_STEP, Step
from kickcue.core.position.scale_measurement import NO_POD, PodScale, ScaleMeasurement
from kickcue.core.position.speed_leaps import Leap

STEP_S: Final = 10.0
"""So much is taken in at once: a drift of two minutes knows no difference."""


class Monitors:
    """Follow one race beside the belief about it."""

    def __init__(
        self,
        lateness: CommonLateness,
        measuring: ScaleMeasurement | None = None,
        misfit: Misfit | None = None,
    ) -> None:
        self._lateness = lateness
        self._measuring = measuring or ScaleMeasurement()
        self._misfit = misfit or Misfit()
        self._dd_m = self._dt_s = self._var_m2 = 0.0
        """What was counted and not taken in yet."""
        self._pod = NO_POD
        """The pod that counted it."""
        self._drift = POD_DRIFT

    def copy(self) -> "Monitors":
        """Return an independent copy, to come back to when a mark is taken back."""
        twin = Monitors(self._lateness.copy(), self._measuring.copy(), self._misfit.copy())
        twin._dd_m, twin._dt_s, twin._var_m2 = self._dd_m, self._dt_s, self._var_m2
        twin._pod, twin._drift = self._pod, self._drift
        return twin

    def follow(self, lateness: CommonLateness) -> None:
        """Look for a common delay from here on: the belief goes by a pod now."""
        self._catch_up()
        self._lateness = lateness

    def advance(self, step: Step, pod: str, drift: Drift) -> None:
        """Take in what ``pod`` counted, whose scale wanders like that; NO_POD: it is a guess."""
        if pod != self._pod:
            self._catch_up()
            self._pod = pod
        self._drift = drift
        dd_m, dt_s, var_m2 = step
        self._dd_m += dd_m
        self._dt_s += dt_s
        self._var_m2 += var_m2
        if self._dt_s >= STEP_S:
            self._catch_up()

    def _catch_up(self) -> None:
        step = Step(self._dd_m, self._dt_s, self._var_m2)
        if step != NO_STEP:
            self._measuring.advance(step, self._pod)
            self._lateness.advance(step, self._drift)
            self._dd_m = self._dt_s = self._var_m2 = 0.0

    def rescale(self, h: KalmanFilter, leap: Leap) -> None:
        """Take in that the scale of the pod changed, as ``h``, the likeliest hypothesis, has it."""
        self._catch_up()
        self._lateness.rescale(h, leap)

    def mark(
        self,
        before: KalmanFilter,
        after: KalmanFilter,
        line_m: float,
        seen: Observation,
        *,
        pressed: bool,
    ) -> None:
        """Take in a mark of the line at ``line_m``.

        ``before``, ``after``: the likeliest hypothesis before it and with it. ``pressed``: a person
        made it.
        """
        self._catch_up()
        self._misfit.mark(before, after, seen)
        self._lateness.mark(after, seen, pressed=pressed)
        self._measuring.line(line_m, seen.model, seen.speed_mps, (seen.ahead_m, seen.ahead_sd_m))

    def variance_m2(
        self, belief: Sequence[KalmanFilter], mean_m: float, dd_m: float, since_s: float
    ) -> float:
        """Return what is to be added to the variance of the place that ``belief`` tells.

        It is told ``since_s`` after the last count, the pod ``dd_m`` ahead of it, as ``mean_m``.
        """
        added_m2 = self._lateness.variance_m2(belief)
        if self._misfit.speaks:
            heaviest = belief[0]
            believed_m2 = heaviest.variance_ahead(heaviest.axis_m(dd_m, since_s))
            added_m2 += self._misfit.variance_m2(mean_m - heaviest.tied_m, believed_m2)
        return added_m2

    def pods(self) -> tuple[str, ...]:
        """Return the pods that the distance of this race was taken from, most metres first."""
        self._catch_up()
        return self._measuring.pods()

    def measured(self, belief: Sequence[KalmanFilter]) -> PodScale | None:
        """Return the scale that the marks measure, as ``ScaleMeasurement.result`` does."""
        self._catch_up()
        return self._measuring.result(belief)
