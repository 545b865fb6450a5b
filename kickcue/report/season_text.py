"""A season in a terminal."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from kickcue.analysis.season import Dated, Season
from kickcue.core.clock_format import lap_time
from kickcue.core.printable import printable
from kickcue.report.formats import UNKNOWN
from kickcue.report.season_words import (
    SHORT_VERDICTS,
    best_last,
    day,
    headline,
    result,
    sentences,
    what,
)
from kickcue.report.text_plots import Axis, Plot
from kickcue.report.text_tables import EMPHASIS, Column, ReportTable

MOST_LISTED: Final = 20
"""Recordings, and weeks: the rest are on the page and in the JSON."""
FEWEST_POINTS: Final = 3
"""Of a curve."""


def season_text(found: Season) -> Iterator[RenderableType]:
    """Yield what is printed of a season."""
    yield Text(headline(found), style=EMPHASIS)
    for sentence in sentences(found):
        yield Text(sentence)
    if found.best_last:
        yield Text("\nBest last laps", style="bold")
        for best in found.best_last:
            yield Text(f"  {printable(best_last(best))}")
    for title, dated, value, label in (
        ("Finish, % faster than the rest", found.races, _kick, _percent),
        ("Laps vary by, %", found.races, _even, _percent),
        ("Scale of the foot pod", found.scaled, _scale, _scale_text),
    ):
        yield from _plot(title, dated, value, label)
    if found.weeks:
        yield Text("\nWeek by week", style="bold")
        yield _weeks(found)
    if found.recordings:
        yield Text("\nRecordings, the latest first", style="bold")
        yield _recordings(found.recordings[:MOST_LISTED])
        more = len(found.recordings) - MOST_LISTED
        if more > 0:
            yield Text(f"  and {more} more: on the page, or with --json", style="dim")


def _plot(
    title: str,
    dated: Sequence[Dated],
    value: Callable[[Dated], float | None],
    label: Callable[[float], str],
) -> Iterator[RenderableType]:
    points = [(float(each.day.toordinal()), value(each)) for each in dated if each.day is not None]
    known = [(at, found) for at, found in points if found is not None]
    if len(known) < FEWEST_POINTS or known[0][0] == known[-1][0]:
        return
    first, last = dated[0].day, dated[-1].day
    yield Text()
    yield Plot(
        title,
        known,
        Axis(
            low=known[0][0],
            high=known[-1][0],
            marks=[at for at, _ in known],
            labels=[(known[0][0], str(first)), (known[-1][0], str(last))],
        ),
        label,
    )


def _kick(each: Dated) -> float | None:
    return each.digest.faster_percent


def _even(each: Dated) -> float | None:
    return each.digest.even_percent


def _scale(each: Dated) -> float | None:
    return each.digest.pod_scale


def _percent(value: float) -> str:
    return f"{value:.1f}"


def _scale_text(value: float) -> str:
    return f"{value:.3f}"


def _weeks(found: Season) -> ReportTable:
    columns = (
        Column("week from", lambda week: str(week.monday), left=True),
        Column("strides", lambda week: _number(week.strides)),
        Column("200s", lambda week: _number(week.two_hundreds)),
        Column("other reps", lambda week: _number(week.other_reps)),
        Column("sessions", lambda week: _number(week.sessions)),
        Column("races", lambda week: _number(week.races)),
    )
    return ReportTable(found.weeks[-MOST_LISTED:], columns, lambda _: False)


def _number(value: int) -> str:
    return str(value) if value else ""


def _recordings(recordings: Sequence[Dated]) -> ReportTable:
    columns = (
        Column("date", day, left=True),
        Column("what", lambda each: printable(what(each.digest)), left=True),
        Column("time", lambda each: result(each.digest)),
        Column("last", _last, 60),
        Column("faster %", lambda each: _known(each.digest.faster_percent)),
        Column("varies %", lambda each: _known(each.digest.even_percent), 68),
        Column("", _verdict, 80, left=True),
        Column("file", lambda each: printable(each.file), 100, left=True),
    )
    return ReportTable(recordings, columns, lambda _: False)


def _last(each: Dated) -> str:
    return UNKNOWN if each.digest.last_s is None else lap_time(each.digest.last_s)


def _known(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f}"


def _verdict(each: Dated) -> str:
    return "" if each.digest.pacing is None else SHORT_VERDICTS[each.digest.pacing]
