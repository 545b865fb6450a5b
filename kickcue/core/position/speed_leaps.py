"""A pod's speed that leaps between two steady stretches, and what the cadence says of it.

Nobody's speed is another one from one second to the next and steady before and after: a body needs
seconds for it, a pod that smooths its speed needs longer, and the cadence goes along. Where the
metres leap as the speed does and the cadence stays what it was, the pod's scale has become another
one (it was calibrated anew, or took another stride for its own), and the leap itself tells which. A
speed that was frozen and comes free leaps as well, but its metres do not.

What is behind a leap is weighed by Bayes' rule, as one more change point; nothing is decided here.
"""

import math
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from kickcue.core.position.kalman_filter import normal_density
from kickcue.core.units import NS_PER_S

STEADY: Final = 3
"""So many changes before the leap, and as many after it, must be small."""
STEADY_SHARE: Final = 0.25
"""Small is a change of no more than this share of the leap."""
LEAST, MOST = 0.04, 0.2
"""How large a leap is (logarithm of the ratio): a smaller one may be chance, a larger one is a
runner who stops or starts."""
SLOWEST_MPS: Final = 2.0
"""Below it nobody runs steadily."""
EACH_NS: Final = 7 * NS_PER_S // 10
"""What comes sooner after a reading is passed over: a change is what happens in a second."""
GAP_NS: Final = 5 * NS_PER_S // 2
"""A pod that speaks less often does not tell whether its speed leapt."""
CADENCES: Final = 8
"""So many readings before the leap tell the cadence before it."""
LEAST_READINGS: Final = 2 * STEADY + 2
MOST_READINGS: Final = CADENCES + STEADY + 1
_BEFORE, _AFTER = -STEADY - 2, -STEADY - 1
RUNNER_SHARE: Final = 0.6
"""Of leaps with which the scale has nothing to do: in so many the runner did so, in the others the
speed alone that is told [judgement]."""
METRES_SD: Final = 0.02
"""Relative error of how much faster the metres went on than before: a count is rounded."""
CADENCE_SD_SPM: Final = 1.0
"""Error of how much the cadence changed: of a mean over some seconds, which wanders."""
SPM_PER_MPS, SPM_PER_MPS_SD = 5.6, 2.8
"""How the cadence goes with the speed (Burns 2019), and the spread over runners [judgement]."""
LEAP_SD: Final = 0.003
"""Relative error of the new scale, as pace and drift change in that second too..."""
LEAST_DENSITY: Final = 1e-30
UNSTEADY_SD: Final = 0.1
"""...and the share of the largest change beside the leap that adds to it."""


class Leap(NamedTuple):
    """The pod's speed became ``by`` times what it was, ``since_m`` pod metres ago."""

    by: float
    sd: float
    """Relative error of ``by``."""
    since_m: float
    odds: float
    """How much better a change of the pod's scale explains all that was seen than anything else."""


class _Reading(NamedTuple):
    t_ns: int
    speed_mps: float
    cadence_spm: float | None
    total_m: float


class SpeedLeaps:
    """Watches the readings of one pod."""

    def __init__(self) -> None:
        self._readings: deque[tuple[int, float, float | None, float]] = deque(maxlen=MOST_READINGS)
        """As ``_Reading`` has them: each second brings one, and nearly none is looked at again."""

    def copy(self) -> "SpeedLeaps":
        """Return an independent copy, to come back to when a mark is taken back."""
        twin = SpeedLeaps()
        twin._readings = self._readings.copy()
        return twin

    def forget(self) -> None:
        """Begin anew: what comes is not to be compared with what was."""
        self._readings.clear()

    def read(
        self, t_ns: int, speed_mps: float | None, cadence_spm: float | None, total_m: float
    ) -> Leap | None:
        """Take in a reading, with where the odometer stands after it.

        Return the leap that it makes certain, which was ``STEADY`` readings ago.
        """
        readings = self._readings
        if not speed_mps:
            readings.clear()
            return None
        if readings:
            since_ns = t_ns - readings[-1][0]
            if since_ns < EACH_NS:
                return None
            if since_ns > GAP_NS:
                readings.clear()
        readings.append((t_ns, speed_mps, cadence_spm, total_m))
        if len(readings) < LEAST_READINGS:
            return None
        before_mps, after_mps = readings[_BEFORE][1], readings[_AFTER][1]
        if 0.98 * before_mps < after_mps < 1.02 * before_mps:  # nearly always: far below ``LEAST``
            return None
        return _leap([_Reading(*each) for each in readings])


