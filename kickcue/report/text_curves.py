"""The curves of a review in a terminal: pace, heart rate and cadence over distance or time."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kickcue.analysis.review.model import Review, ReviewKind
from kickcue.core.length_format import metres
from kickcue.report.formats import SLOWEST_PACE_MPS, PaceUnit, clock, pace, whole
from kickcue.report.text_plots import Axis, Plot, Point

_LEAST_POINTS: Final = 2
_MOST_LABELS: Final = 6
STEPS_M: Final = (50.0, 100.0, 200.0, 500.0, 1000.0, 2000.0, 5000.0, 10_000.0, 20_000.0)
STEPS_S: Final = (10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1200.0, 1800.0, 3600.0, 7200.0)


def curves(review: Review, unit: PaceUnit) -> Iterator[Plot]:
    """Yield a curve of each value that is known, the last lap or the repetitions bright.

    Over the distance; a session, and what has no distance, over the time.
    """
    series = review.series
    over_m = review.kind is not ReviewKind.SESSION and _known(series.distance_m)
    places = series.distance_m if over_m else series.race_s
    reached = [place for place in places if place is not None]
    if len(reached) < _LEAST_POINTS or max(reached) <= min(reached):
        return
    axis = _over_metres(review, reached) if over_m else _over_time(review, reached)
    for title, values, label, least in (
        (f"Pace, min/{unit}", series.mps, lambda mps: pace(mps, unit), SLOWEST_PACE_MPS),
        ("Heart rate, beats/min", series.heart_rate_bpm, whole, 0.0),
        ("Cadence, steps/min", series.cadence_spm, whole, 0.0),
    ):
        points: list[Point] = [
            (at, value) for at, value in zip(places, values, strict=True) if at is not None
        ]
        if _known([value for _, value in points]):
            yield Plot(title, points, axis, label, least)


def _known(values: Sequence[float | None]) -> bool:
    return sum(value is not None for value in values) >= _LEAST_POINTS


def _over_metres(review: Review, reached: Sequence[float]) -> Axis:
    high_m = max(reached) if review.distance_m is None else max(review.distance_m, *reached)
    last_m = None if review.pacing is None else high_m - review.pacing.last_m
    return Axis(
        low=0.0,
        high=high_m,
        marks=[lap.to_m for lap in review.laps if lap.to_m <= high_m],
        bright=[] if last_m is None else [(last_m, high_m)],
        labels=round_labels(0.0, high_m, STEPS_M, metres),
    )


def _over_time(review: Review, reached: Sequence[float]) -> Axis:
    low_s, high_s = min(reached), max(reached)
    repeats = () if review.repeats is None else review.repeats.each
    return Axis(
        low=low_s,
        high=high_s,
        marks=[repeat.race_s for repeat in repeats],
        bright=[(repeat.race_s, repeat.race_s + repeat.seconds) for repeat in repeats],
        labels=round_labels(low_s, high_s, STEPS_S, lambda seconds: clock(seconds, 0)),
    )


def round_labels(
    low: float, high: float, steps: Sequence[float], write: Callable[[float], str]
) -> list[tuple[float, str]]:
    """Return round places from ``low`` to ``high``, no more than there is room for."""
    fitting = (step for step in steps if (high - low) / step < _MOST_LABELS)
    step = next(fitting, (high - low) / _MOST_LABELS)
    first = -int(-low // step)
    return [(n * step, write(n * step)) for n in range(first, int(high // step) + 1)]
