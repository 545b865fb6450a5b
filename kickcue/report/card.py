"""A picture of a race or a session for a phone: time, laps, kick, one line. By Pillow, an extra."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from kickcue.analysis.review.model import Review
from kickcue.config.atomic_write import replace_file
from kickcue.config.extras import how_to_get
from kickcue.core.errors import UsageError
from kickcue.report.card_content import Bar, CardContent, Figure, card_content
from kickcue.report.card_font import Lettering
from kickcue.report.formats import PaceUnit

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

WIDTH, HEIGHT = 1080, 1350
MARGIN: Final = 84
ROOM: Final = WIDTH - 2 * MARGIN
CHART_TOP, CHART_BOTTOM = 760, 1030
TOP_COLOUR, BOTTOM_COLOUR = "#1b2a4a", "#0b1020"
WHITE, PALE, GREY = "#ffffff", "#d5deec", "#8b9bb4"
BAR_COLOUR, BRIGHT = "#4f7fc4", "#ffd23f"
_GAP_SHARE: Final = 0.22
"""Of the room of a bar, so much is left free beside it."""
_LEAST_SPAN: Final = 0.06
"""Laps closer together than this share of the fastest look as even as they were [judgement]."""
_SHOWN_SPAN: Final = 1.5
"""The foot of the bars lies this many spans below the fastest."""
_HEADLINE_LETTERS, _HEADLINE_LINES = 46, 3
_NO_BREAK: Final = "\u00a0"
_CORNER: Final = 6
_FIRST_MORE: Final = 0.4
"""So much wider than the others is the first figure, for it needs the longest words."""
_FLAT_SHARE: Final = 0.05


def write_card(
    review: Review,
    path: Path,
    *,
    unit: PaceUnit = PaceUnit.KILOMETRE,
    anonymous: bool = False,
) -> str | None:
    """Write the card as a PNG of 1080 x 1350; ``anonymous`` leaves the date out.

    Returns in one sentence what could not be written on it, None if all could. UsageError where
    Pillow is not there, or the file cannot be written.
    """
    lettering = Lettering()
    picture = card_picture(card_content(review, unit, anonymous=anonymous), lettering)
    encoded = BytesIO()
    picture.save(encoded, "PNG", optimize=True)
    replace_file(path, encoded.getvalue())
    if not lettering.lost:
        return None
    lost = "".join(sorted(lettering.lost))
    return f"no font here has these letters, so the card goes without: {lost}"


def card_picture(content: CardContent, lettering: Lettering) -> "Image":
    """Draw the card."""
    try:
        from PIL import Image, ImageDraw, ImageOps  # noqa: PLC0415  an extra
    except ImportError:
        raise UsageError(f"a picture needs the Pillow library: {how_to_get('card')}") from None
    shade = Image.linear_gradient("L").resize((WIDTH, HEIGHT))
    picture = ImageOps.colorize(shade, TOP_COLOUR, BOTTOM_COLOUR)
    pen = _Pen(ImageDraw.Draw(picture), lettering)
    pen.write(content.title, (MARGIN, 84), 54, PALE)
    pen.write(content.date, (MARGIN, 156), 34, GREY)
    pen.write(content.large, (MARGIN, 470), 290, WHITE, anchor="ls")
    pen.write(content.caption, (MARGIN, 494), 34, GREY)
    _headline(pen, content.headline, 552)
    _bars(pen, content.bars)
    _curve(pen, content.curve)
    pen.write(content.chart_caption, (MARGIN, CHART_BOTTOM + 18), 26, GREY)
    _figures(pen, content.figures, 1116)
    pen.write("kickcue", (MARGIN, HEIGHT - 84), 30, GREY)
    return picture


class _Pen:
    """Writes texts where they belong, never wider than their room."""

    def __init__(self, draw: "ImageDraw", lettering: Lettering) -> None:
        self.draw = draw
        self._lettering = lettering

    def write(  # noqa: PLR0913  what, where and how
        self,
        text: str,
        at: tuple[float, float],
        size: float,
        colour: str,
        *,
        room: float = ROOM,
        anchor: str = "la",
    ) -> None:
        """Write one line; ``anchor`` as in Pillow: "la" hangs from ``at``, "ls" stands on it."""
        text, font = self._lettering.fitted(text, size, room)
        self.draw.text(at, text, colour, font=font, anchor=anchor)


def _headline(pen: _Pen, text: str, top: float) -> None:
    whole = re.sub(r"(?<=\d) (?=\S)", _NO_BREAK, text)  # a number stays with its unit
    lines = wrap(whole, _HEADLINE_LETTERS, max_lines=_HEADLINE_LINES, placeholder=" ...")
    for number, line in enumerate(lines):
        pen.write(line, (MARGIN, top + 52 * number), 40, PALE)


def bar_heights(speeds: Sequence[float], full: float) -> list[float]:
    """Return how high the bars are: the fastest ``full``, the others in proportion.

    They do not stand on 0 m/s: nobody would see a kick then.
    """
    fastest = max(speeds)
    span = max(fastest - min(speeds), _LEAST_SPAN * fastest) * _SHOWN_SPAN
    return [full * (1 - (fastest - mps) / span) for mps in speeds]


def _bars(pen: _Pen, bars: Sequence[Bar]) -> None:
    if not bars:
        return
    step = ROOM / (len(bars) - _GAP_SHARE)  # the last one has no gap after it
    heights = bar_heights([bar.mps for bar in bars], CHART_BOTTOM - CHART_TOP)
    for number, (bar, height) in enumerate(zip(bars, heights, strict=True)):
        left = MARGIN + number * step
        right = left + step * (1 - _GAP_SHARE)
        top = CHART_BOTTOM - height
        colour = BRIGHT if bar.bright else BAR_COLOUR
        box = (round(left), round(top), round(right) - 1, CHART_BOTTOM)
        pen.draw.rounded_rectangle(box, min(_CORNER, (right - left) / 3), colour)
        _bar_label(pen, bar, ((left + right) / 2, top - 10), step)


def _curve(pen: _Pen, values: Sequence[float | None]) -> None:
    """Draw the values as an area; where one is unknown there is a gap."""
    known = [value for value in values if value is not None]
    if not known:
        return
    low, high = min(known), max(known)
    foot = low - max(high - low, _FLAT_SHARE * abs(high)) * (_SHOWN_SPAN - 1)
    scale = (CHART_BOTTOM - CHART_TOP) / (high - foot)
    step = ROOM / len(values)
    for number, value in enumerate(values):
        if value is not None:
            left = MARGIN + number * step
            top = CHART_BOTTOM - (value - foot) * scale
            box = (round(left), round(top), max(round(left + step) - 1, round(left)), CHART_BOTTOM)
            pen.draw.rectangle(box, BAR_COLOUR)


_LABEL_ROOM: Final = 52
"""Pixels: a bar with less has no label, unless it is the last."""


def _bar_label(pen: _Pen, bar: Bar, at: tuple[float, float], step: float) -> None:
    if bar.bright:
        pen.write(bar.label, at, 30, BRIGHT, room=max(step, 2 * _LABEL_ROOM), anchor="ms")
    elif step >= _LABEL_ROOM:
        pen.write(bar.label, at, 26, GREY, room=step * 0.94, anchor="ms")


def _figures(pen: _Pen, figures: Sequence[Figure], top: float) -> None:
    if not figures:
        return
    step = ROOM / (len(figures) + _FIRST_MORE)
    for number, figure in enumerate(figures):
        left = MARGIN + number * step + (_FIRST_MORE * step if number else 0)
        room = step * (1 if number else 1 + _FIRST_MORE) - 28
        colour = BRIGHT if figure.bright else WHITE
        pen.write(figure.value, (left, top), 68, colour, room=room)
        pen.write(figure.caption, (left, top + 84), 28, GREY, room=room)
