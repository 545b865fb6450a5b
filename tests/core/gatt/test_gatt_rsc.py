"""RSC Measurement (2A53), RSC Feature (2A54), Sensor Location (2A5D)."""

import struct
from itertools import product

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DecodeError, DecodeOutcome, UsageError
from kickcue.core.gatt.rsc import RscFeature, RscMeasurement, SensorLocation

U8 = st.integers(0, 0xFF)
U16 = st.integers(0, 0xFFFF)
U32 = st.integers(0, 0xFFFFFFFF)


@pytest.mark.parametrize(
    ("has_stride", "has_distance", "running"), list(product([False, True], repeat=3))
)
@given(data=st.data(), speed=U16, cadence=U8)
def test_every_combination_of_optional_fields_survives_both_ways(
    data: st.DataObject,
    speed: int,
    cadence: int,
    has_stride: bool,
    has_distance: bool,
    running: bool,
) -> None:
    """Bytes laid out by hand decode to the values put in, and those encode to the same bytes."""
    stride = data.draw(U16) if has_stride else None
    distance = data.draw(U32) if has_distance else None
    wire = struct.pack(
        "<BHB", has_stride * 0x01 | has_distance * 0x02 | running * 0x04, speed, cadence
    )
    wire += b"" if stride is None else struct.pack("<H", stride)
    wire += b"" if distance is None else struct.pack("<I", distance)

    value = RscMeasurement.from_bytes(wire)

    expected = RscMeasurement(
        speed / 256,
        cadence,
        running,
        None if stride is None else stride / 100,
        None if distance is None else distance / 10,
    )
    assert expected == value
    assert wire == bytes(value)


def test_the_textbook_vector() -> None:
    """Running at 3.5 m/s, 90 a minute, 2.33 m, 1234.5 m."""
    value = RscMeasurement.from_bytes(bytes.fromhex("0780035ae90039300000"))

    assert RscMeasurement(3.5, 90, running=True, stride_length_m=2.33, distance_m=1234.5) == value


def test_encoding_rounds_to_the_nearest_step() -> None:
    """A speed between two steps of 1/256 m/s goes to the nearer one."""
    value = RscMeasurement.from_bytes(bytes(RscMeasurement(3.4999, 90, running=True)))

    assert 3.5 == value.speed_mps


@pytest.mark.parametrize(
    ("hexed", "outcome"),
    [
        ("", DecodeOutcome.NOT_THIS_FORMAT),
        ("0780", DecodeOutcome.NOT_THIS_FORMAT),
        ("078003", DecodeOutcome.NOT_THIS_FORMAT),
        ("0180035a", DecodeOutcome.BROKEN),
        ("0180035ae9", DecodeOutcome.BROKEN),
        ("0280035a393000", DecodeOutcome.BROKEN),
        ("0380035ae900393000", DecodeOutcome.BROKEN),
    ],
)
def test_missing_octets_are_refused(hexed: str, outcome: DecodeOutcome) -> None:
    """A frame shorter than its flags announce is not decoded."""
    with pytest.raises(DecodeError) as raised:
        RscMeasurement.from_bytes(bytes.fromhex(hexed))

    assert outcome is raised.value.outcome


@pytest.mark.parametrize("hexed", ["f880035a", "0080035aff"])
def test_what_the_standard_reserves_is_ignored(hexed: str) -> None:
    """Reserved flag bits and octets that no flag announces take nothing away."""
    assert RscMeasurement(3.5, 90, running=False) == RscMeasurement.from_bytes(bytes.fromhex(hexed))


@pytest.mark.parametrize(
    "value",
    [
        RscMeasurement(-0.01, 90, running=True),
        RscMeasurement(256.0, 90, running=True),
        RscMeasurement(float("nan"), 90, running=True),
        RscMeasurement(float("inf"), 90, running=True),
        RscMeasurement(1e308, 90, running=True),
        RscMeasurement(3.5, 256, running=True),
        RscMeasurement(3.5, -1, running=True),
        RscMeasurement(3.5, 90, running=True, stride_length_m=655.36),
        RscMeasurement(3.5, 90, running=True, distance_m=429_496_729.6),
        RscMeasurement(3.5, 90, running=True, distance_m=10**400),
    ],
)
def test_values_out_of_range_are_not_sent(value: RscMeasurement) -> None:
    """Encoding names the field that does not fit."""
    with pytest.raises(UsageError, match="cannot be sent"):
        bytes(value)


@given(bits=U16)
def test_any_feature_bits_survive(bits: int) -> None:
    """The five known bits have names, the others are kept in their places."""
    value = RscFeature.from_bytes(struct.pack("<H", bits))

    expected = RscFeature(
        stride_length=bool(bits & 0x01),
        distance=bool(bits & 0x02),
        running_status=bool(bits & 0x04),
        calibration=bool(bits & 0x08),
        multiple_locations=bool(bits & 0x10),
        reserved_bits=bits & 0xFFE0,
    )
    assert expected == value
    assert struct.pack("<H", bits) == bytes(value)


@pytest.mark.parametrize("reserved_bits", [0x01, 0x10, 0x10000, -1])
def test_reserved_feature_bits_cannot_stand_for_known_ones(reserved_bits: int) -> None:
    """A feature is switched by its name only."""
    feature = RscFeature(
        stride_length=False,
        distance=False,
        running_status=False,
        calibration=False,
        multiple_locations=False,
        reserved_bits=reserved_bits,
    )
    with pytest.raises(UsageError, match="reserved"):
        bytes(feature)


@pytest.mark.parametrize("octets", [b"", b"\x1f"])
def test_a_feature_needs_two_octets(octets: bytes) -> None:
    """Half a bit field is not decoded."""
    with pytest.raises(DecodeError):
        RscFeature.from_bytes(octets)


@given(code=U8)
def test_any_location_code_survives(code: int) -> None:
    """Codes without a name are kept and have no place."""
    value = SensorLocation.from_bytes(bytes([code]))

    assert code == value.code
    assert bytes([code]) == bytes(value)
    assert (code <= 16) == (value.place is not None)


@pytest.mark.parametrize(
    ("code", "place"),
    [
        (0, "other"),
        (1, "top of shoe"),
        (2, "in shoe"),
        (3, "hip"),
        (4, "front wheel"),
        (14, "chest"),
        (15, "spider"),
        (16, "chain ring"),
    ],
)
def test_location_names_are_the_standards(code: int, place: str) -> None:
    """The codes are numbered as in the GATT XML of 2A5D."""
    assert place == SensorLocation(code).place


def test_a_location_needs_its_octet() -> None:
    """No octet is no location, and a code is one octet."""
    with pytest.raises(DecodeError):
        SensorLocation.from_bytes(b"")
    with pytest.raises(UsageError):
        bytes(SensorLocation(-1))
