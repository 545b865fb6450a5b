"""When a race began and ended, and how far the runner came."""

from collections.abc import Sequence
from dataclasses import dataclass

from kickcue.analysis.recorded_race import presses, recorded_run
from kickcue.analysis.review.model import Ending, TimedBy
from kickcue.analysis.review.race_marks import BY, GUESSED, RaceMark, estimated_m
from kickcue.analysis.timing import SAME_MARK_S, line_error_s
from kickcue.core.course import Course
from kickcue.core.events import (
    Command,
    CommandKind,
    Estimate,
    MarkSource,
    Orderer,
    Phase,
    PhaseChange,
)
from kickcue.core.position.uncertainty import half_width_m
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.recording.model import Recording


@dataclass(frozen=True, slots=True)
class RaceEnd:
    """The end of a race: ``at_m`` None where nobody knows how far it went.

    ``half_m`` and ``error_s`` are halves of 95 % intervals, of the distance and of the time.
    """

    t_ns: int
    ending: Ending
    at_m: float | None
    half_m: float | None
    by: TimedBy
    error_s: float | None
    source: MarkSource | None = None
    """Who timed the finish; None: nobody."""


@dataclass(frozen=True, slots=True)
class RaceSpan:
    """From the start to where the race was over, by the record; ``over`` None: it was not."""

    start_ns: int
    end_ns: int
    started: bool
    over: Phase | None


def race_span(recording: Recording) -> RaceSpan:
    """Return the span of the last race that counts."""
    run = recorded_run(recording)
    end_ns = s_to_ns(run.to_s)
    over = _over(recording, end_ns) if run.ended else None
    return RaceSpan(s_to_ns(run.from_s), end_ns, run.started, over)


def _over(recording: Recording, end_ns: int) -> Phase:
    aborted = any(
        isinstance(entry, PhaseChange) and entry.phase is Phase.ABORTED and entry.t_ns == end_ns
        for entry in recording.outputs
    ) or any(_orders(entry, CommandKind.ABORT, end_ns) for entry in recording.inputs)
    return Phase.ABORTED if aborted else Phase.FINISHED


def _orders(entry: object, kind: CommandKind, t_ns: int) -> bool:
    return isinstance(entry, Command) and entry.kind is kind and entry.t_ns == t_ns


def race_end(
    recording: Recording, course: Course, span: RaceSpan, marks: Sequence[RaceMark]
) -> RaceEnd:
    """Return how the race ended; ``marks`` are those of the race, in order."""
    last = _last_estimate(recording, span)
    if span.over is Phase.FINISHED:
        return _finish(recording, course, span, marks, last)
    ending = Ending.CUT_OFF if span.over is None else Ending.ABORTED
    far_m = max((mark.line_m or 0.0 for mark in marks), default=0.0)
    at_m = None if last is None else last.distance_m
    if at_m is None or last is None or not (far_m or _was_measured(recording, span)):
        return RaceEnd(span.end_ns, ending, far_m or None, None, TimedBy.ESTIMATE, None)
    half_m = None if last.distance_sd_m is None else half_width_m(last.distance_sd_m)
    at_m = min(max(at_m, far_m), course.distance_m)
    return RaceEnd(span.end_ns, ending, at_m, half_m, TimedBy.ESTIMATE, 0.0)


def _finish(
    recording: Recording,
    course: Course,
    span: RaceSpan,
    marks: Sequence[RaceMark],
    last: Estimate | None,
) -> RaceEnd:
    finish_m = course.distance_m
    marked = next((mark for mark in marks if mark.line_m == finish_m), None)
    pressed = _ordered(recording, span.end_ns) or (
        None if marked is None else (marked.t_ns, marked.source)
    )
    pressed = pressed or _pressed_after(recording, span.end_ns)
    if pressed is not None:
        t_ns, source = pressed
        return RaceEnd(
            t_ns, Ending.FINISHED, finish_m, 0.0, BY[source], line_error_s(source), source
        )
    t_ns, error_s = span.end_ns, None
    here_m = None if last is None else estimated_m(last, t_ns)
    if last is not None and here_m is not None and last.speed_mps:
        beyond_s = min(max((here_m - finish_m) / last.speed_mps, 0.0), SAME_MARK_S)
        t_ns -= round(beyond_s * NS_PER_S)
        error_s = half_width_m(last.distance_sd_m or 0.0) / last.speed_mps
    return RaceEnd(t_ns, Ending.FINISHED, finish_m, 0.0, TimedBy.ESTIMATE, error_s)


def _ordered(recording: Recording, end_ns: int) -> tuple[int, MarkSource] | None:
    for entry in recording.inputs:
        if isinstance(entry, Command) and _orders(entry, CommandKind.FINISH, end_ns):
            helper = entry.by is Orderer.TRACKSIDE
            return end_ns, MarkSource.TRACKSIDE if helper else MarkSource.BUTTON
    return None


def _pressed_after(recording: Recording, end_ns: int) -> tuple[int, MarkSource] | None:
    """Return a press just after the engine had noticed the finish by itself: it knows better."""
    finishes = [
        (entry.t_ns, MarkSource.BUTTON)
        for entry in recording.inputs
        if isinstance(entry, Command) and entry.kind is CommandKind.FINISH
    ]
    until_ns = end_ns + s_to_ns(SAME_MARK_S)
    after = [each for each in (*presses(recording), *finishes) if end_ns < each[0] <= until_ns]
    return min(after, default=None)


def _was_measured(recording: Recording, span: RaceSpan) -> bool:
    """Tell whether any distance of the race stands on more than the clock."""
    return any(
        isinstance(out, Estimate)
        and span.start_ns <= out.t_ns <= span.end_ns
        and out.mode not in GUESSED
        for out in recording.outputs
    )


def _last_estimate(recording: Recording, span: RaceSpan) -> Estimate | None:
    return next(
        (
            out
            for out in reversed(recording.outputs)
            if isinstance(out, Estimate)
            and span.start_ns <= out.t_ns <= span.end_ns
            and out.distance_m is not None
        ),
        None,
    )
