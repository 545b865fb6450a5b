"""SIGTERM from the first moment on: the process ends in good order, whatever it is doing.

Imported before everything that takes its time, and therefore imports next to nothing. A command
that waits for such a signal has handlers of its own meanwhile (``cli/end_requests.py``).
"""

import os
import signal
import sys
from typing import Final

STATUS: Final = 128 + signal.SIGTERM
"""As a shell reports it: the command was not done."""
ENDED_FROM_OUTSIDE: Final = frozenset({"run", "record", "watch", "bridge"})
"""Commands that end by a signal as a rule: there is nothing that they have not done, and
they wait for it themselves."""


class EndRequested(SystemExit):
    """Raised by SIGTERM in a command that does not wait for it.

    asyncio and libraries let SystemExit pass.
    """


def end_in_good_order() -> None:
    """Have SIGTERM end the process at once from now on: there is nothing yet to be closed."""
    signal.signal(signal.SIGTERM, _leave)


def begun(command: str) -> None:
    """Have SIGTERM raise ``EndRequested`` from now on: the command may have things to close."""
    if signal.getsignal(signal.SIGTERM) is _leave and command not in ENDED_FROM_OUTSIDE:
        signal.signal(signal.SIGTERM, _raise)


def nothing_left_to_end() -> None:
    """Have SIGTERM do nothing: all is done, and what is left of the process is its exit status."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


def _leave(_number: int, _frame: object) -> None:
    # An exception can get lost among imports.
    os._exit(0 if ENDED_FROM_OUTSIDE.intersection(sys.argv[1:2]) else STATUS)


def _raise(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, _leave)  # once more, and it ends in any case
    raise EndRequested(STATUS)
