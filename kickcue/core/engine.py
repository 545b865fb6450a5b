"""The one entrance for live, replay, simulation and tests: ``Engine.feed(event) -> outputs``.

The engine is a pure function of its setup and the events fed so far. It reads no clock; where the
passing of time alone would change something (the bell line is reached between two notifications, a
sensor has fallen silent) it says in ``wake_ns`` by when it wants a ``Tick``. Whoever drives it
feeds a tick at that time or a little later; ticks are recorded like everything else.
"""

from bisect import bisect_right
from typing import Final, NamedTuple

from kickcue.core.course import Course, corrected
from kickcue.core.crossing.beacon_pass import BeaconPassDetector
from kickcue.core.crossing.finish_line_learning import FinishLine
from kickcue.core.crossing.receiver_selection import ReceiverSelection
from kickcue.core.cueing.arbiter import SPACING_M, Candidate, CuesSoFar
from kickcue.core.cueing.cue_issuer import ARM_AHEAD_S, CueIssuer
from kickcue.core.cueing.phases import IN_LAST_WINDOW, OVER, RACING, Signal, after
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.cueing.policy import (
    SILENT_TO_GO_M,
    Moment,
    bell_cue,
    in_last_window,
    off_even_pace,
)
from kickcue.core.cueing.race_rules import ALLOWED, refusal
from kickcue.core.engine_config import EngineConfig
from kickcue.core.errors import IllegalTransitionError, UsageError
from kickcue.core.events import (
    Ack,
    BeaconReading,
    Command,
    CommandKind,
    CueKind,
    Estimate,
    Fix,
    Input,
    Level,
    Link,
    Mark,
    MarkSource,
    Notice,
    Notification,
    Output,
    Phase,
    PhaseChange,
    Tick,
    Timer,
)
from kickcue.core.position.estimator import CLOCK, Position, PositionEstimator
from kickcue.core.position.scale_measurement import PodScale
from kickcue.core.position.uncertainty import (
    arrival_sd_s,
    half_width_m,
    is_about,
    lap_at,
    laps,
    to_go,
)
from kickcue.core.race_state import RaceState
from kickcue.core.restart import TAKEN_BACK_NS, StandingWatch
from kickcue.core.sensors.hub import SensorHub, Survey
from kickcue.core.timer_clock import TimerClock
from kickcue.core.units import NS_PER_MS, NS_PER_S, s_to_ns

Order = Link | Mark | Command | Fix | BeaconReading | Ack | Timer
"""Everything that is fed but what sensors say, and time."""
BEAT_NS = 1400 * NS_PER_MS
"""Sensors speak once a second, so a beat falls due only when one is missing."""
ESTIMATE_EVERY_NS = NS_PER_S // 2
HEARD_AGAIN_NS = 2 * NS_PER_S
"""When the recorder goes on every sensor has had its say by then; a recorder that is stopped hears
nobody, which is no news of a sensor."""
NOTHING_HEARD = Survey(None, None, None, [])
SLOWEST_MPS = 0.5
NEAR_S = 10.0
"""From here on the time of the bell is worked out from the present speed and the whole belief;
before, pace and mean will do."""
DOUBT_SD = 1.0
"""...and so it is from farther away if the place is not known: hypotheses may disagree by laps."""
EVEN_ODDS = 0.5
FINISHED_ODDS = 0.975
STOOD_S = 30.0
"""Who stands so long after the bell, where the finish may be, has finished: nobody stops for that
long just before the line."""
NOT_BEFORE_MOVING_NS: Final = 1 << 62
"""Since when somebody stands whose stand does not count: until he moves."""
AT_FINISH_M = 10.0
"""Where the finish may be in any case, however sure the estimate: runners and timekeepers are not
at the very line."""
ON_TIME_S = 0.001
ALONE_S = 3.0
"""While the engine waits for the mark of the bell line, the watch waits this much longer at each
word it hears: a watch that has lost the engine cannot hear the mark either, and even odds are its
best. Sensors speak every second: two words may be lost."""

READY = Candidate(CueKind.READY, PhraseKey.READY)


_NEXT_SIGNAL = {
    Phase.LAST_LAP: Signal.TO_GO_200,
    Phase.LAST_200: Signal.TO_GO_100,
    Phase.LAST_100: Signal.TO_GO_50,
}

