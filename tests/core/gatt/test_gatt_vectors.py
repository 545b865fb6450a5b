"""Notification bytes from real devices and other projects' tests, decoded as their sources say.

``ble_vectors.tsv`` states the expectation in the source's own words. Every word there is compared:
a claim that this file cannot read fails the test. Where a source gives a rounded figure, half of
its last digit is the tolerance.
"""

import ast
import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from kickcue.core.errors import DecodeError
from kickcue.core.gatt import CODECS, decode

pytestmark = pytest.mark.recordings

Check = Callable[[Any, str], tuple[object, object]]


class Row(NamedTuple):
    char: str
    data: bytes
    kind: str
    expected: str
    note: str

    def __str__(self) -> str:
        return f"{self.char} {self.data.hex()} ({self.expected})"


@pytest.fixture(scope="module")
def rows(data_dir: Path) -> list[Row]:
    with (data_dir / "ble_vectors.tsv").open(newline="", encoding="utf-8") as file:
        lines = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    return [
        Row(
            line["uuid"].lower(),
            bytes.fromhex(line["hex"]),
            line["kind"],
            line["expected"],
            line["note"],
        )
        for line in lines
    ]


# ---- what the sources' figures mean

SI: Final = {"": 1.0, "m/s": 1.0, "km/h": 1 / 3.6, "m": 1.0, "s": 1.0}


def quantity(text: str, factor: float = 1.0) -> object:
    """Read "13.03 km/h" or "401/256 m/s" in SI units; ``factor`` is for figures whose unit only the
    source's name tells.
    """
    if text in ("none", "None"):
        return None
    found = re.fullmatch(r"(\d+(?:\.(\d+))?)(?:/(\d+))?\s*(\D*)", text)
    assert found is not None, f"no figure: {text}"
    unit = SI[found[4]] * factor
    tolerance = 1e-9 if found[3] else 0.5 * 10.0 ** -len(found[2] or "") * unit
    if not found[2] and found[4] in ("", "m", "s"):
        tolerance = 1e-9  # a bare whole number is no rounded one
    return pytest.approx(float(found[1]) / int(found[3] or 1) * unit, abs=tolerance)


def figure(name: str, factor: float = 1.0) -> Check:
    return lambda value, text: (quantity(text, factor), getattr(value, name))


def speed(value: Any, text: str) -> tuple[object, object]:
    """Compare each of "401/256 m/s=5.639 km/h"."""
    stated = [quantity(part) for part in text.split("=")]
    return stated, [value.speed_mps] * len(stated)


def intervals(name: str, tolerance: float) -> Check:
    return lambda value, text: (
        pytest.approx(list(ast.literal_eval(text)), abs=tolerance),
        list(getattr(value, name)),
    )


def heart_rate(value: Any, text: str) -> tuple[object, object]:
    return int(text), value.bpm if hasattr(value, "bpm") else value.heart_rate_bpm


CONTACT: Final = {
    "true": True,
    "1": True,
    "SensorContactState.DETECTED": True,
    "NOT_DETECTED": False,
    "0": False,
    "SensorContactState.NOT_SUPPORTED": None,
    # Nordic's parser knows no "not supported"; the one frame it says so of has contact bits 0.
    "false": None,
}


def contact(value: Any, text: str) -> tuple[object, object]:
    return CONTACT[text], value.contact


def contact_supported(value: Any, text: str) -> tuple[object, object]:
    return bool(int(text)), value.contact is not None


# ---- every word that occurs left of a "="

PLAIN: Final[dict[str, Check]] = {
    "hr": heart_rate,
    "contact": contact,
    "supported": contact_supported,
    "contact_supported": contact_supported,
    "energy": lambda value, text: (None if text == "none" else int(text), value.energy_kj),
    "rr": intervals("rr_1024", 0),
    "rr_1024": intervals("rr_1024", 0),
    "rr_ms": intervals("rr_ms", 0.5),
    "rr_ms(parsed)": intervals("rr_ms", 0.5),
    "speed": speed,
    "speed_raw": lambda value, text: (int(text) / 256, value.speed_mps),
    "cadence": lambda value, text: (int(text), value.cadence_per_min),
    "running": lambda value, text: (bool(int(text)), value.running),
    "distance": figure("distance_m"),
    "no stride": lambda value, _: (None, value.stride_length_m),
    "no distance": lambda value, _: (None, value.distance_m),
    "calories": figure("energy_kcal"),
    "elapsed": figure("elapsed_s"),
    "power": figure("power_w"),
}

