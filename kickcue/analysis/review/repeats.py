"""The repetitions of a session beside each other: those it led, or those found in any recording."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest
from statistics import fmean, stdev

from kickcue.analysis.recorded_session import recorded_runs
from kickcue.analysis.repetitions import (
    ALIKE_LENGTH_SHARE,
    RepetitionSource,
    RepFigures,
    repetitions,
)
from kickcue.analysis.review.body_readings import step_m
from kickcue.analysis.review.common import timers_of
from kickcue.analysis.review.model import Body, Repeat, Repeats
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.errors import DataError
from kickcue.core.events import LegKind, LegResult
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import s_to_ns
from kickcue.recording.model import Recording


def repeats_review(
    recording: Recording, profiles: Mapping[str, SensorProfile], start_ns: int, planned: int | None
) -> Repeats | None:
    """Return the repetitions, None where there are none; ``profiles`` by sensor name.

    ``planned``: how many the plan has, None where there is no plan. With a plan those count that
    the session reported, and no others.
    """
    if planned is not None and not recorded_runs(recording):
        return None
    try:
        way, found = repetitions(recording, profiles)
    except DataError:
        return None
    return repeats_of(recording, way, found, start_ns, planned)


def repeats_of(
    recording: Recording,
    way: RepetitionSource,
    found: Sequence[RepFigures],
    start_ns: int,
    planned: int | None = None,
) -> Repeats:
    """Return repetitions that were found in a recording, with the figures of those alike."""
    led = recorded_runs(recording) if way is RepetitionSource.SESSION else ()
    time = RaceTime(start_ns, timers_of(recording))
    each = tuple(_repeats(found, led, time))
    alike = _alike(each)
    times_s = [repeat.seconds for repeat in alike]
    rests_s = [repeat.rest_s for repeat in alike if repeat.rest_s is not None]
    return Repeats(
        each=each,
        planned=planned,
        found_by=way.value,
        alike=len(alike),
        mean_s=fmean(times_s) if times_s else None,
        spread_s=_spread(times_s),
        fastest_s=min(times_s, default=None),
        slowest_s=max(times_s, default=None),
        mean_rest_s=fmean(rests_s) if rests_s else None,
        rest_spread_s=_spread(rests_s),
        last_percent=_last_percent(alike),
    )


def _repeats(
    found: Sequence[RepFigures], legs: Sequence[LegResult], time: RaceTime
) -> Iterator[Repeat]:
    for number, (rep, leg) in enumerate(zip_longest(found, legs), 1):
        yield Repeat(
            number=number,
            kind=LegKind.REP if leg is None else leg.kind,
            t_s=rep.start_s,
            race_s=time.at(s_to_ns(rep.start_s)),
            seconds=rep.seconds,
            metres=rep.distance_m,
            mps=rep.speed_mps,
            rest_s=rep.rest_s,
            whole=rep.whole,
            by=None if leg is None else leg.by,
            body=_body(rep),
        )


def _body(rep: RepFigures) -> Body:
    return Body(
        cadence_spm=rep.cadence_spm,
        step_m=step_m(rep.speed_mps, rep.cadence_spm),
        heart_rate_bpm=rep.heart_rate_bpm,
        most_heart_rate_bpm=rep.most_heart_rate_bpm,
    )


def _alike(each: Sequence[Repeat]) -> list[Repeat]:
    """Return the most whole repetitions that are of one length, of as many the later ones.

    Where no length is known all of them count.
    """
    whole = [repeat for repeat in each if repeat.whole and repeat.seconds > 0.0]
    known = [repeat.metres for repeat in whole if repeat.metres]
    if not known:
        return whole
    groups = [
        [r for r in whole if r.metres and abs(r.metres - length_m) <= ALIKE_LENGTH_SHARE * length_m]
        for length_m in known
    ]
    return max(reversed(groups), key=len)


def _spread(values: Sequence[float]) -> float | None:
    return stdev(values) if len(values) > 1 else None


def _last_percent(alike: Sequence[Repeat]) -> float | None:
    """Return by how much faster the last was than the mean of the others, in per cent."""
    if len(alike) < 2:
        return None
    *others, last_s = (repeat.seconds / (repeat.metres or 1.0) for repeat in alike)
    return 100.0 * (fmean(others) / last_s - 1.0)
