"""A fake ``org.bluez``: what bleak asks of bluetoothd, answered by a few hundred lines, with faults
on demand.

    async with private_bus() as bus, FakeBluez(bus) as fake:
        strap = fake.add_sensor(
            "C0:FF:EE:00:00:01", "Polar H10 1234", services={"180d": ["2a37"]}, battery=80
        )
        ...   # any program with DBUS_SYSTEM_BUS_ADDRESS = bus.address can scan, connect, subscribe
        strap.notify("2a37", bytes([0, 150]))
        strap.drop()
        fake.fail("Connect", "org.bluez.Error.InProgress", times=2)

It runs in the event loop of whoever made it, so ``fake`` and the sensors are asked and told without
waiting; a program under test in the same loop or in another process makes no difference. Without:
pairing, values of descriptors, AcquireNotify, advertisement monitors.
"""

import asyncio
import contextlib
import socket
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Any, Final, Self

from dbus_fast import DBusError, Message, MessageType
from dbus_fast.aio import MessageBus

from tests.beds.adapter import Adapter
from tests.beds.answers import answer
from tests.beds.device import Device
from tests.beds.faults import Call, Faults, NoAnswerError
from tests.beds.private_bus import PrivateBus
from tests.beds.sensor import Characteristic, Sensor, service_table
from tests.beds.tree import Tree

NAME: Final = "org.bluez"


class _PatientSocket:
    """A socket that is full has sent nothing yet.

    dbus-fast 5 takes "try again" for the end of its connection: a dbus-daemon that gets no
    processor time for some 170 messages would end bluetoothd.
    """

    def __init__(self, full: socket.socket) -> None:
        self._socket = full

    def send(self, data: memoryview) -> int:
        """Send what there is room for, and return its length in bytes."""
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0


