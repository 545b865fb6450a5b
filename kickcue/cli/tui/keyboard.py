"""Single key presses from a terminal, which is put back as it was, whatever happens."""

import asyncio
import os
import re
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from kickcue.core.events import CommandKind
from kickcue.core.position.uncertainty import half_width_m

ORDERS: Final = {
    " ": CommandKind.LAP,
    "u": CommandKind.UNDO_LAP,
    "s": CommandKind.START,
    "f": CommandKind.FINISH,
}
"""The same keys order the same thing wherever there is a race."""
GIVE_UP: Final = "x"
FINISH: Final = "f"
QUESTIONS: Final = {
    GIVE_UP: "Abandon the race? Press x again to confirm, any other key to continue.",
    FINISH: (
        "It is still far to the finish. Press f again to end the race, any other key to continue."
    ),
}
"""What is asked before a key is obeyed that ends a race; undo takes an end back for a minute all
the same."""
FAR_M: Final = 100.0
"""Nearer than this, and within the error of the estimate, finish is no mistake."""
ESCAPE: Final = "\x1b"
"""Arrows and function keys begin with it; F1 would end as a P, F2 as a Q."""
_SEQUENCE: Final = re.compile(rf"{ESCAPE}(?:\[[0-?]*[ -/]*[@-~]|O?[ -~])")
"""What such a key sends, or a letter with Alt. Where the program is busy, one reading has several
keys."""
HUNG_UP: Final = "hung up"
"""Comes as a key when the terminal goes away, as with a lost ssh connection; nobody can type it."""


class KeyPress(NamedTuple):
    """What is pressed; ``race_distance_m``: with a distance, how long the race is."""

    kind: CommandKind
    race_distance_m: float | None = None


def is_asked_first(key: str, to_go_m: float | None, sd_m: float | None) -> bool:
    """Tell whether a key has to be pressed twice in a race with ``to_go_m`` left.

    None is unknown; ``sd_m`` is the standard deviation.
    """
    is_far = to_go_m is None or to_go_m - half_width_m(sd_m or 0.0) > FAR_M
    return key == GIVE_UP or (key == FINISH and is_far)


@contextmanager
def keys(press: Callable[[str], None]) -> Iterator[bool]:
    """Call ``press`` for each key while inside, letters in lower case.

    Yields whether there is a keyboard. Needs a running event loop.
    """
    if not sys.stdin.isatty():
        yield False
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    loop = asyncio.get_running_loop()

    def read() -> None:
        typed = _read(descriptor)
        if not typed:
            loop.remove_reader(descriptor)
            press(HUNG_UP)
        for character in _SEQUENCE.sub("", typed):
            press(character.lower())

    try:
        tty.setcbreak(descriptor)
        loop.add_reader(descriptor, read)
        yield True
    finally:
        loop.remove_reader(descriptor)
        with suppress(termios.error):  # the terminal may be gone
            termios.tcsetattr(descriptor, termios.TCSADRAIN, before)


def _read(descriptor: int) -> str:
    """Return what was typed, nothing where the terminal is gone."""
    try:
        return os.read(descriptor, 64).decode(errors="replace")
    except OSError:
        return ""
