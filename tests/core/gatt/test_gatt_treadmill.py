"""Treadmill Data (2ACD)."""

from itertools import chain, combinations
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DecodeError, DecodeOutcome, UsageError
from kickcue.core.gatt.treadmill import TreadmillData
from tests.examples import rarer

# flag bit -> (field, octets, signed, counts per unit, "not available"); bit 0 is inverted
WIRE: Final[dict[int, list[tuple[str, int, bool, int, int | None]]]] = {
    0: [("speed_mps", 2, False, 360, None)],
    1: [("average_speed_mps", 2, False, 360, None)],
    2: [("distance_m", 3, False, 1, None)],
    3: [("inclination_percent", 2, True, 10, 0x7FFF), ("ramp_angle_deg", 2, True, 10, 0x7FFF)],
    4: [("elevation_gain_m", 2, False, 10, 0xFFFF), ("elevation_loss_m", 2, False, 10, 0xFFFF)],
    5: [("pace_km_per_min", 1, False, 10, None)],
    6: [("average_pace_km_per_min", 1, False, 10, None)],
    7: [
        ("energy_kcal", 2, False, 1, 0xFFFF),
        ("energy_per_hour_kcal", 2, False, 1, 0xFFFF),
        ("energy_per_minute_kcal", 1, False, 1, 0xFF),
    ],
    8: [("heart_rate_bpm", 1, False, 1, None)],
    9: [("metabolic_equivalent", 1, False, 10, None)],
    10: [("elapsed_s", 2, False, 1, None)],
    11: [("remaining_s", 2, False, 1, None)],
    12: [("belt_force_n", 2, True, 1, 0x7FFF), ("power_w", 2, True, 1, 0x7FFF)],
}


def bounds(size: int, signed: bool) -> tuple[int, int]:
    bits = 8 * size
    return (-(1 << bits - 1), (1 << bits - 1) - 1) if signed else (0, (1 << bits) - 1)


@st.composite
def full_records(draw: st.DrawFn) -> dict[int, list[tuple[str, bytes, Any]]]:
    """Draw octets and value of each field; where a flag covers several, some but not all may be
    unknown.
    """
    record: dict[int, list[tuple[str, bytes, Any]]] = {}
    for bit, fields in WIRE.items():
        known = draw(st.integers(0, len(fields) - 1))
        record[bit] = []
        for index, (name, size, signed, per_unit, unknown) in enumerate(fields):
            low, high = bounds(size, signed)
            # "Not available" is the highest.
            raw = draw(st.integers(low, high - 1 if unknown and index == known else high))
            value = None if raw == unknown else raw if per_unit == 1 else raw / per_unit
            record[bit].append((name, raw.to_bytes(size, "little", signed=signed), value))
    return record


@given(record=full_records(), reserved=st.integers(0, 7), extra=st.binary(max_size=6))
@rarer(50)
def test_every_combination_of_optional_fields_survives_both_ways(
    record: dict[int, list[tuple[str, bytes, Any]]], reserved: int, extra: bytes
) -> None:
    """All 8192 sets of fields: bytes laid out by hand decode to the values put in, and those encode
    to the same bytes.
    """
    sets = list(chain.from_iterable(combinations(WIRE, count) for count in range(len(WIRE) + 1)))
    assert 8192 == len(sets)

    for bits in sets:
        flags = (sum(1 << bit for bit in bits) ^ 1) | reserved << 13
        wire = (
            flags.to_bytes(2, "little")
            + b"".join(octets for bit in bits for _, octets, _ in record[bit])
            + extra
        )

        value = TreadmillData.from_bytes(wire)

        expected = {name: known for bit in bits for name, _, known in record[bit]}
        assert TreadmillData(**expected, reserved_flags=reserved << 13, extra=extra) == value
        assert wire == bytes(value)


def test_more_data_means_that_the_speed_is_in_another_part() -> None:
    """Bit 0 set: what follows the flags is no speed."""
    assert TreadmillData() == TreadmillData.from_bytes(bytes.fromhex("0100"))
    assert TreadmillData(speed_mps=1.0) == TreadmillData.from_bytes(bytes.fromhex("00006801"))


def test_a_group_of_which_nothing_is_available_is_the_same_as_no_group() -> None:
    """Force and power both "not available" decode to None, and None is not sent."""
    value = TreadmillData.from_bytes(bytes.fromhex("0110ff7fff7f"))

    assert TreadmillData() == value
    assert "0100" == bytes(value).hex()


def test_a_frame_of_twenty_octets_was_cut_by_the_radio() -> None:
    """GIVEN flags that announce more WHEN exactly 20 octets came THEN what arrived whole is good
    and ``truncated`` says so.
    """
    value = TreadmillData.from_bytes(bytes.fromhex("9e1fc60394023e01005a00ff7f3200ffff2500f4"))

    expected = TreadmillData(
        speed_mps=966 / 360,
        average_speed_mps=660 / 360,
        distance_m=318,
        inclination_percent=9.0,
        elevation_gain_m=5.0,
        energy_kcal=37,
        truncated=True,
    )
    assert expected == value


def test_twenty_octets_that_are_all_announced_are_not_truncated() -> None:
    """A full frame is no cut frame."""
    value = TreadmillData.from_bytes(bytes.fromhex("8e03" + "00" * 17 + "ff"))

    assert (False, 25.5) == (value.truncated, value.metabolic_equivalent)


@pytest.mark.parametrize("length", [*range(2, 20), *range(21, 30)])
def test_any_other_short_length_is_broken(length: int) -> None:
    """All fields announced, 34 octets are needed: only 20 can be explained by the radio."""
    with pytest.raises(DecodeError) as raised:
        TreadmillData.from_bytes((b"\xfe\x1f" + bytes(40))[:length])

    assert DecodeOutcome.BROKEN is raised.value.outcome


@pytest.mark.parametrize("octets", [b"", b"\x00"])
def test_without_flags_it_is_not_this_format(octets: bytes) -> None:
    """Two octets are the least."""
    with pytest.raises(DecodeError) as raised:
        TreadmillData.from_bytes(octets)

    assert DecodeOutcome.NOT_THIS_FORMAT is raised.value.outcome


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"speed_mps": -0.1}, "speed_mps"),
        ({"speed_mps": 182.05}, "speed_mps"),
        ({"distance_m": 1 << 24}, "distance_m"),
        ({"inclination_percent": -3276.9}, "inclination_percent"),
        ({"inclination_percent": 3276.7}, "inclination_percent"),
        ({"elevation_gain_m": 6553.5}, "elevation_gain_m"),
        ({"energy_per_minute_kcal": 255}, "energy_per_minute_kcal"),
        ({"heart_rate_bpm": 256}, "heart_rate_bpm"),
        ({"power_w": 32767}, "power_w"),
        ({"reserved_flags": 0x1000}, "reserved_flags"),
        ({"truncated": True}, "truncated"),
    ],
)
def test_values_out_of_range_are_not_sent(fields: dict[str, Any], message: str) -> None:
    """Encoding names the field that does not fit; the code for "not available" is no value; a cut
    record cannot be made whole.
    """
    with pytest.raises(UsageError, match=message):
        bytes(TreadmillData(**fields))
