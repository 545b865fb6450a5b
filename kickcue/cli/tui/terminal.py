"""What the terminal can show, and pictures for one that cannot show everything."""

import logging
import os
import sys
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment

_ASCII: Final = str.maketrans("━─┃│┏┓┗┛╭╮╰╯└┴┣┫╺╸╻╹█▓▒●○♥·…▂▄▆", "=-||+++++++++|||  ||##+*o*-..:|")


class Asciified:
    """Draws ``inner`` without what a terminal of another encoding than UTF-8 could not show."""

    def __init__(self, inner: RenderableType) -> None:
        self._inner = inner

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for text, style, control in console.render(self._inner, options):
            yield Segment(asciified(text), style, control)


def asciified(text: str) -> str:
    """Return the text in ASCII, as wide as it was."""
    return text.replace("± ", "+-").translate(_ASCII).encode("ascii", "replace").decode()


def is_utf8(encoding: str | None) -> bool:
    """Return whether this encoding shows everything."""
    return (encoding or "").lower().replace("-", "").startswith("utf")


def showable(picture: RenderableType, console: Console) -> RenderableType:
    """Return the picture as this console's encoding can show it."""
    return picture if is_utf8(console.encoding) else Asciified(picture)


def is_terminal() -> bool:
    """Tell whether somebody sits before a terminal that can show pictures, and can press keys."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def be_quiet() -> None:
    """Keep log lines off the terminal: what matters to a person is shown, or raised as one line."""
    logging.getLogger().addHandler(logging.NullHandler())
