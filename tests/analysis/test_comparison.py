"""Races over each other by distance: who lost how much, and where."""

from dataclasses import replace
from itertools import pairwise
from math import fsum

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.comparison import FINEST_M, MOST_ROWS, compare
from kickcue.analysis.review.model import TimedBy
from kickcue.core.errors import DataError
from tests.analysis.made_up_reviews import race, run, series, steady

EVEN = (38.0, *[76.0] * 12)
"""A 5000 m of 12 and a half laps."""


def test_each_lap_says_what_was_lost_in_it() -> None:
    """GIVEN a race like another but for one lap 2 s slower and a last lap 5 s faster THEN exactly
    these laps say so, and the finish is 3 s earlier.
    """
    other = list(EVEN)
    other[4] += 2.0
    other[-1] -= 5.0
    found = compare([race("5000m", EVEN), race("5000m", other)])
    lost = [stretch.lost_s[1] for stretch in found.stretches]
    assert [0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, -5] == [round(each, 6) for each in lost]
    assert found.by_lap
    assert found.one_length
    assert (5000.0, 400.0) == (found.common_m, found.piece_m)
    assert pytest.approx(-3.0) == found.curves.behind_s[-1][1]
    assert all(all(stretch.timed) for stretch in found.stretches)


@given(
    st.lists(st.floats(50.0, 90.0), min_size=13, max_size=13),
    st.lists(st.floats(50.0, 90.0), min_size=13, max_size=13),
)
def test_what_is_lost_adds_up(first: list[float], second: list[float]) -> None:
    """Whatever the laps are: the losses of all stretches are the difference at the finish, those of
    the first side are 0, and the curve passes through the sum at each line.
    """
    found = compare([race("5000m", first), race("5000m", second)])
    assert pytest.approx(fsum(second) - fsum(first), abs=1e-6) == fsum(
        stretch.lost_s[1] for stretch in found.stretches
    )
    assert {0.0} == {stretch.lost_s[0] for stretch in found.stretches}
    behind = dict(zip(found.curves.at_m, found.curves.behind_s, strict=True))
    so_far = 0.0
    for stretch in found.stretches:
        so_far += stretch.lost_s[1]
        assert pytest.approx(so_far, abs=1e-6) == behind[stretch.to_m][1]


def test_another_distance_is_compared_over_the_common_part() -> None:
    """GIVEN a 5000 m and a 3000 m THEN both are compared over 3000 m by the lines of the first, and
    times at lines that the second has not are estimates.
    """
    three = race("3000m", (40.0, *[80.0] * 7))
    found = compare([race("5000m", EVEN), three])
    assert 3000.0 == found.common_m
    assert not found.one_length
    assert [200.0, 600.0, 1000.0, 1400.0, 1800.0, 2200.0, 2600.0, 3000.0] == [
        stretch.to_m for stretch in found.stretches
    ]
    assert [(570.0, 570.0), (600.0, 600.0)] == [
        (fsum(stretch.seconds[side] for stretch in found.stretches), found.sides[side].common_s)
        for side in (0, 1)
    ]
    # 1500 m of the lines of a 5000 m: none of a 1500 m lies at 200 m
    metric_mile = compare([race("5000m", EVEN), race("1500m", (57.0, 76.0, 76.0, 76.0))])
    assert [False, False, False, False, False] == [
        stretch.timed[1] for stretch in metric_mile.stretches
    ]


def test_a_line_that_was_not_timed_says_so() -> None:
    """GIVEN one line of a race is estimated THEN the stretches before and after it are, too."""
    doubted = race("5000m", EVEN)
    laps = list(doubted.laps)
    laps[3] = replace(laps[3], timed_by=TimedBy.ESTIMATE)
    found = compare([race("5000m", EVEN), replace(doubted, laps=tuple(laps))])
    assert [3, 4] == [
        number for number, stretch in enumerate(found.stretches) if not stretch.timed[1]
    ]


@pytest.mark.parametrize(
    ("metres", "piece_m", "lines"),
    [
        (5432.0, 1000.0, 6),
        (5005.0, 1000.0, 5),
        (2999.0, 200.0, 15),
        (450.0, 200.0, 3),
        (110.0, 200.0, 1),
    ],
)
def test_runs_are_cut_into_kilometres(metres: float, piece_m: float, lines: int) -> None:
    """Runs without the lines of a track are compared by kilometres, short ones by 200 m."""
    found = compare([steady(metres, 4.0), steady(metres + 100.0, 5.0)])
    assert (piece_m, lines, False) == (found.piece_m, len(found.stretches), found.by_lap)
    assert metres == pytest.approx(found.common_m)
    for stretch in found.stretches:
        length_m = stretch.to_m - stretch.from_m
        assert pytest.approx(length_m / 5.0 - length_m / 4.0) == stretch.lost_s[1]
    assert {(4.0, 5.0)} == {tuple(round(mps or 0.0, 6) for mps in row) for row in found.curves.mps}


@given(st.floats(101.0, 200_000.0))
def test_curves_are_no_finer_than_a_screen(metres: float) -> None:
    """However long a run is, its curves have a bounded number of rows, from 0 to its end, each
    farther than the one before.
    """
    both = [run(distance_m=metres, series=series([0.0, metres / 4], [0.0, metres]))] * 2
    at_m = compare(both).curves.at_m
    assert (0.0, metres) == (at_m[0], at_m[-1])
    assert len(at_m) <= MOST_ROWS + 1
    assert all(0.0 < after - before for before, after in pairwise(at_m))
    assert at_m[1] % FINEST_M == 0.0


def test_laps_correct_what_the_pod_measured() -> None:
    """GIVEN a pod that measured 10 % too much between lines that were pressed THEN the lines count,
    and between them the shape is the pod's.
    """
    pod = series([0.0, 19.0, 38.0, 76.0, 114.0], [0.0, 110.0, 220.0, 440.0, 660.0])
    runner = race("5000m", EVEN[:2], series=pod)
    found = compare([runner, race("5000m", EVEN)])
    assert 600.0 == found.common_m
    assert [0.0, 0.0] == [round(stretch.lost_s[1], 6) for stretch in found.stretches]


def test_without_any_distance_there_is_nothing_to_compare() -> None:
    """GIVEN a run of heart rate alone, or one of a few metres, THEN the file is named and why."""
    with pytest.raises(DataError, match=r"strap\.fit: no distances to compare"):
        compare([race("5000m", EVEN), run("strap.fit")])
    with pytest.raises(DataError, match=r"few\.fit: expected at least 100 m to compare, got 50 m"):
        compare([race("5000m", EVEN), steady(50.0, 5.0, "few.fit")])
