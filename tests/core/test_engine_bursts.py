"""Notifications that were queued while a link stood still and come at once: what is shown meanwhile
and behind is honest.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from kickcue.core.engine import Engine
from kickcue.core.events import Cue, CueKind, Estimate, Input, Notification
from kickcue.core.position.odometer import Odometer
from kickcue.core.sensors.cadence import Cadence
from kickcue.core.units import NS_PER_S, ns_to_s, s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import SimulatedRace, simulate, simulated_document
from kickcue.replay.run_engine import drive

DOCUMENT = simulated_document("3000m")
BEHIND_S = 8.0


def queued(inputs: Sequence[Input], from_s: float, to_s: float) -> list[Input]:
    """Let what sensors say between two times come at the second one, 5 ms apart; what follows comes
    behind it.
    """
    found: list[Input] = []
    free_ns = s_to_ns(to_s)
    for event in inputs:
        if (
            isinstance(event, Notification)
            and from_s <= ns_to_s(event.t_ns)
            and event.t_ns <= free_ns
        ):
            found.append(replace(event, t_ns=free_ns))
            free_ns += s_to_ns(0.005)
        else:
            found.append(event)
    return sorted(found, key=lambda event: event.t_ns)


def raced(
    seed: int, from_s: float, to_s: float
) -> tuple[SimulatedRace, list[Estimate], list[Estimate]]:
    """Return a race, what is shown of it from the stall on, and what is shown without the stall."""
    race = simulate(DOCUMENT.course(), SCENARIOS["button"], seed)
    shown = []
    for inputs in (queued(race.inputs, from_s, to_s), race.inputs):
        value = [
            out
            for _, outs in drive(Engine(DOCUMENT.engine_config()), inputs, ticks_recorded=False)
            for out in outs
        ]
        shown.append(
            [
                out
                for out in value
                if isinstance(out, Estimate) and from_s <= ns_to_s(out.t_ns) < to_s + BEHIND_S
            ]
        )
    return race, shown[0], shown[1]


@pytest.mark.parametrize("stall_s", [5.0, 12.0, 30.0])
@pytest.mark.parametrize("seed", range(6))
def test_the_place_that_is_shown_never_leaps_back(seed: int, stall_s: float) -> None:
    """GIVEN a link that stands still and then gives all at once THEN no distance that is shown is
    off by more than what is owned up to.

    Nor does the runner go back: the first of a burst tells where he was when the link stood still.
    """
    from_s = 150.0 + 37.0 * seed
    race, shown, _ = raced(seed, from_s, from_s + stall_s)
    for each in shown:
        assert each.distance_m is not None
        assert each.distance_sd_m is not None
        off_m = each.distance_m - race.truth.distance_at(ns_to_s(each.t_ns))
        assert abs(off_m) < 3.0 * each.distance_sd_m + 1.0, each
    assert all(
        b.distance_m > a.distance_m - 15.0
        for a, b in pairwise(shown)
        if a.distance_m and b.distance_m
    )


@pytest.mark.parametrize("stall_s", [5.0, 12.0, 30.0])
@pytest.mark.parametrize("seed", range(6))
def test_pace_cadence_and_heart_behind_a_burst_are_those_of_now(seed: int, stall_s: float) -> None:
    """GIVEN a burst WHEN a second and a half has gone by THEN speed, cadence and heart rate are
    those without it, nearly.
    """
    from_s = 150.0 + 37.0 * seed
    _, shown, undisturbed = raced(seed, from_s, from_s + stall_s)
    calm = {round(ns_to_s(each.t_ns)): each for each in undisturbed}
    compared = 0
    for each in shown:
        other = calm.get(round(ns_to_s(each.t_ns)))
        if ns_to_s(each.t_ns) < from_s + stall_s + 1.5 or other is None:
            continue
        assert each.speed_mps == pytest.approx(other.speed_mps, abs=0.35)
        assert each.cadence_spm == pytest.approx(other.cadence_spm, abs=4.0)
        assert each.heart_rate_bpm == pytest.approx(other.heart_rate_bpm, abs=4.0)
        assert each.eta_bell_s is not None
        assert each.eta_bell_sd_s is not None
        assert each.eta_bell_s == pytest.approx(
            other.eta_bell_s, abs=4.0 + 2.0 * each.eta_bell_sd_s
        )
        compared += 1
    assert compared >= 5


def test_a_bell_within_a_stall_is_not_put_off_by_the_burst() -> None:
    """GIVEN a link that stands still for 20 s, till just before the bell line THEN the bell is
    within 3 s of its time, with it or without.
    """
    for seed in range(6):
        race = simulate(DOCUMENT.course(), SCENARIOS["button"], seed)
        bell_s = race.truth.time_at(DOCUMENT.course().bell_m)
        for inputs in (race.inputs, queued(race.inputs, bell_s - 21.0, bell_s - 1.0)):
            value = [
                out
                for _, outs in drive(Engine(DOCUMENT.engine_config()), inputs, ticks_recorded=False)
                for out in outs
            ]
            given = [
                ns_to_s(out.t_ns)
                for out in value
                if isinstance(out, Cue) and out.kind is CueKind.LAST_LAP
            ]
            assert given == pytest.approx([bell_s], abs=3.0)


def test_a_burst_of_cadences_is_one_cadence() -> None:
    """GIVEN 160 steps a minute, a silence of 20 s in which they become 190 THEN behind the burst
    190 is shown at once, not 175.
    """
    cadence = Cadence()
    for second in range(30):
        cadence.update(second * NS_PER_S, 160.0, body=True)
    for number in range(20):
        cadence.update(50 * NS_PER_S + number * 5_000_000, 160.0 + 1.5 * (number + 1), body=True)
    assert cadence.value(50 * NS_PER_S + 100_000_000) == 190.0


def test_who_stood_while_the_link_did_is_believed_a_word_later() -> None:
    """GIVEN a pod at 5 m/s WHEN after 20 s its total has grown by 10 m alone, and counts on THEN
    that is what was run: he had stopped.
    """
    odometer = Odometer(5.0)
    for second in range(30):
        odometer.update(second * NS_PER_S, "pod", 5.0, 5.0 * second, 180.0)
    for later in range(3):
        odometer.update((49 + later) * NS_PER_S, "pod", 5.0, 155.0 + 5.0 * later, 180.0)
    assert odometer.total_m == pytest.approx(165.0, abs=0.1)


@pytest.mark.parametrize("each_s", [0.25, 1.0])
def test_the_last_of_a_burst_is_where_the_runner_is(each_s: float) -> None:
    """GIVEN a pod that speaks once or four times a second WHEN 20 s come at once THEN 2 s behind it
    has counted as if nothing had been.
    """
    odometer = Odometer(5.0)
    for number in range(round(50.0 / each_s)):
        at_s = number * each_s
        came_s = at_s if at_s < 20.0 else max(at_s, 40.0 + 0.005 * (number - 20.0 / each_s))
        odometer.update(s_to_ns(came_s), "pod", 5.0, 5.0 * at_s, 180.0)
        if came_s >= 40.0:
            assert odometer.speed_mps == pytest.approx(5.0, abs=0.6)
    assert odometer.total_m == pytest.approx(5.0 * (50.0 - each_s), abs=0.1)
    assert odometer.pace_mps == pytest.approx(5.0, abs=0.1)
