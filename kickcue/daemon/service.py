"""Notifies systemd of a service's state, without its library: sd_notify(3).

Nothing here raises, and without systemd nothing happens.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from kickcue.core.printable import printable

LOG: Final = logging.getLogger(__name__)
PATIENCE_S: Final = (
    0.1  # systemd reads at once; should it ever hang, a cue matters more than a message to it
)
US_PER_S: Final = 1e6


def sd_notify(text: str) -> bool:
    """Send assignments such as ``READY=1``, one a line; return whether they were handed over.

    A newline begins the next assignment.
    """
    where = os.environ.get("NOTIFY_SOCKET", "")
    if not where.startswith(("/", "@")) or not hasattr(socket, "AF_UNIX"):
        return False
    # @ is how an abstract socket is written down.
    address = f"\0{where[1:]}" if where[0] == "@" else where
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.settimeout(PATIENCE_S)
        sender.sendto(text.encode(), address)
        return True
    return False


def ready(what: str) -> None:
    """Say that the service has started; ``what`` it is doing is shown by ``systemctl status``."""
    sd_notify(f"READY=1\nSTATUS={_one_line(what)}")


def status(what: str) -> None:
    """Say what the service is doing."""
    sd_notify(f"STATUS={_one_line(what)}")


def stopping(within_s: float) -> None:
    """Say that the service is about to end, and until when it wants to be left to it."""
    sd_notify(f"STOPPING=1\nEXTEND_TIMEOUT_USEC={round(within_s * US_PER_S)}")


def watchdog_s() -> float | None:
    """Return after how many seconds without a sign of life this process is killed.

    None where nobody watches it.
    """
    with suppress(ValueError):
        given_us = int(os.environ["WATCHDOG_USEC"]) if "WATCHDOG_USEC" in os.environ else 0
        # A child inherits the variables, not the duty.
        ours = int(os.environ.get("WATCHDOG_PID", os.getpid())) == os.getpid()
        return given_us / US_PER_S if ours and given_us > 0 else None
    return None


async def beat(alive: Callable[[], bool]) -> None:
    """Give a sign of life each half of the watchdog's interval, as long as ``alive`` holds.

    ``alive`` must look at the work itself: that this task still runs proves only that the event
    loop turns. Returns at once without a watchdog.
    """
    within_s = watchdog_s()
    while within_s is not None:
        if _holds(alive):
            sd_notify("WATCHDOG=1")
        await asyncio.sleep(within_s / 2)


def _holds(alive: Callable[[], bool]) -> bool:
    try:
        return alive()
    except Exception:
        LOG.exception("cannot report to the watchdog of systemd, which may restart kickcue")
        return False


def _one_line(text: str) -> str:
    return printable(" ".join(text.split()))
