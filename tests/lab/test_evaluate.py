"""How right is measured: the figures on outcomes made by hand, and a small fixed slice of the evaluation itself."""

from dataclasses import replace

import pytest

from kickcue.core.engine import Engine
from kickcue.core.events import Cue, CueKind
from kickcue.core.units import ns_to_s
from kickcue.lab.drive import drive
from kickcue.lab.evaluate import Outcome, Summary, evaluate, outcome, summary
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document

OUTCOME = Outcome(seed=0, error_s=0.5, half_lap_s=40.0, covered=0.95, cues=3, baseline_errors_s={"pod_distance": -20.0})


def outcomes(*errors_s: float | None) -> list[Outcome]:
    return [replace(OUTCOME, seed=seed, error_s=error_s) for seed, error_s in enumerate(errors_s)]


def test_figures_of_hand_made_outcomes() -> None:
    """Median, p95 and max are of absolute errors where the cue came; half a lap off is the wrong lap; None never came."""
    found = summary(outcomes(-1.0, 2.0, -3.0, 40.0, -40.1, None))
    assert (6, 3.0, 40.1, 1, 1) == (found.races, found.median_s, found.max_s, found.wrong_lap, found.never)
    assert 40.08 == pytest.approx(found.p95_s)
    assert 0.95 == pytest.approx(found.coverage95)


def test_figures_of_a_baseline() -> None:
    """A baseline has its own errors and no coverage: it does not say how sure it is."""
    rows = [*outcomes(0.0, 0.0), replace(OUTCOME, baseline_errors_s={"pod_distance": None})]
    assert Summary(3, 20.0, 20.0, 20.0, 0, 1, None) == summary(rows, "pod_distance")


def test_figures_where_it_never_came() -> None:
    """GIVEN a cue that never came, or no race at all THEN there is no error to tell, not an error of 0."""
    assert Summary(1, None, None, None, 0, 1, OUTCOME.covered) == summary(outcomes(None))
    assert Summary(0, None, None, None, 0, 0, None) == summary([])


def test_an_outcome_is_what_the_engine_said() -> None:
    """GIVEN one simulated race THEN its outcome tells the seconds from the true bell to the cue, and the baselines' on the same bytes."""
    setup = simulated_document("1500m").setup()
    race = simulate(setup.race.course, SCENARIOS["button"], 5)
    (felt,) = [
        ns_to_s(o.t_ns)
        for _, out in drive(Engine(setup), race.inputs, ticks_recorded=False)
        for o in out
        if isinstance(o, Cue) and o.kind is CueKind.LAST_LAP
    ]
    found = outcome(setup, race, 5)
    bell_s, finish_s = race.truth.time_at(1100.0), race.truth.time_at(1500.0)
    assert (5, felt - bell_s, (finish_s - bell_s) / 2) == (found.seed, found.error_s, found.half_lap_s)
    assert 0.0 <= found.covered <= 1.0
    assert {"pod_distance", "press_counter", "press_snap"} == set(found.baseline_errors_s)


def test_seeds_are_independent_of_how_they_are_dealt_out() -> None:
    """The outcome of a seed is the same alone, among others, and on several processes; outcomes come in the order of the seeds."""
    document = simulated_document("400m")
    many = list(evaluate("button", document, range(21)))
    assert list(range(21)) == [o.seed for o in many]
    assert many[20:] == list(evaluate("button", document, [20]))
    assert [] == list(evaluate("button", document, []))


# ---- a slice of the evaluation; the seeds are fixed, and no constant was chosen by them

SEEDS = range(12)


def test_button_5000m() -> None:
    """GIVEN the everyday case, presses late, missed and doubled THEN in each of 12 races the bell is within 3 s: no wrong lap, none missing."""
    found = list(evaluate("button", simulated_document("5000m"), SEEDS))
    assert [] == [(o.seed, o.error_s) for o in found if o.error_s is None or abs(o.error_s) >= 3.0]
    figures = summary(found)
    assert (0, 0) == (figures.wrong_lap, figures.never)
    assert figures.median_s is not None
    assert figures.median_s < 0.5
    counter = summary(found, "press_counter")
    assert counter.wrong_lap + counter.never >= 4  # what a bare counter makes of the same bytes


@pytest.mark.parametrize("seed", SEEDS)
def test_bare_5000m_is_honest(seed: int) -> None:
    """GIVEN an uncalibrated pod and no mark THEN the place where the bell is felt is within 4 of the cue's own standard errors."""
    setup = simulated_document("5000m").setup()
    race = simulate(setup.race.course, SCENARIOS["bare"], seed)
    said = [o for _, out in drive(Engine(setup), race.inputs, ticks_recorded=False) for o in out]
    (bell,) = [o for o in said if isinstance(o, Cue) and o.kind is CueKind.LAST_LAP]
    assert bell.sd_m is not None
    assert 50.0 < bell.sd_m < 250.0
    assert abs(race.truth.distance_at(ns_to_s(bell.t_ns)) - setup.race.course.bell_m) <= 4.0 * bell.sd_m
