"""Whole simulated races: whatever the sensors and the thumb do, the last lap is told once and the
race has its order.
"""

from functools import cache
from itertools import pairwise
from typing import TypeVar

import pytest

from kickcue.core.course import Course
from kickcue.core.cueing.phases import RACING
from kickcue.core.engine import Engine
from kickcue.core.events import Arm, Cue, CueKind, Disarm, Estimate, Output, Phase, PhaseChange
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.lab.athlete import Truth
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.replay.run_engine import drive

Kind = TypeVar("Kind", bound=Output)
WHOLE_RACE = [
    Phase.BODY,
    Phase.LAST_LAP,
    Phase.LAST_200,
    Phase.LAST_100,
    Phase.LAST_50,
    Phase.FINISHED,
]
RACES = [
    (scenario, event, lap_m, seed)
    for scenario, event, lap_m in (
        ("bare", "1500m", None),
        ("button", "1500m", None),
        ("button", "mile", None),
        ("button", "3000m", 200.0),
        ("button", "400m", None),
        ("button", "5k", None),
        ("button-bad", "1500m", None),
        ("button-bad", "3000m", None),
    )
    for seed in (1, 2, 3)
]

pytestmark = pytest.mark.parametrize(("scenario", "event", "lap_m", "seed"), RACES)


@cache
def told(
    scenario: str, event: str, lap_m: float | None, seed: int
) -> tuple[Course, Truth, tuple[Output, ...]]:
    """Return course, truth and every output of the race."""
    setup = simulated_document(event, lap_m).engine_config()
    race = simulate(setup.race.course, SCENARIOS[scenario], seed)
    said = [
        output
        for _, outputs in drive(Engine(setup), race.inputs, ticks_recorded=False)
        for output in outputs
    ]
    return setup.race.course, race.truth, tuple(said)


def of(said: tuple[Output, ...], kind: type[Kind]) -> list[Kind]:
    return [o for o in said if isinstance(o, kind)]


def test_the_last_lap_is_told_once(
    scenario: str, event: str, lap_m: float | None, seed: int
) -> None:
    """Exactly one last lap is felt; it was armed before, under its id, unless the bell is the gun;
    nothing is called off.
    """
    course, _, said = told(scenario, event, lap_m, seed)
    (bell,) = [c for c in of(said, Cue) if c.kind is CueKind.LAST_LAP]
    armed = of(said, Arm)
    assert (course.bell_m > 0.0) == bool(armed)
    assert {bell.id} >= {a.cue.id for a in armed}
    assert all(a.t_ns <= bell.t_ns for a in armed)
    assert [] == of(said, Disarm)


def test_the_watch_could_do_it_alone(
    scenario: str, event: str, lap_m: float | None, seed: int
) -> None:
    """The due time closes in on the cue:
    never told off by more than 3 s and 15 % of what was left.
    """
    _, _, said = told(scenario, event, lap_m, seed)
    (bell,) = [c for c in of(said, Cue) if c.kind is CueKind.LAST_LAP]
    for arm in of(said, Arm):
        left_s = ns_to_s(bell.t_ns - arm.t_ns)
        assert abs(arm.due_in_ms / 1000 - left_s) <= 3.0 + 0.15 * left_s


def test_the_phases_come_in_order(
    scenario: str, event: str, lap_m: float | None, seed: int
) -> None:
    """The phases follow each other as in every race, and cues are felt between bell and finish
    only.
    """
    _, _, said = told(scenario, event, lap_m, seed)
    changes = of(said, PhaseChange)
    assert WHOLE_RACE[: len(changes)] == [c.phase for c in changes]
    # A bare race may be some metres short of sure of its finish.
    assert len(changes) >= len(WHOLE_RACE) - 1
    assert all(before.phase is after.previous for before, after in pairwise(changes))
    began_ns = changes[1].t_ns
    over_ns = next((c.t_ns for c in changes if c.phase not in RACING), said[-1].t_ns)
    felt = [c.t_ns for c in of(said, Cue) if c.kind is not CueKind.READY]
    assert all(began_ns <= t_ns < over_ns for t_ns in felt)


def test_the_wrist_has_its_peace(scenario: str, event: str, lap_m: float | None, seed: int) -> None:
    """At most four cues in the last window, 12 s apart, none in the last 50 m, no id twice."""
    _, _, said = told(scenario, event, lap_m, seed)
    felt = [c for c in of(said, Cue) if c.kind is not CueKind.READY]
    assert len(felt) <= 4
    assert all(b.t_ns - a.t_ns >= 12 * NS_PER_S for a, b in pairwise(felt))
    assert all(c.to_go_m is not None and c.to_go_m > 50.0 for c in felt)
    assert len(felt) == len({c.id for c in felt})


def test_the_estimate_is_within_what_it_owns_up_to(
    scenario: str, event: str, lap_m: float | None, seed: int
) -> None:
    """The truth lies within four standard errors at every moment, and the numbers fit together."""
    course, truth, said = told(scenario, event, lap_m, seed)
    for e in of(said, Estimate):
        if e.distance_m is None:
            assert (None, None, None) == (e.distance_sd_m, e.lap, e.to_go_m)
            continue
        assert e.distance_sd_m is not None
        assert abs(e.distance_m - truth.distance_at(ns_to_s(e.t_ns))) <= 4.0 * e.distance_sd_m
        assert max(course.distance_m - e.distance_m, 0.0) == e.to_go_m
        assert e.lap is not None
        assert 1 <= e.lap <= course.laps
        assert e.eta_bell_s is None or e.eta_bell_s >= 0.0
