"""Bluetooth on Linux, from the bottom up: D-Bus, BlueZ, its version, the adapter, the sensors.

Nothing is switched on or connected. Sensors are listened for as a run would, but not while one is
on: a scan costs its links.
"""

import asyncio
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason as Reason,
    BleakDBusError,
)

from kickcue.cli.doctor.machine import pi_model
from kickcue.cli.doctor.result import CheckLevel, Context, Result, fault, ok, warning
from kickcue.config.settings import Settings, state_folder
from kickcue.config.watch_files import load_watch
from kickcue.daemon.run_lock import is_running
from kickcue.daemon.wiring import pin_of
from kickcue.edges.radio import WITHOUT_BLUETOOTH, Pin, RadioError, WatchPin, missing
from kickcue.edges.radio.diagnosis import FAILURES, NO_ANSWER, explain

ADAPTER: Final = "org.bluez.Adapter1"
DEVICE: Final = "org.bluez.Device1"
OLDEST: Final = (5, 55)
"""bleak asks for it: https://bleak.readthedocs.io/en/latest/backends/linux.html"""
ASK_S: Final = 4.0
VERSION_S: Final = 2.0

LISTEN_S: Final = 4.5
"""A sensor that is awake is seen within a second or two; of one that is known by its name 3 s show
whether there are two."""

