"""Bluetooth on Linux, from the bottom up: D-Bus, BlueZ, its version, the adapter, and sensors that are still connected.

Nothing is switched on, looked for or connected: a doctor may be asked in the middle of a race.
"""

import asyncio
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from bleak.exc import BleakBluetoothNotAvailableError, BleakBluetoothNotAvailableReason as Reason, BleakDBusError

from kickcue.cli.doctoring.finding import Finding, Level, Patient, fault, ok, warning
from kickcue.cli.doctoring.machine import pi_model
from kickcue.edges.radio.explain import FAILURES, explain

ADAPTER: Final = "org.bluez.Adapter1"
DEVICE: Final = "org.bluez.Device1"
RFKILL: Final = Path("/sys/class/rfkill")
PROGRAMS: Final = ("bluetoothctl", "bluetoothd", "/usr/libexec/bluetooth/bluetoothd", "/usr/lib/bluetooth/bluetoothd")
OLDEST: Final = (5, 55)
"""bleak asks for it: https://bleak.readthedocs.io/en/latest/backends/linux.html"""
ASK_S: Final = 4.0
VERSION_S: Final = 2.0

Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What BlueZ has: path, interface, property."""


def bluetooth(patient: Patient) -> Iterator[Finding]:
    """Tell from the bottom up what works; where something does not, what stands on it is not looked at."""
    findings = _linux(patient) if sys.platform == "linux" else _elsewhere()
    for finding in findings:
        yield finding if patient.needs_bluetooth else finding.at_most(Level.WARNING)


def _elsewhere() -> Iterator[Finding]:
    yield ok("Bluetooth", "the system looks after it; `kickcue scan` shows whether it works")


def _linux(patient: Patient) -> Iterator[Finding]:
    steps: list[str] = []
    try:
        objects = asyncio.run(asyncio.wait_for(_ask(steps.append), ASK_S))
    except FAILURES as error:
        yield from (ok(step, "answers") for step in steps)
        yield _unreachable("Bluetooth service" if steps else "D-Bus", error)
        return
    yield from (ok(step, "answers") for step in steps)
    yield from _version()
    adapters = {path.rpartition("/")[2]: faces[ADAPTER] for path, faces in objects.items() if ADAPTER in faces}
    yield _adapter(adapters, None if patient.settings is None else patient.settings.adapter)
    yield from _connected(patient, objects)


async def _ask(reached: Callable[[str], None]) -> Objects:
    """Return what BlueZ has; tell ``reached`` each part on the way that answers."""
    from bleak.backends.bluezdbus.utils import get_dbus_authenticator  # noqa: PLC0415  Linux alone has it
    from dbus_fast import BusType, Message, MessageType  # noqa: PLC0415  same
    from dbus_fast.aio import MessageBus  # noqa: PLC0415  same
    from dbus_fast.unpack import unpack_variants  # noqa: PLC0415  same

    bus = MessageBus(bus_type=BusType.SYSTEM, auth=get_dbus_authenticator())
    try:
        await bus.connect()
        reached("D-Bus")
        reply = await bus.call(
            Message(destination="org.bluez", path="/", interface="org.freedesktop.DBus.ObjectManager", member="GetManagedObjects")
        )
        if reply is None or reply.message_type is MessageType.ERROR:
            raise BleakDBusError("" if reply is None else reply.error_name or "", [] if reply is None else reply.body)
        reached("Bluetooth service")
        objects: Objects = unpack_variants(reply.body[0])
        return objects
    finally:
        bus.disconnect()


def _unreachable(what: str, error: Exception) -> Finding:
    if isinstance(error, TimeoutError):
        return fault(
            what, f"no answer within {ASK_S:g} s", "sudo systemctl restart bluetooth; if that does not help, start the machine anew"
        )
    nobody = isinstance(error, (FileNotFoundError, ConnectionRefusedError)) or getattr(error, "dbus_error", "").endswith(".ServiceUnknown")
    if nobody and not any(shutil.which(program) for program in PROGRAMS):
        return fault("Bluetooth", "BlueZ, the Bluetooth service of Linux, is not installed", "sudo apt install bluez")
    return fault(what, explain(error))


def _version() -> Iterator[Finding]:
    """BlueZ does not tell its version over D-Bus; its command line does."""
    text = None
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(["bluetoothctl", "--version"], capture_output=True, text=True, timeout=VERSION_S, check=False)  # noqa: S607  wherever it is
        text = re.search(r"(\d+)\.(\d+)", done.stdout)
    if text is None:
        yield warning("BlueZ", "its version cannot be told, as there is no bluetoothctl", "5.55 or later is needed: sudo apt install bluez")
    elif (int(text[1]), int(text[2])) < OLDEST:
        yield fault("BlueZ", f"{text[0]} is too old", "5.55 or later is needed: Debian 11, Raspberry Pi OS 11 and later have it")
    else:
        yield ok("BlueZ", text[0])


def _adapter(adapters: Mapping[str, Mapping[str, Any]], wanted: str | None) -> Finding:
    what = "adapter"
    if not adapters:
        why = explain(BleakBluetoothNotAvailableError("", Reason.NO_BLUETOOTH))
        return fault(what, why, "on a Raspberry Pi look for disable-bt in /boot/firmware/config.txt" if pi_model() else None)
    name = wanted or min(adapters, key=lambda each: (not adapters[each].get("Powered"), each))  # as bleak chooses: one that is on
    if name not in adapters:
        return fault(what, f"{name}, which the race file names, is not there", f"there is {', '.join(sorted(adapters))}")
    adapter = adapters[name]
    if not adapter.get("Powered"):
        if _blocked("hard"):
            return fault(what, f"{name} is switched off by a switch or key of this machine", "switch it on there")
        return fault(what, explain(BleakBluetoothNotAvailableError("", Reason.POWERED_OFF)))
    if "central" not in adapter.get("Roles", ("central",)):  # an older BlueZ does not tell them
        return fault(what, explain(BleakBluetoothNotAvailableError("", Reason.NO_BLE_CENTRAL_ROLE)))
    return ok(what, f"{name} ({adapter.get('Address')}) is switched on")


def _blocked(how: str) -> bool:
    """Tell whether rfkill blocks Bluetooth, ``soft`` (by software) or ``hard`` (by a switch)."""
    for switch in RFKILL.glob("*"):
        with suppress(OSError):
            if (switch / "type").read_text().strip() == "bluetooth" and (switch / how).read_text().strip() == "1":
                return True
    return False


def _connected(patient: Patient, objects: Objects) -> Iterator[Finding]:
    """Sensors that kept their connection, as after a crash; they do not show in a scan, but kickcue takes them over."""
    linked = [faces[DEVICE] for faces in objects.values() if faces.get(DEVICE, {}).get("Connected")]
    settings = patient.settings
    pins = {} if settings is None else {name: (pin.address, pin.name) for name, pin in settings.sensors.items()}
    if settings is not None:
        pins["watch"] = (settings.watch.address, settings.watch.name)
    for what, (address, name) in pins.items():
        if any(address == device.get("Address") if address else name is not None and name == device.get("Name") for device in linked):
            yield ok(what, "is connected to this machine already; the race takes it over")
