"""The adapter of the fake BlueZ: who is looking around, what is seen, and what is forgotten."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from dbus_fast import DBusError

from tests.beds.device import Device
from tests.beds.sensor import Sensor, long_uuid
from tests.beds.tree import Tree

ADAPTER: Final = "org.bluez.Adapter1"
_FIRST_ADVERTISEMENT_S: Final = (
    0.01  # bleak's find_device_by_... begins to listen only after StartDiscovery was answered
)
_NOT_READY: Final = "org.bluez.Error.NotReady"


class Adapter:
    """One adapter and the devices BlueZ knows by it. ``sensors`` are all there are in the world."""

    def __init__(self, tree: Tree, name: str, sensors: Iterable[Sensor]) -> None:
        self.tree = tree
        self.path = f"/org/bluez/{name}"
        self.sensors = sensors
        self.devices: dict[Sensor, Device] = {}
        self.powered = True
        self.refresh_s = 0.3
        """How often an advertisement is heard while somebody looks around."""
        self.temporary_timeout_s = 30.0
        """BlueZ forgets a device that it has not seen for so long (``TemporaryTimeout`` of its
        main.conf)."""
        self._seekers: dict[str, frozenset[str]] = {}
        self._filters: dict[str, frozenset[str]] = {}
        self._repeats: dict[str, bool] = {}
        self._looking: asyncio.Task[None] | None = None
        self._forgetting: dict[Sensor, asyncio.TimerHandle] = {}

    def show(self) -> None:
        """Be there, with no device known."""
        self.tree.add(
            self.path,
            ADAPTER,
            Address="00:1A:7D:DA:71:13",
            AddressType="public",
            Name="kickcue-bed",
            Alias="kickcue-bed",
            Powered=self.powered,
            Discoverable=False,
            Pairable=False,
            Discovering=False,
            UUIDs=[],
            Roles=["central", "peripheral"],
        )

    def hide(self) -> None:
        """Be pulled out: the devices and the adapter vanish, and BlueZ says so."""
        self.vanish()
        self.tree.remove(self.path)

    def vanish(self) -> None:
        """Stop everything and forget everything, without a word; the links are gone too."""
        self._stop_looking()
        self._seekers.clear()
        self._filters.clear()
        for device in self.devices.values():
            device.abandon()
            device.sensor.link(up=False)
        self.devices.clear()
        for timer in self._forgetting.values():
            timer.cancel()
        self._forgetting.clear()

    def power(self, on: bool) -> None:
        """Be switched on or off; off ends links and discovery."""
        if on == self.powered:
            return
        self.powered = on
        if not on:
            for device in self.devices.values():
                device.abandon()
                if device.sensor.connected:
                    self.link_lost(device)
            self._seekers.clear()
            self._stop_looking()
        self.tree.change(self.path, ADAPTER, Powered=on)

    def require_power(self) -> None:
        """Raise what BlueZ answers while it is switched off."""
        if not self.powered:
            raise DBusError(_NOT_READY, "Resource Not Ready")

    # ---- looking around

    @property
    def looking(self) -> bool:
        """Somebody looks around, so advertisements are heard."""
        return self._looking is not None

    @property
    def repeats(self) -> bool:
        """Somebody who looks around wants every advertisement."""
        return any(self._repeats.get(client, True) for client in self._seekers)

    def set_filter(self, client: str, wanted: Mapping[str, Any]) -> None:
        """Keep what the client wants to see; only service uuids and DuplicateData are heeded."""
        self._repeats[client] = (
            bool(wanted["DuplicateData"].value) if "DuplicateData" in wanted else True
        )
        self._filters[client] = (
            frozenset(uuid.lower() for uuid in wanted["UUIDs"].value)
            if "UUIDs" in wanted
            else frozenset()
        )

    def start_looking(self, client: str) -> None:
        """Look around for the client; raise DBusError as BlueZ does when it does already."""
        self.require_power()
        if client in self._seekers:
            raise DBusError("org.bluez.Error.InProgress", "Operation already in progress")
        self._seekers[client] = self._filters.get(client, frozenset())
        if self._looking is None:
            self.tree.change(self.path, ADAPTER, Discovering=True)
            self._looking = asyncio.ensure_future(self._look())

    def stop_looking(self, client: str) -> None:
        """Stop for this client, and altogether with the last one; raise DBusError for a client that
        had not begun.
        """
        self.require_power()
        if self._seekers.pop(client, None) is None:
            raise DBusError("org.bluez.Error.Failed", "No discovery started")
        if not self._seekers:
            self._stop_looking()

    def client_gone(self, client: str) -> None:
        """End the search and the subscriptions of a client that left the bus; connections stay."""
        self._filters.pop(client, None)
        if self._seekers.pop(client, None) is not None and not self._seekers:
            self._stop_looking()
        for device in self.devices.values():
            for listeners in device.subscribers.values():
                listeners.discard(client)

    def _stop_looking(self) -> None:
        if self._looking is None:
            return
        self._looking.cancel()
        self._looking = None
        if self.path in self.tree.objects:
            for device in self.devices.values():
                device.unheard()
            self.tree.change(self.path, ADAPTER, Discovering=False)

    async def _look(self) -> None:
        turn = 0
        await asyncio.sleep(min(_FIRST_ADVERTISEMENT_S, self.refresh_s))
        while True:
            for sensor in self.sensors:
                if sensor.on_air.is_set() and self._is_wanted(sensor):
                    # A signal strength never holds still.
                    self.see(sensor, sensor.rssi_dbm - turn % 2)
            turn += 1
            await asyncio.sleep(self.refresh_s)

    def _is_wanted(self, sensor: Sensor) -> bool:
        offered = {long_uuid(uuid) for uuid in sensor.advertised}
        return any(not wanted or wanted & offered for wanted in self._seekers.values())

    # ---- knowing devices

    def see(self, sensor: Sensor, rssi_dbm: int) -> Device:
        """Hear an advertisement of the sensor."""
        device = self.devices.get(sensor)
        if device is None:
            device = self.devices[sensor] = Device(self.tree, self.path, sensor)
        else:
            device.heard(rssi_dbm, repeats=self.repeats)
        self.remember(device)
        return device

    def remember(self, device: Device) -> None:
        """Forget the device no sooner than after ``temporary_timeout_s`` from now."""
        timer = self._forgetting.get(device.sensor)
        if timer is not None:
            timer.cancel()
        self._forgetting[device.sensor] = asyncio.get_running_loop().call_later(
            self.temporary_timeout_s, self._time_is_up, device
        )

    def forget(self, sensor: Sensor) -> None:
        """Know the sensor no longer."""
        device = self.devices.pop(sensor)
        self._forgetting.pop(sensor).cancel()
        device.abandon()
        if sensor.connected:
            device.link_down()
        self.tree.remove(device.path)

    def link_lost(self, device: Device) -> None:
        """End a link; the device is not forgotten at once."""
        device.link_down()
        self.remember(device)

    def at(self, path: str, of: Callable[[Device], Iterable[str]]) -> Device | None:
        """Return the device that has the path among those named by ``of``."""
        return next((device for device in self.devices.values() if path in of(device)), None)

    def _time_is_up(self, device: Device) -> None:
        if device.busy:
            self.remember(device)
        else:
            self.forget(device.sensor)
