"""The demo's picture: the laps beside the face of the watch, the way so far, what just happened."""

from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kickcue.cli.demo.board import CrossingRow, DemoBoard, DemoLogEntry, PressOutcome
from kickcue.cli.format.output_format import clock, number
from kickcue.cli.tui.watch_face import PHASES, WIDTH, Face
from kickcue.core.events import Level, Phase

COLUMNS: Final = 80
LINES: Final = 23
ROWS: Final = 13
"""As many lines as a 5000 m has; of a longer race the latest are shown."""
LOGGED: Final = 3
LEFT: Final = COLUMNS - WIDTH - 1
BAR: Final = 42
HEADER: Final = "lap    at published kickcue spm bpm press"
SHORT: Final = {
    PressOutcome.PRESSED: "yes",
    PressOutcome.MISSED: "none",
    PressOutcome.IGNORED: "twice",
    PressOutcome.DOUBTED: "doubt",
    PressOutcome.BELIEVED: "wrong",
}


def title(board: DemoBoard) -> tuple[str, str]:
    """Return the two lines that explain what this is, and what it is not."""
    lines_m = (0.0, *board.course.crossings_m)
    gaps = (
        ""
        if all(board.famous.published(metres) is not None for metres in lines_m)
        else " (~ interpolated)"
    )
    return (
        f"kickcue demo: {board.famous.runner}, {board.famous.title}",
        f"Reconstruction from published splits{gaps}; simulated sensors.",
    )


def row_text(row: CrossingRow, press: str) -> str:
    """Return a row as text; a lap's time has a ~ unless it lies between two published points."""
    split = f"{'' if row.published else '~'}{row.split_s:.2f}"
    figures = (
        f"{number(row.kickcue_s, 1):>7} {number(row.cadence_spm, 0):>3} "
        f"{number(row.heart_rate_bpm, 0):>3}"
    )
    return f"{row.line:>3} {row.distance_m:>5.0f} {split:>9} {figures} {press}".rstrip()


def frame(board: DemoBoard, face: Face, now_s: float) -> RenderableType:
    """Return the whole picture, ``COLUMNS`` by ``LINES``; ``now_s`` is on the face's clock."""
    head, caption = title(board)
    both = Table.grid(padding=(0, 1, 0, 0))
    both.add_column(width=LEFT, no_wrap=True)
    both.add_column(width=WIDTH, no_wrap=True)
    both.add_row(_laps(board), face.panel(now_s))
    return Group(
        _line(head, "bold"),
        _line(caption, "dim"),
        "",
        both,
        _progress(board),
        "",
        *_log(board),
    )


def _laps(board: DemoBoard) -> Text:
    last = board.passed
    first = max(last - ROWS, 0) + 1
    drawn = Text(HEADER, style="dim", no_wrap=True)
    for line in range(first, first + ROWS):
        drawn.append("\n")
        if line <= last:
            row = board.row(line)
            drawn.append(
                row_text(row, "" if row.press is None else SHORT[row.press]), _row_style(row)
            )
    return drawn


def _row_style(row: CrossingRow) -> str:
    if row.press is not None and row.press is not PressOutcome.PRESSED:
        return "not dim yellow"
    return "not dim bold" if row.last_lap else "not dim"


def _progress(board: DemoBoard) -> Text:
    """Draw the way so far and the bell on it."""
    done = round(board.run_m / board.course.distance_m * BAR)
    bell = round(board.course.bell_m / board.course.distance_m * BAR)
    phase = board.phase if board.phase is not Phase.WAITING else Phase.BODY
    drawn = Text(f"{clock(board.now_s)}  ", no_wrap=True, overflow="crop")
    for at in range(BAR):
        glyph, style = ("━", "cyan") if at < done else ("─", "grey30")
        drawn.append(*(("┃", "bright_yellow") if at == bell else (glyph, style)))
    drawn.append(f"{board.run_m:>6.0f} m  ")
    drawn.append(f"{PHASES[phase]:<8}", "bold")
    return drawn.append("" if board.rate is None else f"{board.rate:>5.0f}x", "dim")


def _log(board: DemoBoard) -> list[Text]:
    entries = list(board.log)[-LOGGED:]
    return [*(_logged(entry) for entry in entries), *(Text() for _ in range(LOGGED - len(entries)))]


def _logged(entry: DemoLogEntry) -> Text:
    return _line(
        f"{clock(entry.t_s)}  {entry.text}", "yellow" if entry.level is Level.WARNING else ""
    )


def _line(text: str, style: str) -> Text:
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")
