"""Running Speed and Cadence: measurement (2A53), feature (2A54), sensor location (2A5D).

Source: Bluetooth SIG Running Speed and Cadence Service 1.0 and its GATT XML. Reserved flag bits are
ignored, and so are octets that no flag announces. Whether a sensor counts steps or strides in its
cadence is not told by these bytes: the sensor profile knows.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final, Self

from kickcue.core.errors import DecodeError, UsageError
from kickcue.core.gatt.fields import cut_short, too_short, unsigned

_STRIDE: Final = 0x01
_DISTANCE: Final = 0x02
_RUNNING: Final = 0x04

_BARE: Final = struct.Struct("<xHB")
_WITH_STRIDE: Final = struct.Struct("<xHBH")
_WITH_DISTANCE: Final = struct.Struct("<xHBI")
_WITH_BOTH: Final = struct.Struct("<xHBHI")
_LAYOUTS: Final = (_BARE, _WITH_STRIDE, _WITH_DISTANCE, _WITH_BOTH)
_BOTH_WRITTEN: Final = struct.Struct("<BHBHI")

_SPEED_MPS = unsigned("speed_mps", 2, 256)
_CADENCE_PER_MIN = unsigned("cadence_per_min", 1)
_STRIDE_LENGTH_M = unsigned("stride_length_m", 2, 100)
_DISTANCE_M = unsigned("distance_m", 4, 10)
_CODE = unsigned("code", 1)


@dataclass(frozen=True, slots=True)
class RscMeasurement:
    """One notification of a foot pod.

    ``cadence_per_min`` is the sensor's own count, in strides or in steps.
    """

    speed_mps: float
    cadence_per_min: int
    running: bool
    stride_length_m: float | None = None
    distance_m: float | None = None

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where octets are missing."""
        return cls(*rsc_values(data))

    def __bytes__(self) -> bytes:
        """Encode, rounded to the steps of the wire.

        UsageError where a value does not fit.
        """
        return rsc_octets(
            self.speed_mps,
            self.cadence_per_min,
            self.stride_length_m,
            self.distance_m,
            running=self.running,
        )


def rsc_octets(
    speed_mps: float,
    cadence_per_min: int,
    stride_length_m: float | None,
    distance_m: float | None,
    *,
    running: bool,
) -> bytes:
    """Encode the fields of ``RscMeasurement``, rounded to the steps of the wire.

    For who encodes a race of them and has no use for the object. UsageError where a value does not
    fit.
    """
    flags = _RUNNING if running else 0
    if stride_length_m is not None and distance_m is not None:  # a pod's, each second
        try:
            return _BOTH_WRITTEN.pack(
                flags | _STRIDE | _DISTANCE,
                *(round(speed_mps * 256), cadence_per_min),
                *(round(stride_length_m * 100), round(distance_m * 10)),
            )
        except (struct.error, ValueError, OverflowError):
            pass  # something does not fit: which, is told below
    octets = _SPEED_MPS.write(speed_mps) + _CADENCE_PER_MIN.write(cadence_per_min)
    if stride_length_m is not None:
        flags |= _STRIDE
        octets += _STRIDE_LENGTH_M.write(stride_length_m)
    if distance_m is not None:
        flags |= _DISTANCE
        octets += _DISTANCE_M.write(distance_m)
    return bytes((flags,)) + octets


def rsc_values(data: bytes) -> tuple[float, int, bool, float | None, float | None]:
    """Decode to the fields of ``RscMeasurement`` in their order.

    For who decodes each second and has no use for the object. DecodeError where octets are missing.
    """
    try:
        flags = data[0]
        running = flags & _RUNNING != 0
        layout = flags & (_STRIDE | _DISTANCE)
        if layout == _STRIDE | _DISTANCE:
            speed, cadence, stride, distance = _WITH_BOTH.unpack_from(data)
            return speed / 256, cadence, running, stride / 100, distance / 10
        if layout == _STRIDE:
            speed, cadence, stride = _WITH_STRIDE.unpack_from(data)
            return speed / 256, cadence, running, stride / 100, None
        if layout == _DISTANCE:
            speed, cadence, distance = _WITH_DISTANCE.unpack_from(data)
            return speed / 256, cadence, running, None, distance / 10
        speed, cadence = _BARE.unpack_from(data)
        return speed / 256, cadence, running, None, None
    except (IndexError, struct.error):
        raise _short(data) from None


def _short(data: bytes) -> DecodeError:
    if len(data) < _BARE.size:
        return too_short("2a53", _BARE.size, data)
    return cut_short("2a53", _LAYOUTS[data[0] & (_STRIDE | _DISTANCE)].size, data)


_FEATURE_SIZE: Final = 2
_FEATURE_RESERVED: Final = 0xFFE0


@dataclass(frozen=True, slots=True)
class RscFeature:
    """What a foot pod says it can do; ``reserved_bits`` keeps bits 5 to 15 in their places."""

    stride_length: bool
    distance: bool
    running_status: bool
    calibration: bool
    multiple_locations: bool
    reserved_bits: int = 0

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where there are fewer than two octets."""
        if len(data) < _FEATURE_SIZE:
            raise too_short("2a54", _FEATURE_SIZE, data)
        bits = int.from_bytes(data[:_FEATURE_SIZE], "little")
        return cls(
            stride_length=bits & 0x01 != 0,
            distance=bits & 0x02 != 0,
            running_status=bits & 0x04 != 0,
            calibration=bits & 0x08 != 0,
            multiple_locations=bits & 0x10 != 0,
            reserved_bits=bits & _FEATURE_RESERVED,
        )

    def __bytes__(self) -> bytes:
        """Encode; UsageError where ``reserved_bits`` touches bits that have a meaning."""
        if self.reserved_bits & ~_FEATURE_RESERVED:
            raise UsageError(
                f"reserved_bits {self.reserved_bits:#x} cannot be sent: only bits 5 to 15 are "
                "reserved"
            )
        known = (
            self.stride_length,
            self.distance,
            self.running_status,
            self.calibration,
            self.multiple_locations,
        )
        bits = sum(1 << bit for bit, supported in enumerate(known) if supported)
        return (bits | self.reserved_bits).to_bytes(_FEATURE_SIZE, "little")


_PLACES: Final = {
    0: "other",
    1: "top of shoe",
    2: "in shoe",
    3: "hip",
    4: "front wheel",
    5: "left crank",
    6: "right crank",
    7: "left pedal",
    8: "right pedal",
    9: "front hub",
    10: "rear dropout",
    11: "chainstay",
    12: "rear wheel",
    13: "rear hub",
    14: "chest",
    15: "spider",
    16: "chain ring",
}


@dataclass(frozen=True, slots=True)
class SensorLocation:
    """Where a pod is mounted.

    Any ``code`` survives; ``place`` is None where the code has no name.
    """

    code: int

    @property
    def place(self) -> str | None:
        """The name of the place."""
        return _PLACES.get(self.code)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where there is no octet."""
        if not data:
            raise too_short("2a5d", 1, data)
        return cls(data[0])

    def __bytes__(self) -> bytes:
        """Encode; UsageError where ``code`` is no octet."""
        return _CODE.write(self.code)
