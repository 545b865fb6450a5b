"""The one entrance for live, replay, simulation and tests: ``Engine.feed(event) -> outputs``.

The engine is a pure function of its setup and the events fed so far. It reads no clock; where the
passing of time alone would change something (the bell line is reached between two notifications, a
sensor has fallen silent) it says in ``wake_ns`` by when it wants a ``Tick``. Whoever drives it
feeds a tick at that time or a little later; ticks are recorded like everything else.
"""

from typing import Final

from kickcue.core.course import Course
from kickcue.core.crossing.beacon_pass import BeaconPassDetector
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.crossing.receiver_selection import ReceiverSelection
from kickcue.core.cueing.arbiter import Candidate
from kickcue.core.cueing.cue_issuer import CueIssuer
from kickcue.core.cueing.phases import Signal
from kickcue.core.cueing.phrases import PhraseKey
from kickcue.core.cueing.race_rules import ALLOWED, refusal
from kickcue.core.engine_config import EngineConfig
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
    Tick,
    Timer,
)
from kickcue.core.line_times import MarkedLine
from kickcue.core.position.estimator import CLOCK, Position, PositionEstimator
from kickcue.core.position.scale_measurement import PodScale
from kickcue.core.position.uncertainty import (
    arrival_sd_s,
    lap_at,
    laps,
)
from kickcue.core.race_control import RaceControl
from kickcue.core.race_progress import SLOWEST_MPS, RaceProgress
from kickcue.core.race_state import RaceState
from kickcue.core.sensors.hub import SensorHub, Survey
from kickcue.core.timer_clock import TimerClock
from kickcue.core.units import NS_PER_MS, NS_PER_S

Order = Link | Mark | Command | Fix | BeaconReading | Ack | Timer
"""Everything that is fed but what sensors say, and time."""
BEAT_NS = 1400 * NS_PER_MS
"""Sensors speak once a second, so a beat falls due only when one is missing."""
ESTIMATE_EVERY_NS = NS_PER_S // 2
HEARD_AGAIN_NS = 2 * NS_PER_S
"""When the recorder goes on every sensor has had its say by then; a recorder that is stopped hears
nobody, which is no news of a sensor."""
NOTHING_HEARD = Survey(None, None, None, [])
START_MISSING: Final = (
    "you are running, but start was not pressed: press it now, and the distance so far counts"
)
READY = Candidate(CueKind.READY, PhraseKey.READY)


