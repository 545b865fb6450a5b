"""Where the demo is shown: live on a terminal, in lines elsewhere, or not at all."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from shutil import get_terminal_size
from typing import Final, Protocol

from rich.live import Live

from kickcue.cli.demo.board import DemoBoard
from kickcue.cli.demo.drawing import COLUMNS, frame, row_text, title
from kickcue.cli.format.console import console
from kickcue.cli.tui.terminal import asciified, is_utf8, showable
from kickcue.cli.tui.watch_face import Face
from kickcue.core.events import Phase
from kickcue.core.position.uncertainty import to_go
from kickcue.core.printable import printable
from kickcue.core.watch.state_machine import CueAck, Play
from kickcue.edges.mqtt.watch_client import Happening
from kickcue.supervision.tasks import running

FRAME_S: Final = 0.08
LINGER_S: Final = 1.5
"""How long the finish stays on the screen."""
HEADER: Final = "lap    at published kickcue spm bpm press"


class DemoScreen(Protocol):
    """Somewhere to show the race."""

    def moved(self) -> None:
        """Show that the board has taken in an event."""

    def happened(self, happening: Happening) -> None:
        """Show what happened on the watch."""


@asynccontextmanager
async def screen_for(board: DemoBoard, *, silent: bool) -> AsyncIterator[DemoScreen]:
    """Give the screen that standard output is good for."""
    if silent:
        yield Silent()
    elif not _is_live():
        yield DemoLines(board)
        print()
    else:
        async with _live(board) as screen:
            yield screen


def _is_live() -> bool:
    wide = get_terminal_size().columns >= COLUMNS
    return (
        wide
        and sys.stdout.isatty()
        and os.environ.get("TERM", "dumb") != "dumb"
        and not os.environ.get("NO_COLOR")
    )


class Silent:
    """Shows nothing."""

    def moved(self) -> None:
        """Show nothing."""

    def happened(self, happening: Happening) -> None:
        """Show nothing."""


class DemoLines:
    """A line for each lap once nothing more can happen to it, and for each cue when it is felt.

    It writes no control characters.
    """

    def __init__(self, board: DemoBoard) -> None:
        self._board = board
        self._utf8 = is_utf8(sys.stdout.encoding)
        self._printed = 0
        for line in (*title(board), "", HEADER):
            self._print(line)

    def moved(self) -> None:
        """Print the laps to which nothing more can happen."""
        over = self._board.phase is Phase.FINISHED
        while self._printed < self._board.passed and (
            over or self._board.settled(self._printed + 1)
        ):
            self._printed += 1
            row = self._board.row(self._printed)
            self._print(row_text(row, row.press or ""))

    def happened(self, happening: Happening) -> None:
        """Print what was felt, and what was dropped."""
        if isinstance(happening, Play):
            self._print(f"watch: {happening.touch.text}{self._whereabouts()}")
        elif isinstance(happening, CueAck) and not happening.felt:
            self._print(f"watch: dropped {happening.cue_id}: {happening.why}")

    def _whereabouts(self) -> str:
        here = self._board.estimate
        return (
            ""
            if here is None or here.to_go_m is None
            else f" ({to_go(here.to_go_m, here.distance_sd_m)})"
        )

    def _print(self, line: str) -> None:
        print(printable(line if self._utf8 else asciified(line)), flush=True)


class _Picture:
    """The live picture; the watch rings no bell here, for nobody asked for a noise."""

    def __init__(self, board: DemoBoard, live: Live) -> None:
        self._board = board
        self._live = live
        self._face = Face("watch, over MQTT")

    def moved(self) -> None:
        """Leave it to the next frame."""

    def happened(self, happening: Happening) -> None:
        """Put it on the watch's face."""
        self._face.take(happening, time.monotonic())

    def draw(self) -> None:
        """Draw a frame."""
        picture = frame(self._board, self._face, time.monotonic())
        self._live.update(showable(picture, self._live.console), refresh=True)

    async def paint(self) -> None:
        """Draw frame after frame, until cancelled."""
        while True:
            self.draw()
            await asyncio.sleep(FRAME_S)


@asynccontextmanager
async def _live(board: DemoBoard) -> AsyncIterator[DemoScreen]:
    """Give a picture on the terminal's other screen, so that what was on the first one stays.

    The closing words go there, too.
    """
    with Live(console=console(), screen=True, auto_refresh=False) as live:
        picture = _Picture(board, live)
        async with running(picture.paint(), name="demo screen"):
            yield picture
            await asyncio.sleep(LINGER_S)
