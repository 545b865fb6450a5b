"""What cannot be is no evidence: positions at 0,0 or of one place, totals in kilometres, an
odometer's first word.
"""

from collections.abc import Callable
from pathlib import Path

import pytest

from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.analysis.repetitions import RepetitionSource, repetitions
from kickcue.analysis.summary import summarize
from kickcue.config.profile_files import load_profiles
from kickcue.core.crossing.receiver_selection import ReceiverSelection
from kickcue.core.events import Fix, Notification
from kickcue.core.readings import PodReading, interpret
from kickcue.core.units import NS_PER_S
from kickcue.recording import Recording
from kickcue.recording.imported_activity import Activity, recording
from kickcue.recording.laps import Lap
from kickcue.recording.plausible import grown_m, run_by_strides_m
from kickcue.recording.points import Point

PROFILES = load_profiles()
DEG_PER_M = 1.0 / 111_195.08


def run(point: Callable[[int], Point], seconds: int = 600, laps: tuple[Lap, ...] = ()) -> Recording:
    points = [point(second) for second in range(seconds)]
    return recording(Path("run.tcx"), Activity("TCX", points, laps), "manual")


def at(second: int) -> int:
    return 1_700_000_000_000_000_000 + second * 10**9


def distance_m(found: Recording) -> float | None:
    return summarize(found, sensor_profiles(found, PROFILES)).sensors[0].distance_m


def speeds_mps(found: Recording) -> set[float]:
    pods = (
        event for event in found.inputs if isinstance(event, Notification) and event.sensor == "pod"
    )
    read = [interpret(PROFILES["generic-rsc"], event.char, event.data) for event in pods]
    return {
        round(each.speed_mps, 1)
        for each in read
        if isinstance(each, PodReading) and each.speed_mps is not None
    }


def pace_mps(second: int) -> float:
    """30 s fast, 30 s slow."""
    return 5.0 if second // 30 % 2 == 0 else 1.5


def way_m(second: int) -> float:
    return sum(pace_mps(each) for each in range(second))


PLACES = [("at 0,0", (0.0, 0.0)), ("frozen", (51.5, -0.1))]


@pytest.mark.parametrize(("why", "place"), PLACES)
def test_positions_of_a_treadmill(why: str, place: tuple[float, float]) -> None:
    """GIVEN positions at 0,0 or all of one place beside a distance THEN they are left out and told,
    and others tell the repetitions.
    """
    found = run(
        lambda s: Point(at(s), way_m(s), pace_mps(s), lat_deg=place[0], lon_deg=place[1]), 240
    )
    assert not any(isinstance(event, Fix) for event in found.inputs), why
    assert 1 == sum("positions" in note and "ignored" in note for note in found.notes)
    assert "fixes" not in summarize(found, sensor_profiles(found, PROFILES)).counts
    way, reps = repetitions(found, sensor_profiles(found, PROFILES))
    assert (RepetitionSource.SPEED, 4) == (way, len(reps))


def test_repetitions_of_a_recording_with_positions_at_nowhere() -> None:
    """GIVEN kickcue's own recording with positions at 0,0 and a pod THEN the pod's speeds tell the
    repetitions.
    """
    whole = run(lambda s: Point(at(s), way_m(s), pace_mps(s)), 240)
    fixes = [Fix(s * 10**9, 0.0, 0.0) for s in range(240)]
    found = Recording.of(Path("race.jsonl"), whole.header, [*whole.inputs, *fixes])
    assert RepetitionSource.SPEED is repetitions(found, sensor_profiles(found, PROFILES))[0]
    assert "fixes" not in summarize(found, sensor_profiles(found, PROFILES)).counts


def test_positions_at_nowhere_add_no_distance() -> None:
    """GIVEN no distance, and a receiver that says 0,0 until it has a place THEN the distance is
    that of the real positions.
    """
    found = run(
        lambda s: Point(
            at(s),
            lat_deg=0.0 if s < 60 else 51.5 + 4.0 * s * DEG_PER_M,
            lon_deg=0.0 if s < 60 else 0.2,
        )
    )
    assert distance_m(found) == pytest.approx(4.0 * 539, rel=0.01)
    assert max(speeds_mps(found)) <= 4.1


