"""Heart Rate Measurement (2A37) and Body Sensor Location (2A38)."""

import struct
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DecodeError, DecodeOutcome, UsageError
from kickcue.core.gatt.heart_rate import BodySensorLocation, HeartRateMeasurement

U16 = st.integers(0, 0xFFFF)


@pytest.mark.parametrize(
    ("wide", "contact_bits", "has_energy", "has_rr"),
    list(product([False, True], [0, 2, 3], [False, True], [False, True])),
)
@given(data=st.data())
def test_every_combination_of_optional_fields_survives_both_ways(
    data: st.DataObject, wide: bool, contact_bits: int, has_energy: bool, has_rr: bool
) -> None:
    """Bytes laid out by hand decode to the values put in, and those encode to the same bytes."""
    bpm = data.draw(st.integers(256, 0xFFFF) if wide else st.integers(0, 0xFF))
    energy = data.draw(U16) if has_energy else None
    rr = tuple(data.draw(st.lists(U16, min_size=1, max_size=12))) if has_rr else ()
    flags = (
        (0x01 if wide else 0)
        | contact_bits << 1
        | (0x08 if has_energy else 0)
        | (0x10 if has_rr else 0)
    )
    wire = bytes([flags]) + struct.pack("<H" if wide else "<B", bpm)
    wire += b"" if energy is None else struct.pack("<H", energy)
    wire += struct.pack(f"<{len(rr)}H", *rr)

    value = HeartRateMeasurement.from_bytes(wire)

    assert (
        HeartRateMeasurement(bpm, {0: None, 2: False, 3: True}[contact_bits], energy, rr) == value
    )
    assert wire == bytes(value)


@pytest.mark.parametrize(
    ("bits", "contact"), [(0b00, None), (0b01, None), (0b10, False), (0b11, True)]
)
def test_contact_is_unknown_where_the_sensor_does_not_report_it(
    bits: int, contact: bool | None
) -> None:
    """Contact bits 0 and 1 mean "not supported", which is None and not False."""
    value = HeartRateMeasurement.from_bytes(bytes([bits << 1, 72]))

    assert contact is value.contact


def test_intervals_are_told_in_milliseconds() -> None:
    """1024 counts are one second."""
    value = HeartRateMeasurement(60, rr_1024=(1024, 512))

    assert (1000.0, 500.0) == value.rr_ms


@pytest.mark.parametrize(
    ("hexed", "outcome"),
    [
        ("", DecodeOutcome.NOT_THIS_FORMAT),
        ("16", DecodeOutcome.NOT_THIS_FORMAT),
        ("0148", DecodeOutcome.BROKEN),
        ("084800", DecodeOutcome.BROKEN),
    ],
)
def test_missing_octets_are_refused(hexed: str, outcome: DecodeOutcome) -> None:
    """A frame shorter than its flags announce is not decoded."""
    with pytest.raises(DecodeError) as raised:
        HeartRateMeasurement.from_bytes(bytes.fromhex(hexed))

    assert outcome is raised.value.outcome


@given(data=st.data())
def test_half_an_interval_costs_that_one_alone(data: st.DataObject) -> None:
    """GIVEN a frame that ends in the middle of an interval THEN everything before it is read, and
    the loss is told.
    """
    whole = HeartRateMeasurement(
        data.draw(st.integers(0, 0xFFFF)),
        data.draw(st.sampled_from([None, False, True])),
        data.draw(st.none() | U16),
        (812,),
    )
    more = data.draw(st.lists(U16, max_size=8))
    wire = bytes(replace(whole, rr_1024=(812, *more)))

    value = HeartRateMeasurement.from_bytes(wire + data.draw(st.binary(min_size=1, max_size=1)))

    assert replace(whole, rr_1024=(812, *more), half_rr=True) == value
    assert HeartRateMeasurement(72, half_rr=True) == HeartRateMeasurement.from_bytes(
        bytes.fromhex("104803")
    )


@pytest.mark.parametrize("hexed", ["1048", "e048", "004801"])
def test_what_the_standard_reserves_is_ignored(hexed: str) -> None:
    """An announced but empty RR list, reserved flag bits and octets that no flag announces take
    nothing away.
    """
    assert HeartRateMeasurement(72) == HeartRateMeasurement.from_bytes(bytes.fromhex(hexed))


@pytest.mark.parametrize(
    "value",
    [
        HeartRateMeasurement(-1),
        HeartRateMeasurement(0x10000),
        HeartRateMeasurement(60, energy_kj=0x10000),
        HeartRateMeasurement(60, energy_kj=-1),
        HeartRateMeasurement(60, rr_1024=(0x10000,)),
        HeartRateMeasurement(60, rr_1024=(800, -1)),
    ],
)
def test_values_out_of_range_are_not_sent(value: HeartRateMeasurement) -> None:
    """Encoding names the field that does not fit."""
    with pytest.raises(UsageError, match="cannot be sent"):
        bytes(value)


@given(code=st.integers(0, 255))
def test_any_location_code_survives(code: int) -> None:
    """Codes without a name are kept and have no place."""
    value = BodySensorLocation.from_bytes(bytes([code]))

    assert code == value.code
    assert bytes([code]) == bytes(value)
    assert (code <= 6) == (value.place is not None)


def test_location_names_are_the_standards() -> None:
    """The codes are numbered as in the Heart Rate Service."""
    names = [BodySensorLocation(code).place for code in range(8)]

    assert ["other", "chest", "wrist", "finger", "hand", "ear lobe", "foot", None] == names


def test_a_location_needs_its_octet() -> None:
    """No octet is no location, and a code is one octet."""
    with pytest.raises(DecodeError):
        BodySensorLocation.from_bytes(b"")
    with pytest.raises(UsageError):
        bytes(BodySensorLocation(256))
