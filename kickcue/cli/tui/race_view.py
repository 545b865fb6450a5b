"""The race on a terminal: where the runner is, whether every part works, what happened last."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from kickcue.cli.tui.formatting import (
    UNKNOWN,
    coming,
    minutes,
    since_gun,
)
from kickcue.cli.tui.race_figures import (
    figure_lines,
    left_m,
    phase_line,
    short_value_lines,
    value_lines,
)
from kickcue.cli.tui.race_keys import key_lines
from kickcue.cli.tui.race_parts import BOTH_COLUMNS, part_lines
from kickcue.cli.tui.race_state import RaceBoard, RaceLogEntry
from kickcue.cli.tui.session_view import (
    session_coming,
    session_figure,
    session_phase,
    session_way,
)
from kickcue.cli.tui.watch_face import KICK
from kickcue.core.cueing.phases import RACING
from kickcue.core.events import CueKind, Estimate, Level, Phase
from kickcue.core.position.uncertainty import arrival_sd_s, half_width_m
from kickcue.core.printable import printable

WIDEST_COLUMNS: Final = 110
LEFT_COLUMNS: Final = 42
WALK_MPS: Final = 1.0
"""Slower than this nobody is on the way to a finish time."""


@dataclass(frozen=True, slots=True)
class RacePicture:
    """Draws a board as wide and as high as the terminal is; the log takes what the rest leaves."""

    board: RaceBoard

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, WIDEST_COLUMNS)
        rows = [
            *_head(self.board, width),
            *_where(self.board, width),
            "",
            *part_lines(self.board, width),
            "",
        ]
        drawn = [
            line
            for row in rows
            for line in console.render_lines(
                row, options.update(width=width, height=None), pad=False
            )
        ]
        keys = key_lines(self.board, width)
        most = max((options.height or console.height) - 1 - len(keys), 0)
        drawn, room = drawn[:most], max(most - len(drawn), 0)
        for entry in _log(self.board, room, width):
            drawn += console.render_lines(
                entry, options.update(width=width, height=None), pad=False
            )
        for line in drawn:
            yield from line
            yield Segment.line()
        yield Segment.line()
        yield Text("\n", end="").join(keys)


def _head(board: RaceBoard, width: int) -> Iterator[RenderableType]:
    clock = UNKNOWN if board.elapsed_s is None else minutes(board.elapsed_s)
    yield _ends(
        Text(f" {printable(board.title)}", style="bold", no_wrap=True, overflow="ellipsis"),
        Text(f"{clock} ", style="bold"),
        width,
    )
    yield Text("─" * width, style="grey30")


def _where(board: RaceBoard, width: int) -> Iterator[RenderableType]:
    if board.session is not None:
        phase, figure = session_phase(board), session_figure(board)
    else:
        phase, figure = phase_line(board), figure_lines(board)
    if width < BOTH_COLUMNS:
        yield Text("\n").join([phase, *figure, *short_value_lines(board)])
        yield _coming(board, width)
        yield _way(board, width)
        return
    both = Table.grid()
    both.add_column(width=LEFT_COLUMNS, no_wrap=True)
    both.add_column(width=width - LEFT_COLUMNS, no_wrap=True)
    both.add_row(
        Text("\n").join([Text(), phase, Text(), *figure, Text()]),
        Text("\n").join([Text(), *value_lines(board)]),
    )
    yield both
    yield _coming(board, width)
    yield _way(board, width)


def _coming(board: RaceBoard, width: int) -> Text:
    style = "bold bright_yellow" if board.phase in KICK or board.unstarted else "cyan"
    lines = (
        textwrap.wrap(_coming_text(board), width - 2)
        if width < BOTH_COLUMNS
        else [_coming_text(board)]
    )
    return Text(
        "\n".join(f"  {line}" for line in lines), style=style, no_wrap=True, overflow="ellipsis"
    )


def _coming_text(board: RaceBoard) -> str:
    if board.session is not None:
        return session_coming(board)
    e = board.estimate
    if board.phase is Phase.WAITING:
        return (
            "you are running: press s, and the distance so far counts"
            if board.unstarted
            else "press s when the gun goes"
        )
    if board.phase not in RACING:
        return _over_text(board)
    if board.phase is not Phase.BODY:
        return _finish(e)
    if board.bell_in_s is None:
        return f"{board.course.window_name}: not known yet"
    hold = board.armed is not None and board.armed.cue.kind is CueKind.HOLD
    when = coming(board.bell_in_s, None if e is None else e.eta_bell_sd_s)
    return (
        f"{board.course.window_name} in "
        f"{when}{': hold form, your heart rate is high' if hold else ''}"
    )


def _over_text(board: RaceBoard) -> str:
    time = "" if board.elapsed_s is None else f" after {minutes(board.elapsed_s)}"
    if board.result is not None and board.phase is Phase.FINISHED:
        time = f" in {board.result.time}"
    undo = "" if board.undo_left_s is None else f"; u to undo for {board.undo_left_s:.0f} s"
    return f"{'finished' if board.phase is Phase.FINISHED else 'abandoned'}{time}{undo}"


def _finish(e: Estimate | None) -> str:
    if (
        e is None
        or e.to_go_m is None
        or e.distance_sd_m is None
        or e.speed_mps is None
        or e.speed_mps <= WALK_MPS
    ):
        return "on the way to the finish"
    eta_s = e.to_go_m / e.speed_mps
    return f"finish in {coming(eta_s, arrival_sd_s(eta_s, e.distance_sd_m, e.speed_mps))}"


def _way(board: RaceBoard, width: int) -> Text:
    """Draw the way so far, and on it all cells in which the last lap's line may stand."""
    if board.session is not None:
        return session_way(board.session, width)
    cells, course = width - 4, board.course
    run_m = (
        0.0
        if board.phase is Phase.WAITING
        else course.distance_m - (left_m(board) or course.distance_m)
    )
    done = cells if board.phase is Phase.FINISHED else round(run_m / course.distance_m * cells)
    bell_m, off_m = course.bell_m, _off_m(board)
    first, last = (
        min(round(max(at_m, 0.0) / course.distance_m * cells), cells - 1)
        for at_m in (bell_m - off_m, bell_m + off_m)
    )
    drawn = Text("  ", no_wrap=True)
    for at in range(cells):
        glyph, style = ("━", "cyan") if at < done else ("─", "grey30")
        drawn.append(*(("┃", "bright_yellow") if first <= at <= last else (glyph, style)))
    return drawn


