"""The engine with a beacon at the finish line in place of a thumb."""

import math

import pytest

from kickcue.core.engine import Engine
from kickcue.core.events import (
    BeaconReading,
    Command,
    CommandKind,
    Cue,
    CueKind,
    Estimate,
    Input,
    Mark,
    MarkSource,
    Mode,
    Notice,
    Output,
)
from kickcue.core.position.mark_models import MARK_MODELS
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.replay.run_engine import drive
from tests.core.scenario import Race

DOCUMENT = simulated_document("3000m")
SETUP = DOCUMENT.engine_config()


def said(inputs: list[Input]) -> list[Output]:
    return [out for _, outs in drive(Engine(SETUP), inputs, ticks_recorded=False) for out in outs]


def lines_of(outputs: list[Output]) -> list[str]:
    return [out.text for out in outputs if isinstance(out, Notice) and out.code == "line"]


def test_a_race_by_the_beacon_alone() -> None:
    """GIVEN a pod 3 % off, no thumb, a beacon WHEN six races are run THEN five bells are within 1.5
    s, and none is a lap off.
    """
    off_s, found = [], 0
    for seed in range(6):
        race = simulate(DOCUMENT.course(), SCENARIOS["beacon"], seed)
        assert [] == [event for event in race.inputs if isinstance(event, Mark)]
        outputs = said(list(race.inputs))
        (bell,) = [out for out in outputs if isinstance(out, Cue) and out.kind is CueKind.LAST_LAP]
        off_s.append(abs(ns_to_s(bell.t_ns) - race.truth.time_at(SETUP.race.course.bell_m)))
        found += len(lines_of(outputs))
        assert Mode.MARKS in {out.mode for out in outputs if isinstance(out, Estimate)}
    assert sorted(off_s)[4] <= 1.5, off_s
    assert max(off_s) < 5.0
    assert found >= 0.9 * 6 * len(SETUP.race.course.crossings_m)


def beside(t_s: float, *, away_m: float) -> BeaconReading:
    return BeaconReading(s_to_ns(t_s), round(-60.0 - 21.0 * math.log10(away_m)))


def passes_beacon(race: Race, mps: float, aside_m: float = 2.0) -> None:
    """Run on past the beacon, which stands at the next line, and 30 m beyond."""
    line_m = next(each for each in race.course.crossings_m if each > race.run_m)
    race.runs_to(line_m - 40.0, mps)
    while race.run_m < line_m + 30.0:
        race.runs(mps, seconds=0.1)
        race.feed(beside(race.t_s, away_m=math.hypot(race.run_m - line_m, aside_m)))


def test_standing_beside_it_is_no_mark() -> None:
    """GIVEN a runner who waits beside the beacon before the gun, leaves it at the gun, stands there
    after the finish THEN no mark, no word.
    """
    race = Race("10000m")
    for n in range(300):
        race.stands(0.1)
        race.feed(beside(0.1 * n, away_m=2.0))
    race.gun()
    for _ in range(300):
        race.runs(5.0, seconds=0.1)
        race.feed(beside(race.t_s, away_m=2.0 + race.run_m))
    race.orders(CommandKind.FINISH)
    for away_m in (*range(30, 1, -1), *([2] * 100)):
        race.stands(0.1)
        race.feed(beside(race.t_s, away_m=away_m))
    assert [] == [
        notice.code for notice in race.all(Notice) if notice.code.startswith(("line", "mark"))
    ]


def test_each_crossing_is_one_mark_with_its_age() -> None:
    """GIVEN a pod that reads 4 % too much WHEN the beacon is passed THEN each line is noted once,
    and the distance is right again to 3 m.
    """
    race = Race("3000m")
    race.pod.scale = 1.04
    race.gun()
    for number, line_m in enumerate(race.course.crossings_m[:4], start=1):
        passes_beacon(race, 5.0)
        assert len(race.notices("line")) == number
        assert race.notices("line")[-1].text == f"line {number} of 8, {line_m:g} m (beacon)"
        distance_m = race.all(Estimate)[-1].distance_m
        assert distance_m is not None
        assert abs(distance_m - race.run_m) < 4.0
    assert [] == race.notices("mark_doubted")


@pytest.mark.parametrize("mps", [3.0, 6.0])
def test_when_it_is_known_is_not_when_it_was(mps: float) -> None:
    """A beacon's mark is known later than it happened, every other one at once: the wait at the
    bell goes by the former alone.
    """
    for source, model in MARK_MODELS.items():
        assert (model.known_after_m(mps) == model.error_m(mps)) == (source is not MarkSource.BEACON)
    beacon = MARK_MODELS[MarkSource.BEACON]
    assert beacon.known_after_m(mps)[0] > mps * 1.0 > beacon.error_m(mps)[0]


def test_readings_change_nothing_but_marks() -> None:
    """GIVEN a beacon too far to be passed WHEN it is heard all race long THEN the engine says just
    what it says without it.
    """
    race = simulate(DOCUMENT.course(), SCENARIOS["button"], 5)
    far = [BeaconReading(s_to_ns(0.33 + n), -94 + n % 2) for n in range(int(race.truth.duration_s))]
    inputs: list[Input] = [
        event
        for event in race.inputs
        if not isinstance(event, Command) or event.kind is not CommandKind.FINISH
    ]
    without = [out for out in said(inputs) if isinstance(out, Cue | Notice)]
    with_it = [
        out
        for out in said(sorted([*inputs, *far], key=lambda event: event.t_ns))
        if isinstance(out, Cue | Notice)
    ]
    assert [(type(out), getattr(out, "text", "")) for out in without] == [
        (type(out), getattr(out, "text", "")) for out in with_it
    ]
