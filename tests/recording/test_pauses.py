"""When the recorder was stopped, as it says itself and as its records show."""

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.pauses import Gap, Pause, Turn, gaps, pauses
from kickcue.recording.points import Point

DEGREE_M = 111_195.08


def spans(points: list[Point], *turns: Turn) -> list[tuple[float, float]]:
    return [
        (ns_to_s(pause.stop_ns), ns_to_s(pause.go_ns))
        for pause in pauses(points, gaps(points).values(), turns)
    ]


def stop(t_s: float) -> Turn:
    return Turn(s_to_ns(t_s), running=False)


def go(t_s: float) -> Turn:
    return Turn(s_to_ns(t_s), running=True)


def run(*parts: tuple[float, float, float]) -> list[Point]:
    """Return a record a second of parts (from, to, metres at its beginning) at 4 m/s."""
    return [
        Point(s_to_ns(t_s), m + 4.0 * (t_s - begin), 4.0)
        for begin, end, m in parts
        for t_s in range(int(begin), int(end) + 1)
    ]


def test_what_the_recorder_says_is_a_pause() -> None:
    """GIVEN a stop and a start, however short the pause
    THEN that is it; said twice it is the same.
    """
    points = run((0, 20, 0.0), (28, 60, 80.0))
    assert (
        [(20.0, 28.0)]
        == spans(points, stop(20), go(28))
        == spans(points, stop(20), stop(21), go(28), go(30))
    )


def test_a_stop_without_a_start_ends_with_the_next_record() -> None:
    """GIVEN a recorder that never says that it goes on THEN it goes on with the next record; behind
    the last there is no pause.
    """
    points = run((0, 20, 0.0), (60, 90, 80.0))
    assert [(20.0, 60.0)] == spans(points, stop(20), stop(90))


def test_a_gap_in_which_nothing_was_run_is_a_pause_though_nobody_says_so() -> None:
    """GIVEN a minute without records and without metres THEN it is a pause; with the metres of that
    minute it is none.
    """
    assert [(20.0, 80.0)] == spans(run((0, 20, 0.0), (80, 90, 80.0)))
    assert [] == spans(run((0, 20, 0.0), (80, 90, 320.0)))
    assert [] == spans(run((0, 20, 0.0), (31, 90, 124.0))), "smart recording leaves out 11 s"


@pytest.mark.parametrize(
    ("gap_s", "metres", "expected"),
    [(8, 4.0, (21.0, 28.0)), (12, 0.0, (20.0, 32.0)), (8, 12.0, None), (4, 0.0, None)],
)
def test_a_total_that_stands_still_is_a_short_pause(
    gap_s: int, metres: float, expected: tuple[float, float] | None
) -> None:
    """GIVEN a watch that stops by itself for some seconds, and says so nowhere WHEN its total stood
    THEN it is a pause; a walk is none.
    """
    points = run((0, 20, 0.0), (20 + gap_s, 90, 80.0 + metres))
    assert spans(points) == ([expected] if expected else [])


@pytest.mark.parametrize(("metres", "stop_s"), [(4.0, 75.0), (8.0, 76.0), (0.0, 74.0)])
def test_the_metres_before_the_stop_were_run(metres: float, stop_s: float) -> None:
    """GIVEN a total that goes on by a second of running over a pause of nine hours THEN the pause
    begins a second later.
    """
    points = run((0, 74, 0.0), (32475, 32500, 296.0 + metres))
    assert [(stop_s, 32475.0)] == spans(points) == spans(points, stop(74), go(32475))


def test_a_walk_while_the_recorder_is_stopped_is_no_run() -> None:
    """GIVEN positions only, and 190 m walked back in 165 s WHEN running goes on THEN it is a pause,
    and no metre of it counts.
    """
    points = [
        Point(s_to_ns(t), lat_deg=m / DEGREE_M, lon_deg=0.0)
        for t, m in [*((t, 6 * t) for t in range(33)), (197, 2), (198, 8)]
    ]
    (gap,) = gaps(points).values()
    assert (Pause(s_to_ns(32), s_to_ns(197)), 0.0) == gap


def test_a_new_segment_is_a_pause_at_any_length() -> None:
    """GIVEN a new segment after five seconds THEN the recorder was stopped; the same gap within one
    is none.
    """
    places = [(t, 4.0 * t / DEGREE_M) for t in (0, 1, 2, 7, 8)]
    for new, expected in ((True, [(2.0, 7.0)]), (False, [])):
        assert expected == spans(
            [
                Point(s_to_ns(t), lat_deg=lat, lon_deg=0.0, after_pause=new and t == 7)
                for t, lat in places
            ]
        )


@given(
    st.lists(
        st.tuples(st.integers(0, 10**5), st.none() | st.floats(0.0, 1e5), st.booleans()),
        max_size=30,
    ),
    st.lists(st.tuples(st.integers(0, 10**5), st.booleans()), max_size=20),
)
def test_pauses_are_in_order_and_apart(
    records: list[tuple[int, float | None, bool]], said: list[tuple[int, bool]]
) -> None:
    """GIVEN any records and any words of the recorder
    THEN pauses last, and none touches the next.
    """
    points = sorted(
        (Point(s_to_ns(t), m, after_pause=new) for t, m, new in records),
        key=lambda point: point.time_ns,
    )
    found = pauses(
        points, gaps(points).values(), [Turn(s_to_ns(t), running) for t, running in said]
    )
    assert all(pause.stop_ns < pause.go_ns for pause in found)
    assert all(a.go_ns < b.stop_ns for a, b in pairwise(found))


def test_a_pause_within_another_ends_with_the_longer_one() -> None:
    """GIVEN a stop that the records show for two minutes WHEN the recorder tells of one within it
    THEN the pause lasts as long as the longer one.
    """
    shown = Gap(Pause(s_to_ns(100.0), s_to_ns(220.0)), 0.0)
    turns = [Turn(s_to_ns(110.0), running=False), Turn(s_to_ns(150.0), running=True)]
    assert [shown.pause] == pauses([], [shown], turns)


def test_a_second_stop_begins_no_later_pause() -> None:
    """GIVEN a timer that is told to stop twice before it goes on THEN it stood from the first."""
    turns = [Turn(s_to_ns(t), running=t == 90.0) for t in (50.0, 70.0, 90.0)]
    assert [Pause(s_to_ns(50.0), s_to_ns(90.0))] == pauses([], [], turns)