def _off_m(board: RaceBoard) -> float:
    """Return how far the runner may be from where the line is drawn."""
    if board.phase not in RACING or board.estimate is None or board.estimate.distance_sd_m is None:
        return 0.0
    return half_width_m(board.estimate.distance_sd_m)


def _log(board: RaceBoard, room: int, width: int) -> Iterator[Text]:
    """Yield the latest entries, as many lines as there is room for, blank ones first."""
    entries = [_logged(entry, width) for entry in board.log][-room:] if room else []
    yield from entries
    yield from (Text() for _ in range(room - len(entries)))


def _logged(entry: RaceLogEntry, width: int) -> Text:
    at = "" if entry.t_s is None else since_gun(entry.t_s)
    text = Text(
        f"{at:>8}  {printable(entry.text)}",
        style="yellow" if entry.level is Level.WARNING else "",
        no_wrap=True,
        overflow="ellipsis",
    )
    text.truncate(width, overflow="ellipsis")
    return text


def _ends(left: Text, right: Text, width: int) -> Table:
    """Return a line with one text at each end; what does not fit is taken from the left one."""
    line = Table.grid(padding=0)
    line.add_column(width=width - len(right) - 1, no_wrap=True)
    line.add_column(width=len(right) + 1, no_wrap=True, justify="right")
    line.add_row(left, right)
    return line
