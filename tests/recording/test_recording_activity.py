from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind, Fix, Mark, MarkSource, Notification, Timer
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import s_to_ns
from kickcue.recording.imported_activity import Activity, recording
from kickcue.recording.laps import Lap
from kickcue.recording.model import Recording
from kickcue.recording.pauses import Turn
from kickcue.recording.points import Point, great_circle_m

START_NS = s_to_ns(1_370_678_682)  # 2013-06-08T08:04:42Z
EQUATOR_DEGREE_M = 111_195.08


def at(t_s: float) -> int:
    return START_NS + s_to_ns(t_s)


def imported(points: Sequence[Point], laps: Sequence[Lap] = (), marks: str = "manual") -> Recording:
    return recording(Path("run.fit"), Activity("FIT", points, laps), marks)


def pods(found: Recording) -> list[RscMeasurement]:
    return [
        RscMeasurement.from_bytes(e.data)
        for e in found.inputs
        if isinstance(e, Notification) and e.sensor == "pod"
    ]


def test_a_record_becomes_what_sensors_would_have_sent() -> None:
    """GIVEN one record that knows everything THEN start, 2A53, 2A37 and a fix stand at its time, in
    this order.
    """
    found = imported([Point(at(0), 3.0, 4.0, 90.0, 150.0, 2.6, 51.5, -0.1)])
    assert (
        Command(0, CommandKind.START),
        Notification(
            0,
            "pod",
            "2a53",
            bytes(RscMeasurement(4.0, 90, running=True, stride_length_m=2.6, distance_m=3.0)),
        ),
        Notification(0, "strap", "2a37", b"\x00\x96"),
        Fix(0, 51.5, -0.1),
    ) == found.inputs
    assert ("2013-06-08T08:04:42Z", None, False) == (
        found.header.utc,
        found.header.race,
        found.header.ticks,
    )
    assert {"pod": "generic-rsc", "strap": "generic-hr"} == found.header.sensors
    assert found.inputs == found.entries


def test_what_was_not_recorded_is_not_made_up() -> None:
    """GIVEN records without heart rate, with a heart rate of 0, and with nothing at all THEN no
    strap is heard and the last says nothing.
    """
    found = imported(
        [Point(at(0), 3.0, 4.0), Point(at(1), 7.0, 4.0, heart_rate_bpm=0.0), Point(at(2))]
    )
    assert ([0, 0, s_to_ns(1)], {"pod": "generic-rsc"}) == (
        [event.t_ns for event in found.inputs],
        found.header.sensors,
    )


def test_speed_is_taken_from_the_distance_where_it_is_missing() -> None:
    """GIVEN 4 m each second without a speed THEN the first is 0, each later one the distance of the
    last 5 s over their time.
    """
    found = imported(
        [
            Point(at(t), 4.0 * t if t < 8 else 4.0 * 7 + 9.0 * (t - 7), cadence_per_min=90)
            for t in range(10)
        ]
    )
    assert [0.0, *[4.0] * 7, 5.0, 6.0] == [pod.speed_mps for pod in pods(found)]


def test_speed_over_a_long_gap_and_over_a_reset() -> None:
    """Over a gap the speed is the way through the gap over its time; where the odometer steps back
    it is 0 and the distance stays.
    """
    found = pods(imported([Point(at(0), 10.0), Point(at(100), 210.0), Point(at(101), 1.0)]))
    assert [(0.0, 10.0), (2.0, 210.0), (0.0, 1.0)] == [
        (pod.speed_mps, pod.distance_m) for pod in found
    ]


def test_a_recorded_speed_is_kept() -> None:
    """GIVEN a speed that contradicts the distance THEN it is sent as it was recorded."""
    assert [3.5, 3.5] == [
        pod.speed_mps for pod in pods(imported([Point(at(0), 0.0, 3.5), Point(at(1), 9.0, 3.5)]))
    ]


def test_distance_is_summed_along_positions_where_the_file_has_none() -> None:
    """GIVEN positions a thousandth of a degree apart each 25 s THEN distance and speed are those of
    the great circle.
    """
    found = pods(imported([Point(at(25 * n), lat_deg=0.0, lon_deg=n / 1000) for n in range(4)]))
    assert [0.0, 111.2, 222.4, 333.6] == [pod.distance_m for pod in found]
    assert [0.0, *[pytest.approx(111.195 / 25, abs=1 / 256)] * 3] == [
        pod.speed_mps for pod in found
    ]


def test_a_pause_adds_no_distance() -> None:
    """GIVEN a gap of a minute walked slowly, and a new segment THEN the way across is left out; a
    gap that was run through counts.
    """
    step = 10 / EQUATOR_DEGREE_M  # 10 m
    places = [
        (0, 0, False),
        (4, 1, False),
        (64, 2, False),
        (68, 3, False),
        (72, 4, True),
        (132, 40, False),
    ]
    points = [
        Point(at(t), lat_deg=0.0, lon_deg=n * step, after_pause=pause) for t, n, pause in places
    ]
    assert [0.0, 10.0, 10.0, 20.0, 20.0, 380.0] == [
        pod.distance_m for pod in pods(imported(points))
    ]


