"""The finish that nobody marked: where a runner stops at about the race's distance it was there."""

from collections.abc import Sequence
from typing import Final

from kickcue.analysis.review.lap_table import LineTime
from kickcue.analysis.review.race_curve import RaceCurve, Shape, usual_scale

STOOD_S: Final = 5.0
LOOK_S: Final = 2.0
RUNNING_MPS: Final = 2.0
WITHIN_SHARE: Final = 0.05
"""A pod or a watch that is off by more than this did not measure that race, or not all of it."""
WITHIN_M: Final = 15.0
STOPPED_ERROR_S: Final = 3.0
"""Half of the 95 % interval of such a finish: people run on for a few steps [judgement]."""


def stopped_at_finish(
    finish_m: float, known: Sequence[LineTime], shape: Shape, end_s: float, *, watch_stopped: bool
) -> float | None:
    """Return when the runner finished a race whose finish nobody marked, None where he did not.

    ``known`` are the places whose time was taken. ``watch_stopped``: the recording ends because the
    runner stopped the watch, not because a machine did.
    """
    if not shape:
        return None
    way, last = RaceCurve(shape.knots), known[-1]
    stop_s = _stop_s(way, last.race_s, end_s)
    if end_s - stop_s < STOOD_S and not watch_stopped:
        return None
    scale = usual_scale([(line.race_s, line.line_m) for line in known], shape) or 1.0
    here_m = last.line_m + scale * (way.at(stop_s) - way.at(last.race_s))
    within_m = WITHIN_SHARE * (finish_m - last.line_m) + WITHIN_M
    return stop_s if abs(here_m - finish_m) <= within_m else None


def _stop_s(way: RaceCurve, from_s: float, to_s: float) -> float:
    """Return when the runner stopped for good; the end where that did not happen."""
    at_s = to_s
    while at_s > from_s and (way.mps(at_s - LOOK_S, at_s) or 0.0) < RUNNING_MPS:
        at_s -= 1.0
    return min(way.time_at(way.at(at_s)), to_s) if at_s < to_s else to_s
