"""Thresholds: what is asked, of which races, and how a missed one is told."""

from dataclasses import replace
from typing import Any

import pytest

from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.statistics import Summary
from kickcue.lab.thresholds import (
    LONGER,
    TARGETS,
    Target,
    missed,
    missed_after_press,
    missed_together,
    target,
)

GOOD = Summary(1000, 0.2, 0.9, 3.0, 1, 0, 0.95, 0, 0, 0)


def test_every_scenario_is_known() -> None:
    """Every target is of a scenario that exists; only "bare" has none of its own."""
    assert set(SCENARIOS) - {"bare"} == set(TARGETS)
    assert {scenario for scenario, _ in LONGER} <= set(SCENARIOS)


def test_what_is_asked_depends_on_the_event() -> None:
    """Errors are asked of 5000 m and 10000 m; the calibrated 10000 m has more time to drift."""
    assert Target(0.28, 1.1, 1 / 1000) == target("button", "5000m") == target("button", "10000m")
    assert (4.2, 8.0) == (
        target("calibrated", "5000m").median_s,
        target("calibrated", "10000m").median_s,
    )
    assert Target() == target("button", "1500m") == target("bare", "5000m")
    assert target("wide", "5000m") == target("fatigue", "5000m") != target("smooth", "5000m")


def test_what_a_sleeping_machine_cannot_give_is_not_asked() -> None:
    """GIVEN bells that never came THEN those that the machine slept over are not counted."""
    never = replace(GOOD, never=3)
    assert [] == list(missed("sleep", "10k", replace(never, slept_over=3)))
    assert ["never 3, 2 is asked"] == list(missed("sleep", "10k", replace(never, slept_over=2)))


def test_where_a_model_does_not_reach_it_must_be_honest_though_wide() -> None:
    """GIVEN more coverage than 97 % THEN it is missed of usual races, not of the others."""
    wide = replace(GOOD, coverage95=0.99)
    assert 1 == len(list(missed("button", "10k", wide)))
    for scenario in ("slip", "physical", "road-slip"):
        assert [] == list(missed(scenario, "10k", wide))
        assert 1 == len(list(missed(scenario, "10k", replace(GOOD, coverage95=0.89))))


def test_good_figures_miss_nothing() -> None:
    """GIVEN figures at or within the thresholds THEN nothing is missed."""
    assert [] == list(missed("button", "5000m", GOOD))
    assert [] == list(missed("button", "5000m", replace(GOOD, median_s=0.28, p95_s=1.1)))


@pytest.mark.parametrize(
    ("figures", "words"),
    [
        ({"median_s": 0.29}, "median 0.29 s, at most 0.28 s"),
        ({"median_s": None}, "median - s"),
        ({"p95_s": 1.11}, "p95 1.11 s, at most 1.1 s"),
        ({"wrong_lap": 2}, "wrong lap in 2 of 1000 races, at most 1"),
        ({"never": 1}, "never 1, 0"),
        ({"late_felt": 1}, "felt late 1, 0"),
        ({"double_felt": 1}, "felt twice 1, 0"),
        ({"coverage95": 0.92}, "coverage95 0.920"),
        ({"coverage95": 0.98}, "coverage95 0.980"),
    ],
)
def test_each_threshold_is_told(figures: dict[str, Any], words: str) -> None:
    """GIVEN one figure beyond its threshold THEN exactly that is told, with what is asked."""
    (sentence,) = missed("button", "5000m", replace(GOOD, **figures))
    assert words in sentence


def test_few_races_are_not_judged() -> None:
    """GIVEN fewer than 200 races THEN nothing is missed, however bad; from 200 on a rate of wrong
    laps is rounded up.
    """
    bad = replace(GOOD, median_s=50.0, never=3)
    assert [] == list(missed("button", "5000m", replace(bad, races=199)))
    assert 2 == len(list(missed("button", "5000m", replace(bad, races=200))))
    assert [] == list(missed("button", "5000m", replace(GOOD, races=200, wrong_lap=1)))
    assert 1 == len(list(missed("gate", "5000m", replace(GOOD, races=200, wrong_lap=1))))


def test_other_events_are_asked_for_honesty() -> None:
    """GIVEN an event without targets of its own THEN never, late, twice and coverage are asked all
    the same.
    """
    assert 2 == len(
        list(missed("bare", "1500m", replace(GOOD, median_s=50.0, never=1, coverage95=0.8)))
    )


@pytest.mark.parametrize("event", ["800m", "1500m"])
def test_short_races_are_judged_after_a_press(event: str) -> None:
    """GIVEN a mishap in a race of few lines THEN errors are asked where a lap had been pressed."""
    bad = replace(GOOD, median_s=9.0, never=1, coverage95=0.8)
    assert [] == list(missed("slip", event, bad))
    assert 1 == len(list(missed("slip", event, replace(bad, late_felt=1))))
    told = list(missed_after_press("slip", replace(bad, races=100)))
    assert 3 == len(told)
    assert "after a press: median 9.00 s, at most 0.45 s is asked" == told[0]
    assert [] == list(missed_after_press("slip", replace(bad, races=99)))


@pytest.mark.parametrize(
    ("races", "unwarned", "told"),
    [(199, 9, 0), (200, 1, 0), (200, 2, 1), (4000, 2, 0), (4000, 3, 1)],
)
def test_unwarned_is_asked_of_all_races_together(races: int, unwarned: int, told: int) -> None:
    """One in 2,000 races, rounded up, may be lost without an "about"; of few nothing is asked."""
    assert told == len(list(missed_together(races, unwarned)))
