"""A season as one HTML page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from kickcue.analysis.season import BestLast, Dated, Season, Week
from kickcue.core.clock_format import lap_time
from kickcue.core.length_format import metres
from kickcue.report.markup import Markup, tag
from kickcue.report.page_charts import Along, Chart, Kind, Line, chart_page, figure
from kickcue.report.page_parts import column, listed, number, section, table
from kickcue.report.season_words import (
    SHORT_VERDICTS,
    day,
    headline,
    result,
    sentences,
    what,
)

FEWEST_POINTS: Final = 2
"""Of a chart."""
EPOCH_ORDINAL: Final = 719163
"""1970-01-01."""
KICK: Final = "The finish: by how many per cent less time it took than as many metres before it."
EVEN: Final = "By how many per cent the laps of each race varied."
SCALE: Final = "True metres for each metre of the foot pod."
WEEKS: Final = "Strides and 200s that were run in each week."

Links = Mapping[str, str]
"""From a recording's file name to where its report is."""


def season_page(found: Season, links: Links, damaged: Sequence[tuple[str, str]] = ()) -> str:
    """Return the page; ``damaged`` are the files that were passed over, and why."""
    charts = list(_charts(found))
    figures = [figure(at, chart) for at, chart in enumerate(charts)]
    parts = (
        tag(
            "header",
            tag("p", "Season", class_="over"),
            tag("h1", headline(found)),
        ),
        _damaged(damaged),
        section("season", "Over the season", listed(sentences(found)), *figures),
        _best(found.best_last, links),
        _weeks(found.weeks),
        _recordings(found.recordings, links),
    )
    return chart_page(headline(found), parts, charts, metres=True)


# ---- charts


def _charts(found: Season) -> Iterator[Chart]:
    for title, says, kind, dated, value in (
        ("Finish, % faster than the rest", KICK, Kind.PERCENT, found.races, _kick),
        ("Laps vary by, %", EVEN, Kind.SHARE, found.races, _even),
        ("Scale of the foot pod", SCALE, Kind.SCALE, found.scaled, _scale),
    ):
        known = [each for each in dated if value(each) is not None]
        if len(known) >= FEWEST_POINTS:
            yield Chart(
                title=title,
                says=says,
                kind=kind,
                x=[_days(each) for each in known],
                lines=[Line(title, [value(each) for each in known], 0)],
                along=Along.DAYS,
                dots=True,
                names=[what(each.digest) for each in known],
                height=170,
            )
    if len(found.weeks) >= FEWEST_POINTS:
        yield Chart(
            title="Repetitions a week",
            says=WEEKS,
            kind=Kind.COUNT,
            x=[week.monday.toordinal() - EPOCH_ORDINAL for week in found.weeks],
            lines=[
                Line("strides", [week.strides for week in found.weeks], 0),
                Line("200s", [week.two_hundreds for week in found.weeks], 1),
            ],
            along=Along.DAYS,
            bars=True,
            height=150,
        )


def _days(each: Dated) -> float:
    assert each.day is not None
    return each.day.toordinal() - EPOCH_ORDINAL


def _kick(each: Dated) -> float | None:
    return each.digest.faster_percent


def _even(each: Dated) -> float | None:
    return each.digest.even_percent


def _scale(each: Dated) -> float | None:
    return each.digest.pod_scale


# ---- tables


def _damaged(damaged: Sequence[tuple[str, str]]) -> Markup | None:
    if not damaged:
        return None
    return tag(
        "div",
        tag("h2", "Left out"),
        listed(f"{name}: {why}" for name, why in damaged),
        class_="problems",
    )


def _best(best: Sequence[BestLast], links: Links) -> Markup | None:
    if not best:
        return None
    rows = (
        tag(
            "tr",
            tag("th", each.event, scope="row"),
            tag("td", metres(each.last_m)),
            tag("td", lap_time(each.last_s), class_="time"),
            tag("td", day(each.race)),
            tag("td", each.races),
            tag("td", _linked(each.race.file, links), class_="words"),
        )
        for each in best
    )
    head = [
        column("Event"),
        column("Last"),
        column("Time"),
        column("Day"),
        column("Races"),
        column("Recording", class_="words"),
    ]
    return section("best", "Best last laps", table("The best last lap of each event", head, rows))


def _weeks(weeks: Sequence[Week]) -> Markup | None:
    if not weeks:
        return None
    rows = (
        tag(
            "tr",
            tag("th", week.monday.isoformat(), scope="row"),
            *(tag("td", value or "") for value in _counts(week)),
        )
        for week in reversed(weeks)
    )
    names = ("Strides", "200s", "Other reps", "Sessions", "Races")
    head = [column("Week from"), *(column(name) for name in names)]
    return section("weeks", "Week by week", table("What was done in each week", head, rows))


def _counts(week: Week) -> tuple[int, ...]:
    return (week.strides, week.two_hundreds, week.other_reps, week.sessions, week.races)


def _recordings(recordings: Sequence[Dated], links: Links) -> Markup | None:
    if not recordings:
        return None
    rows = (
        tag(
            "tr",
            tag("th", day(each), scope="row"),
            tag("td", what(each.digest), class_="words"),
            tag("td", result(each.digest), class_="time"),
            tag("td", "" if each.digest.last_s is None else lap_time(each.digest.last_s)),
            tag("td", _shown(each.digest.faster_percent)),
            tag("td", _shown(each.digest.even_percent)),
            tag("td", "" if each.digest.pacing is None else SHORT_VERDICTS[each.digest.pacing]),
            tag("td", _linked(each.file, links), class_="words"),
        )
        for each in recordings
    )
    head = [
        column("Day"),
        column("What", class_="words"),
        column("Time"),
        column("Last"),
        column("Faster", "%"),
        column("Laps vary", "%"),
        column("Finish"),
        column("Recording", class_="words"),
    ]
    return section("recordings", "Recordings", table("All recordings", head, rows))


def _shown(value: float | None) -> str:
    return "" if value is None else number(value, 1)


def _linked(file: str, links: Links) -> Markup | str:
    link = links.get(file)
    return file if link is None else tag("a", file, href=link)
