"""What the scanner has found, and which of it is the device that a pin means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from bleak.backends.device import BLEDevice

from kickcue.core.profiles import Advertisement
from kickcue.edges.radio.beacon import BeaconId
from kickcue.edges.radio.model import Pin, WatchPin

FRESH_S: Final = 25.0
"""BlueZ forgets a device 30 s after its last advertisement (TemporaryTimeout); connecting to a
forgotten one fails at once."""
SETTLE_S: Final = 3.0
"""How long a name is listened to before its bearer is taken for the only one; sensors advertise
several times a second [judgement]."""


@dataclass(slots=True)
class ScannedDevice:
    """One device, by its last advertisement."""

    device: BLEDevice
    name: str | None
    services: tuple[str, ...]
    rssi_dbm: int | None
    company_id: int | None
    first_s: float
    seen_s: float
    connected: bool = False
    """It is connected to this machine already, and therefore advertises no more."""
    beacons: tuple[BeaconId, ...] = ()
    """Its ids, where it is a beacon."""

    @property
    def address(self) -> str:
        """The address as the system writes it."""
        return self.device.address


@dataclass(frozen=True, slots=True)
class DeviceChoice:
    """The device that is meant, or why there is none yet (empty: not seen)."""

    device: ScannedDevice | None
    why: str = ""


def choose(
    pin: Pin | WatchPin,
    devices: Iterable[ScannedDevice],
    now_s: float,
    known_address: str | None = None,
) -> DeviceChoice:
    """Return which of the devices seen lately is meant.

    ``known_address`` is where a pin by name was found before.
    """
    fresh = [each for each in devices if now_s - each.seen_s <= FRESH_S]
    if pin.address is not None:
        return DeviceChoice(
            next((each for each in fresh if each.address.lower() == pin.address.lower()), None)
        )
    bearers = [
        each
        for each in fresh
        if pin.bears(Advertisement(each.name, each.services, each.company_id))
    ]
    return _choose_bearer(pin, bearers, now_s, known_address)


def _choose_bearer(
    pin: Pin | WatchPin, bearers: Sequence[ScannedDevice], now_s: float, known_address: str | None
) -> DeviceChoice:
    """Return which of the devices is meant that bear what the pin asks for."""
    for bearer in bearers:
        if bearer.address == known_address:
            return DeviceChoice(bearer)
    if len(bearers) > 1:
        addresses = " and ".join(sorted(each.address for each in bearers))
        return DeviceChoice(
            None, f"{len(bearers)} devices {_are(pin)} ({addresses}): choose one by its address"
        )
    if bearers and not bearers[0].connected and now_s - bearers[0].first_s < SETTLE_S:
        return DeviceChoice(
            None,
            f"found {pin.title}: checking that there is only one "
            f"{'of that name' if pin.name else 'of them'}",
        )
    return DeviceChoice(bearers[0] if bearers else None)


def _are(pin: Pin | WatchPin) -> str:
    return f"are named {pin.title}" if pin.name is not None else f"may be the {pin.title}"
