"""The laps of an export: those of the review, without a gap from start to end.

Of a race they end at its lines. Of a session they are repetitions and rests, of a run those of its
watch, or its kilometres.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from math import fsum
from typing import Final

from kickcue.analysis.review.model import Repeat, Review, ReviewKind, TimedBy
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.events import LegEnd
from kickcue.core.units import NS_PER_MS, NS_PER_S
from kickcue.export.activity import ExportLap, ExportRow, Intensity, Trigger, by_lap
from kickcue.recording.interpolation import Interpolated
from kickcue.recording.model import Recording
from kickcue.recording.watch_records import WatchRecords

SHORTEST_S: Final = 0.5
"""What is left over for less than this between two laps is rounding, and no lap."""
CM_PER_M: Final = 100
MS_PER_S: Final = 1000

BY_TIMING: Final[Mapping[TimedBy, Trigger]] = {
    TimedBy.GUN: Trigger.MANUAL,
    TimedBy.BUTTON: Trigger.MANUAL,
    TimedBy.TRACKSIDE: Trigger.MANUAL,
    TimedBy.GATE: Trigger.POSITION,
    TimedBy.BEACON: Trigger.POSITION,
    TimedBy.WATCH: Trigger.DISTANCE,
    TimedBy.ESTIMATE: Trigger.DISTANCE,
}
BY_LEG: Final[Mapping[LegEnd | None, Trigger]] = {
    LegEnd.PRESS: Trigger.MANUAL,
    LegEnd.TIME: Trigger.TIME,
    LegEnd.LINE: Trigger.POSITION,
}
"""The ends of repetitions that are no distance run."""
BY_WORD: Final[Mapping[str, Trigger]] = {
    "manual": Trigger.MANUAL,
    "time": Trigger.TIME,
    "distance": Trigger.DISTANCE,
    "position_start": Trigger.POSITION,
    "position_lap": Trigger.POSITION,
    "position_waypoint": Trigger.POSITION,
    "position_marked": Trigger.POSITION,
    "position": Trigger.POSITION,
    "session_end": Trigger.SESSION_END,
}
"""The words that FIT has for it, and kickcue in a TCX."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """From ``from_s`` to ``to_s`` of the race; metres None where nobody knows."""

    from_s: float
    to_s: float
    metres: float | None
    trigger: Trigger
    intensity: Intensity = Intensity.ACTIVE


def export_laps(recording: Recording, review: Review, clock: RaceTime) -> tuple[ExportLap, ...]:
    """Return the laps, at least one; what was felt in them is added by ``with_body``."""
    if review.kind is ReviewKind.SESSION:
        stretches = list(_session(review))
    else:
        stretches = list(_to_the_end(_lines(review, recording.watch), review))
    if not stretches:
        stretches = [_Stretch(0.0, review.seconds, review.distance_m, Trigger.SESSION_END)]
    stretches[-1] = replace(stretches[-1], trigger=Trigger.SESSION_END)
    return tuple(_whole(stretches, clock))


def with_body(laps: Sequence[ExportLap], rows: Sequence[ExportRow]) -> tuple[ExportLap, ...]:
    """Return the laps with means and greatest values of the rows in them."""
    within = by_lap(rows)
    return tuple(_felt(lap, within.get(lap.number, ())) for lap in laps)


def _felt(lap: ExportLap, rows: Sequence[ExportRow]) -> ExportLap:
    rates = [row.heart_rate_bpm for row in rows if row.heart_rate_bpm is not None]
    return replace(
        lap,
        mean_heart_rate_bpm=_mean(rates),
        most_heart_rate_bpm=max(rates, default=None),
        mean_cadence_spm=_mean([row.cadence_spm for row in rows if row.cadence_spm]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return fsum(values) / len(values) if values else None


# ---- a race, a run


def _lines(review: Review, watch: WatchRecords | None) -> Iterator[_Stretch]:
    """Yield the laps of a review; those of the run's watch say how they were ended."""
    words = [] if watch is None else [lap.trigger for lap in watch.laps]
    for lap, word in zip_longest(review.laps, words[: len(review.laps)]):
        to_s, by = lap.race_s + lap.seconds, BY_TIMING[lap.timed_by]
        if lap.timed_by is TimedBy.WATCH:
            by = BY_WORD.get(word, Trigger.MANUAL)
        yield _Stretch(lap.race_s, to_s, lap.to_m - lap.from_m, by)


