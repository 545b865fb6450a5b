"""One race over one course: where the runner and the finish line are, and the inputs that tell it.

A race may turn out to be of another distance than was configured. If its start then lies elsewhere
on the track, all lines lie elsewhere in metres run: what the marks meant, and where a learned
finish line is, have to be found again. So every input since the gun is kept, and replayed to
estimators of the other course, which then know what they would have known from the gun on. The
short cut, other lines under the same mixture, is right only where the lines happen to be the same.
"""

from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.crossing.beacon_pass import BeaconPassDetector
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.crossing.gate import Gate
from kickcue.core.events import Fix, MarkSource
from kickcue.core.position.estimator import PositionEstimator
from kickcue.core.position.mark_undo import Call
from kickcue.core.units import NS_PER_S

MAX_CALLS: Final = 40_000
"""Eleven hours of a pod; an hour of one beside a receiver that gives ten positions a second.

After more the course stays what it is.
"""
MAX_MARKS: Final = 1000
"""...and so it does after more marks than that: 400 km on a track."""


class _AtGun(NamedTuple):
    """The estimators as they were at the gun, and its time by the timer and by events."""

    estimator: PositionEstimator
    line: FinishLine
    timer_ns: int
    t_ns: int


class RaceState:
    """The state of a race: inputs go to its methods; ask ``estimator``, ``line`` and ``beacon``.

    ``timer_ns`` is the time of the recorder, which may be stopped (``TimerClock``).
    """

    def __init__(
        self,
        course: Course,
        estimator: PositionEstimator,
        line: FinishLine,
        beacon: BeaconPassDetector,
    ) -> None:
        """``estimator``, ``line`` and ``beacon`` wait for the gun."""
        self.course = course
        self.estimator = estimator
        self.line = line
        self.beacon = beacon
        self._gun: _AtGun | None = None
        self._calls: list[Call] | None = []
        """Since the gun, in order; None once it was too much to keep."""
        self._marks = 0

    def start(self, timer_ns: int, t_ns: int) -> None:
        """Begin the race."""
        self._gun = _AtGun(self.estimator.copy(), self.line.copy(), timer_ns, t_ns)
        self._calls, self._marks = [], 0
        self.estimator.start(timer_ns)
        self.line.start(t_ns)

    def handle_reading(
        self,
        timer_ns: int,
        pod: str,
        speed_mps: float | None,
        total_m: float | None,
        cadence_spm: float | None,
    ) -> None:
        """Handle one reading of a foot pod."""
        if self._gun is not None and self._calls is not None:
            self._keep(("handle_reading", timer_ns, pod, speed_mps, total_m, cadence_spm))
        self.estimator.handle_reading(timer_ns, pod, speed_mps, total_m, cadence_spm)

    def pause(self) -> None:
        """Handle a stopped recorder."""
        self._keep(("pause",))
        self.estimator.pause()

    def mark(
        self,
        timer_ns: int,
        source: MarkSource,
        age_s: float = 0.0,
        *,
        by_position: bool = False,
    ) -> float | None:
        """Handle a mark ``age_s`` after its line; return that line in metres run.

        None for a double or a stray one. ``by_position``: a crossing from ``handle_fix``. It is not
        kept, for on another course the positions may cross elsewhere.
        """
        if by_position:
            return self.estimator.mark(timer_ns, source, age_s, self.line.shared_sd_m)
        self._marks += 1
        self._keep(("mark", timer_ns, source, age_s))
        return self.estimator.mark(timer_ns, source, age_s)

    def undo_mark(self) -> bool:
        """Undo the last mark that a person made, or that of the finish.

        Return False where there is none.
        """
        self._keep(("undo_mark",))
        return self.estimator.undo_mark()

    def deny_finish(self, timer_ns: int) -> None:
        """Update by the fact that the runner has not finished, as was estimated."""
        self._keep(("deny_finish", timer_ns))
        self.estimator.deny_finish(timer_ns)

    def handle_fix(self, timer_ns: int, fix: Fix) -> int | None:
        """Handle a position; return the ``t_ns`` of crossing the finish line.

        None unless that is just over or a second ahead. It is no mark yet.
        """
        self._keep(("_handle_fix_again", timer_ns, fix))
        return self.line.feed(fix.as_it_was())

    def _handle_fix_again(self, timer_ns: int, fix: Fix) -> None:
        crossed_ns = self.handle_fix(timer_ns, fix)
        if crossed_ns is not None:
            age_s = (fix.t_ns - crossed_ns) / NS_PER_S
            self.mark(timer_ns, MarkSource.GATE, age_s, by_position=True)

    def without_finish_mark(self) -> "RaceState":
        """Return a copy without the mark of the finish, to go on with should the end be undone."""
        copy = RaceState(self.course, self.estimator.copy(), self.line, self.beacon)
        copy._gun, copy._marks = self._gun, self._marks
        copy._calls = None if self._calls is None else list(self._calls)
        if copy.estimator.at_last_line:
            copy.undo_mark()
        return copy

    def next_race(self, course: Course) -> "RaceState":
        """Return a race over ``course`` that waits for its gun at the same place."""
        return self._waiting(course, self.estimator.copy(), self.line.copy())

    def next_race_elsewhere(self, course: Course, gate: Gate | None) -> "RaceState":
        """Return the same where the finish line has to be learned again, unless it is set."""
        return self._waiting(course, self.estimator.copy(), FinishLine(course, gate))

    def replayed_over(self, course: Course) -> "RaceState | None":
        """Return this race as if it had been configured over ``course``: all inputs are replayed.

        None where they are not kept any more.
        """
        if self._gun is None:
            return self.next_race(course)
        if self._calls is None:
            return None
        copy = self._waiting(course, self._gun.estimator.copy(), self._gun.line.copy())
        copy.beacon = self.beacon
        copy.start(self._gun.timer_ns, self._gun.t_ns)
        for name, *what in self._calls:
            getattr(copy, name)(*what)
        return copy

    def forget_calls(self) -> None:
        """Stop keeping the inputs: the race is over for good, and its course will not change."""
        self._calls = None

    @staticmethod
    def _waiting(course: Course, estimator: PositionEstimator, line: FinishLine) -> "RaceState":
        estimator.set_course(course)
        line.set_course(course)
        return RaceState(course, estimator, line, BeaconPassDetector())

    def _keep(self, call: Call) -> None:
        if self._gun is not None and self._calls is not None:
            if len(self._calls) < MAX_CALLS and self._marks <= MAX_MARKS:
                self._calls.append(call)
            else:
                self._calls = None
