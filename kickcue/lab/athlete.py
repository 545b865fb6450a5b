"""A simulated athlete: where the runner truly is, how fast the legs turn, how the heart follows.

Shapes and figures are those of the field's literature: cadence rises by 5.6 spm per m/s (Burns
2019); heart rate follows effort as a first-order lag of 38 s (low) to 132 s (high work rate)
(Gielen 2024), 90 s here; pace wanders by some 1.5 % and ends with a small spurt, as records do
(Tucker 2006). Other shapes, surges and kicks stand in ``manner.py``.
"""

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from kickcue.lab.normals import endless_normals
from kickcue.lab.pacing_profile import Along, PacingProfile, even

STEP_S = 0.25
STEPS_PER_S = 4
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
RESTING_BPM = 95.0
THRESHOLD_MPS = 5.0
MOST_BPM = 198.0

SpeedShape = Callable[[float, float], float]
"""(seconds since the gun, metres done) -> m/s."""


@dataclass(frozen=True, slots=True)
class Truth:
    """The true race, sampled each ``STEP_S`` from the gun on.

    Metres of the race, m/s over the ground, steps and beats per minute, metres on the ground.
    ``path_m`` is what a pod counts: it is longer than ``distance_m`` where the runner keeps off the
    line. ``tired``: which share of pace and step has been lost to fatigue; empty where there is
    none. ``rolling_s``: for how many seconds before the gun, which is the press at the line, the
    runner was at the pace of the first sample.
    """

    distance_m: tuple[float, ...]
    speed_mps: tuple[float, ...]
    cadence_spm: tuple[float, ...]
    heart_rate_bpm: tuple[float, ...]
    path_m: tuple[float, ...]
    tired: tuple[float, ...] = ()
    rolling_s: float = 0.0

    @property
    def mean_mps(self) -> float:
        """Mean speed over the ground, in m/s."""
        return self.path_m[-1] / self.duration_s

    @property
    def duration_s(self) -> float:
        """Seconds from the gun to the last sample."""
        return (len(self.distance_m) - 1) * STEP_S

    def distance_at(self, t_s: float) -> float:
        """Return the true distance at ``t_s``, in metres."""
        return _interpolated(self.distance_m, t_s)

    def path_at(self, t_s: float) -> float:
        """Return the metres run over the ground at ``t_s``; negative before a rolling start."""
        if t_s < 0.0:
            return max(t_s, -self.rolling_s) * self.speed_mps[0]
        return _interpolated(self.path_m, t_s)

    def tired_at(self, t_s: float) -> float:
        """Return the share of pace and step that has been lost to fatigue at ``t_s``."""
        return _interpolated(self.tired, t_s) if self.tired else 0.0

    def speed_at(self, t_s: float) -> float:
        """Return the true speed at ``t_s``, in m/s."""
        return _interpolated(self.speed_mps, t_s)

    def heart_rate_at(self, t_s: float) -> float:
        """Return the true heart rate at ``t_s``, beats per minute."""
        return _interpolated(self.heart_rate_bpm, t_s)

    def cadence_at(self, t_s: float) -> float:
        """Return the true cadence at ``t_s``, steps per minute."""
        return _interpolated(self.cadence_spm, t_s)

    def each_second(self, series: tuple[float, ...], first_s: int, end_s: int) -> list[float]:
        """Return a series of this race at the whole seconds from ``first_s`` up to ``end_s``.

        Before the gun it is as at the gun.
        """
        found = [series[0]] * (min(end_s, 0) - first_s)
        found += series[max(first_s, 0) * STEPS_PER_S : max(end_s, 0) * STEPS_PER_S : STEPS_PER_S]
        if (end_s - 1) * STEPS_PER_S >= len(series) - 1:
            found[-1] = _interpolated(series, end_s - 1.0)
        return found

    def time_at(self, distance_m: float) -> float:
        """Return when the runner is at ``distance_m``, in seconds after the gun."""
        i = bisect_left(self.distance_m, distance_m)
        if i == 0:
            return 0.0
        before, after = self.distance_m[i - 1], self.distance_m[i]
        return (i - 1 + (distance_m - before) / (after - before)) * STEP_S


def _interpolated(series: tuple[float, ...], t_s: float) -> float:
    at, last = t_s / STEP_S, len(series) - 1
    if at <= 0.0:
        return series[0]
    if at >= last:
        at = float(last)
    i = int(at) if at < last else last - 1
    before = series[i]
    return before + (at - i) * (series[i + 1] - before)


