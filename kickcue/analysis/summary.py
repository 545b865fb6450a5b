"""What is in a recording, in figures: for ``kickcue info`` and for a look before a replay."""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from kickcue.analysis.recorded_race import presses
from kickcue.analysis.run_readings import GAP_S, ProfileOf
from kickcue.config.generic_profiles import generic_profile
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
    Timer,
)
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import HeartReading, LocationReading, PodReading, cadence_spm, interpret
from kickcue.core.units import NS_PER_S, ns_to_s, s_to_ns
from kickcue.recording.model import Recording
from kickcue.recording.plausible import grown_m

_Step = tuple[int, int]
"""From one time to the next, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From when to when."""

    from_s: float
    to_s: float

    @property
    def seconds(self) -> float:
        """How long."""
        return self.to_s - self.from_s


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
    """Return the figures of a recording; ``profiles`` by id, to read the notifications with."""
    pauses = tuple(_pauses(recording))
    return RecordingSummary(
        duration_s=recording.duration_s,
        sensors=tuple(
            _sensor(recording, name, events, profiles)
            for name, events in _by_sensor(recording.inputs).items()
        ),
        counts=_counts(recording.inputs),
        marks=dict(Counter(source.value for _, source in presses(recording))),
        pauses=pauses,
        gaps=tuple(_gaps(recording.inputs, pauses)),
        outputs=dict(Counter(type(output).__name__.lower() for output in recording.outputs)),
        cues=tuple(output for output in recording.outputs if isinstance(output, Cue)),
    )


def _by_sensor(inputs: Iterable[Input]) -> dict[str, list[Notification]]:
    by_sensor: dict[str, list[Notification]] = defaultdict(list)
    for event in inputs:
        if isinstance(event, Notification):
            by_sensor[event.sensor].append(event)
    return by_sensor


def _gaps(inputs: Iterable[Input], pauses: Sequence[TimeSpan]) -> Iterator[TimeSpan]:
    """Yield when nothing told where the runner was, though the recorder was running."""
    telling = [event.t_ns for event in inputs if isinstance(event, Notification | Fix)]
    for step in _steps(telling):
        if _is_gap(step) and not _is_paused(span := _span(step), pauses):
            yield span


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


def _pauses(recording: Recording) -> Iterator[TimeSpan]:
    stopped_ns: int | None = None
    for event in recording.inputs:
        if not isinstance(event, Timer):
            continue
        if not event.running:
            stopped_ns = event.t_ns
        elif stopped_ns is not None:
            yield TimeSpan(ns_to_s(stopped_ns), ns_to_s(event.t_ns))
            stopped_ns = None


def _is_gap(step: _Step) -> bool:
    return step[1] - step[0] > GAP_S * NS_PER_S


def _is_paused(gap: TimeSpan, pauses: Sequence[TimeSpan]) -> bool:
    """Tell whether the recorder was stopped for most of a gap.

    If so, it was in its middle, for pauses do not overlap.
    """
    at = bisect_right(pauses, (gap.from_s + gap.to_s) / 2, key=lambda pause: pause.from_s) - 1
    return (
        at >= 0
        and min(gap.to_s, pauses[at].to_s) - max(gap.from_s, pauses[at].from_s) > gap.seconds / 2
    )


def _steps(times_ns: Iterable[int]) -> list[_Step]:
    return list(pairwise(sorted(times_ns)))


def _span(step: _Step) -> TimeSpan:
    return TimeSpan(ns_to_s(step[0]), ns_to_s(step[1]))


def _length_ns(step: _Step) -> int:
    return step[1] - step[0]


def profile_of(
    recording: Recording, profiles: Mapping[str, SensorProfile], event: Notification
) -> SensorProfile | None:
    """Return the profile to read a notification with, the recording's or the characteristic's."""
    return profiles.get(recording.header.sensors.get(event.sensor, "")) or profiles.get(
        generic_profile(event.char) or ""
    )


def profiles_by_id(recording: Recording, profiles: Mapping[str, SensorProfile]) -> ProfileOf:
    """Return the same as a function of the notification alone; ``profiles`` by id."""
    return lambda event: profile_of(recording, profiles, event)


def _sensor(
    recording: Recording,
    name: str,
    events: Sequence[Notification],
    profiles: Mapping[str, SensorProfile],
) -> SensorSummary:
    recorded = recording.header.sensors.get(name)
    values = _Values()
    for event in events:
        profile = profile_of(recording, profiles, event)
        if profile is not None:
            _read(values, profile, event)
    steps = _steps(event.t_ns for event in events)
    silences = _steps((0, *(event.t_ns for event in events), s_to_ns(recording.duration_s)))
    middle_s = median(map(_length_ns, steps)) / NS_PER_S if steps else 0.0
    return SensorSummary(
        name=name,
        profile=recorded,
        notifications=len(events),
        rate_hz=1 / middle_s if middle_s > 0 else None,
        silence=_span(max(silences, key=_length_ns)),
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
