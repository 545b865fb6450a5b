"""The simulated beacon behaves as radio does near people who run."""

import math
from random import Random
from statistics import fmean

import pytest

from kickcue.core.course import course_for
from kickcue.core.units import ns_to_s
from kickcue.lab.athlete import Truth, run
from kickcue.lab.beacon import Beacon, advertisements, on_track

COURSE = course_for("3000m")
CLEAR = Beacon(
    interval_s=0.1,
    aside_m=(2.0, 2.0),
    at_1_m_dbm=(-60.0, -60.0),
    exponent=(2.0, 2.0),
    body_db=(0.0, 0.0),
    rice=(1e6, 1e6),
    lost=0.0,
)


def even_run() -> Truth:
    return run(COURSE.distance_m, lambda _t_s, _done_m: 5.0, Random(1))


@pytest.mark.parametrize("lap_m", [200.0, 400.0])
def test_the_track_is_a_track(lap_m: float) -> None:
    """GIVEN steps of a metre along a track THEN each is a metre on the ground in the runner's
    heading, and the lap closes.
    """
    steps = int(lap_m) * 4
    for n in range(steps):
        x_m, y_m, heading = on_track(n * lap_m / steps, lap_m)
        next_x_m, next_y_m, _ = on_track((n + 1) % steps * lap_m / steps, lap_m)
        assert math.isclose(math.hypot(next_x_m - x_m, next_y_m - y_m), lap_m / steps, rel_tol=0.01)
        ahead = (next_x_m - x_m) * math.cos(heading) + (next_y_m - y_m) * math.sin(heading)
        assert ahead > 0.99 * lap_m / steps * 0.99


def test_it_is_strongest_at_the_line_and_silent_across_the_track() -> None:
    """GIVEN no fading THEN the mean within 0.3 s of each line is near -66 dBm (2 m away), and 73 m
    away nothing below -97 dBm is heard.
    """
    truth = even_run()
    heard = [
        (ns_to_s(each.t_ns), each.rssi_dbm)
        for each in advertisements(Random(3), truth, COURSE, CLEAR)
    ]
    for line_m in COURSE.crossings_m[:-1]:
        line_s = truth.time_at(line_m)
        at_line = [rssi_dbm for t_s, rssi_dbm in heard if abs(t_s - line_s) < 0.3]
        opposite = [rssi_dbm for t_s, rssi_dbm in heard if abs(t_s - line_s - 40.0) < 5.0]
        assert len(at_line) >= 4
        assert abs(fmean(at_line) + 66.0) < 5.0
        assert all(-101 <= rssi_dbm < -86 for rssi_dbm in opposite)


def test_interval_and_losses() -> None:
    """GIVEN a runner who stays within hearing THEN advertisements come at the interval and up to 10
    ms, less the lost ones.
    """
    near = run(60.0, lambda _t_s, _done_m: 0.2, Random(1))
    for interval_s, lost in ((0.1, 0.0), (0.25, 0.25)):
        beacon = Beacon(
            interval_s=interval_s, lost=lost, at_1_m_dbm=(-40.0, -40.0), aside_m=(2.0, 2.0)
        )
        heard = list(advertisements(Random(2), near, course_for("400m"), beacon))
        expected = near.duration_s / (interval_s + 0.005) * (1.0 - lost)
        assert 0.9 * expected < len(heard) < 1.1 * expected


def test_on_the_road_it_stands_at_the_finish() -> None:
    """GIVEN a road race THEN the beacon is heard near the end only."""
    course = course_for("5k")
    truth = run(course.distance_m, lambda _t_s, _done_m: 5.0, Random(1))
    heard = [ns_to_s(each.t_ns) for each in advertisements(Random(1), truth, course, Beacon())]
    assert heard
    assert heard[0] > truth.time_at(course.distance_m) - 60.0
