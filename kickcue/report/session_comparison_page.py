"""Sessions beside each other as one HTML page."""

from collections.abc import Iterator
from typing import Final

from kickcue.analysis.review.model import Repeat
from kickcue.analysis.session_comparison import RepeatRow, SessionComparison
from kickcue.report.comparison_parts import lost_cell, side_list
from kickcue.report.comparison_text import repeat_length, repeat_time
from kickcue.report.comparison_words import letter, session_sentences
from kickcue.report.markup import Markup, tag
from kickcue.report.page_charts import Along, Chart, Kind, Line, chart_page, figure
from kickcue.report.page_parts import column, listed, section, table

TITLE: Final = "Sessions beside each other"
FEWEST_ROWS: Final = 2
"""Of a chart."""


def session_comparison_page(found: SessionComparison) -> str:
    """Return the page."""
    top = tag(
        "header",
        tag("p", "Comparison", class_="over"),
        tag("h1", TITLE),
        side_list([(side.file, side.title, side.utc) for side in found.sides]),
    )
    head = [column("Rep"), column("Length")]
    for number in range(len(found.sides)):
        head += [column(letter(number), "time")]
        head += [column(f"{letter(number)} lost", "s")] if number else []
    charts = list(_charts(found))
    parts = (
        top,
        section(
            "means",
            "On average",
            listed(session_sentences(found)),
            *(figure(number, chart) for number, chart in enumerate(charts)),
        ),
        section(
            "repeats",
            "Repetition by repetition",
            table("Times, and what was lost in each repetition", head, map(_row, found.rows)),
            tag("p", "Lost against A: with a minus it was won.", class_="note"),
        ),
    )
    return chart_page(TITLE, parts, charts, metres=True)


def _charts(found: SessionComparison) -> Iterator[Chart]:
    if len(found.rows) < FEWEST_ROWS:
        return
    yield Chart(
        title="Seconds of each repetition",
        says="How long each repetition took. The table below has it in numbers.",
        kind=Kind.TIME,
        x=[row.number for row in found.rows],
        lines=[
            Line(letter(side), [_whole_s(row.each[side]) for row in found.rows], side)
            for side in range(len(found.sides))
        ],
        along=Along.NUMBER,
        dots=True,
    )


def _whole_s(repeat: Repeat | None) -> float | None:
    return None if repeat is None or not repeat.whole else repeat.seconds


def _row(row: RepeatRow) -> Markup:
    return tag(
        "tr",
        tag("th", row.number, scope="row"),
        tag("td", repeat_length(row)),
        *(cell for number in range(len(row.each)) for cell in _cells(row, number)),
    )


def _cells(row: RepeatRow, number: int) -> Iterator[Markup]:
    yield tag("td", repeat_time(row, number), class_="time")
    if number:
        yield lost_cell(row.lost_s[number])
