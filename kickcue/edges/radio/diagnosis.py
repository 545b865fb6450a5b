"""From what bleak, D-Bus or the system raises to a sentence for a runner, with what to do."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason as Reason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
    BleakGATTProtocolErrorCode as AttError,
)

from kickcue.edges.radio import linux

if sys.platform == "linux":
    from dbus_fast.errors import AuthError, DBusFastError, InvalidAddressError

    BUS_ERRORS: tuple[type[Exception], ...] = (DBusFastError,)
else:
    BUS_ERRORS = ()

FAILURES: Final[tuple[type[Exception], ...]] = (
    BleakError,
    TimeoutError,
    OSError,
    EOFError,
    ImportError,
    NotImplementedError,
    *BUS_ERRORS,
)
"""What a radio does on its bad days; anything else is a bug of ours or of bleak's."""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is wrong, in one sentence."""

    text: str
    unusable: bool = False
    """Bluetooth itself is the matter, not this sensor."""
    gone: bool = False
    """The device is out of sight: it must be seen again before another attempt is worth it."""


_LINUX: Final = sys.platform == "linux"
_SETTINGS: Final = "in the system's settings"
_OFF: Final = Diagnosis(
    "Bluetooth is switched off: "
    + (
        "rfkill unblock bluetooth, then bluetoothctl power on"
        if _LINUX
        else f"switch it on {_SETTINGS}"
    ),
    unusable=True,
)
_NO_SERVICE: Final = Diagnosis(
    "the Bluetooth service is not running: sudo systemctl start bluetooth", unusable=True
)
_NO_BUS: Final = Diagnosis(
    "D-Bus is not running, which Bluetooth needs: sudo systemctl start dbus bluetooth",
    unusable=True,
)
_NOT_INSTALLED: Final = Diagnosis(
    "BlueZ, the Bluetooth service of Linux, is not installed: sudo apt install bluez", unusable=True
)
_SWITCH: Final = Diagnosis(
    "Bluetooth is off by a hardware switch or key on this machine: switch it on there",
    unusable=True,
)
NO_ANSWER: Final = Diagnosis(
    "the Bluetooth service stopped responding: if it stays that way, sudo systemctl restart "
    "bluetooth",
    unusable=True,
)
_DENIED: Final = Diagnosis(
    "this user is not allowed to use Bluetooth: "
    + (
        "sudo usermod -aG bluetooth $USER, then log in again"
        if _LINUX
        else f"allow it under Privacy, Bluetooth {_SETTINGS}"
    ),
    unusable=True,
)
_GONE: Final = Diagnosis("the sensor is out of range: is it worn, awake and near?", gone=True)
_LATE: Final = Diagnosis(
    "the sensor did not respond in time: is it worn and near, and not connected to a watch or "
    "phone?",
    gone=True,
)
BUSY: Final = Diagnosis("Bluetooth is busy: retrying")
_WANTS_PAIRING: Final = Diagnosis(
    "the sensor requires Bluetooth pairing, which kickcue does not do: enable open or broadcast "
    "mode in its app"
)
_BUS_LOST: Final = Diagnosis(
    "lost the connection to D-Bus: reconnecting as soon as it is back", unusable=True
)

