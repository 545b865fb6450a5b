"""The watches of ``tests/beds/watches.py`` on a virtual controller: what a real central finds of an
InfiniTime and of a Bangle.js.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from bumble.att import ATT_Error, Attribute
from bumble.core import UUID, AdvertisingData
from bumble.device import Device
from bumble.gatt import Characteristic, CharacteristicValue
from bumble.hci import Address
from bumble.transport.common import AsyncPipeSink

from kickcue.edges.virtual_sensor.description import Description, Offer
from kickcue.edges.virtual_sensor.sensor import LE_ONLY_DISCOVERABLE, VirtualSensor
from tests.beds.watches import ANS, NEW_ALERT, NUS, NUS_NOTIFY, NUS_WRITE, BangleJs, InfiniTime
from tests.bluez.conftest import Bed
from tests.bluez.controller import VirtualController

INFINITIME_MTU: Final = 256
BANGLE_MTU: Final = 131
WRITE: Final = Characteristic.Properties.WRITE
COMMAND: Final = Characteristic.Properties.WRITE_WITHOUT_RESPONSE


@dataclass
class Taken:
    """What was written to a watch; ``refuse`` is the ATT error that the next write is answered
    with.
    """

    take: Callable[[bytes], None]
    data: list[bytes] = field(default_factory=list)
    refuse: int | None = None

    def __call__(self, _connection: object, data: bytes) -> None:
        if self.refuse is not None:
            code, self.refuse = self.refuse, None
            raise ATT_Error(code)
        self.data.append(bytes(data))
        self.take(bytes(data))


class VirtualWatch(VirtualSensor):
    """A sensor that is written to, and that advertises no more than its name."""

    def __init__(
        self,
        description: Description,
        device: Device,
        writes: Mapping[str, tuple[Characteristic.Properties, Taken]],
    ) -> None:
        self._writes = writes
        super().__init__(description, device)

    def _characteristic(self, offer: Offer) -> Characteristic[Any]:
        if offer.char not in self._writes:
            return super()._characteristic(offer)
        properties, taken = self._writes[offer.char]
        return Characteristic(
            UUID(offer.char),
            properties,
            Attribute.Permissions.WRITEABLE,
            CharacteristicValue(write=taken),
        )

    def _advertisement(self) -> bytes:
        name = (AdvertisingData.COMPLETE_LOCAL_NAME, self.description.name.encode())
        return bytes(AdvertisingData([(AdvertisingData.FLAGS, LE_ONLY_DISCOVERABLE), name]))


@contextlib.asynccontextmanager
async def infinitime(
    bed: Bed, address: str
) -> AsyncIterator[tuple[InfiniTime, VirtualWatch, Taken]]:
    """Put a PineTime with InfiniTime 1.14 on the air."""
    watch = InfiniTime()
    taken = Taken(watch.alert)
    services = {
        ANS: (Offer(NEW_ALERT),),
        "180d": (Offer("2a37", notifies=True),),
        "180f": (Offer("2a19", notifies=True, value=b"\x47"),),
        "180a": (Offer("2a24", value=b"PineTime"), Offer("2a26", value=b"1.14.0")),
    }
    description = Description("InfiniTime", address, services)
    async with _on_air(bed, description, {NEW_ALERT: (WRITE, taken)}, INFINITIME_MTU) as sensor:
        yield watch, sensor, taken


@contextlib.asynccontextmanager
async def bangle(bed: Bed, address: str) -> AsyncIterator[tuple[BangleJs, VirtualWatch, Taken]]:
    """Put a Bangle.js 2 with kickcue's app on the air."""
    saying: set[asyncio.Task[bool]] = set()

    def say(data: bytes) -> None:
        task = asyncio.get_running_loop().create_task(sensor.notify(NUS_NOTIFY, data))
        saying.add(task)
        task.add_done_callback(saying.discard)

    watch = BangleJs(say)
    taken = Taken(watch.receive)
    description = Description(
        "Bangle.js 1a2b", address, {NUS: (Offer(NUS_WRITE), Offer(NUS_NOTIFY, notifies=True))}
    )
    async with _on_air(
        bed, description, {NUS_WRITE: (WRITE | COMMAND, taken)}, BANGLE_MTU
    ) as sensor:
        yield watch, sensor, taken


@contextlib.asynccontextmanager
async def _on_air(
    bed: Bed,
    description: Description,
    writes: Mapping[str, tuple[Characteristic.Properties, Taken]],
    mtu: int,
) -> AsyncIterator[VirtualWatch]:
    controller = VirtualController(description.name, link=bed.air)
    device = Device.with_hci(
        description.name, Address(description.address), controller, AsyncPipeSink(controller)
    )
    await device.power_on()
    device.gatt_server.max_mtu = mtu
    watch = VirtualWatch(description, device, writes)
    await watch.show()
    try:
        yield watch
    finally:
        await watch.end()
        controller.go_silent()
        bed.air.remove_controller(controller)