def test_distance_in_some_records_is_not_filled_from_positions() -> None:
    """GIVEN a file with distances of which one is missing THEN that record is sent without one: two
    sources are not mixed.
    """
    found = pods(
        imported(
            [
                Point(at(0), 5.0, 4.0, lat_deg=0.0, lon_deg=0.0),
                Point(at(1), None, 4.0, lat_deg=0.0, lon_deg=1.0),
            ]
        )
    )
    assert [5.0, None] == [pod.distance_m for pod in found]


LAPS = (
    Lap(at(60), "manual"),
    Lap(at(61.5), "distance"),
    Lap(at(62), "position_lap"),
    Lap(at(63), "unknown"),
    Lap(at(64), "manual", final=True),
)
BUTTON, GATE = MarkSource.BUTTON, MarkSource.GATE


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ("manual", [(60, BUTTON), (62, GATE)]),
        ("all", [(60, BUTTON), (61.5, BUTTON), (62, GATE), (63, BUTTON)]),
        ("none", []),
    ],
)
def test_laps_become_marks(marks: str, expected: list[tuple[float, MarkSource]]) -> None:
    """A press is a button mark, a position a gate mark; the watch's own laps count only when asked
    for; the last end is no mark.
    """
    found = imported([Point(at(0), 0.0, 4.0), Point(at(70), 280.0, 4.0)], LAPS, marks)
    assert [Mark(s_to_ns(t), source) for t, source in expected] == [
        event for event in found.inputs if isinstance(event, Mark)
    ]
    assert {"manual": 2, "distance": 1, "position_lap": 1, "unknown": 1} == found.laps


def test_a_lap_before_the_first_record_is_no_mark() -> None:
    """GIVEN a press before the first record, one at it and one after it THEN the first is none: of
    what was before the run began nothing is known, and no time is below 0.
    """
    laps = (*(Lap(at(t), "manual") for t in (-5.0, 0.0, 60.0)), Lap(at(70.0), "manual", final=True))
    found = imported([Point(at(0), 0.0, 4.0), Point(at(80), 320.0, 4.0)], laps)
    assert [0, s_to_ns(60.0)] == [event.t_ns for event in found.inputs if isinstance(event, Mark)]


def test_records_out_of_order_are_sorted_and_told() -> None:
    """GIVEN records that run backwards
    THEN events stand in the order of time and a note says so.
    """
    found = imported([Point(at(5), 20.0, 4.0), Point(at(4), 16.0, 4.0)])
    assert [16.0, 20.0] == [pod.distance_m for pod in pods(found)]
    assert any("sorted" in note for note in found.notes)


@pytest.mark.parametrize(
    ("cadence", "told"), [(90, False), (129, False), (176, True), (230, True), (None, False)]
)
def test_steps_in_the_cadence_are_told(cadence: float | None, told: bool) -> None:
    """GIVEN a cadence that only steps of both feet can be THEN a note says so and the byte holds
    what was recorded.
    """
    found = imported([Point(at(t), 4.0 * t, 4.0, cadence) for t in range(3)])
    assert told == any("count both feet" in note for note in found.notes)
    assert [cadence or 0] * 3 == [pod.cadence_per_min for pod in pods(found)]
    assert (cadence is None) == ("the file has no cadence" in found.notes)


def test_an_unknown_date_stays_unknown() -> None:
    """GIVEN a device that counted from its switching on THEN the recording has no date."""
    found = recording(Path("run.fit"), Activity("FIT", [Point(5, 1.0, 2.0)]), "manual")
    assert found.header.utc is None


@given(
    st.lists(st.tuples(st.integers(-50, 300), st.booleans()), max_size=12),
    st.sets(st.integers(0, 200), min_size=1, max_size=60),
)
def test_the_timer_stops_and_goes_on_in_turn(
    said: list[tuple[int, bool]], seconds: set[int]
) -> None:
    """GIVEN a recorder that says anything THEN stops and starts follow each other, and the run
    begins running.
    """
    points = [Point(at(t), 4.0 * t, 4.0) for t in sorted(seconds)]
    turns = [Turn(at(t), running) for t, running in said]
    found = recording(Path("run.fit"), Activity("FIT", points, turns=turns), "manual").inputs
    timers = [event for event in found if isinstance(event, Timer)]
    assert [event.running for event in timers] == [
        bool(number % 2) for number in range(len(timers))
    ]
    assert all(a.t_ns < b.t_ns for a, b in pairwise(timers))
    if all(running for _, running in said) or all(t < min(seconds) for t, _ in said):
        assert not [event for event in timers if event.t_ns == 0], (
            "what was said before the first record has no part in the run"
        )


def test_nothing_at_all_is_an_error() -> None:
    """GIVEN no record that tells anything THEN one line says what kind of file it was, and its
    first problem.
    """
    with pytest.raises(DataError, match=r"run\.fit: this FIT file contains no run: cut off"):
        recording(Path("run.fit"), Activity("FIT", [], problems=["cut off"]), "manual")


def test_great_circle() -> None:
    """A degree on the equator is 111.195 km of the mean sphere; antipodes are half of its
    circumference apart and raise nothing.
    """
    here = Point(0, lat_deg=0.0, lon_deg=0.0)
    assert EQUATOR_DEGREE_M == pytest.approx(
        great_circle_m(here, Point(0, lat_deg=0.0, lon_deg=1.0)), abs=0.01
    )
    assert 20_015_114.4 == pytest.approx(
        great_circle_m(here, Point(0, lat_deg=0.0, lon_deg=180.0)), abs=1
    )
