"""Treadmill Data (2ACD) of the Fitness Machine Service.

Source: Bluetooth SIG Fitness Machine Service 1.0 and its GATT XML. Treadmills carry no cadence
here. Doubt: the pace fields are one octet of 0.1 km/min in the service and its XML, two octets of s
per 500 m in a later supplement; treadmills in the field were built to the former.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final, Self, cast

from kickcue.core.errors import UsageError
from kickcue.core.gatt.fields import (
    FieldGroup,
    announced_size,
    cut_short,
    read_groups,
    signed,
    too_short,
    unsigned,
    write_groups,
)

_FLAGS_SIZE: Final = 2
_MORE_DATA: Final = 0x0001  # set: the speed is NOT in this part of the record
_RESERVED: Final = 0xE000
_RADIO_LIMIT: Final = 20  # what the default ATT MTU of 23 leaves for a notification

_KMH_HUNDREDTHS_PER_MPS: Final = 360
_U8, _U16, _S16 = 0xFF, 0xFFFF, 0x7FFF  # "not available" in fields that share a flag with others

_GROUPS: Final = (
    FieldGroup(0x0001, (unsigned("speed_mps", 2, _KMH_HUNDREDTHS_PER_MPS),)),
    FieldGroup(0x0002, (unsigned("average_speed_mps", 2, _KMH_HUNDREDTHS_PER_MPS),)),
    FieldGroup(0x0004, (unsigned("distance_m", 3),)),
    FieldGroup(
        0x0008,
        (
            signed("inclination_percent", 2, 10, unknown=_S16),
            signed("ramp_angle_deg", 2, 10, unknown=_S16),
        ),
    ),
    FieldGroup(
        0x0010,
        (
            unsigned("elevation_gain_m", 2, 10, unknown=_U16),
            unsigned("elevation_loss_m", 2, 10, unknown=_U16),
        ),
    ),
    FieldGroup(0x0020, (unsigned("pace_km_per_min", 1, 10),)),
    FieldGroup(0x0040, (unsigned("average_pace_km_per_min", 1, 10),)),
    FieldGroup(
        0x0080,
        (
            unsigned("energy_kcal", 2, unknown=_U16),
            unsigned("energy_per_hour_kcal", 2, unknown=_U16),
            unsigned("energy_per_minute_kcal", 1, unknown=_U8),
        ),
    ),
    FieldGroup(0x0100, (unsigned("heart_rate_bpm", 1),)),
    FieldGroup(0x0200, (unsigned("metabolic_equivalent", 1, 10),)),
    FieldGroup(0x0400, (unsigned("elapsed_s", 2),)),
    FieldGroup(0x0800, (unsigned("remaining_s", 2),)),
    FieldGroup(
        0x1000, (signed("belt_force_n", 2, unknown=_S16), signed("power_w", 2, unknown=_S16))
    ),
)


@dataclass(frozen=True, slots=True)
class TreadmillData:
    """One notification of a treadmill, which may be a part of its record; the rest is None.

    ``reserved_flags`` keeps bits 13 to 15 in their places and ``extra`` the octets after the last
    field that a known flag announces (some treadmills send a step count there). ``truncated``: the
    flags announce more than the 20 octets that a radio link carries by default, so the rest was cut
    off; the fields that are given arrived whole.
    """

    speed_mps: float | None = None
    average_speed_mps: float | None = None
    distance_m: int | None = None
    inclination_percent: float | None = None
    ramp_angle_deg: float | None = None
    elevation_gain_m: float | None = None
    elevation_loss_m: float | None = None
    pace_km_per_min: float | None = None
    average_pace_km_per_min: float | None = None
    energy_kcal: int | None = None
    energy_per_hour_kcal: int | None = None
    energy_per_minute_kcal: int | None = None
    heart_rate_bpm: int | None = None
    metabolic_equivalent: float | None = None
    elapsed_s: int | None = None
    remaining_s: int | None = None
    belt_force_n: int | None = None
    power_w: int | None = None
    reserved_flags: int = 0
    extra: bytes = b""
    truncated: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where octets are missing, unless there are exactly 20.

        20 is what a radio link carries, see ``truncated``.
        """
        if len(data) < _FLAGS_SIZE:
            raise too_short("2acd", _FLAGS_SIZE, data)
        flags = int.from_bytes(data[:_FLAGS_SIZE], "little")
        present = flags ^ _MORE_DATA
        end = _FLAGS_SIZE + announced_size(_GROUPS, present)
        truncated = end > len(data)
        if truncated and len(data) != _RADIO_LIMIT:
            raise cut_short("2acd", end, data)
        values = cast("dict[str, Any]", read_groups(_GROUPS, present, data, _FLAGS_SIZE))
        return cls(
            **values, reserved_flags=flags & _RESERVED, extra=bytes(data[end:]), truncated=truncated
        )

    def __bytes__(self) -> bytes:
        """Encode, rounded to the steps of the wire.

        UsageError where a value does not fit or was truncated.
        """
        if self.truncated:
            raise UsageError(
                "a truncated treadmill record cannot be sent: the missing part is unknown"
            )
        if self.reserved_flags & ~_RESERVED:
            raise UsageError(
                f"reserved_flags {self.reserved_flags:#x} cannot be sent: only bits 13 to 15 are "
                "reserved"
            )
        present, octets = write_groups(_GROUPS, asdict(self))
        flags = (present ^ _MORE_DATA) | self.reserved_flags
        return flags.to_bytes(_FLAGS_SIZE, "little") + octets + self.extra
