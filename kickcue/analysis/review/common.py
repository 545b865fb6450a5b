"""What the reviews of races, sessions and runs have in common."""

from collections.abc import Mapping

from kickcue.analysis.review.model import Told
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import RunReadings, run_readings
from kickcue.core.events import Ack, Cue, Estimate, Notice, Timer
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import ns_to_s
from kickcue.recording.model import Recording
from kickcue.recording.utc import utc_ns, utc_text


def estimates_of(recording: Recording) -> list[Estimate]:
    """Return the engine's estimates, in order."""
    return [out for out in recording.outputs if isinstance(out, Estimate)]


def cues_of(recording: Recording) -> list[Cue]:
    """Return the cues that were given, in order."""
    return [out for out in recording.outputs if isinstance(out, Cue)]


def acks_of(recording: Recording) -> list[Ack]:
    """Return what watches answered, in order."""
    return [event for event in recording.inputs if isinstance(event, Ack)]


def timers_of(recording: Recording) -> list[Timer]:
    """Return when the recorder was stopped and went on, in order."""
    return [event for event in recording.inputs if isinstance(event, Timer)]


def utc_of(recording: Recording, start_ns: int) -> str | None:
    """Return the moment of the start, ISO 8601; None where the recording has no date."""
    began_ns = utc_ns(recording.header.utc)
    return None if began_ns is None else utc_text(began_ns + start_ns)


def told_of(recording: Recording, time: RaceTime) -> tuple[Told, ...]:
    """Return the notices of the engine."""
    return tuple(
        Told(ns_to_s(out.t_ns), time.at(out.t_ns), out.code, out.text, out.level.value, out.sensor)
        for out in recording.outputs
        if isinstance(out, Notice)
    )


def readings_of(recording: Recording, profiles: Mapping[str, SensorProfile]) -> RunReadings:
    """Return what the sensors read; ``profiles`` by sensor name."""
    return run_readings(recording, profiles)
