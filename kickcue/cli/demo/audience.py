"""Who sees a demo as it is played: the recording, the board, the page and the screen."""

from dataclasses import dataclass
from typing import Protocol

from kickcue.cli.demo.page_shows import PageShows
from kickcue.cli.demo.screen import DemoScreen
from kickcue.core.events import Input, Output
from kickcue.recording.mcap_writer import McapWriter


class Board(Protocol):
    """What a race or a session has come to."""

    rate: float | None

    def take(self, event: Input, outputs: tuple[Output, ...]) -> None:
        """Take in an event with what follows from it."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Sees each event with its outputs; the screen also what happens on the watch."""

    writer: McapWriter
    board: Board
    page: PageShows
    screen: DemoScreen

    def take(self, event: Input, outputs: tuple[Output, ...], rate: float, now_ns: int) -> None:
        """Take in an event that is played ``rate`` times as fast, at ``now_ns``."""
        for entry in (event, *outputs):
            self.writer.write(entry)
        self.board.rate = rate
        self.board.take(event, outputs)
        self.page.take(event, outputs, now_ns)
        self.screen.moved()
