"""One hypothesis about where the runner is: a three-state Kalman filter in plain floats.

The pod's own distance is the independent variable: while the pod counts ``dd`` metres, the runner
covers ``(1 + c + o) * dd``. The scale error ``c`` is constant (how the pod was calibrated and
mounted today); ``o`` drifts and returns (Ornstein-Uhlenbeck: fatigue, surface, shoe, bends). The
split keeps the standard error honest: with one wandering scale the filter would forget what twelve
laps have taught it, with one constant scale it would grow overconfident.

Time enters only through the drift; a mark is a measurement of the distance. See docs/estimation.md.
"""

import math
from dataclasses import dataclass, fields
from enum import IntEnum
from operator import attrgetter
from typing import Final, Self

from kickcue.core.position.parameters import PARAMETERS, ProcessNoise

POD_NOISE: Final = PARAMETERS.pod_noise
PACE_NOISE: Final = PARAMETERS.pace_noise
VAGUE_VAR_M2: Final = PARAMETERS.vague_var_m2


class Regime(IntEnum):
    """What a hypothesis holds to have happened, beside the drift of the pod's scale."""

    USUAL = 0
    SHIFTED = 1
    """The metres jumped since the mark before, or the start was pressed late or early."""
    RESCALED = 2
    """The pod's scale changed since the mark before."""
    CLOCKED = 3
    """The pod tells nothing: the clock does, at the pace that the marks show."""
    PRIVATE = 4
    """Marks are made at a place of the runner's own."""


