"""What is watched beside the mixture; none of it moves the estimate.

The scale that the marks measure by themselves, presses that share a lateness, and marks that keep
lying farther off than the filter expects. The last two add to the standard error.
"""

from collections.abc import Sequence
from typing import Final

from kickcue.core.position.common_lateness import CommonLateness
from kickcue.core.position.kalman_filter import POD_NOISE, KalmanFilter
from kickcue.core.position.line_association import Observation
from kickcue.core.position.misfit import Misfit
from kickcue.core.position.odometer import NO_STEP, Step
from kickcue.core.position.parameters import ProcessNoise
from kickcue.core.position.scale_measurement import NO_POD, PodScale, ScaleMeasurement
from kickcue.core.position.speed_leaps import SpeedLeap

PREDICT_EVERY_S: Final = 10.0
"""Steps are added up for so long: a drift of two minutes knows no difference."""


class Monitors:
    """Follow one race beside the mixture."""

    def __init__(
        self,
        lateness: CommonLateness,
        scale_measurement: ScaleMeasurement | None = None,
        misfit: Misfit | None = None,
    ) -> None:
        self._lateness = lateness
        self._scale_measurement = scale_measurement or ScaleMeasurement()
        self._misfit = misfit or Misfit()
        self._dd_m = self._dt_s = self._var_m2 = 0.0
        """Counted and not yet predicted."""
        self._pod = NO_POD
        """The pod that counted it."""
        self._noise = POD_NOISE
        self.add_variance = self._lateness.adds_variance or self._misfit.adds_variance
        """Whether anything is to be added: asked at every event, changed by marks alone."""

    def copy(self) -> "Monitors":
        """Return an independent copy, to come back to when a mark is undone."""
        copy = Monitors(self._lateness.copy(), self._scale_measurement.copy(), self._misfit.copy())
        copy._dd_m, copy._dt_s, copy._var_m2 = self._dd_m, self._dt_s, self._var_m2
        copy._pod, copy._noise = self._pod, self._noise
        return copy

    def restart_lateness(self, lateness: CommonLateness) -> None:
        """Look for a common lateness from here on: the mixture goes by a pod now."""
        self._catch_up()
        self._lateness = lateness
        self.add_variance = self._misfit.adds_variance

    def predict(self, step: Step, pod: str, noise: ProcessNoise) -> None:
        """Move on by what ``pod`` counted (NO_POD: a guess), its scale with that noise."""
        if pod != self._pod:
            self._catch_up()
            self._pod = pod
        self._noise = noise
        dd_m, dt_s, var_m2 = step
        self._dd_m += dd_m
        self._dt_s += dt_s
        self._var_m2 += var_m2
        if self._dt_s >= PREDICT_EVERY_S:
            self._catch_up()

    def _catch_up(self) -> None:
        step = Step(self._dd_m, self._dt_s, self._var_m2)
        if step != NO_STEP:
            self._scale_measurement.predict(step, self._pod)
            self._lateness.predict(step, self._noise)
            self._dd_m = self._dt_s = self._var_m2 = 0.0

    def rescale(self, h: KalmanFilter, leap: SpeedLeap) -> None:
        """Change the pod's scale as ``h``, the heaviest hypothesis, has it."""
        self._catch_up()
        self._lateness.rescale(h, leap)

    def update(
        self,
        before: KalmanFilter,
        after: KalmanFilter,
        line_m: float,
        observation: Observation,
        *,
        pressed: bool,
    ) -> None:
        """Update by a mark of the line at ``line_m``.

        ``before``, ``after``: the heaviest hypothesis before it and with it. ``pressed``: a person
        made it.
        """
        self._catch_up()
        self._misfit.update(before, after, observation)
        self._lateness.update(after, observation, pressed=pressed)
        ahead = observation.ahead_m, observation.ahead_sd_m
        self._scale_measurement.update(line_m, observation.model, observation.speed_mps, ahead)
        self.add_variance = self._lateness.adds_variance or self._misfit.adds_variance

    def variance_m2(
        self, hypotheses: Sequence[KalmanFilter], mean_m: float, dd_m: float, since_s: float
    ) -> float:
        """Return what is to be added to the variance of the position under ``hypotheses``.

        The position is ``mean_m``, ``since_s`` after the last count, the pod ``dd_m`` ahead of it.
        """
        added_m2 = self._lateness.variance_m2(hypotheses)
        if self._misfit.adds_variance:
            heaviest = hypotheses[0]
            filter_var_m2 = heaviest.variance_ahead_m2(heaviest.axis_m(dd_m, since_s))
            added_m2 += self._misfit.variance_m2(mean_m - heaviest.last_mark_m, filter_var_m2)
        return added_m2

    def pods(self) -> tuple[str, ...]:
        """Return the pods that the distance of this race was taken from, most metres first."""
        self._catch_up()
        return self._scale_measurement.pods()

    def measured_scale(self, hypotheses: Sequence[KalmanFilter]) -> PodScale | None:
        """Return the scale that the marks measure, as ``ScaleMeasurement.result`` does."""
        self._catch_up()
        return self._scale_measurement.result(hypotheses)
