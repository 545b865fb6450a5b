"""The line gate: what is a crossing, when it was, and what is none."""

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, strategies as st

from kickcue.core.crossing.gate import Gate, LineGate, Plane
from kickcue.core.errors import UsageError
from kickcue.core.events import Fix
from kickcue.core.units import ns_to_s, s_to_ns

latitudes = st.floats(-70.0, 70.0)
longitudes = st.floats(-180.0, 180.0)
headings = st.floats(0.0, 360.0)
seeds = st.integers(0, 10**6)


def fixes(gate: Gate, places: list[tuple[float, float]], step_s: float = 1.0) -> list[Fix]:
    """Return fixes at (metres past the line, metres right of its middle), ``step_s`` apart."""
    plane = Plane(gate.lat_deg, gate.lon_deg)
    sin, cos = math.sin(math.radians(gate.heading_deg)), math.cos(math.radians(gate.heading_deg))
    return [
        Fix(s_to_ns(i * step_s), *plane.lat_lon(x * sin + y * cos, x * cos - y * sin))
        for i, (x, y) in enumerate(places)
    ]


def crossings(gate: Gate, seen: list[Fix], *, extrapolates: bool = True) -> list[float]:
    line = LineGate(gate, extrapolates=extrapolates)
    return [ns_to_s(t_ns) for fix in seen if (t_ns := line.feed(fix)) is not None]


@given(latitudes, longitudes, headings, st.floats(2.5, 9.0), st.floats(50.0, 80.0), st.booleans())
def test_the_moment_does_not_depend_on_place_and_direction(
    lat: float, lon: float, heading: float, mps: float, from_m: float, extrapolates: bool
) -> None:
    """GIVEN a steady runner anywhere on the globe, in any direction THEN the one crossing is timed
    to 10 ms, both ways.
    """
    gate = Gate(lat, lon, heading)
    places = [(-from_m + mps * i, 3.0) for i in range(40)]
    assert crossings(gate, fixes(gate, places), extrapolates=extrapolates) == pytest.approx(
        [from_m / mps], abs=0.01
    )


@given(seeds, headings, st.floats(3.0, 8.0), st.floats(-8.0, 8.0), st.floats(-20.0, 20.0))
def test_noise_of_two_metres_costs_less_than_two_seconds(
    seed: int, heading: float, mps: float, aside_m: float, angle_deg: float
) -> None:
    """GIVEN 2 m of noise at 1 Hz, a path up to 20 degrees off THEN there is one crossing, within 5
    standard deviations of the truth.
    """
    random, gate = Random(seed), Gate(51.5, 0.0, heading)
    cos, sin = math.cos(math.radians(angle_deg)), math.sin(math.radians(angle_deg))
    path = [(mps * (i - 15.3) * cos, aside_m / 2.0 + mps * (i - 15.3) * sin) for i in range(30)]
    noisy = [(x + random.gauss(0.0, 2.0), y + random.gauss(0.0, 2.0)) for x, y in path]
    found = crossings(gate, fixes(gate, noisy))
    assert 1 == len(found)
    assert abs(found[0] - 15.3) < 5.0 * 1.5 / mps


@given(seeds, headings, st.floats(-6.0, 6.0), st.floats(-12.0, 12.0), st.booleans())
@example(1109, 0.0, 0.0, 0.0, False)  # five fixes in a row that seem to run
@example(3505, 0.0, 0.0, 0.0, True)
def test_standing_beside_the_line_is_no_crossing(
    seed: int, heading: float, x_m: float, y_m: float, extrapolates: bool
) -> None:
    """GIVEN somebody who stands at the line for two minutes, 2 m of noise
    THEN nothing is crossed.
    """
    random, gate = Random(seed), Gate(51.5, 0.0, heading)
    standing = [(x_m + random.gauss(0.0, 2.0), y_m + random.gauss(0.0, 2.0)) for _ in range(120)]
    assert [] == crossings(gate, fixes(gate, standing), extrapolates=extrapolates)


