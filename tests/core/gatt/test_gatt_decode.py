"""All codecs behind ``decode``: which there are, and that no bytes get past them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DecodeError, DecodeOutcome
from kickcue.core.gatt import CODECS, decode, short_uuid

NAMES: Final = {
    "2a19": "BatteryLevel",
    "2a24": "ModelNumber",
    "2a26": "FirmwareRevision",
    "2a29": "ManufacturerName",
    "2a37": "HeartRateMeasurement",
    "2a38": "BodySensorLocation",
    "2a53": "RscMeasurement",
    "2a54": "RscFeature",
    "2a5d": "SensorLocation",
    "2a67": "LocationAndSpeed",
    "2acd": "TreadmillData",
}


def test_the_characteristics_have_the_numbers_of_the_bluetooth_sig() -> None:
    """Each UUID leads to its own codec."""
    assert NAMES == {uuid: codec.__name__ for uuid, codec in CODECS.items()}


def canonical(char: str, data: bytes) -> bytes | None:
    """Return ``data`` as an encoder writes it: without what is reserved or not announced. None:
    that form was not fixed here.
    """
    if char == "2a37":
        return canonical_heart_rate(data)
    if char == "2a53":
        return bytes([data[0] & 0x07]) + data[1 : 4 + 2 * (data[0] & 1) + 2 * (data[0] & 2)]
    if char == "2a67":
        size = 2 + sum(size for bit, size in enumerate((2, 3, 8, 3, 2, 1, 7)) if data[0] >> bit & 1)
        return bytes([data[0], data[1] & 0x1F]) + data[2:size]
    if char in ("2a19", "2a38", "2a5d"):
        return data[:1]
    if char == "2a54":
        return data[:2]
    if char == "2acd":
        return data
    return data.rstrip(b"\0") if is_utf8(data) else None


def canonical_heart_rate(data: bytes) -> bytes:
    flags = data[0] & 0x1F
    bpm, rest = (data[1:3], data[3:]) if flags & 0x01 else (data[1:2], data[2:])
    energy, rr = (rest[:2], rest[2:]) if flags & 0x08 else (b"", rest)
    if bpm[1:] == b"\0":
        bpm, flags = bpm[:1], flags & ~0x01
    if not flags & 0x04:
        flags &= ~0x02
    if not flags & 0x10 or not rr:
        rr, flags = b"", flags & ~0x10
    return bytes([flags]) + bpm + energy + rr


def is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def nothing_but_unknowns(value: Any) -> bool:
    """Say whether re-encoding may leave out a group of a treadmill record: one of which every
    number is "not available".
    """
    groups = [
        (value.inclination_percent, value.ramp_angle_deg),
        (value.elevation_gain_m, value.elevation_loss_m),
        (value.energy_kcal, value.energy_per_hour_kcal, value.energy_per_minute_kcal),
        (value.belt_force_n, value.power_w),
    ]
    return any(set(group) == {None} for group in groups)


@pytest.mark.parametrize("char", NAMES)
@given(data=st.binary(max_size=48) | st.binary(min_size=20, max_size=20))
def test_arbitrary_bytes_decode_or_raise_decode_error(char: str, data: bytes) -> None:
    """Nothing but DecodeError gets out, and what decodes encodes to the same value and, in the
    canonical form, the same bytes.
    """
    try:
        value: Any = decode(char, data)
    except DecodeError:
        return
    if getattr(value, "truncated", False):
        assert 20 == len(data)
        return
    if getattr(value, "half_rr", False):
        assert replace(value, half_rr=False) == decode(char, bytes(value))
        return

    again = bytes(value)

    assert value == decode(char, again)
    if (
        not (char == "2acd" and nothing_but_unknowns(value))
        and (expected := canonical(char, data)) is not None
    ):
        assert expected == again


@pytest.mark.parametrize("kind", [bytearray, memoryview])
@pytest.mark.parametrize(
    ("char", "hexed"),
    [
        ("2a37", "167310020d02"),
        ("2a53", "0780035ae90039300000"),
        ("2acd", "0200c8006400"),
        ("2a67", "0100e803"),
        ("2a29", "4100"),
    ],
)
def test_other_kinds_of_bytes_decode_the_same(
    char: str, hexed: str, kind: Callable[[bytes], bytes]
) -> None:
    """A radio library may hand over a bytearray."""
    data = bytes.fromhex(hexed)

    assert decode(char, data) == decode(char, kind(data))


@given(char=st.text(), data=st.binary(max_size=8))
def test_an_unknown_characteristic_is_not_this_format(char: str, data: bytes) -> None:
    """Any text may stand where the UUID should."""
    if short_uuid(char) not in NAMES:
        with pytest.raises(DecodeError) as raised:
            decode(char, data)

        assert DecodeOutcome.NOT_THIS_FORMAT is raised.value.outcome


@pytest.mark.parametrize(
    ("uuid", "short"),
    [
        ("2A53", "2a53"),
        ("00002A53-0000-1000-8000-00805F9B34FB", "2a53"),
        ("0000ff00-0000-1000-8000-00805f9b34fb", "ff00"),
        ("7e78aa19-72cd-d3b8-a81f-5b7e589bea0f", "7e78aa19-72cd-d3b8-a81f-5b7e589bea0f"),
        ("12342a53-0000-1000-8000-00805f9b34fb", "12342a53-0000-1000-8000-00805f9b34fb"),
    ],
)
def test_long_uuids_of_the_sig_are_shortened(uuid: str, short: str) -> None:
    """Only 16-bit UUIDs have a short form; a vendor's stays as it is."""
    assert short == short_uuid(uuid)


def test_a_long_uuid_decodes_like_its_short_form() -> None:
    """Recordings may hold either."""
    data = bytes.fromhex("0780035ae90039300000")

    assert decode("2a53", data) == decode("00002A53-0000-1000-8000-00805F9B34FB", data)
