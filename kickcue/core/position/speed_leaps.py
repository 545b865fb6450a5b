"""A pod's speed that leaps between two steady stretches, and what the cadence tells of it.

Nobody's speed changes from one second to the next and is steady before and after: a body needs
seconds for it, a pod that smooths its speed needs longer, and the cadence goes along. Where the
metres leap as the speed does and the cadence stays what it was, the pod's scale has changed (it was
calibrated anew, or took another stride for its own), and the leap itself tells to what. A speed
that was frozen and comes free leaps as well, but its metres do not.

What is behind a leap is weighed by Bayes' rule, as one more change point; nothing is decided here.
"""

import math
from collections import deque
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from kickcue.core.position.kalman_filter import normal_density
from kickcue.core.units import NS_PER_S

STEADY_CHANGES: Final = 3
"""So many changes before the leap, and as many after it, must be small..."""
STEADY_SHARE: Final = 0.25
"""...that is, no more than this share of the leap."""
MIN_LOG_RATIO: Final = 0.04
MAX_LOG_RATIO: Final = 0.2
"""How large a leap is (logarithm of the ratio): a smaller one may be chance, a larger one is a
runner who stops or starts."""
MIN_STEADY_MPS: Final = 2.0
"""Slower than this nobody runs steadily."""
MIN_INTERVAL_NS: Final = 7 * NS_PER_S // 10
"""What comes sooner after a reading is passed over: a change is what happens in a second."""
MAX_INTERVAL_NS: Final = 5 * NS_PER_S // 2
"""A pod that notifies less often does not tell whether its speed leapt."""
CADENCE_READINGS: Final = 8
"""So many readings before the leap tell the cadence before it."""
MIN_READINGS: Final = 2 * STEADY_CHANGES + 2
MAX_READINGS: Final = CADENCE_READINGS + STEADY_CHANGES + 1
_BEFORE, _AFTER = -STEADY_CHANGES - 2, -STEADY_CHANGES - 1
RUNNER_SHARE: Final = 0.6
"""Of leaps with which the scale has nothing to do: in so many the runner sped up, in the others the
speed alone leapt [judgement]."""
METRES_RATIO_SD: Final = 0.02
"""Relative error of how much faster the metres went on than before: a count is rounded."""
CADENCE_CHANGE_SD_SPM: Final = 1.0
"""Error of how much the cadence changed: of a mean over some seconds, which wanders."""
SPM_PER_MPS: Final = 5.6
SPM_PER_MPS_SD: Final = 2.8
"""How the cadence goes with the speed (Burns 2019), and the spread over runners [judgement]."""
RATIO_SD: Final = 0.003
"""Relative error of the new scale, as pace and drift change in that second too..."""
UNSTEADY_SD_SHARE: Final = 0.1
"""...and the share of the largest change beside the leap that adds to it."""
MIN_DENSITY: Final = 1e-30


class SpeedLeap(NamedTuple):
    """The pod's speed became ``ratio`` times what it was, ``since_m`` pod metres ago."""

    ratio: float
    ratio_sd: float
    """Relative error of ``ratio``."""
    since_m: float
    bayes_factor: float
    """How much better a change of the pod's scale explains metres and cadence than anything
    else."""


class _Reading(NamedTuple):
    t_ns: int
    speed_mps: float
    cadence_spm: float | None
    total_m: float


