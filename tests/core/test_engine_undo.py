"""Starts and ends that were mistakes: undo takes them back for a minute, whatever had made them."""

import pytest

from kickcue.core.events import CommandKind, Cue, CueKind, MarkSource, Phase
from kickcue.core.restart import TAKEN_BACK_NS
from kickcue.core.units import NS_PER_S, s_to_ns
from tests.core.scenario import Race

MPS = 5.0
MINUTE_S = TAKEN_BACK_NS / NS_PER_S


def phase(race: Race) -> Phase:
    """Return the phase as it is now: a type checker takes an attribute for what it was."""
    return race.engine.phase


def begun(event: str = "1500m", /, **wishes: float) -> Race:
    """Return a race whose pod was heard before its gun."""
    race = Race(event, wishes=dict(wishes))
    race.stands(3.0)
    race.gun()
    return race


def a_lap_ahead(**wishes: float) -> Race:
    """Return a race that a mark has ended a lap too early: the pod has made up 400 m."""
    race = begun(**wishes)
    race.runs_and_presses(MPS, upto_m=702.0)
    assert race.pod.total_m is not None
    race.pod.total_m += 400.0
    race.runs_to(1102.0, MPS)
    race.marks_line()
    race.runs(MPS, seconds=3.0)
    assert Phase.FINISHED is phase(race)
    return race


@pytest.mark.parametrize("source", list(MarkSource))
def test_an_end_by_a_mark_of_the_finish_is_taken_back(source: MarkSource) -> None:
    """GIVEN a mark just before the finish that has ended the race WHEN undo is pressed.

    THEN it goes on as if that mark had never come.
    """
    races = [begun(), begun()]
    for race in races:
        race.runs_and_presses(MPS, upto_m=1102.0)
        race.runs_to(1492.0, MPS)
        if race is races[0]:
            race.marks_line(source)
            assert Phase.FINISHED is phase(race)
            race.orders(CommandKind.UNDO_LAP)
        race.runs(MPS, seconds=1.0)
    marked, never = races
    assert phase(marked) is phase(never) is Phase.LAST_50
    now_ns = s_to_ns(marked.t_s)
    assert never.engine._control.estimator.position_at(
        now_ns
    ) == marked.engine._control.estimator.position_at(now_ns)
    assert never.cues() == marked.cues()


def test_an_end_a_lap_too_early_puts_the_runner_a_lap_back() -> None:
    """GIVEN a race that was ended by a mark one lap before its finish WHEN that is taken back.

    THEN the finish is still to come, and its mark ends it.
    """
    race = a_lap_ahead()
    race.orders(CommandKind.UNDO_LAP)
    race.runs(MPS, seconds=2.0)
    told = race.told()
    assert told.distance_m is not None
    assert told.distance_sd_m is not None
    assert abs(race.off_m()) < 30.0
    assert told.distance_sd_m > 30.0, "a person's word is no survey: both places stay possible"
    race.runs_to(1502.0, MPS)
    assert phase(race) in {Phase.LAST_200, Phase.LAST_100, Phase.LAST_50}
    race.marks_line()
    assert Phase.FINISHED is phase(race)


@pytest.mark.parametrize("kick_m", [400.0, 300.0])
def test_the_true_last_lap_has_its_bell(kick_m: float) -> None:
    """GIVEN an end a lap too early, after its bell WHEN that is taken back.

    THEN the bell comes once more, in the lap that is the last one.
    """
    race = a_lap_ahead(kick_m=kick_m)
    assert 1 == race.cues().count(CueKind.LAST_LAP)
    race.orders(CommandKind.UNDO_LAP)
    race.runs_to(1502.0, MPS)
    race.marks_line()
    first, second = (cue for cue in race.all(Cue) if cue.kind is CueKind.LAST_LAP)
    assert first.id != second.id
    assert abs(race.true_m(second) - max(1500.0 - kick_m, 1117.0)) < 40.0
    assert "finished" == race.phases()[-1]


def test_who_had_it_right_all_along_is_believed() -> None:
    """GIVEN a pod that has made up 397 m, and presses that left both counts possible.

    WHEN the race has ended a lap too early and that is taken back THEN the count that had the
    runner a lap behind is the one that is left, and the bell of the lap that has just begun comes.
    """
    race = begun("3000m")
    race.runs_and_presses(MPS, upto_m=1402.0)
    race.runs_to(1417.0, MPS)
    assert race.pod.total_m is not None
    race.pod.total_m += 397.0
    for line_m in (1802.0, 2202.0, 2602.0):
        race.runs_to(line_m, MPS)
        race.marks_line()
    assert Phase.FINISHED is phase(race)
    race.runs(MPS, seconds=5.0)
    race.orders(CommandKind.UNDO_LAP)
    race.runs(MPS, seconds=2.0)
    assert abs(race.off_m()) < 25.0
    bell = race.all(Cue)[-1]
    assert CueKind.LAST_LAP is bell.kind
    assert bell.text.startswith("About"), "both places are possible still"
    assert abs(race.true_m(bell) - 2627.0) < 5.0