_NOT_AVAILABLE: Final[Mapping[Reason, Diagnosis]] = {
    Reason.NO_BLUETOOTH: Diagnosis(
        "no working Bluetooth adapter on this machine: plug one in"
        + (" (rfkill and dmesg show one that fails)" if _LINUX else ""),
        unusable=True,
    ),
    Reason.NO_BLE_CENTRAL_ROLE: Diagnosis(
        "the Bluetooth adapter is too old for sensors: use one with Bluetooth 4.0 or later",
        unusable=True,
    ),
    Reason.POWERED_OFF: _OFF,
    Reason.DENIED_BY_USER: _DENIED,
    Reason.DENIED_BY_SYSTEM: _DENIED,
    Reason.DENIED_BY_UNKNOWN: _DENIED,
}
_DBUS: Final[Mapping[str, Diagnosis]] = {
    "org.freedesktop.DBus.Error.ServiceUnknown": _NO_SERVICE,
    "org.freedesktop.DBus.Error.NameHasNoOwner": _NO_SERVICE,
    "org.freedesktop.DBus.Error.NoReply": NO_ANSWER,
    "org.freedesktop.DBus.Error.Timeout": NO_ANSWER,
    "org.freedesktop.DBus.Error.TimedOut": NO_ANSWER,
    "org.freedesktop.DBus.Error.Disconnected": _BUS_LOST,
    "org.freedesktop.DBus.Error.AccessDenied": _DENIED,
    "org.freedesktop.DBus.Error.AuthFailed": _DENIED,
    "org.freedesktop.DBus.Error.UnknownObject": _GONE,
    "org.freedesktop.DBus.Error.UnknownMethod": _GONE,
    "org.freedesktop.DBus.Error.UnknownInterface": _GONE,
    "org.bluez.Error.NotReady": _OFF,
    "org.bluez.Error.InProgress": BUSY,
    "org.bluez.Error.DoesNotExist": _GONE,
    "org.bluez.Error.NotAvailable": _GONE,
    "org.bluez.Error.NotConnected": Diagnosis(
        "the sensor disconnected: is it near, and not connected to a watch or phone?"
    ),
    "org.bluez.Error.ConnectionAttemptFailed": _LATE,
    "org.bluez.Error.NotPermitted": _WANTS_PAIRING,
    "org.bluez.Error.NotAuthorized": _WANTS_PAIRING,
    "org.bluez.Error.AuthenticationFailed": _WANTS_PAIRING,
    "org.bluez.Error.AuthenticationCanceled": _WANTS_PAIRING,
    "org.bluez.Error.AuthenticationRejected": _WANTS_PAIRING,
    "org.bluez.Error.AuthenticationTimeout": _WANTS_PAIRING,
}
_ACTIVATION: Final = (
    "org.freedesktop.DBus.Error.Spawn"  # a family: D-Bus tried to start bluetoothd, and could not
)
_PAIRED_ONLY: Final = frozenset(
    {
        AttError.INSUFFICIENT_AUTHENTICATION,
        AttError.INSUFFICIENT_AUTHORIZATION,
        AttError.INSUFFICIENT_ENCRYPTION,
        AttError.INSUFFICIENT_ENCRYPTION_KEY_SIZE,
    }
)


def explain(error: BaseException) -> str:
    """Return one sentence for a runner: what is wrong and what to do about it."""
    return diagnose(error).text


def of_a_watch(found: Diagnosis) -> Diagnosis:
    """Return a diagnosis in words that fit a watch."""
    text = (
        found.text.replace("the sensor", "the watch")
        .replace("a watch or phone", "a phone")
        .replace("worn, awake", "awake")
    )
    return replace(found, text=text.replace("worn and near", "near"))


def not_seen(title: str, since_s: float, serves: int | None) -> str:
    """Return what to do about a device that is not found, in a run or by the doctor.

    ``serves``: how many listeners it takes at once, None where nobody knows. One that takes a
    single one does not show itself while another has it.
    """
    taken = " Is another device connected to it? It allows one at a time." if serves == 1 else ""
    return f"{title} not seen for {since_s:.0f} s: is it worn and awake?{taken}"


def diagnose(error: BaseException) -> Diagnosis:
    """Return what is wrong; every exception has a diagnosis."""
    found = _diagnosis(error)
    if _LINUX and found in (_NO_SERVICE, _NO_BUS) and not linux.has_bluez():
        return _NOT_INSTALLED
    return _SWITCH if _LINUX and found == _OFF and linux.is_blocked("hard") else found


