"""One race in a browser: events in, stamped by one clock; messages and lines of a recording out.

Nothing here waits, reads a clock or writes: whoever drives it hands in what came and when, takes
what is to be shown and kept, and calls ``tick`` at ``wake_ns``. The recording is the exchange form
(docs/recording.md), a line an event, written as it happens: so a page that was killed goes on by
replaying it, as the daemon does.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from kickcue.core.cueing.phases import RACING
from kickcue.core.engine_choice import AnyEngine, engine_for
from kickcue.core.errors import DataError
from kickcue.core.events import (
    Ack,
    Command,
    CommandKind,
    Cue,
    Input,
    Mark,
    MarkSource,
    Notification,
    Orderer,
    Output,
    Phase,
    PhaseChange,
    Tick,
)
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.daemon.live_laps import LiveLaps, repetitions
from kickcue.daemon.race_session import RaceSession
from kickcue.recording.header import MADE_BY, write_header
from kickcue.recording.jsonl import line
from kickcue.recording.model import INPUTS, Entry, Header, Recording
from kickcue.recording.utc import utc_ns, utc_text
from kickcue.standalone.race_setup import Catalogue, course_of
from kickcue.standalone.wire_values import Values, laps_values, message_of, race_values

WIRE: Final = 1
STATUS_EACH_NS: Final = NS_PER_S
LONGEST_GAP_S: Final = 600.0
"""After ten minutes a runner is elsewhere."""
ON_A_PHONE: Final = f"{MADE_BY} on a phone"


class PhoneRace:
    """A race; its times are nanoseconds since 1970 of a clock that never goes back.

    ``messages`` and ``lines`` are what is to be shown and kept; whoever takes them clears them.
    """

    def __init__(
        self, document: Mapping[str, Any], catalogue: Catalogue, run_id: str, zero_ns: int
    ) -> None:
        """Take what is run, with its sensors; UsageError where it cannot be.

        ``zero_ns``: when it began.
        """
        self.document = catalogue.with_digests(document)
        self.run_id = run_id
        self.messages: list[Values] = []
        self.lines: list[str] = []
        self._zero_ns = zero_ns
        self._plan = catalogue.plan(document)
        self._spoken = {"language": catalogue.spoken(document)}
        self._config = catalogue.engine_config(self.document)
        self._now_ns = 0
        self._sent_ms = -1
        self._status_ns: int | None = None
        self._standing: dict[str, Values] = {}
        self._stood: tuple[object, ...] | None = None
        self._looked: tuple[object, ...] = ()
        self._laps = LiveLaps()
        self._begin(engine_for(self._config), 0)
        self._keep(json.dumps(write_header(self._header())))

    @classmethod
    def resume(
        cls, recording: Recording, catalogue: Catalogue, run_id: str, now_ns: int
    ) -> "PhoneRace":
        """Go on with a race that was broken off, from its recording so far.

        What the engine says anew of the last event, and was not recorded any more, is shown and
        kept. DataError where there is no such race: none was begun, it is over, or it was broken
        off too long ago.
        """
        header = recording.header
        zero_ns = utc_ns(header.utc)
        if header.setup is None or zero_ns is None or not recording.inputs:
            raise DataError("nothing was recorded of a race")
        found = cls(header.setup, catalogue, run_id, zero_ns)
        found.lines.clear()
        found._go_on(recording, now_ns - zero_ns)
        return found

    @property
    def wake_ns(self) -> int | None:
        """When the next ``tick`` is due, on the clock of what came in."""
        due_ns = self._session.wake_ns
        return None if due_ns is None else due_ns + self._zero_ns

    @property
    def phase(self) -> Phase:
        """The phase of the race."""
        return self._session.view.phase

    # ---- what comes in

    def notification(self, at_ns: int, sensor: str, char: str, data: bytes) -> None:
        """Take what a sensor sent."""
        self._feed(Notification(self._t_ns(at_ns), sensor, char, data))

    def press(self, at_ns: int, kind: str, by: str | None = None) -> None:
        """Take an order; ``by`` "trackside": a helper's, whose lap is a mark from beside it."""
        t_ns, order = self._t_ns(at_ns), CommandKind(kind)
        if by == Orderer.TRACKSIDE and order is CommandKind.LAP:
            self._feed(Mark(t_ns, MarkSource.TRACKSIDE))
        else:
            self._feed(Command(t_ns, order, Orderer.TRACKSIDE if by == Orderer.TRACKSIDE else None))

    def answer(
        self, at_ns: int, cue_id: str, felt: bool, why: str | None, latency_ms: float | None
    ) -> None:
        """Take the watch's answer to a cue."""
        self._feed(Ack(self._t_ns(at_ns), cue_id, felt, why, latency_ms))

    def tick(self, at_ns: int) -> None:
        """Let time go by: to be called at ``wake_ns``, and once a second for the status."""
        t_ns, due_ns = self._t_ns(at_ns), self._session.wake_ns
        if due_ns is not None and t_ns >= due_ns:
            self._feed(Tick(t_ns))
        if self._status_ns is None or t_ns - self._status_ns >= STATUS_EACH_NS:
            self._send_status()
            self._show_standing()

    def greet(self) -> None:
        """Say all that stands to a page that has just come."""
        self._standing.clear()
        self._stood = None
        self._send_status()
        self._show_standing()

    # ---- inside

    def _header(self) -> Header:
        return Header(
            race=self.document["plan"]["name"] if self._plan else self.document["race"],
            lap_m=self.document.get("lap_m"),
            utc=utc_text(self._zero_ns),
            sensors={name: each["profile"] for name, each in self.document["sensors"].items()},
            setup=self.document,
            ticks=True,
            made_by=ON_A_PHONE,
        )

    def _begin(self, engine: AnyEngine, from_ns: int) -> None:
        self._session = RaceSession(engine, self._record, self._deliver, from_ns=from_ns)

    def _t_ns(self, at_ns: int) -> int:
        """Return the race's time; one before its begin, or the last one, is the last one's."""
        self._now_ns = max(at_ns - self._zero_ns, self._now_ns)
        return self._now_ns

    def _feed(self, event: Input) -> None:
        outputs = self._session.feed(event)
        self._look_at_laps()
        if outputs:
            if any(isinstance(each, PhaseChange) for each in outputs):
                self._send_status()
            self._show_standing()

    def _deliver(self, output: Output) -> None:
        message = message_of(output, self._now_ns)
        if message is not None:
            self._send(*message)

    def _record(self, entry: Entry) -> None:
        self._keep(line(entry))

    def _keep(self, text: str) -> None:
        self.lines.append(text)

    def _look_at_laps(self) -> None:
        if self._plan is not None:
            return
        view, course = self._session.view, self._session.course
        seen = (view.estimate, view.line_marked, view.gun_ns, view.over_ns, course)
        if seen == self._looked:  # most events change none of it
            return
        self._looked = seen
        if view.estimate is not None:
            self._laps.look(course, view.gun_ns, view.estimate, view.line_marked)
        if view.phase is Phase.FINISHED and view.gun_ns is not None and view.over_ns is not None:
            self._laps.finish(course, view.gun_ns, view.over_ns, pressed=view.finish_pressed)

    def _show_standing(self) -> None:
        """Send what stands until it changes, where it has."""
        view = self._session.view
        done = self._laps.laps if self._plan is None else tuple(view.runs.values())
        stands = (view.gun_ns, view.over_ns, self._session.course, done)
        if stands == self._stood:  # as nearly always
            return
        self._stood = stands
        laps = self._laps.laps if self._plan is None else repetitions(view.runs, view.gun_ns or 0)
        course = self._session.course if self._plan is None else course_of(self.document)
        for name, values in (
            ("race", race_values(self.document | self._spoken, course, self._plan)),
            ("laps", laps_values(view, laps)),
        ):
            if self._standing.get(name) != values:
                self._standing[name] = values
                self._send(name, values)

    def _send_status(self) -> None:
        self._status_ns = self._now_ns
        self._send("status", {"status": "online", "phase": self.phase.value})

    def _send(self, name: str, values: Values) -> None:
        self._sent_ms = max(self._sent_ms + 1, self._now_ns // NS_PER_MS)
        stamp = {"wire": WIRE, "run_id": self.run_id, "sent_ms": self._sent_ms}
        self.messages.append({"name": name, "message": {**stamp, **values}})

    # ---- going on

    def _go_on(self, recording: Recording, now_ns: int) -> None:
        engine = engine_for(self._config)
        outputs: tuple[Output, ...] = ()
        told: list[Output] = []
        self._session = RaceSession(engine, _nothing, _nothing)
        for event in recording.inputs:
            self._now_ns = event.t_ns
            outputs = self._session.feed(event)
            told += outputs
            self._look_at_laps()
        if self.phase not in RACING:
            raise DataError("the race was not on any more")
        gap_ns, at_ns = now_ns - self._now_ns, now_ns + self._zero_ns
        if abs(gap_ns) > LONGEST_GAP_S * NS_PER_S:
            raise DataError("it was broken off too long ago")
        self._zero_ns += min(gap_ns, 0)  # where the clock was set back: it goes on from there
        missing = outputs[_recorded_last(recording.entries) :]
        self._begin(engine, self._now_ns)
        self._session.remember(told[: len(told) - len(missing)])
        self._t_ns(at_ns)
        self._session.publish(missing)
        self._deliver_again(told)
        self._feed(Tick(self._now_ns))

    def _deliver_again(self, told: Iterable[Output]) -> None:
        """Send what still stands: the watch knows by its id a cue that was felt."""
        view = self._session.view
        cues = (output for output in told if isinstance(output, Cue))
        for output in (view.leg, view.armed, view.estimate, *cues):
            if output is not None:
                self._deliver(output)


def _nothing(_: Entry) -> None:
    """Take an entry that is recorded, or delivered, already."""


def _recorded_last(entries: Iterable[Entry]) -> int:
    """Return how many outputs follow the last input."""
    count = 0
    for entry in entries:
        count = 0 if isinstance(entry, INPUTS) else count + 1
    return count
