"""The picture of a session's demo: the leg that is on, the repetitions so far, the watch."""

from collections.abc import Iterator
from typing import Final

from rich.console import RenderableType
from rich.text import Text

from kickcue.cli.demo.layout import COLUMNS, arranged, bar_columns
from kickcue.cli.demo.session_board import SessionBoard
from kickcue.cli.demo.session_figures import LINE, START, Repetition
from kickcue.cli.format.output_format import clock_column, number
from kickcue.cli.tui.session_view import (
    session_coming,
    session_figure,
    session_phase,
    session_way,
)
from kickcue.cli.tui.watch_face import Face
from kickcue.core.events import Phase
from kickcue.core.position.uncertainty import to_go

ROWS: Final = 8
"""So many repetitions fit beside the watch; of more the latest are shown."""
BESIDE: Final = 20
"""Columns of figures beside the bar, its margins among them."""
HEADER: Final = "rep  length    true kickcue  start   line"
CAPTION: Final = "Simulated runner, strap, calibrated pod; no buttons pressed."


def row_text(row: Repetition) -> str:
    """Return a repetition as text: its times in s, and how late two of its cues came."""
    late = "".join(f" {signed(row.cues.get(place)):>6}" for place in (START, LINE))
    return (
        f"{row.rep:>3} {row.text:>7} {row.true_s:>7.1f} {number(row.kickcue_s, 1):>7}{late}"
    ).rstrip()


def signed(seconds: float | None) -> str:
    """Return seconds with their sign, or a dash."""
    return "-" if seconds is None else f"{round(seconds, 1) + 0.0:+.1f}"  # no -0.0


class SessionShown:
    """A session as ``Shown``."""

    is_session = True

    def __init__(self, board: SessionBoard) -> None:
        self._board = board
        self._printed = 0

    def title(self) -> tuple[str, str]:
        """Return the plan, and what in it is simulated."""
        return f"kickcue demo: {self._board.title}", CAPTION

    def story(self) -> tuple[str, ...]:
        """Return nothing: a session is nobody's story yet."""
        return ()

    def header(self) -> str:
        """Return what stands above the repetitions."""
        return HEADER

    def settled(self) -> Iterator[str]:
        """Yield the repetitions to which nothing more can happen."""
        board = self._board
        over = board.phase is Phase.FINISHED
        while self._printed < board.passed and (over or board.settled(self._printed + 1)):
            self._printed += 1
            yield row_text(board.repetition(self._printed))

    def whereabouts(self) -> str:
        """Return what is left of the run that is on."""
        here = self._board.estimate
        if here is None or here.to_go_m is None:
            return ""
        return f" ({to_go(here.to_go_m, here.distance_sd_m)})"

    def frame(self, face: Face, now_s: float, columns: int = COLUMNS) -> RenderableType:
        """Return the picture."""
        board = self._board
        return arranged(
            self.title(),
            _left(board),
            face.panel(now_s),
            _progress(board, columns),
            board.log,
            columns,
        )


def _left(board: SessionBoard) -> Text:
    state = board.state()
    drawn = [
        session_phase(state),
        *session_figure(state),
        Text(f"  {session_coming(state)}", "cyan"),
        Text(),
        Text(HEADER, "dim"),
    ]
    last = board.passed
    first = max(last - ROWS, 0) + 1
    drawn += [
        Text(row_text(board.repetition(rep)) if rep <= last else "")
        for rep in range(first, first + ROWS)
    ]
    return Text("\n", no_wrap=True, overflow="crop").join(drawn)


def _progress(board: SessionBoard, columns: int) -> Text:
    """Draw the repetitions done, and to come."""
    drawn = Text(clock_column(board.now_s), no_wrap=True, overflow="crop")
    drawn.append_text(session_way(board.session_state(), bar_columns(columns, BESIDE)))
    return drawn.append("" if board.rate is None else f"  {board.rate:>4.0f}x", "dim")
