"""A season: what the digests of many recordings show, in order of time."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from kickcue.analysis.review.model import Ending, ReviewKind
from kickcue.analysis.review_digest import ReviewDigest
from kickcue.recording.utc import utc_ns

LONGEST_STRIDE_M: Final = 120.0
"""Strides are sprints of 50 to 100 m."""
TWO_HUNDREDS_M: Final = (180.0, 220.0)
"""As the sensors measured them."""
EARLIEST_YEAR: Final = 2000
"""Before there were such watches: the clock was not set."""
NS_PER_US: Final = 1000


@dataclass(frozen=True, slots=True)
class Dated:
    """A recording and its day, by the runner's clock; None where it has no date."""

    file: str
    day: date | None
    digest: ReviewDigest


@dataclass(frozen=True, slots=True)
class Week:
    """What was done from ``monday`` on: repetitions, and the sessions that had any."""

    monday: date
    strides: int
    two_hundreds: int
    other_reps: int
    sessions: int
    races: int


@dataclass(frozen=True, slots=True)
class BestLast:
    """The fastest last lap (on the road: kilometre) of an event; the first one, of equal ones."""

    event: str
    last_m: float
    last_s: float
    race: Dated
    races: int
    """How many races of the event there are."""


@dataclass(frozen=True, slots=True)
class Season:
    """``recordings``: all, the latest first; those without a date at the end.

    ``races`` are the finished ones that have a date and a finish that can be judged, ``scaled``
    the dated recordings that show the pod's scale: both in order of time, as are the ``weeks`` with
    any repetition or race.
    """

    recordings: tuple[Dated, ...]
    races: tuple[Dated, ...]
    scaled: tuple[Dated, ...]
    weeks: tuple[Week, ...]
    best_last: tuple[BestLast, ...]


def season(digests: Iterable[tuple[str, ReviewDigest]], zone: tzinfo | None = None) -> Season:
    """Return the season of recordings, each with its file's name.

    ``zone``: where days begin and end, None for this machine's.
    """
    found = [Dated(file, _day(digest.utc, zone), digest) for file, digest in digests]
    moments = {id(each): _moment(each.digest.utc) for each in found}
    found.sort(key=lambda each: (moments[id(each)], each.file))
    dated = [each for each in found if each.day is not None]
    undated = [each for each in found if each.day is None]
    races = [each for each in dated if _is_judged(each.digest)]
    return Season(
        recordings=(*reversed(dated), *undated),
        races=tuple(races),
        scaled=tuple(each for each in dated if each.digest.pod_scale is not None),
        weeks=tuple(_weeks(dated)),
        best_last=tuple(_best_last(races)),
    )


def is_stride(metres: float | None) -> bool:
    """Tell whether a repetition of this length is a stride."""
    return metres is not None and metres <= LONGEST_STRIDE_M


def is_two_hundred(metres: float | None) -> bool:
    """Tell whether a repetition of this length is a 200."""
    return metres is not None and TWO_HUNDREDS_M[0] <= metres <= TWO_HUNDREDS_M[1]


def _is_judged(digest: ReviewDigest) -> bool:
    finished = digest.kind is ReviewKind.RACE and digest.ending is Ending.FINISHED
    return finished and digest.kick_percent is not None


def _moment(utc: str | None) -> int:
    return utc_ns(utc) or 0


def _day(utc: str | None, zone: tzinfo | None) -> date | None:
    since_1970_ns = utc_ns(utc)
    if since_1970_ns is None:
        return None
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=since_1970_ns // NS_PER_US)
    here = moment.astimezone(zone)
    return here.date() if here.year >= EARLIEST_YEAR else None


# ---- weeks


def _weeks(dated: Sequence[Dated]) -> Iterator[Week]:
    by_week: dict[date, list[ReviewDigest]] = defaultdict(list)
    for each in dated:
        if each.day is not None and (each.digest.groups or each.digest.kind is ReviewKind.RACE):
            by_week[each.day - timedelta(days=each.day.weekday())].append(each.digest)
    for monday, digests in sorted(by_week.items()):
        yield _week(monday, digests)


def _week(monday: date, digests: Sequence[ReviewDigest]) -> Week:
    strides = two_hundreds = other = 0
    for group in (group for digest in digests for group in digest.groups):
        if is_stride(group.metres):
            strides += group.count
        elif is_two_hundred(group.metres):
            two_hundreds += group.count
        else:
            other += group.count
    return Week(
        monday=monday,
        strides=strides,
        two_hundreds=two_hundreds,
        other_reps=other,
        sessions=len([digest for digest in digests if digest.groups]),
        races=len([digest for digest in digests if digest.kind is ReviewKind.RACE]),
    )


# ---- last laps


def _best_last(races: Sequence[Dated]) -> Iterator[BestLast]:
    """Yield the best last window of each event and length of it, the shortest event first."""
    by_event: dict[tuple[str, float], list[tuple[float, Dated]]] = defaultdict(list)
    for race in races:
        event, last_m, last_s = race.digest.event, race.digest.last_m, race.digest.last_s
        if event is not None and last_m is not None and last_s is not None:
            by_event[event, last_m].append((last_s, race))
    order = sorted(by_event.items(), key=lambda item: (_length_m(item[1][0][1]), item[0]))
    for (event, last_m), timed in order:
        last_s, race = min(timed, key=lambda each: each[0])
        yield BestLast(event, last_m, last_s, race, len(timed))


def _length_m(race: Dated) -> float:
    return race.digest.distance_m or 0.0