FLAG_BITS: Final = {
    "2a37": {
        "SENSOR_CONTACT_DETECTED": 0x02,
        "SENSOR_CONTACT_SUPPORTED": 0x04,
        "ENERGY_EXPENDED_PRESENT": 0x08,
        "RR_INTERVAL_PRESENT": 0x10,
    },
    "2a53": {"INSTANTANEOUS_STRIDE_LENGTH_PRESENT": 0x01, "TOTAL_DISTANCE_PRESENT": 0x02},
    "2a54": {
        "INSTANTANEOUS_STRIDE_LENGTH_SUPPORTED": 0x01,
        "TOTAL_DISTANCE_SUPPORTED": 0x02,
        "WALKING_OR_RUNNING_STATUS_SUPPORTED": 0x04,
        "CALIBRATION_PROCEDURE_SUPPORTED": 0x08,
        "MULTIPLE_SENSOR_LOCATIONS_SUPPORTED": 0x10,
    },
    "2a67": {"INSTANTANEOUS_SPEED_PRESENT": 0x0001},
    "2acd": {"MORE_DATA": 0x0001, "AVERAGE_SPEED_PRESENT": 0x0002, "HEART_RATE_PRESENT": 0x0100},
}


def flags(char: str) -> Check:
    """Compare the flags that encoding the value gives."""
    width = 2 if char in ("2a54", "2a67", "2acd") else 1
    return lambda value, text: (
        sum(FLAG_BITS[char][name] for name in re.findall(r"\.([A-Z_]+)", text)),
        int.from_bytes(bytes(value)[:width], "little"),
    )


def feature(name: str) -> Check:
    return lambda value, text: (text == "True", getattr(value, name))


def kind(name: str) -> Check:
    """Compare the number that the source's enumeration member has in the standard."""
    numbers = {
        "NO_POSITION": 0,
        "FORMAT_2D": 0,
        "POSITIONING_SYSTEM": 0,
        "HEADING_BASED_ON_MOVEMENT": 0,
    }
    return lambda value, text: (numbers[text.rpartition(".")[2]], int(getattr(value, name)))


def unknown(name: str) -> Check:
    return lambda value, text: (ast.literal_eval(text), getattr(value, name))


CALLS: Final[dict[str, dict[str, Check]]] = {
    "HeartRateData": {
        "heart_rate": heart_rate,
        "sensor_contact": contact,
        "energy_expended": unknown("energy_kj"),
        # In seconds.
        "rr_intervals": lambda value, text: (
            list(ast.literal_eval(text)),
            [rr / 1000 for rr in value.rr_ms],
        ),
        "flags": flags("2a37"),
    },
    "RSCMeasurementData": {
        "instantaneous_speed": unknown("speed_mps"),
        "instantaneous_cadence": unknown("cadence_per_min"),
        "instantaneous_stride_length": figure("stride_length_m"),
        "total_distance": figure("distance_m"),
        "flags": flags("2a53"),
    },
    "RSCFeatureData": {
        "features": flags("2a54"),
        "instantaneous_stride_length_supported": feature("stride_length"),
        "total_distance_supported": feature("distance"),
        "walking_or_running_status_supported": feature("running_status"),
        "calibration_procedure_supported": feature("calibration"),
        "multiple_sensor_locations_supported": feature("multiple_locations"),
    },
    "LocationAndSpeedData": {
        "flags": flags("2a67"),
        "instantaneous_speed": unknown("speed_mps"),
        "total_distance": unknown("distance_m"),
        "latitude": unknown("lat_deg"),
        "longitude": unknown("lon_deg"),
        "elevation": unknown("elevation_m"),
        "heading": unknown("heading_deg"),
        "rolling_time": unknown("rolling_time_s"),
        "utc_time": unknown("utc"),
        "position_status": kind("position_status"),
        "speed_and_distance_format": kind("distance_3d"),
        "elevation_source": kind("elevation_source"),
        "heading_source": kind("heading_by_compass"),
    },
    "TreadmillData": {
        "flags": flags("2acd"),
        "instantaneous_speed": figure("speed_mps", 1 / 3.6),
        "average_speed": figure("average_speed_mps", 1 / 3.6),
        "heart_rate": heart_rate,
    },
}


