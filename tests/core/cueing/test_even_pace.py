"""The even schedule of a goal, and when being off it is worth a word."""

from itertools import pairwise

import pytest
from hypothesis import assume, given, strategies as st

from kickcue.core.course import EVENTS, Course, course_for
from kickcue.core.cueing.even_pace import (
    STANDING_START_M,
    STANDING_START_S,
    EvenSchedule,
    PaceWatch,
)
from kickcue.core.records import bounds_s

courses = st.one_of(
    st.builds(course_for, st.sampled_from(EVENTS)),
    st.builds(
        lambda metres, lap_m: course_for(f"{metres}m", lap_m=lap_m),
        st.integers(600, 10_000),
        st.floats(150.0, 500.0),
    ),
)


@st.composite
def goals(draw: st.DrawFn) -> tuple[Course, EvenSchedule]:
    """Any course with any goal that can be meant for it."""
    course = draw(courses)
    fastest_s, slowest_s = bounds_s(course)
    return course, EvenSchedule(course.distance_m, draw(st.floats(fastest_s, slowest_s)))


@given(goals())
def test_the_laps_sum_to_the_goal(goal: tuple[Course, EvenSchedule]) -> None:
    """GIVEN any course and any goal that can be meant THEN the laps take the goal together, to the
    millisecond, from a gun at 0.
    """
    course, schedule = goal
    due_s = [schedule.at(line_m) for line_m in (0.0, *course.crossings_m)]
    assert 0.0 == due_s[0]
    laps_s = [after - before for before, after in pairwise(due_s)]
    assert schedule.goal_s == pytest.approx(sum(laps_s), abs=0.0005)
    assert schedule.goal_s == pytest.approx(due_s[-1], abs=0.0005)


@given(goals(), st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_later_is_farther(goal: tuple[Course, EvenSchedule], one: float, other: float) -> None:
    """GIVEN two places, the nearer first THEN it is due first."""
    course, schedule = goal
    near_m, far_m = sorted((one * course.distance_m, other * course.distance_m))
    assume(far_m - near_m > 0.001)
    assert schedule.at(near_m) < schedule.at(far_m)


@given(goals())
def test_all_laps_are_even_but_for_the_start(goal: tuple[Course, EvenSchedule]) -> None:
    """GIVEN any goal THEN equal stretches take equal times, a partial lap its share; the standing
    start alone costs a second more, which nobody has to run back later.
    """
    course, schedule = goal
    lines_m = (0.0, *course.crossings_m)
    for before_m, after_m in pairwise(lines_m):
        lap_s = schedule.at(after_m) - schedule.at(before_m)
        flying_s = (schedule.goal_s - STANDING_START_S) * (after_m - before_m) / course.distance_m
        if before_m >= STANDING_START_M:
            assert flying_s == pytest.approx(lap_s, abs=1e-6)
        elif before_m == 0.0 and after_m >= STANDING_START_M:
            assert flying_s + STANDING_START_S == pytest.approx(lap_s, abs=1e-6)


def test_a_schedule_by_hand() -> None:
    """GIVEN 16:40 over 5000 m THEN the first 200 m are due at 40.96 s, each lap takes 79.92 s."""
    schedule = EvenSchedule(5000.0, 1000.0)
    assert 40.96 == pytest.approx(schedule.at(200.0))
    assert 120.88 == pytest.approx(schedule.at(600.0))
    assert 920.08 == pytest.approx(schedule.at(4600.0))


def test_a_start_of_ones_own() -> None:
    """GIVEN a start that costs nothing THEN every metre is even."""
    schedule = EvenSchedule(3000.0, 600.0, start_s=0.0)
    assert [2.0, 100.0, 600.0] == pytest.approx([schedule.at(m) for m in (10.0, 500.0, 3000.0)])


def told(watch: PaceWatch, offs_s: list[float], error_s: float = 0.0) -> list[float]:
    """Return which of these, one a lap, were told."""
    heard = []
    for off_s in offs_s:
        if watch.is_worth_a_cue(off_s, error_s):
            watch.told(off_s)
            heard.append(off_s)
    return heard


@pytest.mark.parametrize(
    ("offs_s", "heard"),
    [
        ([1.9, -2.0, 2.0], []),
        ([-2.1], [-2.1]),
        ([-2.1, -2.5, -3.9, -4.2, -5.0, -6.3], [-2.1, -4.2, -6.3]),
        ([2.1, 1.1, 2.1, 3.0], [2.1]),
        ([2.1, 0.9, 2.2], [2.1, 2.2]),
        ([2.1, -0.5, -2.1, 2.1], [2.1, -2.1, 2.1]),
        ([-3.0, 3.0, -3.0], [-3.0, 3.0, -3.0]),
    ],
)
def test_the_same_is_not_said_again(offs_s: list[float], heard: list[float]) -> None:
    """GIVEN laps of 100 s, where more than 2 s off are worth a word THEN the same side comes again
    only when it got worse by 2 s, or after it was within 1 s; the other side at once.
    """
    assert heard == told(PaceWatch(100.0), offs_s)


def test_what_is_not_well_known_is_not_said() -> None:
    """GIVEN a place that is known to five seconds only WHEN half of what would be said may be wrong
    THEN nothing is said.
    """
    assert [] == told(PaceWatch(100.0), [-6.0, 9.0, 10.0], error_s=5.0)
    assert [-10.1] == told(PaceWatch(100.0), [-6.0, -10.1], error_s=5.0)


def test_what_was_not_heard_is_said_at_the_next_line() -> None:
    """GIVEN a cue that was not given, for another had its moment WHEN the next line comes THEN it
    is wanted again.
    """
    watch = PaceWatch(100.0)
    assert watch.is_worth_a_cue(-3.0, 0.0)
    assert watch.is_worth_a_cue(-3.0, 0.0)
    watch.told(-3.0)
    assert not watch.is_worth_a_cue(-3.0, 0.0)


@pytest.mark.parametrize(("lap_s", "worth_s"), [(36.0, 1.5), (75.0, 1.5), (80.0, 1.6), (300.0, 6)])
def test_how_far_off_is_worth_a_word(lap_s: float, worth_s: float) -> None:
    """Two per cent of a lap, and never less than what two presses may differ by."""
    assert worth_s == pytest.approx(PaceWatch(lap_s).worth_s)


@given(st.floats(30.0, 400.0), st.lists(st.floats(-30.0, 30.0), max_size=30))
def test_hysteresis_holds(lap_s: float, offs_s: list[float]) -> None:
    """GIVEN a runner who is anything off at each line THEN whoever is told is off by more than what
    is worth it, and between two cues of one side it got worse by a step, or was nearly well.
    """
    watch = PaceWatch(lap_s)
    last: int | None = None
    for at, off_s in enumerate(offs_s):
        if not watch.is_worth_a_cue(off_s, 0.0):
            continue
        assert abs(off_s) > watch.worth_s
        if last is not None and off_s * offs_s[last] > 0.0:
            well = any(
                abs(each) < watch.worth_s / 2 or each * off_s < 0.0 for each in offs_s[last:at]
            )
            assert well or abs(off_s) >= abs(offs_s[last]) + watch.worth_s
        watch.told(off_s)
        last = at
