"""What a runner can believe of the end of a race, because it was done: true, and never a blame.

Nothing is said of a difference that may be an error of the timing, of what was slower, or of
anybody else.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil, sqrt
from statistics import fmean
from typing import Final

from kickcue.analysis.own_record import END_M, Ending, Performance, Times
from kickcue.core.course import Course

MOST_BELIEFS: Final = 3
"""More would be a list, and convince less [judgement]."""
LEAST_GAIN_S: Final = 1.0
"""A repetition's time is good to about half a second: anything below two of these is nothing..."""
SURE_SDS: Final = 2.0
"""...and so are less than two standard deviations, where the times are known less well."""
FEWEST_BEFORE: Final = 2
"""One repetition or lap before has no average."""
ODOMETER_SHARE: Final = 0.03
"""A pod's or a receiver's distance drifts within a run by less than this [judgement]."""
EVEN_SHARE: Final = 0.03
"""Laps are even where their spread and its error are below this share of a lap [judgement]."""
FEWEST_EVEN: Final = 3
FEWEST_REPEATS: Final = 5
FEWEST_SESSIONS: Final = 3
"""Nothing is the most of two."""


class Kind(StrEnum):
    """What a belief rests on, the most telling for the end of a race first."""

    LAST_LAP = "last_lap"
    LAST_REPEAT = "last_repeat"
    LAST_REPEAT_PACE = "last_repeat_pace"
    FASTEST_END = "fastest_end"
    LAST_KILOMETRE = "last_kilometre"
    EVEN_LAPS = "even_laps"
    EVEN_REPEATS = "even_repeats"
    MOST_REPEATS = "most_repeats"


ALIKE: Final[Mapping[Kind, Kind]] = {
    Kind.LAST_REPEAT_PACE: Kind.LAST_REPEAT,
    Kind.LAST_KILOMETRE: Kind.FASTEST_END,
    Kind.EVEN_REPEATS: Kind.EVEN_LAPS,
}
"""Kinds that say the same of another recording count as one."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A recording: its file's name, when it began in the runner's own time, and what it shows."""

    name: str
    began: datetime
    performance: Performance


@dataclass(frozen=True, slots=True)
class Belief:
    """One thing that was done.

    ``figures`` are those of the sentence, in seconds, metres or a count, not rounded.
    """

    kind: Kind
    evidence: Evidence
    figures: Mapping[str, float]
    course: Course | None = None


def beliefs(record: Iterable[Evidence], most: int = MOST_BELIEFS) -> tuple[Belief, ...]:
    """Return the most telling beliefs of a runner's record, each of another kind.

    The newest recording first, and one of each before there is a second of any.
    """
    newest = sorted(record, key=lambda each: (each.began, each.name), reverse=True)
    found = [belief for evidence in newest for belief in _of(evidence)]
    found += _most_repeats(newest)
    chosen: list[Belief] = []
    for again in (False, True):
        for belief in found:
            kinds = {_alike(each.kind) for each in chosen}
            told = any(each.evidence is belief.evidence for each in chosen)
            if _alike(belief.kind) not in kinds and told <= again and len(chosen) < most:
                chosen.append(belief)
    return tuple(chosen)


def _alike(kind: Kind) -> Kind:
    return ALIKE.get(kind, kind)


def _of(evidence: Evidence) -> list[Belief]:
    """Return what one recording shows, the most telling first."""
    done = evidence.performance
    found = [
        Belief(kind, evidence, figures, done.course)
        for kind, figures in (
            *_of_laps(done.laps),
            *_of_repeats(done.repeats),
            *_of_paces(done.paces_s, done.pace_sd_share),
            *(_of_ending(ending) for ending in done.endings),
        )
        if figures is not None
    ]
    return sorted(found, key=lambda belief: list(Kind).index(belief.kind))


_Found = tuple[Kind, Mapping[str, float] | None]


def _of_laps(laps: Times | None) -> Iterator[_Found]:
    if laps is None:
        return
    yield Kind.LAST_LAP, _last_of(laps.seconds, laps.sd_s)
    # Who kicks has a faster last lap: those before it may have been even.
    for seconds in (laps.seconds, laps.seconds[:-1]):
        even = _even(seconds, laps.sd_s)
        if even is not None:
            yield Kind.EVEN_LAPS, even
            return


def _of_repeats(repeats: Times | None) -> Iterator[_Found]:
    if repeats is None:
        return
    metres = {"metres": repeats.metres}
    for kind, figures in (
        (Kind.LAST_REPEAT, _last_of(repeats.seconds, repeats.sd_s)),
        (Kind.EVEN_REPEATS, _even(repeats.seconds, repeats.sd_s)),
    ):
        yield kind, None if figures is None else {**metres, **figures}


def _of_paces(paces_s: Sequence[float], sd_share: float) -> Iterator[_Found]:
    if paces_s:
        yield Kind.LAST_REPEAT_PACE, _last_of(paces_s, sd_share * fmean(paces_s))


def _of_ending(ending: Ending) -> _Found:
    needed_s = max(LEAST_GAIN_S, ODOMETER_SHARE * ending.seconds)
    figures = {"metres": ending.metres, "run_m": ending.run_m, "time_s": ending.seconds}
    if ending.metres == END_M:
        fastest = ending.fastest_before_s - ending.seconds >= needed_s
        return Kind.FASTEST_END, figures if fastest else None
    gain_s = ending.mean_before_s - ending.seconds
    return Kind.LAST_KILOMETRE, {**figures, "gain_s": gain_s} if gain_s >= needed_s else None


def _last_of(seconds: Sequence[float], sd_s: float) -> Mapping[str, float] | None:
    """Return the last against the mean of those before, None where it was not clearly faster."""
    *before, last = seconds or (0.0,)
    if len(before) < FEWEST_BEFORE:
        return None
    gain_s = fmean(before) - last
    if gain_s < max(LEAST_GAIN_S, SURE_SDS * sd_s * sqrt(1.0 + 1.0 / len(before))):
        return None
    return {"count": len(seconds), "before": len(before), "time_s": last, "gain_s": gain_s}


def _even(seconds: Sequence[float], sd_s: float) -> Mapping[str, float] | None:
    if len(seconds) < FEWEST_EVEN:
        return None
    spread_s = max(seconds) - min(seconds)
    if spread_s + SURE_SDS * sqrt(2.0) * sd_s > EVEN_SHARE * fmean(seconds):
        return None
    return {"count": len(seconds), "spread_s": spread_s}


def _most_repeats(record: Sequence[Evidence]) -> list[Belief]:
    """Return the one session with more repetitions than any other, if there is one.

    Of the others those count, too, of which the recording has but one end.
    """
    sessions = [each for each in record if each.performance.done_at_most]
    if len(sessions) < FEWEST_SESSIONS:
        return []
    best = max(sessions, key=lambda each: each.performance.done)
    count = best.performance.done
    others = max(each.performance.done_at_most for each in sessions if each is not best)
    if count < FEWEST_REPEATS or count <= others:
        return []
    return [Belief(Kind.MOST_REPEATS, best, {"count": count, "sessions": len(sessions)})]


def within_s(spread_s: float) -> float:
    """Return a spread in tenths of a second that it does not exceed."""
    return ceil(round(spread_s * 10.0, 6)) / 10.0