def _diagnosis(error: BaseException) -> Diagnosis:
    if isinstance(error, BleakBluetoothNotAvailableError):
        return _NOT_AVAILABLE.get(error.reason) or Diagnosis(
            f"Bluetooth is not usable: {_words(error)}", unusable=True
        )
    if isinstance(error, BleakDBusError):
        return _of_dbus(error)
    if isinstance(error, BleakGATTProtocolError):
        return (
            _WANTS_PAIRING
            if error.code in _PAIRED_ONLY
            else Diagnosis(f"the sensor refused: {error.args[-1]}")
        )
    if isinstance(error, BleakDeviceNotFoundError):
        return _GONE
    if isinstance(error, BleakError):
        return _of_bleak(_one_line(str(error)))
    if isinstance(error, TimeoutError):  # an OSError, too
        return _LATE
    return _of_system(error)


def _of_dbus(error: BleakDBusError) -> Diagnosis:
    """Return the diagnosis of a D-Bus error by its name, or by BlueZ's words if that is Failed."""
    if error.dbus_error.startswith(_ACTIVATION):
        return _NO_SERVICE
    known = _DBUS.get(error.dbus_error)
    if known is not None:
        return known
    details = _one_line(str(error.args[1]) if len(error.args) > 1 else error.dbus_error)
    if "connection" in details or "timeout" in details.lower():
        return Diagnosis(
            f"the connection dropped ({details}): is the sensor near, and not connected to a "
            "watch or phone?"
        )
    return Diagnosis(
        f"Bluetooth failed ({details}): if it keeps failing, sudo systemctl restart bluetooth"
    )


def _of_bleak(text: str) -> Diagnosis:
    """Return the diagnosis of an error that bleak gives as text alone (3.1)."""
    if text.startswith("adapter ") and text.endswith(" not found"):
        return Diagnosis(
            f"no {text.removesuffix(' not found')}: bluetoothctl list shows those there are",
            unusable=True,
        )
    if text.startswith("device ") and text.endswith(" not found"):
        return _GONE
    if (
        "device disconnected" in text
        or "Not connected" in text
        or "Service Discovery has not been performed" in text
    ):
        return _DBUS["org.bluez.Error.NotConnected"]
    if text.startswith("Unsupported platform"):
        return Diagnosis(
            "kickcue does not support Bluetooth on this system: use Linux, macOS or Windows, or "
            "sensors over MQTT",
            unusable=True,
        )
    if "requires BlueZ" in text:
        return Diagnosis(
            "the Bluetooth service is too old: BlueZ 5.55 or later is required (bluetoothctl "
            "--version)",
            unusable=True,
        )
    return Diagnosis(f"Bluetooth failed: {text}")


def _of_system(error: BaseException) -> Diagnosis:
    """Return the diagnosis of what Python or the D-Bus library raises."""
    if sys.platform == "linux":
        if isinstance(error, AuthError):
            return _DENIED
        if isinstance(error, InvalidAddressError):
            address = os.environ.get("DBUS_SYSTEM_BUS_ADDRESS", "")
            return Diagnosis(
                "DBUS_SYSTEM_BUS_ADDRESS: expected an address like unix:path=/..., got "
                f"{address}: correct or unset it",
                unusable=True,
            )
    if isinstance(error, (FileNotFoundError, ConnectionRefusedError)):
        return _NO_BUS
    if isinstance(error, PermissionError):
        return _DENIED
    if isinstance(error, (EOFError, ConnectionError)):
        return _BUS_LOST
    if isinstance(error, ImportError):
        return Diagnosis(
            f"the Bluetooth library does not work on this system ({_words(error)})", unusable=True
        )
    return Diagnosis(f"Bluetooth failed: {_words(error)}")


def _words(error: BaseException) -> str:
    """Return an error's message, or its kind, on one line."""
    return _one_line(str(error.args[0]) if error.args else "") or type(error).__name__


def _one_line(text: str) -> str:
    return " ".join(text.split())