@dataclass(slots=True)
class KalmanFilter:
    """Mean and covariance of the state, and which lines have had their mark.

    ======  ================  ============================================
    symbol  mean              covariance (symmetric; ``p_sc`` is cov(s, c))
    ======  ================  ============================================
    s       ``distance_m``    ``p_ss`` [m2], ``p_sc`` [m], ``p_so`` [m]
    c       ``scale_error``   ``p_cc``, ``p_co``
    o       ``scale_drift``   ``p_oo``
    ======  ================  ============================================
    """

    weight: float
    distance_m: float
    scale_error: float
    scale_drift: float
    p_ss: float
    p_sc: float
    p_so: float
    p_cc: float
    p_co: float
    p_oo: float
    last_line: int = -1
    """Index in ``lines_m`` of the last line that had its mark, or was passed before any did."""
    lines_m: tuple[float, ...] = ()
    """Where marks are made under this hypothesis, metres run; decided by the first mark."""
    lines_marked: int = 0
    """How many lines have had their mark."""
    stray_marks: int = 0
    """How many marks belonged to no line, double ones not counted."""
    first_marked_line: int = 0
    """Who begins to press late has not missed the lines before this one."""
    regime: Regime = Regime.USUAL
    changed: bool = False
    """The pod's metres since the gun are not all of one scale: they teach other races nothing."""
    marks_since_change: int = 0
    """How many lines have had their mark since the regime changed."""
    clock_mps: float = 0.0
    """The axis is the clock at this pace; 0: the axis is the pod's own distance."""
    private_line_var_m2: float = 0.0
    """Variance of where a private line lies; marks made there do not reduce it."""
    last_mark_ns: int = 0
    """When the last line that had its mark was passed, or the gun..."""
    last_mark_m: float = 0.0
    """...and where that was, metres run."""
    pace_mps: float = 0.0
    """True pace between the lines that had their marks; 0 before the second."""
    missed_probability: float = 1.0
    """Probability, already in ``weight``, of the missed detections since the last mark of a
    line."""
    scale_leaps: int = 0
    """How many leaps of the pod's speed it explains by a change of the scale..."""
    other_leaps: int = 0
    """...and how many otherwise."""

    @classmethod
    def at_start(
        cls, weight: float, scale_mean: float, scale_sd: float, start_var_m2: float
    ) -> Self:
        """Return the filter at the gun: no distance, the scale known to ``scale_sd``."""
        return cls(
            weight,
            0.0,
            scale_mean - 1.0,
            0.0,
            start_var_m2,
            0.0,
            0.0,
            scale_sd**2,
            0.0,
            POD_NOISE.drift_sd**2,
        )

    def copy(self) -> Self:
        """Return an independent copy."""
        return type(self)(*_FIELDS(self))

    @property
    def scale(self) -> float:
        """True metres per pod metre, now."""
        return 1.0 + self.scale_error + self.scale_drift

    def predict(
        self, dd_m: float, dt_s: float, var_m2: float, noise: ProcessNoise = POD_NOISE
    ) -> None:
        """Move on by the ``dd_m`` that the pod counted in ``dt_s``, known to ``var_m2``."""
        if self.clock_mps:
            dd_m, var_m2, noise = self.clock_mps * dt_s, 0.0, PACE_NOISE
        self.move(dd_m, var_m2, *drift_over(dt_s, noise))

    def move(
        self,
        dd_m: float,
        var_m2: float,
        keep: float,
        drift_variance: float,
        walk_variance: float,
    ) -> None:
        """Move on as ``predict`` does, for who moves many alike; the rest by ``drift_over``."""
        sc, so, co, oo, o = self.p_sc, self.p_so, self.p_co, self.p_oo, self.scale_drift
        sco = self.p_cc + co
        soo = co + oo
        self.distance_m += (1.0 + self.scale_error + o) * dd_m
        self.p_ss += 2.0 * dd_m * (sc + so) + dd_m * dd_m * (sco + soo) + var_m2
        self.p_sc = sc + dd_m * sco
        self.p_so = keep * (so + dd_m * soo)
        self.p_co = co * keep
        self.p_oo = keep * keep * oo + drift_variance
        self.scale_drift = o * keep
        if walk_variance:
            self.p_cc += walk_variance

    def rescale(self, by: float, sd: float, since_m: float) -> None:
        """Let the pod count ``by`` times as much as before, since ``since_m`` pod metres.

        ``sd`` is the relative error of ``by``. What is known of the old scale holds for the new.
        """
        factor, scale = 1.0 / by, self.scale
        back_m = (factor - 1.0) * since_m
        sco, soo = self.p_cc + self.p_co, self.p_co + self.p_oo
        factor_var = (factor * scale * sd) ** 2
        self.distance_m += back_m * scale
        self.p_ss += (
            2.0 * back_m * (self.p_sc + self.p_so)
            + back_m * back_m * (sco + soo)
            + since_m * since_m * factor_var
        )
        self.p_sc = factor * (self.p_sc + back_m * sco) + since_m * factor_var
        self.p_so = factor * (self.p_so + back_m * soo)
        self.scale_error = factor * (1.0 + self.scale_error) - 1.0
        self.scale_drift = factor * self.scale_drift
        self.p_cc = factor * factor * self.p_cc + factor_var
        self.p_co *= factor * factor
        self.p_oo *= factor * factor

    def axis_m(self, dd_m: float, dt_s: float) -> float:
        """Return how far its axis moves while the pod counts ``dd_m`` in ``dt_s``."""
        return self.clock_mps * dt_s if self.clock_mps else dd_m

    def predicted_position(self, dd_m: float, dt_s: float, dd_var_m2: float) -> tuple[float, float]:
        """Return mean [m] and variance [m2] of the position ``dd_m`` pod metres or ``dt_s`` on.

        ``dd_var_m2`` is the variance of these pod metres. The filter itself stays where it is.
        """
        if self.clock_mps:
            dd_m, dd_var_m2 = self.clock_mps * dt_s, 0.0
        if dd_m == 0.0:  # at every reading itself
            return self.distance_m, self.p_ss + self.private_line_var_m2 + dd_var_m2
        mean_m = self.distance_m + (1.0 + self.scale_error + self.scale_drift) * dd_m
        return mean_m, self.variance_ahead_m2(dd_m) + self.private_line_var_m2 + dd_var_m2

    def variance_ahead_m2(self, dd_m: float) -> float:
        """Return the variance of the distance ``dd_m`` pod metres on."""
        return (
            self.p_ss
            + 2.0 * dd_m * (self.p_sc + self.p_so)
            + dd_m * dd_m * (self.p_cc + 2.0 * self.p_co + self.p_oo)
        )

    def state_ahead(self, dd_m: float) -> tuple[float, float, float, float]:
        """Return (distance, p_ss, p_sc, p_so) as they would be ``dd_m`` pod metres on."""
        return (
            self.distance_m + self.scale * dd_m,
            self.variance_ahead_m2(dd_m),
            self.p_sc + dd_m * (self.p_cc + self.p_co),
            self.p_so + dd_m * (self.p_co + self.p_oo),
        )

    def update(self, position_m: float, var_m2: float, dd_m: float = 0.0) -> float:
        """Update by a measurement: ``position_m``, ``dd_m`` pod metres after the last count.

        ``var_m2`` is its variance. Return its likelihood, per metre.
        """
        s, ss, sc, so = self.state_ahead(dd_m)
        innovation_var_m2 = ss + var_m2
        innovation_m = position_m - s
        if innovation_var_m2 > VAGUE_VAR_M2:
            self.distance_m += innovation_m
            self.p_ss, self.p_sc, self.p_so = var_m2, 0.0, 0.0
            return normal_density(innovation_m, innovation_var_m2)
        # Gains follow from the covariance of each state with the position measured, which lies
        # dd_m ahead of the state itself.
        own = self.p_ss + dd_m * (self.p_sc + self.p_so)
        gain_s, gain_c, gain_o = (
            own / innovation_var_m2,
            sc / innovation_var_m2,
            so / innovation_var_m2,
        )
        self.distance_m += gain_s * innovation_m
        self.scale_error += gain_c * innovation_m
        self.scale_drift += gain_o * innovation_m
        self.p_ss -= gain_s * own
        self.p_sc -= gain_s * sc
        self.p_so -= gain_s * so
        self.p_cc -= gain_c * sc
        self.p_co -= gain_c * so
        self.p_oo -= gain_o * so
        return normal_density(innovation_m, innovation_var_m2)