def test_on_the_road_an_end_that_is_taken_back_is_not_told_again_at_once() -> None:
    """GIVEN a road race that the pod alone has ended too early WHEN that is taken back.

    THEN it goes on for hundreds of metres.
    """
    race = begun("3k")
    race.pod.scale = 1.15
    while phase(race) is not Phase.FINISHED:
        race.runs(MPS, seconds=1.0)
    assert 2900.0 > race.run_m
    race.orders(CommandKind.UNDO_LAP)
    race.runs_to(race.run_m + 200.0, MPS)
    assert Phase.FINISHED is not phase(race)
    race.orders(CommandKind.FINISH)
    assert Phase.FINISHED is phase(race)


def test_who_fell_before_the_line_goes_on() -> None:
    """GIVEN a runner who lay so long at the line that he seemed to have finished.

    WHEN undo is pressed THEN the race is on, however long he still lies there.
    """
    race = begun("800m")
    race.runs_and_presses(MPS, upto_m=402.0)
    race.runs_to(795.0, MPS)
    race.stands(40.0)
    assert 1 == len(race.notices("finish_taken"))
    race.orders(CommandKind.UNDO_LAP)
    race.stands(45.0)
    assert Phase.LAST_50 is phase(race)
    race.runs(MPS, metres=60.0)
    assert Phase.FINISHED is phase(race), "and the finish is passed when he goes on"


def test_an_end_stands_after_a_minute() -> None:
    """GIVEN an end by a mark WHEN undo is pressed more than a minute later.

    THEN it stands, and that is told.
    """
    race = a_lap_ahead()
    race.runs(MPS, seconds=MINUTE_S)
    race.orders(CommandKind.UNDO_LAP)
    assert Phase.FINISHED is phase(race)
    assert 1 == len(race.notices("undo_refused"))


def test_a_first_start_is_taken_back() -> None:
    """GIVEN start pressed before the gun WHEN undo is pressed.

    THEN no race is on, and the next start begins one at its own moment.
    """
    race = begun()
    race.stands(10.0)
    race.orders(CommandKind.UNDO_LAP)
    assert (Phase.WAITING, None) == (phase(race), race.engine.gun_ns)
    race.stands(5.0)
    assert race.told().distance_m is None
    race.gun()
    race.runs_and_presses(MPS)
    assert ["body", "waiting", "body"] == race.phases()[:3]
    assert "finished" == race.phases()[-1]
    assert 1 == race.cues().count(CueKind.LAST_LAP)


def test_undo_pressed_twice_takes_a_lap_and_not_the_start() -> None:
    """GIVEN a lap in the first minute WHEN undo is pressed twice.

    THEN the lap is taken back and the race is on.
    """
    race = begun()
    race.runs_to(42.0, MPS)
    race.marks_line()
    race.orders(CommandKind.UNDO_LAP)
    race.orders(CommandKind.UNDO_LAP)
    assert Phase.BODY is phase(race)
    assert 1 == len(race.notices("undo_refused"))


@pytest.mark.parametrize("end", [CommandKind.FINISH, CommandKind.ABORT])
def test_a_start_after_an_end_is_taken_back_and_then_the_end(end: CommandKind) -> None:
    """GIVEN a race that was ended, and start pressed WHEN undo is pressed.

    THEN the race is over as it was; WHEN pressed again THEN it goes on.
    """
    race = begun()
    gun_ns = race.engine.gun_ns
    race.runs_and_presses(MPS, upto_m=702.0)
    race.orders(end)
    over = phase(race)
    race.runs(MPS, seconds=5.0)
    race.orders(CommandKind.START)
    race.runs(MPS, seconds=5.0)
    race.orders(CommandKind.UNDO_LAP)
    assert (over, gun_ns) == (phase(race), race.engine.gun_ns)
    race.orders(CommandKind.UNDO_LAP)
    race.runs(MPS, seconds=2.0)
    assert (Phase.BODY, gun_ns) == (phase(race), race.engine.gun_ns)
    assert abs(race.off_m()) < 10.0
    race.runs_to(1102.0, MPS)
    race.marks_line()
    race.runs_to(1510.0, MPS)
    assert 1 == race.cues().count(CueKind.LAST_LAP)
