"""Times of laps or repetitions in a few lines, where the large figure stands while they are run."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

TIMES_COLUMNS: Final = 40


def time_rows(entries: Sequence[str], rows: int) -> Iterator[Text]:
    """Yield just so many lines; where the entries are too many for them, the latest."""
    lines = _lines(entries)
    shown = lines[-rows:]
    if len(lines) > rows:
        shown[0] = f"…{shown[0]}"
    for line in (*shown, *[""] * (rows - len(shown))):
        yield Text(f"  {line}", no_wrap=True, overflow="ellipsis")


def _lines(entries: Sequence[str]) -> list[str]:
    lines = [""]
    for entry in entries:
        if lines[-1] and len(lines[-1]) + len(entry) + 2 > TIMES_COLUMNS - 1:
            lines.append("")
        lines[-1] += f"  {entry}" if lines[-1] else entry
    return lines
