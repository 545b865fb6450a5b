"""The demo's picture: the laps beside the face of the watch, the way so far, what just happened."""

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from kickcue.cli.demo.board import CrossingRow, DemoBoard, PressOutcome
from kickcue.cli.demo.layout import COLUMNS, arranged, bar_columns
from kickcue.cli.format.output_format import clock_column, number
from kickcue.cli.tui.watch_face import PHASES, Face
from kickcue.core.events import Phase
from kickcue.core.position.uncertainty import to_go

ROWS: Final = 13
"""As many lines as a 5000 m has; of a longer race the latest are shown."""
BESIDE: Final = 38
"""Columns of figures beside the bar."""
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


def frame(board: DemoBoard, face: Face, now_s: float, columns: int = COLUMNS) -> RenderableType:
    """Return the picture for so many columns; ``now_s`` is on the face's clock."""
    return arranged(
        title(board), _laps(board), face.panel(now_s), _progress(board, columns), board.log, columns
    )


class RaceShown:
    """A race as ``Shown``."""

    is_session = False

    def __init__(self, board: DemoBoard) -> None:
        self._board = board
        self._printed = 0

    def title(self) -> tuple[str, str]:
        """Return the race, and what in it is reconstructed and simulated."""
        return title(self._board)

    def story(self) -> tuple[str, ...]:
        """Return the race in three lines, and where they were read."""
        famous = self._board.famous
        return (*famous.story, "", f"Sources: {', '.join(famous.sources)}.")

    def header(self) -> str:
        """Return what stands above the laps."""
        return HEADER

    def settled(self) -> Iterator[str]:
        """Yield the laps to which nothing more can happen."""
        over = self._board.phase is Phase.FINISHED
        while self._printed < self._board.passed and (
            over or self._board.settled(self._printed + 1)
        ):
            self._printed += 1
            row = self._board.row(self._printed)
            yield row_text(row, row.press or "")

    def whereabouts(self) -> str:
        """Return what is left of the race."""
        here = self._board.estimate
        if here is None or here.to_go_m is None:
            return ""
        return f" ({to_go(here.to_go_m, here.distance_sd_m)})"

    def frame(self, face: Face, now_s: float, columns: int) -> RenderableType:
        """Return the picture."""
        return frame(self._board, face, now_s, columns)


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


def _progress(board: DemoBoard, columns: int) -> Text:
    """Draw the way so far and the bell on it."""
    width = bar_columns(columns, BESIDE)
    done = round(board.run_m / board.course.distance_m * width)
    bell = round(board.course.bell_m / board.course.distance_m * width)
    phase = board.phase if board.phase is not Phase.WAITING else Phase.BODY
    drawn = Text(f"{clock_column(board.now_s)}  ", no_wrap=True, overflow="crop")
    for at in range(width):
        glyph, style = ("━", "cyan") if at < done else ("─", "grey30")
        drawn.append(*(("┃", "bright_yellow") if at == bell else (glyph, style)))
    drawn.append(f"{board.run_m:>6.0f} m  ")
    drawn.append(f"{PHASES[phase]:<8}", "bold")
    return drawn.append("" if board.rate is None else f"{board.rate:>5.0f}x", "dim")
