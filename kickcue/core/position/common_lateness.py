"""A lateness that all presses of a race may share, and what it adds to the standard error.

The filter takes each press to be late by chance, so the more of them, the surer it is. A thumb that
is two seconds late at every line is followed just as surely, 10 m behind the runner. Only the gun,
where no thumb was needed, and the pod's metres from there show it: they do not meet the lines.

So a filter of its own is updated by the presses as the mixture is, and beside it stands how far off
its state is for each second of such a lateness (the separate bias of Friedland 1969, exact for a
linear filter). From that follows how probable which lateness is. A pod that counted too much after
the gun looks the same, and then the marks are right: so the estimate itself is left alone.
"""

import math
from collections.abc import Sequence
from typing import Final

from kickcue.core.position.kalman_filter import PACE_NOISE, POD_NOISE, KalmanFilter, Regime
from kickcue.core.position.line_association import Observation
from kickcue.core.position.misfit import change_of
from kickcue.core.position.odometer import Step
from kickcue.core.position.parameters import ProcessNoise
from kickcue.core.position.speed_leaps import SpeedLeap

COMMON_PRIOR: Final = 0.3
"""Probability that all presses of a race are late by the same [judgement]..."""
COMMON_DELAY_S: Final = 2.0
COMMON_DELAY_SD_S: Final = 1.5
"""...by so many seconds more than is usual, and the spread of these [judgement]."""
AT_LINE_M: Final = 40.0
"""A private line nearer than this to a true one may be that one, marked late."""
MAX_LOG_EVIDENCE: Final = 100.0
_PRIVATE: Final = Regime.PRIVATE
"""Asked for at every event: an Enum is slow to look up."""


class CommonLateness:
    """Follows one race beside the mixture, from its heaviest hypothesis at the gun on.

    ``first_m``, ``lap_m``: where the first line lies, and how far lines are apart, metres.
    """

    def __init__(self, h: KalmanFilter, first_m: float, lap_m: float) -> None:
        self._first_m, self._lap_m = first_m, lap_m
        self._information = self._score = 0.0
        """What presses tell of it: one over its variance, and that times its mean, 1/s2, 1/s."""
        self._evident_s2 = 0.0
        """Its second moment, as far as the presses are evidence of it."""
        self._follow(h, by_s=0.0)

    def copy(self) -> "CommonLateness":
        """Return an independent copy, to come back to when a mark is undone."""
        copy = CommonLateness(self._filter, self._first_m, self._lap_m)
        copy._information, copy._score = self._information, self._score
        copy._evident_s2 = self._evident_s2
        copy._change = self._change
        copy._by_s, copy._by_c, copy._by_o = self._by_s, self._by_c, self._by_o
        return copy

    def predict(self, step: Step, noise: ProcessNoise = POD_NOISE) -> None:
        """Move on by what was counted, with the process noise of its scale."""
        dd_m, dt_s, var_m2 = step
        self._by_s = self._by_s_ahead(self._filter.axis_m(dd_m, dt_s))
        if self._filter.clock_mps:
            noise = PACE_NOISE
        self._by_o *= math.exp(-dt_s / noise.time_constant_s)
        self._filter.predict(dd_m, dt_s, var_m2, noise)

    def update(self, h: KalmanFilter, observation: Observation, *, pressed: bool = True) -> None:
        """Update by a mark that ``h``, the heaviest hypothesis, has assigned to its last line.

        ``pressed``: a person made it, and may be late each time.
        """
        late_mps = observation.speed_mps if pressed else 0.0
        line_m = h.lines_m[h.last_line]
        if h.regime is Regime.PRIVATE:
            past_m = self._past_line_m(line_m)
            if abs(past_m) > AT_LINE_M:
                return
            line_m -= past_m
        elif change_of(h) != self._change:
            # The runner was moved to the line, and is off by what the press is.
            self._follow(h, by_s=late_mps)
            return
        self._update_filter(line_m + observation.delay_m(), observation, late_mps)

    @property
    def adds_variance(self) -> bool:
        """Whether anything is to be added to the variance."""
        return self._evident_s2 > 0.0

    def variance_m2(self, hypotheses: Sequence[KalmanFilter]) -> float:
        """Return what is to be added to the variance of the position under ``hypotheses``.

        Nothing as long as the presses are no evidence of a common lateness: the usual spread of
        thumbs is in the filter already.
        """
        at_lines = 0.0
        for h in hypotheses:
            if h.lines_marked and h.regime is not _PRIVATE:
                at_lines += h.weight
        return at_lines * self._by_s**2 * self._evident_s2

    def _follow(self, h: KalmanFilter, by_s: float) -> None:
        self._filter = h.copy()
        self._change = change_of(h)
        self._by_s, self._by_c, self._by_o = by_s, 0.0, 0.0
        """How far distance (m), scale error and scale drift are off per second of lateness."""

    def _by_s_ahead(self, axis_m: float) -> float:
        return self._by_s + axis_m * (self._by_c + self._by_o)

    def rescale(self, h: KalmanFilter, leap: SpeedLeap) -> None:
        """Change the pod's scale as ``h``, the heaviest hypothesis, has it."""
        self._filter.rescale(leap.ratio, leap.ratio_sd, leap.since_m)
        self._by_s += (1.0 / leap.ratio - 1.0) * leap.since_m * (self._by_c + self._by_o)
        self._by_c /= leap.ratio
        self._by_o /= leap.ratio
        self._change = change_of(h)

    def _update_filter(self, position_m: float, observation: Observation, late_mps: float) -> None:
        """Update by a mark, by which the runner was at ``position_m``.

        ``late_mps``: how far past that for each second of lateness.
        """
        kalman = self._filter
        axis_m, variance_m2 = observation.axis_m(kalman), observation.variance_m2(kalman)
        s, ss, sc, so = kalman.state_ahead(axis_m)
        innovation_var_m2 = ss + variance_m2
        off_by = self._by_s_ahead(axis_m) - late_mps
        self._information += off_by * off_by / innovation_var_m2
        self._score += off_by * (position_m - s) / innovation_var_m2
        self._evident_s2 = _evident_s2(self._information, self._score)
        own = kalman.p_ss + axis_m * (kalman.p_sc + kalman.p_so)  # as in KalmanFilter.update
        self._by_s -= own / innovation_var_m2 * off_by
        self._by_c -= sc / innovation_var_m2 * off_by
        self._by_o -= so / innovation_var_m2 * off_by
        kalman.update(position_m, variance_m2, axis_m)

    def _past_line_m(self, position_m: float) -> float:
        """Return how far past the nearest line that is; below 0: before it."""
        half_m = 0.5 * self._lap_m
        return (position_m - self._first_m + half_m) % self._lap_m - half_m


def _evident_s2(information: float, score: float) -> float:
    """Return the second moment of a lateness of which the presses tell so much.

    Its probability counts only as far as it exceeds the prior.
    """
    variance = 1.0 / (information + COMMON_DELAY_SD_S**-2)
    mean = variance * (score + COMMON_DELAY_S * COMMON_DELAY_SD_S**-2)
    log_evidence = 0.5 * (mean * mean / variance - (COMMON_DELAY_S / COMMON_DELAY_SD_S) ** 2)
    bayes_factor = (
        math.sqrt(variance) / COMMON_DELAY_SD_S * math.exp(min(log_evidence, MAX_LOG_EVIDENCE))
    )
    odds = COMMON_PRIOR / (1.0 - COMMON_PRIOR) * bayes_factor
    evident = max(odds / (1.0 + odds) - COMMON_PRIOR, 0.0) / (1.0 - COMMON_PRIOR)
    return evident * (mean * mean + variance)
