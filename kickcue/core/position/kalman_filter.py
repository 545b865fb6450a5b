"""One hypothesis about where the runner is: a three-state Kalman filter in plain floats.

State: true distance ``s``; the pod's constant scale error ``c``; its slowly drifting one ``o``. The
pod's own distance is the independent variable: while the pod counts ``dd`` metres, the runner
covers ``(1 + c + o) * dd``. ``c`` stays what it is (how the pod was calibrated and mounted today),
``o`` wanders and returns (Ornstein-Uhlenbeck: fatigue, surface, shoe, bends). Splitting the two is
what keeps the error honest: with one wandering scale the filter would forget what twelve laps have
taught it, with one constant scale it would grow overconfident.

Time enters only through the drift; a mark enters as a position with a variance. See
docs/estimation.md.
"""

import math
from dataclasses import dataclass, field, fields
from enum import IntEnum
from operator import attrgetter
from typing import Final, Self


@dataclass(frozen=True, slots=True)
class Drift:
    """How the scale of an axis wanders.

    Most of it returns within ``memory_s`` (Ornstein-Uhlenbeck), and part of it never does.
    """

    sd: float
    memory_s: float
    walk: float = 0.0
    """Of what stays: standard deviation after one second."""
    variance: float = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "variance", self.sd**2)


POD_DRIFT: Final = Drift(0.007, 120.0)
"""Of a foot pod: 0.7 % over 120 s is what the evaluation protocol assumes."""
PACE_DRIFT: Final = Drift(0.013, 40.0, 0.0009)
"""Of a runner's pace where the clock is the axis, and of the step where cadence is: both wander
more than a pod's scale."""
VAGUE_VAR_M2: Final = 1e10
"""A place known to 100 km, after a leap of the clock, is not known: rounding would leave less than
nothing of what a mark tells."""


class Regime(IntEnum):
    """What, beside the pod's scale and its drift, a hypothesis holds to have happened."""

    USUAL = 0
    SHIFTED = 1
    """The metres jumped since the mark before, or the start was pressed late or early."""
    RESCALED = 2
    """The pod's scale is another one since the mark before."""
    CLOCKED = 3
    """The pod tells nothing: the clock does, at the pace that the marks show."""
    PRIVATE = 4
    """Marks are made at a place of the runner's own."""