def test_a_run_that_passes_the_origin() -> None:
    """GIVEN a run about 0,0 THEN all its positions are real."""
    found = run(lambda s: Point(at(s), lat_deg=(s - 300) * 4.0 * DEG_PER_M, lon_deg=0.0))
    assert 600 == sum(isinstance(event, Fix) for event in found.inputs)


def test_a_track_is_no_single_place() -> None:
    """GIVEN somebody who stands, or turns on the spot THEN the positions stay: nobody ran."""
    found = run(lambda s: Point(at(s), 0.1 * s, lat_deg=51.5, lon_deg=-0.1))
    assert 600 == sum(isinstance(event, Fix) for event in found.inputs)


def test_the_engines_choice_of_receivers() -> None:
    """GIVEN a receiver that says 0,0 THEN it counts for nothing, and another leads."""
    choice = ReceiverSelection(("watch", "phone"))
    for second in range(20):
        assert not choice.is_leading(Fix(second * 10**9, 0.0, 0.0), "watch")
        assert choice.is_leading(Fix(second * 10**9, 51.5, 0.1), "phone")


KILOMETRES = {
    "speed": lambda s: Point(at(s), 0.004 * s, 4.0),
    "positions": lambda s: Point(at(s), 0.004 * s, lat_deg=51.5 + 4.0 * s * DEG_PER_M, lon_deg=0.1),
    "strides": lambda s: Point(at(s), 0.004 * s, cadence_per_min=86),
    "steps": lambda s: Point(at(s), 0.004 * s, cadence_per_min=174),
    "an odometer": lambda s: Point(at(s), 40.0 + 0.004 * s, 4.0),
}


@pytest.mark.parametrize("evidence", KILOMETRES)
def test_totals_in_kilometres(evidence: str) -> None:
    """GIVEN distances a thousand times too small by speed, positions or cadence THEN they are taken
    as kilometres, and told.
    """
    found = run(KILOMETRES[evidence])
    assert distance_m(found) == pytest.approx(2396.0, abs=1.0)
    assert {4.0} >= speeds_mps(found) - {0.0}
    assert 1 == sum("kilometres" in note for note in found.notes)


def test_kilometres_by_the_laps() -> None:
    """GIVEN laps in metres and nothing else THEN they tell the unit."""
    found = run(
        lambda s: Point(at(s), 0.004 * s),
        laps=(Lap(at(599), "manual", final=True, distance_m=2396.0),),
    )
    assert distance_m(found) == pytest.approx(2396.0, abs=1.0)


def test_a_walk_in_a_room_is_left_in_metres() -> None:
    """GIVEN few metres and nothing that says more THEN they are metres."""
    found = run(lambda s: Point(at(s), 0.004 * s))
    assert distance_m(found) == pytest.approx(2.4, abs=0.1)


@pytest.mark.parametrize("first", [40_000.0, 0.0, None])
def test_totals_of_an_odometer(first: float | None) -> None:
    """GIVEN totals from 40 km on, after nothing, 0 or 40 km THEN only what was run counts, in
    distance and in speed.
    """
    found = run(lambda s: Point(at(s), first if s == 0 else 40_000.0 + 4.0 * s))
    assert distance_m(found) == pytest.approx(2396.0, abs=5.0)
    assert max(speeds_mps(found)) <= 4.0


@pytest.mark.parametrize("each", [2, 3])
def test_records_of_one_time_lose_no_metres(each: int) -> None:
    """GIVEN records more often than their times are exact: two of each second THEN the total goes
    on as it says.
    """
    assert grown_m([(n // each * each * NS_PER_S, 4.0 * n) for n in range(120)]) == pytest.approx(
        4.0 * 119, abs=4.0 * each
    )


def test_a_cadence_of_steps_runs_half_as_far() -> None:
    """GIVEN 88 strides a minute, or 176 steps, for ten minutes THEN that is about 1.8 km."""
    assert run_by_strides_m([88.0] * 9, 600.0) == run_by_strides_m([176.0] * 9, 600.0) == 1760.0
