"""Sessions beside each other as one HTML page."""

from collections.abc import Iterator

from kickcue.analysis.session_comparison import RepeatRow, SessionComparison
from kickcue.report.comparison_parts import lost_cell, side_list
from kickcue.report.comparison_text import repeat_length, repeat_time
from kickcue.report.comparison_words import letter, session_sentences
from kickcue.report.markup import Markup, tag
from kickcue.report.page_charts import chart_page
from kickcue.report.page_parts import column, listed, section, table

TITLE = "Sessions beside each other"


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
    parts = (
        top,
        section("means", "On average", listed(session_sentences(found))),
        section(
            "repeats",
            "Repetition by repetition",
            table("Times, and what was lost in each repetition", head, map(_row, found.rows)),
            tag("p", "Lost against A: with a minus it was won.", class_="note"),
        ),
    )
    return chart_page(TITLE, parts, (), metres=True)


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
