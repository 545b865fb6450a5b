"""A curve in a terminal: braille dots over an axis with marks, by plotille."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

LABEL_COLUMNS: Final = 6
LEAST_COLUMNS: Final = 12
ROWS: Final = 4
_DOT_COLUMNS, _DOT_ROWS = 2, 4
"""Dots of one braille character, across and down."""
_BRAILLE: Final = 0x2800
_UPPER_DOTS, _LOWER_DOTS = 0x1B, 0xE4
_TRIMMED: Final = 0.02
"""The share of the values at each end that may lie outside: a start would flatten all the rest."""
_LEAST_SPAN_SHARE: Final = 0.02
"""Values closer together than this are drawn as the flat line that they are."""

Point = tuple[float, float | None]


@dataclass(frozen=True, slots=True)
class Axis:
    """What a plot lies over: from ``low`` to ``high``; ``marks`` are the laps.

    ``bright``: stretches that stand out; ``labels`` are written below, each at its place.
    """

    low: float
    high: float
    marks: Sequence[float] = ()
    bright: Sequence[tuple[float, float]] = ()
    labels: Sequence[tuple[float, str]] = ()


@dataclass(frozen=True, slots=True)
class Plot:
    """Draws values over an axis, as wide as there is room; None is a gap.

    ``label`` writes a value at the left edge. Values below ``least`` lie at the foot of the plot,
    whatever they are.
    """

    title: str
    points: Sequence[Point]
    axis: Axis
    label: Callable[[float], str]
    least: float = -math.inf

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        columns = max(options.max_width - LABEL_COLUMNS - 1, LEAST_COLUMNS)
        known = [value for _, value in self.points if value is not None]
        low, high = value_range([value for value in known if value >= self.least] or known)
        rows = braille_rows(self.points, self.axis, (low, high), columns)
        yield Text(self.title, style="bold")
        labels = [self.label(high), *[""] * (ROWS - 2), self.label(low)]
        for label, row in zip(labels, rows, strict=True):
            shown = in_ascii(row) if options.ascii_only else row
            yield self._row(label, shown.replace(chr(_BRAILLE), " "))
        yield Text(f"{'':{LABEL_COLUMNS}}└{self._axis_line(columns)}", style="grey50")
        yield Text(f"{'':{LABEL_COLUMNS}} {self._axis_labels(columns)}", style="dim")

    def _row(self, label: str, dots: str) -> Text:
        row = Text(f"{label:>{LABEL_COLUMNS}}", style="dim", no_wrap=True).append("│", "grey50")
        for bright, run in groupby(range(len(dots)), key=lambda at: self._is_bright(at, len(dots))):
            columns = list(run)
            style = "bright_yellow" if bright else "cyan"
            row.append(dots[columns[0] : columns[-1] + 1], f"not dim {style}")
        return row

    def _is_bright(self, column: int, columns: int) -> bool:
        at = self.axis.low + (column + 0.5) / columns * (self.axis.high - self.axis.low)
        return any(low <= at < high for low, high in self.axis.bright)

    def _axis_line(self, columns: int) -> str:
        at = {_column(mark, self.axis, columns) for mark in self.axis.marks}
        return "".join("┴" if column in at else "─" for column in range(columns))

    def _axis_labels(self, columns: int) -> str:
        """Return the labels, each below its place; one that would touch another is left out."""
        line = ""
        for at, text in self.axis.labels:
            column = min(_column(at, self.axis, columns), max(columns - len(text), 0))
            if column >= len(line) + (1 if line else 0):
                line = f"{line:<{column}}{text}"
        return line


def value_range(values: Sequence[float]) -> tuple[float, float]:
    """Return from where to where the values are drawn, few at each end left out."""
    ordered = sorted(values)
    out = int(len(ordered) * _TRIMMED)
    low, high = ordered[out], ordered[-1 - out]
    least = _LEAST_SPAN_SHARE * max(abs(low), abs(high)) or 1.0
    if high - low < least:
        middle = (low + high) / 2
        return middle - least / 2, middle + least / 2
    return low, high


def braille_rows(
    points: Sequence[Point], axis: Axis, values: tuple[float, float], columns: int
) -> list[str]:
    """Return the curve as ``ROWS`` lines of ``columns`` braille characters."""
    from plotille import Canvas  # type: ignore[import-untyped]  # noqa: PLC0415  only this needs it

    across, down = columns * _DOT_COLUMNS, ROWS * _DOT_ROWS
    canvas = Canvas(columns, ROWS, xmin=0, ymin=0, xmax=across, ymax=down)
    for stretch in _stretches(_by_dot(points, axis, across)):
        dots = [(x, _dot_row(value, values, down)) for x, value in stretch]
        canvas.point(*dots[0])
        for before, after in pairwise(dots):
            canvas.line(*before, *after)
    drawn: str = canvas.plot(linesep="\n")
    return drawn.split("\n")


def in_ascii(row: str) -> str:
    """Return a row of braille characters as ASCII: which halves of each have dots."""
    return "".join(
        " .':"[bool(ord(glyph) & _LOWER_DOTS) + 2 * bool(ord(glyph) & _UPPER_DOTS)] for glyph in row
    )


def _by_dot(points: Sequence[Point], axis: Axis, across: int) -> dict[int, float | None]:
    """Return the mean of what falls on each column of dots; None where there is a gap."""
    found: dict[int, list[float | None]] = {}
    for at, value in points:
        if axis.low <= at <= axis.high:
            found.setdefault(_column(at, axis, across), []).append(value)
    return {x: _mean(values) for x, values in sorted(found.items())}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return math.fsum(known) / len(known) if known else None


def _stretches(values: dict[int, float | None]) -> Iterator[list[tuple[int, float]]]:
    """Yield what is to be joined by a line: no line bridges a gap."""
    stretch: list[tuple[int, float]] = []
    for x, value in values.items():
        if value is not None:
            stretch.append((x, value))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def _column(at: float, axis: Axis, columns: int) -> int:
    share = (at - axis.low) / (axis.high - axis.low)
    return min(max(int(share * columns), 0), columns - 1)


def _dot_row(value: float, values: tuple[float, float], down: int) -> int:
    low, high = values
    share = min(max((value - low) / (high - low), 0.0), 1.0)
    return round(share * (down - 1))
