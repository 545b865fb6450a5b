"""A distance that is typed at the keyboard of a race which turns out to be another one.

The race goes on meanwhile: space still marks a lap.
"""

from typing import Final

from kickcue.cli.tui.keyboard import ESCAPE, KeyPress
from kickcue.cli.tui.screen import ENTER, RUBOUT
from kickcue.core.course import race_distance_m
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind

DISTANCE: Final = "d"
LAP: Final = " "
LEAVE: Final = frozenset({ESCAPE, "q"})
"""No distance has a q in its name."""
MOST_LETTERS: Final = 12


class TypedDistance:
    """What has been typed so far. ``take`` each key until it is ``over``."""

    def __init__(self) -> None:
        self.over = False
        self._text = ""
        self._mistake: str | None = None

    @property
    def question(self) -> str:
        """Return what is asked, with what has been typed, or what is wrong with it."""
        asked = f"How long is the race? {self._text}_ (such as 3000, mile, 10k)"
        return f"{self._mistake or asked} · Enter to set, Esc to cancel"

    def take(self, key: str) -> KeyPress | None:
        """Take a key; return what is pressed by it: a lap, or what was typed in the end."""
        if key == LAP:
            return KeyPress(CommandKind.LAP)
        self._mistake = None
        if key in LEAVE:
            self.over = True
        elif key in ENTER:
            return self._read()
        elif key in RUBOUT:
            self._text = self._text[:-1]
        elif (key.isascii() and key.isalnum()) or key in {".", ","}:
            self._text = (self._text + key)[:MOST_LETTERS]
        return None

    def _read(self) -> KeyPress | None:
        try:
            metres = race_distance_m(self._text)
        except UsageError as error:
            self._mistake, self._text = str(error), ""
            return None
        self.over = True
        return KeyPress(CommandKind.DISTANCE, metres)
