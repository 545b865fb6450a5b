"""The phase of the race, and what starts, ends, undo and a corrected distance do to it.

People start twice, press the finish by mistake, run another distance than was set. Whatever a start
or an end leaves behind is kept for a minute, and goes on being followed, so that undo brings it
back as if nothing had happened.
"""

from bisect import bisect_right
from typing import Final, NamedTuple

from kickcue.core.course import Course, corrected
from kickcue.core.cueing.arbiter import CuesSoFar
from kickcue.core.cueing.cue_issuer import CueIssuer
from kickcue.core.cueing.phases import IN_LAST_WINDOW, OVER, RACING, Signal, after
from kickcue.core.engine_config import EngineConfig
from kickcue.core.errors import IllegalTransitionError, UsageError
from kickcue.core.events import Level, MarkSource, Notice, Output, Phase, PhaseChange
from kickcue.core.position.firing_threshold import EVEN_PROBABILITY
from kickcue.core.race_state import RaceState
from kickcue.core.restart import TAKEN_BACK_NS, StandingWatch
from kickcue.core.timer_clock import TimerClock
from kickcue.core.units import s_to_ns

NOT_BEFORE_MOVING_NS: Final = 1 << 62
"""Since when somebody stands whose stand does not count: until he moves."""
NEXT_SIGNAL: Final = {
    Phase.LAST_LAP: Signal.TO_GO_200,
    Phase.LAST_200: Signal.TO_GO_100,
    Phase.LAST_100: Signal.TO_GO_50,
}

_MARKED_BY: Final = {
    MarkSource.BUTTON: "lap press",
    MarkSource.TRACKSIDE: "helper's lap press",
    MarkSource.GATE: "GPS crossing",
    MarkSource.BEACON: "beacon pass",
}
_DOUBTED_AS: Final = {
    MarkSource.BUTTON: "double or accidental press",
    MarkSource.TRACKSIDE: "double or accidental press",
    MarkSource.GATE: "false detection",
    MarkSource.BEACON: "false detection",
}


class _Left(NamedTuple):
    """What a start or an end has left behind, to come back to if that was a mistake."""

    left_ns: int
    by: Signal
    phase: Phase
    since_ns: int
    """When that phase began."""
    race: RaceState
    started: bool
    gun_ns: int
    started_ns: int
    given: CuesSoFar
    before: "_Left | None"
    """What a start has put out of reach: the end before it."""

    def may_be_taken_back(self, t_ns: int) -> bool:
        """Tell whether undo still does."""
        return t_ns - self.left_ns <= TAKEN_BACK_NS


