"""A virtual sensor: a GATT server on any Bluetooth controller, real or virtual, by bumble."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from typing import Any, Final

from bumble.att import Attribute
from bumble.core import UUID, AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.transport.common import TransportSink, TransportSource

from kickcue.core.errors import UsageError
from kickcue.edges.virtual_sensor.description import Description, Offer
from kickcue.supervision.tasks import BackgroundTasks

LOG: Final = logging.getLogger(__name__)
ADVERTISE_EVERY_MS: Final = 100.0
# General discoverable, no BR/EDR (Core Specification Supplement, Part A, 1.3).
LE_ONLY_DISCOVERABLE: Final = bytes([0x06])


class VirtualSensor:
    """A sensor on the air; made by ``virtual_sensor``.

    It serves one central at a time, as most straps do.
    """

    def __init__(self, description: Description, device: Device) -> None:
        self.description = description
        self._device = device
        self._values = {
            offer.char: offer.value for offers in description.services.values() for offer in offers
        }
        self._characteristics: dict[str, Characteristic[Any]] = {}
        self._hidden = False
        self._switching = asyncio.Lock()
        self._pending = BackgroundTasks(lambda error: LOG.warning("%r", error))
        device.add_services(
            [self._service(uuid, offers) for uuid, offers in description.services.items()]
        )
        device.on(Device.EVENT_CONNECTION, self._connected)

    @property
    def connected(self) -> bool:
        """Whether a central is connected."""
        return bool(self._device.connections)

    def subscribed(self, char: str) -> bool:
        """Say whether a central wants this characteristic's notifications."""
        handle = self._characteristics[char].handle
        return any(
            wishes.get(handle, b"\0")[0] & 1
            for wishes in self._device.gatt_server.subscribers.values()
        )

    async def notify(self, char: str, data: bytes) -> bool:
        """Notify who has subscribed; return whether anybody has.

        A readable characteristic reads as this from now on. UsageError for a characteristic
        that this sensor has not.
        """
        characteristic = self._characteristics.get(char)
        if characteristic is None:
            raise UsageError(
                f"{self.description.name} has no characteristic {char}, only "
                f"{', '.join(self._characteristics)}"
            )
        if self._values[char] is not None:
            self._values[char] = data
        if not self.subscribed(char):
            return False
        await self._device.notify_subscribers(characteristic, data)
        return True

    async def drop(self) -> None:
        """Break the connection, as a sensor does that reboots.

        It advertises again at once unless it is hidden.
        """
        for connection in list(self._device.connections.values()):
            await connection.disconnect()

    async def hide(self) -> None:
        """Stop advertising; a connection stays."""
        self._hidden = True
        await self._advertise()

    async def show(self) -> None:
        """Advertise, now or as soon as nobody is connected any more."""
        self._hidden = False
        await self._advertise()

    async def end(self) -> None:
        """Leave the air."""
        self._hidden = True
        await self._pending.end()
        await self.hide()
        await self.drop()
        await self._device.power_off()

    async def _advertise(self) -> None:
        """Advertise or be quiet, whichever fits the present state."""
        async with self._switching:
            if self._hidden or self.connected:
                await self._device.stop_advertising()
            else:
                await self._device.start_advertising(
                    advertising_data=self._advertisement(),
                    advertising_interval_min=ADVERTISE_EVERY_MS,
                    advertising_interval_max=ADVERTISE_EVERY_MS,
                )

    def _advertisement(self) -> bytes:
        services = b"".join(bytes.fromhex(uuid)[::-1] for uuid in self.description.advertised)
        return bytes(
            AdvertisingData(
                [
                    (AdvertisingData.FLAGS, LE_ONLY_DISCOVERABLE),
                    (AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, services),
                    (AdvertisingData.COMPLETE_LOCAL_NAME, self.description.name.encode()),
                ]
            )
        )

    def _connected(self, connection: Connection) -> None:
        LOG.debug("%s: connected to %s", self.description.name, connection.peer_address)
        connection.on(Connection.EVENT_DISCONNECTION, self._disconnected)

    def _disconnected(self, _reason: int) -> None:
        LOG.debug("%s: disconnected", self.description.name)
        self._pending.start(self._advertise(), name=f"{self.description.name} advertises again")

    def _service(self, uuid: str, offers: tuple[Offer, ...]) -> Service:
        return Service(UUID(uuid), [self._characteristic(offer) for offer in offers])

    def _characteristic(self, offer: Offer) -> Characteristic[Any]:
        properties = Characteristic.Properties(0)
        if offer.notifies:
            properties |= Characteristic.Properties.NOTIFY
        if offer.value is not None:
            properties |= Characteristic.Properties.READ
        made: Characteristic[Any] = Characteristic(
            UUID(offer.char),
            properties,
            Attribute.Permissions.READABLE,
            CharacteristicValue(
                read=lambda _connection, char=offer.char: self._values[char] or b""
            ),
        )
        if offer.notifies:
            self._characteristics[offer.char] = made
        return made


@contextlib.asynccontextmanager
async def virtual_sensor(
    description: Description, source: TransportSource, sink: TransportSink
) -> AsyncIterator[VirtualSensor]:
    """Put a sensor on the controller behind ``source`` and ``sink`` and let it advertise.

    At the end it is taken off the air.
    """
    device = Device.with_hci(description.name, Address(description.address), source, sink)
    await device.power_on()
    sensor = VirtualSensor(description, device)
    await sensor.show()
    try:
        yield sensor
    finally:
        await sensor.end()
