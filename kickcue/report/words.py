"""What a report calls laps, endings and ways of timing, wherever it is read."""

from typing import Final

from kickcue.analysis.review.model import Ending, Lap, Review, ReviewKind, TimedBy
from kickcue.core.length_format import metres
from kickcue.report.formats import clock

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
