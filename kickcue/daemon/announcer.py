"""What people should know of a run that the engine does not: for the screen and for the log."""

import logging
from collections import deque
from typing import TYPE_CHECKING, Final

from kickcue.daemon.logging_setup import event as log_event

if TYPE_CHECKING:
    from collections.abc import Callable

LOG: Final = logging.getLogger(__name__)
NOTES: Final = 20


class Announcer:
    """Keeps the last ``notes``, one sentence each, and logs them all."""

    def __init__(self) -> None:
        self.notes: deque[str] = deque(maxlen=NOTES)
        self.aloud: Callable[[str], None] | None = None
        """Hears these as well, where no screen shows them any more."""

    def note(self, text: str) -> None:
        """Tell people something about the run that is no fault."""
        self.announce("note", text)

    def warn(self, text: str) -> None:
        """Tell people of something that is wrong, and that the run goes on without."""
        self.announce("warning", text, level=logging.WARNING)

    def announce(
        self, name: str, text: str, *, level: int = logging.INFO, **fields: object
    ) -> None:
        """Tell people ``text``; in the log it is the event ``name``."""
        self.notes.append(text)
        if self.aloud is not None:
            self.aloud(text)
        log_event(LOG, level, name, text=text, **fields)
