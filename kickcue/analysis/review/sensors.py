"""How well each sensor was heard, and when nothing was."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import fsum
from statistics import median_high
from typing import Final

from kickcue.analysis.recorded_readings import rate_hz
from kickcue.analysis.review.common import timers_of
from kickcue.analysis.review.freshness import Freshness, Stretch
from kickcue.analysis.review.model import SensorReview, Span
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.spans import TimeSpan, gaps_in, longest, pauses_in, running_s, steps
from kickcue.core.errors import DecodeError
from kickcue.core.events import Fix, Link, Notification
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.model import Recording

USUAL_STEPS: Final = 3
LONGEST_USUAL_S: Final = 60.0
"""No recorder writes so seldom: it is a gap in any recording."""


@dataclass(frozen=True, slots=True)
class _Watched:
    """The time that is looked at, and when the recorder was stopped in it."""

    from_ns: int
    to_ns: int
    pauses: tuple[TimeSpan, ...]
    time: RaceTime

    def holds(self, t_ns: int) -> bool:
        return self.from_ns <= t_ns <= self.to_ns

    def running_s(self, from_ns: int, to_ns: int) -> float:
        inside = TimeSpan(ns_to_s(max(from_ns, self.from_ns)), ns_to_s(min(to_ns, self.to_ns)))
        return running_s(inside, self.pauses) if inside.seconds > 0.0 else 0.0


def sensor_reviews(
    recording: Recording, profiles: Mapping[str, SensorProfile], from_ns: int, to_ns: int
) -> tuple[SensorReview, ...]:
    """Return every sensor that the recording names or has heard; ``profiles`` by sensor name."""
    time = RaceTime(from_ns, timers_of(recording))
    watched = _Watched(from_ns, to_ns, pauses_in(recording), time)
    said: dict[str, list[Notification | Link]] = defaultdict(list)
    for event in recording.inputs:
        if isinstance(event, Notification | Link):
            said[event.sensor].append(event)
    named = recording.header.sensors
    return tuple(
        _review(name, named.get(name), said[name], profiles.get(name), watched)
        for name in dict.fromkeys((*named, *said))
    )


def gaps_and_pauses(
    recording: Recording, start_ns: int, end_ns: int
) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    """Return when nothing was heard though the recorder was running, and when it was stopped.

    Of a recorder that writes every few seconds only what is long for it counts as a gap.
    """
    time = RaceTime(start_ns, timers_of(recording))
    least_s = min(USUAL_STEPS * _usual_step_s(recording), LONGEST_USUAL_S)
    pauses = (each for each in pauses_in(recording) if start_ns <= s_to_ns(each.from_s) <= end_ns)
    return (
        tuple(
            _by_race(time, each)
            for each in gaps_in(recording, (start_ns, end_ns))
            if each.seconds > least_s
        ),
        tuple(_by_race(time, each) for each in pauses),
    )


def _usual_step_s(recording: Recording) -> float:
    """Return how far apart two moments with something recorded are, the median."""
    times_ns = {event.t_ns for event in recording.inputs if isinstance(event, Notification | Fix)}
    found = [after_ns - before_ns for before_ns, after_ns in steps(times_ns)]
    return ns_to_s(median_high(found)) if found else 0.0


def _by_race(time: RaceTime, span: TimeSpan) -> Span:
    return Span(time.at(s_to_ns(span.from_s)), time.at(s_to_ns(span.to_s)))


def _review(
    name: str,
    named: str | None,
    said: Iterable[Notification | Link],
    profile: SensorProfile | None,
    watched: _Watched,
) -> SensorReview:
    in_order = sorted(said, key=lambda event: event.t_ns)
    times_ns = [
        event.t_ns
        for event in in_order
        if isinstance(event, Notification) and watched.holds(event.t_ns)
    ]
    silence = longest((watched.from_ns, *times_ns, watched.to_ns), watched.pauses)
    covered, broken = _covered(in_order, profile, watched)
    return SensorReview(
        name=name,
        profile=named,
        notifications=len(times_ns),
        rate_hz=rate_hz(times_ns),
        covered=covered,
        longest_silence_s=0.0 if silence is None else silence.seconds,
        longest_silence_race_s=(
            None if silence is None else watched.time.at(s_to_ns(silence.from_s))
        ),
        broken=broken,
        lost_links=len(
            [
                event
                for event in in_order
                if isinstance(event, Link) and not event.up and watched.holds(event.t_ns)
            ]
        ),
    )


def _covered(
    said: Sequence[Notification | Link], profile: SensorProfile | None, watched: _Watched
) -> tuple[float, int]:
    """Return the share of the time with fresh values, and how much could not be read."""
    if profile is None or not said:
        return 0.0, 0
    freshness, broken = Freshness(profile, said[0].t_ns), 0
    for event in said:
        if isinstance(event, Notification):
            try:
                freshness.take(event)
            except DecodeError:
                broken += watched.holds(event.t_ns)
        elif not event.up:
            freshness.finish(event.t_ns)
    freshness.finish(watched.to_ns)
    whole_s = watched.running_s(watched.from_ns, watched.to_ns)
    fresh_s = max(_fresh_s(stretches, watched) for stretches in (freshness.heart, freshness.motion))
    return min(fresh_s / whole_s, 1.0) if whole_s > 0.0 else 0.0, broken


def _fresh_s(stretches: Iterable[Stretch], watched: _Watched) -> float:
    return fsum(watched.running_s(from_ns, to_ns) for from_ns, to_ns in stretches)