def run_race(
    random: Random,
    distance_m: float,
    kick_m: float,
    mean_mps: float | None = None,
    manner: PacingProfile | None = None,
) -> Truth:
    """Return one race over ``distance_m`` in that ``manner``.

    The pace wanders a little and ends in a spurt. Without a manner it is even, with a spurt of
    0-8 % over the last ``kick_m``.
    """
    manner = manner or even(kick_m)
    pace = mean_mps or random.uniform(*PACE_MPS)
    spurt = random.uniform(0.0, manner.kick)
    wander = random.gauss(0.0, PACE_WANDER)
    keep = math.exp(-STEP_S / PACE_MEMORY_S)
    wanders = PACE_WANDER * math.sqrt(1.0 - keep * keep)
    kick_at_m, kick_over_m = distance_m - manner.kick_m, 0.25 * manner.kick_m
    shape, tiring = manner.pace, manner.tired
    normal = endless_normals(random).__next__
    starting_s = 0.0 if manner.rolling_s else STARTING_S

    def speed(t_s: float, done_m: float) -> float:
        nonlocal wander
        wander = keep * wander + normal() * wanders
        factor = shape(done_m) + wander
        if done_m > kick_at_m:
            factor += spurt * min((done_m - kick_at_m) / kick_over_m, 1.0)
        mps = pace * factor
        if tiring is not None:
            mps *= 1.0 - tiring(done_m)
        t_s += STEP_S
        return mps * (t_s / STARTING_S) if t_s < starting_s else mps

    return run(distance_m, speed, random, manner)


def run(
    distance_m: float,
    speed: SpeedShape,
    random: Random,
    manner: PacingProfile | None = None,
) -> Truth:
    """Return the race that follows from ``speed(t_s, done_m)`` over the ground.

    The body answers to it. Of the ``manner`` only the way on the ground, what fatigue takes and a
    rolling start are used: fatigue shortens the step and leaves the cadence (no drift over 100 km,
    Burns 2019).
    """
    path, tiring = (None, None) if manner is None else (manner.path, manner.tired)
    rolling_s = 0.0 if manner is None else manner.rolling_s
    cadence_at_5 = random.gauss(*CADENCE_AT_5_SPM)
    heart = RESTING_BPM
    if rolling_s:
        warmed_up = 1.0 - math.exp(-rolling_s / HEART_LAG_S)
        heart += (_effort_bpm(speed(0.0, 0.0)) - heart) * warmed_up
    done_m, speed_mps = _followed(distance_m, speed, path)
    tired = () if tiring is None else tuple([tiring(each_m) for each_m in done_m])
    fresh_mps = (
        [v / (1.0 - lost) for v, lost in zip(speed_mps, tired, strict=True)] if tired else speed_mps
    )
    cadence_spm = [
        cadence_at_5 + SPM_PER_MPS * (fresh - 5.0) if v > CADENCE_FROM_MPS else 60.0 * v
        for v, fresh in zip(speed_mps, fresh_mps, strict=True)
    ]
    ground_m = done_m if path is None else _ground_m(speed_mps)
    return Truth(
        tuple(done_m),
        tuple(speed_mps),
        tuple(cadence_spm),
        tuple(_heart_bpm(heart, speed_mps)),
        tuple(ground_m),
        tired,
        rolling_s,
    )


def _followed(
    distance_m: float, speed: SpeedShape, path: Along | None
) -> tuple[list[float], list[float]]:
    """Return metres done and m/s at each step, until a little past the finish."""
    done_m, t_s, until_s = 0.0, 0.0, math.inf
    dones_m: list[float] = []
    speeds_mps: list[float] = []
    add_done, add_speed = dones_m.append, speeds_mps.append
    while t_s <= until_s:
        v = speed(t_s, done_m)
        add_done(done_m)
        add_speed(v)
        done_m += v * STEP_S if path is None else v * STEP_S / path(done_m)
        t_s += STEP_S
        if done_m >= distance_m and until_s == math.inf:
            until_s = t_s + RUN_ON_S
    return dones_m, speeds_mps


def _ground_m(speed_mps: list[float]) -> list[float]:
    """Return the metres on the ground at each step."""
    return list(accumulate([v * STEP_S for v in speed_mps[:-1]], initial=0.0))


def _heart_bpm(before_bpm: float, speed_mps: list[float]) -> list[float]:
    """Return the heart rate at each step: it follows the effort."""
    bpm, found = before_bpm, []
    for v in speed_mps:
        effort_bpm = 100.0 + 85.0 * v / THRESHOLD_MPS  # as ``_effort_bpm``
        bpm += ((min(MOST_BPM, effort_bpm)) - bpm) * STEP_S / HEART_LAG_S
        found.append(bpm)
    return found


def _effort_bpm(speed_mps: float) -> float:
    """Return the heart rate that a speed leads to in the end."""
    return min(100.0 + 85.0 * speed_mps / THRESHOLD_MPS, MOST_BPM)
