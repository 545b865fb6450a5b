"""Where the parts of the demo's picture stand: beside the watch, or above it if that is narrow."""

import re
from collections.abc import Iterable
from textwrap import fill, wrap
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from kickcue.cli.demo.entry import DemoLogEntry
from kickcue.cli.format.output_format import clock_column
from kickcue.cli.tui.watch_face import WIDTH
from kickcue.core.events import Level
from kickcue.core.printable import printable

COLUMNS: Final = 80
LINES: Final = 23
NARROW_COLUMNS: Final = 60
NARROW_LINES: Final = 40
"""With fewer columns than ``COLUMNS`` the watch stands below, and so many are needed."""
LEFT: Final = COLUMNS - WIDTH - 1
LOGGED: Final = 3
_LABEL: Final = re.compile(r".*\s{2,}")
"""What stands before the words of a line: blanks, or a label and blanks."""


def fits(columns: int, lines: int) -> bool:
    """Return whether a terminal of this size holds the picture."""
    return columns >= COLUMNS or (columns >= NARROW_COLUMNS and lines >= NARROW_LINES)


def is_narrow(columns: int) -> bool:
    """Return whether the watch stands below the laps."""
    return columns < COLUMNS


def bar_columns(columns: int, beside: int) -> int:
    """Return how wide a bar may be that has ``beside`` columns of figures beside it."""
    return min(columns, COLUMNS) - beside


def arranged(  # noqa: PLR0913, PLR0917  the parts of one picture
    head: tuple[str, str],
    left: Text,
    watch: RenderableType,
    progress: Text,
    log: Iterable[DemoLogEntry],
    columns: int,
) -> RenderableType:
    """Return the whole picture: ``COLUMNS`` by ``LINES``, or narrow and high."""
    width = min(columns, COLUMNS)
    titles = [
        line(part, style)
        for text, style in zip(head, ("bold", "dim"), strict=True)
        for part in wrap(printable(text), width)
    ]
    both: list[RenderableType] = [left, watch]
    if not is_narrow(columns):
        grid = Table.grid(padding=(0, 1, 0, 0))
        grid.add_column(width=LEFT, no_wrap=True)
        grid.add_column(width=WIDTH, no_wrap=True)
        grid.add_row(left, watch)
        both = [grid]
    return Group(*titles, "", *both, progress, "", *_log(list(log)[-LOGGED:]))


def folded(text: str, columns: int) -> str:
    """Return the text for so few columns; what is folded hangs below where its words began.

    From the recording's path on it stays as it is, so that paths and commands can be copied.
    """
    words, recording, rest = text.partition("\nRecording:")
    return "\n".join(_folded(each, columns) for each in words.split("\n")) + recording + rest


def _folded(text: str, columns: int) -> str:
    if len(text) <= columns:
        return text
    label = _LABEL.match(text)
    hanging = " " * (0 if label is None else label.end())
    return fill(
        text, columns, subsequent_indent=hanging, break_long_words=False, break_on_hyphens=False
    )


def line(text: str, style: str) -> Text:
    """Return one line that is cut where it is too long."""
    return Text(text, style=style, no_wrap=True, overflow="ellipsis")


def _log(entries: list[DemoLogEntry]) -> list[Text]:
    return [*map(_logged, entries), *(Text() for _ in range(LOGGED - len(entries)))]


def _logged(entry: DemoLogEntry) -> Text:
    return line(
        f"{clock_column(entry.t_s)}  {entry.text}", "yellow" if entry.level is Level.WARNING else ""
    )
