"""Plain bleak, unmodified, works on the bed,
and the bed does what it says when told to misbehave.
"""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from bleak import BleakAdapter, BleakClient, BleakScanner
from bleak.backends.bluezdbus import client as bluez_client
from bleak.backends.device import BLEDevice
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason,
    BleakDBusError,
    BleakError,
    BleakGATTProtocolError,
)
from dbus_fast import Message
from dbus_fast.aio import MessageBus

from kickcue.core.events import Notification
from tests.beds.fake_bluez import FakeBluez
from tests.beds.player import play
from tests.beds.private_bus import PrivateBus
from tests.beds.sensor import Characteristic, Sensor, Write, long_uuid
from tests.conftest import REPO
from tests.patience import PATIENCE_S

HR = long_uuid("180d")
HAPTIC = "7ab80001-5c1d-4f8e-9b0a-000000000000"


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  what is waited for happens in dbus-daemon
            await asyncio.sleep(0.005)


async def find(sensor: Sensor) -> BLEDevice:
    found = await BleakScanner.find_device_by_address(sensor.address, timeout=PATIENCE_S)
    assert found is not None
    return found


async def time_out(
    device: BLEDevice, when: Callable[[], bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have bleak connect, and its time for that be over at a moment that the test chooses: by the
    clock, a busy machine may not even have asked BlueZ by then.
    """
    limits: list[asyncio.Timeout] = []

    def limit(_seconds: float) -> asyncio.Timeout:
        limits.append(asyncio.timeout(None))
        return limits[-1]

    with monkeypatch.context() as patch:
        patch.setattr(bluez_client, "async_timeout", limit)
        connecting = asyncio.create_task(BleakClient(device).connect())
        await until(when)
        await asyncio.wait({connecting}, timeout=0.2)
        assert not connecting.done()
        limits[0].reschedule(asyncio.get_running_loop().time())
        with pytest.raises(TimeoutError):
            await connecting


@pytest.fixture
def strap(bluez: FakeBluez) -> Sensor:
    return bluez.add_sensor(
        "C0:FF:EE:00:00:01",
        "Polar H10 1234",
        services={"180d": ["2a37", "2a38"]},
        battery=80,
        device_information={"2a29": "Polar Electro Oy", "2a26": "5.0.0"},
        manufacturer_data={0x006B: b"\x72\x08"},
    )


async def test_a_scan_sees_what_a_sensor_advertises(bluez: FakeBluez, strap: Sensor) -> None:
    """GIVEN a strap and a lamp WHEN looking for heart rate THEN only the strap is seen, with name,
    services, manufacturer data and RSSI.
    """
    bluez.add_sensor("C0:FF:EE:00:00:02", "lamp", services={"1812": []})
    async with BleakScanner(service_uuids=[HR]) as scanner:
        await until(lambda: bool(scanner.discovered_devices_and_advertisement_data))
        found = dict(scanner.discovered_devices_and_advertisement_data)
    ((device, advertisement),) = found.values()
    assert (strap.address, "Polar H10 1234") == (device.address, device.name)
    assert ([HR], {0x006B: b"\x72\x08"}) == (
        advertisement.service_uuids,
        advertisement.manufacturer_data,
    )
    assert advertisement.rssi in (strap.rssi_dbm, strap.rssi_dbm - 1)


async def test_an_advertisement_is_heard_again_and_again(bluez: FakeBluez, strap: Sensor) -> None:
    """While somebody looks around, every sensor in the air is heard anew; one that falls asleep is
    not.
    """
    bluez.adapter.refresh_s = 0.01
    heard: list[str] = []
    async with BleakScanner(lambda device, _: heard.append(device.address)):
        await until(lambda: len(heard) >= 3)
        strap.advertise(on=False)
        other = bluez.add_sensor(
            "C0:FF:EE:00:00:02", None, services={"180d": []}, random_address=True
        )
        await until(lambda: other.address in heard)  # so all that the strap said before has come
        heard.clear()
        await until(lambda: len(heard) >= 3)
    assert {other.address} == set(heard)


async def test_a_sensor_is_connected_read_and_heard(bluez: FakeBluez, strap: Sensor) -> None:
    """Connect, services, read, notifications: each value reaches the subscriber once, equal ones
    too, and nobody else's callback.
    """
    got: list[bytes] = []
    async with BleakClient(await find(strap)) as client:
        assert strap.connected
        assert {"180d", "180a", "180f"} == {service.uuid[4:8] for service in client.services}
        assert b"Polar Electro Oy" == await client.read_gatt_char("2a29")
        assert b"\x50" == await client.read_gatt_char("2a19")
        assert not strap.notify("2a37", b"\x00\x90")
        await client.start_notify("2a37", lambda _, data: got.append(bytes(data)))
        assert bluez.subscribed(strap, "2a37")
        assert strap.notify("2a37", b"\x00\x91")
        assert strap.notify("2a37", b"\x00\x91")
        await until(lambda: len(got) >= 2)
        await client.stop_notify("2a37")
        assert not strap.notify("2a37", b"\x00\x92")
    assert [b"\x00\x91"] * 2 == got
    assert not strap.connected
    assert 1 == bluez.count("Connect")


async def test_a_dropped_link_is_told_and_can_be_made_again(
    bluez: FakeBluez, strap: Sensor
) -> None:
    """GIVEN a subscriber WHEN the sensor drops the link THEN bleak is told; after connecting again
    it must subscribe again.
    """
    gone = asyncio.Event()
    client = BleakClient(await find(strap), disconnected_callback=lambda _: gone.set())
    for _ in range(2):
        gone.clear()
        await client.connect()
        assert not bluez.subscribed(strap, "2a37")
        await client.start_notify("2a37", lambda *_: None)
        strap.drop()
        async with asyncio.timeout(PATIENCE_S):
            await gone.wait()
        assert not client.is_connected
        assert strap.on_air.is_set()
        await client.disconnect()  # after a drop it only closes bleak's connection to the bus


async def test_an_absent_sensor_is_waited_for(strap: Sensor) -> None:
    """GIVEN a sensor out of range WHEN connecting THEN bleak times out; a longer wait ends when the
    sensor is back.
    """
    device = await find(strap)
    strap.advertise(on=False)
    with pytest.raises(TimeoutError):
        await BleakClient(device, timeout=0.05).connect()
    client = BleakClient(device)
    connecting = asyncio.create_task(client.connect())
    strap.advertise(on=True)
    await connecting
    assert strap.connected
    await client.disconnect()


async def test_a_device_is_forgotten_some_time_after_it_was_seen(
    bluez: FakeBluez, strap: Sensor
) -> None:
    """GIVEN a short memory WHEN a device was not seen for so long THEN connecting fails at once, as
    BlueZ does after 30 s.
    """
    bluez.adapter.temporary_timeout_s = 0.05
    device = await find(strap)
    await until(lambda: bluez.device(strap) is None)
    with pytest.raises(BleakError, match="not found"):
        await BleakClient(device).connect()


async def test_bluetooth_can_be_switched_off(bluez: FakeBluez, strap: Sensor) -> None:
    """Switched off: the link ends, scans say why; without an adapter they say so too; both come
    back.
    """
    gone = asyncio.Event()
    client = BleakClient(await find(strap), disconnected_callback=lambda _: gone.set())
    await client.connect()
    bluez.power(on=False)
    async with asyncio.timeout(PATIENCE_S):
        await gone.wait()
    await reason(BleakBluetoothNotAvailableReason.POWERED_OFF)
    bluez.unplug()
    await reason(BleakBluetoothNotAvailableReason.NO_BLUETOOTH)
    bluez.plug_in()
    bluez.power(on=True)
    await reason(None)
    await client.disconnect()
    await find(strap)


async def reason(expected: BleakBluetoothNotAvailableReason | None) -> None:
    """Wait until a scan cannot be begun for just this reason, or can (None): bleak learns of a
    change by a signal.
    """
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = None
            try:
                await BleakAdapter.get()
            except BleakBluetoothNotAvailableError as error:
                found = error.reason
            if found is expected:
                return
            await asyncio.sleep(0.005)


async def test_faults_come_on_demand(bluez: FakeBluez, strap: Sensor) -> None:
    """GIVEN two faults ordered WHEN connecting three times THEN the first two fail in the words
    ordered, the third does not.
    """
    device = await find(strap)
    bluez.fail("Connect", "org.bluez.Error.InProgress", "Operation already in progress", times=2)
    for _ in range(2):
        with pytest.raises(BleakDBusError, match="InProgress"):
            await BleakClient(device).connect()
    async with BleakClient(device):
        assert 3 == bluez.count("Connect")


async def test_an_aborted_connection_is_tried_again_by_bleak(
    bluez: FakeBluez, strap: Sensor
) -> None:
    """``le-connection-abort-by-local`` comes with a link that flaps; bleak waits for that, and
    connects on its own.
    """
    bluez.fail("Connect", "org.bluez.Error.Failed", "le-connection-abort-by-local")
    async with BleakClient(await find(strap), timeout=PATIENCE_S):
        assert 2 == bluez.count("Connect")


async def test_a_call_can_stay_unanswered(
    bluez: FakeBluez, strap: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A method that hangs is answered again once its faults are used up."""
    device = await find(strap)
    bluez.hang("Connect")
    await time_out(device, lambda: bluez.count("Connect") == 1, monkeypatch)
    async with BleakClient(device):
        assert strap.connected


async def test_services_may_never_be_found_out(
    bluez: FakeBluez, strap: Sensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a sensor whose services stay unknown WHEN connecting THEN bleak times out, and leaves
    no link behind.
    """
    strap.resolves = False
    await time_out(await find(strap), lambda: strap.connected, monkeypatch)
    assert not strap.connected
    assert 1 == bluez.count("Disconnect")


async def test_a_link_left_by_a_killed_client_can_be_adopted(
    bluez: FakeBluez, strap: Sensor
) -> None:
    """GIVEN a link that nobody owns WHEN scanning THEN the sensor is not seen; asked for, BlueZ
    returns it, and it is used as it is.
    """
    bluez.leave_connected(strap)
    assert [] == await BleakScanner.discover(timeout=0.05)
    (device,) = await (await BleakAdapter.get()).get_connected_devices([HR])
    async with BleakClient(device) as client:
        await client.start_notify("2a37", lambda *_: None)
        assert 0 == bluez.count("Connect")


async def test_a_client_that_dies_leaves_its_link_and_nothing_else(
    bus: PrivateBus, bluez: FakeBluez, strap: Sensor
) -> None:
    """GIVEN a client that scans and is subscribed WHEN its connection to the bus ends THEN scan and
    subscription end, the link stays.
    """
    bluez.leave_connected(strap)
    device = bluez.device(strap)
    assert device is not None
    path = device.char_path("2a37")
    client = await MessageBus(bus_address=bus.address).connect()
    for where, interface, method in (
        (bluez.adapter.path, "org.bluez.Adapter1", "StartDiscovery"),
        (path, "org.bluez.GattCharacteristic1", "StartNotify"),
    ):
        await client.call(Message("org.bluez", where, interface, method))
    assert bluez.subscribed(strap, "2a37")
    client.disconnect()
    await until(lambda: not bluez.subscribed(strap, "2a37"))
    assert strap.connected


async def test_bluetoothd_can_die_without_a_word(bluez: FakeBluez, strap: Sensor) -> None:
    """GIVEN a connected bleak WHEN bluetoothd is killed THEN bleak 3.1 does not notice; the link is
    gone, and stays so when it is back.
    """
    client = BleakClient(await find(strap))
    await client.connect()
    await bluez.vanish()
    assert (True, False) == (client.is_connected, strap.connected)
    with pytest.raises(BleakDBusError, match="ServiceUnknown"):
        await client.start_notify("2a37", lambda *_: None)
    await bluez.come_back()
    assert (True, None) == (client.is_connected, bluez.device(strap))
    with pytest.raises(BleakDBusError, match="UnknownObject"):
        await client.disconnect()


async def test_bluetoothd_can_be_stopped_in_good_order(bluez: FakeBluez, strap: Sensor) -> None:
    """GIVEN a connected bleak WHEN bluetoothd is stopped and started THEN bleak is told at once,
    and can scan and connect again.
    """
    gone = asyncio.Event()
    client = BleakClient(await find(strap), disconnected_callback=lambda _: gone.set())
    await client.connect()
    await bluez.stop()
    async with asyncio.timeout(PATIENCE_S):
        await gone.wait()
    await client.disconnect()
    await bluez.come_back()
    async with BleakClient(await find(strap)):
        assert strap.connected


async def test_the_bus_can_be_killed_and_comes_back_at_its_address(
    bus: PrivateBus,
    bluez: FakeBluez,
    strap: Sensor,
) -> None:
    """GIVEN a connected bleak WHEN the bus dies THEN bleak is told; with a new bus at the old
    address everything works again.
    """
    gone = asyncio.Event()
    client = BleakClient(await find(strap), disconnected_callback=lambda _: gone.set())
    await client.connect()
    bus.kill()
    async with asyncio.timeout(PATIENCE_S):
        await gone.wait()
    await bluez.vanish()
    await client.disconnect()
    bus.start()
    await bluez.come_back()
    async with BleakClient(await find(strap)):
        assert strap.connected


async def test_a_sensor_can_be_written_to(bluez: FakeBluez) -> None:
    """Writes with and without a response arrive as such; a refusal is an ATT error for the one,
    silence for the other.
    """
    haptic = Characteristic(HAPTIC, ("write", "write-without-response"))
    watch = bluez.add_sensor("C0:FF:EE:00:00:03", "watch", services={HAPTIC[:-1] + "f": [haptic]})
    async with BleakClient(await find(watch)) as client:
        await client.write_gatt_char(HAPTIC, b"\x01", response=True)
        await client.write_gatt_char(HAPTIC, b"\x02", response=False)
        haptic.att_error = 0x80
        with pytest.raises(BleakGATTProtocolError) as refused:
            await client.write_gatt_char(HAPTIC, b"\x03", response=True)
        await client.write_gatt_char(HAPTIC, b"\x04", response=False)
    assert 0x80 == refused.value.code
    assert [
        Write(HAPTIC, b"\x01", with_response=True),
        Write(HAPTIC, b"\x02", with_response=False),
    ] == watch.writes


async def test_a_written_sensor_can_answer(bluez: FakeBluez) -> None:
    """GIVEN a watch that answers each write WHEN written to THEN its notification arrives."""
    watch = bluez.add_sensor(
        "C0:FF:EE:00:00:03",
        "watch",
        services={"180d": [Characteristic(HAPTIC, ("write", "notify"))]},
    )
    watch.on_write = lambda write: assert_true(watch.notify(HAPTIC, write.data[::-1]))
    got: list[bytes] = []
    async with BleakClient(await find(watch)) as client:
        await client.start_notify(HAPTIC, lambda _, data: got.append(bytes(data)))
        await client.write_gatt_char(HAPTIC, b"\x01\x02", response=True)
        await until(lambda: bool(got))
    assert [b"\x02\x01"] == got


def assert_true(value: object) -> None:
    assert value


async def test_fifty_sensors_are_no_crowd(bluez: FakeBluez) -> None:
    """GIVEN fifty sensors WHEN all are connected and notify THEN each value reaches its own
    subscriber.
    """
    crowd = [
        bluez.add_sensor(f"C0:FF:EE:00:01:{n:02X}", f"strap {n}", services={"180d": ["2a37"]})
        for n in range(50)
    ]
    async with BleakScanner() as scanner:
        await until(lambda: len(scanner.discovered_devices) == len(crowd))
        found = {device.address: device for device in scanner.discovered_devices}
    got: dict[str, bytes] = {}

    def note(who: str, _: object, data: bytearray) -> None:
        got[who] = bytes(data)

    clients = [BleakClient(found[sensor.address], timeout=PATIENCE_S) for sensor in crowd]
    await asyncio.gather(*(client.connect() for client in clients))
    for client in clients:
        await client.start_notify("2a37", partial(note, client.address))
    for n, sensor in enumerate(crowd):
        assert sensor.notify("2a37", bytes([0, n]))
    await until(lambda: len(got) == len(crowd))
    assert {sensor.address: bytes([0, n]) for n, sensor in enumerate(crowd)} == got
    await asyncio.gather(*(client.disconnect() for client in clients))


async def test_a_bus_that_gets_no_processor_time_loses_nothing(
    bus: PrivateBus, strap: Sensor
) -> None:
    """GIVEN a dbus-daemon that stands still WHEN more is notified than its socket holds THEN all of
    it arrives, in order, once the daemon runs again.
    """
    values = [n.to_bytes(2, "little") for n in range(2000)]
    got: list[bytes] = []
    client = BleakClient(await find(strap))
    await client.connect()
    await client.start_notify("2a37", lambda _, data: got.append(bytes(data)))
    assert bus.process is not None
    bus.process.send_signal(signal.SIGSTOP)
    for value in values:
        strap.notify("2a37", value)
    bus.process.send_signal(signal.SIGCONT)
    await until(lambda: len(got) >= len(values))
    assert values == got
    await client.disconnect()


async def test_a_race_can_be_played(strap: Sensor) -> None:
    """GIVEN a recording WHEN played THEN its notifications arrive in order, and those of sensors
    that are not there are left out.
    """
    race = [
        Notification(n * 1_000_000_000, "strap" if n % 2 else "pod", "2a37", bytes([0, n]))
        for n in range(20)
    ]
    got: list[bytes] = []
    async with BleakClient(await find(strap)) as client:
        await client.start_notify("2a37", lambda _, data: got.append(bytes(data)))
        assert 10 == await play(race, {"strap": strap}, speed=1000)
        await until(lambda: len(got) >= 10)
    assert [each.data for each in race if each.sensor == "strap"] == got


OWNER = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.beds.private_bus import running_bus
with running_bus(Path(sys.argv[2])) as bus:
    print(bus.process.pid, flush=True)
    input()
"""


async def test_the_bus_dies_with_whoever_started_it(bus: PrivateBus) -> None:
    """GIVEN a process that runs a bus WHEN it is killed THEN its bus ends too: no test run leaves
    one behind.
    """
    with TemporaryDirectory(prefix="kickcue-") as folder:
        # What a killed process leaves lies in here.
        command = (sys.executable, "-c", OWNER, REPO, bus.program)
        owner = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, env={**os.environ, "TMPDIR": folder}
        )
        assert owner.stdout is not None
        pid = int(await owner.stdout.readline())
        owner.kill()
        await owner.wait()
        await until(lambda: not is_running(pid))


def is_running(pid: int) -> bool:
    """Tell whether the process runs; one that has ended and was not waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False
