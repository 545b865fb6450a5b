"""The one sentence of a race."""

from dataclasses import replace

import pytest

from kickcue.analysis.review.headline import race_headline, run_headline
from kickcue.analysis.review.model import Ending, Pacing, Repeats
from kickcue.core.course import course_for
from tests.analysis.review.test_pacing import paced

COURSE = course_for("3200m")
LAP_S = 75.0
EVEN = (LAP_S,) * 8


def headline(pacing: Pacing) -> str:
    return race_headline(COURSE, Ending.FINISHED, 600.0, COURSE.distance_m, pacing)


def test_an_even_race_is_called_even() -> None:
    """GIVEN laps alike WHEN the last one is like them, or a spurt THEN the sentence says even."""
    assert "evenly paced to the end" in headline(paced(*EVEN))
    assert "even laps, and the last lap 5.6 % faster" in headline(paced(*EVEN[:-1], 71.0))


@pytest.mark.parametrize("percent", [3.0, -3.0, 5.0])
def test_halves_that_differ_are_not_even(percent: float) -> None:
    """GIVEN halves that differ by 3 % and more WHEN the last lap is like the mean THEN nobody is
    told to have run evenly.
    """
    assert "even" not in headline(replace(paced(*EVEN), half_percent=percent))


def test_laps_that_vary_are_not_even() -> None:
    """GIVEN a fartlek whose last lap is like the mean THEN nobody is told to have run evenly."""
    assert "even" not in headline(paced(*[LAP_S - 4.0, LAP_S + 4.0] * 3, LAP_S, LAP_S))


def test_times_and_lengths_are_those_of_the_whole_report() -> None:
    """Under 100 s in seconds alone, from 10 km on in kilometres."""
    assert "400 m in 63.4 s, 2:38.4 a kilometre." == run_headline(63.4, 400.2)
    assert "42.195 km in 3:02:11.0, 4:19.1 a kilometre." == run_headline(10_931.0, 42_195.0)


def repeats(alike: int) -> Repeats:
    figures = (60.4, 1.2, 59.0, 62.0, 90.0, 3.0, 1.0)
    return Repeats((), None, "positions", alike, *figures)


def test_repetitions_that_were_found_are_in_the_sentence() -> None:
    """GIVEN a run of which nobody said what it was WHEN three of its repetitions and more are alike
    THEN the sentence says so, for the mean of the run and its rests says nothing; two may be two
    steps aside for a car.
    """
    found = run_headline(900.0, 3200.0, repeats(3))
    assert "3200 m in 15:00.0, with 3 repetitions of 60.4 s on average." == found
    assert "15:00.0, with 3 repetitions of 60.4 s on average." == run_headline(
        900.0, None, repeats(3)
    )
    assert run_headline(900.0, 3200.0) == run_headline(900.0, 3200.0, repeats(2))