@given(seeds, headings, st.floats(-3.0, 3.0), st.floats(3.0, 8.0), st.booleans())
def test_running_along_the_line_is_no_crossing(
    seed: int, heading: float, x_m: float, mps: float, extrapolates: bool
) -> None:
    """GIVEN somebody who runs along the line, right over its middle, 2 m of noise THEN nothing is
    crossed.
    """
    random, gate = Random(seed), Gate(51.5, 0.0, heading)
    along = [
        (x_m + random.gauss(0.0, 2.0), mps * (i - 15) + random.gauss(0.0, 2.0)) for i in range(30)
    ]
    assert [] == crossings(gate, fixes(gate, along), extrapolates=extrapolates)


@pytest.mark.parametrize("extrapolates", [True, False])
@pytest.mark.parametrize(
    "places",
    [
        [(5.0 * (15.3 - i), 0.0) for i in range(30)],
        [(5.0 * (i - 15.3), 25.0) for i in range(30)],
        [(5.0 * (i - 15.3), -25.0) for i in range(30)],
        [(0.8 * (i - 30.3), 0.0) for i in range(60)],
        [(-20.0, 0.0)] * 10 + [(20.0, 0.0)] * 10,
        [(2.7 * (i - 15.3), 7.4 * (i - 15.3)) for i in range(30)],
        [(2.7 * (i - 15.3), -7.4 * (i - 15.3)) for i in range(30)],
    ],
    ids=[
        "the wrong way",
        "too far right",
        "too far left",
        "at a stroll",
        "by a jump",
        "70 degrees to the right",
        "70 degrees to the left",
    ],
)
def test_what_is_no_crossing(places: list[tuple[float, float]], extrapolates: bool) -> None:
    """GIVEN a line is passed the wrong way, beside its ends, slowly, in one jump or sideways THEN
    nothing is crossed.
    """
    gate = Gate(51.5, 0.0, 77.0)
    assert [] == crossings(gate, fixes(gate, places), extrapolates=extrapolates)


@pytest.mark.parametrize("extrapolates", [True, False])
def test_bad_fixes_change_nothing(extrapolates: bool) -> None:
    """GIVEN fixes of 50 m accuracy, without numbers, jumped and doubled among good ones THEN the
    crossing is where it is without them.
    """
    gate = Gate(51.5, 0.0, 77.0)
    good = fixes(gate, [(5.0 * (i - 15.3), 0.0) for i in range(30)])
    bad = [
        replace(good[20], t_ns=good[3].t_ns + 1, accuracy_m=50.0),
        replace(good[6], t_ns=good[6].t_ns + 1, lat_deg=math.nan),
        replace(good[0], t_ns=good[9].t_ns + 1, lat_deg=51.6),
        replace(good[20], t_ns=good[11].t_ns),
    ]
    mixed = sorted([*good, *bad], key=lambda fix: fix.t_ns)
    assert crossings(gate, good, extrapolates=extrapolates) == crossings(
        gate, mixed, extrapolates=extrapolates
    )


@pytest.mark.parametrize("extrapolates", [True, False])
@pytest.mark.parametrize(
    ("later_s", "x_m", "accuracy_m"),
    [(0.5, 6.0, 50.0), (0.0, 6.0, 3.0), (0.5, 0.0, 3.0)],
    ids=["not accurate", "of a time that was told", "the one before once more"],
)
def test_a_bad_fix_within_reach_moves_no_crossing(
    later_s: float, x_m: float, accuracy_m: float, extrapolates: bool
) -> None:
    """GIVEN beside each good fix a bad one that the runner could have reached, a few metres ahead
    or where he was THEN the moment stays to the nanosecond.
    """
    gate = Gate(51.5, 0.0, 0.0)
    good = fixes(gate, [(5.0 * (i - 15.3), 0.0) for i in range(30)])
    metre_deg = math.degrees(1.0 / 6_371_008.8)
    mixed = [
        each
        for fix in good
        for each in (
            fix,
            replace(
                fix,
                t_ns=fix.t_ns + s_to_ns(later_s),
                lat_deg=fix.lat_deg + x_m * metre_deg,
                accuracy_m=accuracy_m,
            ),
        )
    ]
    assert crossings(gate, good, extrapolates=extrapolates) == crossings(
        gate, mixed, extrapolates=extrapolates
    )