_MARKED_BY = {
    MarkSource.BUTTON: "lap press",
    MarkSource.TRACKSIDE: "helper's lap press",
    MarkSource.GATE: "GPS crossing",
    MarkSource.BEACON: "beacon pass",
}
_DOUBTED_AS = {
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


class Engine:
    """One runner, one race. ``feed`` every event in order; nothing else changes its state."""

    def __init__(self, setup: EngineConfig) -> None:
        self._setup = setup
        self._run = setup.race
        self._lead_s = setup.lead_ms / 1000
        self._sensors = SensorHub(setup.sensors, setup.hr_ceiling_bpm)
        self._timer = TimerClock()
        course = self._run.course
        distance = PositionEstimator(course, setup.scale, setup.planned_mps)
        self._go_by(course)
        self._follow(
            RaceState(course, distance, FinishLine(course, setup.gate), BeaconPassDetector())
        )
        self._receivers = ReceiverSelection((None, *setup.sensors))
        self._desk = CueIssuer(setup.vocabulary, setup.rules)
        self._standing = StandingWatch()
        self._left: _Left | None = None
        self._offered_start = self._beacon_heard = False
        self._phase = Phase.WAITING
        self._phase_ns = 0
        self._racing = self._in_body = self._started = False
        self._now_ns: int | None = None
        self._gun_ns = self._started_ns = 0
        """The same moment as events tell it, and as the timer does."""
        self._next_estimate_ns = 0
        self._stale_ns: int | None = None
        self._lap_began: tuple[int, int] | None = None
        self._hold = False
        self._stood_ns: int | None = None
        self._bell_in_s: float | None = None
        self._baseline_spm: float | None = None
        self._baseline_mps: float | None = None
        self.wake_ns: int | None = None
        self.late_events = 0

    @property
    def phase(self) -> Phase:
        """The phase of the race."""
        return self._phase

    @property
    def course(self) -> Course:
        """What is run, as it is known now: the distance may have been corrected."""
        return self._course

    def _follow(self, race: RaceState) -> None:
        self._race, self._distance = race, race.distance

    def _go_by(self, course: Course) -> None:
        self._course, self._crossings_m, self._bell_m = course, course.crossings_m, course.bell_m

    @property
    def gun_ns(self) -> int | None:
        """When the race was started, as it counts now.

        A second start moves it, and undo moves it back. None before the first one.
        """
        return self._gun_ns if self._started else None

    @property
    def undo_until_ns(self) -> int | None:
        """Until when an undo takes the last start or end back; None where there is none."""
        return None if self._left is None else self._left.left_ns + TAKEN_BACK_NS

    @property
    def measured_scale(self) -> PodScale | None:
        """What the marks of this race say about the scale of the pod, for the next race.

        None while that is not worth keeping.
        """
        return self._distance.measured()

    @property
    def distance_pods(self) -> tuple[str, ...]:
        """The pods that the distance of this race was taken from, most metres first."""
        return self._distance.pods()

    def feed(self, event: Input) -> tuple[Output, ...]:
        """Take in one event and return what follows from it, in order.

        An event stamped earlier than one already fed is taken as happening now, and counted in
        ``late_events``. Bytes from outside raise nothing; an order that the phase does not allow is
        told as a Notice.
        """
        out: list[Output] = []
        t_ns = event.t_ns
        if self._now_ns is None:
            out.append(Notice(t_ns, "rules", ALLOWED[self._setup.rules].reason))
        elif t_ns < self._now_ns:
            self.late_events += 1
            t_ns = self._now_ns
        self._now_ns = t_ns
        if isinstance(event, Notification):
            moved = self._hear(event, t_ns, out)
        else:  # a Tick counts by its time alone
            moved = not isinstance(event, Tick) and self._take(event, t_ns, out)
        if self._beacon_heard and self._pass_beacon(t_ns, out):
            moved = True
        if moved or self.wake_ns is None or t_ns >= self.wake_ns:
            self._advance(t_ns, out)
        return tuple(out)

    # ---- what comes in

    def _take(self, event: Order, t_ns: int, out: list[Output]) -> bool:
        """Take in the event; return whether it can have changed where one is or what is to do."""
        refused = refusal(event, self._setup.rules)
        if refused is not None:
            out.append(Notice(t_ns, "helper_refused", refused, Level.WARNING))
            return False
        if isinstance(event, Mark):
            self._mark(t_ns, event.source, out)
        elif isinstance(event, Command):
            self._obey(t_ns, event, out)
        elif isinstance(event, Link):
            self._sensors.link(event)
            self._next_estimate_ns = t_ns  # a value that nobody gives any more is told at once
        elif isinstance(event, Timer):
            return self._turn_timer(t_ns, event, out)
        elif isinstance(event, Ack):
            if not event.felt:
                why = event.why or "no reason given"
                out.append(
                    Notice(
                        t_ns,
                        "cue_dropped",
                        f"the watch dropped {event.cue_id}: {why}",
                        Level.WARNING,
                    )
                )
            return False
        elif isinstance(event, Fix):
            return self._fix(event.come_at(t_ns), None, out)
        elif isinstance(event, BeaconReading):
            self._beacon_heard = True
            self._race.beacon.hear(t_ns, event.rssi_dbm)
            return False
        return True

    def _hear(self, event: Notification, t_ns: int, out: list[Output]) -> bool:
        """Take in what a sensor says; return whether it can have changed where the runner is."""
        reading = self._sensors.take(event, t_ns, body=self._in_body)
        place = self._sensors.place
        crossed = place is not None and self._fix(Fix(t_ns, *place), event.sensor, out)
        if reading is None:
            return crossed
        if not self._timer.stopped:  # what is walked in a pause is no part of the race
            spm = self._sensors.cadence.latest_spm
            timer_ns = self._timer.at(t_ns)
            self._standing.read(timer_ns, reading.speed_mps)
            followed = (self._race,) if self._left is None else self._followed(t_ns)
            for race in followed:
                race.read(timer_ns, event.sensor, reading.speed_mps, reading.distance_m, spm)
            if not (self._started or self._offered_start):
                self._offer_start(t_ns, timer_ns, out)
        return True

    def _followed(self, t_ns: int) -> tuple[RaceState, ...]:
        """Return the race and, as long as undo may bring it back, the one that was left behind."""
        if self._left is not None and not self._left.may_be_taken_back(t_ns):
            self._left = None
            if self._phase in OVER:
                self._race.forget()
        if self._left is None or self._left.race is self._race:
            return (self._race,)
        return self._race, self._left.race

    def _offer_start(self, t_ns: int, timer_ns: int, out: list[Output]) -> None:
        """Tell once that somebody runs and no start was pressed: it takes a press to begin."""
        if self._phase is Phase.WAITING and self._standing.runs_unstarted(timer_ns):
            self._offered_start = True
            text = (
                "you are running, but start was not pressed: press it now, and the distance so "
                "far counts"
            )
            out.append(Notice(t_ns, "start_missing", text, Level.WARNING))

    def _turn_timer(self, t_ns: int, event: Timer, out: list[Output]) -> bool:
        if not self._timer.turn(t_ns, running=event.running):
            return False
        out.append(
            Notice(
                t_ns,
                "timer",
                "timer running" if event.running else "timer stopped",
            )
        )
        if event.running:
            self._next_estimate_ns = t_ns + HEARD_AGAIN_NS
        else:
            self._race.pause()
            out.extend(self._desk.disarm(t_ns, "timer stopped"))
            self._bell_in_s = None
            self._next_estimate_ns = t_ns  # that nobody runs is told at once
        return True

    def _fix(self, fix: Fix, receiver: str | None, out: list[Output]) -> bool:
        """Take in a position; return whether it tells of the finish line, crossed or just ahead."""
        timer_ns = self._timer.at(fix.t_ns)
        known = [each.come_at(fix.t_ns) for each in self._receivers.take(fix, receiver)]
        crossed = [self._race.locate(timer_ns, each) for each in known]
        marked = [t_ns for t_ns in crossed if t_ns is not None and self._racing]
        for crossed_ns in marked:
            age_s = (fix.t_ns - crossed_ns) / NS_PER_S
            self._mark(fix.t_ns, MarkSource.GATE, out, age_s, by_position=True)
        return bool(marked)

    def _pass_beacon(self, t_ns: int, out: list[Output]) -> bool:
        """Return whether it is known now that the runner has passed the beacon."""
        passed_ns = self._race.beacon.passed(t_ns) if self._racing else None
        if passed_ns is None:
            return False
        self._mark(t_ns, MarkSource.BEACON, out, age_s=(t_ns - passed_ns) / NS_PER_S)
        return True

    def _mark(
        self,
        t_ns: int,
        source: MarkSource,
        out: list[Output],
        age_s: float = 0.0,
        *,
        by_position: bool = False,
    ) -> None:
        timer_ns = self._timer.at(t_ns)
        if self._left is not None and (self._left.by is Signal.START or not self._racing):
            self._left.race.mark(timer_ns, source, age_s, by_position=by_position)
        if self._left is not None and self._left.phase is Phase.WAITING:
            self._left = None  # who marks lines means the race: a second undo takes no start
        if not self._racing:
            out.append(
                Notice(
                    t_ns,
                    "mark_ignored",
                    f"{_MARKED_BY[source]} ignored: no race is on ({self._phase})",
                )
            )
            return
        line_m = self._race.mark(timer_ns, source, age_s, by_position=by_position)
        self._sensors.marked(t_ns, self._gun_ns)
        if line_m is None:
            out.append(
                Notice(
                    t_ns,
                    "mark_doubted",
                    f"that {_MARKED_BY[source]} does not fit the track: ignored as a "
                    f"{_DOUBTED_AS[source]}",
                )
            )
            return
        number = bisect_right(self._crossings_m, line_m)
        at_finish = number and self._crossings_m[number - 1] == line_m
        where = (
            f"line {number} of {len(self._crossings_m)}" if at_finish else self._other_place(line_m)
        )
        out.append(Notice(t_ns, "line", f"{where}, {line_m:.5g} m ({source})"))

    def _other_place(self, line_m: float) -> str:
        """Return what to call a place where laps are marked that is not the finish line."""
        lap_m = self._course.lap_m
        return "start line" if lap_m is not None and line_m % lap_m == 0.0 else "your own lap point"

    def _obey(self, t_ns: int, event: Command, out: list[Output]) -> None:
        if event.kind is CommandKind.LAP:
            self._mark(t_ns, MarkSource.BUTTON, out)
        elif event.kind is CommandKind.UNDO_LAP:
            self._undo(t_ns, out)
        elif event.kind is CommandKind.START:
            self._start(t_ns, out)
        elif event.kind is CommandKind.DISTANCE:
            self._correct_distance(t_ns, event.race_distance_m, out)
        else:
            finishes = event.kind is CommandKind.FINISH
            self._signal(t_ns, Signal.FINISH if finishes else Signal.ABORT, out)

    def _start(self, t_ns: int, out: list[Output]) -> None:
        timer_ns = self._timer.at(t_ns)
        again = self._racing
        if again:
            here = self._distance.at(timer_ns)
            share = 0.0 if here is None else here.distance_m / self._course.distance_m
            if not self._standing.may_start_again(timer_ns - self._started_ns, share):
                out.append(
                    Notice(
                        t_ns,
                        "start_ignored",
                        "the race is already running: start ignored",
                        Level.WARNING,
                    )
                )
                return
        left = self._leave(Signal.START, self._race)
        if self._phase in OVER:
            self._follow(self._race.next_elsewhere(self._course, self._setup.gate))
        else:
            self._follow(self._race.next(self._course))
        if self._phase is not Phase.WAITING:
            out.extend(self._desk.disarm(t_ns, "the race was restarted"))
            self._desk.begin_race()
        self._signal(t_ns, Signal.START, out)
        if again:
            out.append(Notice(t_ns, "started_again", "restarted: undo reverts this for one minute"))
        self._left, self._started = left, True
        self._gun_ns, self._started_ns = t_ns, timer_ns
        self._lap_began, self._bell_in_s = None, None
        self._race.start(timer_ns, t_ns)
        self._race.beacon.rest(t_ns)
        self._standing.start()

    def _leave(self, by: Signal, race: RaceState) -> _Left:
        """Return what a start or an end leaves behind; undo of that goes on with ``race``."""
        assert self._now_ns is not None
        return _Left(
            left_ns=self._now_ns,
            by=by,
            phase=self._phase,
            since_ns=self._phase_ns,
            race=race,
            started=self._started,
            gun_ns=self._gun_ns,
            started_ns=self._started_ns,
            given=self._desk.cues_so_far,
            before=self._left if self._phase in OVER else None,
        )

    def _come_back(self, t_ns: int, left: _Left, out: list[Output]) -> None:
        """Go on as if the start or the end had never come."""
        out.extend(self._desk.disarm(t_ns, "the start was undone"))
        if left.phase in OVER:
            finished = left.phase is Phase.FINISHED
            self._signal(left.since_ns, Signal.FINISH if finished else Signal.ABORT, out)
        elif left.phase is Phase.WAITING:
            self._signal(t_ns, Signal.RECALL, out)
        elif not self._racing:
            self._signal(t_ns, Signal.UNDO, out)
        self._follow(left.race)
        if left.phase not in OVER:
            self._go_by(left.race.course)
        self._started, self._gun_ns, self._started_ns = left.started, left.gun_ns, left.started_ns
        self._left, self._lap_began, self._bell_in_s = left.before, None, None
        self._desk.take_back(left.given)
        if left.by is not Signal.START and not (left.by is Signal.LINE and self._deny_finish(t_ns)):
            while self._phase is not left.phase:  # by itself it would stay until the runner moves
                in_body = self._phase is Phase.BODY
                self._signal(t_ns, Signal.BELL if in_body else _NEXT_SIGNAL[self._phase], out)
        what = "start" if left.by is Signal.START else "end of the race"
        goes_on = "the race goes on" if self._racing else f"the race is {self._phase}"
        out.append(Notice(t_ns, "undone", f"{what} undone: {goes_on}"))

    def _deny_finish(self, t_ns: int) -> bool:
        """Take in that the runner has not finished; return whether he is somewhere else then."""
        timer_ns = self._timer.at(t_ns)
        if self._stood_ns is not None:
            self._stood_ns = NOT_BEFORE_MOVING_NS  # who still stands there has not finished either
            return False
        passed = self._distance.passed_probability(self._course.distance_m, timer_ns)
        if passed <= EVEN_ODDS and not self._distance.at_last_line:
            return False
        self._race.deny_finish(timer_ns)
        self._desk.last_window_again()  # what it has had was felt in another lap
        return True

    def _undo(self, t_ns: int, out: list[Output]) -> None:
        self._followed(t_ns)
        if self._left is not None and (not self._racing or not self._distance.has_mark_to_undo):
            self._come_back(t_ns, self._left, out)
            return
        if not self._racing or not self._race.undo_mark():
            out.append(Notice(t_ns, "undo_refused", "no lap press to undo"))
            return
        out.append(Notice(t_ns, "undone", "last lap press undone"))
        if (
            self._phase in IN_LAST_WINDOW
            and self._distance.passed_probability(self._bell_m, self._timer.at(t_ns)) < EVEN_ODDS
        ):
            self._signal(t_ns, Signal.UNDO, out)
            self._desk.last_window_again()

    def _correct_distance(self, t_ns: int, distance_m: float | None, out: list[Output]) -> None:
        """Go on as if the race had been said to be ``distance_m`` long from the beginning.

        Where a race is over, the next one is meant, unless the end was noticed too early.
        """
        self._followed(t_ns)
        try:
            course = corrected(self._run.course, 0.0 if distance_m is None else distance_m)
            race = self._read_anew(t_ns, course)
        except UsageError as error:
            told = f"the race stays {self._course.event}: {error}"
            out.append(Notice(t_ns, "distance_refused", told, Level.WARNING))
            return
        before = self._course.event
        self._go_by(course)
        if race is not None:
            self._go_on_over(t_ns, race, out)
        self._correct_left(t_ns, course)
        what = "next race" if self._phase in OVER else "race"
        target_is_of = "" if self._setup.target_s is None else self._run.course.event
        pace = f"; the target time is still for {target_is_of}" if target_is_of else ""
        told = f"the {what} is now {course.event} (was {before}){pace}"
        out.append(Notice(t_ns, "distance", told))

    def _read_anew(self, t_ns: int, course: Course) -> RaceState | None:
        """Return the race over ``course``; None where it is over and stays so.

        Raises UsageError where the race that is on cannot be one.
        """
        ended_by_itself = self._left is not None and self._left.by is Signal.LINE
        if self._phase in OVER and not ended_by_itself:
            return None
        race = self._race.over(course)
        if race is not None and not self._is_past(t_ns, race):
            return race
        if not self._racing:
            return None
        if race is None:
            raise UsageError("too much data since the start to recompute the race")
        raise UsageError(f"{course.distance_m:g} m are already run: press finish to end the race")

    def _is_past(self, t_ns: int, race: RaceState) -> bool:
        finish_m = race.course.distance_m
        return race.distance.passed_probability(finish_m, self._timer.at(t_ns)) > EVEN_ODDS

    def _go_on_over(self, t_ns: int, race: RaceState, out: list[Output]) -> None:
        """Go on with the race over another course, in the phase that this means.

        Its bell may be ahead again, or behind.
        """
        self._follow(race)
        self._lap_began = self._bell_in_s = self._stood_ns = None
        out.extend(self._desk.disarm(t_ns, f"the race is now {race.course.event}"))
        if self._phase in OVER and self._left is not None:
            self._desk.take_back(self._left.given)
            self._left = None
        elif self._phase not in IN_LAST_WINDOW:
            return
        self._signal(t_ns, Signal.UNDO, out)
        if self._distance.passed_probability(self._bell_m, self._timer.at(t_ns)) < EVEN_ODDS:
            self._desk.last_window_again()

    def _correct_left(self, t_ns: int, course: Course) -> None:
        """See to it that the corrected distance holds for what undo brings back, too."""
        if self._left is None or self._left.phase in OVER:
            return
        race = self._left.race.over(course)
        if race is not None and not self._is_past(t_ns, race):
            self._left = self._left._replace(race=race)

    # ---- what follows

    def _advance(self, t_ns: int, out: list[Output]) -> None:
        self.wake_ns = None if self._timer.stopped else t_ns + BEAT_NS
        timer_ns = self._timer.at(t_ns)
        here = self._distance.at(timer_ns)
        if self._timer.stopped:
            pass  # nobody runs: nothing falls due
        elif self._racing and here is not None:
            self._race_on(t_ns, timer_ns, here, out)
        elif (
            self._phase is Phase.WAITING
            and CueKind.READY not in self._desk.given
            and self._sensors.all_heard(t_ns)
        ):
            out.extend(self._desk.give(t_ns, 0.0, [READY], (None, None), last_window=False))
        if t_ns >= self._next_estimate_ns:
            self._next_estimate_ns = t_ns + ESTIMATE_EVERY_NS
            survey = NOTHING_HEARD if self._timer.stopped else self._sensors.survey(t_ns)
            self._stale_ns = survey.next_stale_ns
            out.extend(survey.news)
            out.append(self._estimate(t_ns, timer_ns, here, survey))
        if self._stale_ns is not None and (self.wake_ns is None or self._stale_ns < self.wake_ns):
            stale_ns = max(self._stale_ns, self._next_estimate_ns)
            self.wake_ns = stale_ns if self.wake_ns is None else min(self.wake_ns, stale_ns)

    def _race_on(self, t_ns: int, timer_ns: int, here: Position, out: list[Output]) -> None:
        if self._in_body:
            if (
                self._setup.target_s is not None
                and self._course.distance_m == self._run.course.distance_m
            ):
                self._watch_even_pace(t_ns, timer_ns, here, self._setup.target_s, out)
            self._watch_bell(t_ns, timer_ns, here, out)
            if self._in_body:
                return
        self._watch_finish(t_ns, timer_ns, here, out)
        if self._racing and not self._hold:
            whereabouts = (self._course.distance_m - here.distance_m, here.sd_m)
            wanted = in_last_window(
                self._moment(t_ns, timer_ns, here), self._run.cues, smile=self._setup.smile
            )
            out.extend(
                self._desk.give(t_ns, here.distance_m, wanted, whereabouts, last_window=True)
            )

    def _watch_bell(self, t_ns: int, timer_ns: int, here: Position, out: list[Output]) -> None:
        due = self._seconds_to_bell(timer_ns, here)
        if due is None:
            self._bell_in_s = None
            return
        self._bell_in_s, alone_s = due
        if self._bell_in_s > ARM_AHEAD_S:
            return
        to_go_m = self._course.distance_m - here.distance_m
        self._hold = self._sensors.over_ceiling(t_ns)
        cue = bell_cue(hold=self._hold, about=is_about(here.sd_m, self._course.kick_m))
        if self._bell_in_s > ON_TIME_S:
            self._wake_in(t_ns, self._bell_in_s)
            out.extend(self._desk.arm(t_ns, alone_s, cue, (to_go_m, here.sd_m)))
            return
        elapsed_s = (timer_ns - self._started_ns) / NS_PER_S
        self._baseline_spm = self._sensors.cadence.baseline_spm()
        self._baseline_mps = here.distance_m / elapsed_s if elapsed_s > 0 else None
        self._signal(t_ns, Signal.BELL, out)
        if {CueKind.LAST_LAP, CueKind.HOLD} & self._desk.given:
            return  # the end of the race was taken back after its bell
        if to_go_m > max(self._course.kick_m / 2, SILENT_TO_GO_M):
            out.extend(
                self._desk.give(
                    t_ns, here.distance_m, [cue], (to_go_m, here.sd_m), last_window=True
                )
            )
        else:  # a late cue is worse than none
            out.extend(
                self._desk.disarm(t_ns, (f"the {self._course.window_name} is already half over"))
            )
            noticed = (
                f"too late for the {self._course.window_name} cue: only {to_go(to_go_m, here.sd_m)}"
            )
            out.append(Notice(t_ns, "bell_missed", noticed, Level.WARNING))

    def _seconds_to_bell(self, timer_ns: int, here: Position) -> tuple[float, float] | None:
        """Return in how many seconds the bell cue is due, None while the runner stands.

        Twice: as the engine will give it, and as a watch should that hears no more of the engine.
        """
        if here.speed_mps < SLOWEST_MPS:
            return None
        pace_mps = here.speed_mps if here.pace_mps is None else max(here.pace_mps, SLOWEST_MPS)
        rough_s = (self._bell_m - here.distance_m) / pace_mps - self._lead_s
        if rough_s - DOUBT_SD * here.sd_m / pace_mps > NEAR_S:
            return None if here.pace_mps is None else (rough_s, rough_s)
        odds = self._distance.odds_to_fire(self._bell_m, timer_ns)
        by_then_m = (
            self._distance.passed_with(probability, timer_ns) for probability in (odds, EVEN_ODDS)
        )
        cue_s, even_s = (
            (self._bell_m - passed_m) / here.speed_mps - self._lead_s for passed_m in by_then_m
        )
        return cue_s, min(cue_s, max(even_s, ALONE_S))

    def _watch_finish(self, t_ns: int, timer_ns: int, here: Position, out: list[Output]) -> None:
        passed = self._distance.passed_probability(self._course.distance_m, timer_ns)
        if self._distance.at_last_line or passed > FINISHED_ODDS:
            self._signal(t_ns, Signal.LINE, out)
            return
        stood_ns = self._standing_at_finish(t_ns, here)
        if stood_ns is not None and t_ns - stood_ns >= s_to_ns(STOOD_S):
            out.append(
                Notice(
                    t_ns,
                    "finish_taken",
                    f"stopped at the finish for {STOOD_S:.0f} s: finish time taken from when you "
                    "stopped",
                )
            )
            self._signal(stood_ns, Signal.LINE, out)
            return
        while self._phase in _NEXT_SIGNAL:
            target_m = {Signal.TO_GO_200: 200.0, Signal.TO_GO_100: 100.0, Signal.TO_GO_50: 50.0}[
                _NEXT_SIGNAL[self._phase]
            ]
            ahead_m = self._course.distance_m - target_m - here.distance_m
            if ahead_m > 0.0:
                if here.speed_mps > SLOWEST_MPS:
                    self._wake_in(t_ns, ahead_m / here.speed_mps)
                return
            self._signal(t_ns, _NEXT_SIGNAL[self._phase], out)

    def _standing_at_finish(self, t_ns: int, here: Position) -> int | None:
        """Return since when the runner has stood where the finish may be; None: it is not so."""
        off_m = abs(self._course.distance_m - here.distance_m)
        if here.speed_mps >= SLOWEST_MPS or off_m > max(half_width_m(here.sd_m), AT_FINISH_M):
            self._stood_ns = None
        elif self._stood_ns is None:
            self._stood_ns = t_ns
        return self._stood_ns

    def _watch_even_pace(
        self, t_ns: int, timer_ns: int, here: Position, target_s: float, out: list[Output]
    ) -> None:
        lap = self._lap(here)
        began, self._lap_began = self._lap_began, self._lap_began or (lap, timer_ns)
        if began is None or lap <= began[0]:
            return
        self._lap_began = (lap, timer_ns)
        if lap != began[0] + 1 or began[0] < 2:  # the first, partial lap holds the start
            return
        if self._bell_m - here.distance_m < SPACING_M:  # the bell itself is due
            return
        even_s = target_s * self._course.marker_m / self._course.distance_m
        wanted = off_even_pace((timer_ns - began[1]) / NS_PER_S, even_s)
        whereabouts = (self._course.distance_m - here.distance_m, here.sd_m)
        out.extend(
            self._desk.give(
                t_ns, here.distance_m, [wanted] if wanted else [], whereabouts, last_window=False
            )
        )

    def _signal(self, t_ns: int, signal: Signal, out: list[Output]) -> None:
        previous = self._phase
        try:
            phase = after(previous, signal)
        except IllegalTransitionError as error:
            out.append(Notice(t_ns, "refused", str(error), Level.WARNING))
            return
        if previous in RACING and phase in OVER:
            by_line = signal is Signal.LINE
            race = self._race.unmarked_finish() if by_line else self._race
            self._left = self._leave(signal, race)
        self._phase, self._phase_ns = phase, t_ns
        self._racing, self._in_body = phase in RACING, phase is Phase.BODY
        out.append(PhaseChange(t_ns, phase, previous))
        if not self._racing:
            out.extend(self._desk.disarm(t_ns, f"the race is {phase}"))

    def _wake_in(self, t_ns: int, seconds: float) -> None:
        assert self.wake_ns is not None
        self.wake_ns = max(min(self.wake_ns, t_ns + s_to_ns(seconds)), t_ns + 1)

    # ---- what is told

    def _lap(self, here: Position) -> int:
        return lap_at(here.distance_m, self._crossings_m)

    def _moment(self, t_ns: int, timer_ns: int, here: Position) -> Moment:
        return Moment(
            to_go_m=self._course.distance_m - here.distance_m,
            error_m=half_width_m(here.sd_m),
            cadence_spm=self._sensors.cadence_spm(t_ns),
            baseline_spm=self._baseline_spm,
            speed_mps=None if self._distance.mode(timer_ns) is CLOCK else here.speed_mps,
            baseline_mps=self._baseline_mps,
            given=self._desk.given,
        )

    def _estimate(
        self, t_ns: int, timer_ns: int, here: Position | None, survey: Survey
    ) -> Estimate:
        spm, bpm, _, _ = survey
        mode = self._distance.mode(timer_ns)
        speed_mps = None if here is None or mode is CLOCK or self._timer.stopped else here.speed_mps
        if here is None or not self._racing:
            return Estimate(t_ns, None, None, speed_mps, spm, bpm, None, None, None, mode)
        eta_s = eta_sd_s = None
        if self._in_body and self._bell_in_s is not None:
            eta_s = max(self._bell_in_s, 0.0)
            eta_sd_s = arrival_sd_s(eta_s, here.sd_m, max(here.speed_mps, SLOWEST_MPS))
        near, far = laps(here.distance_m, here.sd_m, self._crossings_m, self._course.marker_m)
        lap = near if near == far else self._lap(here)
        to_go_m = max(self._course.distance_m - here.distance_m, 0.0)
        return Estimate(
            t_ns,
            here.distance_m,
            here.sd_m,
            speed_mps,
            spm,
            bpm,
            lap,
            to_go_m,
            eta_s,
            mode,
            near,
            far,
            eta_sd_s,
        )
