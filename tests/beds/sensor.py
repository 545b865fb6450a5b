"""A Bluetooth sensor as it is in the world, whatever a host knows of it: it advertises, is
connected or not, notifies, is read and written.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

FLAGS: Final[Mapping[str, tuple[str, ...]]] = {
    # what the SIG's service specifications demand of the characteristics kickcue meets
    "2a37": ("notify",),
    "2a38": ("read",),
    "2a53": ("notify",),
    "2a54": ("read",),
    "2a5b": ("notify",),
    "2a63": ("notify",),
    "2acd": ("notify",),
    "2a19": ("read", "notify"),
}
_BASE: Final = "0000{}-0000-1000-8000-00805f9b34fb"


def long_uuid(uuid: str) -> str:
    """Return the 128-bit form, in lower case."""
    return _BASE.format(uuid.lower()) if len(uuid) == 4 else uuid.lower()


@dataclass
class Characteristic:
    """One characteristic; without flags it has those of the SIG's specification, or can be read."""

    uuid: str
    flags: tuple[str, ...] = ()
    value: bytes = b""
    att_error: int | None = None
    """Reads and writes with a response are refused with this ATT error code."""
    handle: int | None = None
    """Where clients go by the handle instead of the uuid; the others are numbered through."""

    def __post_init__(self) -> None:
        self.flags = self.flags or FLAGS.get(self.uuid, ("read",))


@dataclass(frozen=True, slots=True)
class Write:
    """Something was written to the sensor."""

    char: str
    data: bytes
    with_response: bool


class Air(Protocol):
    """The host that may hear the sensor."""

    def link_lost(self, sensor: "Sensor") -> None:
        """Hear that the sensor has ended its connection."""

    def notified(self, sensor: "Sensor", char: str, data: bytes) -> bool:
        """Hear of a new value of a connected sensor; say whether anybody subscribed to it."""


@dataclass(eq=False)
class Sensor:
    """One sensor. It falls silent by nobody calling ``notify``."""

    air: Air
    address: str
    name: str | None
    services: Mapping[str, list[Characteristic]]
    """What it has once connected, by service uuid."""
    advertised: tuple[str, ...]
    """The service uuids in its advertisement."""
    random_address: bool = False
    manufacturer_data: Mapping[int, bytes] = field(default_factory=dict)
    rssi_dbm: int = -60
    connect_s: float = 0.0
    """How long the radio takes to connect to it; 0.3 to 0.6 s in reality."""
    mtu: int = 247
    """What it and the host have agreed on; 23 where it knows no other."""
    resolves: bool = True
    """False: a connection comes up, but its services are never found out."""
    service_data: Mapping[str, bytes] = field(default_factory=dict)
    on_write: Callable[[Write], None] | None = None
    connected: bool = False
    writes: list[Write] = field(default_factory=list)
    on_air: asyncio.Event = field(default_factory=asyncio.Event)
    """Set while it advertises: while it is awake and, having one connection to give away, is not
    connected."""
    _awake: bool = False

    def advertise(self, on: bool) -> None:
        """Wake up or fall asleep (go out of range): it can be seen and connected to, or not. A
        connection stays as it is.
        """
        self._awake = on
        self._update()

    def link(self, up: bool) -> None:
        """Be connected or not; the host calls this."""
        self.connected = up
        self._update()

    def drop(self) -> None:
        """End the connection; it advertises again."""
        if self.connected:
            self.link(up=False)
            self.air.link_lost(self)

    def notify(self, char: str, data: bytes) -> bool:
        """Have a new value of ``char``; say whether a client subscribed and was sent it."""
        self.char(char).value = data
        return self.connected and self.air.notified(self, char, data)

    def char(self, uuid: str) -> Characteristic:
        """Return the characteristic; raise KeyError if it has none of this uuid."""
        for char in self.all_chars():
            if long_uuid(char.uuid) == long_uuid(uuid):
                return char
        raise KeyError(f"{self.name or self.address} has no characteristic {uuid}")

    def all_chars(self) -> Iterable[Characteristic]:
        """Return the characteristics of all its services."""
        return (char for chars in self.services.values() for char in chars)

    def write(self, char: Characteristic, data: bytes, *, with_response: bool) -> None:
        """Be written to."""
        char.value = data
        written = Write(char.uuid, data, with_response)
        self.writes.append(written)
        if self.on_write is not None:
            self.on_write(written)

    def _update(self) -> None:
        if self._awake and not self.connected:
            self.on_air.set()
        else:
            self.on_air.clear()


def service_table(
    services: Mapping[str, Iterable[str | Characteristic]],
    battery: int | None,
    device_information: Mapping[str, str],
) -> dict[str, list[Characteristic]]:
    """Return all services of a sensor: those given, battery (percent) and device information (text
    by uuid, e.g. ``2a29``).
    """
    table = {
        uuid: [Characteristic(char) if isinstance(char, str) else char for char in chars]
        for uuid, chars in services.items()
    }
    if battery is not None:
        table["180f"] = [Characteristic("2a19", value=bytes([battery]))]
    if device_information:
        table["180a"] = [
            Characteristic(uuid, value=text.encode()) for uuid, text in device_information.items()
        ]
    return table
