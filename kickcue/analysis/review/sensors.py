"""How each sensor did, and when nothing was recorded."""

from collections import defaultdict
from collections.abc import Mapping
from itertools import pairwise
from math import fsum
from statistics import median

from kickcue.analysis.review.model import SensorReview, Span
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import GAP_NS
from kickcue.core.errors import DecodeError
from kickcue.core.events import Fix, Link, Notification, Timer
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import interpret
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.recording.model import Recording


def sensor_reviews(
    recording: Recording, profiles: Mapping[str, SensorProfile], from_ns: int, to_ns: int
) -> tuple[SensorReview, ...]:
    """Return one for each sensor that said anything between two times."""
    by_sensor: dict[str, list[Notification]] = defaultdict(list)
    for event in recording.inputs:
        if isinstance(event, Notification) and from_ns <= event.t_ns <= to_ns:
            by_sensor[event.sensor].append(event)
    return tuple(
        _review(recording, name, events, profiles.get(name), (from_ns, to_ns))
        for name, events in by_sensor.items()
    )


def _review(
    recording: Recording,
    name: str,
    events: list[Notification],
    profile: SensorProfile | None,
    span_ns: tuple[int, int],
) -> SensorReview:
    from_ns, to_ns = span_ns
    times = [from_ns, *sorted({event.t_ns for event in events}), to_ns]
    steps = [(b - a, a) for a, b in pairwise(times)]
    longest_ns, since_ns = max(steps)
    silent_s = fsum(ns_to_s(ns) for ns, _ in steps if ns > GAP_NS)
    inner = [ns for ns, _ in steps[1:-1] if ns > 0]
    time = RaceTime(from_ns, [event for event in recording.inputs if isinstance(event, Timer)])
    return SensorReview(
        name=name,
        profile=recording.header.sensors.get(name),
        notifications=len(events),
        rate_hz=NS_PER_S / median(inner) if inner else None,
        covered=1.0 - silent_s / ns_to_s(to_ns - from_ns) if to_ns > from_ns else 0.0,
        longest_silence_s=ns_to_s(longest_ns),
        longest_silence_race_s=time.at(since_ns),
        broken=0 if profile is None else len([e for e in events if _is_broken(profile, e)]),
        lost_links=len(
            [
                event
                for event in recording.inputs
                if isinstance(event, Link)
                and not event.up
                and event.sensor == name
                and from_ns <= event.t_ns <= to_ns
            ]
        ),
    )


def _is_broken(profile: SensorProfile, event: Notification) -> bool:
    try:
        interpret(profile, event.char, event.data)
    except DecodeError:
        return True
    return False


def gaps_and_pauses(
    recording: Recording, start_ns: int, end_ns: int
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return when nothing was heard though the timer ran, and when the timer stood."""
    timers = [event for event in recording.inputs if isinstance(event, Timer)]
    time = RaceTime(start_ns, timers)
    heard = sorted(
        event.t_ns
        for event in recording.inputs
        if isinstance(event, Notification | Fix) and start_ns <= event.t_ns <= end_ns
    )
    gaps = tuple(
        Span(time.at(a), time.at(b))
        for a, b in pairwise([start_ns, *heard, end_ns])
        if time.at(b) - time.at(a) > ns_to_s(GAP_NS)
    )
    pauses = tuple(
        Span(time.at(a.t_ns), time.at(b.t_ns))
        for a, b in pairwise(timers)
        if not a.running and b.running and start_ns <= a.t_ns <= end_ns
    )
    return gaps, pauses
