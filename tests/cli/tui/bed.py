"""The fake BlueZ with a track full of sensors, as fixtures."""

from collections.abc import AsyncIterator

import pytest

from tests.beds.fake_bluez import FakeBluez
from tests.beds.fixtures import bluez, bus
from tests.cli.tui.track import Track, a_track

__all__ = ["bluez", "bus", "track"]


@pytest.fixture
async def track(bluez: FakeBluez) -> AsyncIterator[Track]:
    """Return a track with sensors that talk."""
    async with a_track(bluez) as there:
        yield there
