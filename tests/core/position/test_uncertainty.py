"""How sure a place is: what can be known of the lap, when the word is "about", and the one form in
which an error is told.
"""

import math
from statistics import NormalDist

import pytest
from hypothesis import given, strategies as st

from kickcue.core.course import course_for
from kickcue.core.position.uncertainty import (
    arrival_sd_s,
    is_about,
    lap_at,
    laps,
    metres,
    plus_minus,
    to_go,
)

TRACK = course_for("5000m")
LINES_M = TRACK.crossings_m
places = st.floats(-10.0, 5100.0)
errors = st.floats(0.0, 500.0)


@pytest.mark.parametrize(
    ("distance_m", "sd_m", "expected"),
    [
        (0.0, 1.0, (1, 1)),
        (1800.0, 3.0, (6, 6)),  # at the line itself: the runner sees it
        (1800.0, 25.0, (6, 6)),
        (1800.0, 30.0, (5, 6)),
        (2000.0, 120.0, (6, 6)),  # in the middle of a lap
        (2000.0, 130.0, (5, 7)),
        (4700.0, 141.0, (12, 13)),
        (5000.0, 3.0, (13, 13)),
        (5000.0, 300.0, (12, 13)),  # the last one is the last one
    ],
)
def test_the_laps_it_may_be(distance_m: float, sd_m: float, expected: tuple[int, int]) -> None:
    """One lap as long as the truth lies in it or in sight of it, 95 of 100 times; else from the
    first to the last that it may be.
    """
    assert expected == laps(distance_m, sd_m, LINES_M, TRACK.marker_m)


@given(places, errors, errors)
def test_more_doubt_never_means_fewer_laps(distance_m: float, one_m: float, other_m: float) -> None:
    """The likeliest lap is among those it may be, and a larger error only adds to them."""
    small, large = (
        laps(distance_m, sd_m, LINES_M, TRACK.marker_m) for sd_m in sorted((one_m, other_m))
    )
    assert large[0] <= small[0] <= lap_at(distance_m, LINES_M) <= small[1] <= large[1]
    assert 1 <= large[0]
    assert large[1] <= TRACK.laps


@given(places, st.floats(0.1, 300.0))
def test_a_single_lap_is_the_true_one_or_in_sight(distance_m: float, sd_m: float) -> None:
    """GIVEN one lap is shown THEN with 95 % the truth lies in it, or no more than 50 m outside."""
    first, last = laps(distance_m, sd_m, LINES_M, TRACK.marker_m)
    if first == last:
        begins_m = -math.inf if first == 1 else LINES_M[first - 2]
        ends_m = math.inf if first == TRACK.laps else LINES_M[first - 1]
        truth = NormalDist(distance_m, sd_m)
        low = 0.0 if math.isinf(begins_m) else truth.cdf(begins_m - 50.0)
        high = 1.0 if math.isinf(ends_m) else truth.cdf(ends_m + 50.0)
        assert high - low >= 0.9499


@pytest.mark.parametrize(
    ("lap_m", "sd_m", "about"),
    [
        (400.0, 25.5, False),
        (400.0, 25.6, True),
        (1000.0, 25.6, True),
        (60.0, 7.6, False),
        (60.0, 7.7, True),
    ],
)
def test_when_the_word_is_about(lap_m: float, sd_m: float, about: bool) -> None:
    """The word is "about" where 95 % means more than 50 m either way, or more than a quarter of a
    short lap.
    """
    assert about is is_about(sd_m, lap_m)


@given(places, errors)
def test_no_doubt_about_the_lap_without_about(distance_m: float, sd_m: float) -> None:
    """GIVEN the bell is called without "about" THEN one lap is shown: the two never contradict each
    other.
    """
    first, last = laps(distance_m, sd_m, LINES_M, TRACK.marker_m)
    assert first == last or is_about(sd_m, TRACK.kick_m)


def test_the_time_of_a_bell() -> None:
    """Near by the place decides how sure the time is, far away the pace, which is never even."""
    assert 0.6 == arrival_sd_s(0.0, 3.0, 5.0)
    assert 6.0 == arrival_sd_s(200.0, 0.0, 5.0)
    assert 5.0 == pytest.approx(arrival_sd_s(100.0, 20.0, 5.0))


def test_the_one_form_of_an_error() -> None:
    """A distance has its 95 % behind it, never 0; what nobody tells is a question mark, what is
    unknown a dash.
    """
    assert "612 ± 8 m to go" == to_go(612.3, 4.0)
    assert "4600 ± 276 m" == metres(4599.6, 141.0)
    assert ["± 1", "± 1", "± 2", "± ?"] == [plus_minus(sd) for sd in (0.0, 0.3, 0.9, None)]
    assert ["400 ± ? m to go", "- m to go"] == [to_go(400.0, None), to_go(None, 3.0)]
