"""The reviews of a session, and of a run of which nobody said what it was."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Final

from kickcue.analysis.recorded_race import recorded_run
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
from kickcue.analysis.review.headline import run_headline, session_headline
from kickcue.analysis.review.lap_table import Doubt, LineTime, Track, laps, line_times
from kickcue.analysis.review.model import Ending, Lap, Repeats, Review, ReviewKind, TimedBy
from kickcue.analysis.review.race_curve import Knot, RaceCurve
from kickcue.analysis.review.race_shape import race_shape
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.review.repeats import repeats_review
from kickcue.analysis.review.sensors import gaps_and_pauses, sensor_reviews
from kickcue.analysis.review.watch_laps import watch_lines
from kickcue.core.course import LONGEST_RACE_M
from kickcue.core.engine_config import EngineConfig
from kickcue.core.events import Phase, PhaseChange
from kickcue.core.profiles import SensorProfile
from kickcue.core.session.numbered_legs import numbered, repetitions
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.model import Recording

KILOMETRE_M: Final = 1000.0
FEWEST_LINES: Final = 2
START: Final = LineTime(0.0, 0.0, TimedBy.GUN, 0.0)


def session_review(
    recording: Recording,
    profiles: Mapping[str, SensorProfile],
    config: EngineConfig,
    title: str,
) -> Review:
    """Return the review of a session by a plan."""
    run = recorded_run(recording)
    start_ns, end_ns = s_to_ns(run.from_s), s_to_ns(run.to_s)
    planned = repetitions(numbered(config.plan))
    repeats = repeats_review(recording, profiles, start_ns, planned)
    over = [out.phase for out in recording.outputs if isinstance(out, PhaseChange)]
    ending = Ending.FINISHED if run.ended else Ending.CUT_OFF
    if over and over[-1] is Phase.ABORTED:
        ending = Ending.ABORTED
    done = 0 if repeats is None else len([each for each in repeats.each if each.whole])
    if ending is Ending.CUT_OFF and 0 < planned <= done:
        ending = Ending.FINISHED
    told = session_headline(title, ns_to_s(end_ns - start_ns), done, planned)
    return _whole(
        recording, profiles, (start_ns, end_ns), (ReviewKind.SESSION, title, told, ending), repeats
    )


def run_review(
    recording: Recording, profiles: Mapping[str, SensorProfile], unstarted: str | None = None
) -> Review:
    """Return the review of any other run; ``unstarted`` is the race whose start nobody pressed."""
    run = recorded_run(recording)
    start_ns, end_ns = s_to_ns(run.from_s), s_to_ns(run.to_s)
    title = "Run" if unstarted is None else f"{unstarted}, never started"
    what = (ReviewKind.RUN, title, "", Ending.RECORDED)
    found = _whole(
        recording,
        profiles,
        (start_ns, end_ns),
        what,
        repeats_review(recording, profiles, start_ns, None),
    )
    if unstarted is None:
        return found
    note = (
        f"this was to be a race, {unstarted}, but nobody pressed start: it is shown as a run. "
        f"`kickcue replay {recording.path.name} --start-offset SECONDS` shows it as the race, "
        "with the gun so long after the recording began"
    )
    return replace(found, notes=(*found.notes, note))


def _whole(
    recording: Recording,
    profiles: Mapping[str, SensorProfile],
    span_ns: tuple[int, int],
    what: tuple[ReviewKind, str, str, Ending],
    repeats: Repeats | None,
) -> Review:
    (start_ns, end_ns), (kind, title, headline, ending) = span_ns, what
    time = RaceTime(start_ns, timers_of(recording))
    end_s = max(time.at(end_ns), 0.0)
    readings = readings_of(recording, profiles)
    shape = race_shape(readings, (), time, end_s)
    curve = RaceCurve(_from_the_start(shape.knots, end_s))
    track = Track(curve, time, BodyReadings(readings, time))
    moved = curve.to_m > 0.0
    gaps, pauses = gaps_and_pauses(recording, start_ns, end_ns)
    runs = () if repeats is None else repeats.each
    cues = tuple(cue_reviews(cues_of(recording), acks_of(recording), track, None, runs))
    return Review(
        kind=kind,
        title=title,
        headline=headline or run_headline(end_s, curve.to_m, repeats),
        file=recording.path.name,
        made_by=recording.header.made_by,
        utc=utc_of(recording, start_ns),
        start_t_s=ns_to_s(start_ns),
        seconds=end_s,
        stopped_s=time.stopped_s(end_ns),
        ending=ending,
        distance_m=curve.to_m if moved else None,
        half_width_m=None,
        course=None,
        laps=_run_laps(recording, track) if kind is ReviewKind.RUN and moved else (),
        pacing=None,
        repeats=repeats,
        body=track.body.body(0.0, end_s, curve.mps(0.0, end_s) if moved else None),
        cues=cues,
        phases=(),
        marks=(),
        position=None,
        sensors=sensor_reviews(recording, profiles, start_ns, end_ns),
        delivery=delivery_review(recording, cues),
        pauses=pauses,
        gaps=gaps,
        told=told_of(recording, time),
        notes=recording.notes,
        problems=recording.problems,
        series=series(track, estimates_of(recording), moved=moved),
    )


def _from_the_start(shape: Sequence[Knot], end_s: float) -> list[Knot]:
    """Return the way from the start to the end, in metres since the start."""
    whole = RaceCurve(shape or [(0.0, 0.0)])
    began_m = whole.at(0.0)
    inner = [(t_s, m - began_m) for t_s, m in shape if 0.0 < t_s < end_s]
    ends = [(end_s, whole.at(end_s) - began_m)] if end_s > 0.0 else []
    return [(0.0, 0.0), *inner, *ends]


def _run_laps(recording: Recording, track: Track) -> tuple[Lap, ...]:
    """Return the laps of the run's watch, kilometres where it has no two."""
    lines = watch_lines(recording, track)
    if len(lines) < FEWEST_LINES:
        return _kilometres(track)
    ends = [START, *lines]
    full_m = median(after.line_m - before.line_m for before, after in pairwise(ends[:-1]))
    return laps(track, ends, full_m)


def _kilometres(track: Track) -> tuple[Lap, ...]:
    if track.curve.to_m > LONGEST_RACE_M:  # a receiver that went astray ran that far
        return ()
    whole = int(track.curve.to_m // KILOMETRE_M)
    lines = [KILOMETRE_M * n for n in range(1, whole + 1)]
    doubt = Doubt(track.curve, (), Readings(()))
    return laps(track, line_times(track.curve, lines, [START], doubt), KILOMETRE_M)
