"""A session live: the same entrance as a race's, ``feed(event) -> outputs``.

Like ``Engine`` a pure function of its configuration and the events so far: it reads no clock, and
says in ``wake_ns`` by when it wants a ``Tick``.
"""

from typing import Final

from kickcue.core.course import Course
from kickcue.core.crossing.beacon_pass import BeaconPassDetector
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.crossing.receiver_selection import ReceiverSelection
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
    LegEnd,
    LegKind,
    Level,
    Link,
    Mark,
    Mode,
    Notice,
    Notification,
    Output,
    Phase,
    Tick,
    Timer,
)
from kickcue.core.position.estimator import CLOCK, Position
from kickcue.core.position.scale_measurement import PodScale
from kickcue.core.sensors.hub import SensorHub
from kickcue.core.session.effort_detection import EffortDetector
from kickcue.core.session.reading_log import Reading
from kickcue.core.session.session_control import SessionControl
from kickcue.core.session.session_cues import SessionCues, WantedCue
from kickcue.core.session.session_legs import OPEN_COURSE
from kickcue.core.units import NS_PER_MS, NS_PER_S

BEAT_NS: Final = 1400 * NS_PER_MS
"""Sensors speak once a second, so a beat falls due only when one is missing."""
ESTIMATE_EVERY_NS: Final = NS_PER_S // 2
LONGEST_STEP_S: Final = 5.0
"""Speed is taken to be metres over no longer a silence than this."""


