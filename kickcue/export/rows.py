"""The rows of an export: one a second out of the review, or one for each record of a watch."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from kickcue.analysis.review.model import Review, ReviewKind
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.events import Timer
from kickcue.core.units import STEPS_PER_STRIDE
from kickcue.export.activity import ExportLap, ExportRow
from kickcue.export.positions import Positions
from kickcue.recording.model import Recording
from kickcue.recording.watch_records import WatchRecord, counts_both_feet

_S_PER_MIN: Final = 60.0


def race_time(recording: Recording, review: Review) -> RaceTime:
    """Return the clock of what was run."""
    timers = (event for event in recording.inputs if isinstance(event, Timer))
    return RaceTime(round(review.start_t_s * 1e9), timers)


def rows_each_second(
    recording: Recording, review: Review, laps: Sequence[ExportLap]
) -> tuple[ExportRow, ...]:
    """Return a row a second, as the review has them."""
    clock, series, positions = (
        race_time(recording, review),
        review.series,
        Positions(recording.inputs),
    )
    found = []
    for at, race_s in enumerate(series.race_s):
        t_ns = clock.t_ns(race_s)
        lat_deg, lon_deg = positions.at(t_ns) or (None, None)
        found.append(
            ExportRow(
                t_ns,
                race_s,
                series.distance_m[at],
                series.mps[at],
                series.cadence_spm[at],
                series.step_m[at],
                series.heart_rate_bpm[at],
                series.error_m[at],
                lat_deg=lat_deg,
                lon_deg=lon_deg,
            )
        )
    return tuple(_placed(_with_the_end(found, review, clock), review, laps))


def rows_as_recorded(
    recording: Recording, review: Review, laps: Sequence[ExportLap]
) -> tuple[ExportRow, ...]:
    """Return a row for each record of a watch's file, else one a second.

    Of a race the distance is the review's: where the runner was on the course, and not what the
    watch had counted.
    """
    if recording.watch is None:
        return rows_each_second(recording, review, laps)
    clock = race_time(recording, review)
    records = [record for record in recording.watch.records if _is_within(record, review, clock)]
    both = counts_both_feet(record.cadence_per_min for record in recording.watch.records)
    steps = 1 if both else STEPS_PER_STRIDE
    found: Sequence[ExportRow] = [
        _own_row(record, clock.at(record.t_ns), steps) for record in records
    ]
    if review.kind is ReviewKind.RACE:
        found = _with_the_end([_on_course(row, review) for row in found], review, clock)
    return tuple(_placed(found, review, laps))


def _with_the_end(rows: list[ExportRow], review: Review, clock: RaceTime) -> Sequence[ExportRow]:
    """Return the rows, and one more at the very end: sites take the last distance for the whole."""
    if not rows or rows[-1].race_s >= review.seconds or review.distance_m is None:
        return rows
    end = replace(
        rows[-1],
        t_ns=clock.t_ns(review.seconds),
        race_s=review.seconds,
        distance_m=review.distance_m,
        lat_deg=None,
        lon_deg=None,
    )
    return [*rows, end]


def _is_within(record: WatchRecord, review: Review, clock: RaceTime) -> bool:
    if record.t_ns < clock.start_ns:
        return False
    return review.kind is not ReviewKind.RACE or clock.at(record.t_ns) <= review.seconds


def _own_row(record: WatchRecord, race_s: float, steps: int) -> ExportRow:
    cadence = record.cadence_per_min
    spm = None if cadence is None else cadence * steps
    stride_m = record.stride_length_m
    step_m = stride_m / STEPS_PER_STRIDE if stride_m else _step_m(record.speed_mps, spm)
    return ExportRow(
        record.t_ns,
        race_s,
        record.distance_m,
        record.speed_mps,
        spm,
        step_m,
        record.heart_rate_bpm,
        lat_deg=record.lat_deg,
        lon_deg=record.lon_deg,
    )


def _step_m(mps: float | None, spm: float | None) -> float | None:
    return mps * _S_PER_MIN / spm if mps and spm else None


def _on_course(row: ExportRow, review: Review) -> ExportRow:
    series = review.series
    distance_m = _between(series.race_s, series.distance_m, row.race_s)
    at = min(max(bisect_left(series.race_s, row.race_s), 0), len(series.race_s) - 1)
    return replace(
        row,
        distance_m=distance_m,
        mps=series.mps[at] if at >= 0 else row.mps,
        error_m=series.error_m[at] if at >= 0 else None,
    )


def _between(times: Sequence[float], values: Sequence[float | None], at_s: float) -> float | None:
    """Return the value at a time, straight between two that are known."""
    after = bisect_right(times, at_s)
    before = after - 1
    if before < 0:
        return None
    a = values[before]
    b = values[after] if after < len(times) else None
    if a is None or b is None:
        return a
    return a + (b - a) * (at_s - times[before]) / (times[after] - times[before])


def _placed(
    rows: Sequence[ExportRow], review: Review, laps: Sequence[ExportLap]
) -> Iterator[ExportRow]:
    """Yield the rows with what depends on where they stand: to go, lap, phase, cues."""
    goal_m = None if review.course is None else review.course.distance_m
    ends = [lap.to_ns for lap in laps]
    since = [span.race_s for span in review.phases]
    cues = sorted(review.cues, key=lambda cue: cue.race_s)
    told = 0
    for at, row in enumerate(rows):
        words = []
        while told < len(cues) and (cues[told].race_s <= row.race_s or at == len(rows) - 1):
            words.append(cues[told].text)
            told += 1
        lap, phase = bisect_left(ends, row.t_ns), bisect_right(since, row.race_s) - 1
        yield replace(
            row,
            to_go_m=_to_go_m(goal_m, row.distance_m),
            lap=min(lap, len(ends) - 1) + 1 if ends else None,
            phase=review.phases[phase].phase if phase >= 0 else None,
            cue="; ".join(words) or None,
        )


def _to_go_m(goal_m: float | None, distance_m: float | None) -> float | None:
    return None if goal_m is None or distance_m is None else max(goal_m - distance_m, 0.0)
