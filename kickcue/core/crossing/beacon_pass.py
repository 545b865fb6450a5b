"""A runner's closest moment to a Bluetooth beacon on the finish line, from signal strength alone.

The strongest reading will not do: single readings fade by 4 to 6 dB, and the body behind which the
receiver is worn takes 10 to 20 dB from one side. So a curve is fitted to the readings of the last
seconds. For a runner who passes at steady speed v and distance d, u seconds after the closest
approach, with tau = d / v,

    rssi = level - 10 n log10(hypot(u, tau)) - body u / hypot(u, tau) + noise

(log-distance path loss; the body as the cosine of the bearing: worn in front it hides the beacon
behind, worn on the back the one ahead). Speed goes into the level, so no pod is used. Level, n and
body are linear and have normal priors: for each moment and each tau they are integrated out in
closed form, which leaves a posterior over the moments (a Bayesian matched filter).

Silence is evidence too: a beacon that was received and is no longer is far away.

The crossing is known a second or so after it, when the posterior puts it in the past and is narrow.
For a runner who stands beside the beacon it is flat, for one who comes nearer it lies ahead, for
one who walks away it lies before the window: none of them crosses. After a crossing follows a rest.
"""

import math
from collections import deque
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import fmean, median
from typing import Final, NamedTuple

from kickcue.core.crossing.gate import REST_S
from kickcue.core.units import ns_to_s, s_to_ns

WINDOW_S: Final = 8.0
"""Readings are kept for so long."""
MAX_AGO_S: Final = 6.0
MAX_AHEAD_S: Final = 4.0
"""Crossings are weighed from so long ago to so far ahead."""
MAX_READINGS: Final = 512
"""Sixty a second over all of ``WINDOW_S``: of a flood the latest are kept."""
GRID_STEP_S: Final = 0.15
FIT_EVERY_S: Final = 0.25
MIN_AGO_S: Final = 0.3
EDGE_S: Final = 0.6
PASSED_PROBABILITY: Final = 0.9
"""The probability that it was more than ``MIN_AGO_S`` ago, and not within ``EDGE_S`` of the oldest
moment weighed, must reach this."""
STANDING_PRIOR_ODDS: Final = 1.0
"""Prior odds of a runner who stands against one who passes. More of it costs crossings."""
MAX_SD_S: Final = 0.8
"""The moment is known when its standard deviation is below this; flat probabilities have 3 s."""
MIN_READINGS: Final = 4
MAX_BELOW_BEST_DB: Final = 15.0
"""Readings so much weaker than those of an earlier crossing are of none."""

NOISE_SD_DB: Final = 5.0
"""Fading of a reading [judgement]."""
LEVEL_DBM: Final = -65.0
LEVEL_SD_DB: Final = 30.0
"""Prior of the level: wide, for speed and distance go into it [judgement]."""
PATH_LOSS_EXPONENT: Final = 2.1
PATH_LOSS_EXPONENT_SD: Final = 0.35
"""Prior of n (docs/beacon.md, sources)."""
BODY_SD_DB: Final = 6.0
"""Half of what a body takes [judgement]."""
TAUS_S: Final = (0.2, 0.45, 1.0)
"""1 to 5 m at 3 to 8 m/s are 0.13 to 1.7 s."""
SILENCE_GAP_S: Final = 0.8
SILENCE_GAP_INTERVALS: Final = 4.0
"""Silence is a gap this long and this many times the usual interval of readings..."""
SILENCE_STEP_S: Final = 0.5
SILENCE_DBM: Final = -98.0
SILENCE_WEIGHT: Final = 0.7
"""...and counts as such a reading every so often: a little below what receivers can hear
(-95 dBm)."""


class RssiReading(NamedTuple):
    """How strong the beacon was, and when (seconds)."""

    t_s: float
    rssi_dbm: float


class Cell(NamedTuple):
    """The mean of the readings in one ``GRID_STEP_S``, and a weight that divides its noise.

    It is so many steps ago.
    """

    steps_ago: int
    rssi_dbm: float
    weight: float


