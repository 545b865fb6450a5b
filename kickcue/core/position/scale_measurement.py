"""What one race's marks measure of the pod's scale, by themselves.

The mixture leans on the prior of the pod's scale. What is handed on to later races must not, or one
race's luck would be counted again in every later one. So a Kalman filter of its own follows the pod
from a scale known only to ten per cent, is updated by the lines that the mixture has assigned the
marks to, and in the end leaves out even the little that this wide prior has weighed.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from kickcue.core.position.kalman_filter import KalmanFilter
from kickcue.core.position.mark_models import MIN_MARK_SD_M, MarkModel
from kickcue.core.position.odometer import Step
from kickcue.core.position.scale_prior import MeasuredScale

PRIOR_SCALE_SD: Final = 0.1
MIN_LINES: Final = 3
MAX_SCALE_SD: Final = 0.01
"""Pods differ by some three per cent: a measurement much less sharp than one adds little to knowing
that [judgement]."""
MISFIT_SDS: Final = 4.0
"""A line this many standard deviations off was, or an earlier one had been, another line than was
assumed."""
ONE_POD_SHARE: Final = 0.95
"""What else was counted, by another pod or by guess, must not matter: 3 % of scale on 5 % of the
race is 0.15 %."""
NO_POD: Final = ""


class PodScale(NamedTuple):
    """A scale measured in one race, and the sensor whose scale it is."""

    pod: str
    measured: MeasuredScale


class ScaleMeasurement:
    """Follows one race beside the mixture."""

    def __init__(self) -> None:
        self._filter = KalmanFilter.at_start(1.0, 1.0, PRIOR_SCALE_SD, start_var_m2=1.0)
        self._lines = 0
        self._fits = True
        self._counted_m: dict[str, float] = {}

    def copy(self) -> "ScaleMeasurement":
        """Return an independent copy, to come back to when a mark is undone."""
        copy = ScaleMeasurement()
        copy._filter, copy._lines, copy._fits, copy._counted_m = (
            self._filter.copy(),
            self._lines,
            self._fits,
            dict(self._counted_m),
        )
        return copy

    def predict(self, step: Step, pod: str = NO_POD) -> None:
        """Move on by what the odometer counted.

        Without a ``pod`` it is a guess, or made of steps: no pod's metres.
        """
        self._filter.predict(step.dd_m, step.dt_s, step.var_m2)
        self._counted_m[pod] = self._counted_m.get(pod, 0.0) + step.dd_m

    def update(
        self, line_m: float, model: MarkModel, speed_mps: float, ahead: tuple[float, float]
    ) -> None:
        """Update by a mark of the line at ``line_m``.

        The pod is ``ahead`` of its last count by (m, sd m).
        """
        dd_m, dd_sd_m = ahead
        position_m = line_m + speed_mps * model.delay_s
        mark_var_m2 = (speed_mps * model.delay_sd_s) ** 2 + model.position_sd_m**2
        var_m2 = max(mark_var_m2, MIN_MARK_SD_M**2) + dd_sd_m**2
        predicted_m, predicted_var_m2, _, _ = self._filter.state_ahead(dd_m)
        gate_m = MISFIT_SDS * math.sqrt(predicted_var_m2 + var_m2)
        self._fits = self._fits and abs(position_m - predicted_m) <= gate_m
        self._filter.update(position_m, var_m2, dd_m)
        self._lines += 1

    def pods(self) -> tuple[str, ...]:
        """Return the pods that the distance was taken from, most metres first.

        Those whose metres do not matter are left out.
        """
        little_m = (1.0 - ONE_POD_SHARE) * math.fsum(self._counted_m.values())
        ranked = sorted(self._counted_m, key=lambda name: -self._counted_m[name])
        return tuple(name for name in ranked if name != NO_POD and self._counted_m[name] > little_m)

    def result(self, hypotheses: Sequence[KalmanFilter]) -> PodScale | None:
        """Return the scale measured.

        None where the marks are too few or do not fit each other, or ``hypotheses`` disagree.
        """
        if self._lines < MIN_LINES or not self._fits:
            return None
        pod = max(self._counted_m, key=lambda name: self._counted_m[name])
        if pod == NO_POD or self._counted_m[pod] < ONE_POD_SHARE * math.fsum(
            self._counted_m.values()
        ):
            return None
        mean = math.fsum(h.weight * h.scale_error for h in hypotheses)
        variance = math.fsum(h.weight * (h.p_cc + (h.scale_error - mean) ** 2) for h in hypotheses)
        information = 1.0 / self._filter.p_cc - 1.0 / PRIOR_SCALE_SD**2
        if variance > MAX_SCALE_SD**2 or information < 1.0 / MAX_SCALE_SD**2:
            return None
        return PodScale(
            pod,
            MeasuredScale(
                1.0 + self._filter.scale_error / self._filter.p_cc / information,
                1.0 / math.sqrt(information),
            ),
        )
