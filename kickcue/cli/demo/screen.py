"""Where the demo is shown: live on a terminal, in lines elsewhere, or not at all."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from shutil import get_terminal_size
from typing import Final, Protocol

from rich.console import Group
from rich.live import Live
from rich.padding import Padding
from rich.text import Text

from kickcue.cli.demo.layout import fits
from kickcue.cli.demo.shown import Shown
from kickcue.cli.format.console import console
from kickcue.cli.tui.terminal import asciified, is_utf8, showable
from kickcue.cli.tui.watch_face import Face
from kickcue.core.events import CueKind
from kickcue.core.printable import printable
from kickcue.core.watch.state_machine import CueAck, Play
from kickcue.edges.mqtt.watch_client import Happening
from kickcue.supervision.tasks import running

FRAME_S: Final = 0.08
LINGER_S: Final = 1.5
"""How long the finish stays on the screen."""
STORY_S: Final = 6.0
"""How long the story stays before the race starts."""


class DemoScreen(Protocol):
    """Somewhere to show the race."""

    def moved(self) -> None:
        """Show that the board has taken in an event."""

    def happened(self, happening: Happening) -> None:
        """Show what happened on the watch."""


@asynccontextmanager
async def screen_for(
    shown: Shown, invitation: str | None, *, silent: bool
) -> AsyncIterator[DemoScreen]:
    """Give the screen that standard output is good for.

    ``invitation`` stands on it from the start.
    """
    if silent:
        yield Silent()
    elif not _is_live():
        yield DemoLines(shown, invitation)
        print()
    else:
        async with _live(shown, invitation) as screen:
            yield screen


def _is_live() -> bool:
    return (
        fits(*get_terminal_size())
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
    """A line for each row once nothing more can happen to it, and for each cue when it is felt.

    It writes no control characters.
    """

    def __init__(self, shown: Shown, invitation: str | None = None) -> None:
        self._shown = shown
        self._utf8 = is_utf8(sys.stdout.encoding)
        story = shown.story()
        invited = [] if invitation is None else [invitation]
        for line in (
            *shown.title(),
            *invited,
            "",
            *story,
            *([""] if story else []),
            shown.header(),
        ):
            self._print(line)

    def moved(self) -> None:
        """Print the rows to which nothing more can happen."""
        for row in self._shown.settled():
            self._print(row)

    def happened(self, happening: Happening) -> None:
        """Print what was felt, and what was dropped."""
        if isinstance(happening, Play):
            if happening.touch.kind != CueKind.TICK:
                self._print(f"watch: {happening.touch.text}{self._shown.whereabouts()}")
        elif isinstance(happening, CueAck) and not happening.felt:
            self._print(f"watch: dropped {happening.cue_id}: {happening.why}")

    def _print(self, line: str) -> None:
        print(printable(line if self._utf8 else asciified(line)), flush=True)


class _Picture:
    """The live picture; the watch rings no bell here, for nobody asked for a noise."""

    def __init__(self, shown: Shown, invitation: str | None, live: Live) -> None:
        self._shown = shown
        self._invitation = [] if invitation is None else [_folding(invitation)]
        self._live = live
        self._face = Face("watch, over MQTT", session=shown.is_session)

    def moved(self) -> None:
        """Leave it to the next frame."""

    def happened(self, happening: Happening) -> None:
        """Put it on the watch's face."""
        self._face.take(happening, time.monotonic())

    def draw(self) -> None:
        """Draw a frame."""
        columns = self._live.console.width
        picture = self._shown.frame(self._face, time.monotonic(), columns)
        whole = Group(picture, *self._invitation)
        self._live.update(showable(whole, self._live.console), refresh=True)

    async def tell(self) -> None:
        """Show the story long enough to be read."""
        story = self._shown.story()
        if not story:
            return
        console = self._live.console
        head, caption = self._shown.title()
        page = Group(
            Text(head, "bold"),
            Text(caption, "dim"),
            "",
            *(Text(printable(each)) for each in story),
            "",
            *self._invitation,
        )
        self._live.update(showable(Padding(page, (2, 2)), console), refresh=True)
        await asyncio.sleep(STORY_S)

    async def paint(self) -> None:
        """Draw frame after frame, until cancelled."""
        while True:
            self.draw()
            await asyncio.sleep(FRAME_S)


@asynccontextmanager
async def _live(shown: Shown, invitation: str | None) -> AsyncIterator[DemoScreen]:
    """Give a picture on the terminal's other screen, so that what was on the first one stays.

    The closing words go there, too.
    """
    with Live(console=console(), screen=True, auto_refresh=False) as live:
        picture = _Picture(shown, invitation, live)
        await picture.tell()
        async with running(picture.paint(), name="demo screen"):
            yield picture
            await asyncio.sleep(LINGER_S)


def _folding(text: str) -> Text:
    """Return a line that is whole where the terminal is narrow: a link must be."""
    return Text(text, style="cyan", overflow="fold")