def _to_the_end(laps: Iterable[_Stretch], review: Review) -> Iterator[_Stretch]:
    """Yield the laps, and what was run after the last of them."""
    to_s, run_m = 0.0, 0.0
    for lap in laps:
        yield lap
        to_s, run_m = lap.to_s, run_m + (lap.metres or 0.0)
    if to_s and review.seconds - to_s > SHORTEST_S:
        left_m = None if review.distance_m is None else max(review.distance_m - run_m, 0.0)
        yield _Stretch(to_s, review.seconds, left_m, Trigger.SESSION_END)


# ---- a session


def _session(review: Review) -> Iterator[_Stretch]:
    repeats = () if review.repeats is None else review.repeats.each
    way = _way(review)
    at_s, last = 0.0, len(repeats) - 1
    for number, repeat in enumerate(repeats):
        from_s = max(repeat.race_s, at_s)
        if from_s - at_s > SHORTEST_S:
            intensity = Intensity.REST if number else Intensity.WARM_UP
            yield _between(way, at_s, from_s, intensity)
        else:
            from_s = at_s
        to_s = max(repeat.race_s + repeat.seconds, from_s)
        yield _Stretch(from_s, to_s, _length_m(repeat, way), _ended_by(repeat))
        at_s = to_s
        if number == last and review.seconds - at_s > SHORTEST_S:
            yield _between(way, at_s, review.seconds, Intensity.COOL_DOWN)


def _ended_by(repeat: Repeat) -> Trigger:
    return BY_LEG.get(repeat.by, Trigger.DISTANCE)


def _length_m(repeat: Repeat, way: Interpolated | None) -> float | None:
    if repeat.metres is not None or way is None:
        return repeat.metres
    return _run_m(way, repeat.race_s, repeat.race_s + repeat.seconds)


def _between(
    way: Interpolated | None, from_s: float, to_s: float, intensity: Intensity
) -> _Stretch:
    """Return what was run between two repetitions; a runner who runs off or presses ends it."""
    metres = None if way is None else _run_m(way, from_s, to_s)
    return _Stretch(from_s, to_s, metres, Trigger.MANUAL, intensity)


def _way(review: Review) -> Interpolated | None:
    series = review.series
    known = [
        (round(race_s * NS_PER_S), metres)
        for race_s, metres in zip(series.race_s, series.distance_m, strict=True)
        if metres is not None
    ]
    return Interpolated(known) if known else None


def _run_m(way: Interpolated, from_s: float, to_s: float) -> float:
    return way.at(round(to_s * NS_PER_S)) - way.at(round(from_s * NS_PER_S))


# ---- whole milliseconds and centimetres


def _whole(stretches: Sequence[_Stretch], clock: RaceTime) -> Iterator[ExportLap]:
    """Yield the laps, rounded where they end: so what they add up to is as exact as each."""
    run_m = 0.0
    from_ns = clock.start_ns
    for number, each in enumerate(stretches, 1):
        to_ns = clock.t_ns(each.to_s)
        yield ExportLap(
            number,
            from_ns,
            to_ns,
            timer_ms=round(each.to_s * MS_PER_S) - round(each.from_s * MS_PER_S),
            elapsed_ms=_ms(to_ns - clock.start_ns) - _ms(from_ns - clock.start_ns),
            length_cm=None if each.metres is None else _cm(run_m + each.metres) - _cm(run_m),
            trigger=each.trigger,
            intensity=each.intensity,
            mean_heart_rate_bpm=None,
            most_heart_rate_bpm=None,
            mean_cadence_spm=None,
        )
        run_m += each.metres or 0.0
        from_ns = to_ns


def _ms(duration_ns: int) -> int:
    return round(duration_ns / NS_PER_MS)


def _cm(metres: float) -> int:
    return round(metres * CM_PER_M)
