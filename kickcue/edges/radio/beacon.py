"""The ids in a beacon's advertisements, and which beacon is meant.

Nothing here connects to anything. iBeacon: manufacturer data of Apple (0x004C): 02 15, UUID (16
bytes), major and minor (2 each, big-endian), power at 1 m (Apple, "Proximity Beacon
Specification"). Eddystone-UID: service data of 0xFEAA: 00, power at 0 m, namespace (10), instance
(6), two bytes reserved that some leave out (github.com/google/eddystone, eddystone-uid).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final
from uuid import UUID

from kickcue.core.errors import UsageError
from kickcue.core.gatt import short_uuid

APPLE: Final = 0x004C
IBEACON: Final = b"\x02\x15"
IBEACON_BYTES: Final = 23
EDDYSTONE: Final = "feaa"
UID_FRAME: Final = 0x00
UID_BYTES: Final = 18


@dataclass(frozen=True, slots=True)
class IBeacon:
    """The id of an iBeacon: the UUID in lower case, major and minor."""

    kind: ClassVar = "iBeacon"

    uuid: str
    major: int
    minor: int

    def __str__(self) -> str:
        """Return it as the race file has it."""
        return f'ibeacon = "{self.uuid}", major = {self.major}, minor = {self.minor}'


@dataclass(frozen=True, slots=True)
class Eddystone:
    """The id of an Eddystone-UID: namespace and instance in lower-case hex."""

    kind: ClassVar = "Eddystone"

    namespace: str
    instance: str

    def __str__(self) -> str:
        """Return it as the race file has it."""
        return f'eddystone = "{self.namespace}", instance = "{self.instance}"'


BeaconId = IBeacon | Eddystone


def beacon_ids(
    manufacturer_data: Mapping[int, bytes], service_data: Mapping[str, bytes]
) -> tuple[BeaconId, ...]:
    """Return the beacon ids that a device advertises; many send both kinds in turn."""
    found: list[BeaconId] = []
    apple = manufacturer_data.get(APPLE, b"")
    if len(apple) == IBEACON_BYTES and apple.startswith(IBEACON):
        found.append(
            IBeacon(
                str(UUID(bytes=bytes(apple[2:18]))),
                int.from_bytes(apple[18:20]),
                int.from_bytes(apple[20:22]),
            )
        )
    for uuid, data in service_data.items():
        if short_uuid(uuid) == EDDYSTONE and len(data) >= UID_BYTES and data[0] == UID_FRAME:
            found.append(Eddystone(data[2:12].hex(), data[12:18].hex()))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class BeaconPin:
    """Which beacon is meant: by its address, or by its ids.

    ``major``, ``minor`` and ``instance`` may stay open. UsageError unless by exactly one.
    """

    address: str | None = None
    ibeacon: str | None = None
    major: int | None = None
    minor: int | None = None
    eddystone: str | None = None
    instance: str | None = None

    def __post_init__(self) -> None:
        if sum(each is not None for each in (self.address, self.ibeacon, self.eddystone)) != 1:
            raise UsageError("beacon: expected exactly one of address, ibeacon and eddystone")

    def means(self, address: str, ids: tuple[BeaconId, ...]) -> bool:
        """Say whether a device is the beacon."""
        if self.address is not None:
            return address.upper() == self.address.upper()
        return any(self._is(each) for each in ids)

    def _is(self, found: BeaconId) -> bool:
        if isinstance(found, IBeacon):
            return (
                found.uuid == self.ibeacon
                and self.major in (None, found.major)
                and self.minor in (None, found.minor)
            )
        return found.namespace == self.eddystone and self.instance in (None, found.instance)
