"""The pod's readings of the last seconds, so that a start can be found after it was made."""

from collections import deque
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.position.estimator import PositionEstimator, ScalePrior
from kickcue.core.units import NS_PER_S

KEPT_NS: Final = 60 * NS_PER_S
"""A start is found within a few seconds; a press is taken back within so long."""
MAX_READINGS: Final = 512
"""No pod sends more within ``KEPT_NS`` that is of use: of a flood the latest are kept."""


class Reading(NamedTuple):
    """What a pod said, as ``PositionEstimator.handle_reading`` takes it."""

    t_ns: int
    pod: str
    speed_mps: float | None
    total_m: float | None
    cadence_spm: float | None


class ReadingLog:
    """Keeps the latest readings, and an estimator that has handled those before them."""

    def __init__(self, estimator: PositionEstimator) -> None:
        """``estimator`` is never started: it knows the pod, and no race."""
        self._settled = estimator
        self._latest: deque[Reading] = deque()

    def add(self, reading: Reading) -> None:
        """Handle one reading."""
        self._latest.append(reading)
        oldest_ns = reading.t_ns - KEPT_NS
        while self._latest[0].t_ns < oldest_ns or len(self._latest) > MAX_READINGS:
            self._settled.handle_reading(*self._latest.popleft())

    def since(self, t_ns: int) -> tuple[Reading, ...]:
        """Return the readings after ``t_ns``, as far as they are kept."""
        return tuple(each for each in self._latest if each.t_ns > t_ns)

    def begun(self, began_ns: int, course: Course, prior: ScalePrior) -> PositionEstimator:
        """Return an estimator of a leg over ``course`` that began at ``began_ns``.

        It has handled everything since.
        """
        estimator = self._settled.copy()
        estimator.set_course(course)
        estimator.set_prior(prior)
        before = [each for each in self._latest if each.t_ns <= began_ns]
        for each in before:
            estimator.handle_reading(*each)
        estimator.start(began_ns, seen=True)
        for each in list(self._latest)[len(before) :]:
            estimator.handle_reading(*each)
        return estimator
