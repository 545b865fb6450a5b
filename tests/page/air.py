"""Sensors of the fake BlueZ in the air of a Chromium, and a runner who connects them on the page.

A test takes the fixtures with ``from tests.page.air import air, world``, and names them in
``__all__``.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

import pytest_asyncio
from playwright.async_api import Browser, Page

from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import PrivateBus, private_bus
from tests.beds.sensor import Sensor
from tests.edges.mqtt.conftest import until as heard_of
from tests.page.chooser import Chooser, chromium_on
from tests.page.conftest import until

CONNECT: Final = "sensors-view button.primary"
SAID: Final = "document.querySelector('sensors-view .warning').textContent"
LISTED: Final = "document.querySelector('sensors-view ul').textContent"


@dataclass
class Air:
    """The fake Bluetooth, and the browser that has it."""

    bus: PrivateBus
    bluez: FakeBluez
    chromium: Browser

    def strap(self) -> Sensor:
        return self.bluez.add_sensor(
            "C0:FF:EE:00:00:01",
            "Polar H10 1234",
            services={"180d": ["2a37", "2a38"]},
            battery=80,
            device_information={"2a24": "H10", "2a25": "a serial number", "2a29": "Polar"},
        )

    def pod(self) -> Sensor:
        return self.bluez.add_sensor(
            "C0:FF:EE:00:00:02", "Stryd", services={"1814": ["2a53", "2a54"]}, random_address=True
        )

    def scale(self) -> Sensor:
        """Return what looks like a strap until it is connected."""
        return self.bluez.add_sensor(
            "C0:FF:EE:00:00:03", "Scale", services={"181d": ["2a9d"]}, advertised=["180d"]
        )


@asynccontextmanager
async def a_world() -> AsyncIterator[Air]:
    """Start a bus, the fake BlueZ on it, and a Chromium whose Bluetooth it is."""
    async with private_bus() as bus, FakeBluez(bus) as bluez, chromium_on(bus) as chromium:
        yield Air(bus, bluez, chromium)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world() -> AsyncIterator[Air]:
    """One browser for all of them: it takes a second to start."""
    async with a_world() as found:
        yield found


@pytest_asyncio.fixture(loop_scope="session")
async def air(world: Air) -> AsyncIterator[Air]:
    yield world
    for sensor in list(world.bluez.sensors):
        world.bluez.remove_sensor(sensor)


async def gateway(page: Page) -> Chooser:
    """Show the page's sensors."""
    chooser = await Chooser.of(page)
    await page.click("[aria-controls=sensors]")
    return chooser


async def disconnected(sensor: Sensor) -> None:
    """Wait until the sensor has heard that nobody is connected to it: the page says so first."""
    await heard_of(lambda: not sensor.connected)


async def adapter_known(page: Page, *, there: bool) -> None:
    """Wait until Chromium has heard whether there is an adapter, which BlueZ has told already."""
    known = f"is => is === {str(there).lower()}"
    await until(page, f"navigator.bluetooth.getAvailability().then({known})")


@asynccontextmanager
async def no_adapter(air: Air, page: Page) -> AsyncIterator[None]:
    """Pull the adapter out, and put it back in the end."""
    air.bluez.unplug()
    try:
        await adapter_known(page, there=False)
        yield
    finally:
        air.bluez.plug_in()
    await adapter_known(page, there=True)


async def connected(page: Page, chooser: Chooser, sensor: Sensor) -> None:
    """Tap on connect, choose the sensor, and wait for it."""
    assert sensor.name is not None
    await page.click(CONNECT)
    await chooser.choose(sensor.name)
    await until(page, f"{LISTED}.includes('{sensor.name}: connected')")
