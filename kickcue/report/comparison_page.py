"""A comparison as one HTML page, of the same make as a report."""

from collections.abc import Iterator

from kickcue.analysis.comparison import Comparison, Stretch
from kickcue.analysis.session_comparison import SessionComparison
from kickcue.core.clock_format import lap_time, timed
from kickcue.core.length_format import metres
from kickcue.report.comparison_parts import lost_cell, side_list
from kickcue.report.comparison_words import (
    ESTIMATED,
    estimated,
    headline,
    letter,
    sentences,
    stretch_name,
    stretch_time,
)
from kickcue.report.formats import PaceUnit, clock
from kickcue.report.markup import Markup, tag
from kickcue.report.page_charts import Chart, Kind, Line, chart_page, figure
from kickcue.report.page_parts import column, facts, listed, section, signed, table
from kickcue.report.page_top import units_switch
from kickcue.report.session_comparison_page import session_comparison_page


def comparison_page(found: Comparison | SessionComparison, unit: PaceUnit) -> str:
    """Return the page, beginning with ``unit``."""
    if isinstance(found, SessionComparison):
        return session_comparison_page(found)
    charts = (_ahead_chart(found), _speed_chart(found))
    parts = (
        _top(found, unit),
        section(
            "where",
            "Where the time went",
            listed(sentences(found)),
            *(figure(number, chart) for number, chart in enumerate(charts)),
        ),
        _stretches(found),
        _finishes(found),
    )
    return chart_page(headline(found), parts, charts, metres=found.by_lap)


def _top(found: Comparison, unit: PaceUnit) -> Markup:
    return tag(
        "header",
        tag("p", "Comparison", class_="over"),
        tag("h1", headline(found)),
        side_list([(side.file, side.title, side.utc) for side in found.sides]),
        facts(
            ((letter(number), clock(side.common_s)) for number, side in enumerate(found.sides)),
            "figures",
        ),
        units_switch(unit),
    )


def _ahead_chart(found: Comparison) -> Chart:
    curves = found.curves
    return Chart(
        title="Seconds ahead of A",
        says="How far each was ahead of A, along the way. The table below has it in numbers.",
        kind=Kind.SECONDS,
        x=curves.at_m,
        lines=[
            Line(letter(number), [-row[number] for row in curves.behind_s], number)
            for number in range(1, len(found.sides))
        ],
        marks=[stretch.to_m for stretch in found.stretches[:-1]],
        height=220,
    )


def _speed_chart(found: Comparison) -> Chart:
    curves = found.curves
    return Chart(
        title="Pace",
        says="The pace of each, along the way.",
        kind=Kind.SPEED,
        x=curves.at_m,
        lines=[
            Line(letter(number), [row[number] for row in curves.mps], number)
            for number in range(len(found.sides))
        ],
        marks=[stretch.to_m for stretch in found.stretches[:-1]],
    )


def _stretches(found: Comparison) -> Markup:
    head = [column("From, to")]
    for number in range(len(found.sides)):
        head += [column(letter(number), "time")]
        head += [column(f"{letter(number)} lost", "s")] if number else []
    note = "Lost against A: with a minus it was won."
    if estimated(found):
        note += f" {ESTIMATED}"
    return section(
        "stretches",
        "Lap by lap" if found.by_lap else "Piece by piece",
        table("Times, and what was lost in each part", head, _rows(found)),
        tag("p", note, class_="note"),
    )


def _rows(found: Comparison) -> Iterator[Markup]:
    for stretch in found.stretches:
        is_last = stretch is found.stretches[-1] and found.one_length
        yield tag(
            "tr",
            tag("th", stretch_name(found, stretch), scope="row"),
            *(
                cell
                for number in range(len(found.sides))
                for cell in _cells(found, stretch, number)
            ),
            class_="last" if is_last else None,
        )


def _cells(found: Comparison, stretch: Stretch, number: int) -> Iterator[Markup]:
    yield tag("td", stretch_time(found, stretch, number), class_="time")
    if number:
        yield lost_cell(stretch.lost_s[number])


def _finishes(found: Comparison) -> Markup | None:
    known = [(number, side.pacing) for number, side in enumerate(found.sides) if side.pacing]
    if not known:
        return None
    rows = [
        tag(
            "tr",
            tag("th", letter(number), scope="row"),
            tag("td", metres(pacing.last_m)),
            tag("td", lap_time(pacing.last_s), class_="time"),
            tag("td", lap_time(pacing.rest_s)),
            tag("td", signed(pacing.kick_speed_percent)),
            tag("td", "–" if pacing.last_200_s is None else timed(pacing.last_200_s)),  # noqa: RUF001
        )
        for number, pacing in known
    ]
    head = [
        column("Race"),
        column("Finish", "over"),
        column("Finish", "time"),
        column("Before", "as far, on average"),
        column("Faster", "%"),
        column("Last 200", "s"),
    ]
    return section("finishes", "The finish", table("How each finished", head, rows))
