"""What presses of a race may all have in common, and what that adds to the error that is told.

The belief takes each press to be late by chance, so the more of them, the surer it is. A thumb that
is two seconds late at every line it follows just as surely, 10 m behind the runner. Only the gun,
where no thumb was needed, and the pod's metres from there show it: they do not meet the lines.

So a filter of its own sees the presses as the belief does, and beside it stands how far off its
state is for each second of such a lateness (the separate bias of Friedland 1969, exact for a linear
filter). From that follows how probable which lateness is. A pod that counted too much after the gun
looks the same, and the marks are right: that is why the estimate is left where it is.
"""

import math
from collections.abc import Sequence
from typing import Final

from kickcue.core.position.kalman_filter import PACE_DRIFT, POD_DRIFT, Drift, KalmanFilter, Regime
from kickcue.core.position.line_association import Observation
from kickcue.core.position.misfit import change_of
from kickcue.core.position.odometer import Step
from kickcue.core.position.speed_leaps import Leap

SHARE: Final = 0.3
"""Share of races in which all presses are late by the same [judgement]..."""
LATE_S: Final = 2.0
LATE_SD_S: Final = 1.5
"""...by so many seconds more than is usual, and the spread of these [judgement]."""
AT_LINE_M: Final = 40.0
"""A private place nearer than this to a line may be that line, marked late."""
MOST_EVIDENCE: Final = 100.0
_PRIVATE: Final = Regime.PRIVATE
"""Asked for at every event: an Enum is slow to look up."""


class CommonLateness:
    """Follows one race beside the belief about it, from its likeliest hypothesis at the gun on.

    ``first_m``, ``lap_m``: where the first line lies, and how far lines are apart, metres.
    """

    def __init__(self, h: KalmanFilter, first_m: float, lap_m: float) -> None:
        self._first_m, self._lap_m = first_m, lap_m
        self._information = self._score = 0.0
        """What presses tell of it: one over its variance, and that times its mean, 1/s2, 1/s."""
        self._evident_s2 = 0.0
        """Its second moment, as far as the presses speak for it."""
        self._follow(h, by_s=0.0)

    def copy(self) -> "CommonLateness":
        """Return an independent copy, to come back to when a mark is taken back."""
        twin = CommonLateness(self._track, self._first_m, self._lap_m)
        twin._information, twin._score = self._information, self._score
        twin._evident_s2 = self._evident_s2
        twin._change = self._change
        twin._by_s, twin._by_c, twin._by_o = self._by_s, self._by_c, self._by_o
        return twin

    def advance(self, step: Step, drift: Drift = POD_DRIFT) -> None:
        """Take in what was counted, of a scale that wanders like that."""
        dd_m, dt_s, var_m2 = step
        self._by_s = self._by_s_ahead(self._track.axis_m(dd_m, dt_s))
        if self._track.clock_mps:
            drift = PACE_DRIFT
        self._by_o *= math.exp(-dt_s / drift.memory_s)
        self._track.advance(dd_m, dt_s, var_m2, drift)

    def mark(self, h: KalmanFilter, seen: Observation, *, pressed: bool = True) -> None:
        """Take in that ``h``, the likeliest hypothesis, has tied a mark to its last line.

        ``pressed``: a person made it, whose lateness it has.
        """
        late_mps = seen.speed_mps if pressed else 0.0
        line_m = h.lines_m[h.last_line]
        if h.regime is Regime.PRIVATE:
            past_m = self._past_line_m(line_m)
            if abs(past_m) > AT_LINE_M:
                return
            line_m -= past_m
        elif change_of(h) != self._change:
            # It was put to the line, and is off by what the press is.
            self._follow(h, by_s=late_mps)
            return
        self._see(line_m + seen.late_m(), seen, late_mps)

    def variance_m2(self, belief: Sequence[KalmanFilter]) -> float:
        """Return what is to be added to the variance of the place that ``belief`` tells.

        Nothing as long as the presses do not speak for a common lateness: the usual spread of
        thumbs is in the belief already.
        """
        if self._evident_s2 == 0.0:
            return 0.0
        at_lines = 0.0
        for h in belief:
            if h.tied and h.regime is not _PRIVATE:
                at_lines += h.weight
        return at_lines * self._by_s**2 * self._evident_s2

    def _follow(self, h: KalmanFilter, by_s: float) -> None:
        self._track = h.copy()
        self._change = change_of(h)
        self._by_s, self._by_c, self._by_o = by_s, 0.0, 0.0
        """How far distance (m), scale and drift are off for each second of lateness."""

    def _by_s_ahead(self, axis_m: float) -> float:
        return self._by_s + axis_m * (self._by_c + self._by_o)

    def rescale(self, h: KalmanFilter, leap: Leap) -> None:
        """Take in that the scale of the pod changed, as ``h``, the likeliest hypothesis, has it."""
        self._track.rescale(leap.by, leap.sd, leap.since_m)
        self._by_s += (1.0 / leap.by - 1.0) * leap.since_m * (self._by_c + self._by_o)
        self._by_c /= leap.by
        self._by_o /= leap.by
        self._change = change_of(h)

    def _see(self, position_m: float, seen: Observation, late_mps: float) -> None:
        """Take in a mark, by which the runner was at ``position_m``.

        ``late_mps``: how far past that for each second of lateness.
        """
        track = self._track
        axis_m, variance_m2 = seen.axis_m(track), seen.variance_m2(track)
        s, ss, sc, so = track.shift(axis_m)
        spread = ss + variance_m2
        off_by = self._by_s_ahead(axis_m) - late_mps
        self._information += off_by * off_by / spread
        self._score += off_by * (position_m - s) / spread
        self._evident_s2 = _evident_s2(self._information, self._score)
        own = track.ss + axis_m * (track.sc + track.so)  # as in KalmanFilter.see
        self._by_s -= own / spread * off_by
        self._by_c -= sc / spread * off_by
        self._by_o -= so / spread * off_by
        track.see(position_m, variance_m2, axis_m)

    def _past_line_m(self, place_m: float) -> float:
        """Return how far past the nearest line that is; below 0: before it."""
        half_m = 0.5 * self._lap_m
        return (place_m - self._first_m + half_m) % self._lap_m - half_m


def _evident_s2(information: float, score: float) -> float:
    """Return the second moment of a lateness of which the presses tell so much.

    Its probability counts only as far as it is more than beforehand.
    """
    variance = 1.0 / (information + LATE_SD_S**-2)
    mean = variance * (score + LATE_S * LATE_SD_S**-2)
    evidence = 0.5 * (mean * mean / variance - (LATE_S / LATE_SD_S) ** 2)
    ratio = math.sqrt(variance) / LATE_SD_S * math.exp(min(evidence, MOST_EVIDENCE))
    odds = SHARE / (1.0 - SHARE) * ratio
    evident = max(odds / (1.0 + odds) - SHARE, 0.0) / (1.0 - SHARE)
    return evident * (mean * mean + variance)