class Engine:
    """One runner, one race. ``feed`` every event in order; nothing else changes its state."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        course = config.race.course
        distance = PositionEstimator(course, config.scale, config.planned_mps)
        race = RaceState(course, distance, FinishLine(course, config.gate), BeaconPassDetector())
        self._timer = TimerClock()
        self._sensors = SensorHub(config.sensors, config.hr_ceiling_bpm)
        self._receivers = ReceiverSelection((None, *config.sensors))
        self._desk = CueIssuer(config.vocabulary, config.rules)
        self._control = RaceControl(config, race, self._desk, self._timer)
        self._progress = RaceProgress(config, self._control, self._sensors, self._desk)
        self._offered_start = self._beacon_heard = False
        self._now_ns: int | None = None
        self._next_estimate_ns = 0
        self._stale_ns: int | None = None
        self.wake_ns: int | None = None
        self.late_events = 0

    @property
    def phase(self) -> Phase:
        """The phase of the race."""
        return self._control.phase

    @property
    def course(self) -> Course:
        """What is run, as it is known now: the distance may have been corrected."""
        return self._control.course

    @property
    def gun_ns(self) -> int | None:
        """When the race was started, as it counts now.

        A second start moves it, and undo moves it back. None before the first one.
        """
        return self._control.gun_ns if self._control.started else None

    @property
    def line_marked(self) -> MarkedLine | None:
        """The last mark of a line of this race; None where there is none or it was undone."""
        return self._control.marked

    @property
    def undo_until_ns(self) -> int | None:
        """Until when an undo takes the last start or end back; None where there is none."""
        return self._control.undo_until_ns

    @property
    def measured_scale(self) -> PodScale | None:
        """What the marks of this race say about the scale of the pod, for the next race.

        None while that is not worth keeping.
        """
        return self._control.estimator.measured_scale()

    @property
    def distance_pods(self) -> tuple[str, ...]:
        """The pods that the distance of this race was taken from, most metres first."""
        return self._control.estimator.pods()

    def feed(self, event: Input) -> tuple[Output, ...]:
        """Take in one event and return what follows from it, in order.

        An event stamped earlier than one already fed is taken as happening now, and counted in
        ``late_events``. Bytes from outside raise nothing; an order that the phase does not allow is
        told as a Notice.
        """
        out: list[Output] = []
        t_ns = event.t_ns
        if self._now_ns is None:
            out.append(Notice(t_ns, "rules", ALLOWED[self._config.rules].reason))
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
        refused = refusal(event, self._config.rules)
        if refused is not None:
            out.append(Notice(t_ns, "helper_refused", refused, Level.WARNING))
            return False
        if isinstance(event, Mark):
            self._mark(t_ns, event.source, out)
        elif isinstance(event, Command):
            self._obey(t_ns, event, out)
        elif isinstance(event, Link):
            self._sensors.handle_link(event)
            self._next_estimate_ns = t_ns  # a value that nobody gives any more is told at once
        elif isinstance(event, Timer):
            return self._turn_timer(t_ns, event, out)
        elif isinstance(event, Ack):
            out.extend(_dropped(event, t_ns))
            return False
        elif isinstance(event, Fix):
            return self._fix(event.come_at(t_ns), None, out)
        elif isinstance(event, BeaconReading):
            self._beacon_heard = True
            self._control.race.beacon.update(t_ns, event.rssi_dbm)
            return False
        return True

    def _hear(self, event: Notification, t_ns: int, out: list[Output]) -> bool:
        """Take in what a sensor says; return whether it can have changed where the runner is."""
        reading = self._sensors.handle_notification(event, t_ns, body=self._control.in_body)
        place = self._sensors.position
        crossed = place is not None and self._fix(Fix(t_ns, *place), event.sensor, out)
        if reading is None:
            return crossed
        if not self._timer.stopped:  # what is walked in a pause is no part of the race
            spm = self._sensors.cadence.latest_spm
            timer_ns = self._timer.at(t_ns)
            control = self._control
            control.standing.read(timer_ns, reading.speed_mps)
            followed = (control.race,) if control.left is None else control.followed(t_ns)
            for race in followed:
                race.handle_reading(
                    timer_ns, event.sensor, reading.speed_mps, reading.distance_m, spm
                )
            if not (control.started or self._offered_start):
                self._offer_start(t_ns, timer_ns, out)
        return True

    def _offer_start(self, t_ns: int, timer_ns: int, out: list[Output]) -> None:
        """Tell once that somebody runs and no start was pressed: it takes a press to begin."""
        if self._control.phase is Phase.WAITING and self._control.standing.runs_unstarted(timer_ns):
            self._offered_start = True
            out.append(Notice(t_ns, "start_missing", START_MISSING, Level.WARNING))

    def _turn_timer(self, t_ns: int, event: Timer, out: list[Output]) -> bool:
        if not self._timer.turn(t_ns, running=event.running):
            return False
        told = "timer running" if event.running else "timer stopped"
        out.append(Notice(t_ns, "timer", told))
        if event.running:
            self._next_estimate_ns = t_ns + HEARD_AGAIN_NS
        else:
            self._control.race.pause()
            out.extend(self._desk.disarm(t_ns, "timer stopped"))
            self._control.bell_in_s = None
            self._next_estimate_ns = t_ns  # that nobody runs is told at once
        return True

    def _fix(self, fix: Fix, receiver: str | None, out: list[Output]) -> bool:
        """Take in a position; return whether it tells of the finish line, crossed or just ahead."""
        timer_ns = self._timer.at(fix.t_ns)
        known = [each.come_at(fix.t_ns) for each in self._receivers.update(fix, receiver)]
        crossed = [self._control.race.handle_fix(timer_ns, each) for each in known]
        marked = [t_ns for t_ns in crossed if t_ns is not None and self._control.racing]
        for crossed_ns in marked:
            age_s = (fix.t_ns - crossed_ns) / NS_PER_S
            self._mark(fix.t_ns, MarkSource.GATE, out, age_s, by_position=True)
        return bool(marked)

    def _pass_beacon(self, t_ns: int, out: list[Output]) -> bool:
        """Return whether it is known now that the runner has passed the beacon."""
        passed_ns = self._control.race.beacon.passed(t_ns) if self._control.racing else None
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
        if self._control.mark(t_ns, source, out, age_s, by_position=by_position):
            self._sensors.handle_mark(t_ns, self._control.gun_ns)

    def _obey(self, t_ns: int, event: Command, out: list[Output]) -> None:
        if event.kind is CommandKind.LAP:
            self._mark(t_ns, MarkSource.BUTTON, out)
        elif event.kind is CommandKind.UNDO_LAP:
            self._control.undo(t_ns, out)
        elif event.kind is CommandKind.START:
            self._control.start(t_ns, out)
        elif event.kind is CommandKind.DISTANCE:
            self._control.correct_distance(t_ns, event.race_distance_m, out)
        else:
            finishes = event.kind is CommandKind.FINISH
            self._control.signal(t_ns, Signal.FINISH if finishes else Signal.ABORT, out)

    def _advance(self, t_ns: int, out: list[Output]) -> None:
        self.wake_ns = None if self._timer.stopped else t_ns + BEAT_NS
        timer_ns = self._timer.at(t_ns)
        here = self._control.estimator.position_at(timer_ns)
        if self._timer.stopped:
            pass  # nobody runs: nothing falls due
        elif self._control.racing and here is not None:
            due_ns = self._progress.advance(t_ns, timer_ns, here, out)
            self.wake_ns = t_ns + BEAT_NS if due_ns is None else min(due_ns, t_ns + BEAT_NS)
        elif (
            self._control.phase is Phase.WAITING
            and CueKind.READY not in self._desk.given
            and self._sensors.all_fresh(t_ns)
        ):
            out.extend(self._desk.give(t_ns, 0.0, [READY], (None, None), last_window=False))
        if t_ns >= self._next_estimate_ns:
            self._tell_estimate(t_ns, timer_ns, here, out)
        self._wake_for_silence()

    def _tell_estimate(
        self, t_ns: int, timer_ns: int, here: Position | None, out: list[Output]
    ) -> None:
        self._next_estimate_ns = t_ns + ESTIMATE_EVERY_NS
        survey = NOTHING_HEARD if self._timer.stopped else self._sensors.survey(t_ns)
        self._stale_ns = survey.next_stale_ns
        out.extend(survey.news)
        out.append(self._estimate(t_ns, timer_ns, here, survey))

    def _wake_for_silence(self) -> None:
        """Be woken when the next sensor would have been silent for too long."""
        if self._stale_ns is not None and (self.wake_ns is None or self._stale_ns < self.wake_ns):
            stale_ns = max(self._stale_ns, self._next_estimate_ns)
            self.wake_ns = stale_ns if self.wake_ns is None else min(self.wake_ns, stale_ns)

    # ---- what is told

    def _estimate(
        self, t_ns: int, timer_ns: int, here: Position | None, survey: Survey
    ) -> Estimate:
        spm, bpm, _, _ = survey
        mode = self._control.estimator.mode(timer_ns)
        speed_mps = None if here is None or mode is CLOCK or self._timer.stopped else here.speed_mps
        if here is None or not self._control.racing:
            return Estimate(t_ns, None, None, speed_mps, spm, bpm, None, None, None, mode)
        control = self._control
        eta_s = eta_sd_s = None
        if control.in_body and control.bell_in_s is not None:
            eta_s = max(control.bell_in_s, 0.0)
            eta_sd_s = arrival_sd_s(eta_s, here.sd_m, max(here.speed_mps, SLOWEST_MPS))
        near, far = laps(here.distance_m, here.sd_m, control.crossings_m, control.course.marker_m)
        lap = near if near == far else lap_at(here.distance_m, control.crossings_m)
        to_go_m = max(control.course.distance_m - here.distance_m, 0.0)
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


def _dropped(ack: Ack, t_ns: int) -> tuple[Notice, ...]:
    """Return the notice of a cue that the watch has dropped; none of one that was felt."""
    if ack.felt:
        return ()
    told = f"the watch dropped {ack.cue_id}: {ack.why or 'no reason given'}"
    return (Notice(t_ns, "cue_dropped", told, Level.WARNING),)
