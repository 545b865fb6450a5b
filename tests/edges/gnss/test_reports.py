"""What gpsd and Termux say, as fixes: units, ages, and anything else that JSON can hold."""

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, strategies as st

from kickcue.core.events import Fix
from kickcue.edges.gnss.reports import ANDROID_RADII, GPSD_RADII, gpsd_fix, termux_fix
from kickcue.edges.gnss.termux import JsonObjects

NOON_S = datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()
TPV: dict[str, Any] = {
    "class": "TPV",
    "mode": 3,
    "time": "2026-05-01T12:00:00.000Z",
    "lat": 51.86,
    "lon": -0.42,
    "speed": 4.99,
    "eph": 17.1,
}
PHONE: dict[str, Any] = {
    "latitude": 51.86,
    "longitude": -0.42,
    "accuracy": 3.0,
    "speed": 4.99,
    "elapsedMs": 250,
    "provider": "gps",
}

json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


def test_a_report_of_gpsd() -> None:
    """GIVEN a TPV of a real gpsd 3.22 THEN its 95 % radius becomes one standard deviation, and
    without a clock no age is told.
    """
    assert gpsd_fix(TPV, 7) == Fix(7, 51.86, -0.42, 17.1 / GPSD_RADII, 4.99)


@given(st.floats(0.1, 100.0))
def test_the_radius_holds_what_it_says(sd_m: float) -> None:
    """GIVEN errors that are normal in both directions THEN gpsd's radius is passed by 5 in 100 of
    them, Android's by 32.
    """
    for key, fix in (("eph", gpsd_fix), ("accuracy", termux_fix)):
        report = {**TPV, **PHONE, key: sd_m}
        found = fix(report, 0)
        assert found is not None
        assert found.accuracy_m is not None
        beyond = math.exp(-((sd_m / found.accuracy_m) ** 2) / 2.0)
        assert beyond == pytest.approx(0.05 if key == "eph" else 0.32)


@pytest.mark.parametrize(
    "change",
    [
        {"mode": 1},
        {"mode": 0},
        {"lat": None},
        {"lon": "0"},
        {"lat": 91},
        {"lon": True},
        {"lat": math.nan},
    ],
)
def test_no_position(change: dict[str, Any]) -> None:
    """GIVEN a report without a fix, or with what is no place THEN there is none."""
    assert gpsd_fix({**TPV, **change}, 0) is None


def test_what_the_phone_says() -> None:
    """GIVEN the phone's answer THEN its 68 % radius becomes one standard deviation, and it is as
    old as it says.
    """
    assert termux_fix(PHONE, 7) == Fix(7, 51.86, -0.42, 3.0 / ANDROID_RADII, 4.99, 0.25)


def test_where_the_phone_was_long_ago() -> None:
    """GIVEN a position of a minute ago THEN it counts for nothing."""
    assert termux_fix({**PHONE, "elapsedMs": 60_000}, 0) is None


@given(st.dictionaries(st.sampled_from([*TPV, *PHONE]), json_values))
def test_anything_goes_in(report: dict[str, Any]) -> None:
    """GIVEN any JSON in any key THEN nothing is raised, and what comes out is on earth, finite and
    not from the future.
    """
    whole = {**TPV, **PHONE, **report}
    for fix in (gpsd_fix(whole, 0), termux_fix(whole, 0)):
        if fix is not None:
            assert abs(fix.lat_deg) <= 90.0
            assert abs(fix.lon_deg) <= 180.0
            assert fix.accuracy_m is None or 0.0 < fix.accuracy_m < math.inf
            assert fix.speed_mps is None or 0.0 <= fix.speed_mps < math.inf
            assert fix.age_s is None or 0.0 <= fix.age_s <= 10.0


@given(
    st.lists(
        st.dictionaries(st.text(max_size=5), st.integers() | st.text(max_size=5), max_size=3),
        max_size=4,
    ),
    st.sampled_from([None, 2]),
    st.integers(1, 7),
)
def test_objects_in_pieces(objects: list[dict[str, Any]], indent: int | None, size: int) -> None:
    """GIVEN objects on one line or on many, in pieces of any size THEN they come out whole and in
    order.
    """
    text = "\n".join(json.dumps(each, indent=indent) for each in objects)
    parser = JsonObjects()
    assert objects == [
        each for at in range(0, len(text), size) for each in parser.feed(text[at : at + size])
    ]
