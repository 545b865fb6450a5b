"""A device as BlueZ knows it: the D-Bus objects of a sensor that was seen or connected, and what a
client can do with them.
"""

import asyncio
from collections.abc import Iterator
from typing import Any, Final

from dbus_fast import DBusError, Variant

from tests.beds.sensor import Characteristic, Sensor, long_uuid
from tests.beds.tree import Tree

DEVICE: Final = "org.bluez.Device1"
SERVICE: Final = "org.bluez.GattService1"
CHARACTERISTIC: Final = "org.bluez.GattCharacteristic1"
DESCRIPTOR: Final = "org.bluez.GattDescriptor1"
CLIENT_CONFIGURATION: Final = "2902"
FAILED: Final = "org.bluez.Error.Failed"
_FIRST_HANDLE: Final = 0x000B  # those below are the generic services, which BlueZ keeps to itself


class Device:
    """One device object with its services and characteristics; the paths are cut up by bleak and
    must look exactly like this.
    """

    def __init__(self, tree: Tree, adapter_path: str, sensor: Sensor) -> None:
        self.tree = tree
        self.sensor = sensor
        self.path = f"{adapter_path}/dev_{sensor.address.upper().replace(':', '_')}"
        self.chars: dict[str, Characteristic] = {}
        self.subscribers: dict[str, set[str]] = {}
        """Who gets notifications: unique bus names by path of the characteristic."""
        self._connecting: asyncio.Task[None] | None = None
        self._link_down = asyncio.Event()
        self._resolved = False
        tree.add(
            self.path,
            DEVICE,
            Address=sensor.address.upper(),
            AddressType="random" if sensor.random_address else "public",
            Name=sensor.name,
            Alias=sensor.name or sensor.address.upper().replace(":", "-"),
            Adapter=adapter_path,
            UUIDs=[long_uuid(uuid) for uuid in sensor.advertised],
            ManufacturerData=_manufacturer_data(sensor),
            ServiceData=_service_data(sensor),
            RSSI=sensor.rssi_dbm,
            Paired=False,
            Bonded=False,
            Trusted=False,
            Blocked=False,
            LegacyPairing=False,
            Connected=False,
            ServicesResolved=False,
        )

    @property
    def busy(self) -> bool:
        """A connection is there or being made, so BlueZ will not forget the device."""
        return self.sensor.connected or self._connecting is not None

    def heard(self, rssi_dbm: int, *, repeats: bool = False) -> None:
        """Its advertisement was heard again; what is in it is told only where somebody wants
        repeats, a signal strength only if it is new.
        """
        before = self.tree.objects[self.path][DEVICE].get("RSSI")
        news: dict[str, Any] = (
            {} if before is not None and before.value == rssi_dbm else {"RSSI": rssi_dbm}
        )
        if repeats:
            news |= {
                "ManufacturerData": _manufacturer_data(self.sensor),
                "ServiceData": _service_data(self.sensor),
            }
        if any(value is not None for value in news.values()):
            self.tree.change(self.path, DEVICE, **news)

    def unheard(self) -> None:
        """Discovery is over: BlueZ keeps no stale signal strength."""
        if "RSSI" in self.tree.objects[self.path][DEVICE]:
            self.tree.change(self.path, DEVICE, gone=["RSSI"])

    async def connect(self) -> None:
        """Connect, waiting for the sensor for as long as nobody calls ``Disconnect``; raise
        DBusError.
        """
        if self._connecting is not None:
            raise DBusError("org.bluez.Error.InProgress", "Operation already in progress")
        if self.sensor.connected:
            return
        self._connecting = asyncio.ensure_future(self._connect())
        try:
            await asyncio.wait([self._connecting])
            if self._connecting.cancelled():
                raise DBusError(FAILED, "Software caused connection abort")
            await self._connecting
        finally:
            self._connecting.cancel()
            self._connecting = None

    async def _connect(self) -> None:
        while True:
            await self.sensor.on_air.wait()
            await asyncio.sleep(self.sensor.connect_s)
            if self.sensor.on_air.is_set():
                break
        self.link_up()
        if not self._resolved:
            await self._link_down.wait()
            raise DBusError(FAILED, "Software caused connection abort")

    def link_up(self) -> None:
        """Be connected, and find out the services if the sensor lets it."""
        self.sensor.link(up=True)
        self._link_down.clear()
        self.tree.change(self.path, DEVICE, gone=["RSSI"], Connected=True)
        if self.sensor.resolves:
            self._export_services()
            self._resolved = True
            self.tree.change(
                self.path,
                DEVICE,
                UUIDs=[long_uuid(uuid) for uuid in self.sensor.services],
                ServicesResolved=True,
            )

    def link_down(self) -> None:
        """Be connected no longer; subscriptions do not survive it,
        the objects of the services do.
        """
        self.sensor.link(up=False)
        self._resolved = False
        self._link_down.set()
        for path in self.subscribers:
            self.tree.change(path, CHARACTERISTIC, Notifying=False)
        self.subscribers.clear()
        self.tree.change(self.path, DEVICE, ServicesResolved=False, Connected=False)

    def flap(self) -> None:
        """Connect and lose it at once, as BlueZ shows it before it answers
        ``le-connection-abort-by-local``.
        """
        self.tree.change(self.path, DEVICE, Connected=True)
        self.tree.change(self.path, DEVICE, Connected=False)

    async def disconnect(self, takes_s: float) -> None:
        """End the connection, or the attempt to make one."""
        if self._connecting is not None:
            self._connecting.cancel()
        if self.sensor.connected:
            await asyncio.sleep(takes_s)
        if self.sensor.connected:
            self.link_down()

    def abandon(self) -> None:
        """Give up an attempt to connect: bluetoothd is no more."""
        if self._connecting is not None:
            self._connecting.cancel()

    def subscribe(self, path: str, client: str) -> None:
        """Send the client the notifications of a characteristic."""
        self.subscribers.setdefault(path, set()).add(client)
        self.tree.change(path, CHARACTERISTIC, Notifying=True)

    def unsubscribe(self, path: str, client: str) -> None:
        """Send the client no more of them; raise DBusError if it was sent none."""
        listeners = self.subscribers.get(path, set())
        if client not in listeners:
            raise DBusError(FAILED, "No notify session started")
        listeners.remove(client)
        self.tree.change(path, CHARACTERISTIC, Notifying=bool(listeners))

    def value_changed(self, path: str, data: bytes) -> None:
        """Show a new value of a characteristic, even if it is the old one."""
        self.tree.change(path, CHARACTERISTIC, Value=data)

    def char_path(self, uuid: str) -> str | None:
        """Return the path of the characteristic, if its service was found out."""
        return next(
            (path for path, char in self.chars.items() if long_uuid(char.uuid) == long_uuid(uuid)),
            None,
        )

    def _export_services(self) -> None:
        if self.chars:
            return
        handles = self._handles()
        for service, chars in self.sensor.services.items():
            service_path = f"{self.path}/service{next(handles):04x}"
            self.tree.add(
                service_path, SERVICE, UUID=long_uuid(service), Device=self.path, Primary=True
            )
            for char in chars:
                handle = next(handles) if char.handle is None else char.handle
                path = f"{service_path}/char{handle:04x}"
                self.chars[path] = char
                self.tree.add(
                    path,
                    CHARACTERISTIC,
                    UUID=long_uuid(char.uuid),
                    Service=service_path,
                    Flags=list(char.flags),
                    Notifying=False,
                    MTU=self.sensor.mtu,
                )
                if {"notify", "indicate"} & set(char.flags):
                    # Chromium subscribes to nothing without it.
                    self.tree.add(
                        f"{path}/desc{handle + 1:04x}",
                        DESCRIPTOR,
                        UUID=long_uuid(CLIENT_CONFIGURATION),
                        Characteristic=path,
                    )

    def _handles(self) -> Iterator[int]:
        # Declaration, value and its client configuration take one each.
        yield from range(_FIRST_HANDLE, 0xFFFF, 3)


def _service_data(sensor: Sensor) -> dict[str, Variant] | None:
    return {
        long_uuid(uuid): Variant("ay", data) for uuid, data in sensor.service_data.items()
    } or None


def _manufacturer_data(sensor: Sensor) -> dict[int, Variant] | None:
    return {
        company: Variant("ay", data) for company, data in sensor.manufacturer_data.items()
    } or None
