"""An optical sensor that counts steps where it should count beats: how that is noticed.

Light through the skin flickers with every footfall too, and a sensor that loses the pulse may take
the steps for it: "cadence lock", seen as a heart rate that leaps to the cadence and goes with it.
Racing hearts and racing legs both turn at 170 to 190 a minute, so that the two agree proves
nothing. What does is a heart rate that comes to the cadence, or goes with it, as no heart can: a
heart follows effort with a time constant of 38 to 132 s (Gielen 2024), the legs change within two
steps. Only the step rate itself is documented (runningwritings.com, May 2021); half of it, the
swing of an arm, is not, and is not looked for.
"""

import math
from collections import deque
from typing import Final, NamedTuple

from kickcue.core.units import NS_PER_S

NEAR_BPM: Final = 4.0
CENTRED_BPM: Final = 2.0
"""Heart rate and steps agree: every second, and on average. The cadence comes in strides, so it is
right to a step or two [judgement]."""
AGREED_S: Final = 6.0
"""They must have agreed for so long."""
BEFORE_S: Final = 15.0
MIN_SAMPLES_BEFORE: Final = 8
"""The course of the heart rate is fitted to so long before it arrived, and to so many samples."""
LEAPS_S_BPM: Final = ((3.0, 5.0), (9.0, 8.0))
"""Seconds in which the sensor came to the cadence, and how far beyond what the heart rate before
them allows, in steady running [tuned on simulated runs]."""
STEADY_SPM: Final = 8.0
"""Legs that change by more than this may mean a change of effort, which a heart answers: then only
what no heart can do is proof."""
MIN_RUNNING_BPM: Final = 110.0
MAX_RUNNING_BPM: Final = 205.0
HEART_TIME_CONSTANT_S: Final = 38.0
"""The fastest that a heart moves: towards either limit, with the shorter of the time constants."""
IMPOSSIBLE_BPM: Final = 4.0
"""So much farther than that no heart gets."""
STAYED_S: Final = 12.0
STAYED_LONGEST_S: Final = 20.0
SETTLES_S: Final = 3.0
APART_BPM_PER_S: Final = 0.25
"""A heart that moved this fast does not stop at the cadence and go on with it: after settling, for
so long, with so little drift apart."""
FOLLOW_S: Final = 16.0
CHANGE_S: Final = 6.0
CHANGE_SPM: Final = 8.0
CHANGE_SHARE: Final = 0.8
"""Legs that change by 8 a minute in 6 s, and a heart rate that does 0.8 of that in the same
seconds."""
FOLLOW_SD_BPM: Final = 1.5
FOLLOW_SD_SHARE: Final = 0.12
"""How closely it follows: the larger of this and of this share of the change."""
LAGS_S: Final = (-3, -2, -1, 0, 1, 2, 3, 4)
"""The cadence is a median of five seconds and so two late, the sensor is late as well."""
UNLOCK_BPM: Final = 6.0
UNLOCK_S: Final = 4.0
"""The lock ends when the two have been farther apart than this, for so long..."""
NO_CADENCE_S: Final = 10.0
"""...or the cadence has been unknown for so long."""
MEMORY_S: Final = STAYED_LONGEST_S + max(gap_s for gap_s, _ in LEAPS_S_BPM) + BEFORE_S + 1.0
MAX_READINGS: Final = 192
"""Four a second over all of ``MEMORY_S``: of a flood the latest are kept."""


class Sample(NamedTuple):
    """One second: beats and steps per minute."""

    t_s: float
    bpm: float
    spm: float


