"""The distance of a race is corrected while it runs:
all is as had it been right from the gun on.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest

from kickcue.core import race_state
from kickcue.core.course import course_for
from kickcue.core.engine import Engine
from kickcue.core.events import (
    Arm,
    Command,
    CommandKind,
    Cue,
    CueKind,
    Disarm,
    Input,
    Orderer,
    Output,
    Phase,
    Tick,
)
from kickcue.core.units import s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.replay.run_engine import drive
from tests.core.scenario import Race
from tests.core.test_engine_gate import race_with_fixes

MPS = 5.0
WATCH_TOLD_S = 2.0
"""Within so long after a correction the watch is armed anew."""


def correction(t_s: float, distance_m: float | None) -> Command:
    return Command(s_to_ns(t_s), CommandKind.DISTANCE, race_distance_m=distance_m)


def corrects(race: Race, distance_m: float | None) -> None:
    race.feed(correction(race.t_s, distance_m))


def begun(event: str, /, **wishes: object) -> Race:
    """Return a race whose pod was heard before its gun."""
    race = Race(event, wishes=wishes)
    race.stands(3.0)
    race.gun()
    return race


def runs_on(race: Race, event: str, upto_m: float = math.inf) -> None:
    """Run on over the lines of what the race really is, and press at each, 0.4 s late."""
    course = course_for(event)
    for line_m in course.crossings_m:
        if race.run_m < line_m <= upto_m:
            race.runs_to(line_m + 0.4 * MPS, MPS)
            race.marks_line()
    race.runs_to(min(upto_m, course.distance_m + 10.0), MPS)


def phase(race: Race) -> Phase:
    """Return the phase as it is now: a type checker takes an attribute for what it was."""
    return race.engine.phase


def bells_m(race: Race) -> list[float]:
    """Return how far the runner was at each bell."""
    return [race.true_m(cue) for cue in race.all(Cue) if cue.kind is CueKind.LAST_LAP]


# ---- as had it been right from the gun on


def said_after(event: str, inputs: Sequence[Input], told: Command | Tick) -> list[Output]:
    """Return what an engine for ``event`` says to ``inputs`` later than ``told``, fed beside them.

    Cues without their numbers: a wrong bell has had one.
    """
    whole = sorted([*inputs, told], key=lambda each: each.t_ns)
    steps = drive(Engine(simulated_document(event).engine_config()), whole, ticks_recorded=False)
    since_ns = told.t_ns + s_to_ns(WATCH_TOLD_S)
    said = [output for each, outputs in steps if each.t_ns > since_ns for output in outputs]
    numbered = [output for output in said if not isinstance(output, Arm | Disarm)]
    return [replace(each, id="") if isinstance(each, Cue) else each for each in numbered]


def middle_s(inputs: Sequence[Input]) -> float:
    """Return the middle between gun and end, in seconds of the recording."""
    starts = [e.t_ns for e in inputs if isinstance(e, Command) and e.kind is CommandKind.START]
    return (starts[-1] + inputs[-1].t_ns) / 2e9


@pytest.mark.parametrize(
    ("scenario", "said", "really", "metres"),
    [
        ("button", "5000m", "3000m", 3000.0),
        ("button", "5000m", "10000m", 10_000.0),
        ("button-bad", "1500m", "3000m", 3000.0),
        ("slip", "10000m", "5000m", 5000.0),
        ("false-start", "3000m", "1500m", 1500.0),
        ("beacon", "3000m", "1500m", 1500.0),
        ("button", "10k", "5k", 5000.0),
    ],
)
def test_all_is_as_had_it_been_right_from_the_gun_on(
    scenario: str,
    said: str,
    really: str,
    metres: float,
) -> None:
    """GIVEN a race set up as another one WHEN it is corrected half-way.

    THEN cues, phases and estimates are from then on, to the last digit, those of a race that was
    set up right: also where the start lies elsewhere on the track.
    """
    course = simulated_document(really).course()
    inputs = simulate(course, SCENARIOS[scenario], 7).inputs
    at_s = middle_s(inputs)
    expected = said_after(really, inputs, Tick(s_to_ns(at_s)))
    assert expected == said_after(said, inputs, correction(at_s, metres))
    assert any(isinstance(each, Cue) for each in expected)


def test_a_learned_finish_line_is_found_anew() -> None:
    """GIVEN a line learned from positions half a lap off WHEN the distance is corrected.

    THEN it lies where the new distance has it, and the bell comes as in a race set up right.
    """
    _, _, inputs = race_with_fixes("1500m", 3)
    at_s = middle_s(inputs)
    expected = said_after("1500m", inputs, Tick(s_to_ns(at_s)))
    assert expected == said_after("3000m", inputs, correction(at_s, 1500.0))


# ---- the bell and its watch


def test_the_bell_of_a_shorter_race_comes_at_its_line() -> None:
    """GIVEN 5000 m set up and 3000 m run WHEN corrected THEN the one bell comes at 2600 m."""
    race = begun("5000m")
    runs_on(race, "3000m", upto_m=1850.0)
    corrects(race, 3000.0)
    runs_on(race, "3000m")
    (bell_m,) = bells_m(race)
    assert abs(bell_m - 2600.0) < 5.0
    assert Phase.FINISHED is phase(race)
    assert ["the race is now 3000m (was 5000m)"] == [n.text for n in race.notices("distance")]
    assert "3000m" == race.engine.course.event


def test_a_bell_for_the_wrong_distance_is_called_off() -> None:
    """GIVEN the bell of 3000 m armed WHEN the race is said to be 5000 m.

    THEN the watch is told to forget it, and rings at 4600 m alone.
    """
    race = begun("3000m")
    runs_on(race, "5000m", upto_m=2300.0)
    assert race.all(Arm)
    corrects(race, 5000.0)
    (off,) = race.all(Disarm)
    assert ("last_lap-1", "the race is now 5000m") == (off.cue_id, off.why)
    runs_on(race, "5000m")
    (bell_m,) = bells_m(race)
    assert abs(bell_m - 4600.0) < 5.0


def test_a_bell_that_was_given_too_early_is_given_again() -> None:
    """GIVEN a bell in the wrong lap, felt WHEN the distance is corrected.

    THEN the race is in its body again, and its own last lap has all its cues, under new ids.
    """
    race = begun("3000m")
    runs_on(race, "5000m", upto_m=2900.0)
    assert phase(race) in {Phase.LAST_200, Phase.LAST_100}
    corrects(race, 5000.0)
    assert Phase.BODY is phase(race)
    runs_on(race, "5000m")
    first_m, second_m = bells_m(race)
    assert abs(first_m - 2600.0) < 5.0
    assert abs(second_m - 4600.0) < 5.0
    ids = [cue.id for cue in race.all(Cue)]
    assert len(set(ids)) == len(ids)
    assert 2 == race.cues().count(CueKind.TURNOVER)


def test_a_few_metres_more_ring_no_second_bell() -> None:
    """GIVEN a runner in the last lap WHEN the race is said to be 60 m longer.

    THEN he is in it still, and feels no second bell.
    """
    race = begun("1500m")
    runs_on(race, "1500m", upto_m=1320.0)
    assert Phase.LAST_200 is phase(race)
    corrects(race, 1560.0)
    assert Phase.LAST_LAP is phase(race)
    race.runs_to(1570.0, MPS)
    assert 1 == len(bells_m(race))


def test_a_race_that_ended_too_early_goes_on() -> None:
    """GIVEN a race that ended at 3000 m by itself WHEN it is said to be 5000 m.

    THEN it goes on with that line marked.
    """
    race = begun("3000m")
    runs_on(race, "3000m", upto_m=3005.0)
    assert Phase.FINISHED is phase(race)
    race.runs_to(3040.0, MPS)
    corrects(race, 5000.0)
    assert Phase.BODY is phase(race)
    race.runs(MPS, seconds=2.0)
    assert abs(race.off_m()) < 5.0
    runs_on(race, "5000m")
    assert abs(bells_m(race)[-1] - 4600.0) < 5.0
    assert 2 == race.phases().count("finished")


# ---- what a correction leaves alone, and when it is none


def test_before_the_gun() -> None:
    """GIVEN a race that waits WHEN its distance is corrected.

    THEN it is run as that, and nobody is told ready twice.
    """
    race = Race("5000m")
    race.stands(3.0)
    corrects(race, 1500.0)
    race.stands(3.0)
    race.gun()
    runs_on(race, "1500m")
    (bell_m,) = bells_m(race)
    assert abs(bell_m - 1100.0) < 5.0
    assert 1 == [cue.kind for cue in race.all(Cue)].count(CueKind.READY)


def test_a_distance_that_is_run_already_is_refused() -> None:
    """GIVEN 2,100 m run WHEN the race is said to be 2000 m.

    THEN it stays what it is, and the screen is told why.
    """
    race = begun("5000m")
    runs_on(race, "5000m", upto_m=2100.0)
    armed = len(race.all(Disarm))
    corrects(race, 2000.0)
    (refused,) = race.notices("distance_refused")
    assert (
        "the race stays 5000m: 2000 m are already run: press finish to end the race" == refused.text
    )
    assert armed == len(race.all(Disarm))
    runs_on(race, "5000m")
    (bell_m,) = bells_m(race)
    assert abs(bell_m - 4600.0) < 5.0


@pytest.mark.parametrize("metres", [None, -1.0, 0.0, 399.0, 1e9, math.nan, math.inf])
def test_what_is_no_distance_changes_nothing(metres: float | None) -> None:
    """GIVEN a race WHEN its distance is corrected to none.

    THEN one notice says what would be right, and it goes on.
    """
    race = begun("5000m")
    race.runs(MPS, seconds=20.0)
    corrects(race, metres)
    (refused,) = race.notices("distance_refused")
    assert "expected" in refused.text
    assert "5000m" == race.engine.course.event


@pytest.mark.parametrize(("bound", "most"), [("MAX_CALLS", 100), ("MAX_MARKS", 1)])
def test_after_too_much_the_course_stays(
    monkeypatch: pytest.MonkeyPatch,
    bound: str,
    most: int,
) -> None:
    """GIVEN more heard since the gun than is kept WHEN the distance is corrected.

    THEN that is refused, and the race goes on.
    """
    monkeypatch.setattr(race_state, bound, most)
    race = begun("5000m")
    runs_on(race, "5000m", upto_m=700.0)
    corrects(race, 3000.0)
    (refused,) = race.notices("distance_refused")
    assert "too much data since the start" in refused.text
    assert "5000m" == race.engine.course.event


def test_a_wanted_time_is_one_for_its_own_distance() -> None:
    """GIVEN a wanted time for 5000 m WHEN the race is said to be 3000 m.

    THEN nothing is said of the pace; WHEN it is 5000 m after all, it is.
    """
    races = [begun("5000m", target_s=1200.0) for _ in range(2)]
    for race in races:
        race.runs_to(100.0, MPS)
        corrects(race, 3000.0)
        if race is races[1]:
            corrects(race, 5000.0)
        runs_on(race, "3000m", upto_m=2300.0)
    assert [False, True] == [CueKind.EVEN in race.cues() for race in races]


def test_the_next_race_may_be_another_one() -> None:
    """GIVEN a race that a person has ended WHEN another distance is said and start pressed.

    THEN the next race is that one.
    """
    race = begun("3000m")
    runs_on(race, "3000m", upto_m=700.0)
    race.orders(CommandKind.ABORT)
    corrects(race, 800.0)
    assert Phase.ABORTED is phase(race)
    assert ["the next race is now 800m (was 3000m)"] == [n.text for n in race.notices("distance")]
    race.stands(5.0)
    race.gun()
    runs_on(race, "800m")
    (bell_m,) = bells_m(race)
    assert abs(bell_m - 400.0) < 5.0


def test_an_end_that_is_taken_back_comes_back_to_the_corrected_race() -> None:
    """GIVEN finish pressed by mistake, then the distance corrected WHEN undo is pressed.

    THEN the race goes on over that distance.
    """
    race = begun("5000m")
    runs_on(race, "3000m", upto_m=1850.0)
    race.orders(CommandKind.FINISH)
    corrects(race, 3000.0)
    race.orders(CommandKind.UNDO_LAP)
    runs_on(race, "3000m")
    (bell_m,) = bells_m(race)
    assert abs(bell_m - 2600.0) < 5.0


def test_a_press_before_a_correction_can_still_be_taken_back() -> None:
    """GIVEN a stray press, then a correction WHEN undo is pressed.

    THEN the belief is that of a corrected race without the press.
    """
    races = [begun("5000m") for _ in range(2)]
    for race in races:
        runs_on(race, "10000m", upto_m=1210.0)
        if race is races[0]:
            race.marks_line()
        corrects(race, 10_000.0)
        race.runs(MPS, seconds=3.0)
    races[0].orders(CommandKind.UNDO_LAP)
    now_ns = s_to_ns(races[0].t_s)
    pressed, never = (race.engine._control.estimator.position_at(now_ns) for race in races)
    assert never == pressed


def test_a_helper_may_not_correct_a_race_under_rules() -> None:
    """GIVEN a road race WHEN a helper corrects its distance.

    THEN that is refused as all that helpers order.
    """
    race = begun("10k", rules="road")
    race.feed(Command(s_to_ns(race.t_s), CommandKind.DISTANCE, Orderer.TRACKSIDE, 5000.0))
    assert 1 == len(race.notices("helper_refused"))
    assert "10k" == race.engine.course.event
