"""What holds of every review, whatever was run and whatever went wrong with it."""

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from itertools import pairwise
from typing import Any, Final

from kickcue.analysis.review.model import Ending, Repeat, Review, ReviewKind, Series

SLACK: Final = 1e-6
LONGEST_HEADLINE: Final = 300
FASTEST_MPS: Final = 15.0
"""Nobody runs faster on the mean of a lap, and no watch that is right says so."""
LONGEST_STEP_M: Final = 4.0


def sensible(review: Review) -> None:
    """AssertionError where a review contradicts itself."""
    odd = [f"{where}: {value}" for where, value in numbers(review) if not math.isfinite(value)]
    assert odd == [], "no number"
    assert "\n" not in review.headline
    assert 0 < len(review.headline) <= LONGEST_HEADLINE
    assert review.seconds >= 0.0
    assert review.stopped_s >= 0.0
    _kind(review)
    _laps(review)
    _pacing(review)
    if review.repeats is not None:
        _repeats(review.repeats.each)
        assert 0 <= review.repeats.alike <= len(review.repeats.each)
    _health(review)
    _series(review.series)
    for span in (*review.pauses, *review.gaps):
        assert span.from_race_s <= span.to_race_s
    for before, after in pairwise(review.cues):
        assert before.t_s <= after.t_s
    _times(review)


def _times(review: Review) -> None:
    times = [
        *((each.t_s, each.race_s) for each in review.cues),
        *((each.t_s, each.race_s) for each in review.phases),
        *((each.t_s, each.race_s) for each in review.marks),
        *((each.t_s, each.race_s) for each in review.told),
    ]
    for t_s, race_s in times:
        assert math.isclose(t_s - review.start_t_s, race_s, abs_tol=1e-3)


def numbers(given: Any, where: str = "review") -> Iterator[tuple[str, float]]:
    """Yield every float of it, and where it stands."""
    if isinstance(given, float):
        yield where, given
    elif is_dataclass(given):
        for each in fields(given):
            yield from numbers(getattr(given, each.name), f"{where}.{each.name}")
    elif isinstance(given, tuple):
        for n, each in enumerate(given):
            yield from numbers(each, f"{where}[{n}]")


def _kind(review: Review) -> None:
    assert (review.kind is ReviewKind.RACE) == (review.course is not None)
    if review.kind is ReviewKind.SESSION:
        assert review.laps == ()
        assert review.repeats is not None
    if review.kind is ReviewKind.RUN:
        assert review.ending is Ending.RECORDED
    if review.course is not None and review.ending is Ending.FINISHED:
        assert review.distance_m == review.course.distance_m
        assert math.isclose(math.fsum(lap.seconds for lap in review.laps), review.seconds)


def _laps(review: Review) -> None:
    laps = review.laps
    assert [lap.number for lap in laps] == [*range(1, len(laps) + 1)]
    for before, after in pairwise(laps):
        assert before.to_m == after.from_m
        assert before.race_s <= after.race_s
        assert math.isclose(before.race_s + before.seconds, after.race_s, abs_tol=0.01)
    for lap in laps:
        assert lap.from_m < lap.to_m
        assert lap.seconds > 0.0
        # Where a machine slept, the clock stood still, and a note says so.
        assert lap.mps <= FASTEST_MPS or any("stood still" in note for note in review.notes)
        assert math.isclose(lap.mps, (lap.to_m - lap.from_m) / lap.seconds, rel_tol=1e-3)


def _pacing(review: Review) -> None:
    pacing = review.pacing
    if pacing is None:
        return
    assert review.ending in {Ending.FINISHED, Ending.RECORDED}
    kick = 100.0 * (pacing.rest_s - pacing.last_s) / pacing.rest_s
    assert math.isclose(kick, pacing.kick_percent, abs_tol=0.01)
    halves_s = pacing.first_half_s + pacing.second_half_s
    half = 100.0 * (pacing.second_half_s - pacing.first_half_s) / halves_s
    assert math.isclose(half, pacing.half_percent, abs_tol=0.01)
    assert pacing.saved_up_s is None or pacing.saved_up_s > 0.0
    last = review.laps[-1]
    if math.isclose(last.to_m - last.from_m, pacing.last_m):
        assert math.isclose(last.seconds, pacing.last_s, abs_tol=0.05), "two times of one lap"


def _repeats(repeats: tuple[Repeat, ...]) -> None:
    assert [each.number for each in repeats] == [*range(1, len(repeats) + 1)]
    for before, after in pairwise(repeats):
        assert after.rest_s is not None
        assert after.rest_s >= 0.0
        assert before.t_s + before.seconds <= after.t_s + SLACK
    for each in repeats:
        assert each.seconds > 0.0
        assert each.metres is None or each.metres >= 0.0


def _health(review: Review) -> None:
    for sensor in review.sensors:
        assert 0.0 <= sensor.covered <= 1.0
        assert sensor.longest_silence_s >= 0.0
    found = review.delivery
    if found is not None:
        assert found.given == found.felt + found.dropped + found.unanswered
        assert found.given == len(review.cues)
    if review.position is not None:
        assert 0 <= review.position.inside <= review.position.marks


def _series(series: Series) -> None:
    columns = [getattr(series, each.name) for each in fields(series)]
    assert len({len(column) for column in columns}) == 1, "columns of one length"
    assert all(before < after for before, after in pairwise(series.race_s))
    known = [metres for metres in series.distance_m if metres is not None]
    assert all(before <= after for before, after in pairwise(known)), "the distance goes back"
    assert all(value is None or value <= LONGEST_STEP_M for value in series.step_m)
    for column in (series.mps, series.cadence_spm, series.step_m, series.heart_rate_bpm):
        assert all(value is None or value >= 0.0 for value in column)