class CadenceLock:
    """Detects the lock of one heart-rate sensor onto the runner's cadence."""

    def __init__(self) -> None:
        self._samples: deque[Sample] = deque(maxlen=MAX_READINGS)
        self._agreed_since_s: float | None = None
        self._apart_since_s: float | None = None
        self.locked = False

    def update(self, t_ns: int, bpm: float, spm: float | None) -> bool:
        """Update by a heart rate and the cadence of that moment; return whether they are locked."""
        t_s = t_ns / NS_PER_S
        if spm is None:
            if self.locked and t_s - self._samples[-1].t_s > NO_CADENCE_S:
                self._unlock()
            return self.locked
        samples = self._samples
        samples.append(Sample(t_s, bpm, spm))
        while t_s - samples[0].t_s > MEMORY_S:
            samples.popleft()
        off = abs(bpm - spm)
        if self.locked:
            self._update_unlock(t_s, off)
        elif off > NEAR_BPM:
            self._agreed_since_s = None
        else:
            if self._agreed_since_s is None:
                self._agreed_since_s = t_s
            self.locked = self._arrives_as_no_heart_can(
                t_s, t_s - self._agreed_since_s
            ) or self._follows_the_legs(t_s)
        return self.locked

    def _update_unlock(self, t_s: float, off: float) -> None:
        if off <= UNLOCK_BPM:
            self._apart_since_s = None
        elif self._apart_since_s is None:
            self._apart_since_s = t_s
        elif t_s - self._apart_since_s >= UNLOCK_S:
            self._unlock()

    def _unlock(self) -> None:
        self.locked = False
        self._agreed_since_s = self._apart_since_s = None
        self._samples.clear()  # values in the lock tell nothing about the heart

    def _arrives_as_no_heart_can(self, t_s: float, agreed_s: float) -> bool:
        if agreed_s < AGREED_S:
            return False
        if any(
            self._left_its_course(t_s - AGREED_S, gap_s, leap_bpm)
            for gap_s, leap_bpm in LEAPS_S_BPM
        ):
            return True
        if not STAYED_S <= agreed_s <= STAYED_LONGEST_S:
            return False
        apart = _slope(
            [(h.t_s, h.bpm - h.spm) for h in self._between(t_s - agreed_s + SETTLES_S, t_s)]
        )
        return abs(apart) <= APART_BPM_PER_S and any(
            self._too_fast_for_a_heart(t_s - agreed_s, gap_s) for gap_s, _ in LEAPS_S_BPM
        )

    def _left_its_course(self, from_s: float, gap_s: float, leap_bpm: float) -> bool:
        """Return whether the heart rate left its course after ``from_s``, the legs being steady.

        Its course is what it was heading for ``gap_s`` before.
        """
        now = self._between(from_s, from_s + AGREED_S)
        before = self._between(from_s - gap_s - BEFORE_S, from_s - gap_s)
        if (
            len(before) < MIN_SAMPLES_BEFORE
            or abs(_mean([h.bpm - h.spm for h in now])) > CENTRED_BPM
        ):
            return False
        turns = [h.spm for h in self._samples if h.t_s >= before[0].t_s]
        if max(turns) - min(turns) > STEADY_SPM:
            return False
        level, slope, sd = _line(before, from_s - gap_s)
        here = _mean([h.bpm for h in now])
        # A heart goes on like that, or slows down on the way.
        goal = level + slope * (gap_s + AGREED_S / 2)
        return max(here - max(level, goal), min(level, goal) - here) > max(leap_bpm, 3.0 * sd)

    def _too_fast_for_a_heart(self, from_s: float, gap_s: float) -> bool:
        """Return whether no heart gets that fast to where it is in the seconds after ``from_s``.

        It had the time from where it was ``gap_s`` before.
        """
        now = self._between(from_s, from_s + AGREED_S)
        before = self._between(from_s - gap_s - BEFORE_S / 2, from_s - gap_s)
        if len(before) < MIN_SAMPLES_BEFORE // 2:
            return False
        level = _mean([h.bpm for h in before[-MIN_SAMPLES_BEFORE // 2 :]])
        here = _mean([h.bpm for h in now])
        share = 1.0 - math.exp(-(gap_s + AGREED_S) / HEART_TIME_CONSTANT_S)
        highest, lowest = (
            level + share * (MAX_RUNNING_BPM - level),
            level - share * max(level - MIN_RUNNING_BPM, 0.0),
        )
        return here > highest + IMPOSSIBLE_BPM or here < lowest - IMPOSSIBLE_BPM

    def _follows_the_legs(self, t_s: float) -> bool:
        rows = self._between(t_s - FOLLOW_S, t_s)
        change_spm = max(h.spm for h in rows) - min(h.spm for h in rows)
        if change_spm < CHANGE_SPM:
            return False
        sd_bpm = max(FOLLOW_SD_BPM, FOLLOW_SD_SHARE * change_spm)
        for lag_s in LAGS_S:
            steps = {round(h.t_s + lag_s): h.spm for h in rows}
            pairs = [(h.t_s, h.bpm, steps[round(h.t_s)]) for h in rows if round(h.t_s) in steps]
            if (
                len(pairs) >= MIN_SAMPLES_BEFORE
                and _are_near([bpm - spm for _, bpm, spm in pairs], sd_bpm)
                and _change_together(pairs)
            ):
                return True
        return False

    def _between(self, from_s: float, to_s: float) -> list[Sample]:
        return [h for h in self._samples if from_s <= h.t_s <= to_s]


def _are_near(offs_bpm: list[float], sd_bpm: float) -> bool:
    """Return whether the heart rate keeps so near to the cadence."""
    mean = _mean(offs_bpm)
    return abs(mean) <= NEAR_BPM and _mean([(off - mean) ** 2 for off in offs_bpm]) <= sd_bpm**2


def _change_together(pairs: list[tuple[float, float, float]]) -> bool:
    """Return whether the heart rate (second) went with some quick change of cadence (third)."""
    return any(
        0 < t1 - t0 <= CHANGE_S
        and abs(spm1 - spm0) >= CHANGE_SPM
        and (bpm1 - bpm0) / (spm1 - spm0) >= CHANGE_SHARE
        for t0, bpm0, spm0 in pairs
        for t1, bpm1, spm1 in pairs
    )


def _mean(values: list[float]) -> float:
    return math.fsum(values) / len(values)


def _slope(points: list[tuple[float, float]]) -> float:
    """Return the slope of the straight line through the points."""
    t_mean, y_mean = _mean([t for t, _ in points]), _mean([y for _, y in points])
    spread = math.fsum((t - t_mean) ** 2 for t, _ in points)
    return (
        math.fsum((t - t_mean) * (y - y_mean) for t, y in points) / spread if spread > 0.0 else 0.0
    )


def _line(rows: list[Sample], at_s: float) -> tuple[float, float, float]:
    """Return level at ``at_s``, slope and scatter of a straight line through the heart rates."""
    slope = _slope([(h.t_s, h.bpm) for h in rows])
    t_mean, mean = _mean([h.t_s for h in rows]), _mean([h.bpm for h in rows])
    scatter = _mean([(h.bpm - mean - slope * (h.t_s - t_mean)) ** 2 for h in rows])
    return mean + slope * (at_s - t_mean), slope, scatter**0.5
