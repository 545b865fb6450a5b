"""The only live wiring: radio and broker in, engine, wrist and recording out.

One run is one race, and its next heats. The engine hears nothing before the first sensor, mark or
order comes: a daemon that waits for days has nothing to record. Then race time begins, and a
recording with it. Whatever fails beside the engine (radio, broker, disk) is told in ``notes`` and
the race goes on.
"""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from kickcue import __version__
from kickcue.config.calibration import Calibrations
from kickcue.config.learned_scale import lead_changed, learn_from_race, with_learned_scale
from kickcue.config.profile_files import load_profile
from kickcue.config.settings import SensorPin, Settings
from kickcue.core.course import Course
from kickcue.core.cueing.phases import RACING
from kickcue.core.engine import Engine
from kickcue.core.errors import KickcueError, UsageError
from kickcue.core.events import (
    Arm,
    Cue,
    Disarm,
    Estimate,
    Input,
    Level,
    Link,
    Notice,
    Notification,
    Output,
    Phase,
    PhaseChange,
    Tick,
)
from kickcue.core.restart import TAKEN_BACK_NS
from kickcue.core.units import NS_PER_MS, NS_PER_S, ns_to_s, s_to_ns
from kickcue.daemon.audio import LocalAudio, audio_cache, local_audio
from kickcue.daemon.beacon import BEACON, beacon_of
from kickcue.daemon.bridge import Bridge, bridge_of
from kickcue.daemon.clock import Clock, RaceTime
from kickcue.daemon.cue_channel import CueChannel, way_to_the_wrist
from kickcue.daemon.health import (
    HealthLog,
    Part,
    State,
    of_device,
    of_recording,
    of_sound,
    of_wrist,
)
from kickcue.daemon.logging_setup import event as log_event
from kickcue.daemon.position_receiver import POSITIONS, Positions, positions
from kickcue.daemon.race_session import RaceSession, View
from kickcue.daemon.recorder import Recorder, hindrance, resume_recorder, start_recorder
from kickcue.daemon.resume import Unfinished, felt_by_timer, find_unfinished
from kickcue.daemon.run_lock import only_one
from kickcue.daemon.wrist_watch import LOOK_S, WristWatch, is_on
from kickcue.edges.awake import Awake
from kickcue.edges.mqtt.delivery import Delivery, new_run_id
from kickcue.edges.mqtt.tasks import end
from kickcue.edges.radio import BeaconEar, Health, Pin, Radio, Stage, sensors
from kickcue.recording import Header
from kickcue.recording.model import Entry

LOG: Final = logging.getLogger(__name__)
LINGER_S: Final = ns_to_s(TAKEN_BACK_NS) + 5.0
"""How long the run goes on after the race: as long as its end can be taken back, and until that
press has come. The heart rate of the first minute of recovery is worth having, too."""
REST_AFTER_S: Final = 14 * 86400.0
"""``sent_ms`` of a run must stay below 2^31 (24.8 days): a run without a race ends before, for a
service manager to start the next."""
LOOK_EACH_S: Final = 60.0
"""How often a run that nothing wakes looks whether it is to rest."""
STUCK_S: Final = 5.0
OLD_NS: Final = NS_PER_S
HEALTH_EACH_S: Final = 1.0
MQTT_SILENCE_NS: Final = 10 * NS_PER_S
NOTES: Final = 20
KEEPING_S: Final = 5.0
"""How long an end waits for what was learned to be written."""


@dataclass(slots=True)
class _Ended:
    """A race that is over as far as is known: an undo may take that back.

    ``lesson`` keeps what it has taught; it is None once that is kept.
    """

    gun_ns: int | None
    lesson: Callable[[], str] | None