class BeaconPassDetector:
    """Turns the readings of one beacon into the moments of passing it.

    ``update`` with each, and ask ``passed`` as often as you like.
    """

    def __init__(self) -> None:
        self._readings: deque[RssiReading] = deque(maxlen=MAX_READINGS)
        self._listening_since_s: float | None = None
        """When listening began."""
        self._fit_at_s = math.inf
        self._best_peak_dbm: float | None = None

    def rest(self, t_ns: int) -> None:
        """Let nothing count as a crossing for ``REST_S`` from the gun or a crossing on."""
        self._listening_since_s = ns_to_s(t_ns) + REST_S
        self._readings.clear()
        self._fit_at_s = math.inf

    def update(self, t_ns: int, rssi_dbm: float) -> None:
        """Add a reading."""
        t_s = ns_to_s(t_ns)
        if self._listening_since_s is None:
            self._listening_since_s = t_s
        if t_s < self._listening_since_s:
            return
        self._readings.append(RssiReading(t_s, rssi_dbm))
        while t_s - self._readings[0].t_s > WINDOW_S:
            self._readings.popleft()
        self._fit_at_s = min(self._fit_at_s, t_s)

    def passed(self, t_ns: int) -> int | None:
        """Return the ``t_ns`` when the runner was closest to the beacon, once it is known.

        A crossing is returned once.
        """
        if not self._readings:
            return None
        now_s = ns_to_s(t_ns)
        if now_s < self._fit_at_s:
            return None
        self._fit_at_s = now_s + FIT_EVERY_S
        recent = [reading for reading in self._readings if now_s - reading.t_s <= WINDOW_S]
        if len(recent) < MIN_READINGS:
            self._fit_at_s = math.inf  # until more is received
            return None
        strongest = max(recent, key=lambda reading: reading.rssi_dbm)
        if not MIN_AGO_S <= now_s - strongest.t_s <= MAX_AGO_S or not self._is_near_enough(
            strongest.rssi_dbm
        ):
            return None
        assert self._listening_since_s is not None
        crossed_s = closest_approach_s(recent, self._listening_since_s, now_s)
        if crossed_s is None:
            return None
        self._best_peak_dbm = max(strongest.rssi_dbm, self._best_peak_dbm or strongest.rssi_dbm)
        crossed_ns = s_to_ns(crossed_s)
        self.rest(crossed_ns)
        return crossed_ns

    def _is_near_enough(self, strongest_dbm: float) -> bool:
        best_dbm = self._best_peak_dbm
        return best_dbm is None or strongest_dbm >= best_dbm - MAX_BELOW_BEST_DB


def closest_approach_s(
    readings: Sequence[RssiReading], since_s: float, now_s: float
) -> float | None:
    """Return when the beacon was closest.

    None where that is not over, was before ``since_s``, or is not known.
    """
    posterior = _posterior([*_cells(readings, now_s), *_silences(readings, since_s, now_s)])
    total = math.fsum(posterior)
    mean_s = math.fsum(p * ago for p, ago in zip(posterior, _AGO_S, strict=True)) / total
    sd_s = math.sqrt(
        math.fsum(p * (ago - mean_s) ** 2 for p, ago in zip(posterior, _AGO_S, strict=True)) / total
    )
    longest_s = min(MAX_AGO_S, now_s - since_s) - EDGE_S
    over = [
        (p, ago) for p, ago in zip(posterior, _AGO_S, strict=True) if MIN_AGO_S <= ago < longest_s
    ]
    share = math.fsum(p for p, _ in over)
    return (
        now_s - math.fsum(p * ago for p, ago in over) / share
        if share >= PASSED_PROBABILITY and sd_s <= MAX_SD_S
        else None
    )


def _cells(readings: Sequence[RssiReading], now_s: float) -> list[Cell]:
    by_step: dict[int, list[float]] = {}
    for t_s, rssi_dbm in readings:
        by_step.setdefault(round((now_s - t_s) / GRID_STEP_S), []).append(rssi_dbm)
    return [Cell(ago, fmean(dbm), math.sqrt(len(dbm))) for ago, dbm in by_step.items()]


def _silences(readings: Sequence[RssiReading], since_s: float, now_s: float) -> list[Cell]:
    """Return the cells that stand for gaps between readings."""
    at_s = [max(now_s - WINDOW_S, since_s), *(reading.t_s for reading in readings), now_s]
    gaps_s = [after - before for before, after in pairwise(at_s)]
    least_s = max(SILENCE_GAP_S, SILENCE_GAP_INTERVALS * median(gaps_s[1:-1]))
    found = []
    for began_s, gap_s in zip(at_s, gaps_s, strict=False):
        parts = int(gap_s / SILENCE_STEP_S) if gap_s > least_s else 0
        middles_s = (began_s + (n + 0.5) * gap_s / parts for n in range(parts))
        found += [
            Cell(round((now_s - t_s) / GRID_STEP_S), SILENCE_DBM, SILENCE_WEIGHT)
            for t_s in middles_s
        ]
    return found


