"""A simulated runner stands before the gun and after the end, and every race comes to its end."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice, pairwise

import pytest

from kickcue.config.plan_files import load_plan
from kickcue.core.cueing.phases import RACING
from kickcue.core.engine_choice import AnyEngine, engine_for
from kickcue.core.events import Command, CommandKind, Input, Notification, Phase
from kickcue.core.gatt.heart_rate import HeartRateMeasurement
from kickcue.core.gatt.rsc import RscMeasurement
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.sensors import PodFaults
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.lab.simulate_session import simulate_session
from kickcue.lab.standing import FINISH_AFTER_S, gun_moment_s, standing_around
from kickcue.replay.run_engine import drive

DOCUMENT = simulated_document("1500m")
STRIDES = load_plan("strides")
STAY_S = 60.0


def lived(inputs: tuple[Input, ...], at_least_s: float = 20.0) -> list[Input]:
    """Return it with the runner standing around it."""
    return list(standing_around(inputs, gun_moment_s(inputs, at_least_s), STAY_S))


def starts_s(events: list[Input]) -> list[float]:
    return [
        ns_to_s(event.t_ns)
        for event in events
        if isinstance(event, Command) and event.kind is CommandKind.START
    ]


@pytest.mark.parametrize("name", SCENARIOS)
def test_nothing_of_the_race_is_changed(name: str) -> None:
    """GIVEN a race of any scenario WHEN the runner stands around it THEN it is the same race,
    later; times begin at 0 and never go back; the gun goes no sooner than asked.
    """
    race = simulate(DOCUMENT.course(), SCENARIOS[name], 3)
    found = lived(race.inputs)
    assert 0 <= found[0].t_ns < NS_PER_S
    assert all(before.t_ns <= after.t_ns for before, after in pairwise(found))
    gun_s = starts_s(found)[0]
    assert gun_s >= 20.0
    shift_ns = round((gun_s - starts_s(list(race.inputs))[0]) * NS_PER_S)
    assert {replace(event, t_ns=event.t_ns - shift_ns) for event in found} >= set(race.inputs)


def test_who_stands_covers_no_ground_and_recovers() -> None:
    """GIVEN a race WHEN the runner stands before and after it THEN the pod's total stays, and the
    heart slows down after the end.
    """
    race = simulate(DOCUMENT.course(), SCENARIOS["button"], 3)
    found = lived(race.inputs)
    pods = [RscMeasurement.from_bytes(e.data) for e in _of(found, "2a53")]
    hearts = [HeartRateMeasurement.from_bytes(e.data).bpm for e in _of(found, "2a37")]
    before, after = pods[:19], pods[-50:]
    assert {(0.0, 0, False)} == {(p.speed_mps, p.cadence_per_min, p.running) for p in before}
    assert {(0.0, 0, False)} == {(p.speed_mps, p.cadence_per_min, p.running) for p in after}
    assert 1 == len({pod.distance_m for pod in before}) == len({pod.distance_m for pod in after})
    assert after[0].distance_m is not None
    assert after[0].distance_m > 1400.0
    assert max(hearts[:19]) < 110
    assert hearts[-1] < max(hearts) - 40


def test_the_runner_stands_for_as_long_as_is_asked() -> None:
    """Without an end there is always more to come; with one nothing comes after it."""
    race = simulate(DOCUMENT.course(), SCENARIOS["button"], 3)
    endless = standing_around(race.inputs, 1.0)
    last = list(islice(endless, len(race.inputs) + 20_000))[-1]
    assert ns_to_s(last.t_ns - race.inputs[-1].t_ns) > 9_000
    assert ns_to_s(lived(race.inputs)[-1].t_ns) < starts_s(lived(race.inputs))[0] + 500


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_race_comes_to_its_end(name: str) -> None:
    """GIVEN a race of any scenario, whatever is missing in it WHEN its runner stands behind the
    line THEN the race is over, by itself or because somebody saw that it was not.
    """
    race = simulate(DOCUMENT.course(), SCENARIOS[name], 5)
    engine = engine_for(race.document(DOCUMENT).engine_config())
    run_to_its_end(engine, race.inputs)
    assert Phase.FINISHED is engine.phase


def test_a_session_comes_to_its_end() -> None:
    """A session is over some seconds after its last repetition, not minutes."""
    document = DOCUMENT.model_copy(update={"plan": STRIDES})
    engine = engine_for(document.engine_config())
    session = simulate_session(STRIDES.plan(), 1, PodFaults())
    last_s = run_to_its_end(engine, session.inputs)
    assert Phase.FINISHED is engine.phase
    assert last_s <= session.truth.duration_s + 20.0 + FINISH_AFTER_S


def run_to_its_end(engine: AnyEngine, inputs: tuple[Input, ...]) -> float:
    """Run it as live: nobody finishes what is over. Return when it was over, s on its clock."""

    def useful() -> Iterator[Input]:
        for event in lived(inputs):
            finishes = isinstance(event, Command) and event.kind is CommandKind.FINISH
            if not finishes or engine.phase in RACING:
                yield event

    for event, _ in drive(engine, useful(), ticks_recorded=False):
        if engine.phase is Phase.FINISHED:
            return ns_to_s(event.t_ns)
    return ns_to_s(lived(inputs)[-1].t_ns)


def _of(events: list[Input], char: str) -> list[Notification]:
    return [event for event in events if isinstance(event, Notification) and event.char == char]
