"""Every failure is one sentence for a runner that says what to do."""

from pathlib import Path

import pytest
from bleak.exc import (
    BleakBluetoothNotAvailableError,
    BleakBluetoothNotAvailableReason as Reason,
    BleakDBusError,
    BleakDeviceNotFoundError,
    BleakError,
    BleakGATTProtocolError,
)
from dbus_fast.errors import AuthError, InvalidAddressError
from hypothesis import given, strategies as st

from kickcue.edges.radio import linux
from kickcue.edges.radio.diagnosis import FAILURES, diagnose, explain


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have BlueZ installed, and no switch, whatever this machine has."""
    monkeypatch.setattr(linux, "PROGRAMS", ("sh",))
    monkeypatch.setattr(linux, "RFKILL", Path("/nowhere"))


BLUEZ = "org.bluez.Error"
BUS = "org.freedesktop.DBus.Error"


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (BleakBluetoothNotAvailableError("x", Reason.NO_BLUETOOTH), "plug one in"),
        (BleakBluetoothNotAvailableError("x", Reason.NO_BLE_CENTRAL_ROLE), "Bluetooth 4.0"),
        (BleakBluetoothNotAvailableError("x", Reason.POWERED_OFF), "rfkill unblock bluetooth"),
        (BleakBluetoothNotAvailableError("x", Reason.DENIED_BY_SYSTEM), "usermod -aG bluetooth"),
        (BleakBluetoothNotAvailableError("odd", Reason.UNKNOWN), "odd"),
        (
            BleakDBusError(f"{BUS}.ServiceUnknown", ["The name org.bluez was not provided"]),
            "systemctl start bluetooth",
        ),
        (BleakDBusError(f"{BUS}.Spawn.ChildExited", ["x"]), "systemctl start bluetooth"),
        (BleakDBusError(f"{BUS}.NoReply", ["x"]), "systemctl restart bluetooth"),
        (BleakDBusError(f"{BUS}.AccessDenied", ["x"]), "usermod -aG bluetooth"),
        (BleakDBusError(f"{BLUEZ}.NotReady", ["Resource Not Ready"]), "rfkill unblock bluetooth"),
        (BleakError("adapter 'hci7' not found"), "hci7"),
        (BleakError("Unsupported platform: Plan9"), "sensors over MQTT"),
        (BleakError("Bleak requires BlueZ >= 5.55."), "5.55"),
        (FileNotFoundError(2, "No such file"), "systemctl start dbus"),
        (ConnectionRefusedError(111, "Connection refused"), "systemctl start dbus"),
        (PermissionError(13, "Permission denied"), "usermod -aG bluetooth"),
        (EOFError(), "lost the connection to D-Bus"),
        (AuthError("REJECTED"), "usermod -aG bluetooth"),
        (InvalidAddressError("x"), "DBUS_SYSTEM_BUS_ADDRESS"),
        (ModuleNotFoundError("No module named 'android'"), "android"),
    ],
)
def test_bluetooth_itself_is_the_matter(error: Exception, words: str) -> None:
    """What keeps every sensor from being heard is told as such, with the remedy."""
    assert words in explain(error)
    assert (True, False) == (diagnose(error).unusable, diagnose(error).gone)
    assert isinstance(error, FAILURES)


@pytest.mark.parametrize(
    ("error", "words", "gone"),
    [
        (TimeoutError(), "not connected to a watch or phone", True),
        (BleakDeviceNotFoundError("x", "x"), "is it worn", True),
        (BleakError("device 'dev_00_11_22_33_44_55' not found"), "is it worn", True),
        (BleakDBusError(f"{BUS}.UnknownObject", ["x"]), "is it worn", True),
        (BleakDBusError(f"{BLUEZ}.InProgress", ["x"]), "retrying", False),
        (
            BleakDBusError(f"{BLUEZ}.Failed", ["le-connection-abort-by-local"]),
            "le-connection-abort-by-local",
            False,
        ),
        (BleakDBusError(f"{BLUEZ}.Failed", ["Input/output error"]), "Input/output error", False),
        (BleakDBusError(f"{BLUEZ}.Failed", []), "org.bluez.Error.Failed", False),
        (BleakDBusError(f"{BLUEZ}.NotPermitted", ["x"]), "requires Bluetooth pairing", False),
        (BleakGATTProtocolError(0x05), "requires Bluetooth pairing", False),
        (BleakGATTProtocolError(0x0E), "Unlikely Error", False),
        (
            BleakError("failed to discover services, device disconnected"),
            "the sensor disconnected",
            False,
        ),
        (BleakError("something new"), "something new", False),
        (NotImplementedError(), "NotImplementedError", False),
    ],
)
def test_one_sensor_is_the_matter(error: Exception, words: str, gone: bool) -> None:
    """What concerns one sensor says so,
    and whether it must be heard again before another attempt.
    """
    assert words in explain(error)
    assert (False, gone) == (diagnose(error).unusable, diagnose(error).gone)
    assert isinstance(error, FAILURES)


@given(
    st.builds(RuntimeError, st.text())
    | st.builds(BleakError, st.text())
    | st.builds(lambda t: BleakDBusError(t, [t]), st.text())
)
def test_any_error_is_one_line(error: Exception) -> None:
    """Whatever the text of an error, what is told is one line and not empty."""
    assert 1 == len(explain(error).splitlines())


def test_what_only_this_machine_can_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    """GIVEN no BlueZ at all, or a switch that holds it off THEN that is said, not to start what is
    not there.
    """
    monkeypatch.setattr(linux, "PROGRAMS", ())
    for error in (
        FileNotFoundError(2, "No such file"),
        BleakDBusError(f"{BUS}.ServiceUnknown", ["x"]),
    ):
        assert explain(error).endswith("is not installed: sudo apt install bluez")
    monkeypatch.setattr(linux, "is_blocked", lambda how: how == "hard")
    off = diagnose(BleakDBusError(f"{BLUEZ}.NotReady", ["Resource Not Ready"]))
    assert ("by a hardware switch or key on this machine" in off.text, off.unusable) == (True, True)
