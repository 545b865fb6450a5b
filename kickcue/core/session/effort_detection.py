"""When a repetition begins and when it is broken off, from speed or cadence as they come.

A start is the moment from which the speed rises, not the one at which it is high: a pod smooths,
and whoever begins a stride needs two seconds to be at speed. So once the rise is certain one looks
back for its foot. The speeds before and after differ by as much as runner and session do (standing,
walking or jogging; a stride or a tempo), so both levels are learned: the rest from its last
seconds, the effort from the repetitions before.
"""

import math
from collections import deque
from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from kickcue.core.units import NS_PER_S

MEMORY_NS: Final = 40 * NS_PER_S
MAX_READINGS: Final = 256
"""No pod sends more within ``MEMORY_NS`` that is of use: of a flood the latest are kept."""
REST_MEMORY_NS: Final = 20 * NS_PER_S
"""The level of a rest is the median of so long..."""
JUST_BEFORE_NS: Final = 2 * NS_PER_S
"""A session may be started by whoever runs off in the same moment."""
RISING_NS: Final = 4 * NS_PER_S
"""...but for the last seconds, in which a rise may have begun."""
LEAST_RISE_MPS: Final = 1.2
"""A repetition is faster than the rest before it by this at least [judgement: an easy jog is
2.5 m/s, a slow tempo 3.7]."""
LEAST_MPS: Final = 2.2
"""People walk up to about 2 m/s and run beyond (Diedrich & Warren 1995)."""
SURE_SHARE: Final = 0.6
"""One reading above this share of the way from rest to effort is a start..."""
LIKELY_SHARE: Final = 0.35
"""...and so are two in a row above this..."""
QUICKER_SPM: Final = 12.0
"""...or one, where the steps are quicker by this than in the rest: legs answer before metres."""
RUN_SHARE: Final = 0.62
"""A jog is slower than this share of a repetition [judgement]."""
KEPT_SHARE: Final = 0.8
"""Who is never below this share of a repetition's speed is still running one..."""
AT_EFFORT_SHARE: Final = 0.85
"""...and who is above this one has it, and not that of an easy run."""
FOOT_SHARE: Final = 0.08
"""A rise began where the speed was left last below this [chosen on simulated sessions]."""
LONGEST_RISE_NS: Final = 12 * NS_PER_S
"""A pod that smooths over 5 s shows a start within so long; what rises longer began otherwise."""
STOPPED_NS: Final = 3 * NS_PER_S
"""Who has been slow for so long has stopped..."""
STOPPED_SHARE: Final = 0.62
"""...and slow is below this share of the speed before; a short slack is none."""
AT_SPEED_SHARE: Final = 0.93
"""Above this share of it a runner has not begun to slow down."""
SETTLED_NS: Final = 6 * NS_PER_S
"""A pod that smooths is at speed so long after a start: before, nobody has stopped."""
USUAL_EFFORTS_MPS: Final = ((100.0, 6.0), (400.0, 5.2), (math.inf, 4.8))
"""The speed of a repetition up to so many metres, before the first one is run [judgement: strides
are run near the speed of a mile race, long repetitions near that of 10 km]."""
LEAST_RATIO: Final = 0.6
"""What was slower or faster than usual by more was no repetition run."""
LONGEST_STEP_NS: Final = 5 * NS_PER_S
"""Between totals farther apart there is no speed of a moment."""
SHORTEST_STEP_NS: Final = 3 * NS_PER_S // 4
"""...and between nearer ones neither, as their times are those of their arrival."""
KEPT_TOTALS: Final = 16
WHOLE_TOTALS: Final = 3
RUNNING_SPM: Final = 140.0
"""From here on steps are those of running [SCIENCE: recreational runners step 150 to 180]..."""
RUNNING_STEP_M, WALKING_STEP_M = 1.35, 0.7
"""...of about so many metres; where there is nothing but a cadence."""


class Pace(NamedTuple):
    """A speed, and the moment that it is of: the middle, where it comes from two totals."""

    t_ns: int
    mps: float
    cadence_spm: float | None


def usual_effort_mps(leg_m: float | None) -> float:
    """Return the speed of a repetition of ``leg_m``, None: of an open length."""
    length_m = math.inf if leg_m is None else leg_m
    return next(mps for most_m, mps in USUAL_EFFORTS_MPS if length_m <= most_m)


def _fell_ns(before: Sequence[Pace], after: Pace, mps: float) -> int | None:
    """Return when the speed fell below ``mps`` for the last time before ``after``."""
    for pace in reversed(before):
        if pace.mps >= mps:
            fall = pace.mps - after.mps
            share = (pace.mps - mps) / fall if fall > 0.0 else 0.0
            return pace.t_ns + round(share * (after.t_ns - pace.t_ns))
        after = pace
    return None


