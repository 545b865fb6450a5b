"""Letters on a card: Pillow's own font, and another one for what that has no letters for."""

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from unicodedata import combining, normalize

from kickcue.core.printable import printable

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

_SYSTEM_FONTS: Final = (
    "DejaVuSans.ttf",
    "NotoSans-Regular.ttf",
    "NotoSansCJK-Regular.ttc",
    "LiberationSans-Regular.ttf",
    "Arial Unicode.ttf",
    "arial.ttf",
    "PingFang.ttc",
    "msgothic.ttc",
)
"""Asked for in this order by name, wherever the system keeps its fonts; none need be there."""
_NO_CHARACTER: Final = "\uffff"
"""Unicode promises that this is none, so a font draws what it draws for a letter it lacks."""
_PROBE_SIZE: Final = 40
_HINTING: Final = 0.98
"""Letters are rounded to whole pixels: a line is up to 2 % longer than its size promises."""


@dataclass(slots=True)
class Lettering:
    """Finds the font for a text. ``lost``: letters that no font has, and that were left out."""

    lost: set[str] = field(default_factory=set)

    def fitted(self, text: str, size: float, width: float) -> tuple[str, "FreeTypeFont"]:
        """Return ``text`` as it can be written, in a font of ``size`` or as small as it must be."""
        text, name = self._writable(" ".join(printable(text).split()))
        font = _font(name, size)
        length = font.getlength(text)
        if length <= width:
            return text, font
        return text, _font(name, size * width / length * _HINTING)

    def _writable(self, text: str) -> tuple[str, str | None]:
        for name in (None, *_SYSTEM_FONTS):
            if not _lacking(text, name):
                return text, name
        plain = "".join(letter for letter in normalize("NFKD", text) if not combining(letter))
        lacking = _lacking(plain, None)
        self.lost |= lacking
        kept = "".join(letter for letter in plain if letter not in lacking)
        return " ".join(kept.split()), None


def _lacking(text: str, name: str | None) -> set[str]:
    """Return the letters that a font has not; all of them where the font is not there."""
    return {letter for letter in set(text) if not letter.isspace() and not _has(letter, name)}


@cache
def _has(letter: str, name: str | None) -> bool:
    try:
        font = _font(name, _PROBE_SIZE)
    except OSError:
        return False
    drawn, blank = font.getmask(letter), font.getmask(_NO_CHARACTER)
    return (drawn.size, bytes(drawn)) != (blank.size, bytes(blank))


@cache
def _font(name: str | None, size: float) -> "FreeTypeFont":
    """Return Pillow's own font, or one of the system; OSError where that has none of the name."""
    from PIL import ImageFont  # noqa: PLC0415  an extra

    if name is not None:
        return ImageFont.truetype(name, size)
    font: Any = ImageFont.load_default(size)
    return font  # type: ignore[no-any-return]
