"""Laps and repetitions as tables in a terminal; a narrow one shows the columns that matter most."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from kickcue.analysis.review.model import Body, Repeat, Review
from kickcue.core.clock_format import lap_time
from kickcue.core.events import LegKind
from kickcue.core.length_format import metres
from kickcue.report.formats import UNKNOWN, PaceUnit, clock, pace, whole
from kickcue.report.words import TIMED_BY, lap_name

BETWEEN: Final = 2
EMPHASIS: Final = "bold bright_yellow"


@dataclass(frozen=True, slots=True)
class Column:
    """A column; ``cell`` writes a row of it; a terminal below ``from_columns`` leaves it out."""

    head: str
    cell: Callable[[Any], str]
    from_columns: int = 0
    left: bool = False


@dataclass(frozen=True, slots=True)
class ReportTable:
    """Draws rows; a column in which nothing is known is left out."""

    rows: Sequence[Any]
    columns: Sequence[Column]
    stands_out: Callable[[Any], bool]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown = [column for column in self.columns if self._has_room(column, options.max_width)]
        drawn = Table(box=None, padding=(0, 0, 0, BETWEEN), header_style="dim")
        for column in shown:
            drawn.add_column(column.head, justify="left" if column.left else "right", no_wrap=True)
        for row in self.rows:
            style = EMPHASIS if self.stands_out(row) else ""
            drawn.add_row(*(Text(column.cell(row), style) for column in shown))
        yield drawn

    def _has_room(self, column: Column, width: int) -> bool:
        return width >= column.from_columns and any(
            column.cell(row) not in ("", UNKNOWN) for row in self.rows
        )


def lap_table(review: Review, unit: PaceUnit) -> ReportTable:
    """Return the laps of a race, or the kilometres of a run; the last stands out."""
    columns = (
        Column("", lambda lap: lap_name(lap, review), left=True),
        Column("to", lambda lap: metres(round(lap.to_m)), 46),
        Column("time", lambda lap: lap_time(lap.seconds)),
        Column("total", lambda lap: clock(lap.race_s + lap.seconds), 38),
        Column(f"min/{unit}", lambda lap: pace(lap.mps, unit), 54),
        *_body_columns(lambda lap: lap.body),
        Column("timed by", lambda lap: TIMED_BY[lap.timed_by], 80, left=True),
    )
    return ReportTable(review.laps, columns, lambda lap: lap is review.laps[-1])


def repeat_table(repeats: Sequence[Repeat], unit: PaceUnit) -> ReportTable:
    """Return the repetitions of a session; the last of them stands out."""
    columns = (
        Column("rep", _repeat_name),
        Column("length", lambda rep: UNKNOWN if rep.metres is None else metres(round(rep.metres))),
        Column("time", lambda rep: lap_time(rep.seconds)),
        Column(f"min/{unit}", lambda rep: pace(rep.mps, unit), 54),
        Column("rest", lambda rep: UNKNOWN if rep.rest_s is None else clock(rep.rest_s, 0), 38),
        *_body_columns(lambda rep: rep.body),
        Column("", lambda rep: "" if rep.whole else "in part", 80, left=True),
    )
    return ReportTable(repeats, columns, lambda rep: rep is repeats[-1])


def _body_columns(body: Callable[[Any], Body]) -> tuple[Column, ...]:
    return (
        Column("spm", lambda row: whole(body(row).cadence_spm), 60),
        Column("step m", lambda row: _step(body(row).step_m), 68),
        Column("bpm", lambda row: whole(body(row).heart_rate_bpm), 62),
    )


def _step(step_m: float | None) -> str:
    return UNKNOWN if step_m is None else f"{step_m:.2f}"


def _repeat_name(repeat: Repeat) -> str:
    return f"{repeat.number}{'+' if repeat.kind is LegKind.EXTRA else ''}"
