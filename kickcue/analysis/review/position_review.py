"""How well the engine knew the place: each mark against the estimate just before it."""

from collections.abc import Sequence
from statistics import median

from kickcue.analysis.review.model import MarkReview, PositionReview
from kickcue.analysis.review.race_marks import BY, RaceMark
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.position.uncertainty import half_width_m
from kickcue.core.units import ns_to_s


def mark_review(mark: RaceMark, time: RaceTime) -> MarkReview:
    """Return a mark with the error of the estimate before it."""
    told_m = mark.told_m
    sd_m = None if mark.told is None else mark.told.distance_sd_m
    known = mark.line_m is not None and told_m is not None
    return MarkReview(
        t_s=ns_to_s(mark.t_ns),
        race_s=time.at(mark.t_ns),
        by=BY[mark.source],
        line_m=mark.line_m,
        error_m=told_m - mark.line_m if known and told_m and mark.line_m else None,
        half_width_m=None if sd_m is None else half_width_m(sd_m),
    )


def position_review(marks: Sequence[MarkReview], pod_scale: float | None) -> PositionReview:
    """Return how the marks lay to what was reported before each of them."""
    known = [
        (mark.error_m, mark.half_width_m)
        for mark in marks
        if mark.error_m is not None and mark.half_width_m is not None
    ]
    errors = [error_m for error_m, _ in known]
    return PositionReview(
        marks=len(known),
        inside=len([1 for error_m, half_m in known if abs(error_m) <= half_m]),
        worst_error_m=max(errors, key=abs, default=None),
        median_error_m=median(map(abs, errors)) if errors else None,
        pod_scale=pod_scale,
    )