def claims(row: Row) -> Iterator[tuple[str, Check, str]]:
    """Take the ``expected`` column apart: (word, how to compare, what the source says)."""
    if row.char in ("2a24", "2a26", "2a29"):
        yield "text", lambda value, text: (text, value.text), row.expected
    elif called := re.match(r"(\w+)\(.*\)$", row.expected):
        call = ast.parse(row.expected, mode="eval").body
        assert isinstance(call, ast.Call)
        for keyword in call.keywords:
            assert keyword.arg is not None
            yield keyword.arg, CALLS[called[1]][keyword.arg], ast.unparse(keyword.value)
    elif found := re.fullmatch(r"BodySensorLocation\.([A-Z_]+)", row.expected):
        yield "place", lambda value, text: (text.lower(), value.place), found[1]
    else:
        for part in filter(None, row.expected.split(";")):
            word, _, text = part.partition("=")
            yield word, PLAIN[word], text


# ---- the promises


def test_what_the_sources_state_is_what_is_decoded(rows: list[Row]) -> None:
    """Every field that a source names for its bytes has the value that it names."""
    wrong, compared, frames = [], 0, 0
    for row in (row for row in rows if row.kind != "malformed"):
        value = decode(row.char, row.data)
        before = compared
        for word, check, text in claims(row):
            expected, actual = check(value, text)
            compared += 1
            if expected != actual:
                wrong.append(f"{row}: {word} is {actual}")
        frames += compared > before

    assert [] == wrong
    assert frames >= 60
    assert compared >= 180


def test_every_characteristic_with_vectors_has_a_codec(rows: list[Row]) -> None:
    """Nothing in the collection is passed over."""
    chars = {row.char for row in rows}

    assert chars <= set(CODECS)
    assert len(chars) >= 8


def test_malformed_bytes_are_refused(rows: list[Row]) -> None:
    """What the sources refuse raises DecodeError here too."""
    malformed = [row for row in rows if row.kind == "malformed"]
    assert len(malformed) >= 8

    for row in malformed:
        assert row.expected.startswith("REJECT")
        with pytest.raises(DecodeError):
            decode(row.char, row.data)


def test_only_the_frames_noted_as_truncated_are_truncated(rows: list[Row]) -> None:
    """The four cut frames of the Matrix treadmill and no other say so."""
    truncated = {
        row.data: getattr(decode(row.char, row.data), "truncated", False)
        for row in rows
        if row.kind != "malformed"
    }

    assert {row.data for row in rows if "truncated at default MTU" in row.note} == {
        data for data, cut in truncated.items() if cut
    }
    assert 4 == sum(truncated.values())


def test_the_notes_hold_where_the_source_states_no_fields(rows: list[Row]) -> None:
    """A strap without stated fields is at rest at 51 to 52 with one interval each; Technogym's
    stride field is 94 cm; bit 13 is kept.
    """
    resting = [row for row in rows if row.note == "resting HR 51-52, one RR each"]
    strides = [row for row in rows if row.note == "stride field 94 cm"]
    reserved = [row for row in rows if row.note.startswith("flags bit 13 (0x2000) is reserved")]
    assert (3, 1, 1) == (len(resting), len(strides), len(reserved))

    for row in resting:
        value: Any = decode(row.char, row.data)
        assert value.bpm in (51, 52)
        assert 1 == len(value.rr_1024)
        assert value.rr_ms[0] == pytest.approx(60_000 / value.bpm, rel=0.1)
    stride: Any = decode("2a53", strides[0].data)
    assert 0.94 == stride.stride_length_m
    treadmill: Any = decode("2acd", reserved[0].data)
    assert (0x2000, b"") == (treadmill.reserved_flags, treadmill.extra)


def test_well_formed_bytes_encode_to_themselves(rows: list[Row]) -> None:
    """What was sent is what would be sent, apart from the three things that are not kept: trailing
    NULs, an 8-bit rate in 16 bits, a stray contact bit.
    """
    others = [
        row
        for row in rows
        if row.kind != "malformed" and not getattr(decode(row.char, row.data), "truncated", False)
    ]
    differing = {row.data.hex() for row in others if bytes(decode(row.char, row.data)) != row.data}
    assert len(others) >= 60

    for row in (row for row in others if row.data.hex() in differing):
        wide_for_nothing = row.char == "2a37" and row.data[0] & 0x01 and row.data[2] == 0
        stray_contact = row.char == "2a37" and row.data[0] & 0x06 == 0x02
        assert (
            row.data.endswith(b"\0")
            if row.char in ("2a26", "2a29")
            else wide_for_nothing or stray_contact
        ), str(row)
