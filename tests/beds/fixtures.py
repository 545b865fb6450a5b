"""The bed as fixtures. A conftest.py takes them with ``from tests.beds.fixtures import bluez, bus``
and names them in ``__all__``.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest
from bleak.backends.bluezdbus import manager
from bleak.backends.bluezdbus.version import BlueZFeatures

from kickcue.edges.radio import linux
from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import ENVIRONMENT, PrivateBus, private_bus


@pytest.fixture
async def bus(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PrivateBus]:
    """Return a system bus with nobody on it;
    every bleak in this process and its children uses it.
    """
    # Once a process bleak asks `bluetoothctl --version`; a test that is cancelled in just that
    # moment would leave it waiting for ever.
    monkeypatch.setattr(BlueZFeatures, "checked_bluez_version", True)
    # BlueZ counts as installed, whatever this machine has.
    monkeypatch.setattr(linux, "PROGRAMS", ("sh",))
    async with private_bus() as running:
        monkeypatch.setenv(ENVIRONMENT, running.address)
        yield running
        let_go()


@pytest.fixture
async def bluez(bus: PrivateBus) -> AsyncIterator[FakeBluez]:
    """Return a fake BlueZ with adapter hci0 and no sensor yet."""
    async with FakeBluez(bus) as fake:
        yield fake


def let_go() -> None:
    """Close the connection that bleak keeps for each event loop, which it would close at its next
    use only.
    """
    kept = manager._global_instances.pop(asyncio.get_running_loop(), None)
    if kept is not None and kept._bus is not None:
        kept._bus.disconnect()