def test_a_jump_that_stays_is_believed() -> None:
    """GIVEN a receiver that was 100 m off and finds itself THEN the line is crossed all the same,
    once it has run up to it.
    """
    gate = Gate(51.5, 0.0, 0.0)
    places = [(5.0 * (i - 25.3), 100.0 if i < 8 else 0.0) for i in range(40)]
    assert crossings(gate, fixes(gate, places)) == pytest.approx([25.3], abs=0.01)


@pytest.mark.parametrize("step_s", [0.1, 0.2, 1.0, 2.0, 4.0])
def test_any_rate_of_fixes(step_s: float) -> None:
    """GIVEN fixes ten times a second to every four seconds THEN there is one crossing, to 10 ms."""
    gate = Gate(-33.9, 151.2, 200.0)
    places = [(5.0 * (i * step_s - 20.3), 0.0) for i in range(int(40 / step_s))]
    assert crossings(gate, fixes(gate, places, step_s)) == pytest.approx([20.3], abs=0.01)


def test_a_gap_at_the_line_is_no_crossing() -> None:
    """GIVEN no fix for 8 s while the line is passed THEN nothing is made up."""
    gate = Gate(51.5, 0.0, 0.0)
    seen = [
        fix
        for i, fix in enumerate(fixes(gate, [(5.0 * (i - 20.3), 0.0) for i in range(40)]))
        if not 17 <= i <= 24
    ]
    assert [] == crossings(gate, seen)


def test_no_second_crossing_within_the_rest() -> None:
    """GIVEN the gun at the line THEN the ten seconds after it hold no crossing."""
    gate = Gate(51.5, 0.0, 0.0)
    line = LineGate(gate)
    line.rest(s_to_ns(12.0))
    assert [] == [
        t_ns
        for fix in fixes(gate, [(5.0 * (i - 20.3), 0.0) for i in range(40)])
        if (t_ns := line.feed(fix)) is not None
    ]


@given(latitudes, longitudes, headings)
def test_a_gate_between_two_posts(lat: float, lon: float, heading: float) -> None:
    """GIVEN the ends of a line as the runner sees them, left and right THEN the gate between is
    that line.
    """
    plane = Plane(lat, lon)
    sin, cos = math.sin(math.radians(heading)), math.cos(math.radians(heading))
    gate = Gate.between(plane.lat_lon(-6.0 * cos, 6.0 * sin), plane.lat_lon(6.0 * cos, -6.0 * sin))
    assert math.hypot(*plane.east_north(gate.lat_deg, gate.lon_deg)) < 0.01
    assert abs((gate.heading_deg - heading + 180.0) % 360.0 - 180.0) < 0.1
    assert gate.half_width_m == pytest.approx(6.0, abs=0.01)


@pytest.mark.parametrize(
    "wrong",
    [{"lat_deg": 91.0}, {"lon_deg": math.nan}, {"heading_deg": -1.0}, {"half_width_m": 0.0}],
)
def test_a_gate_that_is_none_is_refused(wrong: dict[str, float]) -> None:
    """GIVEN a figure that cannot be THEN it is named with what would be right."""
    with pytest.raises(UsageError, match=f"gate {next(iter(wrong))}: expected"):
        Gate(**{"lat_deg": 0.0, "lon_deg": 0.0, "heading_deg": 0.0, **wrong})


def test_a_gate_at_the_date_line() -> None:
    """GIVEN a gate 20 m east of the date line WHEN a runner comes from the west THEN that is one
    crossing: the short way round the globe leads over the date line.
    """
    metre_deg = math.degrees(1.0 / 6_371_008.8)
    gate = Gate(0.0, -180.0 + 20.0 * metre_deg, 90.0)
    seen = fixes(gate, [(5.0 * (i - 15.3), 0.0) for i in range(30)])
    assert min(fix.lon_deg for fix in seen) < 0.0 < max(fix.lon_deg for fix in seen)
    assert crossings(gate, seen) == pytest.approx([15.3], abs=0.01)
