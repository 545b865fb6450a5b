"""What every format is written from: laps without a gap, rows, places, pauses."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.review.model import Ending
from kickcue.core.events import Fix, Notification, Timer
from kickcue.core.gatt.location_speed import LocationAndSpeed, PositionStatus
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.export.activity import ExportActivity, Intensity, Trigger
from kickcue.export.make import export_activity
from kickcue.export.positions import Positions
from kickcue.recording import Header, Recording
from kickcue.replay.reviewed import reviewed
from tests.analysis.review.made_up import race_recording, run_recording, session_recording
from tests.export.whole_way import activity_of


def _without_a_gap(activity: ExportActivity) -> None:
    at_ns = activity.start_ns
    for lap in activity.laps:
        assert at_ns == lap.from_ns
        assert lap.to_ns >= lap.from_ns
        at_ns = lap.to_ns
    assert (at_ns, Trigger.SESSION_END) == (activity.end_ns, activity.laps[-1].trigger)
    assert activity.elapsed_ms == pytest.approx((activity.end_ns - activity.start_ns) / 1e6, abs=1)
    times = [row.t_ns for row in activity.rows]
    assert times == sorted(set(times))
    assert {row.lap for row in activity.rows} <= {lap.number for lap in activity.laps}


@pytest.mark.parametrize(
    "recording", [race_recording(), session_recording(), run_recording()], ids=lambda r: r.path.stem
)
@pytest.mark.parametrize("each_second", [False, True])
def test_laps_have_no_gap(recording: Recording, each_second: bool) -> None:
    """GIVEN a race, a session or a run WHEN exported THEN its laps follow each other from start to
    end, and each row is in one.
    """
    activity = activity_of(recording, each_second=each_second)
    _without_a_gap(activity)
    assert (activity.length_cm or 0) / 100 == pytest.approx(
        reviewed(recording).distance_m, rel=0.02
    )


def test_the_last_row_is_the_finish() -> None:
    """GIVEN a race that ended between two seconds WHEN exported THEN the last row is its end, at
    its whole distance, with nothing left to run.
    """
    last = activity_of(race_recording()).rows[-1]
    review = reviewed(race_recording())
    assert (review.seconds, 1500.0, 0.0) == (last.race_s, last.distance_m, last.to_go_m)


def test_a_race_that_was_cut_off_ends_where_it_ends() -> None:
    """GIVEN a race of which the end is missing WHEN exported THEN what was run after the last line
    is a lap of its own.
    """
    recording = race_recording()
    review = reviewed(recording)
    shorter = replace(
        review,
        laps=review.laps[:2],
        ending=Ending.CUT_OFF,
        seconds=review.laps[2].race_s + 20.0,
        distance_m=780.0,
    )
    activity = export_activity(recording, shorter)
    assert [30_000, 40_000, 8_000] == [lap.length_cm for lap in activity.laps]
    assert 20_000 == activity.laps[-1].timer_ms


def test_a_session_without_repetitions_is_one_lap() -> None:
    """GIVEN a session in which nothing was run WHEN exported THEN it is one lap."""
    recording = session_recording()
    review = replace(reviewed(recording), repeats=None)
    (lap,) = export_activity(recording, review).laps
    assert (Intensity.ACTIVE, round(review.seconds * 1000)) == (lap.intensity, lap.timer_ms)


def test_a_pause_is_in_no_lap() -> None:
    """GIVEN a run with a pause of 100 s WHEN exported THEN its laps' timer leaves it out, their
    elapsed time does not, and its two ends are there.
    """
    run = run_recording(300)
    stop, go = Timer(s_to_ns(100.5), running=False), Timer(s_to_ns(200.5), running=True)
    kept = [each for each in run.entries if not stop.t_ns < each.t_ns < go.t_ns]
    entries = sorted([*kept, stop, go], key=lambda entry: entry.t_ns)
    activity = activity_of(Recording.of(run.path, run.header, entries))
    assert (200_000, 300_000) == (activity.timer_ms, activity.elapsed_ms)
    assert ((stop.t_ns, go.t_ns),) == activity.stops
    assert activity.stood_between(
        next(row for row in reversed(activity.rows) if row.t_ns <= stop.t_ns),
        next(row for row in activity.rows if row.t_ns >= go.t_ns),
    )


@given(
    st.lists(st.tuples(st.integers(0, 60), st.floats(-89, 89), st.floats(-179, 179)), max_size=6)
)
def test_a_place_lies_between_its_neighbours(fixes: list[tuple[int, float, float]]) -> None:
    """GIVEN fixes WHEN asked for a place THEN it is that of a fix at its time, between two of them
    elsewhere, and none before the first and after the last.
    """
    known = {second: (lat, lon) for second, lat, lon in fixes}
    places = Positions(Fix(s_to_ns(at), lat, lon) for at, (lat, lon) in known.items())
    for at, place in known.items():
        assert place == places.at(s_to_ns(at))
    if known:
        assert places.at(s_to_ns(min(known)) - 1) is None
        assert places.at(s_to_ns(max(known)) + 1) is None
        found = places.at(s_to_ns(min(known) + 0.5))
        lats = [lat for lat, _ in known.values()]
        assert found is None or min(lats) - 1e-9 <= found[0] <= max(lats) + 1e-9


def test_a_position_sensor_has_places_too() -> None:
    """GIVEN notifications of a position sensor WHEN asked for places THEN those it calls its last
    known ones, and those that are none, are left out.
    """
    here = LocationAndSpeed(lat_deg=51.5, lon_deg=-0.5, position_status=PositionStatus.OK)
    old = replace(here, position_status=PositionStatus.LAST_KNOWN)
    places = Positions(
        [
            Notification(0, "gnss", "2a67", bytes(here)),
            Notification(20 * NS_PER_S, "gnss", "2a67", bytes(old)),
            Notification(21 * NS_PER_S, "gnss", "2a67", b"\x04"),
        ]
    )
    assert (51.5, -0.5) == places.at(0)
    assert places.at(20 * NS_PER_S) is None


def test_nobody_knows_the_way_over_a_long_gap() -> None:
    """GIVEN fixes a minute apart, or on both sides of the date line WHEN asked between them THEN no
    place is made up.
    """
    places = Positions([Fix(0, 10.0, 10.0), Fix(60 * NS_PER_S, 11.0, 11.0)])
    assert places.at(30 * NS_PER_S) is None
    places = Positions([Fix(0, 10.0, 179.9), Fix(2 * NS_PER_S, 10.0, -179.9)])
    assert (10.0, -179.9) == places.at(NS_PER_S)


def test_nothing_recorded_is_one_empty_lap() -> None:
    """GIVEN a recording of nothing but a date WHEN exported THEN it has one lap and no distance."""
    recording = Recording.of(Path("x.mcap"), Header(utc="2026-05-30T18:30:00Z"), [])
    activity = activity_of(recording)
    assert (1, None, True) == (len(activity.laps), activity.length_cm, activity.dated)
