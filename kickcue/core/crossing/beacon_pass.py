"""A runner's closest moment to a Bluetooth beacon on the finish line, from signal strength alone.

The strongest reading will not do: single readings fade by 4 to 6 dB, and the body behind which the
receiver is worn takes 10 to 20 dB from one side. So a curve is fitted to the readings of the last
seconds. For a runner who passes at steady speed v and distance d, u seconds after the closest
approach, with tau = d / v,

    rssi = level - 10 n log10(hypot(u, tau)) - body u / hypot(u, tau) + noise

(log-distance path loss; the body as the cosine of the bearing: worn in front it hides the beacon
behind, worn on the back the one ahead). Speed goes into the level, so no pod is asked. Level, n and
body are linear and have normal priors: for each moment and each tau they are integrated out in
closed form, and what is left is a list of odds over the moments (a Bayesian matched filter).

Silence counts as well: a beacon that was heard and is heard no more is far away.

The crossing is known a second or so after it, when the odds say that it is over and agree on when.
Who stands beside the beacon has flat odds, who comes nearer has them ahead, who walks away from it
has them before all that is remembered: none of them crosses. After a crossing follows a rest.
"""

import math
from collections import deque
from collections.abc import Mapping, Sequence
from itertools import pairwise
from statistics import fmean, median
from typing import Final, NamedTuple

from kickcue.core.crossing.gate import REST_S
from kickcue.core.units import ns_to_s, s_to_ns

REMEMBERED_S: Final = 8.0
REACH_S: Final = 6.0
AHEAD_S: Final = 4.0
"""Crossings are weighed from so long ago to so far ahead."""
MOST_READINGS: Final = 512
"""Sixty a second over all of ``REMEMBERED_S``: of a flood the latest are kept."""
STEP_S: Final = 0.15
LOOK_EVERY_S: Final = 0.25
OVER_S: Final = 0.3
EDGE_S: Final = 0.6
SURE: Final = 0.9
"""With these odds it was more than ``OVER_S`` ago, and not right at the edge of what is weighed."""
STANDING: Final = 1.0
"""How much more probable it is beforehand that a runner stands than that one passes. More of it
costs crossings."""
SHARPEST_S: Final = 0.8
"""The odds agree when their standard deviation is below this; flat ones have 3 s."""
FEWEST: Final = 4
WEAKEST_DBM: Final = -90.0
"""Readings all below this tell of no crossing: on the back straight, 73 m away, the runner comes
closest to the beacon, too."""
WEAKER_DB: Final = 15.0
"""Nor do those so much weaker than an earlier crossing's."""

NOISE_DB: Final = 5.0
LEVEL_DBM, LEVEL_SD_DB = -65.0, 30.0
EXPONENT, EXPONENT_SD = 2.1, 0.35
BODY_SD_DB: Final = 6.0
"""Half of what a body takes."""
TAUS_S: Final = (0.2, 0.45, 1.0)
"""1 to 5 m at 3 to 8 m/s are 0.13 to 1.7 s."""
QUIET_S, QUIET_SPACINGS = 0.8, 4.0
"""Silence is a gap this long and this many times the usual distance of two readings..."""
QUIET_STEP_S: Final = 0.5
QUIET_DBM: Final = -98.0
QUIET_WEIGHT: Final = 0.7
"""...and is worth as much as such a reading every so often: a little below what receivers can hear
(-95 dBm)."""


class Reading(NamedTuple):
    """How strong the beacon was, and when (seconds)."""

    t_s: float
    rssi_dbm: float


class Cell(NamedTuple):
    """The mean of what was heard in one ``STEP_S``, and a weight that divides its noise.

    It is so many of them ago.
    """

    steps_ago: int
    rssi_dbm: float
    weight: float


class BeaconPassDetector:
    """Turns the readings of one beacon into the moments of passing it.

    ``hear`` each, and ask ``passed`` as often as you like.
    """

    def __init__(self) -> None:
        self._readings: deque[Reading] = deque(maxlen=MOST_READINGS)
        self._since_s: float | None = None
        """When listening began."""
        self._look_at_s = math.inf
        self._strongest_dbm: float | None = None

    def rest(self, t_ns: int) -> None:
        """Let nothing count as a crossing for ``REST_S`` from the gun or a crossing on."""
        self._since_s = ns_to_s(t_ns) + REST_S
        self._readings.clear()
        self._look_at_s = math.inf

    def hear(self, t_ns: int, rssi_dbm: float) -> None:
        """Take in a reading."""
        t_s = ns_to_s(t_ns)
        if self._since_s is None:
            self._since_s = t_s
        if t_s < self._since_s:
            return
        self._readings.append(Reading(t_s, rssi_dbm))
        while t_s - self._readings[0].t_s > REMEMBERED_S:
            self._readings.popleft()
        self._look_at_s = min(self._look_at_s, t_s)

    def passed(self, t_ns: int) -> int | None:
        """Return the ``t_ns`` when the runner was closest to the beacon, once it is known.

        A crossing is told once.
        """
        if not self._readings:
            return None
        now_s = ns_to_s(t_ns)
        if now_s < self._look_at_s:
            return None
        self._look_at_s = now_s + LOOK_EVERY_S
        recent = [reading for reading in self._readings if now_s - reading.t_s <= REMEMBERED_S]
        if len(recent) < FEWEST:
            self._look_at_s = math.inf  # until more is heard
            return None
        strongest = max(recent, key=lambda reading: reading.rssi_dbm)
        if not OVER_S <= now_s - strongest.t_s <= REACH_S or not self._near(strongest.rssi_dbm):
            return None
        assert self._since_s is not None
        crossed_s = closest(recent, self._since_s, now_s)
        if crossed_s is None:
            return None
        self._strongest_dbm = max(strongest.rssi_dbm, self._strongest_dbm or strongest.rssi_dbm)
        crossed_ns = s_to_ns(crossed_s)
        self.rest(crossed_ns)
        return crossed_ns

    def _near(self, strongest_dbm: float) -> bool:
        floor_dbm = WEAKEST_DBM if self._strongest_dbm is None else self._strongest_dbm - WEAKER_DB
        return strongest_dbm >= max(floor_dbm, WEAKEST_DBM)