def _posterior(cells: Sequence[Cell]) -> list[float]:
    """Return the probability of each of ``_AGO_STEPS`` for the closest approach.

    What they lack to 1 is for a runner who stands.
    """
    s1 = 0.0
    for cell in cells:
        s1 += cell.weight * cell.weight
    by_curve = []
    for curve in range(len(_CURVES)):
        placed = _placed(cells, curve)
        by_curve.append([_log_evidence(placed, s1, ago) for ago in _AGO_STEPS])
    logs = list(zip(*by_curve, strict=True))
    standing = _log_evidence(_placed(cells, _FLAT), s1, 0)
    most = max(standing, *(max(row) for row in logs))
    weights = [math.fsum([math.exp(each - most) for each in row]) for row in logs]
    total = math.fsum(weights) + STANDING_PRIOR_ODDS * len(_AGO_STEPS) * len(_CURVES) * math.exp(
        standing - most
    )
    return [weight / total for weight in weights]


_Terms = tuple[float, float, float, float, float, float, float, float]
_Placed = list[tuple[int, float, float, tuple[_Terms, ...]]]
"""Of each cell where its terms begin, its reading above ``LEVEL_DBM``, its weight, the terms."""


def _placed(cells: Sequence[Cell], curve: int) -> _Placed:
    return [
        (_MOST_STEPS - ago, rssi_dbm - LEVEL_DBM, weight, _terms(curve, weight))
        for ago, rssi_dbm, weight in cells
    ]


@lru_cache(maxsize=128)
def _terms(curve: int, weight: float) -> tuple[_Terms, ...]:
    """Return what a cell of that weight adds to the sums of ``_log_evidence``, at each step.

    Steps past the closest approach, from ``-_MOST_STEPS`` on. Weights are few: the roots of how
    many readings fall in a cell.
    """
    found = []
    for f, g in _ALL_CURVES[curve]:
        wf, wg = f * weight, g * weight
        found.append(
            (
                PATH_LOSS_EXPONENT * f,
                *(wf, wg, weight * wf, weight * wg),
                *(wf * wf, wf * wg, wg * wg),
            )
        )
    return tuple(found)


def _log_evidence(cells: _Placed, s1: float, ago: int) -> float:
    """Return, but for a constant, how well the curve fits with its closest approach there.

    Level, n and body may be any. ``s1`` is the sum of the squares of all weights.
    """
    sf = sg = sff = sfg = sgg = sz = szf = szg = szz = 0.0
    for start, above_db, weight, terms in cells:
        loss_db, f, g, wf, wg, ff, fg, gg = terms[start + ago]
        z = weight * (above_db - loss_db) / NOISE_SD_DB
        sf += wf
        sg += wg
        sff += ff
        sfg += fg
        sgg += gg
        sz += weight * z
        szf += z * f
        szg += z * g
        szz += z * z
    a, n, b = (
        LEVEL_SD_DB / NOISE_SD_DB,
        PATH_LOSS_EXPONENT_SD / NOISE_SD_DB,
        BODY_SD_DB / NOISE_SD_DB,
    )
    # Cholesky factor of 1 + X'X, with the priors' spreads as units, and the data projected on it
    l11 = math.sqrt(1.0 + a * a * s1)
    l21, l31 = a * n * sf / l11, a * b * sg / l11
    l22 = math.sqrt(1.0 + n * n * sff - l21 * l21)
    l32 = (n * b * sfg - l31 * l21) / l22
    l33 = math.sqrt(1.0 + b * b * sgg - l31 * l31 - l32 * l32)
    y1 = a * sz / l11
    y2 = (n * szf - l21 * y1) / l22
    y3 = (b * szg - l31 * y1 - l32 * y2) / l33
    return 0.5 * (y1 * y1 + y2 * y2 + y3 * y3 - szz) - math.log(l11 * l22 * l33)


_MOST_STEPS: Final = round((WINDOW_S + MAX_AGO_S + MAX_AHEAD_S) / GRID_STEP_S) + 2


def _curve(tau_s: float) -> list[tuple[float, float]]:
    """Return path loss for n = 1 and bearing, by steps past the closest approach."""
    steps = range(-_MOST_STEPS, _MOST_STEPS + 1)
    ranges = [(step, math.hypot(step * GRID_STEP_S, tau_s)) for step in steps]
    return [(-10.0 * math.log10(r), -step * GRID_STEP_S / r) for step, r in ranges]


_AGO_STEPS: Final = range(-round(MAX_AHEAD_S / GRID_STEP_S), round(MAX_AGO_S / GRID_STEP_S) + 1)
_AGO_S: Final = [GRID_STEP_S * ago for ago in _AGO_STEPS]
_CURVES: Final = tuple(_curve(tau_s) for tau_s in TAUS_S)
_FLAT: Final = len(_CURVES)
_ALL_CURVES: Final = (*_CURVES, [(0.0, 0.0)] * (2 * _MOST_STEPS + 1))
"""The last one is that of a runner who stands."""
