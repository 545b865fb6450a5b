"""The repetitions of a session, side by side."""

from collections.abc import Sequence
from functools import partial

from kickcue.analysis.review.model import Repeat, Repeats, Review
from kickcue.core.clock_format import lap_time
from kickcue.report.formats import UNKNOWN, clock, pace
from kickcue.report.markup import Markup, tag
from kickcue.report.page_body import BodyColumn, body_cells, body_heads, known_columns
from kickcue.report.page_parts import both, column, number, section, table, unbroken
from kickcue.report.repeat_words import repeat_sentences


def page_repeats(review: Review) -> Markup | None:
    """Return the section of the repetitions; None where it was no session."""
    if review.repeats is None:
        return None
    said = tag("p", unbroken(" ".join(repeat_sentences(review))))
    if not review.repeats.each:
        return section("repeats", "Repetitions", said)
    return section(
        "repeats",
        "Repetitions",
        said,
        tag("div", class_="plot large", id="repeats-plot"),
        _table(review.repeats),
        _note(review.repeats),
    )


def _note(repeats: Repeats) -> Markup | None:
    if all(each.whole for each in repeats.each):
        return None
    return tag("p", "* Only one of its ends was seen.", class_="note")


def _table(repeats: Repeats) -> Markup:
    body = known_columns(each.body for each in repeats.each)
    head = (
        column("Rep"),
        column("Start", class_="wide"),
        column("Metres"),
        column("Time"),
        column("Pace", both(lambda unit: f"/{unit}")),
        column("Rest"),
        *body_heads(body),
    )
    last = repeats.each[-1].number
    rows = (_row(each, body, last=each.number == last) for each in repeats.each)
    return table("Repetitions, one in a row", head, rows, class_="laps")


def _row(each: Repeat, body: Sequence[BodyColumn], *, last: bool) -> Markup:
    return tag(
        "tr",
        tag("th", each.number, scope="row"),
        tag("td", clock(each.race_s, 0), class_="wide"),
        tag("td", number(each.metres)),
        tag("td", lap_time(each.seconds) + ("" if each.whole else " *"), class_="time"),
        tag("td", both(partial(pace, each.mps))),
        tag("td", UNKNOWN if each.rest_s is None else clock(each.rest_s, 0)),
        *body_cells(body, each.body),
        class_="last" if last else None,
    )
