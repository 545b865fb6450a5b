"""The radio's words: which device is meant, what is held, what is around.

Nothing here knows Bluetooth.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from kickcue.core.errors import KickcueError, UsageError
from kickcue.core.profiles import Advertisement, MatchResult, SensorProfile, holds
from kickcue.core.watch.watch_profile import WatchProfile
from kickcue.edges.radio.beacon import BeaconId
from kickcue.supervision.health import DeviceHealth

WITHOUT_BLUETOOTH: Final = "to try kickcue without Bluetooth: `kickcue run --simulated`"
"""What a runner can do at once where Bluetooth cannot be used."""


class RadioError(KickcueError):
    """Bluetooth cannot be used, or one device cannot be listened to.

    The message gives the reason and the remedy.
    """


@dataclass(frozen=True, slots=True)
class Pin:
    """Which device is meant by a sensor of the race.

    UsageError unless it has an address or a name, and not both.
    """

    sensor: str
    """Our name for it, as in the race file: ``strap``, ``pod``."""
    profile: SensorProfile
    address: str | None = None
    """Bluetooth address in upper or lower case; on macOS, which hides addresses, CoreBluetooth's
    UUID."""
    name: str | None = None
    """The advertised name, exactly: for devices whose address changes."""

    def __post_init__(self) -> None:
        if (self.address is None) == (self.name is None):
            raise UsageError(f"sensor {self.sensor!r}: expected either an address or a name")

    @property
    def title(self) -> str:
        """The device as people know it."""
        return repr(self.name) if self.name is not None else str(self.address)

    def bears(self, advert: Advertisement) -> bool:
        """Return whether a device that is not known by its address can be the one."""
        return advert.name == self.name


@dataclass(frozen=True, slots=True)
class WatchPin:
    """Which watch is meant: by address, by name, or the only one that its profile recognises."""

    profile: WatchProfile
    address: str | None = None
    name: str | None = None
    """The advertised name, exactly."""

    def __post_init__(self) -> None:
        if self.address is not None and self.name is not None:
            raise UsageError(f"watch {self.profile.id}: expected an address or a name, got both")
        if self.address is None and self.name is None and not self.profile.matches:
            raise UsageError(
                f"watch {self.profile.id}: expected its address or name, as it cannot be "
                "recognised by itself (`kickcue scan --all` shows both)"
            )

    @property
    def title(self) -> str:
        """The device as people know it."""
        return repr(self.name) if self.name is not None else self.address or self.profile.name

    def bears(self, advert: Advertisement) -> bool:
        """Return whether a device that is not known by its address can be the one."""
        return (
            advert.name == self.name
            if self.name is not None
            else any(holds(block, advert) for block in self.profile.matches)
        )


@dataclass(frozen=True, slots=True)
class Radio:
    """The sensors that are being held, by their names."""

    health: Mapping[str, DeviceHealth]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A device on air (or still connected from before)."""

    address: str
    name: str | None
    rssi_dbm: int | None
    services: tuple[str, ...]
    """What it advertises, 16-bit UUIDs as four hex digits."""
    found: MatchResult
    seen_s: float
    """The event loop's time of its last advertisement."""
    random_address: bool | None
    """Such an address may change, e.g. at each start of the device; None where the system does not
    report it."""
    beacons: tuple[BeaconId, ...] = ()
    """Its ids, where it is a beacon."""
    watch: str | None = None
    """The id of the watch profile that recognises it."""
