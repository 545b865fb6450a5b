"""When the recorder was stopped, and when nothing told where the runner was."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Self

from kickcue.core.events import Fix, Input, Notification, Timer
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.model import Recording

GAP_S: Final = 3.0
"""Sensors notify once a second: longer than this without any word, and nothing was recorded."""
GAP_NS: Final = s_to_ns(GAP_S)


@dataclass(frozen=True, slots=True)
class TimeSpan:
    """From when to when, in seconds of the recording."""

    from_s: float
    to_s: float

    @classmethod
    def of(cls, step_ns: tuple[int, int]) -> Self:
        """Return the span from one ``t_ns`` to another."""
        return cls(ns_to_s(step_ns[0]), ns_to_s(step_ns[1]))

    @property
    def seconds(self) -> float:
        """How long."""
        return self.to_s - self.from_s


def pauses_in(recording: Recording) -> tuple[TimeSpan, ...]:
    """Return when the recorder was stopped, in order; in a live race it never is."""
    return tuple(_pauses(recording.inputs))


def gaps_in(recording: Recording, within_ns: tuple[int, int] | None = None) -> tuple[TimeSpan, ...]:
    """Return when nothing told where the runner was, though the recorder was running.

    ``within_ns``: from when to when one should have been told; None: from the first word to the
    last.
    """
    telling = [event.t_ns for event in recording.inputs if isinstance(event, Notification | Fix)]
    if within_ns is not None:
        from_ns, to_ns = within_ns
        telling = [from_ns, *(t_ns for t_ns in telling if from_ns < t_ns < to_ns), to_ns]
    pauses = pauses_in(recording)
    long = (TimeSpan.of(step) for step in steps(telling) if step[1] - step[0] > GAP_NS)
    return tuple(span for span in long if not mostly_paused(span, pauses))


def steps(times_ns: Iterable[int]) -> list[tuple[int, int]]:
    """Return the times from each moment to the next."""
    return list(pairwise(sorted(times_ns)))


def longest(times_ns: Iterable[int], pauses: Sequence[TimeSpan] = ()) -> TimeSpan | None:
    """Return the longest time from one moment to the next, but for those mostly paused.

    None where there is none.
    """
    by_length = sorted(steps(times_ns), key=lambda step: step[0] - step[1])
    spans = (TimeSpan.of(step) for step in by_length if step[1] > step[0])
    return next((span for span in spans if not mostly_paused(span, pauses)), None)


def mostly_paused(span: TimeSpan, pauses: Sequence[TimeSpan]) -> bool:
    """Tell whether the recorder was stopped for most of a time.

    If so, it was in its middle, for pauses do not overlap.
    """
    at = bisect_right(pauses, (span.from_s + span.to_s) / 2, key=lambda pause: pause.from_s) - 1
    return at >= 0 and _shared_s(span, pauses[at]) > span.seconds / 2


def running_s(span: TimeSpan, pauses: Sequence[TimeSpan]) -> float:
    """Return for how much of a time the recorder was running."""
    first = bisect_right(pauses, span.from_s, key=lambda pause: pause.to_s)
    left_s = span.seconds
    for pause in pauses[first:]:
        if pause.from_s >= span.to_s:
            break
        left_s -= _shared_s(span, pause)
    return left_s


def _shared_s(a: TimeSpan, b: TimeSpan) -> float:
    return min(a.to_s, b.to_s) - max(a.from_s, b.from_s)


def _pauses(inputs: Iterable[Input]) -> Iterator[TimeSpan]:
    stopped_ns: int | None = None
    for event in inputs:
        if not isinstance(event, Timer):
            continue
        if not event.running:
            stopped_ns = event.t_ns
        elif stopped_ns is not None:
            yield TimeSpan.of((stopped_ns, event.t_ns))
            stopped_ns = None
