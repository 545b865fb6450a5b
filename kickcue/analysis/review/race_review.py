"""The review of a race."""

from collections.abc import Mapping, Sequence
from typing import Final

from kickcue.analysis.review.body_readings import BodyReadings, Readings
from kickcue.analysis.review.common import (
    acks_of,
    cues_of,
    estimates_of,
    readings_of,
    timers_of,
    told_of,
    utc_of,
)
from kickcue.analysis.review.cue_reviews import cue_reviews
from kickcue.analysis.review.delivery import delivery_review
from kickcue.analysis.review.each_second import series
from kickcue.analysis.review.headline import race_headline
from kickcue.analysis.review.lap_table import Doubt, LineTime, Track, laps, line_times
from kickcue.analysis.review.model import (
    CourseFacts,
    Ending,
    PhaseSpan,
    Review,
    ReviewKind,
    TimedBy,
)
from kickcue.analysis.review.pacing import pacing
from kickcue.analysis.review.position_review import mark_review, position_review
from kickcue.analysis.review.race_curve import Knot, RaceCurve, fitted, growing
from kickcue.analysis.review.race_end import RaceEnd, RaceSpan, race_end
from kickcue.analysis.review.race_marks import BY, RaceMark, race_marks
from kickcue.analysis.review.race_shape import race_shape
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.review.sensors import gaps_and_pauses, sensor_reviews
from kickcue.analysis.timing import SAME_MARK_S, line_error_s
from kickcue.core.course import Course, corrected
from kickcue.core.engine_config import EngineConfig
from kickcue.core.errors import UsageError
from kickcue.core.events import (
    Command,
    Notice,
    PhaseChange,
)
from kickcue.core.position.uncertainty import half_width_m
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.model import Recording

SAME_LINE_M: Final = 0.01


def race_review(
    recording: Recording,
    config: EngineConfig,
    profiles: Mapping[str, SensorProfile],
    span: RaceSpan,
) -> Review:
    """Return the review of a race that was started."""
    course = _course(recording, config.race.course)
    marks = race_marks(recording, course, span.start_ns, span.end_ns + s_to_ns(SAME_MARK_S))
    end = race_end(recording, course, span, marks)
    time = RaceTime(span.start_ns, timers_of(recording))
    readings = readings_of(recording, profiles)
    estimates = [e for e in estimates_of(recording) if span.start_ns <= e.t_ns <= end.t_ns]
    end_s = max(time.at(end.t_ns), 0.0)
    shape = race_shape(readings, estimates, time, end_s)
    known = _known(marks, end, time, end_s)
    curve = _curve(known, end, end_s, shape)
    track = Track(curve, time, BodyReadings(readings, time))
    told = Readings(
        (time.at(e.t_ns), half_width_m(e.distance_sd_m))
        for e in estimates
        if e.distance_sd_m is not None
    )
    moved = bool(shape)
    lines = [
        line
        for line in line_times(curve, course.crossings_m, known, Doubt(curve, known, told))
        if moved or line.by is not TimedBy.ESTIMATE or line.line_m == curve.to_m
    ]
    table = laps(track, lines, course.marker_m) if curve.to_m > 0.0 else ()
    finished = end.ending is Ending.FINISHED
    full_s = [lap.seconds for lap in table if lap.full]
    paced = pacing(curve, course, full_s) if finished and moved else None
    reviewed_marks = tuple(mark_review(mark, time) for mark in marks)
    gaps, pauses = gaps_and_pauses(recording, span.start_ns, end.t_ns)
    cues = tuple(cue_reviews(cues_of(recording), acks_of(recording), track, course))
    return Review(
        kind=ReviewKind.RACE,
        title=course.event,
        headline=race_headline(course, end.ending, end_s, end.at_m, paced),
        file=recording.path.name,
        made_by=recording.header.made_by,
        utc=utc_of(recording, span.start_ns),
        start_t_s=ns_to_s(span.start_ns),
        seconds=end_s,
        stopped_s=time.stopped_s(end.t_ns),
        ending=end.ending,
        distance_m=end.at_m,
        half_width_m=end.half_m,
        course=_facts(course),
        laps=table,
        pacing=paced,
        repeats=None,
        body=track.body.body(0.0, end_s, curve.mps(0.0, end_s) if moved else None),
        cues=cues,
        phases=tuple(_phases(recording, track)),
        marks=reviewed_marks,
        position=position_review(reviewed_marks, _pod_scale(readings.totals, known, time)),
        sensors=sensor_reviews(recording, profiles, span.start_ns, end.t_ns),
        delivery=delivery_review(cues),
        pauses=pauses,
        gaps=gaps,
        told=told_of(recording, time),
        notes=(*recording.notes, *([course.note] if course.note else [])),
        problems=recording.problems,
        series=series(track, estimates, moved=moved),
    )