@dataclass(slots=True)
class KalmanFilter:
    """Mean and covariance of (s [m], c, o).

    ``last_line``: of ``lines_m``, tied to a mark or passed before any.
    """

    weight: float
    s: float
    c: float
    o: float
    ss: float
    sc: float
    so: float
    cc: float
    co: float
    oo: float
    last_line: int = -1
    lines_m: tuple[float, ...] = ()
    """Where this hypothesis believes marks are made, decided by the first mark."""
    tied: int = 0
    """How many lines have had their mark."""
    strays: int = 0
    """How many marks belonged to none, double ones not counted."""
    began_line: int = 0
    """The first line with a mark: who begins to press late has not missed the lines before."""
    regime: Regime = Regime.USUAL
    changed: bool = False
    """The pod's metres since the gun are not all of one scale: they tell no other race of it."""
    since_change: int = 0
    """How many lines have had their mark since the regime changed."""
    clock_mps: float = 0.0
    """The axis is the clock at this pace; 0: the axis is the pod's own distance."""
    place_var_m2: float = 0.0
    """Variance of where a private place lies; marks made there do not make it smaller."""
    tied_ns: int = 0
    """When the last line that had its mark was passed, or the gun."""
    tied_m: float = 0.0
    pace_mps: float = 0.0
    """True pace between the lines that had their marks; 0 before the second."""
    unmarked: float = 1.0
    """What it has paid for lines that gave no mark since the last one that did: a probability."""
    scale_leaps: int = 0
    """How many leaps of the pod's speed it holds to be those of its scale..."""
    other_leaps: int = 0
    """...and how many not."""

    @classmethod
    def at_start(
        cls, weight: float, scale_mean: float, scale_sd: float, start_var_m2: float
    ) -> Self:
        """Return the belief at the gun: no distance, the scale known to ``scale_sd``."""
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
            POD_DRIFT.sd**2,
        )

    def copy(self) -> Self:
        """Return an independent copy."""
        return type(self)(*_FIELDS(self))

    @property
    def scale(self) -> float:
        """True metres per pod metre, now."""
        return 1.0 + self.c + self.o

    def advance(self, dd_m: float, dt_s: float, var_m2: float, drift: Drift = POD_DRIFT) -> None:
        """Let the pod count ``dd_m`` over ``dt_s``.

        ``var_m2`` is the noise of that count itself.
        """
        if self.clock_mps:
            dd_m, var_m2, drift = self.clock_mps * dt_s, 0.0, PACE_DRIFT
        keep = math.exp(-dt_s / drift.memory_s)
        keep_var = keep * keep
        sc, so, co, oo, o = self.sc, self.so, self.co, self.oo, self.o
        sco = self.cc + co
        soo = co + oo
        self.s += (1.0 + self.c + o) * dd_m
        self.ss += 2.0 * dd_m * (sc + so) + dd_m * dd_m * (sco + soo) + var_m2
        self.sc = sc + dd_m * sco
        self.so = keep * (so + dd_m * soo)
        self.co = co * keep
        self.oo = keep_var * oo + drift.variance * (1.0 - keep_var)
        self.o = o * keep
        if drift.walk:
            self.cc += drift.walk**2 * dt_s

    def rescale(self, by: float, sd: float, since_m: float) -> None:
        """Take in that the pod counts ``by`` times as much as before, since ``since_m`` metres.

        ``sd`` is the relative error of ``by``. What is known of the scale before goes for the new
        one.
        """
        factor, scale = 1.0 / by, self.scale
        back_m = (factor - 1.0) * since_m
        sco, soo = self.cc + self.co, self.co + self.oo
        unsure = (factor * scale * sd) ** 2
        self.s += back_m * scale
        self.ss += (
            2.0 * back_m * (self.sc + self.so)
            + back_m * back_m * (sco + soo)
            + since_m * since_m * unsure
        )
        self.sc = factor * (self.sc + back_m * sco) + since_m * unsure
        self.so = factor * (self.so + back_m * soo)
        self.c, self.o = factor * (1.0 + self.c) - 1.0, factor * self.o
        self.cc = factor * factor * self.cc + unsure
        self.co *= factor * factor
        self.oo *= factor * factor

    def axis_m(self, dd_m: float, dt_s: float) -> float:
        """Return how far its axis goes on while the pod counts ``dd_m`` in ``dt_s``."""
        return self.clock_mps * dt_s if self.clock_mps else dd_m

    def place(self, dd_m: float, dt_s: float, dd_var_m2: float) -> tuple[float, float]:
        """Return mean and variance of the place once the pod has counted ``dd_m`` in ``dt_s``.

        ``dd_var_m2`` is the variance of these pod metres, which are not committed to.
        """
        if self.clock_mps:
            dd_m, dd_var_m2 = self.clock_mps * dt_s, 0.0
        if dd_m == 0.0:  # at every reading itself
            return self.s, self.ss + self.place_var_m2 + dd_var_m2
        mean_m = self.s + (1.0 + self.c + self.o) * dd_m
        return mean_m, self.variance_ahead(dd_m) + self.place_var_m2 + dd_var_m2

    def variance_ahead(self, dd_m: float) -> float:
        """Return the variance of ``s`` ``dd_m`` pod metres on, without committing to them."""
        return (
            self.ss
            + 2.0 * dd_m * (self.sc + self.so)
            + dd_m * dd_m * (self.cc + 2.0 * self.co + self.oo)
        )

    def shift(self, dd_m: float) -> tuple[float, float, float, float]:
        """Return (s, cov(s,s), cov(s,c), cov(s,o)) as they would be ``dd_m`` pod metres on."""
        return (
            self.s + self.scale * dd_m,
            self.variance_ahead(dd_m),
            self.sc + dd_m * (self.cc + self.co),
            self.so + dd_m * (self.co + self.oo),
        )

    def see(self, position_m: float, var_m2: float, dd_m: float = 0.0) -> float:
        """Take in that the runner was at ``position_m``, the pod ``dd_m`` ahead of its last count.

        ``var_m2`` is the variance of that position. Return its likelihood, per metre.
        """
        s, ss, sc, so = self.shift(dd_m)
        spread = ss + var_m2
        off = position_m - s
        if spread > VAGUE_VAR_M2:
            self.s += off
            self.ss, self.sc, self.so = var_m2, 0.0, 0.0
            return normal_density(off, spread)
        # Gains follow from the covariance of each state with the position seen, which lies dd_m
        # ahead of the state itself.
        own = self.ss + dd_m * (self.sc + self.so)
        gain_s, gain_c, gain_o = own / spread, sc / spread, so / spread
        self.s += gain_s * off
        self.c += gain_c * off
        self.o += gain_o * off
        self.ss -= gain_s * own
        self.sc -= gain_s * sc
        self.so -= gain_s * so
        self.cc -= gain_c * sc
        self.co -= gain_c * so
        self.oo -= gain_o * so
        return normal_density(off, spread)


_FIELDS = attrgetter(*(each.name for each in fields(KalmanFilter)))


def merged(a: KalmanFilter, b: KalmanFilter) -> KalmanFilter:
    """Return the one Gaussian with the weight, mean and covariance of both together."""
    total = a.weight + b.weight
    wa, wb = a.weight / total, b.weight / total
    ds, dc, do = a.s - b.s, a.c - b.c, a.o - b.o
    cross = wa * wb
    return KalmanFilter(
        total,
        wa * a.s + wb * b.s,
        wa * a.c + wb * b.c,
        wa * a.o + wb * b.o,
        wa * a.ss + wb * b.ss + cross * ds * ds,
        wa * a.sc + wb * b.sc + cross * ds * dc,
        wa * a.so + wb * b.so + cross * ds * do,
        wa * a.cc + wb * b.cc + cross * dc * dc,
        wa * a.co + wb * b.co + cross * dc * do,
        wa * a.oo + wb * b.oo + cross * do * do,
        a.last_line,
        a.lines_m,
        a.tied,
        a.strays,
        a.began_line,
        a.regime,
        a.changed,
        a.since_change,
        a.clock_mps,
        a.place_var_m2,
        a.tied_ns,
        a.tied_m,
        a.pace_mps,
        a.unmarked,
        a.scale_leaps,
        a.other_leaps,
    )


def normal_density(off: float, variance: float) -> float:
    """Return the density of a centred normal distribution at ``off``."""
    return math.exp(-0.5 * off * off / variance) / math.sqrt(2.0 * math.pi * variance)
