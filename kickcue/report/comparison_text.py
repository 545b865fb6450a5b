"""A comparison in a terminal: who was faster, where, and the time behind in braille."""

from collections.abc import Callable, Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from kickcue.analysis.comparison import Comparison, Stretch
from kickcue.analysis.session_comparison import RepeatRow, SessionComparison
from kickcue.core.printable import printable
from kickcue.report.comparison_words import (
    estimated,
    headline,
    letter,
    sentences,
    session_sentences,
    side_line,
    signed,
    stretch_name,
)
from kickcue.report.formats import UNKNOWN, lap_time, metres
from kickcue.report.text_curves import STEPS_M, round_labels
from kickcue.report.text_plots import Axis, Plot
from kickcue.report.text_tables import EMPHASIS, Column, ReportTable

AGAINST: Final = "B-A: seconds lost (+) or won (-) against A"
ESTIMATED: Final = "~ between lines where it was not timed: an estimate"


def comparison_text(found: Comparison) -> Iterator[RenderableType]:
    """Yield what is printed of races or runs."""
    yield Text(headline(found), style=EMPHASIS)
    for number, side in enumerate(found.sides):
        yield Text(printable(side_line(number, side)))
    yield Text()
    for sentence in sentences(found):
        yield Text(sentence)
    yield _stretch_table(found)
    yield Text(AGAINST, style="dim")
    if estimated(found):
        yield Text(ESTIMATED, style="dim")
    for number in range(1, len(found.sides)):
        yield Text()
        yield _behind(found, number)


def session_comparison_text(found: SessionComparison) -> Iterator[RenderableType]:
    """Yield what is printed of sessions."""
    for number, side in enumerate(found.sides):
        date = "" if side.utc is None else f", {side.utc[:10]}"
        yield Text(printable(f"{letter(number)}  {side.file}, {side.title}{date}"))
    yield Text()
    for sentence in session_sentences(found):
        yield Text(sentence)
    yield _repeat_table(found)
    yield Text(AGAINST, style="dim")


def _stretch_table(found: Comparison) -> ReportTable:
    columns = [
        Column("", lambda stretch: stretch_name(found, stretch), left=True),
        Column("to", lambda stretch: metres(round(stretch.to_m)), 46),
    ]
    for number in range(len(found.sides)):
        columns.append(Column(letter(number), _seconds(number)))
        if number:
            columns.append(Column(f"{letter(number)}-A", _lost(number)))
    return ReportTable(found.stretches, columns, lambda stretch: stretch is found.stretches[-1])


def _seconds(number: int) -> Callable[[Stretch], str]:
    def cell(stretch: Stretch) -> str:
        return f"{'' if stretch.timed[number] else '~'}{lap_time(stretch.seconds[number])}"

    return cell


def _lost(number: int) -> Callable[[Stretch], str]:
    return lambda stretch: signed(stretch.lost_s[number])


def _behind(found: Comparison, number: int) -> Plot:
    """Return the time behind the first over the distance, upside down: above is ahead."""
    curves = found.curves
    return Plot(
        f"Seconds {letter(number)} was ahead of A",
        [(at, -row[number]) for at, row in zip(curves.at_m, curves.behind_s, strict=True)],
        Axis(
            low=0.0,
            high=found.common_m,
            marks=[stretch.to_m for stretch in found.stretches],
            labels=round_labels(0.0, found.common_m, STEPS_M, metres),
        ),
        signed,
    )


def _repeat_table(found: SessionComparison) -> ReportTable:
    columns = [
        Column("rep", lambda row: str(row.number)),
        Column("length", _length),
    ]
    for number in range(len(found.sides)):
        columns.append(Column(letter(number), _rep_time(number)))
        if number:
            columns.append(Column(f"{letter(number)}-A", _rep_lost(number)))
    return ReportTable(found.rows, columns, lambda _: False)


def _length(row: RepeatRow) -> str:
    lengths_m = (rep.metres for rep in row.each if rep is not None and rep.metres is not None)
    length_m = next(lengths_m, None)
    return UNKNOWN if length_m is None else metres(round(length_m))


def _rep_time(number: int) -> Callable[[RepeatRow], str]:
    def cell(row: RepeatRow) -> str:
        repeat = row.each[number]
        if repeat is None:
            return UNKNOWN
        return f"{'' if repeat.whole else '~'}{lap_time(repeat.seconds)}"

    return cell


def _rep_lost(number: int) -> Callable[[RepeatRow], str]:
    def cell(row: RepeatRow) -> str:
        lost_s = row.lost_s[number]
        return UNKNOWN if lost_s is None else signed(lost_s)

    return cell