def _course(recording: Recording, course: Course) -> Course:
    """Return the course with the corrections of its distance that the engine took."""
    order: Command | None = None
    for entry in recording.entries:
        if isinstance(entry, Command):
            order = entry
        elif isinstance(entry, Notice) and entry.code == "distance" and order is not None:
            course = _over(course, order.race_distance_m)
    return course


def _over(course: Course, distance_m: float | None) -> Course:
    try:
        return course if distance_m is None else corrected(course, distance_m)
    except UsageError:
        return course


def _known(marks: Sequence[RaceMark], end: RaceEnd, time: RaceTime, end_s: float) -> list[LineTime]:
    """Return the places whose time was taken, the gun first."""
    found = [LineTime(0.0, 0.0, TimedBy.GUN, 0.0)]
    finished = end.ending is Ending.FINISHED
    for mark in marks:
        race_s = time.at(mark.t_ns)
        if mark.line_m is None or not found[-1].race_s < race_s <= end_s:
            continue
        if mark.line_m > found[-1].line_m and not (
            end.at_m is not None and mark.line_m >= end.at_m - SAME_LINE_M
        ):
            found.append(LineTime(mark.line_m, race_s, BY[mark.source], line_error_s(mark.source)))
    if finished and end.at_m is not None and end_s > found[-1].race_s:
        found.append(LineTime(end.at_m, end_s, end.by, end.error_s))
    return found


def _curve(
    known: Sequence[LineTime], end: RaceEnd, end_s: float, shape: Sequence[Knot]
) -> RaceCurve:
    anchors: list[Knot] = [(line.race_s, line.line_m) for line in known]
    if end.at_m is not None:
        anchors.append((end_s, end.at_m))
    curve = fitted(growing(anchors), shape)
    if curve.to_s < end_s:
        curve = RaceCurve([*curve.knots, (end_s, curve.to_m)])
    return curve


def _facts(course: Course) -> CourseFacts:
    return CourseFacts(
        event=course.event,
        distance_m=course.distance_m,
        lap_m=course.lap_m,
        marker_m=course.marker_m,
        kick_m=course.kick_m,
        window_name=course.window_name,
        lines_m=course.crossings_m,
    )


def _phases(recording: Recording, track: Track) -> list[PhaseSpan]:
    return [
        PhaseSpan(out.phase, ns_to_s(out.t_ns), track.time.at(out.t_ns), _place(track, out.t_ns))
        for out in recording.outputs
        if isinstance(out, PhaseChange) and out.t_ns >= track.time.start_ns
    ]


def _place(track: Track, t_ns: int) -> float | None:
    return track.curve.at(track.time.at(t_ns)) if track.curve.to_m > 0.0 else None


def _pod_scale(
    totals: Sequence[tuple[int, float]], known: Sequence[LineTime], time: RaceTime
) -> float | None:
    """Return true metres per metre of the pod, from the gun to the last place that is known."""
    last = known[-1]
    inside = [metres for t_ns, metres in totals if 0.0 <= time.at(t_ns) <= last.race_s]
    if last.line_m <= 0.0 or len(inside) < 2 or inside[-1] <= inside[0]:
        return None
    return last.line_m / (inside[-1] - inside[0])