WATCH: Final = "watch"
Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""What BlueZ has: path, interface, property."""


def bluetooth(patient: Context) -> Iterator[Result]:
    """Tell from the bottom up what works; what stands on something broken is not looked at."""
    findings = _linux(patient) if sys.platform == "linux" else _elsewhere()
    for finding in findings:
        yield finding if patient.needs_bluetooth else finding.at_most(CheckLevel.WARNING)


def _elsewhere() -> Iterator[Result]:
    yield ok("Bluetooth", "managed by the system; `kickcue scan` shows whether it works")


def _linux(patient: Context) -> Iterator[Result]:
    steps: list[str] = []
    try:
        objects = asyncio.run(asyncio.wait_for(_ask(steps.append), ASK_S))
    except FAILURES as error:
        yield from (ok(step, "answers") for step in steps)
        yield _unreachable("Bluetooth service" if steps else "D-Bus", error)
        return
    yield from (ok(step, "answers") for step in steps)
    yield from _version()
    adapters = {
        path.rpartition("/")[2]: faces[ADAPTER]
        for path, faces in objects.items()
        if ADAPTER in faces
    }
    adapter = _adapter(adapters, None if patient.settings is None else patient.settings.adapter)
    yield adapter
    if adapter.level is CheckLevel.OK:
        yield from _sensors(patient, objects)


async def _ask(reached: Callable[[str], None]) -> Objects:
    """Return what BlueZ has; call ``reached`` with each part on the way that answers."""
    # Linux alone has it.
    from bleak.backends.bluezdbus.utils import get_dbus_authenticator  # noqa: PLC0415
    from dbus_fast import BusType, Message, MessageType  # noqa: PLC0415  same
    from dbus_fast.aio import MessageBus  # noqa: PLC0415  same
    from dbus_fast.unpack import unpack_variants  # noqa: PLC0415  same

    bus = MessageBus(bus_type=BusType.SYSTEM, auth=get_dbus_authenticator())
    try:
        await bus.connect()
        reached("D-Bus")
        reply = await bus.call(
            Message(
                destination="org.bluez",
                path="/",
                interface="org.freedesktop.DBus.ObjectManager",
                member="GetManagedObjects",
            )
        )
        if reply is None or reply.message_type is MessageType.ERROR:
            raise BleakDBusError(
                "" if reply is None else reply.error_name or "", [] if reply is None else reply.body
            )
        reached("Bluetooth service")
        objects: Objects = unpack_variants(reply.body[0])
        return objects
    finally:
        bus.disconnect()


def _unreachable(what: str, error: Exception) -> Result:
    why = NO_ANSWER.text if isinstance(error, TimeoutError) else explain(error)
    return fault(what, f"{why}; {WITHOUT_BLUETOOTH}")


def _version() -> Iterator[Result]:
    """BlueZ does not give its version over D-Bus; its command line does."""
    text = None
    with suppress(OSError, subprocess.TimeoutExpired):
        done = subprocess.run(
            ["bluetoothctl", "--version"],  # noqa: S607  wherever it is
            capture_output=True,
            text=True,
            timeout=VERSION_S,
            check=False,
        )
        text = re.search(r"(\d+)\.(\d+)", done.stdout)
    if text is None:
        yield warning(
            "BlueZ",
            "version unknown (no bluetoothctl)",
            "5.55 or later is required: sudo apt install bluez",
        )
    elif (int(text[1]), int(text[2])) < OLDEST:
        yield fault(
            "BlueZ",
            f"{text[0]} is too old",
            "5.55 or later is required: Debian 11, Raspberry Pi OS 11 and later have it",
        )
    else:
        yield ok("BlueZ", text[0])


def _adapter(adapters: Mapping[str, Mapping[str, Any]], wanted: str | None) -> Result:
    what = "adapter"
    if not adapters:
        why = explain(BleakBluetoothNotAvailableError("", Reason.NO_BLUETOOTH))
        return fault(
            what,
            f"{why}; {WITHOUT_BLUETOOTH}",
            "on a Raspberry Pi check /boot/firmware/config.txt for disable-bt"
            if pi_model()
            else None,
        )
    # As bleak chooses: one that is on.
    name = wanted or min(adapters, key=lambda each: (not adapters[each].get("Powered"), each))
    if name not in adapters:
        return fault(
            what,
            f"no adapter {name}, as set in the race file",
            f"available: {', '.join(sorted(adapters))}",
        )
    adapter = adapters[name]
    if not adapter.get("Powered"):
        return fault(what, explain(BleakBluetoothNotAvailableError("", Reason.POWERED_OFF)))
    if "central" not in adapter.get("Roles", ("central",)):  # an older BlueZ does not list them
        return fault(what, explain(BleakBluetoothNotAvailableError("", Reason.NO_BLE_CENTRAL_ROLE)))
    return ok(what, f"{name} ({adapter.get('Address')}) is switched on")


def _sensors(patient: Context, objects: Objects) -> Iterator[Result]:
    """Return whether the watch and each pinned sensor are there, or what a run would report."""
    if patient.settings is None:
        return
    pins = _pins(patient.settings)
    connected = _connected(pins, objects)
    yield from (
        ok(name, "already connected to this machine; the race takes it over") for name in connected
    )
    absent = {name: pin for name, pin in pins.items() if name not in connected}
    if not absent:
        return
    if is_running(state_folder(patient.settings)):
        yield ok("listening", f"a race is running: not checked {' and '.join(absent)}")
        return
    try:
        why = asyncio.run(missing(absent, LISTEN_S, adapter=patient.settings.adapter))
    except RadioError as error:
        yield fault("listening", str(error))
        return
    nobody = not connected and all(why[name] for name in absent if name != WATCH)
    yield from _found(why, nobody=nobody and not _over_mqtt(patient.settings))


def _found(why: Mapping[str, str], *, nobody: bool) -> Iterator[Result]:
    """Tell of each device that was looked for; a missing sensor is a fault if there is none."""
    for name, reason in why.items():
        if not reason:
            yield ok(name, "found")
        elif nobody and name != WATCH:
            yield fault(name, reason)
        else:
            yield warning(name, reason)


def _connected(pins: Mapping[str, Pin | WatchPin], objects: Objects) -> list[str]:
    """Return which devices this machine has a link to already."""
    linked = [faces[DEVICE] for faces in objects.values() if faces.get(DEVICE, {}).get("Connected")]
    return [name for name, pin in pins.items() if any(_is(pin, device) for device in linked)]


def _pins(settings: Settings) -> dict[str, Pin | WatchPin]:
    """Return what this machine itself is to receive."""
    found: dict[str, Pin | WatchPin] = {
        name: pin_of(name, pin) for name, pin in settings.sensors.items() if pin.mqtt is None
    }
    watch = settings.watch
    if watch.profile is not None:
        found[WATCH] = WatchPin(load_watch(watch.profile), watch.address, watch.name)
    return found


def _is(pin: Pin | WatchPin, device: Mapping[str, Any]) -> bool:
    return (
        pin.address == device.get("Address")
        if pin.address
        else pin.name is not None and pin.name == device.get("Name")
    )


def _over_mqtt(settings: Settings) -> bool:
    return any(pin.mqtt is not None for pin in settings.sensors.values())
