"""A simulated athlete: where the runner truly is, how fast the legs turn, how the heart follows.

Shapes and figures are those of the field's literature: cadence rises by 5.6 spm per m/s (Burns 2019); heart rate follows effort as a
first-order lag of 38 s (low) to 132 s (high work rate) (Gielen 2024), 90 s here; pace wanders by some 1.5 % and ends with a small
spurt, as records do (Tucker 2006). Other shapes, surges and kicks stand in ``manner.py``.
"""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from kickcue.lab.manner import Along, Manner, even

STEP_S = 0.25
RUN_ON_S = 5.0
"""The runner goes on a little past the line, and so do the sensors."""
STARTING_S = 3.0
PACE_MPS = (3.8, 6.0)
"""The mean pace of a race is drawn from here, where nothing else is asked."""
PACE_WANDER = 0.015
PACE_MEMORY_S = 60.0
CADENCE_AT_5_SPM = (178.0, 7.0)
"""Steps a minute at 5 m/s: mean and standard deviation over runners."""
SPM_PER_MPS = 5.6
CADENCE_FROM_MPS = 2.0
"""Below it cadence is no longer that of running."""
HEART_LAG_S = 90.0

SpeedShape = Callable[[float, float], float]
"""(seconds since the gun, metres done) -> m/s."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The true race, sampled each ``STEP_S`` from the gun on: metres of the race, m/s, steps and beats per minute, metres on the ground.

    Speed is that over the ground. ``path_m`` is what a pod counts: it is longer than ``distance_m`` where the runner keeps off the line.
    """

    distance_m: tuple[float, ...]
    speed_mps: tuple[float, ...]
    cadence_spm: tuple[float, ...]
    heart_rate_bpm: tuple[float, ...]
    path_m: tuple[float, ...]

    @property
    def duration_s(self) -> float:
        """Seconds from the gun to the last sample."""
        return (len(self.distance_m) - 1) * STEP_S

    def distance_at(self, t_s: float) -> float:
        """Return the true distance at ``t_s``, in metres."""
        return _interpolated(self.distance_m, t_s)

    def path_at(self, t_s: float) -> float:
        """Return the metres run over the ground at ``t_s``."""
        return _interpolated(self.path_m, t_s)

    def speed_at(self, t_s: float) -> float:
        """Return the true speed at ``t_s``, in m/s."""
        return _interpolated(self.speed_mps, t_s)

    def heart_rate_at(self, t_s: float) -> float:
        """Return the true heart rate at ``t_s``, beats per minute."""
        return _interpolated(self.heart_rate_bpm, t_s)

    def cadence_at(self, t_s: float) -> float:
        """Return the true cadence at ``t_s``, steps per minute."""
        return _interpolated(self.cadence_spm, t_s)

    def time_at(self, distance_m: float) -> float:
        """Return when the runner is at ``distance_m``, in seconds after the gun."""
        i = bisect_left(self.distance_m, distance_m)
        if i == 0:
            return 0.0
        before, after = self.distance_m[i - 1], self.distance_m[i]
        return (i - 1 + (distance_m - before) / (after - before)) * STEP_S


def _interpolated(series: tuple[float, ...], t_s: float) -> float:
    at = min(max(t_s / STEP_S, 0.0), len(series) - 1.0)
    i = min(int(at), len(series) - 2)
    return series[i] + (at - i) * (series[i + 1] - series[i])


def run_race(random: Random, distance_m: float, kick_m: float, mean_mps: float | None = None, manner: Manner | None = None) -> Truth:
    """Return one race over ``distance_m`` in that ``manner``: a pace that wanders a little, and a spurt over the last metres.

    Without a manner it is even, with a spurt of 0-8 % over the last ``kick_m``.
    """
    manner = manner or even(kick_m)
    pace = mean_mps or random.uniform(*PACE_MPS)
    spurt = random.uniform(0.0, manner.kick)
    wander = random.gauss(0.0, PACE_WANDER)
    keep = math.exp(-STEP_S / PACE_MEMORY_S)

    def speed(t_s: float, done_m: float) -> float:
        nonlocal wander
        wander = keep * wander + random.gauss(0.0, PACE_WANDER * math.sqrt(1.0 - keep * keep))
        into_kick = min(max((done_m - (distance_m - manner.kick_m)) / (0.25 * manner.kick_m), 0.0), 1.0)
        return pace * (manner.pace(done_m) + wander + spurt * into_kick) * min((t_s + STEP_S) / STARTING_S, 1.0)

    return run(distance_m, speed, random, manner.path)


def run(distance_m: float, speed: SpeedShape, random: Random, path: Along | None = None) -> Truth:
    """Return the race that follows from ``speed(t_s, done_m)`` over the ground, with the body's answers to it.

    ``path(done_m)`` is how many metres on the ground a metre of the race takes there; one without it.
    """
    resting, threshold_mps = 95.0, 5.0
    cadence_at_5 = random.gauss(*CADENCE_AT_5_SPM)
    done, ground, heart, finished_at = 0.0, 0.0, resting, math.inf
    rows: list[tuple[float, float, float, float, float]] = []
    t_s = 0.0
    while t_s <= finished_at + RUN_ON_S:
        v = speed(t_s, done)
        cadence = cadence_at_5 + SPM_PER_MPS * (v - 5.0) if v > CADENCE_FROM_MPS else 60.0 * v
        heart += (min(100.0 + 85.0 * v / threshold_mps, 198.0) - heart) * STEP_S / HEART_LAG_S
        rows.append((done, v, cadence, heart, ground))
        done += v * STEP_S if path is None else v * STEP_S / path(done)
        ground += v * STEP_S
        t_s += STEP_S
        if done >= distance_m and finished_at == math.inf:
            finished_at = t_s
    return Truth(*(tuple(column) for column in zip(*rows, strict=True)))
