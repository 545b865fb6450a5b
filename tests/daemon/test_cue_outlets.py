"""Outputs on their way out: in the run's time, whatever the race's."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from kickcue.core.events import Arm, Cue, CueKind, Estimate, Mode, Output
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.daemon.clock import RaceTime
from kickcue.daemon.cue_outlets import CueOutlets

CUE = Cue(0, "last_lap-1", CueKind.LAST_LAP, "", None, ((100, 0, 1.0),), 3, 2000, 400.0, 3.0)


def sent(outlets: CueOutlets, output: Output, race: RaceTime, run_s: float) -> list[Output]:
    """Send one output at a moment of the run; return what the broker got."""
    found: list[Output] = []
    delivery: Any = SimpleNamespace(send=found.append)
    way: Any = SimpleNamespace(delivery=delivery)
    outlets.way = way
    outlets.send(output, race, s_to_ns(run_s))
    return found


def estimate(t_s: float) -> Estimate:
    return Estimate(s_to_ns(t_s), 10.0, 1.0, 5.0, 180.0, 150.0, 1, 390.0, 60.0, Mode.POD)


@pytest.mark.parametrize("rate", [1.0, 10.0, 50.0])
@pytest.mark.parametrize(("late_s", "goes_out"), [(0.9, True), (1.1, False)])
def test_an_estimate_is_worth_a_second_of_the_run(
    rate: float, late_s: float, goes_out: bool
) -> None:
    """GIVEN an estimate that is late by about a second of the wrist's time WHEN sent THEN a second
    decides, however many of the race go by in it.
    """
    race = RaceTime(3 * NS_PER_S, rate)
    found = sent(CueOutlets(), estimate(rate * 2.0), race, 5.0 + late_s)
    assert goes_out is bool(found)
    assert all(each.t_ns == 5 * NS_PER_S for each in found)


@pytest.mark.parametrize("rate", [1.0, 10.0, 50.0])
def test_a_cue_that_was_armed_is_due_in_the_runs_time(rate: float) -> None:
    """GIVEN an arm for a cue 100 s of the race ahead WHEN sent THEN the watch is told how many
    seconds of its own that are; how long the cue is worth something stays.
    """
    race = RaceTime(3 * NS_PER_S, rate)
    arm = Arm(s_to_ns(rate * 2.0), replace(CUE, t_ns=s_to_ns(rate * 2.0)), 100_000)
    (found,) = sent(CueOutlets(), arm, race, 5.0)
    assert isinstance(found, Arm)
    assert (5 * NS_PER_S, round(100_000 / rate)) == (found.t_ns, found.due_in_ms)
    assert 2000 == found.cue.ttl_ms


def test_what_the_watch_has_felt_by_itself_is_not_sent() -> None:
    """GIVEN a cue that the watch's timer has given WHEN it is to be sent THEN it is not."""
    outlets = CueOutlets()
    outlets.felt = frozenset({CUE.id})
    assert [] == sent(outlets, CUE, RaceTime(0), 0.0)
