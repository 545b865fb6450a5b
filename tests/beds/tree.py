"""The objects a D-Bus service shows: paths, interfaces, properties, and the signals that tell
others of a change.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from dbus_fast import DBusError, Message, Variant

ROOT: Final = "/"
OBJECT_MANAGER: Final = "org.freedesktop.DBus.ObjectManager"
PROPERTIES: Final = "org.freedesktop.DBus.Properties"

SIGNATURES: Final[Mapping[str, str]] = {
    # as in BlueZ's doc/org.bluez.{Adapter,Device,GattService,GattCharacteristic,
    # GattDescriptor}.rst
    "Adapter": "o",
    "Address": "s",
    "AddressType": "s",
    "Alias": "s",
    "Blocked": "b",
    "Bonded": "b",
    "Characteristic": "o",
    "Connected": "b",
    "Device": "o",
    "Discoverable": "b",
    "Discovering": "b",
    "Flags": "as",
    "LegacyPairing": "b",
    "MTU": "q",
    "ManufacturerData": "a{qv}",
    "Name": "s",
    "Notifying": "b",
    "Pairable": "b",
    "Paired": "b",
    "Powered": "b",
    "Primary": "b",
    "RSSI": "n",
    "Roles": "as",
    "Service": "o",
    "ServiceData": "a{sv}",
    "ServicesResolved": "b",
    "Trusted": "b",
    "UUID": "s",
    "UUIDs": "as",
    "Value": "ay",
}

Properties = dict[str, Variant]


def variants(values: Mapping[str, Any]) -> Properties:
    """Give plain values the signatures BlueZ gives them; those that are None do not exist."""
    return {
        name: Variant(SIGNATURES[name], value)
        for name, value in values.items()
        if value is not None
    }


class Tree:
    """All objects of one service. ``send`` is called with each signal; it is the owner's business
    whether anybody listens.
    """

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self.objects: dict[str, dict[str, Properties]] = {}

    def add(self, path: str, interface: str, **values: Any) -> None:
        """Show a new object with one interface."""
        properties = variants(values)
        self.objects[path] = {interface: properties}
        self._send(
            Message.new_signal(
                ROOT,
                OBJECT_MANAGER,
                "InterfacesAdded",
                "oa{sa{sv}}",
                [path, {interface: properties}],
            )
        )

    def remove(self, path: str) -> None:
        """Take away the object and all that lie below it, the deepest first."""
        for each in sorted(
            (each for each in self.objects if each == path or each.startswith(f"{path}/")),
            reverse=True,
        ):
            interfaces = list(self.objects.pop(each))
            self._send(
                Message.new_signal(
                    ROOT, OBJECT_MANAGER, "InterfacesRemoved", "oas", [each, interfaces]
                )
            )

    def change(self, path: str, interface: str, *, gone: Iterable[str] = (), **values: Any) -> None:
        """Change properties and tell it in one signal, even if the value is the same; those in
        ``gone`` exist no longer.
        """
        properties = self.objects[path][interface]
        changed = variants(values)
        invalidated = [name for name in gone if properties.pop(name, None) is not None]
        properties.update(changed)
        self._send(
            Message.new_signal(
                path, PROPERTIES, "PropertiesChanged", "sa{sv}as", [interface, changed, invalidated]
            )
        )

    def clear(self) -> None:
        """Forget everything without a word."""
        self.objects.clear()

    def answer(self, call: Message) -> Message | None:
        """Answer what may be asked about objects; None for any other call. Raise DBusError for what
        is not there.
        """
        body = call.body
        match (call.interface, call.member):
            case ("org.freedesktop.DBus.ObjectManager", "GetManagedObjects"):
                return Message.new_method_return(call, "a{oa{sa{sv}}}", [self.objects])
            case ("org.freedesktop.DBus.Properties", "GetAll"):
                return Message.new_method_return(
                    call, "a{sv}", [self._properties(call.path, body[0])]
                )
            case ("org.freedesktop.DBus.Properties", "Get"):
                properties = self._properties(call.path, body[0])
                if body[1] not in properties:
                    raise DBusError(
                        "org.freedesktop.DBus.Error.InvalidArgs", f"No such property '{body[1]}'"
                    )
                return Message.new_method_return(call, "v", [properties[body[1]]])
            case _:
                return None

    def _properties(self, path: str | None, interface: str) -> Properties:
        try:
            return self.objects[path or ""][interface]
        except KeyError:
            raise unknown_object(path, interface) from None


def unknown_object(path: str | None, what: str) -> DBusError:
    """Return the error of a call to an object that is not there, as BlueZ (libdbus) words it."""
    return DBusError(
        "org.freedesktop.DBus.Error.UnknownObject",
        f"Method or interface {what!r} at {path!r} doesn't exist",
    )
