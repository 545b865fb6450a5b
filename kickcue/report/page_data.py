"""What the charts of the page are drawn from, as small as it can be without being seen."""

from collections.abc import Sequence
from typing import Any, Final

from kickcue.analysis.review.model import Review, Series
from kickcue.report.pacing_words import window_name
from kickcue.report.page_end import window_from_s
from kickcue.report.page_parts import in_metres

DIGITS: Final = {
    "race_s": 1,
    "distance_m": 1,
    "mps": 2,
    "cadence_spm": 1,
    "step_m": 2,
    "heart_rate_bpm": 0,
    "error_m": 1,
    "offset_m": 1,
}
MOST_ROWS: Final = 4 * 3600
"""Longer series lose every second row, or more: no screen has so many pixels."""


def page_data(review: Review) -> dict[str, Any]:
    """Return what the page's scripts read: columns, and moments in seconds from the gun."""
    begin_s = window_from_s(review)
    return {
        "columns": _columns(review.series),
        "metres": in_metres(review),
        "window": None if begin_s is None else [round(begin_s, 1), round(review.seconds, 1)],
        "windowName": None if review.pacing is None else window_name(review, review.pacing),
        "restMps": _rest_mps(review),
        "laps": [round(lap.race_s + lap.seconds, 1) for lap in review.laps],
        "phases": [[phase.phase.value, round(phase.race_s, 1)] for phase in review.phases],
        "cues": [[round(cue.race_s, 1), cue.kind.value, cue.response.value] for cue in review.cues],
        "marks": [
            [round(mark.race_s, 1), round(mark.error_m, 1)]
            for mark in review.marks
            if mark.error_m is not None
        ],
        "gaps": [
            [round(each.from_race_s, 1), round(each.to_race_s, 1)]
            for each in (*review.gaps, *review.pauses)
        ],
        "repeats": [
            [each.number, round(each.race_s, 1), round(each.seconds, 1)]
            for each in (review.repeats.each if review.repeats else ())
        ],
    }


def _rest_mps(review: Review) -> float | None:
    """Return the mean speed before the last window."""
    pacing = review.pacing
    return None if pacing is None else round(pacing.last_m / pacing.rest_s, 3)


def has(values: Sequence[float | None]) -> bool:
    """Tell whether anything is known in a column."""
    return any(value is not None for value in values)


def _columns(series: Series) -> dict[str, list[float | None] | None]:
    """Return each column rounded; None in place of one in which nothing is known but the time."""
    stride = max(-(-len(series.race_s) // MOST_ROWS), 1)
    return {
        name: _rounded(values[::stride], digits) if has(values) or name == "race_s" else None
        for name, digits in DIGITS.items()
        for values in (getattr(series, name),)
    }


def _rounded(values: Sequence[float | None], digits: int) -> list[float | None]:
    """Return the values with so many digits, whole ones without a point."""
    return [None if value is None else _short(round(value, digits)) for value in values]


def _short(value: float) -> float:
    return int(value) if value == int(value) else value
