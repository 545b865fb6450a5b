"""Printing that the commands share: a JSON object a line for programs, tables for people."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from kickcue.core.printable import is_printable, printable

if TYPE_CHECKING:
    from rich.console import Console

PLAIN_COLUMNS: Final = 80  # what a pipe gets: a log or a mail holds as much


def json_line(value: Any) -> str:
    """Return ``value`` as one compact line of printable JSON, keys in the order given.

    ValueError for NaN and infinity.
    """
    line = json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    return "".join(letter if is_printable(letter) else json.dumps(letter)[1:-1] for letter in line)


def console() -> "Console":
    """Return a rich console on standard output: as the terminal is, or 80 plain columns."""
    # rich costs 40 ms, and most commands print plain lines.
    from kickcue.cli.format.pictures import PictureConsole  # noqa: PLC0415

    return PictureConsole(highlight=False, width=None if sys.stdout.isatty() else PLAIN_COLUMNS)


def table(header: Sequence[str], rows: Iterable[Sequence[str]], *, align: str) -> str:
    """Return aligned plain text; ``align`` has a letter a column, "l" words and "r" numbers."""
    cells = [tuple(header), *(tuple(map(printable, row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    sides = [{"l": "<", "r": ">"}[letter] for letter in align]
    return "\n".join(
        "  ".join(
            f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)
        ).rstrip()
        for row in cells
    )


def numbers(values: Sequence[float], *, digits: int = 3) -> tuple[str, ...]:
    """Return the column with as many decimals as the longest needs, at most ``digits``."""
    needed = max(
        (len(f"{value:.{digits}f}".rstrip("0").partition(".")[2]) for value in values), default=0
    )
    return tuple(f"{value:.{needed}f}" for value in values)
