"""The sentences of a report, written once: page, terminal and card show the same."""

from typing import Any, Final

from kickcue.analysis.review.model import Ending, Lap, Review, ReviewKind, TimedBy
from kickcue.report.cue_words import cue_words
from kickcue.report.formats import clock, metres
from kickcue.report.health_words import anybody_answered, health_sentences
from kickcue.report.pacing_words import pacing_sentences
from kickcue.report.repeat_words import repeat_sentences

TIMED_BY: Final = {
    TimedBy.GUN: "gun",
    TimedBy.BUTTON: "lap button",
    TimedBy.TRACKSIDE: "trackside press",
    TimedBy.GATE: "position",
    TimedBy.BEACON: "beacon",
    TimedBy.WATCH: "watch lap",
    TimedBy.ESTIMATE: "estimate",
}
"""By what a line was timed."""
_STOPPED: Final = {ReviewKind.RACE: "Gave up", ReviewKind.SESSION: "Stopped"}


def words_for(review: Review) -> dict[str, Any]:
    """Return every ready sentence of a report, JSON-able.

    ``laps`` and ``cues`` are as long as those of the review, and in their order.
    """
    return {
        "ending": ending(review),
        "time": clock(review.seconds),
        "pacing": list(pacing_sentences(review)),
        "repeats": list(repeat_sentences(review)),
        "laps": [
            {"name": lap_name(lap, review), "timed_by": TIMED_BY[lap.timed_by]}
            for lap in review.laps
        ],
        "cues": [cue_words(cue, answered=anybody_answered(review)) for cue in review.cues],
        "health": list(health_sentences(review)),
        "timed_by": {by.value: words for by, words in TIMED_BY.items()},
    }


def ending(review: Review) -> str:
    """Return how it ended, in one sentence without a full stop."""
    took = clock(review.seconds)
    match review.ending:
        case Ending.FINISHED:
            how = "in" if review.kind is ReviewKind.RACE else "after"
            return f"Finished {how} {took}"
        case Ending.ABORTED:
            return f"{_STOPPED.get(review.kind, 'Stopped')} after {took}{_left(review)}"
        case Ending.CUT_OFF:
            return f"The recording ends after {took}{_left(review)}: the {review.kind} went on"
        case Ending.RECORDED:
            return f"Recorded for {took}"


def lap_name(lap: Lap, review: Review) -> str:
    """Return what a lap is called: its number, or which part of one it is."""
    if not lap.full:
        return f"{'first' if lap.number == 1 else 'last'} {metres(round(lap.to_m - lap.from_m))}"
    return f"{'km' if is_kilometre(lap, review) else 'lap'} {lap.number}"


def is_kilometre(lap: Lap, review: Review) -> bool:
    """Tell whether it is a kilometre of the road and no lap of a track or of a watch."""
    on_track = review.course is not None and review.course.lap_m is not None
    long = abs(lap.to_m - lap.from_m - 1000) < 1
    return long and not on_track and lap.timed_by is not TimedBy.WATCH


def _left(review: Review) -> str:
    if review.course is None or review.distance_m is None:
        return ""
    left_m = review.course.distance_m - review.distance_m
    return f", with about {metres(round(left_m))} to go" if left_m >= 1 else ""
