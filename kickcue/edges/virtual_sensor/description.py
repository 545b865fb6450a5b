"""What a virtual sensor advertises: name, address, services and what can be read there at first."""

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.core.gatt.battery import BatteryLevel
from kickcue.core.gatt.device_info import FirmwareRevision, ManufacturerName, ModelNumber
from kickcue.core.gatt.rsc import RscFeature

HEART_RATE: Final = "180d"
RUNNING: Final = "1814"
BATTERY: Final = "180f"
DEVICE_INFORMATION: Final = "180a"

SERVICE_OF: Final[Mapping[str, str]] = MappingProxyType(
    {"2a37": HEART_RATE, "2a53": RUNNING, "2a67": "1819", "2acd": "1826", "2a19": BATTERY},
)
"""The service in which a notified characteristic stands."""

ADVERTISED_MAX_BYTES: Final = 31
"""Bytes in an advertisement that any Bluetooth adapter can send (legacy advertising)."""
_FLAGS_BYTES: Final = 3
_FIELD_HEAD_BYTES: Final = 2
_SERVICE_BYTES: Final = 2
BATTERY_PERCENT: Final = 87
"""Not 100: that would look like a default."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A characteristic: ``value`` is what a reader gets, None where it can only be notified."""

    char: str
    notifies: bool = False
    value: bytes | None = None


@dataclass(frozen=True, slots=True)
class Description:
    """A sensor as the air sees it.

    ``address`` is a static random one; ``services`` are in the order of the attribute table.
    """

    name: str
    address: str
    services: Mapping[str, tuple[Offer, ...]]

    @property
    def advertised(self) -> tuple[str, ...]:
        """The services in the advertisement: what it measures, not its battery."""
        return tuple(
            service for service in self.services if service not in (BATTERY, DEVICE_INFORMATION)
        )


def describe(
    name: str, chars: Iterable[str], *, address: str | None = None, model: str = "virtual sensor"
) -> Description:
    """Return a sensor that notifies ``chars``, with a battery and a maker's name besides.

    ``name`` is what it advertises; the address follows from it by default. UsageError where
    nothing of ``chars`` can be offered, or where name and services do not fit into an
    advertisement.
    """
    services: dict[str, tuple[Offer, ...]] = {}
    for char in sorted(set(chars) & SERVICE_OF.keys() - {"2a19"}):
        service = SERVICE_OF[char]
        services[service] = (*services.get(service, ()), Offer(char, notifies=True))
    if not services:
        raise UsageError(
            f"{name}: expected {', '.join(sorted(SERVICE_OF))} for a virtual sensor, got none of "
            "them"
        )
    if RUNNING in services:
        able = RscFeature(
            stride_length=True,
            distance=True,
            running_status=True,
            calibration=False,
            multiple_locations=False,
        )
        services[RUNNING] = (*services[RUNNING], Offer("2a54", value=bytes(able)))
    services[BATTERY] = (Offer("2a19", notifies=True, value=bytes(BatteryLevel(BATTERY_PERCENT))),)
    services[DEVICE_INFORMATION] = (
        Offer("2a29", value=bytes(ManufacturerName("kickcue"))),
        Offer("2a24", value=bytes(ModelNumber(model))),
        Offer("2a26", value=bytes(FirmwareRevision("1.0"))),
    )
    found = Description(name, address or _address(name), services)
    size = (
        _FLAGS_BYTES
        + 2 * _FIELD_HEAD_BYTES
        + len(name.encode())
        + _SERVICE_BYTES * len(found.advertised)
    )
    if size > ADVERTISED_MAX_BYTES:
        raise UsageError(
            f"{name}: the name is {size - ADVERTISED_MAX_BYTES} bytes too long to advertise with "
            "its services"
        )
    return found


def strap(name: str = "kickcue strap", *, address: str | None = None) -> Description:
    """Return a heart-rate strap."""
    return describe(name, ["2a37"], address=address, model="virtual strap")


def pod(name: str = "kickcue pod", *, address: str | None = None) -> Description:
    """Return a foot pod."""
    return describe(name, ["2a53"], address=address, model="virtual pod")


def _address(name: str) -> str:
    """Return the name's own static random address.

    The two highest bits are set (Bluetooth Core 5.4, Vol 6 Part B, 1.3.2.1).
    """
    number = 0xC0DE << 32 | zlib.crc32(name.encode())
    return ":".join(f"{byte:02X}" for byte in number.to_bytes(6, "big"))
