"""A terminal taken over for a while: pictures on it, and the keys that are pressed before it."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from rich.console import RenderableType
from rich.live import Live

from kickcue.cli.end_requests import handlers_kept
from kickcue.cli.format.console import console
from kickcue.cli.tui.keyboard import HUNG_UP, keys
from kickcue.cli.tui.terminal import showable

END: Final = "end"
"""Comes as a key when the program is to end by a signal; nobody can type it."""
INTERRUPT: Final = "interrupt"
"""Comes as a key for Ctrl-C where the canvas was asked to take it."""
ENTER: Final = frozenset("\r\n")
RUBOUT: Final = frozenset("\x7f\b")
_SIGNALS: Final = {signal.SIGTERM: END, signal.SIGHUP: HUNG_UP}


class Canvas:
    """Made by ``canvas``: ``draw`` a picture, wait for a ``key``."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._pressed: asyncio.Queue[str] = asyncio.Queue()
        self.gone = False
        """The terminal went away; nothing that is drawn is seen any more."""

    @property
    def size(self) -> os.terminal_size:
        """How many columns and lines there are now."""
        return os.terminal_size(self._live.console.size)

    def draw(self, picture: RenderableType) -> None:
        """Show a picture in place of the one before."""
        try:
            self._live.update(showable(picture, self._live.console), refresh=True)
        except OSError:
            self.press(HUNG_UP)

    def press(self, key: str) -> None:
        """Take a key as if it were pressed."""
        if key == HUNG_UP and not self.gone:
            self.gone = True
            _let_go()
        self._pressed.put_nowait(key)

    async def key(self, within_s: float) -> str | None:
        """Return the next key, None where none comes in time."""
        try:
            async with asyncio.timeout(within_s):
                return await self._pressed.get()
        except TimeoutError:
            return None


@asynccontextmanager
async def canvas(*, take_interrupt: bool = False, whole: bool = True) -> AsyncIterator[Canvas]:
    """Take the terminal over; it is put back as it was, whatever happens.

    ``take_interrupt``: Ctrl-C comes as a key. Not ``whole``: only as many lines as the picture has,
    and the last one stays.
    """
    loop = asyncio.get_running_loop()
    by_signal = {**_SIGNALS, **({signal.SIGINT: INTERRUPT} if take_interrupt else {})}
    with (
        handlers_kept(signal.SIGTERM, signal.SIGINT),
        Live(console=console(), screen=whole, auto_refresh=False) as live,
    ):
        taken = Canvas(live)
        for number, key in by_signal.items():
            loop.add_signal_handler(number, taken.press, key)
        try:
            with keys(taken.press):
                yield taken
        finally:
            for number in by_signal:
                if not (taken.gone and number is signal.SIGHUP):
                    # Another may follow the first, and would end the process.
                    loop.remove_signal_handler(number)


def _let_go() -> None:
    """Send whatever is still written nowhere: a terminal that is gone answers with errors."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
