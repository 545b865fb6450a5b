"""One race over one course: where the runner is, where the finish line is, what that was made of.

A race may turn out to be another distance than it was said to be. Where its start lies elsewhere on
the track then, all lines lie elsewhere in metres run: what the marks meant, and where a learned
finish line is, have to be found anew. So everything since the gun is kept, and told once more to
estimators of the other course, which then know just what they would have known from the gun on. A
shorter way, other lines under the same belief, is right only where the lines happen to be the same.
"""

from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.crossing.beacon_pass import BeaconPassDetector
from kickcue.core.crossing.finish_line_learning import FinishLine
from kickcue.core.crossing.gate import Gate
from kickcue.core.events import Fix, MarkSource
from kickcue.core.position.estimator import Call, PositionEstimator
from kickcue.core.units import NS_PER_S

MOST_TOLD: Final = 40_000
"""Eleven hours of a pod; an hour of one beside a receiver that tells ten positions a second.

After more the course stays what it is.
"""
MOST_MARKS: Final = 1000
"""...and so it does after more marks than that: 400 km on a track."""


class _Gun(NamedTuple):
    """The estimators as they were at the gun, and its time by the timer and by events."""

    distance: PositionEstimator
    line: FinishLine
    timer_ns: int
    t_ns: int


class RaceState:
    """What is known of a race: told by its methods, asked of ``distance``, ``line``, ``beacon``.

    ``timer_ns`` is the time of the recorder, which may stand still (``TimerClock``).
    """

    def __init__(
        self,
        course: Course,
        distance: PositionEstimator,
        line: FinishLine,
        beacon: BeaconPassDetector,
    ) -> None:
        """Take estimators that wait for the gun."""
        self.course = course
        self.distance = distance
        self.line = line
        self.beacon = beacon
        self._gun: _Gun | None = None
        self._told: list[Call] | None = []
        """Since the gun, in order; None once it was too much to keep."""
        self._marks = 0

    def start(self, timer_ns: int, t_ns: int) -> None:
        """Begin the race."""
        self._gun = _Gun(self.distance.copy(), self.line.copy(), timer_ns, t_ns)
        self._told, self._marks = [], 0
        self.distance.start(timer_ns)
        self.line.start(t_ns)

    def read(
        self,
        timer_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> None:
        """Take in one reading of a foot pod."""
        self._keep(("read", timer_ns, pod, speed_mps, total_m, cadence_spm))
        self.distance.read(timer_ns, pod, speed_mps, total_m, cadence_spm)

    def pause(self) -> None:
        """Note that the recorder was stopped."""
        self._keep(("pause",))
        self.distance.pause()

    def mark(
        self,
        timer_ns: int,
        source: MarkSource,
        age_s: float = 0.0,
        *,
        by_position: bool = False,
    ) -> float | None:
        """Take in a mark ``age_s`` after its line; return that line in metres run.

        None for a double or a stray one. ``by_position``: a crossing that ``locate`` has told. It
        is not kept, for positions may tell of others on another course.
        """
        if by_position:
            return self.distance.mark(timer_ns, source, age_s, self.line.shared_sd_m)
        self._marks += 1
        self._keep(("mark", timer_ns, source, age_s))
        return self.distance.mark(timer_ns, source, age_s)

    def undo_mark(self) -> bool:
        """Take back the last mark that a person made, or that of the finish.

        Return False where there is none.
        """
        self._keep(("undo_mark",))
        return self.distance.undo_mark()

    def deny_finish(self, timer_ns: int) -> None:
        """Take in that the runner has not finished, although that was believed."""
        self._keep(("deny_finish", timer_ns))
        self.distance.deny_finish(timer_ns)

    def locate(self, timer_ns: int, fix: Fix) -> int | None:
        """Take in a position; return the ``t_ns`` of crossing the finish line.

        None unless that is just over or a second ahead. It is no mark yet.
        """
        self._keep(("_locate_again", timer_ns, fix))
        return self.line.feed(fix.as_it_was())

    def _locate_again(self, timer_ns: int, fix: Fix) -> None:
        crossed_ns = self.locate(timer_ns, fix)
        if crossed_ns is not None:
            age_s = (fix.t_ns - crossed_ns) / NS_PER_S
            self.mark(timer_ns, MarkSource.GATE, age_s, by_position=True)

    def unmarked_finish(self) -> "RaceState":
        """Return a copy without the mark of the finish: to go on with should the end be none."""
        twin = RaceState(self.course, self.distance.copy(), self.line, self.beacon)
        twin._gun, twin._marks = self._gun, self._marks
        twin._told = None if self._told is None else list(self._told)
        if twin.distance.at_last_line:
            twin.undo_mark()
        return twin

    def next(self, course: Course) -> "RaceState":
        """Return a race over ``course`` that waits for its gun at the same place."""
        return self._waiting(course, self.distance.copy(), self.line.copy())

    def next_elsewhere(self, course: Course, gate: Gate | None) -> "RaceState":
        """Return the same where the finish line is to be found anew, unless it is set."""
        return self._waiting(course, self.distance.copy(), FinishLine(course, gate))

    def over(self, course: Course) -> "RaceState | None":
        """Return this race as it would be known had it been one over ``course`` from the gun on.

        None where that cannot be told any more.
        """
        if self._gun is None:
            return self.next(course)
        if self._told is None:
            return None
        twin = self._waiting(course, self._gun.distance.copy(), self._gun.line.copy())
        twin.beacon = self.beacon
        twin.start(self._gun.timer_ns, self._gun.t_ns)
        for name, *what in self._told:
            getattr(twin, name)(*what)
        return twin

    def forget(self) -> None:
        """Keep no longer what was told: the race is over for good, and is no other one any more."""
        self._told = None

    @staticmethod
    def _waiting(course: Course, distance: PositionEstimator, line: FinishLine) -> "RaceState":
        distance.go_by(course)
        line.go_by(course)
        return RaceState(course, distance, line, BeaconPassDetector())

    def _keep(self, call: Call) -> None:
        if self._gun is not None and self._told is not None:
            if len(self._told) < MOST_TOLD and self._marks <= MOST_MARKS:
                self._told.append(call)
            else:
                self._told = None
