"""Positions in a live run: the receiver that the race file names, if any, is held like a sensor."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from kickcue.config.device_settings import FixSettings
from kickcue.core.events import Fix
from kickcue.daemon.system_clock import utc_s
from kickcue.edges.gnss import Gpsd, Receiver, Termux
from kickcue.supervision.tasks import running

POSITIONS: Final = "positions"
"""What screens call the receiver."""


@asynccontextmanager
async def positions(
    settings: FixSettings, put: Callable[[Fix], None], now_ns: Callable[[], int]
) -> AsyncIterator[Receiver | None]:
    """Hold the receiver of the settings: its fixes are ``put`` as they come.

    It raises nothing; its health shows what is wrong.
    """
    receiver = receiver_of(settings, put, now_ns)
    if receiver is None:
        yield None
        return
    async with running(receiver.run(), name="positions"):
        yield receiver


def receiver_of(
    settings: FixSettings, put: Callable[[Fix], None], now_ns: Callable[[], int]
) -> Receiver | None:
    """Return the receiver that the settings name, None where they name none."""
    if settings.termux:
        return Termux(put, now_ns)
    address = settings.gpsd_address()
    return None if address is None else Gpsd(*address, put, now_ns, utc_s)
