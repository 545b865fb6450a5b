"""What is known of a race afterwards: its clock, its end, and where the runner was when."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kickcue.analysis.review.common import timers_of
from kickcue.analysis.review.lap_table import LineTime
from kickcue.analysis.review.late_start import late_start_s
from kickcue.analysis.review.mark_lines import with_lines
from kickcue.analysis.review.model import Ending, TimedBy
from kickcue.analysis.review.race_curve import Knot, RaceCurve, Shape, fitted, growing
from kickcue.analysis.review.race_end import RaceEnd, RaceSpan, race_end
from kickcue.analysis.review.race_marks import BY, RaceMark, finish_mark, race_marks
from kickcue.analysis.review.race_shape import race_shape
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.review.stopped_running import STOPPED_ERROR_S, stopped_at_finish
from kickcue.analysis.run_readings import RunReadings
from kickcue.analysis.timing import SAME_MARK_S, line_error_s
from kickcue.core.course import Course
from kickcue.core.events import Estimate
from kickcue.core.units import s_to_ns
from kickcue.recording.model import Recording

SAME_LINE_M: Final = 0.01
OWN_KINDS: Final = frozenset({"MCAP", "JSONL"})
"""Recordings that kickcue makes: they may end because a machine did."""
LATE_ERROR_S: Final = 3.0
"""Half of the 95 % interval of a gun that is known by the way run before the start was pressed: in
simulated races whose start came 15 or 30 s late."""


@dataclass(frozen=True, slots=True)
class RacePlaces:
    """A race, read from its recording.

    ``known`` are the places whose time was taken, the gun the first; ``late_s`` is by how much the
    start was pressed after the gun, 0 where nothing says so.
    """

    course: Course
    time: RaceTime
    end: RaceEnd
    marks: Sequence[RaceMark]
    shape: Shape
    known: Sequence[LineTime]
    curve: RaceCurve
    late_s: float = 0.0

    @property
    def end_s(self) -> float:
        """When it was over."""
        return max(self.time.at(self.end.t_ns), 0.0)


def race_places(
    recording: Recording,
    course: Course,
    span: RaceSpan,
    readings: RunReadings,
    estimates: Sequence[Estimate],
) -> RacePlaces:
    """Return what is known of a race that was started.

    A start that was pressed late is moved to where the gun must have gone.
    """
    found = _places(recording, course, span, readings, estimates)
    late_s = late_start_s(found.known, found.shape, readings, found.time)
    if late_s is None:
        return found
    earlier = replace(span, start_ns=span.start_ns - s_to_ns(late_s))
    found = _places(recording, course, earlier, readings, estimates, LATE_ERROR_S)
    return replace(found, late_s=late_s)


# One argument more than the entrance has: what moving the start tells of its error.
def _places(  # noqa: PLR0913, PLR0917
    recording: Recording,
    course: Course,
    span: RaceSpan,
    readings: RunReadings,
    estimates: Sequence[Estimate],
    gun_error_s: float = 0.0,
) -> RacePlaces:
    time = RaceTime(span.start_ns, timers_of(recording))
    told = race_marks(recording, course, span.start_ns, span.end_ns + s_to_ns(SAME_MARK_S))
    end = race_end(recording, course, span, told)
    shape = race_shape(readings, estimates, time, max(time.at(end.t_ns), 0.0))
    if end.source is not None and all(mark.t_ns != end.t_ns for mark in told):
        told = sorted(
            [*told, finish_mark(recording, course, end.t_ns, end.source)],
            key=lambda mark: mark.t_ns,
        )
    marks = with_lines(told, course, end, time, shape)
    gun = LineTime(0.0, 0.0, TimedBy.GUN, gun_error_s)
    if end.ending is Ending.CUT_OFF:
        end = _finished(
            recording, course, end, time, [gun, *_marked(course, marks, time, end)], shape
        )
    known = [gun, *_marked(course, marks, time, end), *_finish(time, end)]
    return RacePlaces(course, time, end, marks, shape, known, _curve(known, time, end, shape))


# One thing each.
def _finished(  # noqa: PLR0913, PLR0917
    recording: Recording,
    course: Course,
    end: RaceEnd,
    time: RaceTime,
    known: Sequence[LineTime],
    shape: Shape,
) -> RaceEnd:
    """Return the end where the runner stopped at about the race's distance, else ``end``."""
    stopped = bool(recording.kind) and recording.kind not in OWN_KINDS
    stop_s = stopped_at_finish(
        course.distance_m, known, shape, time.at(end.t_ns), watch_stopped=stopped
    )
    if stop_s is None:
        return end
    t_ns, by = time.t_ns(stop_s), TimedBy.ESTIMATE
    return RaceEnd(t_ns, Ending.FINISHED, course.distance_m, 0.0, by, STOPPED_ERROR_S)


def _marked(
    course: Course, marks: Sequence[RaceMark], time: RaceTime, end: RaceEnd
) -> list[LineTime]:
    """Return the places that were marked between the gun and the end, each behind those before."""
    found = [LineTime(0.0, 0.0, TimedBy.GUN, 0.0)]
    end_s = time.at(end.t_ns)
    for mark in marks:
        race_s = time.at(mark.t_ns)
        at_end = end.at_m is not None and (mark.line_m or 0.0) >= end.at_m - SAME_LINE_M
        if mark.line_m is None or at_end or not found[-1].race_s < race_s < end_s:
            continue
        if mark.line_m > found[-1].line_m:
            on_road = course.lap_m is None
            error_s = line_error_s(mark.source, mark.line_m / race_s if on_road else None)
            found.append(LineTime(mark.line_m, race_s, BY[mark.source], error_s))
    return found[1:]


def _finish(time: RaceTime, end: RaceEnd) -> list[LineTime]:
    if end.ending is not Ending.FINISHED or end.at_m is None or time.at(end.t_ns) <= 0.0:
        return []
    return [LineTime(end.at_m, time.at(end.t_ns), end.by, end.error_s)]


def _curve(known: Sequence[LineTime], time: RaceTime, end: RaceEnd, shape: Shape) -> RaceCurve:
    end_s = max(time.at(end.t_ns), 0.0)
    anchors: list[Knot] = [(line.race_s, line.line_m) for line in known]
    if end.at_m is not None:
        anchors.append((end_s, end.at_m))
    return fitted(growing(anchors), shape).level_until(end_s)
