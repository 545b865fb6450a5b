"""One run, live: one race and its next heats, and how every part of it is doing.

Made by ``live`` (``wiring.py``). Whatever fails beside the engine (radio, broker, disk) is put in
``notes`` and the race goes on.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from kickcue.config.calibration import Calibrations
from kickcue.config.learned_scale import with_learned_scale
from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import Settings
from kickcue.core.course import Course
from kickcue.core.cueing.phases import RACING
from kickcue.core.errors import KickcueError, UsageError
from kickcue.core.events import Input, Link, Notification, Phase
from kickcue.core.units import s_to_ns
from kickcue.daemon.announcer import Announcer
from kickcue.daemon.beacon import BEACON
from kickcue.daemon.clock import Clock
from kickcue.daemon.cue_channel import CueChannel
from kickcue.daemon.cue_outlets import CueOutlets
from kickcue.daemon.health import (
    HealthLog,
    PartHealth,
    State,
    of_device,
    of_recording,
    of_sound,
    of_wrist,
)
from kickcue.daemon.logging_setup import event as log_event
from kickcue.daemon.page_state import PageLaps, health_values, race_values
from kickcue.daemon.position_receiver import POSITIONS
from kickcue.daemon.race_end import RaceEnd
from kickcue.daemon.race_feed import RaceFeed
from kickcue.daemon.race_session import RaceSession
from kickcue.daemon.recorder import Recorder, hindrance
from kickcue.daemon.remote_sensors import RemoteSensors
from kickcue.daemon.simulated_sensors import SimulatedRun, SimulatedSensors
from kickcue.daemon.wrist_watch import LOOK_S, WristWatch, is_on
from kickcue.edges.mqtt.delivery import Delivery
from kickcue.edges.sleep_inhibitor import SleepInhibitor
from kickcue.supervision.health import DeviceHealth

if TYPE_CHECKING:
    from kickcue.daemon.bridge import Bridge
    from kickcue.edges.gnss import Receiver
    from kickcue.edges.radio import BeaconListener, Radio
    from kickcue.edges.web.race_page import RacePage

LOG: Final = logging.getLogger(__name__)
REST_AFTER_S: Final = 14 * 86400.0
"""``sent_ms`` of a run must stay below 2^31 (24.8 days): a run without a race ends before, for a
service manager to start the next."""
HEALTH_EACH_S: Final = 1.0
SHOW_EACH_S: Final = 0.5
"""As often as the engine says where the runner is."""


class RaceDaemon:
    """A run. A screen reads it, keys and edges ``put`` into it.

    Its parts: ``feed`` feeds the engine, ``outlets`` take its outputs, ``race_end`` is what
    follows a race, ``announcer`` informs people of what the engine does not know.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        run_id: str,
        state: Path,
        simulated: SimulatedRun | None = None,
    ) -> None:
        """Take what the run is about; UsageError where the race cannot be run."""
        self.settings = settings
        self.announcer = Announcer()
        self.outlets = CueOutlets()
        self.simulated = (
            None if simulated is None else SimulatedSensors(simulated, settings.sensors)
        )
        self.feed = RaceFeed(
            settings,
            clock,
            run_id,
            state / "races",
            outlets=self.outlets,
            announcer=self.announcer,
            fed=self._fed,
            simulated=self.simulated,
        )
        self.radio: Radio | None = None
        self.positions: Receiver | None = None
        self.beacon: BeaconListener | None = None
        self.bridge: Bridge | None = None
        self.page: RacePage | None = None
        self.done = asyncio.Event()
        """The race is over, and the time after it as well. A next heat on a screen that stays takes
        that back."""
        self.refused: KickcueError | None = None
        """Why the run has ended before its race began; to be raised once everything is closed."""
        self.inhibitor = SleepInhibitor(
            f"the {self.document.kind} is on: {self.document.name}", self.announcer.note
        )
        self.remote = RemoteSensors(settings.sensors, self._run_ns)
        self._set_up = self.document.course()
        self._hindrance = hindrance(state / "races") if settings.record else None
        self._calibrations = None if simulated is not None else Calibrations.below(state)
        self.race_end = RaceEnd(
            settings,
            self._calibrations,
            self.done,
            report=self.announcer.note,
            ended=self.task_ended,
        )

    # ---- what a screen wants to know

    @property
    def document(self) -> RaceDocument:
        """The race as it is run."""
        return self.feed.document

    @property
    def clock(self) -> Clock:
        """The run's clock."""
        return self.feed.clock

    @property
    def session(self) -> RaceSession | None:
        """The race, None while nothing was received yet."""
        return self.feed.session

    @property
    def recorder(self) -> Recorder | None:
        """What records it, None while or where nothing does."""
        return self.feed.recorder

    @property
    def resumed(self) -> bool:
        """Whether an earlier process began the race."""
        return self.feed.resumed

    @property
    def way(self) -> CueChannel | None:
        """The way to the wrist, None while it is being opened."""
        return self.outlets.way

    @property
    def notes(self) -> deque[str]:
        """What a person should know that the engine does not: one sentence each."""
        return self.announcer.notes

    @property
    def health(self) -> Mapping[str, DeviceHealth]:
        """The health of each sensor, wherever it is read, the receiver, the beacon and the watch.

        The receiver is that of positions, the watch the one that is bridged to.
        """
        if self.simulated is not None:
            found = dict(self.simulated.health)
        else:
            found = {**({} if self.radio is None else self.radio.health), **self.remote.health}
        known = {name: found[name] for name in self.settings.sensors if name in found}
        if self.bridge is not None:
            known["the watch"] = self.bridge.worn.health
        if self.beacon is not None:
            known = {BEACON: self.beacon.health, **known}
        return known if self.positions is None else {POSITIONS: self.positions.health, **known}

    @property
    def parts(self) -> tuple[PartHealth, ...]:
        """How every part is doing: the one list that screen, log and service manager go by."""
        found = [of_device(name, health) for name, health in self.health.items()]
        if not found:
            found.append(
                PartHealth(
                    "sensors",
                    State.BAD,
                    "none configured: only the clock and lap presses are used",
                )
            )
        found.append(self.wrist_part)
        if self.settings.audio.output != "off":
            audio = self.outlets.audio
            found.append(
                of_sound(None if audio is None else audio.trouble, there=audio is not None)
            )
        return (*found, self.recording_part)

    @property
    def wrist_part(self) -> PartHealth:
        """Whether cues get to a wrist."""
        if self.way is None:
            return of_wrist("connecting to the watch", connecting=True)
        return of_wrist(
            self.way.trouble,
            connecting=self.way.starts,
            there=self.watch_is_there,
            who=self.watch_text,
        )

    @property
    def recording_part(self) -> PartHealth:
        """How the recording is doing."""
        return of_recording(self.recorder, self._hindrance, wanted=self.settings.record)

    @property
    def course(self) -> Course:
        """What is run: as it was set up, or as its distance was corrected."""
        return self._set_up if self.session is None else self.session.course

    @property
    def title(self) -> str:
        """What the race is called: as it was set up, unless its distance was corrected."""
        is_race = self.document.plan is None  # each leg of a session is over a course of its own
        corrected = is_race and self.course.distance_m != self._set_up.distance_m
        return self.course.event if corrected else self.document.name

    @property
    def phase(self) -> Phase:
        """The phase of the race."""
        return self.feed.phase

    @property
    def watch_is_there(self) -> bool:
        """Whether somebody would feel a cue now, as far as watches report."""
        return self.way is not None and self.way.somebody_is_there(self.clock.run_ns())

    @property
    def watch_text(self) -> str:
        """Which watch is there, when it last sent a message, and what keeps cues from it."""
        if self.way is None:
            return "connecting to the watch"
        return self.way.who_is_there(self.clock.run_ns())

    def race_ns(self) -> int | None:
        """Return the race time now, None while nothing was received yet."""
        return self.feed.race_ns()

    # ---- what comes in

    def put(self, event: Input) -> None:
        """Take in an event stamped with ``clock.run_ns``; returns at once."""
        self.feed.put(event)

    def locate(self, event: Input) -> None:
        """Take in a position or a beacon, once there is something else to go by.

        These alone begin no race.
        """
        if self.session is not None:
            self.put(event)

    # ---- the work, each until cancelled

    async def work(self) -> None:
        """Feed the engine."""
        while True:
            await self.feed.turn()
            self.feed.look_after_recording()
            self.inhibitor.want(self.phase in RACING)
            if self.phase is Phase.WAITING and self.clock.run_ns() > s_to_ns(REST_AFTER_S):
                self.done.set()

    async def log_health(self) -> None:
        """Log how every part is doing, again and again."""
        health_log, loop = HealthLog(_log_part), asyncio.get_running_loop()
        while True:
            health_log.look(self.parts, loop.time())
            await asyncio.sleep(HEALTH_EACH_S)

    async def read(self, delivery: Delivery) -> None:
        """Take over what comes from the broker."""
        while True:
            event: Input | None = await delivery.incoming.get()
            if isinstance(event, Notification | Link):
                event = self.remote.named(event)
            if event is not None:
                self.put(event)

    async def mind_wrist(self, delivery: Delivery) -> None:
        """Look after the wrist.

        Ends the run where another one sends to it and the race has not begun.
        """
        wrist = WristWatch(
            delivery, lambda name, text, level: self.announcer.announce(name, text, level=level)
        )
        while True:
            if not self.done.is_set():  # the next heat may take that back
                self._look_after_wrist(wrist, delivery)
            await asyncio.sleep(LOOK_S)

    def _look_after_wrist(self, wrist: WristWatch, delivery: Delivery) -> None:
        run_ns, race_ns = self.clock.run_ns(), self.race_ns()
        wrist.look()
        if delivery.second is not None and not is_on(self.phase, resumed=self.resumed):
            self.refused = UsageError(delivery.second)
            self.done.set()
        if self.session is not None and race_ns is not None:
            ready = wrist.welcome(self.session.view, run_ns, race_ns)
            if ready is not None:
                self.feed.deliver(ready)

    async def show_state(self, delivery: Delivery) -> None:
        """Publish what is run, its laps and how every part is doing, for pages."""
        laps = PageLaps()
        while True:
            delivery.show("race", race_values(self.document, self.course, self.title))
            delivery.show("health", health_values(self.parts))
            if self.session is not None and (race := self.feed.time) is not None:
                is_race = self.document.plan is None
                view = self.session.view
                delivery.show("laps", laps.values(self.course, view, race, is_race=is_race))
            await asyncio.sleep(SHOW_EACH_S)

    # ---- how it begins and ends

    def expect(self) -> None:
        """Take over what earlier races have taught about the pod; before anything comes in."""
        if self._calibrations is None:
            return
        document, note = with_learned_scale(self.settings, self._calibrations, self.document)
        self.feed.run_by(document)
        if note is not None:
            self.announcer.note(note)

    def task_ended(self, task: asyncio.Task[Any]) -> None:
        """End the run when a part of it has ended: a service manager starts it again."""
        if not task.cancelled() and task.exception() is not None:
            LOG.critical("unexpected error in a part of the run", exc_info=task.exception())
            self.done.set()

    def _run_ns(self) -> int:
        return self.clock.run_ns()  # of the present clock: going on brings another one

    def _fed(self, session: RaceSession) -> None:
        self.race_end.look(session, self.feed)


def _log_part(level: int, name: str, state: str, text: str) -> None:
    log_event(LOG, level, "health", part=name, state=state, text=text)
