"""kickcue's own recordings of simulated runs, and what can go wrong with them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final, Self

from kickcue.config.plan_files import load_plan
from kickcue.config.race_document import RaceDocument
from kickcue.core.course import course_for
from kickcue.core.engine_choice import engine_for
from kickcue.core.events import (
    Ack,
    Command,
    CommandKind,
    Cue,
    Input,
    Mark,
    MarkSource,
    Notification,
)
from kickcue.core.units import s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import PodFaults, Thumb
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.lab.simulate_session import simulate_session
from kickcue.recording import Header, Recording, jsonl
from kickcue.recording.header import race_header
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry
from kickcue.recording.sensor_encoding import POD, STRAP
from kickcue.replay.run_engine import drive

UTC: Final = "2026-06-14T10:09:11Z"
CADENCE_AT: Final = 3
"""The byte of a 2A53 that holds the cadence."""
HOUR_S: Final = 3600.0
FELT_AFTER_S: Final = 0.08


@dataclass(frozen=True, slots=True)
class Native:
    """A recording that is not written yet; ``inputs`` in the order in which they came."""

    header: Header
    inputs: tuple[Input, ...]

    def with_inputs(self, inputs: Iterable[Input]) -> Self:
        """Return the same with other inputs."""
        return replace(self, inputs=tuple(inputs))

    def only(self, holds: Callable[[Input], bool]) -> Self:
        """Return what is left of it."""
        return self.with_inputs(filter(holds, self.inputs))

    def also(self, *more: Input) -> Self:
        """Return the same and more, each in its place in time."""
        return self.with_inputs(sorted([*self.inputs, *more], key=lambda event: event.t_ns))

    def between(self, from_s: float, to_s: float) -> Self:
        """Return what came from ``from_s`` on and before ``to_s``."""
        return self.only(lambda event: s_to_ns(from_s) <= event.t_ns < s_to_ns(to_s))

    def later(self, by_s: float, since_s: float = 0.0) -> Self:
        """Return the same with all from ``since_s`` on ``by_s`` later."""
        return self.with_inputs(
            replace(event, t_ns=event.t_ns + s_to_ns(by_s))
            if event.t_ns >= s_to_ns(since_s)
            else event
            for event in self.inputs
        )

    @property
    def lasts_s(self) -> float:
        """Seconds to the last input."""
        return Recording.of(Path("made"), self.header, self.inputs).duration_s

    def live(self) -> tuple[Entry, ...]:
        """Return what the daemon would have written: ticks, outputs and a watch's answers too."""
        cues = [entry for entry in self._run(self.inputs) if isinstance(entry, Cue)]
        return self._run(self.also(*map(_answer, range(len(cues)), cues)).inputs)

    def _run(self, inputs: tuple[Input, ...]) -> tuple[Entry, ...]:
        document = RaceDocument.model_validate(self.header.setup)
        ran = drive(engine_for(document.engine_config()), inputs, ticks_recorded=False)
        return tuple(entry for event, outputs in ran for entry in (event, *outputs))


def _answer(number: int, cue: Cue) -> Ack:
    """Return the answer to a cue: every third was dropped."""
    felt = number % 3 != 2
    why = None if felt else "late"
    latency_ms = 80.0 + number if felt else None
    return Ack(cue.t_ns + s_to_ns(FELT_AFTER_S), cue.id, felt, why, latency_ms)


@lru_cache
def race(event: str, scenario: str = "button", seed: int = 1) -> Native:
    """Return a simulated race."""
    document = simulated_document(event).with_digests()
    ran = simulate(course_for(event), SCENARIOS[scenario], seed)
    return Native(race_header(document, ticks=False, utc=UTC), ran.inputs)


@lru_cache
def session(plan: str, *, pressed: bool = False) -> Native:
    """Return a simulated session of a shipped plan."""
    document = load_plan(plan)
    settings = simulated_document("1500m").model_copy(update={"plan": document}).with_digests()
    ran = simulate_session(document.plan(), 1, PodFaults(), Thumb() if pressed else None)
    return Native(
        race_header(RaceDocument.model_validate(settings), ticks=False, utc=UTC), ran.inputs
    )


def start_of(given: Native) -> Command:
    """Return the start."""
    return next(
        event
        for event in given.inputs
        if isinstance(event, Command) and event.kind is CommandKind.START
    )


def without_start(given: Native) -> Native:
    """Return it as if nobody had pressed at the gun."""
    return given.only(lambda event: not _is(event, CommandKind.START))


def without_sensor(given: Native, name: str) -> Native:
    """Return it as if one sensor had been at home."""
    return given.only(lambda event: not (isinstance(event, Notification) and event.sensor == name))


def without_cadence(given: Native) -> Native:
    """Return it with a pod that tells speed and distance, and a cadence of 0."""
    return given.with_inputs(map(_no_cadence, given.inputs))


def _no_cadence(event: Input) -> Input:
    if isinstance(event, Notification) and event.sensor == POD and event.char == "2a53":
        data = bytearray(event.data)
        data[CADENCE_AT] = 0
        return replace(event, data=bytes(data))
    return event


def heart_alone(given: Native) -> Native:
    """Return what the strap said, and the start."""
    return given.only(
        lambda event: (
            (isinstance(event, Notification) and event.sensor == STRAP)
            or _is(event, CommandKind.START)
        )
    )


def silent(given: Native, from_s: float, to_s: float) -> Native:
    """Return it as if nothing had been received for a while."""
    return given.only(lambda event: not s_to_ns(from_s) <= event.t_ns < s_to_ns(to_s))


def aborted(given: Native, at_s: float) -> Native:
    """Return it as if the runner had given up."""
    return given.between(0.0, at_s).also(Command(s_to_ns(at_s), CommandKind.ABORT))


def started_twice(given: Native, earlier_s: float) -> Native:
    """Return it after a false start, which was called back."""
    return given.later(earlier_s).also(
        Command(s_to_ns(1.0), CommandKind.START),
        Command(s_to_ns(4.0), CommandKind.ABORT),
    )


def two_heats(first: Native, second: Native, pause_s: float) -> Native:
    """Return both, as a file with a second heat has them."""
    return first.also(*second.later(first.lasts_s + pause_s).inputs)


def pressed_and_undone(given: Native, at_s: Iterable[float]) -> Native:
    """Return it with presses by mistake, each taken back two seconds later."""
    return given.also(
        *(
            event
            for each_s in at_s
            for event in (
                Mark(s_to_ns(each_s), MarkSource.BUTTON),
                Command(s_to_ns(each_s + 2.0), CommandKind.UNDO_LAP),
            )
        )
    )


def _is(event: Input, kind: CommandKind) -> bool:
    return isinstance(event, Command) and event.kind is kind


def write(path: Path, header: Header, entries: Iterable[Entry]) -> Path:
    """Write it in the form that the name says, .jsonl or .mcap."""
    if path.suffix == ".jsonl":
        jsonl.write(path, header, entries)
        return path
    with McapWriter(path, header) as writer:
        for entry in entries:
            writer.write(entry)
    return path


def write_inputs(path: Path, given: Native) -> Path:
    """Write what came in: a replay makes its own ticks and outputs."""
    return write(path, given.header, given.inputs)


def write_live(path: Path, given: Native) -> Path:
    """Write what the daemon would have written."""
    return write(path, replace(given.header, ticks=True), given.live())


def unnamed(given: Native) -> Native:
    """Return it as if nobody had said which race it was."""
    return replace(given, header=replace(given.header, race=None, lap_m=None, setup=None))
