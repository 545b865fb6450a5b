"""A season in a runner's words."""

from collections.abc import Iterator, Sequence
from math import fsum
from typing import Final

from kickcue.analysis.review.model import Ending, PacingClass, ReviewKind
from kickcue.analysis.review_digest import RepeatGroup, ReviewDigest
from kickcue.analysis.season import BestLast, Dated, Season
from kickcue.core.clock_format import timed
from kickcue.core.length_format import metres
from kickcue.report.formats import clock, count

FEWEST_RACES: Final = 4
"""Of fewer nothing is said about a trend."""
SAME_PERCENT: Final = 0.5
SHORT_VERDICTS: Final = {
    PacingClass.EVEN: "even",
    PacingClass.END_SPURT: "end spurt",
    PacingClass.RESERVE: "some reserve",
    PacingClass.HELD_BACK: "held back",
    PacingClass.SLOWER: "slower at the end",
}
"""What the finish of a race was against the rest, in a table."""


def headline(found: Season) -> str:
    """Return what there is, in one sentence."""
    races = len([each for each in found.recordings if each.digest.kind is ReviewKind.RACE])
    sessions = len([each for each in found.recordings if each.digest.groups])
    others = len(found.recordings) - races - sessions
    parts = [
        count(number, word)
        for number, word in ((races, "race"), (sessions, "session"), (others, "other run"))
        if number
    ]
    days = [each.day for each in found.recordings if each.day is not None]
    span = f", {min(days)} to {max(days)}" if days and min(days) < max(days) else ""
    return f"{_and(parts)}{span}." if parts else "No recordings."


def sentences(found: Season) -> Iterator[str]:
    """Yield what the season shows: the finish, how even, what was practised."""
    yield from _trend(found.races)
    yield from _practised(found)
    if len(found.scaled) > 1:
        scales = [each.digest.pod_scale or 0.0 for each in found.scaled]
        yield (
            f"The foot pod's scale was {min(scales):.3f} to {max(scales):.3f} in "
            f"{len(scales)} recordings."
        )


def best_last(best: BestLast) -> str:
    """Return the best last window of an event: "5000m: last 400 m in 61.2 s, 2026-06-14"."""
    of = "" if best.races == 1 else f", of {best.races}"
    return f"{best.event}: last {metres(best.last_m)} in {timed(best.last_s)}, {best.race.day}{of}"


def what(digest: ReviewDigest) -> str:
    """Return what a recording holds, in a few words: "5000m", "5 x 50 m", "10.01 km"."""
    if digest.kind is ReviewKind.RACE:
        return digest.event or digest.title
    if digest.groups:
        return ", ".join(_group(group) for group in digest.groups)
    return digest.title if digest.distance_m is None else metres(round(digest.distance_m))


def result(digest: ReviewDigest) -> str:
    """Return the time, and how it ended where that was not the finish."""
    ends = {Ending.ABORTED: " (given up)", Ending.CUT_OFF: " (cut off)"}
    return f"{clock(digest.seconds)}{ends.get(digest.ending, '')}"


def day(each: Dated) -> str:
    """Return the day, or that it is unknown."""
    return "no date" if each.day is None else each.day.isoformat()


def _practised(found: Season) -> Iterator[str]:
    weeks = (
        ("strides", len([week for week in found.weeks if week.strides])),
        ("200s", len([week for week in found.weeks if week.two_hundreds])),
    )
    parts = [f"{name} in {count(number, 'week')}" for name, number in weeks if number]
    if parts:
        said = _and(parts)
        of = f"{len(found.weeks)} with a session or a race"
        yield f"{said[0].upper()}{said[1:]}, of {of}."


def _group(group: RepeatGroup) -> str:
    length = "" if group.metres is None else f" x {metres(round(group.metres))}"
    return f"{group.count}{length}" if length else count(group.count, "repetition")


def _trend(races: Sequence[Dated]) -> Iterator[str]:
    """Yield how the finish of the later half of the races stands against that of the earlier."""
    kicks = [race.digest.faster_percent or 0.0 for race in races]
    if len(kicks) < FEWEST_RACES:
        return
    half = len(kicks) // 2
    before, after = fsum(kicks[:half]) / half, fsum(kicks[-half:]) / half
    more = "about as much" if abs(after - before) < SAME_PERCENT else "more"
    more = "less" if before - after >= SAME_PERCENT else more
    yield (
        f"The finish was run {before:.1f} % faster than the rest in the first half of the races, "
        f"{after:.1f} % in the second: {more} was kept for it."
    )


def _and(parts: Sequence[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
