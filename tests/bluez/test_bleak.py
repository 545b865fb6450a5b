"""The bed itself: unmodified bleak against the real kernel and the real ``bluetoothd``, and what
these do when things go wrong.

What is proven here is what the radio relies on. A test that fails after an update of bleak or BlueZ
says that the ground has moved.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from bleak import BleakClient, BleakScanner
from bleak.backends.characteristic import BleakGATTCharacteristic
from bleak.backends.device import BLEDevice
from bleak.exc import BleakError

from kickcue.core.gatt import short_uuid
from kickcue.edges.virtual_sensor.sensor import VirtualSensor
from tests.bluez.conftest import Bed, until

HEART_RATE = "0000180d-0000-1000-8000-00805f9b34fb"
CONNECT_S = 60.0


@dataclass
class Central:
    """A bleak client with what it has heard, and how often it was told of a loss."""

    char: str
    heard: list[bytes] = field(default_factory=list)
    losses: int = 0
    connection: BleakClient | None = None

    @property
    def client(self) -> BleakClient:
        assert self.connection is not None
        return self.connection

    async def connect(self, device: BLEDevice | None = None) -> None:
        """Connect and subscribe; without a device once more to the one before.

        Disconnecting what was lost already closes the client's D-Bus connection. Left open, BlueZ
        would go on sending for it, and after each reconnect every notification would come once
        more.
        """
        if device is None:
            await self.client.disconnect()
        else:
            self.connection = BleakClient(
                device, disconnected_callback=self._lost, timeout=CONNECT_S
            )
        await self.client.connect()
        await self.client.start_notify(self.char, self._hear)

    def _hear(self, _char: BleakGATTCharacteristic, data: bytearray) -> None:
        self.heard.append(bytes(data))

    def _lost(self, _client: BleakClient) -> None:
        self.losses += 1


async def find(scanner: BleakScanner, sensor: VirtualSensor) -> BLEDevice:
    """Wait until a running scan has seen the sensor."""
    await until(
        lambda: sensor.description.address in scanner.discovered_devices_and_advertisement_data
    )
    return scanner.discovered_devices_and_advertisement_data[sensor.description.address][0]


async def found(sensor: VirtualSensor) -> BLEDevice:
    """Scan for a sensor."""
    async with BleakScanner() as scanner:
        return await find(scanner, sensor)


@contextlib.asynccontextmanager
async def listening(sensor: VirtualSensor, char: str) -> AsyncIterator[Central]:
    """Connect and subscribe to a sensor."""
    central = Central(char)
    await central.connect(await found(sensor))
    try:
        yield central
    finally:
        with contextlib.suppress(BleakError, TimeoutError, OSError, EOFError):
            await central.client.disconnect()


async def says(sensor: VirtualSensor, central: Central, data: bytes) -> None:
    """Let the sensor speak and wait until it is heard."""
    assert await sensor.notify(central.char, data)
    await until(lambda: data in central.heard)


async def test_a_scan_finds_a_sensor_by_its_service(
    virtual_strap: VirtualSensor, virtual_pod: VirtualSensor
) -> None:
    """GIVEN a strap and a pod WHEN scanning for heart-rate services THEN the strap is found, with
    its name, and the pod is not.
    """
    async with BleakScanner(service_uuids=[HEART_RATE]) as scanner:
        await find(scanner, virtual_strap)
        seen = scanner.discovered_devices_and_advertisement_data
    assert virtual_pod.description.address not in seen
    _, advertisement = seen[virtual_strap.description.address]
    assert ("kickcue strap", [HEART_RATE], -50) == (
        advertisement.local_name,
        advertisement.service_uuids,
        advertisement.rssi,
    )


async def test_two_sensors_are_heard_at_once(
    virtual_strap: VirtualSensor, virtual_pod: VirtualSensor
) -> None:
    """GIVEN a scan that goes on WHEN two sensors are connected meanwhile THEN both are heard, each
    in the order in which it spoke.
    """
    heart, foot = Central("2a37"), Central("2a53")
    async with BleakScanner() as scanner:
        await asyncio.gather(
            heart.connect(await find(scanner, virtual_strap)),
            foot.connect(await find(scanner, virtual_pod)),
        )
        for number in range(50):
            await virtual_strap.notify("2a37", bytes([0, 60 + number]))
            await virtual_pod.notify("2a53", bytes([0, number, 1, 90]))
        await until(lambda: len(heart.heard) >= 50 and len(foot.heard) >= 50)
    await asyncio.gather(heart.client.disconnect(), foot.client.disconnect())
    assert [bytes([0, 60 + number]) for number in range(50)] == heart.heard
    assert [bytes([0, number, 1, 90]) for number in range(50)] == foot.heard


async def test_a_sensor_tells_its_battery_and_its_maker(virtual_pod: VirtualSensor) -> None:
    """What can be read reads as it was described, and the battery as it was notified last."""
    async with listening(virtual_pod, "2a53") as foot:
        readable = {
            short_uuid(c.uuid): c
            for service in foot.client.services
            for c in service.characteristics
            if "read" in c.properties
        }
        assert b"\x57" == bytes(await foot.client.read_gatt_char(readable["2a19"]))
        assert b"kickcue" == bytes(await foot.client.read_gatt_char(readable["2a29"]))
        assert b"virtual pod" == bytes(await foot.client.read_gatt_char(readable["2a24"]))
        assert b"\x07\x00" == bytes(await foot.client.read_gatt_char(readable["2a54"]))
        await virtual_pod.notify("2a19", b"\x15")
        assert b"\x15" == bytes(await foot.client.read_gatt_char(readable["2a19"]))


async def test_a_sensor_that_drops_the_link_is_won_back(virtual_strap: VirtualSensor) -> None:
    """GIVEN a subscriber WHEN the sensor drops the link twice THEN it is told each time, and
    connecting and subscribing anew helps.
    """
    async with listening(virtual_strap, "2a37") as heart:
        await says(virtual_strap, heart, b"\x00\x50")
        for number in (1, 2):
            await virtual_strap.drop()
            await until(lambda: not heart.client.is_connected)
            assert number == heart.losses
            # A subscription does not outlive its link.
            assert not await virtual_strap.notify("2a37", b"\x00\x51")
            await heart.connect()
            await says(virtual_strap, heart, bytes([0, 0x60 + number]))
        await says(virtual_strap, heart, b"\x00\x70")
    assert [b"\x00\x50", b"\x00\x61", b"\x00\x62", b"\x00\x70"] == heart.heard  # each once


async def test_an_abandoned_attempt_stays_abandoned(virtual_strap: VirtualSensor) -> None:
    """GIVEN an attempt at a sensor that hides WHEN it is given up and the sensor shows itself THEN
    nobody connects to it by himself.
    """
    device = await found(virtual_strap)
    await virtual_strap.hide()
    client = BleakClient(device, timeout=2.0)
    with pytest.raises(TimeoutError):
        await client.connect()
    await virtual_strap.show()
    await until(lambda: not virtual_strap.connected)  # bluetoothd may still be giving it up
    await found(virtual_strap)
    assert not virtual_strap.connected


async def test_an_attempt_waits_for_its_sensor(virtual_strap: VirtualSensor) -> None:
    """GIVEN a long attempt at a sensor that hides WHEN the sensor shows itself THEN it is connected
    without another scan.
    """
    device = await found(virtual_strap)
    await virtual_strap.hide()
    heart = Central("2a37")
    attempt = asyncio.create_task(heart.connect(device))
    await asyncio.wait({attempt}, timeout=1.0)
    assert not attempt.done()
    await virtual_strap.show()
    await attempt
    await says(virtual_strap, heart, b"\x00\x55")
    await heart.client.disconnect()


async def test_the_adapter_goes_off_and_on(bed: Bed, virtual_strap: VirtualSensor) -> None:
    """GIVEN a subscriber WHEN the adapter is switched off and on THEN both ends know of the loss,
    and a new search and link hold.
    """
    async with listening(virtual_strap, "2a37") as heart:
        await bed.machine.power(on=False)
        await until(lambda: heart.losses == 1 and not virtual_strap.connected)
        await bed.machine.power(on=True)
        await heart.connect(await found(virtual_strap))
        await says(virtual_strap, heart, b"\x00\x56")


async def test_the_adapter_is_pulled_out_and_plugged_in(
    bed: Bed, virtual_strap: VirtualSensor
) -> None:
    """GIVEN a subscriber WHEN the adapter vanishes and comes back THEN both ends know of the loss,
    and a new search and link hold.
    """
    async with listening(virtual_strap, "2a37") as heart:
        await bed.unplug()
        await until(lambda: heart.losses == 1 and not virtual_strap.connected)
        await bed.machine.plug_in()
        await heart.connect(await found(virtual_strap))
        await says(virtual_strap, heart, b"\x00\x57")


async def test_bleak_does_not_notice_that_bluetoothd_was_killed(
    bed: Bed, virtual_strap: VirtualSensor
) -> None:
    """GIVEN a subscriber WHEN bluetoothd is killed THEN bleak still says connected; once it runs
    again, a new search and link hold.

    This is why the radio watches the bus and its data itself. Should bleak learn to notice, this
    test is what tells. After the restart it is a matter of chance whether bleak hears of the loss.
    """
    async with listening(virtual_strap, "2a37") as heart:
        await bed.machine.kill_bluetoothd()
        assert (heart.losses, heart.client.is_connected) == (0, True)
        await bed.machine.start_bluetoothd()
        with contextlib.suppress(BleakError, TimeoutError, OSError, EOFError):
            await heart.client.disconnect()
        await until(lambda: not virtual_strap.connected)
        await heart.connect(await found(virtual_strap))
        await says(virtual_strap, heart, b"\x00\x58")
