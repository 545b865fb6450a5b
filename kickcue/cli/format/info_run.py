"""The run of a recording as ``kickcue info`` shows it: its review, where that needs no replay."""

from dataclasses import dataclass
from itertools import pairwise

from kickcue.analysis.recorded_race import RecordedRun
from kickcue.analysis.review.common import timers_of
from kickcue.analysis.review.model import Review, ReviewKind, TimedBy
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.units import s_to_ns
from kickcue.recording import Recording
from kickcue.report.pacing_words import pacing_sentences


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a runner asks first.

    ``seconds`` are those for which the recorder was running, ``time`` turns moments into seconds
    from the gun. ``laps`` lie between the lines of a race, or between presses; ``estimated``: those
    of which nobody marked an end. ``kick``: the last window against the rest, in a sentence.
    """

    time: RaceTime
    started: bool
    seconds: float
    stopped_s: float
    distance_m: float | None
    laps_s: tuple[float, ...]
    estimated: tuple[bool, ...]
    kick: str | None


def run_facts(recording: Recording, run: RecordedRun, review: Review) -> RunFacts:
    """Return the facts of a run by its review, and by its presses where it is no race."""
    raced = review.kind is ReviewKind.RACE
    return RunFacts(
        time=RaceTime(s_to_ns(review.start_t_s), timers_of(recording)),
        started=run.started,
        seconds=review.seconds,
        stopped_s=review.stopped_s,
        distance_m=review.distance_m,
        laps_s=tuple(lap.seconds for lap in review.laps) if raced else run.lap_times_s,
        estimated=_estimated(review) if raced else (False,) * len(run.lap_times_s),
        kick=next(pacing_sentences(review), None),
    )


def _estimated(review: Review) -> tuple[bool, ...]:
    by = [TimedBy.GUN, *(lap.timed_by for lap in review.laps)]
    return tuple(TimedBy.ESTIMATE in (before, after) for before, after in pairwise(by))
