"""Distance over time from anchors and what the sensors saw between them."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.review.race_curve import (
    Knot,
    RaceCurve,
    Shape,
    fitted,
    growing,
    shape_of,
)
from kickcue.core.readings import FASTEST_MPS

EVEN: list[Knot] = [(float(t), 5.0 * t) for t in range(201)]
POINTS = st.lists(st.tuples(st.floats(0.0, 1e4), st.floats(0.0, 1e5)), max_size=60)


@given(POINTS, POINTS)
def test_it_meets_its_anchors_and_never_falls(anchors: list[Knot], points: list[Knot]) -> None:
    """Whatever was sensed, the curve goes through its anchors and never back."""
    grow = growing(sorted(anchors)) or [(0.0, 0.0)]
    curve = fitted(grow, shape_of(sorted(points)))
    for t_s, metres in grow:
        assert metres == pytest.approx(curve.at(t_s))
        assert t_s == curve.time_at(metres)
    times = sorted([*(t_s for t_s, _ in grow), *(t_s for t_s, _ in points)])
    way = [curve.at(t_s) for t_s in times]
    assert all(after >= before for before, after in pairwise(way))


@given(POINTS)
def test_nobody_is_faster_than_people_run(points: list[Knot]) -> None:
    """A shape grows with time, never falls, and is never faster than anybody runs."""
    knots = shape_of(sorted(points)).knots
    for (a_s, a_m), (b_s, b_m) in pairwise(knots):
        assert b_s > a_s
        assert 0.0 <= b_m - a_m <= FASTEST_MPS * (b_s - a_s) + 1e-6


def test_it_is_scaled_between_anchors() -> None:
    """GIVEN a pod that reads 5 % too much, and a runner who stood for 20 s between two lines.

    THEN the stand stays where it was, and the lines are met.
    """
    sensed = [(t, 1.05 * m if t <= 100.0 else 1.05 * (m - 100.0)) for t, m in EVEN]
    sensed = [(t, 525.0 if 100.0 < t <= 120.0 else m) for t, m in sensed]
    curve = fitted([(0.0, 0.0), (200.0, 900.0)], shape_of(sensed))
    assert 500.0 == pytest.approx(curve.at(100.0))
    assert 500.0 == pytest.approx(curve.at(120.0))
    assert 700.0 == pytest.approx(curve.at(160.0))


@pytest.mark.parametrize("slip_m", [100.0, -100.0, -2000.0])
def test_a_slip_is_no_way(slip_m: float) -> None:
    """GIVEN a total that leaps or begins anew THEN the way goes on as before."""
    slipped = [(t, m if t < 100.0 else m + slip_m) for t, m in EVEN]
    curve = fitted([(0.0, 0.0), (200.0, 1000.0)], shape_of(slipped))
    assert 250.0 == pytest.approx(curve.at(50.0), abs=3.0)
    assert 750.0 == pytest.approx(curve.at(150.0), abs=3.0)


def test_readings_that_came_all_at_once() -> None:
    """GIVEN a link that is silent for 30 s and then gives all it held back within half a second.

    THEN the way in the silence is straight, not level.
    """
    late = [(t if not 50.0 < t <= 80.0 else 80.0 + (t - 80.0) / 100.0, m) for t, m in EVEN]
    curve = fitted([(0.0, 0.0), (200.0, 1000.0)], shape_of(sorted(late)))
    assert 325.0 == pytest.approx(curve.at(65.0), abs=2.0)


def test_a_leap_that_was_run() -> None:
    """GIVEN a machine that slept while 300 m were run THEN its lap has them, and not the others."""
    slept = [(t, m if t < 100.0 else m + 300.0) for t, m in EVEN]
    anchors = [(0.0, 0.0), (50.0, 250.0), (90.0, 450.0), (140.0, 1000.0), (200.0, 1300.0)]
    curve = fitted(anchors, shape_of(slept))
    assert 495.0 == pytest.approx(curve.at(99.0), abs=5.0)
    assert 800.0 == pytest.approx(curve.at(100.0), abs=5.0)


def test_without_sensors_it_is_straight() -> None:
    """GIVEN nothing but anchors THEN the way between them is straight."""
    assert 50.0 == fitted([(0.0, 0.0), (10.0, 100.0)], Shape()).at(5.0)


def test_level_outside() -> None:
    """Before its beginning and after its end a curve is level."""
    curve = RaceCurve([(1.0, 0.0), (2.0, 10.0)])
    assert (0.0, 10.0, 1.0, 2.0) == (
        curve.at(0.0),
        curve.at(3.0),
        curve.time_at(-5.0),
        curve.time_at(50.0),
    )
    assert 20.0 == curve.level_until(20.0).to_s
