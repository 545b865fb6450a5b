"""A virtual air with a listener: bumble at both ends, so nothing here needs a kernel with
Bluetooth.
"""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from bumble.controller import Controller
from bumble.core import UUID
from bumble.device import Connection, Device, Peer
from bumble.hci import Address
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from kickcue.edges.virtual_sensor.description import Description
from kickcue.edges.virtual_sensor.sensor import VirtualSensor, virtual_sensor

LISTENER = "F0:00:00:00:00:01"


@dataclass
class Listener:
    """A central that connects to one sensor."""

    device: Device
    heard: list[bytes] = field(default_factory=list)
    link: Connection | None = None
    peer: Peer | None = None

    async def connect(self, sensor: VirtualSensor) -> None:
        self.link = await self.device.connect(Address(sensor.description.address))
        self.peer = Peer(self.link)
        await self.peer.discover_all()  # type: ignore[no-untyped-call]  # as below

    async def read(self, char: str) -> bytes:
        assert self.peer is not None
        (found,) = self.peer.get_characteristics_by_uuid(UUID(char))
        return bytes(await found.read_value())

    async def subscribe(self, char: str) -> None:
        assert self.peer is not None
        (found,) = self.peer.get_characteristics_by_uuid(UUID(char))
        await found.subscribe(self.heard.append)

    async def disconnect(self) -> None:
        assert self.link is not None
        await self.link.disconnect()


class Air:
    """Where sensors and listener meet."""

    def __init__(self, link: LocalLink, listener: Listener) -> None:
        self.link = link
        self.listener = listener

    @contextlib.asynccontextmanager
    async def sensor(self, description: Description) -> AsyncIterator[VirtualSensor]:
        controller = Controller(description.name, link=self.link)
        async with virtual_sensor(description, controller, AsyncPipeSink(controller)) as sensor:
            yield sensor


@pytest.fixture
async def air() -> Air:
    link = LocalLink()  # type: ignore[no-untyped-call]  # bumble leaves its types out here
    controller = Controller("listener", link=link)
    device = Device.with_hci("listener", Address(LISTENER), controller, AsyncPipeSink(controller))
    await device.power_on()
    return Air(link, Listener(device))