class SessionEngine:
    """One runner, one session. ``feed`` every event in order; nothing else changes its state."""

    def __init__(self, config: EngineConfig) -> None:
        self._config = config
        self._sensors = SensorHub(config.sensors, config.hr_ceiling_bpm)
        self._cues = SessionCues(config.vocabulary, config.rules, config.session_cues)
        self._detector = EffortDetector()
        self._control = SessionControl(config, self._cues, self._detector)
        self._receivers = ReceiverSelection((None, *config.sensors))
        self._line = None if config.gate is None else FinishLine(OPEN_COURSE, config.gate)
        self._beacon = BeaconPassDetector()
        self._beacon_heard = self._ready_given = False
        self._now_ns: int | None = None
        self._read: tuple[int, float] | None = None
        """When a pod was last heard, and its speed."""
        self._next_estimate_ns = 0
        self._stale_ns: int | None = None
        self.wake_ns: int | None = None
        self.late_events = 0

    # ---- what those who drive it ask

    @property
    def phase(self) -> Phase:
        """Waiting, in the body of the session, or over."""
        return self._control.phase

    @property
    def course(self) -> Course:
        """The course of the run that is on; an open one where there is none."""
        stretch = self._control.stretch
        leg = None if stretch is None else stretch.leg.leg
        return getattr(leg, "course", OPEN_COURSE)

    @property
    def gun_ns(self) -> int | None:
        """When the session was started, None before."""
        return self._control.started_ns

    @property
    def line_marked(self) -> None:
        """A session has no lines that are marked one after the other."""
        return None

    @property
    def undo_until_ns(self) -> int | None:
        """Until when an undo takes the last press back; None where there is none."""
        return self._control.undo_until_ns

    @property
    def measured_scale(self) -> PodScale | None:
        """Nothing: a session's repetitions are too short to hand a scale on to a race."""
        return None

    @property
    def distance_pods(self) -> tuple[str, ...]:
        """The pods that the distance of the present run was taken from."""
        stretch = self._control.stretch
        return () if stretch is None else stretch.estimator.pods()

    def feed(self, event: Input) -> tuple[Output, ...]:
        """Take in one event and return what follows from it, in order.

        As ``Engine.feed``: an event earlier than one already fed is taken as happening now.
        """
        out: list[Output] = []
        t_ns = event.t_ns
        if self._now_ns is None:
            out.append(Notice(t_ns, "rules", ALLOWED[self._config.rules].reason))
        elif t_ns < self._now_ns:
            self.late_events += 1
            t_ns = self._now_ns
        self._now_ns = t_ns
        moved = self._take(event, t_ns, out)
        if self._beacon_heard:
            passed_ns = self._beacon.passed(t_ns) if self._control.running else None
            if passed_ns is not None:
                self._control.pass_line(t_ns, passed_ns, out)
                moved = True
        if moved or self.wake_ns is None or t_ns >= self.wake_ns:
            self._advance(t_ns, out)
        return tuple(out)

    # ---- what comes in

    def _take(self, event: Input, t_ns: int, out: list[Output]) -> bool:
        """Take in the event; return whether it can have changed what is to do."""
        refused = refusal(event, self._config.rules)
        if refused is not None:
            out.append(Notice(t_ns, "helper_refused", refused, Level.WARNING))
            return False
        if isinstance(event, Notification):
            return self._handle_notification(event, t_ns, out)
        if isinstance(event, Mark | Command | Timer):
            self._obey(event, t_ns, out)
        elif isinstance(event, Link):
            self._sensors.handle_link(event)
            self._next_estimate_ns = t_ns  # a value that nobody gives any more is told at once
        elif isinstance(event, Fix):
            self._handle_fix(event.come_at(t_ns), None, out)
        elif isinstance(event, BeaconReading):
            self._beacon_heard = True
            self._beacon.update(t_ns, event.rssi_dbm)
            return False
        elif isinstance(event, Ack):
            if not event.felt:
                told = f"the watch dropped {event.cue_id}: {event.why or 'no reason given'}"
                out.append(Notice(t_ns, "cue_dropped", told, Level.WARNING))
            return False
        return not isinstance(event, Tick)  # which counts by its time alone

    def _handle_notification(self, event: Notification, t_ns: int, out: list[Output]) -> bool:
        reading = self._sensors.handle_notification(event, t_ns, body=False)
        place = self._sensors.position
        if place is not None:
            self._handle_fix(Fix(t_ns, *place), event.sensor, out)
        if reading is None:
            return False
        spm = self._sensors.cadence.latest_spm
        found = Reading(t_ns, event.sensor, reading.speed_mps, reading.distance_m, spm)
        self._detector.update(*found)
        self._control.log.add(found)
        self._walk(t_ns)
        stretch = self._control.stretch
        if stretch is not None:
            stretch.estimator.handle_reading(*found)
            stretch.note_reading(t_ns)
        return True

    def _walk(self, t_ns: int) -> None:
        before, mps = self._read, self._detector.latest_mps
        self._read = (t_ns, mps)
        if before is None or self._control.rest is None:
            return
        since_s = min((t_ns - before[0]) / NS_PER_S, LONGEST_STEP_S)
        self._control.rest.walk(0.5 * (before[1] + mps) * since_s * self._control.scale.prior.mean)

    def _handle_fix(self, fix: Fix, receiver: str | None, out: list[Output]) -> None:
        """Take in a position: it tells of the finish line, where that is known."""
        if self._line is None:
            return
        for each in self._receivers.update(fix, receiver):
            crossed_ns = self._line.feed(each.come_at(fix.t_ns).as_it_was())
            if crossed_ns is not None and self._control.running:
                self._control.pass_line(fix.t_ns, crossed_ns, out)

    def _obey(self, event: Mark | Command | Timer, t_ns: int, out: list[Output]) -> None:
        if isinstance(event, Timer):
            self._control.turn_timer(t_ns, running=event.running, out=out)
        elif isinstance(event, Mark) or event.kind is CommandKind.LAP:
            self._control.press(t_ns, out)
        elif event.kind is CommandKind.START:
            self._control.start(t_ns, out)
            if self._line is not None:
                self._line.start(t_ns)
        elif event.kind is CommandKind.UNDO_LAP:
            self._control.undo(t_ns, out)
        elif event.kind is CommandKind.DISTANCE:
            told = "distance: only a race has one; a session follows its plan"
            out.append(Notice(t_ns, "distance_refused", told, Level.WARNING))
        else:
            over = Phase.FINISHED if event.kind is CommandKind.FINISH else Phase.ABORTED
            self._control.finish(t_ns, over, out)

    # ---- what falls due

    def _advance(self, t_ns: int, out: list[Output]) -> None:
        due_ns: int | None = None
        if self._control.running:
            due_ns = self._advance_leg(t_ns, out)
        elif self._control.phase is Phase.WAITING and not self._ready_given:
            self._give_ready(t_ns, out)
        self.wake_ns = t_ns + BEAT_NS if due_ns is None else min(due_ns, t_ns + BEAT_NS)
        if t_ns >= self._next_estimate_ns:
            self._next_estimate_ns = t_ns + ESTIMATE_EVERY_NS
            survey = self._sensors.survey(t_ns)
            self._stale_ns = survey.next_stale_ns
            out.extend(survey.news)
            out.append(self._estimate(t_ns, survey.cadence_spm, survey.heart_rate_bpm))
        if self._stale_ns is not None:
            self.wake_ns = min(self.wake_ns, max(self._stale_ns, self._next_estimate_ns))

    def _give_ready(self, t_ns: int, out: list[Output]) -> None:
        if self._sensors.all_fresh(t_ns):
            self._ready_given = True
            out.extend(self._cues.give(t_ns, WantedCue(CueKind.READY, PhraseKey.READY)))

    def _advance_leg(self, t_ns: int, out: list[Output]) -> int | None:
        """Do what is due in the leg that is on; return when more is due by time alone."""
        control = self._control
        if control.rest is not None:
            return self._advance_rest(t_ns, out)
        stretch = control.stretch
        if stretch is None:
            return None
        due_ns = stretch.advance(t_ns, self._here(t_ns), self._sensors.cadence_spm(t_ns), out)
        ended = stretch.ended(t_ns)
        if ended is not None:
            control.end_stretch(t_ns, t_ns, ended, out)
            return t_ns + 1
        if stretch.leg.kind is not LegKind.EASY and not stretch.blind:
            stopped_ns = self._detector.stopped_ns(t_ns, stretch.began_ns)
            if stopped_ns is not None:
                control.end_stretch(t_ns, stopped_ns, LegEnd.STOPPED, out)
                return t_ns + 1
        return due_ns

    def _advance_rest(self, t_ns: int, out: list[Output]) -> int | None:
        control = self._control
        assert control.rest is not None
        due_ns = control.rest.advance(t_ns, out)
        return t_ns + 1 if control.watch_rest(t_ns, out) else due_ns

    # ---- what is told

    def _here(self, t_ns: int) -> Position | None:
        stretch = self._control.stretch
        return None if stretch is None else stretch.estimator.position_at(t_ns)

    def _estimate(self, t_ns: int, spm: float | None, bpm: float | None) -> Estimate:
        stretch, here = self._control.stretch, self._here(t_ns)
        if stretch is None or here is None:
            mps = self._detector.latest_mps if self._detector.fresh(t_ns) else None
            mode = Mode.NONE if mps is None else Mode.POD
            return Estimate(t_ns, None, None, mps, spm, bpm, None, None, None, mode)
        mode = stretch.estimator.mode(t_ns)
        speed_mps = None if mode is CLOCK else here.speed_mps
        length_m = stretch.leg.distance_m
        to_go_m = None if length_m is None else max(length_m - here.distance_m, 0.0)
        return Estimate(
            t_ns, here.distance_m, here.sd_m, speed_mps, spm, bpm, None, to_go_m, None, mode
        )
