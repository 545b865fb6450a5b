"""What one race's marks measure of the pod's scale, by themselves.

The belief about the race leans on what was expected of the pod. What is handed on to later races
must not, or one race's luck would be counted again in every later one. So a track filter of its own
follows the pod from a scale known only to ten per cent, sees the lines that the belief has taken
the marks for, and leaves out in the end even the little that this wide expectation has weighed.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from kickcue.core.position.kalman_filter import KalmanFilter
from kickcue.core.position.mark_models import LEAST_SD_M, MarkModel
from kickcue.core.position.odometer import Step
from kickcue.core.position.scale_prior import MeasuredScale

EXPECTED_SD: Final = 0.1
LEAST_LINES: Final = 3
MOST_SD: Final = 0.01
"""Pods differ by some three per cent: an answer much less sharp than one adds little to knowing
that [judgement]."""
MISFIT_SD: Final = 4.0
"""A line this many standard deviations off was, or an earlier one had been, another line than it
was taken for."""
ONE_PODS_SHARE: Final = 0.95
"""What else was counted, by another pod or by guess, must not matter: 3 % of scale on 5 % of the
race is 0.15 %."""
NO_POD: Final = ""


class PodScale(NamedTuple):
    """A scale measured in one race, and the sensor whose scale it is."""

    pod: str
    measured: MeasuredScale


class ScaleMeasurement:
    """Follows one race beside the belief about it."""

    def __init__(self) -> None:
        self._track = KalmanFilter.at_start(1.0, 1.0, EXPECTED_SD, start_var_m2=1.0)
        self._lines = 0
        self._fits = True
        self._counted_m: dict[str, float] = {}

    def copy(self) -> "ScaleMeasurement":
        """Return an independent copy, to come back to when a mark is taken back."""
        twin = ScaleMeasurement()
        twin._track, twin._lines, twin._fits, twin._counted_m = (
            self._track.copy(),
            self._lines,
            self._fits,
            dict(self._counted_m),
        )
        return twin

    def advance(self, step: Step, pod: str = NO_POD) -> None:
        """Take in what the odometer counted.

        Without a ``pod`` it is a guess, or made of steps: no pod's metres.
        """
        self._track.advance(step.dd_m, step.dt_s, step.var_m2)
        self._counted_m[pod] = self._counted_m.get(pod, 0.0) + step.dd_m

    def line(
        self, line_m: float, model: MarkModel, speed_mps: float, ahead: tuple[float, float]
    ) -> None:
        """Take in a mark taken for the line at ``line_m``.

        The pod is ``ahead`` of its last count by (m, sd m).
        """
        dd_m, dd_sd_m = ahead
        marked_m = line_m + speed_mps * model.delay_s
        mark_var_m2 = (speed_mps * model.delay_sd_s) ** 2 + model.sharpness_m**2
        var_m2 = max(mark_var_m2, LEAST_SD_M**2) + dd_sd_m**2
        here_m, spread, _, _ = self._track.shift(dd_m)
        self._fits = self._fits and abs(marked_m - here_m) <= MISFIT_SD * math.sqrt(spread + var_m2)
        self._track.see(marked_m, var_m2, dd_m)
        self._lines += 1

    def pods(self) -> tuple[str, ...]:
        """Return the pods that the distance was taken from, most metres first.

        Those whose metres do not matter are left out.
        """
        little_m = (1.0 - ONE_PODS_SHARE) * math.fsum(self._counted_m.values())
        ranked = sorted(self._counted_m, key=lambda name: -self._counted_m[name])
        return tuple(name for name in ranked if name != NO_POD and self._counted_m[name] > little_m)

    def result(self, belief: Sequence[KalmanFilter]) -> PodScale | None:
        """Return the scale measured.

        None where the marks are too few, do not fit each other, or ``belief`` is of two minds.
        """
        if self._lines < LEAST_LINES or not self._fits:
            return None
        pod = max(self._counted_m, key=lambda name: self._counted_m[name])
        if pod == NO_POD or self._counted_m[pod] < ONE_PODS_SHARE * math.fsum(
            self._counted_m.values()
        ):
            return None
        mean = math.fsum(h.weight * h.c for h in belief)
        unsure = math.fsum(h.weight * (h.cc + (h.c - mean) ** 2) for h in belief)
        sharpness = 1.0 / self._track.cc - 1.0 / EXPECTED_SD**2
        if unsure > MOST_SD**2 or sharpness < 1.0 / MOST_SD**2:
            return None
        return PodScale(
            pod,
            MeasuredScale(
                1.0 + self._track.c / self._track.cc / sharpness, 1.0 / math.sqrt(sharpness)
            ),
        )