class RaceControl:
    """One race after the other, and what of the one before can still be had back.

    ``out``, wherever it is an argument, is the list that what follows is added to.
    """

    def __init__(
        self, config: EngineConfig, race: RaceState, desk: CueIssuer, timer: TimerClock
    ) -> None:
        self._config = config
        self._desk = desk
        self._timer = timer
        self._follow(race)
        self._go_by(race.course)
        self.left: _Left | None = None
        self.standing = StandingWatch()
        self.phase = Phase.WAITING
        self.phase_ns = 0
        self.racing = self.in_body = self.started = False
        self.gun_ns = self.started_ns = 0
        """The same moment as events tell it, and as the timer does."""
        self.bell_in_s: float | None = None
        """In how many seconds the bell cue is due."""
        self.marked: tuple[float, int] | None = None
        """The last line marked, in metres run, and when it was passed by the timer."""
        self.stood_ns: int | None = None
        """Since when the runner has stood where the finish may be."""

    def _follow(self, race: RaceState) -> None:
        self.race, self.estimator = race, race.estimator

    def _go_by(self, course: Course) -> None:
        self.course, self.crossings_m, self.bell_m = course, course.crossings_m, course.bell_m

    @property
    def undo_until_ns(self) -> int | None:
        """Until when an undo takes the last start or end back; None where there is none."""
        return None if self.left is None else self.left.left_ns + TAKEN_BACK_NS

    def start(self, t_ns: int, out: list[Output]) -> None:
        """Begin the race, or begin it again."""
        timer_ns = self._timer.at(t_ns)
        again = self.racing
        if again:
            here = self.estimator.position_at(timer_ns)
            share = 0.0 if here is None else here.distance_m / self.course.distance_m
            if not self.standing.may_start_again(timer_ns - self.started_ns, share):
                told = "the race is already running: start ignored"
                out.append(Notice(t_ns, "start_ignored", told, Level.WARNING))
                return
        left = self._leave(t_ns, Signal.START, self.race)
        if self.phase in OVER:
            self._follow(self.race.next_race_elsewhere(self.course, self._config.gate))
        else:
            self._follow(self.race.next_race(self.course))
        if self.phase is not Phase.WAITING:
            out.extend(self._desk.disarm(t_ns, "the race was restarted"))
            self._desk.begin_race()
        self.signal(t_ns, Signal.START, out)
        if again:
            out.append(Notice(t_ns, "started_again", "restarted: undo reverts this for one minute"))
        self.left, self.started = left, True
        self.gun_ns, self.started_ns = t_ns, timer_ns
        self.marked, self.bell_in_s = None, None
        self.race.start(timer_ns, t_ns)
        self.race.beacon.rest(t_ns)
        self.standing.start()

    def _leave(self, t_ns: int, by: Signal, race: RaceState) -> _Left:
        """Return what a start or an end leaves behind; undo of that goes on with ``race``."""
        return _Left(
            left_ns=t_ns,
            by=by,
            phase=self.phase,
            since_ns=self.phase_ns,
            race=race,
            started=self.started,
            gun_ns=self.gun_ns,
            started_ns=self.started_ns,
            given=self._desk.cues_so_far,
            before=self.left if self.phase in OVER else None,
        )

    def _come_back(self, t_ns: int, left: _Left, out: list[Output]) -> None:
        """Go on as if the start or the end had never come."""
        out.extend(self._desk.disarm(t_ns, "the start was undone"))
        self._signal_back(t_ns, left, out)
        self._follow(left.race)
        if left.phase not in OVER:
            self._go_by(left.race.course)
        self.started, self.gun_ns, self.started_ns = left.started, left.gun_ns, left.started_ns
        self.left, self.marked, self.bell_in_s = left.before, None, None
        self._desk.take_back(left.given)
        if left.by is not Signal.START and not (left.by is Signal.LINE and self._deny_finish(t_ns)):
            while self.phase is not left.phase:  # by itself it would stay until the runner moves
                in_body = self.phase is Phase.BODY
                self.signal(t_ns, Signal.BELL if in_body else NEXT_SIGNAL[self.phase], out)
        what = "start" if left.by is Signal.START else "end of the race"
        goes_on = "the race goes on" if self.racing else f"the race is {self.phase}"
        out.append(Notice(t_ns, "undone", f"{what} undone: {goes_on}"))

    def _signal_back(self, t_ns: int, left: _Left, out: list[Output]) -> None:
        """Give the signal that leads back to the phase that was left."""
        if left.phase in OVER:
            finished = left.phase is Phase.FINISHED
            self.signal(left.since_ns, Signal.FINISH if finished else Signal.ABORT, out)
        elif left.phase is Phase.WAITING:
            self.signal(t_ns, Signal.RECALL, out)
        elif not self.racing:
            self.signal(t_ns, Signal.UNDO, out)

    def _deny_finish(self, t_ns: int) -> bool:
        """Take in that the runner has not finished; return whether he is somewhere else then."""
        timer_ns = self._timer.at(t_ns)
        if self.stood_ns is not None:
            self.stood_ns = NOT_BEFORE_MOVING_NS  # who still stands there has not finished either
            return False
        passed = self.estimator.passed_probability(self.course.distance_m, timer_ns)
        if passed <= EVEN_PROBABILITY and not self.estimator.at_last_line:
            return False
        self.race.deny_finish(timer_ns)
        self._desk.last_window_again()  # what it has had was felt in another lap
        return True

    def undo(self, t_ns: int, out: list[Output]) -> None:
        """Take back the last lap press, or the start or the end that came after it."""
        self.followed(t_ns)
        if self.left is not None and (not self.racing or not self.estimator.has_mark_to_undo):
            self._come_back(t_ns, self.left, out)
            return
        if not self.racing or not self.race.undo_mark():
            out.append(Notice(t_ns, "undo_refused", "no lap press to undo"))
            return
        self.marked = None
        out.append(Notice(t_ns, "undone", "last lap press undone"))
        if self.phase in IN_LAST_WINDOW and self._is_before_bell(t_ns):
            self.signal(t_ns, Signal.UNDO, out)
            self._desk.last_window_again()

    def _is_before_bell(self, t_ns: int) -> bool:
        passed = self.estimator.passed_probability(self.bell_m, self._timer.at(t_ns))
        return passed < EVEN_PROBABILITY

    def correct_distance(self, t_ns: int, distance_m: float | None, out: list[Output]) -> None:
        """Go on as if the race had been said to be ``distance_m`` long from the beginning.

        Where a race is over, the next one is meant, unless the end was noticed too early.
        """
        self.followed(t_ns)
        try:
            course = corrected(self._config.race.course, 0.0 if distance_m is None else distance_m)
            race = self._read_anew(t_ns, course)
        except UsageError as error:
            told = f"the race stays {self.course.event}: {error}"
            out.append(Notice(t_ns, "distance_refused", told, Level.WARNING))
            return
        before = self.course.event
        self._go_by(course)
        if race is not None:
            self._go_on_over(t_ns, race, out)
        self._correct_left(t_ns, course)
        what = "next race" if self.phase in OVER else "race"
        target_is_of = "" if self._config.target_s is None else self._config.race.course.event
        pace = f"; the target time is still for {target_is_of}" if target_is_of else ""
        told = f"the {what} is now {course.event} (was {before}){pace}"
        out.append(Notice(t_ns, "distance", told))

    def _read_anew(self, t_ns: int, course: Course) -> RaceState | None:
        """Return the race over ``course``; None where it is over and stays so.

        Raises UsageError where the race that is on cannot be one.
        """
        ended_by_itself = self.left is not None and self.left.by is Signal.LINE
        if self.phase in OVER and not ended_by_itself:
            return None
        race = self.race.replayed_over(course)
        if race is not None and not self._is_past(t_ns, race):
            return race
        if not self.racing:
            return None
        if race is None:
            raise UsageError("too much data since the start to recompute the race")
        raise UsageError(f"{course.distance_m:g} m are already run: press finish to end the race")

    def _is_past(self, t_ns: int, race: RaceState) -> bool:
        finish_m = race.course.distance_m
        return race.estimator.passed_probability(finish_m, self._timer.at(t_ns)) > EVEN_PROBABILITY

    def _go_on_over(self, t_ns: int, race: RaceState, out: list[Output]) -> None:
        """Go on with the race over another course, in the phase that this means.

        Its bell may be ahead again, or behind.
        """
        self._follow(race)
        self.marked = self.bell_in_s = self.stood_ns = None
        out.extend(self._desk.disarm(t_ns, f"the race is now {race.course.event}"))
        if self.phase in OVER and self.left is not None:
            self._desk.take_back(self.left.given)
            self.left = None
        elif self.phase not in IN_LAST_WINDOW:
            return
        self.signal(t_ns, Signal.UNDO, out)
        if self._is_before_bell(t_ns):
            self._desk.last_window_again()

    def _correct_left(self, t_ns: int, course: Course) -> None:
        """See to it that the corrected distance holds for what undo brings back, too."""
        if self.left is None or self.left.phase in OVER:
            return
        race = self.left.race.replayed_over(course)
        if race is not None and not self._is_past(t_ns, race):
            self.left = self.left._replace(race=race)

    def followed(self, t_ns: int) -> tuple[RaceState, ...]:
        """Return the race and, as long as undo may bring it back, the one that was left behind."""
        if self.left is not None and not self.left.may_be_taken_back(t_ns):
            self.left = None
            if self.phase in OVER:
                self.race.forget_calls()
        if self.left is None or self.left.race is self.race:
            return (self.race,)
        return self.race, self.left.race

    def signal(
        self, t_ns: int, signal: Signal, out: list[Output], now_ns: int | None = None
    ) -> None:
        """Change the phase as ``signal``, which came at ``t_ns``, has it.

        ``now_ns``: when that is noticed; from then on undo has its minute.
        """
        previous = self.phase
        try:
            phase = after(previous, signal)
        except IllegalTransitionError as error:
            out.append(Notice(t_ns, "refused", str(error), Level.WARNING))
            return
        if previous in RACING and phase in OVER:
            by_line = signal is Signal.LINE
            race = self.race.without_finish_mark() if by_line else self.race
            self.left = self._leave(t_ns if now_ns is None else now_ns, signal, race)
        self.phase, self.phase_ns = phase, t_ns
        self.racing, self.in_body = phase in RACING, phase is Phase.BODY
        out.append(PhaseChange(t_ns, phase, previous))
        if not self.racing:
            out.extend(self._desk.disarm(t_ns, f"the race is {phase}"))

    def mark(
        self,
        t_ns: int,
        source: MarkSource,
        out: list[Output],
        age_s: float = 0.0,
        *,
        by_position: bool = False,
    ) -> bool:
        """Take in a mark ``age_s`` after its line; return whether a race is on for it."""
        timer_ns = self._timer.at(t_ns)
        if self.left is not None and (self.left.by is Signal.START or not self.racing):
            self.left.race.mark(timer_ns, source, age_s, by_position=by_position)
        if self.left is not None and self.left.phase is Phase.WAITING:
            self.left = None  # who marks lines means the race: a second undo takes no start
        if not self.racing:
            out.append(
                Notice(
                    t_ns,
                    "mark_ignored",
                    f"{_MARKED_BY[source]} ignored: no race is on ({self.phase})",
                )
            )
            return False
        line_m = self.race.mark(timer_ns, source, age_s, by_position=by_position)
        if line_m is None:
            out.append(
                Notice(
                    t_ns,
                    "mark_doubted",
                    f"that {_MARKED_BY[source]} does not fit the track: ignored as a "
                    f"{_DOUBTED_AS[source]}",
                )
            )
            return True
        self.marked = line_m, timer_ns - s_to_ns(age_s)
        number = bisect_right(self.crossings_m, line_m)
        at_finish = number and self.crossings_m[number - 1] == line_m
        where = (
            f"line {number} of {len(self.crossings_m)}" if at_finish else self._other_place(line_m)
        )
        out.append(Notice(t_ns, "line", f"{where}, {line_m:.5g} m ({source})"))
        return True

    def _other_place(self, line_m: float) -> str:
        """Return what to call a place where laps are marked that is not the finish line."""
        lap_m = self.course.lap_m
        return "start line" if lap_m is not None and line_m % lap_m == 0.0 else "your own lap point"
