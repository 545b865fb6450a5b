"""From a recording and the wish of who replays it to an engine and the events it gets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.engine_choice import AnyEngine, engine_for
from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import (
    Arm,
    BeaconReading,
    Command,
    CommandKind,
    Estimate,
    Fix,
    Input,
    Notification,
    Output,
    Tick,
)
from kickcue.core.generic_profiles import generic_profile
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording import Recording
from kickcue.replay.run_engine import drive


@dataclass(frozen=True, slots=True)
class Source:
    """A recording ready to be run.

    ``same``: nothing was changed against what was recorded, ticks included.
    """

    document: RaceDocument
    inputs: tuple[Input, ...]
    same: bool

    def engine(self) -> AnyEngine:
        """Return a fresh engine for this race."""
        return engine_for(self.document.engine_config())

    def run(self, engine: AnyEngine | None = None) -> Iterator[tuple[Input, tuple[Output, ...]]]:
        """Run ``engine``, a fresh one by default, over it.

        Yield each event with what followed from it.
        """
        return drive(engine or self.engine(), self.inputs, ticks_recorded=self.same)


def source(recording: Recording, wish: RaceDocument | None, start_offset_s: float = 0.0) -> Source:
    """Return the recording as it was run (``wish`` None), or as it would be under ``wish``.

    Under a wish the recorded ticks are left out: another race wants its ticks at other moments.
    Under one for another course, so is what corrected the distance of the recorded one. With
    ``start_offset_s`` everything before is left out and the gun goes there; where no start was
    recorded it goes at the beginning. UsageError where no race is known, DataError where
    there is nothing to run.
    """
    recorded = recorded_document(recording)
    same = wish is None and recorded is not None and not start_offset_s and recording.header.ticks
    document = wish or recorded
    if document is None:
        raise UsageError(
            f"{recording.path.name} does not say which race it was: give --race, e.g. --race 5000m"
        )
    inputs = recording.inputs
    sensed = any(isinstance(event, Notification | Fix | BeaconReading) for event in inputs)
    if not (sensed or (same and inputs)):  # presses alone are a race, too, where that was run
        raise DataError(f"{recording.path.name} has no sensor data")
    other_course = wish is not None and (recorded is None or wish.course() != recorded.course())
    inputs = tuple(_kept(inputs, ticks=same, corrections=not other_course))
    if start_offset_s or not (same or any(_is_start(event) for event in inputs)):
        inputs = _from(inputs, start_offset_s, recording.path.name)
    return Source(document, inputs, same)


def _kept(inputs: Iterable[Input], *, ticks: bool, corrections: bool) -> Iterator[Input]:
    """Yield the events with or without the ticks and what corrects the distance."""
    for event in inputs:
        if (ticks or not isinstance(event, Tick)) and (
            corrections or not _corrects_distance(event)
        ):
            yield event


def recorded_document(recording: Recording) -> RaceDocument | None:
    """Return the race by the recording itself, None where it names none."""
    header = recording.header
    if header.setup is not None:
        return RaceDocument.parse(header.setup, recording.path.name)
    if header.race is None:
        return None
    return RaceDocument(race=header.race, lap_m=header.lap_m, sensors=sensors_of(recording))


def sensors_of(recording: Recording) -> dict[str, SensorChoice]:
    """Return the sensors that the recording names or has readings of, each with its profile."""
    header = recording.header
    if header.setup is not None:
        return RaceDocument.parse(header.setup, recording.path.name).sensors
    found = {name: SensorChoice(profile=profile) for name, profile in header.sensors.items()}
    for event in recording.inputs:
        if not isinstance(event, Notification) or event.sensor in found:
            continue
        profile = generic_profile(event.char)
        if profile is not None:
            found[event.sensor] = SensorChoice(profile=profile)
    return found


def _from(inputs: tuple[Input, ...], start_offset_s: float, name: str) -> tuple[Input, ...]:
    last_s = ns_to_s(max((event.t_ns for event in inputs), default=0))
    if not 0.0 <= start_offset_s < last_s:
        raise UsageError(
            f"--start-offset: expected 0 to {last_s:g} s, the length of {name}, got "
            f"{start_offset_s:g}"
        )
    start_ns = s_to_ns(start_offset_s)
    kept = [event for event in inputs if event.t_ns >= start_ns and not _is_start(event)]
    return (Command(start_ns, CommandKind.START), *kept)


def _corrects_distance(event: Input) -> bool:
    return isinstance(event, Command) and event.kind is CommandKind.DISTANCE


def _is_start(event: Input) -> bool:
    return isinstance(event, Command) and event.kind is CommandKind.START


def at_pace(output: Output, t0_ns: int, rate: float) -> Output:
    """Return the output with its times as felt when the race is played ``rate`` times faster.

    It is played from ``t0_ns`` on.
    """
    t_ns = round((output.t_ns - t0_ns) / rate)
    if isinstance(output, Arm):
        return replace(
            output,
            t_ns=t_ns,
            cue=replace(output.cue, t_ns=t_ns),
            due_in_ms=round(output.due_in_ms / rate),
        )
    if isinstance(output, Estimate):
        eta_s, sd_s = (
            None if seconds is None else seconds / rate
            for seconds in (output.eta_bell_s, output.eta_bell_sd_s)
        )
        return output._replace(t_ns=t_ns, eta_bell_s=eta_s, eta_bell_sd_s=sd_s)
    return replace(output, t_ns=t_ns)
