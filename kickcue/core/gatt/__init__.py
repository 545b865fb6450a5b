"""GATT codecs: bytes to measurements and back, one file per service.

Each measurement is frozen, has ``from_bytes`` (DecodeError and nothing else, for any bytes) and
``__bytes__`` (UsageError for what the wire cannot carry). Unknown is None. Oddities of
single devices are not handled here but in their sensor profiles.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, Self

from kickcue.core.errors import DecodeError, DecodeOutcome
from kickcue.core.gatt.battery import BatteryLevel
from kickcue.core.gatt.device_info import FirmwareRevision, ManufacturerName, ModelNumber
from kickcue.core.gatt.heart_rate import BodySensorLocation, HeartRateMeasurement
from kickcue.core.gatt.location_speed import LocationAndSpeed
from kickcue.core.gatt.rsc import RscFeature, RscMeasurement, SensorLocation
from kickcue.core.gatt.treadmill import TreadmillData

if TYPE_CHECKING:
    from collections.abc import Mapping


class Measurement(Protocol):
    """What all codecs offer."""

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; raises DecodeError and nothing else."""

    def __bytes__(self) -> bytes:
        """Encode; raises UsageError for values out of range."""


CODECS: Final[Mapping[str, type[Measurement]]] = MappingProxyType(
    {
        "2a19": BatteryLevel,
        "2a24": ModelNumber,
        "2a26": FirmwareRevision,
        "2a29": ManufacturerName,
        "2a37": HeartRateMeasurement,
        "2a38": BodySensorLocation,
        "2a53": RscMeasurement,
        "2a54": RscFeature,
        "2a5d": SensorLocation,
        "2a67": LocationAndSpeed,
        "2acd": TreadmillData,
    }
)
"""By 16-bit UUID, lower-case."""

_BASE_PREFIX: Final = "0000"
_BASE_SUFFIX: Final = "-0000-1000-8000-00805f9b34fb"


def short_uuid(uuid: str) -> str:
    """Return a UUID in lower case, a 16-bit one of the Bluetooth SIG's as its four hex digits."""
    lower = uuid.lower()
    if len(lower) == 36 and lower.startswith(_BASE_PREFIX) and lower.endswith(_BASE_SUFFIX):
        return lower[4:8]
    return lower


def decode(char: str, data: bytes) -> Measurement:
    """Decode ``data`` of the characteristic ``char`` (16-bit or 128-bit UUID).

    Raises DecodeError and nothing else, for any bytes.
    """
    codec = CODECS.get(char) or CODECS.get(short_uuid(char))
    if codec is None:
        raise DecodeError(DecodeOutcome.NOT_THIS_FORMAT, f"unsupported characteristic {char}")
    return codec.from_bytes(data)
