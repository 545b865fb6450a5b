"""The loop that feeds the engine: events in, stamped with race time; a recording beside it.

The engine gets nothing before the first sensor, mark or order comes: a daemon that waits for days
has nothing to record. Then race time begins, and a recording with it.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from kickcue.config.race_document import RaceDocument
from kickcue.config.settings import Settings
from kickcue.core.engine_choice import engine_for
from kickcue.core.events import Input, Output, Phase, PhaseChange, Tick
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.daemon.announcer import Announcer
from kickcue.daemon.clock import Clock, RaceTime
from kickcue.daemon.cue_outlets import CueOutlets, log_outputs
from kickcue.daemon.race_session import RaceSession
from kickcue.daemon.recorder import Recorder, resume_recorder, start_recorder
from kickcue.daemon.resume import Unfinished, felt_by_timer
from kickcue.daemon.simulated_sensors import SimulatedSensors
from kickcue.recording import Header
from kickcue.recording.header import SIMULATED_LIVE, race_header, utc_now
from kickcue.recording.model import Entry
from kickcue.workouts.plan_source import any_session

LOOK_EACH_S: Final = 60.0
"""How often a run that nothing wakes looks whether it is to rest."""
STUCK_S: Final = 5.0


class RaceFeed:
    """Takes events in by ``put`` and feeds them in turn by ``turn``.

    ``fed`` is called after each event that the session has taken in: its state may change.
    """

    def __init__(  # noqa: PLR0913  what is run, by what clock, and where all of it goes
        self,
        settings: Settings,
        clock: Clock,
        run_id: str,
        recordings: Path,
        *,
        outlets: CueOutlets,
        announcer: Announcer,
        fed: Callable[[RaceSession], None],
        simulated: SimulatedSensors | None = None,
    ) -> None:
        """Take what the run is about; UsageError where the race cannot be run."""
        self.document: RaceDocument = settings.document(any_session).with_digests()
        self.clock = clock
        self.run_id = run_id
        self.session: RaceSession | None = None
        self.recorder: Recorder | None = None
        self.began_utc: str | None = None
        self.resumed = False
        self._settings = settings
        self._setup = self.document.engine_config()
        self._recordings = recordings
        self._outlets = outlets
        self._announcer = announcer
        self._fed = fed
        self._simulated = simulated
        self._inbox: deque[Input] = deque()
        self._woken = asyncio.Event()
        self._time: RaceTime | None = None
        self._fed_s = 0.0
        self._missing: tuple[Output, ...] = ()
        self._trouble_reported = False

    @property
    def phase(self) -> Phase:
        """The phase of the race."""
        return Phase.WAITING if self.session is None else self.session.view.phase

    @property
    def idle(self) -> bool:
        """Whether everything that has come is taken in."""
        return not self._inbox

    def race_ns(self) -> int | None:
        """Return the race time now, None while nothing was received yet."""
        return None if self._time is None else self._time.at(self.clock.run_ns())

    def alive(self) -> bool:
        """Tell whether what comes in is also taken in."""
        return self.idle or asyncio.get_running_loop().time() - self._fed_s < STUCK_S

    def put(self, event: Input) -> None:
        """Take in an event stamped with ``clock.run_ns``; returns at once."""
        self._inbox.append(event)
        self._woken.set()

    async def turn(self) -> None:
        """Wait until something has come or is due, and feed it."""
        loop = asyncio.get_running_loop()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._until_due_s()):
                await self._woken.wait()
        self._woken.clear()
        self._fed_s = loop.time()
        while self._inbox:
            self._feed(self._inbox.popleft())
        self._tick()

    def run_by(self, document: RaceDocument) -> None:
        """Run the race of another document; before anything comes in."""
        self.document = document.with_digests()
        self._setup = self.document.engine_config()

    def deliver(self, output: Output) -> None:
        """Deliver an output, which is in race time."""
        if self._time is not None:
            self._outlets.send(output, self._time, self.clock.run_ns())

    # ---- going on after a crash

    def go_on(self, unfinished: Unfinished) -> None:
        """Take up a race where an earlier process has left it; before anything else comes in."""
        self.document = unfinished.document
        self.began_utc = unfinished.recording.header.utc
        facts = unfinished.recording.header.live or {}
        if unfinished.same_boot:
            self.clock, self._time = self.clock.going_on(facts)
            self.run_id = unfinished.run_id
        else:
            self._time = self.clock.race_from(
                self.clock.run_ns() - round(unfinished.now_ns / self.clock.rate)
            )
            self._outlets.felt = felt_by_timer(unfinished)
        self.resumed = True
        self.recorder = resume_recorder(
            unfinished.path,
            None if unfinished.same_boot else self.clock.facts(self.run_id, self._time),
        )
        self.session = RaceSession(
            unfinished.engine, self._record, self.deliver, from_ns=unfinished.last_t_ns
        )
        self.session.remember(unfinished.recording.outputs)
        self._missing = unfinished.missing
        self._announcer.announce(
            "race_resumed",
            f"{self.document.kind} resumed after a gap of {unfinished.gap_s:.0f} s",
            path=unfinished.path.name,
        )

    def catch_up(self) -> None:
        """Send the wrist, once the way to it is open, what an earlier process had sent.

        Also what that could not send any more.
        """
        run_ns = self.clock.run_ns()
        if self.session is None or self._time is None:
            self._outlets.send(PhaseChange(run_ns, self.phase, self.phase), RaceTime(0), run_ns)
            return
        view, now_ns = self.session.view, self._time.at(run_ns)
        self.deliver(PhaseChange(now_ns, view.phase, view.phase))
        if view.leg is not None:
            self.deliver(view.leg)
        if view.armed is not None:
            self.deliver(view.armed)
        for cue in view.cues:
            if cue.t_ns + cue.ttl_ms * NS_PER_MS > now_ns:
                # The watch knows it by its id if it was felt.
                self.deliver(cue)
        self.session.publish(self._missing)
        log_outputs(self._missing)
        self.session.feed(Tick(now_ns))

    # ---- the recording

    def look_after_recording(self) -> None:
        """Tell, once, that the recording has ended early."""
        if (
            self.recorder is not None
            and self.recorder.trouble is not None
            and not self._trouble_reported
        ):
            self._trouble_reported = True
            self._announcer.announce(
                "recording_ended",
                f"recording stopped: {self.recorder.trouble}",
                level=logging.WARNING,
            )

    async def close(self) -> None:
        """Finish the recording, in a thread: a slow disk must not hold up the signs of life."""
        if self.recorder is not None:
            await asyncio.to_thread(
                self.recorder.close,
                slow=lambda text: self._announcer.announce(
                    "recording_waits", text, level=logging.WARNING
                ),
            )
            self.look_after_recording()

    # ---- inside

    def _feed(self, event: Input) -> None:
        if self.session is None:
            self._begin(event.t_ns)
        assert self.session is not None
        assert self._time is not None
        log_outputs(self.session.feed(self._time.of(event)))
        self._fed(self.session)

    def _tick(self) -> None:
        due_ns = None if self.session is None else self.session.wake_ns
        now_ns = self._heard_to_ns()
        if due_ns is not None and now_ns is not None and now_ns >= due_ns:
            assert self.session is not None
            log_outputs(self.session.feed(Tick(now_ns)))
            self._fed(self.session)

    def _heard_to_ns(self) -> int | None:
        """Return the race time now, or that of the next simulated event where it is overdue."""
        now_ns = self.race_ns()
        next_ns = None if self._simulated is None else self._simulated.next_ns
        if now_ns is None or next_ns is None or self._time is None:
            return now_ns
        return min(now_ns, self._time.at(next_ns))

    def _until_due_s(self) -> float:
        due_ns = None if self.session is None else self.session.wake_ns
        now_ns = self.race_ns()
        return (
            LOOK_EACH_S
            if due_ns is None or now_ns is None
            else max((due_ns - now_ns) / NS_PER_S / self.clock.rate, 0.0)
        )

    def _begin(self, run_ns: int) -> None:
        self._time = self.clock.race_from(run_ns)
        self.began_utc = utc_now(ago_ns=self.clock.run_ns() - run_ns)
        if self._settings.record:
            self.recorder = start_recorder(
                self._recordings, self._header(self.began_utc, self._time)
            )
        self.session = RaceSession(engine_for(self._setup), self._record, self.deliver)

    def _header(self, utc: str, race: RaceTime) -> Header:
        if self._simulated is not None:  # no device, and nothing to go on with
            return race_header(self.document, utc=utc, made_by=SIMULATED_LIVE)
        return race_header(
            self.document,
            utc=utc,
            live=self.clock.facts(self.run_id, race),
            pins={name: pin.pin[1] for name, pin in self._settings.sensors.items()},
        )

    def _record(self, entry: Entry) -> None:
        if self.recorder is not None:
            self.recorder.write(entry)