class RaceDaemon:
    """A run. Made by ``live``; a screen reads it, keys and edges ``put`` into it."""

    def __init__(self, settings: Settings, clock: Clock, run_id: str, state: Path) -> None:
        """Take what the run is about; UsageError where the race cannot be run."""
        self.settings = settings
        self.document = settings.document().with_digests()
        self._set_up = self.document.course()
        self.clock = clock
        self.run_id = run_id
        self.session: RaceSession | None = None
        self.radio: Radio | None = None
        self.positions: Positions | None = None
        self.beacon: BeaconEar | None = None
        self.way: CueChannel | None = None
        self.audio: LocalAudio | None = None
        self.bridge: Bridge | None = None
        self.recorder: Recorder | None = None
        self.resumed = False
        self.notes: deque[str] = deque(maxlen=NOTES)
        """What a person should know that the engine does not: one sentence each."""
        self.aloud: Callable[[str], None] | None = None
        """Hears these as well, where no screen shows them any more."""
        self.done = asyncio.Event()
        """The race is over, and the time after it as well. A next heat on a screen that stays takes
        that back."""
        self.refused: KickcueError | None = None
        """Why the run has ended before its race began; to be raised once everything is closed."""
        self.awake = Awake(f"the race is on: {self.document.race}", self.tell)
        self._setup = self.document.setup()
        self._recordings = state / "races"
        self._hindrance = hindrance(self._recordings) if settings.record else None
        self._calibrations = Calibrations.below(state)
        self._learning: asyncio.Task[str] | None = None
        self._began_utc: str | None = None
        self._inbox: deque[Input] = deque()
        self._woken = asyncio.Event()
        self._race: RaceTime | None = None
        self._fed_s = 0.0
        self._held: frozenset[str] = frozenset()
        self._ended: _Ended | None = None
        self._linger: asyncio.TimerHandle | None = None
        self._heats = 0
        self._trouble_told = False
        self._missing: tuple[Output, ...] = ()
        self._gateways = {
            pin.mqtt: name for name, pin in settings.sensors.items() if pin.mqtt is not None
        }
        self._remote = {
            name: Health(stage=Stage.LOOKING, why="nothing received over MQTT yet")
            for name in self._gateways.values()
        }

    # ---- what a screen wants to know

    @property
    def health(self) -> Mapping[str, Health]:
        """The health of each sensor, wherever it is read, the receiver, the beacon and the watch.

        The receiver is that of positions, the watch the one that is bridged to.
        """
        for remote in self._remote.values():
            if (
                remote.heard_ns is not None
                and self.clock.run_ns() - remote.heard_ns > MQTT_SILENCE_NS
            ):
                remote.stage, remote.why = Stage.SILENT, "nothing received over MQTT for a while"
        found = {**({} if self.radio is None else self.radio.health), **self._remote}
        known = {name: found[name] for name in self.settings.sensors if name in found}
        if self.bridge is not None:
            known["the watch"] = self.bridge.worn.health
        if self.beacon is not None:
            known = {BEACON: self.beacon.health, **known}
        return known if self.positions is None else {POSITIONS: self.positions.health, **known}

    @property
    def parts(self) -> tuple[Part, ...]:
        """How every part is doing: the one list that screen, log and service manager go by."""
        found = [of_device(name, health) for name, health in self.health.items()]
        if not found:
            found.append(
                Part(
                    "sensors",
                    State.BAD,
                    "none configured: only the clock and lap presses are used",
                )
            )
        found.append(self.wrist_part)
        if self.settings.audio.output != "off":
            found.append(
                of_sound(
                    None if self.audio is None else self.audio.trouble, there=self.audio is not None
                )
            )
        return (*found, self.recording_part)

    @property
    def wrist_part(self) -> Part:
        """Whether cues get to a wrist."""
        if self.way is None:
            return of_wrist("connecting to the watch", connecting=True)
        delivery = self.way.delivery
        starts = (
            delivery is not None
            and not delivery.session.connected
            and delivery.session.trouble is None
        )
        return of_wrist(
            self.way.trouble, connecting=starts, there=self.watch_is_there, who=self.watch_text
        )

    @property
    def recording_part(self) -> Part:
        """How the recording is doing."""
        return of_recording(self.recorder, self._hindrance, wanted=self.settings.record)

    @property
    def course(self) -> Course:
        """What is run: as it was set up, or as its distance was corrected."""
        return self._set_up if self.session is None else self.session.course

    @property
    def title(self) -> str:
        """What the race is called: as it was set up, unless its distance was corrected."""
        corrected = self.course.distance_m != self._set_up.distance_m
        return self.course.event if corrected else self.document.race

    @property
    def phase(self) -> Phase:
        """The phase of the race."""
        return Phase.WAITING if self.session is None else self.session.view.phase

    @property
    def watch_is_there(self) -> bool:
        """Whether somebody would feel a cue now, as far as watches tell."""
        delivery = None if self.way is None else self.way.delivery
        return delivery is not None and delivery.watches.is_there(self.clock.run_ns())

    @property
    def watch_text(self) -> str:
        """Who is there to feel a cue, when it was heard last, and what keeps cues from it."""
        if self.way is None:
            return "connecting to the watch"
        if self.way.trouble is not None or self.way.delivery is None:
            return f"no cues to the wrist: {self.way.trouble}"
        return self.way.delivery.watches.text(self.clock.run_ns())

    def race_ns(self) -> int | None:
        """Return the race time now, None while nothing was heard yet."""
        return None if self._race is None else self._race.at(self.clock.run_ns())

    def alive(self) -> bool:
        """Tell whether what comes in is also taken in."""
        return not self._inbox or asyncio.get_running_loop().time() - self._fed_s < STUCK_S

    # ---- what comes in

    def put(self, event: Input) -> None:
        """Take in an event stamped with ``clock.run_ns``; returns at once."""
        self._inbox.append(event)
        self._woken.set()

    def locate(self, event: Input) -> None:
        """Take in a position or a beacon, once there is something else to go by.

        These alone begin no race.
        """
        if self.session is not None:
            self.put(event)

    async def work(self) -> None:
        """Feed the engine, until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._until_due_s()):
                    await self._woken.wait()
            self._woken.clear()
            self._fed_s = loop.time()
            while self._inbox:
                self._feed(self._inbox.popleft())
            self._tick()
            self._look_after()

    async def tell_health(self) -> None:
        """Have the log tell how every part is doing, until cancelled."""
        told, loop = HealthLog(_log_part), asyncio.get_running_loop()
        while True:
            told.look(self.parts, loop.time())
            await asyncio.sleep(HEALTH_EACH_S)

    async def read(self, delivery: Delivery) -> None:
        """Take over what comes from the broker, until cancelled."""
        while True:
            event = await delivery.incoming.get()
            if isinstance(event, Notification | Link):
                name = self._gateways.get(event.sensor)
                if name is None:  # also a stranger who calls himself like a sensor of the radio
                    continue
                event = replace(event, sensor=name)
                self._heard_remotely(name)
            self.put(event)

    async def mind_wrist(self, delivery: Delivery) -> None:
        """Look after the wrist, until cancelled.

        Ends the run where another one sends to it and the race has not begun.
        """
        wrist = WristWatch(delivery, lambda name, text, level: self._say(name, text, level=level))
        while not self.done.is_set():
            run_ns, race_ns = self.clock.run_ns(), self.race_ns()
            wrist.look()
            if delivery.second is not None and not is_on(self.phase, resumed=self.resumed):
                self.refused = UsageError(delivery.second)
                self.done.set()
            if self.session is not None and race_ns is not None:
                ready = wrist.welcome(self.session.view, run_ns, race_ns)
                if ready is not None:
                    self._deliver(ready)
            await asyncio.sleep(LOOK_S)

    def expect(self) -> None:
        """Take over what earlier races have taught about the pod; before anything comes in."""
        document, told = with_learned_scale(self.settings, self._calibrations)
        self.document = document.with_digests()
        self._setup = self.document.setup()
        if told is not None:
            self.tell(told)

    async def learnt(self) -> None:
        """Return when what this race has taught about the pod is kept, or after ``KEEPING_S``.

        Who leaves takes no end back any more.
        """
        if self._linger is not None:
            self._linger.cancel()
        if self._ended is not None:
            self._learn(self._ended)
        if self._learning is not None:
            await asyncio.wait({self._learning}, timeout=KEEPING_S)

    # ---- going on after a crash

    def go_on(self, unfinished: Unfinished) -> None:
        """Take up a race where an earlier process has left it; before anything else comes in."""
        self.document = unfinished.document
        self._began_utc = unfinished.recording.header.utc
        facts = unfinished.recording.header.live or {}
        if unfinished.same_boot:
            self.clock, self._race = self.clock.going_on(facts)
            self.run_id = unfinished.run_id
        else:
            self._race = self.clock.race_from(
                self.clock.run_ns() - round(unfinished.now_ns / self.clock.rate)
            )
            self._held = felt_by_timer(unfinished)
        self.resumed = True
        self.recorder = resume_recorder(
            unfinished.path,
            None if unfinished.same_boot else self.clock.facts(self.run_id, self._race),
        )
        self.session = RaceSession(
            unfinished.engine, self._record, self._deliver, from_ns=unfinished.last_t_ns
        )
        self.session.remember(unfinished.recording.outputs)
        self._missing = unfinished.missing
        self._say(
            "race_resumed",
            f"race resumed after a gap of {unfinished.gap_s:.0f} s",
            path=unfinished.path.name,
        )

    # ---- inside

    def _feed(self, event: Input) -> None:
        if self.session is None:
            self._begin(event.t_ns)
        assert self.session is not None
        assert self._race is not None
        self._log(self.session.feed(self._race.of(event)))
        self._look_after_race(self.session)

    def _tick(self) -> None:
        due_ns = None if self.session is None else self.session.wake_ns
        now_ns = self.race_ns()
        if due_ns is not None and now_ns is not None and now_ns >= due_ns:
            assert self.session is not None
            self._log(self.session.feed(Tick(now_ns)))
            self._look_after_race(self.session)

    def _until_due_s(self) -> float:
        due_ns = None if self.session is None else self.session.wake_ns
        now_ns = self.race_ns()
        return (
            LOOK_EACH_S
            if due_ns is None or now_ns is None
            else max((due_ns - now_ns) / NS_PER_S / self.clock.rate, 0.0)
        )

    def _begin(self, run_ns: int) -> None:
        self._race = self.clock.race_from(run_ns)
        ago = timedelta(microseconds=(self.clock.run_ns() - run_ns) // 1000)
        self._began_utc = (datetime.now(UTC) - ago).isoformat().replace("+00:00", "Z")
        if self.settings.record:
            self.recorder = start_recorder(
                self._recordings, self._header(self._began_utc, self._race)
            )
        self.session = RaceSession(Engine(self._setup), self._record, self._deliver)

    def _header(self, utc: str, race: RaceTime) -> Header:
        return Header(
            race=self.document.race,
            lap_m=self.document.lap_m,
            utc=utc,
            sensors={name: choice.profile for name, choice in self.document.sensors.items()},
            setup=self.document.as_json(),
            ticks=True,
            made_by=f"kickcue {__version__}",
            live=self.clock.facts(self.run_id, race),
            pins={name: pin.pin[1] for name, pin in self.settings.sensors.items()},
        )

    def _record(self, entry: Entry) -> None:
        if self.recorder is not None:
            self.recorder.write(entry)

    def _deliver(self, output: Output) -> None:
        if self.way is None or self._race is None:
            return
        if (
            isinstance(output, Estimate)
            and self._race.at(self.clock.run_ns()) - output.t_ns > OLD_NS
        ):
            return  # of the time before a crash
        if (
            isinstance(output, Arm | Cue)
            and (output.cue.id if isinstance(output, Arm) else output.id) in self._held
        ):
            return
        said = self._race.in_run(output)
        if self.way.delivery is not None:
            self.way.delivery.send(said)
        if self.audio is not None:
            self.audio.take(said, alone=self.way.delivery is None)

    def catch_up(self) -> None:
        """Tell the wrist, once the way to it is open, what an earlier process had told.

        Also what that could not tell any more.
        """
        if self.session is None or self._race is None:
            if self.way is not None and self.way.delivery is not None:
                self.way.delivery.send(PhaseChange(self.clock.run_ns(), self.phase, self.phase))
            return
        view, now_ns = self.session.view, self._race.at(self.clock.run_ns())
        self._deliver(PhaseChange(now_ns, view.phase, view.phase))
        if view.armed is not None:
            self._deliver(view.armed)
        for cue in view.cues:
            if cue.t_ns + cue.ttl_ms * NS_PER_MS > now_ns:
                # The watch knows it by its id if it was felt.
                self._deliver(cue)
        self.session.tell(self._missing)
        self._log(self._missing)
        self.session.feed(Tick(now_ns))

    def _look_after(self) -> None:
        self._look_after_recording()
        self.awake.want(self.phase in RACING)
        if self.phase is Phase.WAITING and self.clock.run_ns() > s_to_ns(REST_AFTER_S):
            self.done.set()

    def _look_after_race(self, session: RaceSession) -> None:
        """Note an end, and that it was none or that the next heat has begun.

        To be called after every event, for they may come at once.
        """
        view, ended = session.view, self._ended
        over = view.over_ns is not None
        same = ended is not None and ended.gun_ns == view.gun_ns
        if same and not over:
            self._ended = None  # it was none
        elif ended is not None and not same and (over or not self._may_be_undone(view)):
            self._learn(ended)
            self._ended = None
        if over and self._ended is None:
            lesson = self._lesson(session) if view.phase is Phase.FINISHED else None
            self._ended = _Ended(view.gun_ns, lesson)
        self._look_after_rest(over=over)

    def _may_be_undone(self, view: View) -> bool:
        """Tell whether the last start, or the last end, may still be taken back."""
        now_ns, until_ns = self.race_ns(), view.undo_until_ns
        return until_ns is not None and now_ns is not None and now_ns <= until_ns

    def _look_after_rest(self, *, over: bool) -> None:
        """Have the run end some time after its race, unless that goes on or the next one begins."""
        if over and self._linger is None:
            loop = asyncio.get_running_loop()
            self._linger = loop.call_later(LINGER_S / self.clock.rate, self._rest)
        elif not over and self._linger is not None:
            self._linger.cancel()
            self._linger = None
            self.done.clear()

    def _rest(self) -> None:
        if self._ended is not None:
            self._learn(self._ended)
        self.done.set()

    def _look_after_recording(self) -> None:
        if (
            self.recorder is not None
            and self.recorder.trouble is not None
            and not self._trouble_told
        ):
            self._trouble_told = True
            self._say(
                "recording_ended",
                f"recording stopped: {self.recorder.trouble}",
                level=logging.WARNING,
            )

    def _lesson(self, session: RaceSession) -> Callable[[], str] | None:
        """Return what keeps what the race has taught, once it is sure that it is over.

        None where it has taught nothing.
        """
        found = session.measured_scale
        if found is None:
            why = lead_changed(session.distance_pods)
            return None if why is None else lambda: why
        name = (
            None if self.recorder is None or self.recorder.path is None else self.recorder.path.name
        )
        utc = self._began_utc
        if self._heats and utc is not None and session.view.gun_ns is not None:
            # Of one recording: each is a race of its own.
            utc = (
                datetime.fromisoformat(utc) + timedelta(microseconds=session.view.gun_ns // 1000)
            ).isoformat()
            name = None
        return partial(learn_from_race, self._calibrations, self.settings, found, utc, name)

    def _learn(self, ended: "_Ended") -> None:
        """Keep what the race has taught; it is over for good."""
        lesson, ended.lesson = ended.lesson, None
        self._heats += 1
        if lesson is None:
            return
        keep = asyncio.to_thread(lesson)
        # In a thread: no disk may hold up what is still to be said.
        self._learning = asyncio.create_task(keep, name="learning")
        self._learning.add_done_callback(self._tell_learnt)

    def _tell_learnt(self, task: asyncio.Task[str]) -> None:
        self.task_ended(task)
        if not task.cancelled() and task.exception() is None:
            self.tell(task.result())

    def _heard_remotely(self, name: str) -> None:
        health = self._remote[name]
        health.stage, health.why = Stage.CONNECTED, "over MQTT"
        health.notifications += 1
        health.heard_ns = self.clock.run_ns()

    def _log(self, outputs: tuple[Output, ...]) -> None:
        for output in outputs:
            if isinstance(output, PhaseChange):
                log_event(LOG, logging.INFO, "phase", phase=output.phase)
            elif isinstance(output, Cue):
                log_event(
                    LOG,
                    logging.INFO,
                    "cue",
                    id=output.id,
                    kind=output.kind,
                    to_go_m=output.to_go_m,
                    sd_m=output.sd_m,
                )
            elif isinstance(output, Notice):
                level = logging.WARNING if output.level is Level.WARNING else logging.INFO
                log_event(LOG, level, "notice", text=output.text)
            elif isinstance(output, Disarm):
                log_event(LOG, logging.INFO, "notice", text=output.why)

    def tell(self, text: str) -> None:
        """Tell people something about the run that is no fault."""
        self._say("note", text)

    def warn(self, text: str) -> None:
        """Tell people of something that is wrong, and that the run goes on without."""
        self._say("warning", text, level=logging.WARNING)

    def _say(self, name: str, text: str, *, level: int = logging.INFO, **fields: object) -> None:
        self.notes.append(text)
        if self.aloud is not None:
            self.aloud(text)
        log_event(LOG, level, name, text=text, **fields)

    def task_ended(self, task: asyncio.Task[Any]) -> None:
        """End the run when a part of it has ended: a service manager starts it again."""
        if not task.cancelled() and task.exception() is not None:
            LOG.critical("unexpected error in a part of the run", exc_info=task.exception())
            self.done.set()

    async def close(self) -> None:
        """Finish the recording, in a thread: a slow disk must not hold up the signs of life."""
        if self.recorder is not None:
            await asyncio.to_thread(
                self.recorder.close,
                slow=lambda text: self._say("recording_waits", text, level=logging.WARNING),
            )
            self._look_after_recording()


def _log_part(level: int, name: str, state: str, text: str) -> None:
    log_event(LOG, level, "health", part=name, state=state, text=text)


@asynccontextmanager
async def live(
    settings: Settings,
    *,
    state: Path,
    clock: Clock | None = None,
    fresh: bool = False,
    alongside: bool = False,
) -> AsyncIterator[RaceDaemon]:
    """Run a race, live; recordings lie in ``state``/races.

    A race that was cut off less than ten minutes ago goes on, unless ``fresh``. Where another run
    sends cues on the same topics this one ends, unless ``alongside``; a race that is under way goes
    on without a wrist. UsageError where the settings describe no race that can be run;
    everything else is told in ``notes`` and tried again.
    """
    run = RaceDaemon(settings, clock or Clock(), new_run_id(), state)
    async with AsyncExitStack() as stack:
        stack.enter_context(only_one(state))
        unfinished = (
            find_unfinished(state / "races", run.document, run.clock, say=run.warn)
            if settings.record and not fresh
            else None
        )
        if unfinished is None:
            run.expect()
        else:
            run.go_on(unfinished)
        if run.course.note is not None:
            run.tell(run.course.note)
        pins = [pin_of(name, pin) for name, pin in settings.sensors.items() if pin.mqtt is None]
        stack.push_async_callback(run.close)
        stack.push_async_callback(run.awake.close)
        run.audio = await stack.enter_async_context(
            local_audio(settings, audio_cache(state), now_ns=run.clock.run_ns, told=run.warn)
        )
        run.way = await stack.enter_async_context(
            way_to_the_wrist(settings, run.run_id, run.clock.run_ns, alongside=alongside)
        )
        if run.audio is not None and run.way.delivery is not None:
            run.way.delivery.unanswered = run.audio.on_unanswered
        run.catch_up()
        tasks = [asyncio.create_task(run.work(), name="live")]
        if run.way.delivery is not None:
            run.way.delivery.tell(run.tell)
            tasks.append(asyncio.create_task(run.read(run.way.delivery), name="live reader"))
            tasks.append(asyncio.create_task(run.mind_wrist(run.way.delivery), name="live wrist"))
        stack.push_async_callback(end, tasks)
        stack.push_async_callback(run.learnt)
        for task in tasks:
            task.add_done_callback(run.task_ended)
        if pins:
            run.radio = await stack.enter_async_context(
                sensors(pins, run.put, run.clock.run_ns, adapter=settings.adapter)
            )
        run.bridge = await stack.enter_async_context(bridge_of(settings, run.way, state=state))
        run.beacon = await stack.enter_async_context(
            beacon_of(settings, run.locate, run.clock.run_ns)
        )
        run.positions = await stack.enter_async_context(
            positions(settings.fixes, run.locate, run.clock.run_ns)
        )
        telling = asyncio.create_task(run.tell_health(), name="live health")
        telling.add_done_callback(run.task_ended)
        stack.push_async_callback(end, [telling])
        yield run
    if run.refused is not None:
        raise run.refused
    for task in tasks:
        if not task.cancelled():
            # They never end by themselves: what one of them raises is a bug that must not pass
            # unseen.
            task.result()


def pin_of(sensor: str, pin: SensorPin) -> Pin:
    """Return what the radio wants to know of a sensor that has an address or a name."""
    return Pin(sensor, load_profile(pin.profile), pin.address, pin.name)
