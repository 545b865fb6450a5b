"""Positions in a live run: the receiver that the race file names, if any, is held like a sensor."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kickcue.config.device_settings import FixSettings
from kickcue.core.events import Fix
from kickcue.daemon.system_clock import utc_s
from kickcue.edges.gnss import Gpsd, Receiver, Termux
from kickcue.edges.mqtt.tasks import end
from kickcue.edges.radio import Health, Stage

POSITIONS: Final = "positions"
"""What screens call the receiver."""


@dataclass(frozen=True, slots=True)
class Positions:
    """The receiver as a run knows it."""

    receiver: Receiver

    @property
    def health(self) -> Health:
        """How it is doing, as a sensor's health."""
        trouble = self.receiver.trouble
        return (
            Health(stage=Stage.CONNECTED)
            if trouble is None
            else Health(stage=Stage.LOOKING, why=trouble)
        )


@asynccontextmanager
async def positions(
    settings: FixSettings, put: Callable[[Fix], None], now_ns: Callable[[], int]
) -> AsyncIterator[Positions | None]:
    """Hold the receiver of the settings: its fixes are ``put`` as they come.

    Nothing that it does is raised; its health tells it.
    """
    receiver = receiver_of(settings, put, now_ns)
    if receiver is None:
        yield None
        return
    task = asyncio.create_task(receiver.run(), name="positions")
    try:
        yield Positions(receiver)
    finally:
        await end([task])


def receiver_of(
    settings: FixSettings, put: Callable[[Fix], None], now_ns: Callable[[], int]
) -> Receiver | None:
    """Return the receiver that the settings name, None where they name none."""
    if settings.termux:
        return Termux(put, now_ns)
    address = settings.gpsd_address()
    return None if address is None else Gpsd(*address, put, now_ns, utc_s)
