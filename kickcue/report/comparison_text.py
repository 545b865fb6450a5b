"""A comparison in a terminal: who was faster, where, and the time behind in braille."""

from collections.abc import Iterator
from functools import partial
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from kickcue.analysis.comparison import Comparison, Stretch
from kickcue.analysis.session_comparison import RepeatRow, SessionComparison
from kickcue.core.clock_format import lap_time
from kickcue.core.length_format import metres
from kickcue.core.printable import printable
from kickcue.report.comparison_words import (
    ESTIMATED,
    estimated,
    headline,
    letter,
    sentences,
    session_sentences,
    side_line,
    signed,
    stretch_name,
    stretch_time,
)
from kickcue.report.formats import UNKNOWN
from kickcue.report.text_curves import STEPS_M, round_labels
from kickcue.report.text_plots import Axis, Plot
from kickcue.report.text_tables import EMPHASIS, Column, ReportTable

AGAINST: Final = "B-A: seconds lost (+) or won (-) against A"


def comparison_text(found: Comparison | SessionComparison) -> Iterator[RenderableType]:
    """Yield what is printed."""
    if isinstance(found, SessionComparison):
        yield from _sessions(found)
    else:
        yield from _races(found)


def _races(found: Comparison) -> Iterator[RenderableType]:
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


def _sessions(found: SessionComparison) -> Iterator[RenderableType]:
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
        columns.append(Column(letter(number), partial(stretch_time, found, number=number)))
        if number:
            columns.append(Column(f"{letter(number)}-A", partial(_lost, number=number)))
    return ReportTable(found.stretches, columns, lambda stretch: stretch is found.stretches[-1])


def _lost(stretch: Stretch, number: int) -> str:
    return signed(stretch.lost_s[number])


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
    columns = [Column("rep", lambda row: str(row.number)), Column("length", repeat_length)]
    for number in range(len(found.sides)):
        columns.append(Column(letter(number), partial(repeat_time, number=number)))
        if number:
            columns.append(Column(f"{letter(number)}-A", partial(_repeat_lost, number=number)))
    return ReportTable(found.rows, columns, lambda _: False)


def repeat_length(row: RepeatRow) -> str:
    """Return how long the repetitions of a row are, as the first says that knows."""
    lengths_m = (rep.metres for rep in row.each if rep is not None and rep.metres is not None)
    length_m = next(lengths_m, None)
    return UNKNOWN if length_m is None else metres(round(length_m))


def repeat_time(row: RepeatRow, number: int) -> str:
    """Return the time of one side's repetition, with a ~ where an end was not seen."""
    repeat = row.each[number]
    if repeat is None:
        return UNKNOWN
    return f"{'' if repeat.whole else '~'}{lap_time(repeat.seconds)}"


def _repeat_lost(row: RepeatRow, number: int) -> str:
    lost_s = row.lost_s[number]
    return UNKNOWN if lost_s is None else signed(lost_s)
