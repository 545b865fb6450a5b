"""What the fake BlueZ does for each method that a client may call; the errors are worded as BlueZ
words them (``src/error.c``).
"""

from typing import Any

from dbus_fast import DBusError, Message

from tests.beds.adapter import ADAPTER, Adapter
from tests.beds.device import CHARACTERISTIC, DEVICE, FAILED, Device
from tests.beds.sensor import Characteristic
from tests.beds.tree import PROPERTIES, unknown_object


async def answer(adapter: Adapter, call: Message, disconnect_s: float) -> Message:
    """Do what is asked and return the reply; raise DBusError where BlueZ would answer with one."""
    signature = ""
    body: list[Any] = []
    if (
        call.interface == ADAPTER
        and call.path == adapter.path
        and call.path in adapter.tree.objects
    ):
        _adapter_method(adapter, call)
    elif call.interface == PROPERTIES and call.member == "Set":
        _set_property(adapter, call)
    elif call.interface == DEVICE:
        await _device_method(adapter, call, disconnect_s)
    elif call.interface == CHARACTERISTIC:
        signature, body = _characteristic_method(adapter, call)
    else:
        raise unknown_object(call.path, call.member or "")
    return Message.new_method_return(call, signature, body)


def _adapter_method(adapter: Adapter, call: Message) -> None:
    client = call.sender or ""
    match call.member:
        case "SetDiscoveryFilter":
            adapter.set_filter(client, call.body[0])
        case "StartDiscovery":
            adapter.start_looking(client)
        case "StopDiscovery":
            adapter.stop_looking(client)
        case "RemoveDevice":
            device = adapter.at(call.body[0], lambda each: (each.path,))
            if device is None:
                raise DBusError("org.bluez.Error.DoesNotExist", "Does Not Exist")
            adapter.forget(device.sensor)
        case _:
            raise unknown_object(call.path, call.member or "")


def _set_property(adapter: Adapter, call: Message) -> None:
    interface, name, value = call.body
    if (interface, name) == (ADAPTER, "Powered") and call.path == adapter.path:
        adapter.power(value.value)
    elif (interface, name) == (DEVICE, "Trusted"):
        adapter.tree.change(_device(adapter, call).path, DEVICE, Trusted=value.value)
    else:
        raise DBusError(
            "org.freedesktop.DBus.Error.PropertyReadOnly", f"Property '{name}' is not writable"
        )


async def _device_method(adapter: Adapter, call: Message, disconnect_s: float) -> None:
    device = _device(adapter, call)
    match call.member:
        case "Connect":
            adapter.require_power()
            await device.connect()
        case "Disconnect":
            await device.disconnect(disconnect_s)
            if device.sensor in adapter.devices:
                adapter.remember(device)
        case _:
            raise unknown_object(call.path, call.member or "")


def _device(adapter: Adapter, call: Message) -> Device:
    device = adapter.at(call.path or "", lambda each: (each.path,))
    if device is None:
        raise unknown_object(call.path, call.member or "")
    return device


def _characteristic_method(adapter: Adapter, call: Message) -> tuple[str, list[Any]]:
    path, client = call.path or "", call.sender or ""
    device = adapter.at(path, lambda each: each.chars)
    if device is None:
        raise unknown_object(path, call.member or "")
    char = device.chars[path]
    if not device.sensor.connected:
        raise DBusError(FAILED, "Not connected")
    match call.member:
        case "ReadValue":
            return "ay", [_read(char)]
        case "WriteValue":
            _write(device, char, call)
        case "StartNotify":
            if not {"notify", "indicate"} & set(char.flags):
                raise DBusError("org.bluez.Error.NotSupported", "Operation is not supported")
            device.subscribe(path, client)
        case "StopNotify":
            device.unsubscribe(path, client)
        case _:
            raise unknown_object(path, call.member or "")
    return "", []


def _read(char: Characteristic) -> bytes:
    if "read" not in char.flags:
        raise DBusError("org.bluez.Error.NotPermitted", "Read not permitted")
    _refuse(char)
    return char.value


def _write(device: Device, char: Characteristic, call: Message) -> None:
    data, options = call.body
    with_response = "type" not in options or options["type"].value != "command"
    if ("write" if with_response else "write-without-response") not in char.flags:
        raise DBusError("org.bluez.Error.NotPermitted", "Write not permitted")
    if not with_response and len(bytes(data)) > device.sensor.mtu - 3:
        raise DBusError(FAILED, "Failed to initiate write")
    if with_response:
        _refuse(char)
    elif char.att_error is not None:
        return  # a command has no answer: the sensor ignores it and nobody is told
    device.sensor.write(char, bytes(data), with_response=with_response)


def _refuse(char: Characteristic) -> None:
    if char.att_error is not None:
        raise DBusError(FAILED, f"Operation failed with ATT error: {char.att_error:#04x}")
