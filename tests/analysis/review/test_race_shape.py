"""What the way of a race is shaped by, and how long steps are."""

from itertools import pairwise

import pytest

from kickcue.analysis.review.body_readings import step_m
from kickcue.analysis.review.race_curve import RaceCurve
from kickcue.analysis.review.race_shape import race_shape
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import RunReadings
from kickcue.core.events import Estimate, Mode
from kickcue.core.units import s_to_ns

TO_S = 600.0
MPS = 5.0
MARKED_S = 300


def estimate(second: int) -> Estimate:
    """Return an estimate that is 20 m short until a mark sets it right."""
    short_m = 20.0 if second < MARKED_S else 0.0
    return Estimate(
        s_to_ns(second), MPS * second - short_m, 1.0, MPS, None, None, None, None, None, Mode.POD
    )


ESTIMATES = [estimate(second) for second in range(int(TO_S) + 1)]


def test_a_hole_does_not_hand_over_to_estimates() -> None:
    """GIVEN a pod that is not heard for three of ten minutes, and estimates that leap at a mark
    WHEN the way is shaped THEN the pod's metres on both sides of the hole are what counts.
    """
    seconds = [*range(200), *range(380, int(TO_S) + 1)]
    readings = RunReadings(totals=[(s_to_ns(second), MPS * second) for second in seconds])

    shape = race_shape(readings, ESTIMATES, RaceTime(0, ()), TO_S)

    assert shape.by_pod
    speeds = [(b_m - a_m) / (b_s - a_s) for (a_s, a_m), (b_s, b_m) in pairwise(shape.knots)]
    assert speeds == pytest.approx([MPS] * len(speeds))


def test_estimates_are_what_is_left_where_nothing_else_moved() -> None:
    """GIVEN a pod that tells cadence alone THEN the way is what the engine made of that."""
    readings = RunReadings(totals=[(s_to_ns(second), 0.0) for second in range(int(TO_S))])

    shape = race_shape(readings, ESTIMATES, RaceTime(0, ()), TO_S)

    assert not shape.by_pod
    assert MPS * TO_S == shape.knots[-1][1] - shape.knots[0][1] - 20.0


@pytest.mark.parametrize(
    ("mps", "spm", "length_m"),
    [
        (5.0, 180.0, 5.0 / 3.0),
        (0.3, 170.0, None),
        (6.0, 40.0, None),
        (6.0, 120.0, None),
        (0.0, 0.0, None),
        (None, 180.0, None),
        (5.0, None, None),
    ],
)
def test_steps_have_a_length_while_running(
    mps: float | None, spm: float | None, length_m: float | None
) -> None:
    """Who stands, sets off or stops has none; nobody's step is 3 m long."""
    assert step_m(mps, spm) == (None if length_m is None else pytest.approx(length_m))


def test_what_comes_at_once_just_after_the_end_belongs_to_it() -> None:
    """GIVEN a link that stalls before the finish, and gives all it held up after it THEN the way
    goes on to the finish, and does not stand until then.
    """
    totals = [(s_to_ns(second), MPS * second) for second in range(570)]
    totals += [(s_to_ns(605.0 + 0.01 * n), MPS * (570 + n)) for n in range(36)]

    shape = race_shape(RunReadings(totals=totals), (), RaceTime(0, ()), TO_S)

    assert MPS * TO_S == pytest.approx(RaceCurve(shape.knots).at(TO_S), abs=5.0)
