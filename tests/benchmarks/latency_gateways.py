"""Two gateways from PyPI on the same stand. Neither is a dependency of kickcue, and neither was
made for races.

``pip install TheengsGateway==1.8.0 ble2mqtt==0.2.5`` in a virtual environment of their own;
``latency.py --gateways FOLDER`` finds them there.

TheengsGateway publishes what sensors advertise; it never connects to one that notifies. A
heart-rate strap says its heart rate in notifications alone, so what is measured is the way of an
advertisement, with the signal strength as the value that changes.

ble2mqtt connects and subscribes. Of its sensors that speak by notification two kinds matter:
``atomfast`` keeps its connection, but goes by the handle as a number where every bleak it can be
imported with (0.18 and later) hands over an object, so it drops what it hears: nothing to measure.
``xiaomilywsd`` publishes a notification as soon as it has it, disconnects, and comes back a minute
later: measured here.
"""

import asyncio
import json
import random
import struct
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.beds.sensor import Characteristic, Sensor
from tests.benchmarks.latency_rows import Row, take_away
from tests.benchmarks.latency_stand import HOST, Ear, Heard, Stand, until

THEENGS: Final = "TheengsGateway"
BLE2MQTT: Final = "ble2mqtt"
ROOMS: Final = 30
"""So many thermometers at once, because each speaks once a minute only."""
ROUND_S: Final = 90.0
LYWSD_DATA: Final = "ebe0ccc1-7a0a-4b0c-8a1a-6ff2997da3a6"
LYWSD_BATTERY: Final = "ebe0ccc4-7a0a-4b0c-8a1a-6ff2997da3a6"


def versions(folder: Path) -> str:
    """Return the gateways' versions and that of the bleak they run on."""
    names = (THEENGS, BLE2MQTT, "bleak")
    code = (
        f"from importlib.metadata import version; print(', '.join(f'{{n}} {{version(n)}}' for "
        f"n in {names!r}))"
    )
    return subprocess.run(
        [folder / "bin" / "python", "-c", code], check=True, capture_output=True, text=True
    ).stdout.strip()


async def theengs(here: Stand, count: int, folder: Path) -> list[Row]:
    """Measure an advertisement that is heard while it scans, and a value that changes at any
    moment.
    """
    heard_row = Row(
        "advertisement while scanning -> TheengsGateway -> subscriber",
        note="never connects: cannot carry heart rate",
    )
    any_row = Row(
        "value advertised each 0.3 s, changed at any moment -> TheengsGateway -> subscriber",
        note="scans 7 s of 12",
    )
    sensor = here.fake.add_sensor(
        "C0:FF:EE:00:02:01", "strap", services={"180d": []}, manufacturer_data={0x006B: b"\x00"}
    )
    adapter = here.fake.adapter
    usual_s = adapter.refresh_s
    async with (
        here.ear() as ear,
        here.program(folder / "bin" / THEENGS, "-H", HOST, "-P", str(here.port), log="theengs.log"),
    ):
        await until(lambda: adapter.looking)
        adapter.refresh_s = 3600.0
        for number in range(count + 1):
            await asyncio.sleep(random.uniform(0.55, 0.75))
            await until(lambda: adapter.looking)
            rssi_dbm = -30 - number % 60
            t0_ns = time.monotonic_ns()
            adapter.see(sensor, rssi_dbm)
            heard = await ear.first(t0_ns, advertised(rssi_dbm), 1.0)
            if number:
                heard_row.add(t0_ns, heard)
        adapter.refresh_s = usual_s
        await until(lambda: not adapter.looking)
        for number in range(count):
            await asyncio.sleep(random.uniform(0.0, 3.0))
            rssi_dbm = -30 - 2 * (number % 30)
            t0_ns = time.monotonic_ns()
            sensor.rssi_dbm = rssi_dbm
            any_row.add(t0_ns, await ear.first(t0_ns, advertised(rssi_dbm, rssi_dbm - 1)))
    take_away(here, sensor)
    return [heard_row, any_row]


def advertised(*rssi_dbm: int) -> Callable[[Heard], bool]:
    """Return what tells a message of Theengs with one of these signal strengths."""
    return lambda heard: (
        "/BTtoMQTT/" in heard.topic and json.loads(heard.payload).get("rssi") in rssi_dbm
    )


async def ble2mqtt(here: Stand, count: int, folder: Path) -> list[Row]:
    """Measure a thermometer's notification to MQTT, and how long it is until the next one of the
    same thermometer gets through.
    """
    told = Row("notification while connected -> ble2mqtt -> subscriber")
    between = Row(
        "from one value of a sensor to its next, ble2mqtt",
        note="disconnects for a minute after each value",
    )
    rooms = [_thermometer(here, number) for number in range(min(ROOMS, count))]
    devices = [{"address": each.address, "type": "xiaomilywsd"} for each in rooms]
    config = {"mqtt_host": HOST, "mqtt_port": here.port, "log_level": "ERROR", "devices": devices}
    (here.folder / "ble2mqtt.json").write_text(json.dumps(config), encoding="utf-8")
    async with here.ear() as ear, here.program(folder / "bin" / BLE2MQTT, log="ble2mqtt.log"):
        rounds = -(-count // len(rooms))
        await asyncio.gather(*(_speak(here, ear, room, rounds, told, between) for room in rooms))
    take_away(here, *rooms)
    return [told, between]


def measured(room: Sensor, temperature: float) -> Callable[[Heard], bool]:
    """Return what tells a message of ble2mqtt with this thermometer's temperature."""
    topic, part = (
        f"ble2mqtt/0x{room.address.replace(':', '').lower()}",
        f'"temperature": {temperature}'.encode(),
    )
    return lambda heard: heard.topic == topic and part in heard.payload


def _thermometer(here: Stand, number: int) -> Sensor:
    services = {
        "1800": [Characteristic("2a00", ("read",), b"LYWSD03MMC")],
        "180a": [Characteristic("2a26", ("read",), b"1.0")],
        LYWSD_DATA[:-1] + "0": [
            Characteristic(LYWSD_DATA, ("notify",)),
            Characteristic(LYWSD_BATTERY, ("read",), b"\x50"),
        ],
    }
    return here.fake.add_sensor(f"C0:FF:EE:00:03:{number:02X}", "LYWSD03MMC", services=services)


async def _speak(here: Stand, ear: Ear, room: Sensor, rounds: int, told: Row, between: Row) -> None:
    """Notify a new temperature once in each connection, some seconds into it: ble2mqtt waits for
    15.
    """
    last_ns = None
    for number in range(rounds):
        await until(lambda: here.fake.subscribed(room, LYWSD_DATA), ROUND_S)
        await asyncio.sleep(random.uniform(1.0, 10.0))
        temperature = 2000 + number
        t0_ns = time.monotonic_ns()
        room.notify(LYWSD_DATA, struct.pack("<hBH", temperature, 50, 3000))
        heard = await ear.first(t0_ns, measured(room, temperature / 100), 5.0)
        told.add(t0_ns, heard)
        if heard is not None:
            if last_ns is not None:
                between.samples.append((heard.t_ns - last_ns) / 1e6)
            last_ns = heard.t_ns
        await until(lambda: not here.fake.subscribed(room, LYWSD_DATA), ROUND_S)
