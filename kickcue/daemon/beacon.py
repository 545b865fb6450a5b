"""The beacon at the finish line that the settings name."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from kickcue.config.settings import Settings
from kickcue.core.events import Input
from kickcue.edges.radio import BeaconListener, BeaconPin, listening_for_beacon

BEACON: Final = "the beacon"
"""What it is called among the sensors."""


@asynccontextmanager
async def beacon_of(
    settings: Settings, put: Callable[[Input], None], now_ns: Callable[[], int]
) -> AsyncIterator[BeaconListener | None]:
    """Listen to the beacon of the settings, if there is one: each reading is ``put``."""
    if not settings.beacon.wanted:
        yield None
        return
    pin = BeaconPin(**settings.beacon.model_dump())
    async with listening_for_beacon(pin, put, now_ns, adapter=settings.adapter) as ear:
        yield ear