def closest(readings: Sequence[Reading], since_s: float, now_s: float) -> float | None:
    """Return when the beacon was closest.

    None where that is not over, was before ``since_s``, or cannot be told.
    """
    odds = _odds([*_cells(readings, now_s), *_silences(readings, since_s, now_s)])
    all_ = math.fsum(odds)
    mean_s = math.fsum(p * ago for p, ago in zip(odds, _AGO_S, strict=True)) / all_
    sd_s = math.sqrt(
        math.fsum(p * (ago - mean_s) ** 2 for p, ago in zip(odds, _AGO_S, strict=True)) / all_
    )
    longest_s = min(REACH_S, now_s - since_s) - EDGE_S
    over = [(p, ago) for p, ago in zip(odds, _AGO_S, strict=True) if OVER_S <= ago < longest_s]
    share = math.fsum(p for p, _ in over)
    return (
        now_s - math.fsum(p * ago for p, ago in over) / share
        if share >= SURE and sd_s <= SHARPEST_S
        else None
    )


def _cells(readings: Sequence[Reading], now_s: float) -> list[Cell]:
    heard: dict[int, list[float]] = {}
    for t_s, rssi_dbm in readings:
        heard.setdefault(round((now_s - t_s) / STEP_S), []).append(rssi_dbm)
    return [Cell(ago, fmean(dbm), math.sqrt(len(dbm))) for ago, dbm in heard.items()]


def _silences(readings: Sequence[Reading], since_s: float, now_s: float) -> list[Cell]:
    """Return the cells that stand for gaps between readings."""
    at_s = [max(now_s - REMEMBERED_S, since_s), *(reading.t_s for reading in readings), now_s]
    gaps_s = [after - before for before, after in pairwise(at_s)]
    least_s = max(QUIET_S, QUIET_SPACINGS * median(gaps_s[1:-1]))
    found = []
    for began_s, gap_s in zip(at_s, gaps_s, strict=False):
        parts = int(gap_s / QUIET_STEP_S) if gap_s > least_s else 0
        middles_s = (began_s + (n + 0.5) * gap_s / parts for n in range(parts))
        found += [Cell(round((now_s - t_s) / STEP_S), QUIET_DBM, QUIET_WEIGHT) for t_s in middles_s]
    return found


def _odds(cells: Sequence[Cell]) -> list[float]:
    """Return how probably each of ``_AGO`` is when the beacon is closest.

    What they lack to 1 is for a runner who stands.
    """
    logs = [[_log_evidence(cells, ago, curve) for curve in _CURVES] for ago in _AGO]
    standing = _log_evidence(cells, 0, _FLAT)
    most = max(standing, *(max(row) for row in logs))
    weights = [math.fsum(math.exp(each - most) for each in row) for row in logs]
    total = math.fsum(weights) + STANDING * len(_AGO) * len(_CURVES) * math.exp(standing - most)
    return [weight / total for weight in weights]


def _log_evidence(
    cells: Sequence[Cell], ago: int, curve: Mapping[int, tuple[float, float]]
) -> float:
    """Return, but for a constant, how well the curve fits with its closest approach there.

    Level, n and body may be any.
    """
    s1 = sf = sg = sff = sfg = sgg = sz = szf = szg = szz = 0.0
    for steps_ago, rssi_dbm, weight in cells:
        f, g = curve[ago - steps_ago]
        z = weight * (rssi_dbm - LEVEL_DBM - EXPONENT * f) / NOISE_DB
        f *= weight
        g *= weight
        s1 += weight * weight
        sf += weight * f
        sg += weight * g
        sff += f * f
        sfg += f * g
        sgg += g * g
        sz += weight * z
        szf += z * f
        szg += z * g
        szz += z * z
    a, n, b = LEVEL_SD_DB / NOISE_DB, EXPONENT_SD / NOISE_DB, BODY_SD_DB / NOISE_DB
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


def _curve(tau_s: float) -> dict[int, tuple[float, float]]:
    """Return path loss for n = 1 and bearing, by steps past the closest approach."""
    most = round((REMEMBERED_S + REACH_S + AHEAD_S) / STEP_S) + 2
    ranges = {step: math.hypot(step * STEP_S, tau_s) for step in range(-most, most + 1)}
    return {step: (-10.0 * math.log10(r), -step * STEP_S / r) for step, r in ranges.items()}


_FLAT: Final = dict.fromkeys(_curve(1.0), (0.0, 0.0))
_AGO: Final = range(-round(AHEAD_S / STEP_S), round(REACH_S / STEP_S) + 1)
_AGO_S: Final = [STEP_S * ago for ago in _AGO]
_CURVES: Final = tuple(_curve(tau_s) for tau_s in TAUS_S)
