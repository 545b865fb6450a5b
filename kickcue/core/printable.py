"""Text from strangers, made harmless.

A device's name, a cue's words or a file's maker cannot move a cursor or turn a line around.
"""

from itertools import chain
from typing import Final
from unicodedata import category

LINES: Final = "\n\t"
"""What a text of several lines may have besides."""
_UNSEEN: Final = frozenset(
    map(
        chr,
        chain(
            (0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0),
            range(0x180B, 0x1810),
            range(0xE0100, 0xE01F0),
        ),
    )
)
"""Unicode has them among letters, marks and symbols, but nobody sees them."""


def is_printable(letter: str) -> bool:
    """Tell whether one character shows as itself.

    That is no control, no change of direction, no line end, nothing without a width of its own.
    """
    return (letter.isprintable() and letter not in _UNSEEN) or category(letter) == "Zs"


def printable(text: str, keep: str = "") -> str:
    r"""Return ``text`` with ``\x1b``, ``\u202e`` and the like for what is not printable.

    ``keep`` names characters that may stay.
    """
    if text.isascii() and text.isprintable():
        return text
    shown = (
        letter
        if letter in keep or is_printable(letter)
        else letter.encode("unicode_escape").decode()
        for letter in text
    )
    return "".join(shown)
