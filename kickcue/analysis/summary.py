"""What is in a recording, in figures: for ``kickcue info`` and for a look before a replay."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median

from kickcue.analysis.recorded_race import presses
from kickcue.analysis.recorded_readings import notifications, rate_hz
from kickcue.analysis.spans import TimeSpan, gaps_in, longest, pauses_in
from kickcue.core.crossing.receiver_selection import is_position
from kickcue.core.errors import DecodeError
from kickcue.core.events import (
    Ack,
    BeaconReading,
    Command,
    Cue,
    Fix,
    Input,
    Link,
    Notification,
    Tick,
)
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import HeartReading, LocationReading, PodReading, cadence_spm, interpret
from kickcue.core.units import s_to_ns
from kickcue.recording.model import Recording
from kickcue.recording.plausible import grown_m


@dataclass(frozen=True, slots=True)
class Range:
    """Smallest, middle and largest value."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class SensorSummary:
    """One sensor. ``rate_hz`` is from the median interval.

    ``broken`` counts notifications that cannot be decoded, ``half_rr`` those that end in half a
    time between beats, which is lost. ``silence`` is the longest time without a notification, from
    the start of the recording to its end. Speed and cadence (steps per minute) only count while
    they are above 0; ``distance_m`` is how far the odometer went on.
    """

    name: str
    profile: str | None
    notifications: int
    rate_hz: float | None
    silence: TimeSpan
    broken: int
    half_rr: int
    distance_m: float | None
    speed_mps: Range | None
    cadence_spm: Range | None
    heart_rate_bpm: Range | None


@dataclass(frozen=True, slots=True)
class RecordingSummary:
    """A whole recording.

    ``counts`` has the inputs that are not notifications, by name. ``marks`` counts those that
    stand, lap orders included.
    """

    duration_s: float
    sensors: tuple[SensorSummary, ...]
    counts: Mapping[str, int]
    marks: Mapping[str, int]
    pauses: tuple[TimeSpan, ...]
    """When the recorder of an imported activity was stopped."""
    gaps: tuple[TimeSpan, ...]
    outputs: Mapping[str, int]
    cues: tuple[Cue, ...]


@dataclass(slots=True)
class _Values:
    totals: list[tuple[int, float]] = field(default_factory=list)
    speeds_mps: list[float] = field(default_factory=list)
    cadences_spm: list[float] = field(default_factory=list)
    heart_rates_bpm: list[float] = field(default_factory=list)
    broken: int = 0
    half_rr: int = 0


def summarize(recording: Recording, profiles: Mapping[str, SensorProfile]) -> RecordingSummary:
    """Return the figures of a recording; ``profiles`` by sensor name."""
    return RecordingSummary(
        duration_s=recording.duration_s,
        sensors=tuple(
            _sensor(recording, name, events, profiles.get(name))
            for name, events in notifications(recording.inputs).items()
        ),
        counts=_counts(recording.inputs),
        marks=dict(Counter(source.value for _, source in presses(recording))),
        pauses=pauses_in(recording),
        gaps=gaps_in(recording),
        outputs=dict(Counter(type(output).__name__.lower() for output in recording.outputs)),
        cues=tuple(output for output in recording.outputs if isinstance(output, Cue)),
    )


def _counts(inputs: Iterable[Input]) -> dict[str, int]:
    names: Mapping[type, str] = {
        Link: "links",
        Command: "commands",
        Fix: "fixes",
        BeaconReading: "advertisements of the beacon",
        Ack: "acks",
        Tick: "ticks",
    }
    return dict(
        Counter(
            names[type(event)]
            for event in inputs
            if type(event) in names and not _is_nowhere(event)
        )
    )


def _is_nowhere(event: Input) -> bool:
    return isinstance(event, Fix) and not is_position(event.lat_deg, event.lon_deg)


def _sensor(
    recording: Recording,
    name: str,
    events: Sequence[Notification],
    profile: SensorProfile | None,
) -> SensorSummary:
    values = _Values()
    if profile is not None:
        for event in events:
            _read(values, profile, event)
    times_ns = [event.t_ns for event in events]
    silence = longest((0, *times_ns, s_to_ns(recording.duration_s)))
    return SensorSummary(
        name=name,
        profile=recording.header.sensors.get(name),
        notifications=len(events),
        rate_hz=rate_hz(times_ns),
        silence=silence or TimeSpan(0.0, 0.0),
        broken=values.broken,
        half_rr=values.half_rr,
        distance_m=grown_m(values.totals) if values.totals else None,
        speed_mps=_range(values.speeds_mps),
        cadence_spm=_range(values.cadences_spm),
        heart_rate_bpm=_range(values.heart_rates_bpm),
    )


def _read(values: _Values, profile: SensorProfile, event: Notification) -> None:
    try:
        reading = interpret(profile, event.char, event.data)
    except DecodeError:
        values.broken += 1
        return
    if isinstance(reading, HeartReading):
        _add(values.heart_rates_bpm, reading.bpm)
        values.half_rr += reading.half_rr
    if isinstance(reading, PodReading):
        _add(values.cadences_spm, cadence_spm(reading))
    if isinstance(reading, PodReading | LocationReading):
        _add(values.speeds_mps, reading.speed_mps)
        if reading.distance_m is not None:
            values.totals.append((event.t_ns, reading.distance_m))


def _add(values: list[float], value: float | None) -> None:
    if value:
        values.append(value)


def _range(values: Sequence[float]) -> Range | None:
    return Range(min(values), median(values), max(values)) if values else None
