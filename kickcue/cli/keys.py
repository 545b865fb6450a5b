"""Single key presses from a terminal, which is put back as it was, whatever happens."""

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

from kickcue.core.events import CommandKind

ORDERS: Final = {
    " ": CommandKind.LAP,
    "u": CommandKind.UNDO_LAP,
    "s": CommandKind.START,
    "f": CommandKind.FINISH,
}
"""The same keys order the same thing wherever there is a race."""
ESCAPE: Final = "\x1b"
"""Arrows and function keys begin with it; F1 would end as a P, F2 as a Q."""
HUNG_UP: Final = "hung up"
"""Comes as a key when the terminal goes away, as with a lost ssh connection; nobody can type it."""


@contextmanager
def keys(press: Callable[[str], None]) -> Iterator[bool]:
    """Call ``press`` for each key while inside, letters in lower case; yields whether there is a keyboard. Needs a running event loop."""
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
        if len(typed) > 1 and typed.startswith(ESCAPE):
            return
        for character in typed:
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