_FIELDS = attrgetter(*(each.name for each in fields(KalmanFilter)))


def drift_over(dt_s: float, noise: ProcessNoise) -> tuple[float, float, float]:
    """Return what ``dt_s`` makes of a scale's drift.

    The share of it that is kept, the variance that is new, and what the random walk adds.
    """
    keep = math.exp(-dt_s / noise.time_constant_s)
    walk_variance = noise.random_walk_sd**2 * dt_s if noise.random_walk_sd else 0.0
    return keep, noise.drift_variance * (1.0 - keep * keep), walk_variance


def merged(a: KalmanFilter, b: KalmanFilter) -> KalmanFilter:
    """Return the one Gaussian with the weight, mean and covariance of both together."""
    total = a.weight + b.weight
    wa, wb = a.weight / total, b.weight / total
    ds, dc, do = (
        a.distance_m - b.distance_m,
        a.scale_error - b.scale_error,
        a.scale_drift - b.scale_drift,
    )
    cross = wa * wb
    return KalmanFilter(
        total,
        wa * a.distance_m + wb * b.distance_m,
        wa * a.scale_error + wb * b.scale_error,
        wa * a.scale_drift + wb * b.scale_drift,
        wa * a.p_ss + wb * b.p_ss + cross * ds * ds,
        wa * a.p_sc + wb * b.p_sc + cross * ds * dc,
        wa * a.p_so + wb * b.p_so + cross * ds * do,
        wa * a.p_cc + wb * b.p_cc + cross * dc * dc,
        wa * a.p_co + wb * b.p_co + cross * dc * do,
        wa * a.p_oo + wb * b.p_oo + cross * do * do,
        a.last_line,
        a.lines_m,
        a.lines_marked,
        a.stray_marks,
        a.first_marked_line,
        a.regime,
        a.changed,
        a.marks_since_change,
        a.clock_mps,
        a.private_line_var_m2,
        a.last_mark_ns,
        a.last_mark_m,
        a.pace_mps,
        a.missed_probability,
        a.scale_leaps,
        a.other_leaps,
    )


def normal_density(innovation: float, variance: float) -> float:
    """Return the density of a normal distribution about zero at ``innovation``."""
    return math.exp(-0.5 * innovation * innovation / variance) / math.sqrt(2.0 * math.pi * variance)
