"""How a vibration feels, along a line of time: so many milliseconds a column, strength as shade."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kickcue.cli.tui.terminal import is_utf8
from kickcue.core.events import Pulses

WIDTH: Final = 44
_SCALES_MS: Final = (10, 20, 25, 50, 100, 200, 500)
_TICK: Final = 10


@dataclass(frozen=True, slots=True)
class Shades:
    """The characters for a strong, a weaker and a weak pulse, and for the time between two."""

    strong: str
    weaker: str
    weak: str
    gap: str

    def of(self, intensity: float) -> str:
        """Return the shade of an intensity."""
        return self.strong if intensity >= 0.85 else self.weaker if intensity >= 0.55 else self.weak


BLOCKS: Final = Shades("█", "▓", "▒", "·")
PLAIN: Final = Shades("#", "=", "-", ".")


def shades() -> Shades:
    """Return what standard output can show.

    Plain ASCII in a pipe, with NO_COLOR, and on a terminal that knows no better.
    """
    out = sys.stdout
    able = (
        out.isatty()
        and os.environ.get("TERM", "dumb") != "dumb"
        and not os.environ.get("NO_COLOR")
        and is_utf8(out.encoding)
    )
    return BLOCKS if able else PLAIN


def scale_ms(patterns: Sequence[Pulses]) -> int:
    """Return how many ms a column is, so that the longest pattern fits into ``WIDTH`` columns.

    No pattern is longer than 10 s.
    """
    return next(
        (ms for ms in _SCALES_MS if all(len(drawn(each, ms, PLAIN)) <= WIDTH for each in patterns)),
        _SCALES_MS[-1],
    )


def drawn(pulses: Pulses, column_ms: int, using: Shades) -> str:
    """Return the pulses as a line; each pulse and each gap has a column, however short."""
    line, at_ms = "", 0
    for on_ms, off_ms, intensity in pulses:
        if line:
            line = line.ljust(max(round(at_ms / column_ms), len(line) + 1), using.gap)
        line += using.of(intensity) * max(round(on_ms / column_ms), 1)
        at_ms += on_ms + off_ms
    return line


def ruler(column_ms: int) -> str:
    """Return the line of the times, a label each ten columns."""
    labels = (f"{column * column_ms}" for column in range(0, WIDTH - _TICK // 2, _TICK))
    return "".join(label.ljust(_TICK) for label in labels).rstrip() + " ms"