class EffortDetector:
    """Follows the speed; ask ``started_ns`` in a rest, ``stopped_ns`` in a repetition."""

    def __init__(self) -> None:
        self._paces: deque[Pace] = deque(maxlen=MAX_READINGS)
        self._totals: deque[tuple[int, float]] = deque(maxlen=KEPT_TOTALS)
        """When, and how much, of the pod that was heard last."""
        self._total_of = ""
        self._next_m: float | None = None
        self._ratio, self._learned = 1.0, False

    @property
    def effort_mps(self) -> float:
        """The speed of the next repetition: what is usual, times what this runner makes of it."""
        return usual_effort_mps(self._next_m) * self._ratio

    @property
    def latest_mps(self) -> float:
        """The latest speed of a pod, 0 before any."""
        return self._paces[-1].mps if self._paces else 0.0

    def expect(self, leg_m: float | None) -> None:
        """Expect a repetition of ``leg_m`` next; None: of an open length."""
        self._next_m = leg_m

    def learn_effort(self, leg_m: float | None, mps: float) -> None:
        """Learn the mean speed of a repetition of ``leg_m``."""
        ratio = mps / usual_effort_mps(leg_m)
        if not LEAST_RATIO <= ratio <= 1.0 / LEAST_RATIO:
            return
        self._ratio = 0.5 * (self._ratio + ratio) if self._learned else ratio
        self._learned = True

    def update(
        self,
        t_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> None:
        """Handle one reading of a pod."""
        pace = self._pace(t_ns, pod, speed_mps, total_m, cadence_spm)
        if pace is not None and (not self._paces or pace.t_ns > self._paces[-1].t_ns):
            self._paces.append(pace)
            while self._paces[0].t_ns < t_ns - MEMORY_NS:
                self._paces.popleft()

    def started_ns(self, since_ns: int) -> int | None:
        """Return when the runner ran off, if that was after ``since_ns`` and is certain."""
        if not self._paces:
            return None
        if not self._has_rested(since_ns):
            return None
        rest_mps = self._rest_mps(since_ns)
        rise_mps = max(self.effort_mps - rest_mps, LEAST_RISE_MPS)

        def share(pace: Pace) -> float:
            return (pace.mps - rest_mps) / rise_mps

        latest = self._paces[-1]
        if latest.mps < max(LEAST_MPS, RUN_SHARE * self.effort_mps, rest_mps + LEAST_RISE_MPS / 2):
            return None
        before = self._paces[-2] if len(self._paces) > 1 else None
        twice = before is not None and share(before) >= LIKELY_SHARE
        likely = twice or self._steps_quicker(latest, since_ns)
        if share(latest) < (LIKELY_SHARE if likely else SURE_SHARE):
            return None
        foot_ns = self._foot_ns(rest_mps + FOOT_SHARE * rise_mps, since_ns)
        rose_long_ago = since_ns < foot_ns < latest.t_ns - LONGEST_RISE_NS
        return None if rose_long_ago else foot_ns

    def stopped_ns(self, t_ns: int, began_ns: int) -> int | None:
        """Return when the runner began to slow down who has stood, walked or jogged since."""
        if not self._paces or t_ns - began_ns < SETTLED_NS:
            return None
        latest_ns = self._paces[-1].t_ns
        before = [p.mps for p in self._paces if began_ns < p.t_ns <= latest_ns - STOPPED_NS]
        if not before:
            return None
        return self._slowed_ns(median(before), latest_ns - STOPPED_NS)

    def slowed_ns(self, since_ns: int) -> int | None:
        """Return when the runner began to slow down after a repetition that is over."""
        if not self._paces:
            return None
        before = [p.mps for p in self._paces if since_ns - SETTLED_NS < p.t_ns <= since_ns]
        return self._slowed_ns(median(before), self._paces[-1].t_ns) if before else None

    def kept_running(self, since_ns: int) -> bool:
        """Tell whether the speed has been that of a repetition ever since."""
        after = [pace.mps for pace in self._paces if pace.t_ns > since_ns]
        return bool(after) and min(after) >= KEPT_SHARE * self.effort_mps

    @property
    def at_effort(self) -> bool:
        """Whether the speed is that of a repetition, not only on the way there."""
        return self.latest_mps >= AT_EFFORT_SHARE * self.effort_mps

    def running_since(self, t_ns: int, since_ns: int, least_ns: int) -> bool:
        """Tell whether the runner has run, fast or not, for ``least_ns`` since ``since_ns``."""
        mps = [pace.mps for pace in self._paces if pace.t_ns > since_ns]
        return t_ns - since_ns >= least_ns and len(mps) > 2 and min(mps) >= LEAST_MPS

    def _slowed_ns(self, ran_mps: float, slow_since_ns: int) -> int | None:
        """Return when the speed fell for good, if it has been low since ``slow_since_ns``."""
        paces = list(self._paces)
        slow = next((p for p in paces if p.t_ns >= slow_since_ns), None)
        later = [p for p in paces if slow is not None and p.t_ns >= slow.t_ns]
        if not later or max(p.mps for p in later) >= STOPPED_SHARE * ran_mps:
            return None
        before = paces[: paces.index(later[0])]
        slowing_ns = _fell_ns(before, later[0], AT_SPEED_SHARE * ran_mps)
        stopping_ns = _fell_ns(before, later[0], STOPPED_SHARE * ran_mps)
        if slowing_ns is None or stopping_ns is None:
            return None
        # The first share of the fall takes its share of the time.
        first = (1.0 - AT_SPEED_SHARE) / (AT_SPEED_SHARE - STOPPED_SHARE)
        return slowing_ns - round(first * (stopping_ns - slowing_ns))

    def fresh(self, t_ns: int) -> bool:
        """Tell whether the speed is known now."""
        return bool(self._paces) and t_ns - self._paces[-1].t_ns <= LONGEST_STEP_NS

    def _steps_quicker(self, latest: Pace, since_ns: int) -> bool:
        """Tell whether the steps have become quicker than they were in the rest."""
        if latest.cadence_spm is None or latest.cadence_spm < RUNNING_SPM:
            return False
        rest = [
            p.cadence_spm
            for p in self._paces
            if p.cadence_spm is not None and since_ns < p.t_ns <= latest.t_ns - RISING_NS
        ]
        return bool(rest) and latest.cadence_spm >= median(rest) + QUICKER_SPM

    def _has_rested(self, since_ns: int) -> bool:
        """Tell whether the runner has been slow: nobody runs off who has not."""
        slow_mps = STOPPED_SHARE * self.effort_mps
        first = self._paces[0]
        lately = [p.mps for p in self._paces if p.t_ns >= since_ns - JUST_BEFORE_NS]
        return first.t_ns >= since_ns or (bool(lately) and min(lately) <= slow_mps)

    def _rest_mps(self, since_ns: int) -> float:
        """Return the level of the rest, without what may be of the rise or of the run before."""
        latest_ns = self._paces[-1].t_ns
        first_ns = max(since_ns, latest_ns - REST_MEMORY_NS)
        slow = [p.mps for p in self._paces if first_ns < p.t_ns <= latest_ns - RISING_NS]
        if not slow:
            return 0.0 if len(self._paces) < 2 else min(p.mps for p in self._paces)
        return min(median(slow), self.effort_mps - LEAST_RISE_MPS)

    def _foot_ns(self, foot_mps: float, since_ns: int) -> int:
        """Return when the speed rose above ``foot_mps`` for the last time."""
        later = self._paces[-1]
        for pace in reversed(self._paces):
            if pace.mps <= foot_mps or pace.t_ns <= since_ns:
                rise = later.mps - pace.mps
                share = 0.0 if rise <= 0.0 else (foot_mps - pace.mps) / rise
                return max(pace.t_ns + round(max(share, 0.0) * (later.t_ns - pace.t_ns)), since_ns)
            later = pace
        return max(later.t_ns, since_ns)

    def _pace(
        self,
        t_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> Pace | None:
        if total_m is not None:
            walked = self._by_totals(t_ns, pod, total_m, cadence_spm)
            if walked is not None and not (speed_mps is not None and self._in_whole_metres):
                return walked
        if speed_mps is not None:
            return Pace(t_ns, speed_mps, cadence_spm)
        if cadence_spm is None:
            return None
        step_m = RUNNING_STEP_M if cadence_spm >= RUNNING_SPM else WALKING_STEP_M
        return Pace(t_ns, cadence_spm / 60.0 * step_m, cadence_spm)

    def _by_totals(
        self, t_ns: int, pod: str, total_m: float, cadence_spm: float | None
    ) -> Pace | None:
        """Return the pace from the latest total that is far enough back.

        Of two that come at nearly the same time, as after a short silence, the difference tells
        little of the speed.
        """
        totals = self._totals
        if pod != self._total_of or (totals and (total_m < totals[-1][1] or t_ns < totals[-1][0])):
            totals.clear()
            self._total_of = pod
        found = next(
            (each for each in reversed(totals) if t_ns - each[0] >= SHORTEST_STEP_NS), None
        )
        if not totals or t_ns - totals[-1][0] >= SHORTEST_STEP_NS // 8:
            totals.append((t_ns, total_m))
        if found is None or t_ns - found[0] > LONGEST_STEP_NS:
            return None
        mps = (total_m - found[1]) / ((t_ns - found[0]) / NS_PER_S)
        return Pace((t_ns + found[0]) // 2, mps, cadence_spm)

    @property
    def _in_whole_metres(self) -> bool:
        """Whether the totals are, as a treadmill's: then their difference is no speed."""
        latest = [metres for _, metres in self._totals][-WHOLE_TOTALS:]
        return len(set(latest)) > 1 and all(metres % 1 == 0 for metres in latest)
