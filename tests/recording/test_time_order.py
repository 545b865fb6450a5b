"""Times that cannot be, put right by one rule: sorted, left out or moved, and told."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.recording.points import Point, way_m
from kickcue.recording.time_order import in_order

START_S = 1_714_550_400  # 2024-05-01T08:00:00Z
DAY_S = 86400
MPS = 4.0
DEGREE_M = 111_195.08


def at(t_s: float) -> int:
    return s_to_ns(START_S + t_s)


def counted(times_s: Sequence[float], begin_m: float = 0.0) -> list[Point]:
    """Return records of a runner whose watch counts 4 m for each, whatever its clock says."""
    return [Point(at(t_s), begin_m + MPS * n, MPS) for n, t_s in enumerate(times_s)]


def placed(times_s: Sequence[float]) -> list[Point]:
    """Return the same as positions, without a distance."""
    return [
        Point(at(t_s), lat_deg=MPS * n / DEGREE_M, lon_deg=0.0) for n, t_s in enumerate(times_s)
    ]


def seconds(points: Sequence[Point]) -> list[float]:
    return [(point.time_ns - points[0].time_ns) / NS_PER_S for point in points]


KINDS = pytest.mark.parametrize("run", [counted, placed])


@KINDS
@pytest.mark.parametrize("back_s", [20, 300, 3600, 5 * 3600, 400 * DAY_S])
def test_a_clock_that_is_set_back_loses_nothing(run: type, back_s: int) -> None:
    """GIVEN a clock that was set back after a minute THEN all records are there, one a second, and
    the whole way; it is told once.
    """
    found = in_order(run([*range(60), *range(60 - back_s, 360 - back_s)]))
    assert seconds(found.points) == [*map(float, range(360))]
    assert way_m(found.points) == pytest.approx(MPS * 359, abs=0.1)
    assert found.points[-1].time_ns == at(359 - back_s), "the longer part keeps its time"
    assert ["clock was changed"] == [
        "clock was changed" for note in found.notes if "the clock was changed by" in note
    ]


@pytest.mark.parametrize("back_s", [2, 3, 5])
def test_a_clock_that_is_set_back_by_seconds_does_not_mix_the_records(back_s: int) -> None:
    """GIVEN a clock set back by so little that sorting makes the way hardly longer THEN the total
    still goes on, record by record.
    """
    found = in_order(counted([*range(60), *range(60 - back_s, 360 - back_s)]))
    totals_m = [point.distance_m or 0.0 for point in found.points]
    assert all(a < b for a, b in pairwise(totals_m))
    assert (360 - back_s, MPS * 359) <= (len(totals_m), totals_m[-1]), "what is skipped is told"
    assert bool(found.notes)


@KINDS
@pytest.mark.parametrize("year", [1970, 1980, 1989])
def test_a_clock_that_is_not_set_until_the_first_fix_loses_nothing(run: type, year: int) -> None:
    """GIVEN half a minute of running dated decades before the rest THEN it comes right before the
    rest.
    """
    early_s = (year - 2024) * 365.25 * DAY_S
    found = in_order(run([*(early_s + n for n in range(30)), *range(30, 200)]))
    assert seconds(found.points) == [*map(float, range(200))]
    assert found.points[-1].time_ns == at(199)


@pytest.mark.parametrize("early_s", [-6 * DAY_S, -50 * 365 * DAY_S, 3 * DAY_S])
@pytest.mark.parametrize("count", [1, 3, 40])
def test_stale_records_in_which_nobody_runs_are_left_out(early_s: float, count: int) -> None:
    """GIVEN records of an old buffer, days from the rest and without a metre THEN the run begins
    where it began, and it is told.
    """
    stale = [
        replace(point, distance_m=0.0, speed_mps=0.0)
        for point in counted([early_s + n for n in range(count)])
    ]
    run = counted(range(100))
    found = in_order([*stale, *run])
    assert list(found.points) == run
    assert [
        (
            f"{count} record{'s' if count > 1 else ''} skipped: dated half a day or more from "
            "the rest, without movement"
        )
    ] == list(found.notes)


@KINDS
@pytest.mark.parametrize("wrong_s", [-50 * 365 * DAY_S, -3600, -30, 3600, 50 * 365 * DAY_S])
@pytest.mark.parametrize("where", [50, 99])
def test_one_wrong_time_costs_one_record(run: type, wrong_s: float, where: int) -> None:
    """GIVEN a single record dated wrongly, in the middle or at the end THEN it alone may be
    missing, and no time is out of order.
    """
    found = in_order(run([n + (wrong_s if n == where else 0) for n in range(100)]))
    assert len(found.points) >= 99
    assert way_m(found.points) == pytest.approx(MPS * 99, abs=MPS + 0.1)
    kept = [point for point in found.points if 0 <= point.time_ns - at(0) <= s_to_ns(99)]
    assert len(kept) >= 99


def test_places_of_two_clocks_make_one_way() -> None:
    """GIVEN each place twice, the second time stamped 7 s late THEN the way is that of the places,
    and no time steps back.
    """
    twice = [
        Point(at(4 * n + late_s), lat_deg=16 * n / DEGREE_M, lon_deg=0.0)
        for n in range(60)
        for late_s in (0, 7)
    ]
    found = in_order(twice)
    assert way_m(found.points) == pytest.approx(16 * 59, abs=1.0)
    assert found.points[-1].time_ns - found.points[0].time_ns <= s_to_ns(4 * 59 + 7)


@given(st.permutations(range(12)))
def test_laps_written_in_another_order_are_sorted(order: Sequence[int]) -> None:
    """GIVEN a run whose minutes stand in any order THEN sorting them gives back the run, whole."""
    run = counted(range(12 * 60))
    found = in_order([point for minute in order for point in run[60 * minute : 60 * minute + 60]])
    assert list(found.points) == run


def test_a_pause_of_days_is_no_fault() -> None:
    """GIVEN a recorder that goes on after a week, both parts run THEN nothing is touched."""
    week = [*counted(range(100)), *counted(range(7 * DAY_S, 7 * DAY_S + 100), 400.0)]
    found = in_order(week)
    assert (tuple(week), ()) == (found.points, found.notes)


def test_what_happened_beside_the_records_moves_with_them() -> None:
    """GIVEN a clock set back by an hour THEN a lap of the minute before it is moved as its records
    are, one of later is not.
    """
    found = in_order(counted([*range(60), *range(60 - 3600, 660 - 3600)]))
    assert found.at(at(58)) == at(58 - 3600)
    assert found.at(at(100 - 3600)) == at(100 - 3600)


times = st.lists(st.integers(0, 10**6) | st.integers(0, 2**62 // NS_PER_S), max_size=60)


@given(times, st.lists(st.none() | st.floats(0.0, 1e6), min_size=60, max_size=60))
def test_any_times_end_in_order_and_no_record_is_made_up(
    times_s: list[int], metres: list[float | None]
) -> None:
    """GIVEN any times and totals THEN times go on, no record stands twice, and those that go on
    already are not touched.
    """
    points = [
        Point(s_to_ns(t_s), distance_m, heart_rate_bpm=float(n))
        for n, (t_s, distance_m) in enumerate(zip(times_s, metres, strict=False))
    ]
    found = in_order(points)
    assert all(a.time_ns <= b.time_ns for a, b in pairwise(found.points))
    numbers = [point.heart_rate_bpm for point in found.points]
    assert len(set(numbers)) == len(numbers) <= len(points)
    assert bool(found.points) == bool(points)
