"""How a device that is held is doing, whoever holds it: Bluetooth, a gateway, a receiver."""

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """What is being done about a device."""

    OFF = "off"
    """Bluetooth itself cannot be used: no adapter, switched off, no BlueZ, no D-Bus."""
    LOOKING = "looking"
    CONNECTING = "connecting"
    CONNECTED = "connected"
    SILENT = "silent"
    """The link is up, but no data comes."""
    WAITING = "waiting"
    """Between two attempts."""


@dataclass(slots=True)
class DeviceHealth:
    """How one device is doing, live; screens read it, only who holds the device writes it."""

    stage: Stage = Stage.LOOKING
    why: str = ""
    """One sentence for people, with what to do where something can be done."""
    rssi_dbm: int | None = None
    """Signal strength when it was last seen on air; a connected sensor is not."""
    battery_percent: int | None = None
    address: str | None = None
    model: str | None = None
    firmware: str | None = None
    connections: int = 0
    drops: int = 0
    notifications: int = 0
    """Measurements, the battery's apart."""
    received_ns: int | None = None
    """The last measurement, by the caller's clock."""
