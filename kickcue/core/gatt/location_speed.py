"""Location and Speed (2A67) of the Location and Navigation Service.

Source: Bluetooth SIG Location and Navigation Service 1.0 and its GATT XML. Reserved flag bits are
ignored, and so are octets that no flag announces.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any, Final, Self, cast

from kickcue.core.gatt.fields import (
    FieldGroup,
    Number,
    announced_size,
    cut_short,
    read_groups,
    signed,
    too_short,
    unsigned,
    write_groups,
)

_FLAGS_SIZE: Final = 2
_STATUS_SHIFT: Final = 7
_DISTANCE_3D: Final = 0x0200
_ELEVATION_SOURCE_SHIFT: Final = 10
_COMPASS: Final = 0x1000
_UTC: Final = 0x0040

_DEGREE: Final = 10_000_000
_GROUPS: Final = (
    FieldGroup(0x0001, (unsigned("speed_mps", 2, 100),)),
    FieldGroup(0x0002, (unsigned("distance_m", 3, 10),)),
    FieldGroup(
        0x0004,
        (
            Number("lat_deg", 4, -90 * _DEGREE, 90 * _DEGREE, _DEGREE),
            Number("lon_deg", 4, -180 * _DEGREE, 180 * _DEGREE, _DEGREE),
        ),
    ),
    FieldGroup(0x0008, (signed("elevation_m", 3, 100),)),
    FieldGroup(0x0010, (Number("heading_deg", 2, 0, 36_000, 100),)),
    FieldGroup(0x0020, (unsigned("rolling_time_s", 1),)),
    FieldGroup(
        _UTC,
        (
            Number("year", 2, 1582, 9999, unknown=0),
            Number("month", 1, 1, 12, unknown=0),
            Number("day", 1, 1, 31, unknown=0),
            Number("hour", 1, 0, 23),
            Number("minute", 1, 0, 59),
            Number("second", 1, 0, 59),
        ),
    ),
)
_UTC_NAMES: Final = tuple(number.name for number in _GROUPS[-1].numbers)


class PositionStatus(IntEnum):
    """How good the position is."""

    NO_POSITION = 0
    OK = 1
    ESTIMATED = 2
    LAST_KNOWN = 3


class ElevationSource(IntEnum):
    """What the elevation was measured with."""

    POSITIONING_SYSTEM = 0
    BAROMETER = 1
    DATABASE = 2
    OTHER = 3


@dataclass(frozen=True, slots=True)
class UtcTime:
    """A moment in UTC; the parts of the date that the sender does not know are None."""

    year: int | None
    month: int | None
    day: int | None
    hour: int
    minute: int
    second: int


@dataclass(frozen=True, slots=True)
class LocationAndSpeed:
    """One notification of a position sensor; what is not in it is None.

    ``distance_m`` is the sum since the last reset; with ``distance_3d`` speed and distance follow
    the slope. ``heading_by_compass``: the way the sensor points, not the way it moves.
    ``rolling_time_s`` counts from 0 to 255 and starts again.
    """

    speed_mps: float | None = None
    distance_m: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    elevation_m: float | None = None
    heading_deg: float | None = None
    rolling_time_s: int | None = None
    utc: UtcTime | None = None
    position_status: PositionStatus = PositionStatus.NO_POSITION
    distance_3d: bool = False
    elevation_source: ElevationSource = ElevationSource.POSITIONING_SYSTEM
    heading_by_compass: bool = False

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Decode; DecodeError where octets are missing or a value is impossible (latitude 91)."""
        if len(data) < _FLAGS_SIZE:
            raise too_short("2a67", _FLAGS_SIZE, data)
        flags = int.from_bytes(data[:_FLAGS_SIZE], "little")
        end = _FLAGS_SIZE + announced_size(_GROUPS, flags)
        if end > len(data):
            raise cut_short("2a67", end, data)
        values = cast("dict[str, Any]", read_groups(_GROUPS, flags, data, _FLAGS_SIZE))
        utc = UtcTime(*(values.pop(name) for name in _UTC_NAMES)) if flags & _UTC else None
        return cls(
            **values,
            utc=utc,
            position_status=PositionStatus(flags >> _STATUS_SHIFT & 3),
            distance_3d=flags & _DISTANCE_3D != 0,
            elevation_source=ElevationSource(flags >> _ELEVATION_SOURCE_SHIFT & 3),
            heading_by_compass=flags & _COMPASS != 0,
        )

    def __bytes__(self) -> bytes:
        """Encode, rounded to the steps of the wire.

        UsageError where a value does not fit or half a position is given.
        """
        clock = dict.fromkeys(_UTC_NAMES) if self.utc is None else asdict(self.utc)
        flags, octets = write_groups(_GROUPS, asdict(self) | clock)
        flags |= (
            self.position_status << _STATUS_SHIFT | self.elevation_source << _ELEVATION_SOURCE_SHIFT
        )
        flags |= (_DISTANCE_3D if self.distance_3d else 0) | (
            _COMPASS if self.heading_by_compass else 0
        )
        return flags.to_bytes(_FLAGS_SIZE, "little") + octets
