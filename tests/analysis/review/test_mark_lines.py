"""Which line each mark is of: what a lap says later puts right what was taken for another."""

from collections.abc import Sequence

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.review.mark_lines import CLOCK_SHARE, MEASURED_SHARE, Dealer, Told
from kickcue.core.course import course_for

COURSE = course_for("5000m")
LINES = COURSE.crossings_m
MPS = 5.0


def dealt(
    places: Sequence[float],
    told: Sequence[float | None],
    *,
    pod: bool = True,
    finished: bool = True,
    scale: float = 1.0,
) -> tuple[float | None, ...]:
    """Return the lines of marks that were made at ``places``, taken for ``told`` at first."""
    marks = [mark(at_m, line_m, pod, scale) for at_m, line_m in zip(places, told, strict=True)]
    finish = mark(COURSE.distance_m, COURSE.distance_m, pod, scale) if finished else None
    lines = LINES[:-1] if finished else LINES
    share, mps = (MEASURED_SHARE, MPS) if pod else (CLOCK_SHARE, None)
    return Dealer(lines, COURSE.marker_m, share, mps).lines(marks, finish)


def mark(at_m: float, line_m: float | None, pod: bool, scale: float) -> Told:
    race_s = at_m / MPS
    return Told(race_s, at_m / scale if pod else race_s, 0.0, line_m)


def test_what_fits_stays() -> None:
    """GIVEN a mark at every line but one, and a double.

    THEN each is of its own line, the double of none.
    """
    places = [*LINES[:4], LINES[3] + 10.0, *LINES[5:-1]]
    right = (*LINES[:4], None, *LINES[5:-1])
    assert right == dealt(places, right)


@pytest.mark.parametrize("pod", [True, False])
def test_a_first_mark_of_a_later_line(pod: bool) -> None:
    """GIVEN a helper who begins to press late, and a first press taken for an earlier line.

    THEN the laps after it put it right, with a pod and without.
    """
    right = LINES[3:-1]
    told = (LINES[2], *LINES[4:-1])
    assert right == dealt(right, told, pod=pod)


def test_a_press_that_was_doubted_counts_after_all() -> None:
    """GIVEN four presses, the first taken for the next line, the third doubted.

    THEN the finish shows which lines they were of.
    """
    places = [3800.0, 3815.0, 4200.0, 4600.0]
    assert (3800.0, None, 4200.0, 4600.0) == dealt(places, [4200.0, None, None, 4600.0], scale=0.93)


def test_a_pod_that_slips_moves_no_line() -> None:
    """GIVEN a pod whose metres between two marks are 100 m short THEN the clock keeps the lines."""
    marks = [mark(at_m, at_m, pod=True, scale=1.0) for at_m in LINES[:-1]]
    marks = [each._replace(way=each.way - 100.0) if each.way > 2100 else each for each in marks]
    lines = Dealer(LINES, COURSE.marker_m, MEASURED_SHARE, MPS).lines(marks, None)
    assert LINES[:-1] == lines


@given(st.lists(st.tuples(st.floats(1.0, 6000.0), st.none() | st.sampled_from(LINES)), max_size=12))
def test_each_line_has_one_mark_in_order(marks: list[tuple[float, float | None]]) -> None:
    """Whatever is marked, lines only grow, and no line has two marks."""
    marks.sort(key=lambda each: each[0])
    places, told = [at_m for at_m, _ in marks], [line_m for _, line_m in marks]
    far_m = [line_m for line_m in dealt(places, told, finished=False) if line_m is not None]
    assert far_m == sorted(set(far_m))
