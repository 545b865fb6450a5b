"""Reviews against the truth of simulated races, mishaps included."""

from itertools import pairwise

import pytest

from kickcue.analysis.review.model import Ending, Review, TimedBy
from kickcue.core.course import course_for
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import SimulatedRace, simulate
from tests.analysis.review import made_up

THUMB_S = 1.8
"""A thumb is late by 0.4 s, with a standard deviation of 0.3 s."""
SEEDS = (1, 2)


def simulated(scenario: str, seed: int, event: str) -> tuple[SimulatedRace, Review]:
    race = simulate(course_for(event), SCENARIOS[scenario], seed)
    return race, made_up.race(event, scenario, seed)


def off_s(race: SimulatedRace, review: Review) -> dict[float, float]:
    """Return by line how much later than the truth the review has the runner there."""
    assert review.course is not None
    gun_s = race.gun_ns / 1e9
    return {
        lap.to_m: lap.t_s + lap.seconds - gun_s - race.clock_s(race.truth.time_at(lap.to_m))
        for lap in review.laps
        if lap.to_m in review.course.lines_m
    }


@pytest.mark.parametrize(
    "scenario",
    ["button", "gate", "beacon", "start-late", "burst", "scale-step", "strap-only", "last-four"],
)
@pytest.mark.parametrize("seed", [1, *(pytest.param(n, marks=pytest.mark.long) for n in (2, 3))])
def test_lines_are_where_they_were(scenario: str, seed: int) -> None:
    """Each line that somebody marked is right to a thumb, and one that nobody marked to 2.5 s."""
    race, review = simulated(scenario, seed, "3000m")
    assert Ending.FINISHED is review.ending
    marked = {lap.to_m for lap in review.laps if lap.timed_by is not TimedBy.ESTIMATE}
    for line_m, late_s in off_s(race, review).items():
        assert abs(late_s) < (THUMB_S if line_m in marked else 2.5)


def test_the_error_holds_in_most_cases() -> None:
    """The truth of a lap lies within its error in nine of ten cases, in races of all kinds."""
    inside = []
    for scenario in ("button", "button-bad", "last-four", "slip", "road"):
        for seed in SEEDS:
            race, review = simulated(scenario, seed, "10k" if scenario == "road" else "3000m")
            off = {0.0: 0.0, **off_s(race, review)}
            inside += [
                abs(off[lap.to_m] - off[lap.from_m]) <= lap.error_s
                for lap in review.laps
                if lap.error_s is not None and lap.to_m in off
            ]
    assert len(inside) > 70
    assert sum(inside) >= 0.9 * len(inside)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_late_start_is_put_right(seed: int) -> None:
    """GIVEN a start pressed 15 or 30 s late THEN times count from the gun, and a note says so."""
    race, review = simulated("start-late", seed, "3000m")
    assert review.start_t_s == pytest.approx(race.gun_ns / 1e9, abs=3.0)
    assert any("after the gun" in note for note in review.notes)


@pytest.mark.parametrize("scenario", ["button", "slip", "scale-step"])
def test_no_start_is_called_late_that_was_not(scenario: str) -> None:
    """GIVEN other mishaps THEN nobody is said to have pressed start late."""
    for seed in SEEDS:
        assert not any(
            "after the gun" in note for note in made_up.race("3000m", scenario, seed).notes
        )


def test_marks_are_told_from_slips() -> None:
    """Each mark has the line it was made for, a stray one has none."""
    for seed in SEEDS:
        race, review = simulated("button-bad", seed, "3000m")
        made = {round(mark.t_s, 1): mark.line_m for mark in race.marks}
        for mark in review.marks:
            assert made[round(mark.t_s - race.gun_ns / 1e9, 1)] == mark.line_m


def test_cues_are_timed_against_their_line() -> None:
    """The cue of the last lap is as late as the truth has it, and its answer is told."""
    race, review = simulated("button", 1, "3000m")
    cue = next(cue for cue in review.cues if cue.kind == "last_lap")
    true_late_s = cue.race_s - race.truth.time_at(2600.0)
    assert cue.late_s == pytest.approx(true_late_s, abs=1.0)
    assert (True, 120.0) == (cue.felt, cue.latency_ms)
    assert all(after.race_s >= before.race_s for before, after in pairwise(review.cues))