class SpeedLeaps:
    """Watches the readings of one pod."""

    def __init__(self) -> None:
        self._readings: deque[tuple[int, float, float | None, float]] = deque(maxlen=MAX_READINGS)
        """As ``_Reading`` has them: each second brings one, and nearly none is used again."""

    def copy(self) -> "SpeedLeaps":
        """Return an independent copy, to come back to when a mark is undone."""
        copy = SpeedLeaps()
        copy._readings = self._readings.copy()
        return copy

    def reset(self) -> None:
        """Start again: what comes is not to be compared with what was."""
        self._readings.clear()

    def update(
        self, t_ns: int, speed_mps: float | None, cadence_spm: float | None, total_m: float
    ) -> SpeedLeap | None:
        """Update by a reading; ``total_m`` is where the odometer stands after it.

        Return the leap that it confirms, which was ``STEADY_CHANGES`` readings ago.
        """
        readings = self._readings
        if not speed_mps:
            readings.clear()
            return None
        if readings:
            since_ns = t_ns - readings[-1][0]
            if since_ns < MIN_INTERVAL_NS:
                return None
            if since_ns > MAX_INTERVAL_NS:
                readings.clear()
        readings.append((t_ns, speed_mps, cadence_spm, total_m))
        if len(readings) < MIN_READINGS:
            return None
        before_mps, after_mps = readings[_BEFORE][1], readings[_AFTER][1]
        if 0.98 * before_mps < after_mps < 1.02 * before_mps:  # nearly always
            return None
        return _leap([_Reading(*each) for each in readings])


def _leap(readings: Sequence[_Reading]) -> SpeedLeap | None:
    """Return the leap between the last ``STEADY_CHANGES`` + 1 readings and those before."""
    before, after = readings[: -STEADY_CHANGES - 1], readings[-STEADY_CHANGES - 1 :]
    steady = before[-STEADY_CHANGES - 1 :]
    if min(each.speed_mps for each in (*steady, *after)) < MIN_STEADY_MPS:
        return None
    was, now = _changes(steady), _changes(after)
    without_leap = 0.5 * (was[-1] + now[0])
    log_ratio = math.log(after[0].speed_mps / steady[-1].speed_mps) - without_leap
    most = max(abs(change) for change in (*was, *now))
    counted_m, since_m = _metres(steady), _metres(after)
    if not MIN_LOG_RATIO <= abs(log_ratio) <= MAX_LOG_RATIO or most > STEADY_SHARE * abs(log_ratio):
        return None
    if counted_m <= 0.0 or since_m <= 0.0:
        return None
    metres_log_ratio = math.log(since_m / counted_m)
    gained_mps = after[0].speed_mps - steady[-1].speed_mps
    return SpeedLeap(
        math.exp(log_ratio),
        RATIO_SD + UNSTEADY_SD_SHARE * most,
        # in the second of the leap itself half the metres were counted by the new scale
        after[-1].total_m - 0.5 * (steady[-1].total_m + after[0].total_m),
        _bayes_factor(log_ratio, metres_log_ratio, gained_mps, _cadence_gained(before, after)),
    )


def _changes(readings: Sequence[_Reading]) -> list[float]:
    """Return the changes of speed from each reading to the next, as logarithms of the ratio."""
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
    if len(sooner) < STEADY_CHANGES or len(later) < STEADY_CHANGES:
        return None
    return math.fsum(later) / len(later) - math.fsum(sooner) / len(sooner)


def _bayes_factor(
    log_ratio: float, metres_log_ratio: float, gained_mps: float, gained_spm: float | None
) -> float:
    """Return the Bayes factor of a change of scale, given metres and cadence, against the rest."""
    like_speed = normal_density(metres_log_ratio - log_ratio, METRES_RATIO_SD**2)
    unchanged = normal_density(metres_log_ratio, METRES_RATIO_SD**2)
    stayed = went_along = 1.0
    if gained_spm is not None:
        expected_spm = SPM_PER_MPS * gained_mps
        expected_var = CADENCE_CHANGE_SD_SPM**2 + (SPM_PER_MPS_SD * gained_mps) ** 2
        stayed = normal_density(gained_spm, CADENCE_CHANGE_SD_SPM**2)
        went_along = normal_density(gained_spm - expected_spm, expected_var)
    otherwise = (RUNNER_SHARE * like_speed + (1.0 - RUNNER_SHARE) * unchanged) * went_along
    return like_speed * stayed / max(otherwise, MIN_DENSITY)
