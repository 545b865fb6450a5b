"""The review of a race."""

from collections.abc import Iterator, Mapping, Sequence

from kickcue.analysis.review.body_readings import BodyReadings, Readings
from kickcue.analysis.review.common import (
    acks_of,
    cues_of,
    estimates_of,
    readings_of,
    told_of,
    utc_of,
)
from kickcue.analysis.review.cue_reviews import cue_reviews
from kickcue.analysis.review.delivery import delivery_review
from kickcue.analysis.review.each_second import series
from kickcue.analysis.review.headline import race_headline
from kickcue.analysis.review.judged import judged
from kickcue.analysis.review.lap_table import Doubt, Track, laps, line_times
from kickcue.analysis.review.model import (
    CourseFacts,
    Lap,
    PhaseSpan,
    Review,
    ReviewKind,
    TimedBy,
)
from kickcue.analysis.review.position_review import mark_review, position_review
from kickcue.analysis.review.race_curve import RaceCurve
from kickcue.analysis.review.race_end import RaceSpan
from kickcue.analysis.review.race_places import LATE_ERROR_S, RacePlaces, race_places
from kickcue.analysis.review.sensors import gaps_and_pauses, sensor_reviews
from kickcue.core.course import Course, corrected
from kickcue.core.engine_config import EngineConfig
from kickcue.core.errors import UsageError
from kickcue.core.events import (
    Command,
    Estimate,
    Notice,
    Phase,
    PhaseChange,
)
from kickcue.core.position.uncertainty import half_width_m
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import ns_to_s
from kickcue.recording.model import Recording


def race_review(
    recording: Recording,
    config: EngineConfig,
    profiles: Mapping[str, SensorProfile],
    span: RaceSpan,
    *,
    tactical: bool = False,
) -> Review:
    """Return the review of a race that was started; ``tactical``: it was run for the place."""
    readings = readings_of(recording, profiles)
    estimates = [e for e in estimates_of(recording) if span.start_ns <= e.t_ns <= span.end_ns]
    course = _course(recording, config.race.course)
    race = race_places(recording, course, span, readings, estimates)
    time, end, end_s, curve = race.time, race.end, race.end_s, race.curve
    track = Track(curve, time, BodyReadings(readings, time))
    moved = bool(race.shape)
    table = _laps(race, track, estimates)
    paced, unjudged = judged(race, table, tactical=tactical)
    reviewed_marks = tuple(mark_review(mark, time) for mark in race.marks)
    gaps, pauses = gaps_and_pauses(recording, time.start_ns, end.t_ns)
    cues = tuple(cue_reviews(cues_of(recording), acks_of(recording), track, course))
    return Review(
        kind=ReviewKind.RACE,
        title=course.event,
        headline=race_headline(course, end.ending, end_s, end.at_m, paced),
        file=recording.path.name,
        made_by=recording.header.made_by,
        utc=utc_of(recording, time.start_ns),
        start_t_s=ns_to_s(time.start_ns),
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
        position=position_review(reviewed_marks, _pod_scale(race)),
        sensors=sensor_reviews(recording, profiles, time.start_ns, end.t_ns),
        delivery=delivery_review(recording, cues),
        pauses=pauses,
        gaps=gaps,
        told=told_of(recording, time),
        notes=(*recording.notes, *_notes(recording, race), *unjudged),
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


def _laps(race: RacePlaces, track: Track, estimates: Sequence[Estimate]) -> tuple[Lap, ...]:
    """Return the laps; where nothing measured the way only those between lines that were marked."""
    curve = race.curve
    if curve.to_m <= 0.0:
        return ()
    told = Readings(
        (race.time.at(each.t_ns), half_width_m(each.distance_sd_m))
        for each in estimates
        if each.distance_sd_m is not None
    )
    doubt = Doubt(curve, race.known, told)
    lines = [
        line
        for line in line_times(curve, race.course.crossings_m, race.known, doubt)
        if race.shape or line.by is not TimedBy.ESTIMATE or line.line_m == curve.to_m
    ]
    return laps(track, lines, race.course.marker_m)


def _notes(recording: Recording, race: RacePlaces) -> Iterator[str]:
    if any(
        isinstance(out, PhaseChange)
        and out.phase is Phase.FINISHED
        and out.t_ns < race.time.start_ns
        for out in recording.outputs
    ):
        yield "a race was finished before this one in the same file: only the last one is shown"
    if race.course.note:
        yield race.course.note
    if race.late_s:
        yield (
            f"start was pressed about {race.late_s:.0f} s after the gun, by the way to the first "
            f"line: all times count from the gun, which is known to {LATE_ERROR_S:.0f} s"
        )


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


def _pod_scale(race: RacePlaces) -> float | None:
    """Return true metres per metre of the pod, from the gun to the last place that is known."""
    last, way = race.known[-1], RaceCurve(race.shape.knots)
    if not race.shape.by_pod or last.line_m <= 0.0:
        return None
    run_m = way.at(last.race_s) - way.at(0.0)
    return last.line_m / run_m if run_m > 0.0 else None