class FakeBluez(Faults):
    """bluetoothd with one adapter: on the bus from entering the context until leaving it."""

    def __init__(self, bus: PrivateBus, adapter: str = "hci0") -> None:
        super().__init__()
        self.bus = bus
        self.sensors: list[Sensor] = []
        self.tree = Tree(self._send)
        self.adapter = Adapter(self.tree, adapter, self.sensors)
        self.disconnect_s = 0.0
        """How long a client waits for ``Disconnect``; 2.1 to 2.6 s with the real one."""
        self._connection: MessageBus | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self.come_back()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.vanish()

    # ---- bluetoothd itself

    async def come_back(self) -> None:
        """Be on the bus, as a bluetoothd that was just started: no device known, none connected."""
        connection = await MessageBus(bus_address=self.bus.address).connect()
        writer: Any = connection._writer
        writer.sock = _PatientSocket(writer.sock)
        self._connection = connection
        connection.add_message_handler(self._hear)
        watch = "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged'"
        await connection.call(
            Message(
                "org.freedesktop.DBus",
                "/org/freedesktop/DBus",
                "org.freedesktop.DBus",
                "AddMatch",
                signature="s",
                body=[watch],
            )
        )
        self.adapter.show()
        await connection.request_name(NAME)

    async def vanish(self) -> None:
        """Leave without a word, as after SIGKILL: only dbus-daemon tells that the name has no
        owner. The links are gone.
        """
        connection, self._connection = self._connection, None
        self.adapter.vanish()
        self.tree.clear()
        for task in self._tasks:
            task.cancel()
        if connection is not None:
            connection.disconnect()
            with contextlib.suppress(OSError, EOFError):  # the bus itself may have been killed
                # dbus-fast left this one out.
                await connection.wait_for_disconnect()  # type: ignore[no-untyped-call]

    async def stop(self) -> None:
        """Leave as after SIGTERM: every link is ended, and said to be, before the name goes."""
        self.adapter.power(on=False)
        self.adapter.hide()
        await self.vanish()
        self.adapter.powered = True

    # ---- the adapter

    def power(self, on: bool) -> None:
        """Switch Bluetooth on or off."""
        self.adapter.power(on)

    def unplug(self) -> None:
        """Pull the adapter out."""
        self.adapter.hide()

    def plug_in(self) -> None:
        """Put the adapter back."""
        self.adapter.show()

    # ---- sensors

    def add_sensor(
        self,
        address: str,
        name: str | None,
        services: Mapping[str, Iterable[str | Characteristic]],
        *,
        battery: int | None = None,
        device_information: Mapping[str, str] | None = None,
        advertised: Iterable[str] | None = None,
        manufacturer_data: Mapping[int, bytes] | None = None,
        random_address: bool = False,
        rssi_dbm: int = -60,
        connect_s: float = 0.0,
    ) -> Sensor:
        """Put a sensor into the world, awake and advertising ``services`` (or those
        ``advertised``).
        """
        sensor = Sensor(
            self,
            address,
            name,
            service_table(services, battery, device_information or {}),
            tuple(services) if advertised is None else tuple(advertised),
            random_address,
            manufacturer_data or {},
            rssi_dbm,
            connect_s,
        )
        self.sensors.append(sensor)
        sensor.advertise(on=True)
        return sensor

    def remove_sensor(self, sensor: Sensor) -> None:
        """Take a sensor out of the world."""
        sensor.advertise(on=False)
        if sensor in self.adapter.devices:
            self.adapter.forget(sensor)
        self.sensors.remove(sensor)

    def leave_connected(self, sensor: Sensor) -> None:
        """Have the sensor connected with no client to it, as after ``kill -9`` of one."""
        self.adapter.see(sensor, sensor.rssi_dbm).link_up()

    def forget(self, sensor: Sensor) -> None:
        """Know the sensor no longer, as some time after the last scan."""
        self.adapter.forget(sensor)

    def subscribed(self, sensor: Sensor, char: str) -> bool:
        """Say whether a client would hear the sensor's next notification of ``char``."""
        device = self.adapter.devices.get(sensor)
        return device is not None and bool(device.subscribers.get(device.char_path(char) or ""))

    # ---- what the sensors say

    def advertised(self, sensor: Sensor, rssi_dbm: int) -> bool:
        """Hear one advertisement of a device, if anybody looks around; say whether."""
        if self.adapter.looking:
            self.adapter.see(sensor, rssi_dbm)
        return self.adapter.looking

    def link_lost(self, sensor: Sensor) -> None:
        """Hear that the sensor has ended its connection."""
        self.adapter.link_lost(self.adapter.devices[sensor])

    def notified(self, sensor: Sensor, char: str, data: bytes) -> bool:
        """Pass a notification on, if anybody subscribed to it."""
        device = self.adapter.devices[sensor]
        path = device.char_path(char)
        if path is None or not device.subscribers.get(path):
            return False
        device.value_changed(path, data)
        return True

    # ---- what the clients say

    def _send(self, message: Message) -> None:
        if self._connection is not None and self._connection.connected:
            self._connection.send(message)

    def _hear(self, message: Message) -> Message | bool | None:
        if message.message_type is MessageType.SIGNAL and message.member == "NameOwnerChanged":
            name, _, owner = message.body
            if not owner:
                self.adapter.client_gone(name)
            return None
        if message.message_type is not MessageType.METHOD_CALL:
            return None
        reply = self.tree.answer(message)
        if reply is not None:
            return reply
        task = asyncio.ensure_future(self._serve(message))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return True

    async def _serve(self, message: Message) -> None:
        path = message.path or ""
        try:
            self._meet_fault(Call(message.member or "", path))
            reply = await answer(self.adapter, message, self.disconnect_s)
        except DBusError as error:
            reply = Message.new_error(message, error.type, error.text)
        except NoAnswerError:
            return
        self._send(reply)

    def _meet_fault(self, call: Call) -> None:
        try:
            self.meet(call)
        except DBusError as error:
            device = self.adapter.at(call.path, lambda each: (each.path,))
            if device is not None and error.text == "le-connection-abort-by-local":
                device.flap()
            raise

    def device(self, sensor: Sensor) -> Device | None:
        """Return what BlueZ knows of the sensor."""
        return self.adapter.devices.get(sensor)