def _leap(readings: Sequence[_Reading]) -> Leap | None:
    """Return the leap between the last ``STEADY`` + 1 readings and those before, if it is one."""
    before, after = readings[: -STEADY - 1], readings[-STEADY - 1 :]
    steady = before[-STEADY - 1 :]
    if min(each.speed_mps for each in (*steady, *after)) < SLOWEST_MPS:
        return None
    was, now = _changes(steady), _changes(after)
    on_its_own = 0.5 * (was[-1] + now[0])
    leapt = math.log(after[0].speed_mps / steady[-1].speed_mps) - on_its_own
    most = max(abs(change) for change in (*was, *now))
    counted_m, since_m = _metres(steady), _metres(after)
    if not LEAST <= abs(leapt) <= MOST or most > STEADY_SHARE * abs(leapt):
        return None
    if counted_m <= 0.0 or since_m <= 0.0:
        return None
    metres_leapt = math.log(since_m / counted_m)
    gained_mps = after[0].speed_mps - steady[-1].speed_mps
    return Leap(
        math.exp(leapt),
        LEAP_SD + UNSTEADY_SD * most,
        # in the second of the leap itself half the metres were counted by the new scale
        after[-1].total_m - 0.5 * (steady[-1].total_m + after[0].total_m),
        _odds(leapt, metres_leapt, gained_mps, _cadence_gained(before, after)),
    )


def _changes(readings: Sequence[_Reading]) -> list[float]:
    """Return the changes of speed from each reading to the next, as logarithms of their ratio."""
    logs = [math.log(each.speed_mps) for each in readings]
    return [later - sooner for sooner, later in pairwise(logs)]


def _metres(readings: Sequence[_Reading]) -> float:
    """Return the metres a second that were counted over the readings.

    In whole seconds, for a reading is of its second, however late it comes.
    """
    times = [each.t_ns for each in readings]
    seconds = sum(max(round((b - a) / NS_PER_S), 1) for a, b in pairwise(times))
    return (readings[-1].total_m - readings[0].total_m) / seconds


def _cadence_gained(before: Sequence[_Reading], after: Sequence[_Reading]) -> float | None:
    """Return by how much the cadence has risen, None where one side has none."""
    sooner = [each.cadence_spm for each in before if each.cadence_spm]
    later = [each.cadence_spm for each in after if each.cadence_spm]
    if len(sooner) < STEADY or len(later) < STEADY:
        return None
    return math.fsum(later) / len(later) - math.fsum(sooner) / len(sooner)


def _odds(leapt: float, metres_leapt: float, gained_mps: float, gained_spm: float | None) -> float:
    """Return how much better a change of scale explains metres and cadence than anything else."""
    as_speed = normal_density(metres_leapt - leapt, METRES_SD**2)
    as_before = normal_density(metres_leapt, METRES_SD**2)
    stayed = went_along = 1.0
    if gained_spm is not None:
        expected_spm = SPM_PER_MPS * gained_mps
        spread = CADENCE_SD_SPM**2 + (SPM_PER_MPS_SD * gained_mps) ** 2
        stayed = normal_density(gained_spm, CADENCE_SD_SPM**2)
        went_along = normal_density(gained_spm - expected_spm, spread)
    otherwise = (RUNNER_SHARE * as_speed + (1.0 - RUNNER_SHARE) * as_before) * went_along
    return as_speed * stayed / max(otherwise, LEAST_DENSITY)
