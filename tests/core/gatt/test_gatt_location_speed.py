"""Location and Speed (2A67)."""

import struct
from itertools import product
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DecodeError, DecodeOutcome, UsageError
from kickcue.core.gatt.location_speed import (
    ElevationSource,
    LocationAndSpeed,
    PositionStatus,
    UtcTime,
)
from tests.examples import rarer

TIMES: Final = st.tuples(
    st.just(0) | st.integers(1582, 9999),
    st.integers(0, 12),
    st.integers(0, 31),
    st.integers(0, 23),
    st.integers(0, 59),
    st.integers(0, 59),
)


def u24(raw: int) -> bytes:
    return raw.to_bytes(3, "little")


@st.composite
def full_records(draw: st.DrawFn) -> list[tuple[bytes, dict[str, Any]]]:
    """Draw octets and values of what each of the flag bits 0 to 6 announces."""
    speed, heading = draw(st.integers(0, 0xFFFF)), draw(st.integers(0, 36_000))
    distance, elevation = draw(st.integers(0, 0xFFFFFF)), draw(st.integers(-0x800000, 0x7FFFFF))
    lat, lon = (
        draw(st.integers(-900_000_000, 900_000_000)),
        draw(st.integers(-1_800_000_000, 1_800_000_000)),
    )
    rolling, utc = draw(st.integers(0, 255)), draw(TIMES)
    year, month, day, *clock = utc
    return [
        (struct.pack("<H", speed), {"speed_mps": speed / 100}),
        (u24(distance), {"distance_m": distance / 10}),
        (struct.pack("<ii", lat, lon), {"lat_deg": lat / 10**7, "lon_deg": lon / 10**7}),
        (elevation.to_bytes(3, "little", signed=True), {"elevation_m": elevation / 100}),
        (struct.pack("<H", heading), {"heading_deg": heading / 100}),
        (bytes([rolling]), {"rolling_time_s": rolling}),
        (
            struct.pack("<HBBBBB", *utc),
            {"utc": UtcTime(year or None, month or None, day or None, *clock)},
        ),
    ]


@given(
    record=full_records(),
    status=st.sampled_from([0, 1, 2, 3]),
    is_3d=st.booleans(),
    source=st.sampled_from([0, 1, 2, 3]),
    compass=st.booleans(),
)
@rarer(4)
def test_every_combination_of_optional_fields_survives_both_ways(
    record: list[tuple[bytes, dict[str, Any]]], status: int, is_3d: bool, source: int, compass: bool
) -> None:
    """All 128 sets of fields: bytes laid out by hand decode to the values put in, and those encode
    to the same bytes.
    """
    kinds = status << 7 | is_3d << 9 | source << 10 | compass << 12
    for present in product([False, True], repeat=7):
        flags = kinds | sum(1 << bit for bit, there in enumerate(present) if there)
        chosen = [part for part, there in zip(record, present, strict=True) if there]
        wire = struct.pack("<H", flags) + b"".join(octets for octets, _ in chosen)

        value = LocationAndSpeed.from_bytes(wire)

        fields = {name: known for _, values in chosen for name, known in values.items()}
        expected = LocationAndSpeed(
            **fields,
            position_status=PositionStatus(status),
            distance_3d=is_3d,
            elevation_source=ElevationSource(source),
            heading_by_compass=compass,
        )
        assert expected == value
        assert wire == bytes(value)


def test_the_kinds_are_numbered_as_in_the_standard() -> None:
    """Position status and elevation source as in the GATT XML of 2A67."""
    assert {"NO_POSITION": 0, "OK": 1, "ESTIMATED": 2, "LAST_KNOWN": 3} == {
        kind.name: kind.value for kind in PositionStatus
    }
    assert {"POSITIONING_SYSTEM": 0, "BAROMETER": 1, "DATABASE": 2, "OTHER": 3} == {
        kind.name: kind.value for kind in ElevationSource
    }


@pytest.mark.parametrize(
    ("hexed", "outcome"),
    [
        ("", DecodeOutcome.NOT_THIS_FORMAT),
        ("01", DecodeOutcome.NOT_THIS_FORMAT),
        ("0100e8", DecodeOutcome.BROKEN),
        ("0400" + "00" * 7, DecodeOutcome.BROKEN),
        # 20 octets: no source shows a cut 2A67, so it is broken.
        ("7f00" + "00" * 18, DecodeOutcome.BROKEN),
        ("0400" + "01e9a435" + "00000000", DecodeOutcome.BROKEN),  # latitude 90.0000001
        ("0400" + "00000000" + "ff2db694", DecodeOutcome.BROKEN),  # longitude -180.0000001
        ("0400" + "00000000" + "01d2496b", DecodeOutcome.BROKEN),  # longitude 180.0000001
        ("1000" + "a18c", DecodeOutcome.BROKEN),  # heading 360.01
        ("4000" + "ea07" + "0d" + "01" + "000000", DecodeOutcome.BROKEN),  # month 13
        ("4000" + "ea07" + "0c" + "01" + "180000", DecodeOutcome.BROKEN),  # hour 24
    ],
)
def test_missing_octets_and_impossible_values_are_refused(
    hexed: str, outcome: DecodeOutcome
) -> None:
    """Nothing is guessed and nothing is clipped."""
    with pytest.raises(DecodeError) as raised:
        LocationAndSpeed.from_bytes(bytes.fromhex(hexed))

    assert outcome is raised.value.outcome


def test_what_the_standard_reserves_is_ignored() -> None:
    """Reserved flag bits and octets that no flag announces take nothing away."""
    assert LocationAndSpeed(speed_mps=10.0) == LocationAndSpeed.from_bytes(
        bytes.fromhex("01e0e803ff")
    )


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (LocationAndSpeed(speed_mps=655.36), "speed_mps"),
        (LocationAndSpeed(distance_m=1_677_721.6), "distance_m"),
        (LocationAndSpeed(lat_deg=91.0, lon_deg=0.0), "lat_deg"),
        (LocationAndSpeed(lat_deg=1.0), "lon_deg is missing"),
        (LocationAndSpeed(lon_deg=1.0), "lat_deg is missing"),
        (LocationAndSpeed(heading_deg=-0.01), "heading_deg"),
        (LocationAndSpeed(utc=UtcTime(2026, 13, 1, 0, 0, 0)), "month"),
        (LocationAndSpeed(utc=UtcTime(0, 1, 1, 0, 0, 0)), "year"),
        (LocationAndSpeed(utc=UtcTime(2026, 1, 1, 0, 60, 0)), "minute"),
    ],
)
def test_values_out_of_range_are_not_sent(value: LocationAndSpeed, message: str) -> None:
    """Encoding names the field that does not fit, and refuses half a position."""
    with pytest.raises(UsageError, match=message):
        bytes(value)
