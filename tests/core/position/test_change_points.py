"""What no model of a pod contains: late starts, jumps, dead pods, other units, presses at a place
of one's own; the marks tell.
"""

import pytest

from kickcue.core.events import CommandKind, Cue, CueKind, MarkSource, Notice
from kickcue.core.position.change_points import Track, at_private_line, clocked
from kickcue.core.position.kalman_filter import KalmanFilter, Regime
from kickcue.core.position.line_association import Observation, associated
from kickcue.core.position.mark_models import MARK_MODELS
from kickcue.core.units import NS_PER_S, ns_to_s
from tests.core.scenario import Race

MPS = 5.0


def bell_off_s(race: Race) -> float:
    """Return by how many seconds the one bell cue came after the true bell."""
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    return ns_to_s(bell.t_ns) - race.course.bell_m / MPS


def lies_still(race: Race) -> None:
    race.pod.counts = race.pod.sends_speed = False
    race.pod.spm = 0.0


@pytest.mark.parametrize("event", ["800m", "1500m", "5000m", "10000m"])
def test_a_pod_left_on_the_bench(event: str) -> None:
    """GIVEN a pod that reports speed 0 all race long WHEN laps are marked THEN the marks alone ring
    the bell, within a second and a half.
    """
    race = Race(event)
    lies_still(race)
    race.gun()
    race.runs_and_presses(MPS)
    assert abs(bell_off_s(race)) < 1.5
    assert "finished" == race.phases()[-1]


def test_a_pod_lost_on_the_way() -> None:
    """GIVEN three marked lines WHEN the pod falls off and lies still THEN the marks after it count,
    and the bell is right to a second.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=1000.0)
    lies_still(race)
    for line_m in race.course.crossings_m[3:]:
        race.runs_to(line_m + 0.4 * MPS, MPS)
        race.marks_line()
    assert abs(bell_off_s(race)) < 1.0
    assert "finished" == race.phases()[-1]


def test_a_pod_that_is_found_again() -> None:
    """GIVEN a pod on the bench that somebody brings after three lines THEN it counts from there on,
    with what it is worth.
    """
    race = Race("5000m")
    lies_still(race)
    race.gun()
    race.runs_and_presses(MPS, upto_m=1000.0)
    race.pod.counts = race.pod.sends_speed = True
    race.runs_to(1396.0, MPS)
    assert abs(race.off_m()) < 15.0
    for line_m in race.course.crossings_m[3:]:
        race.runs_to(line_m + 0.4 * MPS, MPS)
        race.marks_line()
    assert abs(bell_off_s(race)) < 1.0


@pytest.mark.parametrize("scale", [0.621, 0.7, 1 / 0.7, 1.609])
@pytest.mark.parametrize(("event", "lap_m"), [("5000m", 400.0), ("3000m", 200.0)])
def test_a_pod_in_other_units(scale: float, event: str, lap_m: float) -> None:
    """GIVEN a pod 30 % off, or miles for kilometres WHEN five lines are marked THEN the place is
    right, and so is the bell.
    """
    race = Race(event, wishes={"lap_m": lap_m})
    race.pod.scale = scale
    race.gun()
    race.runs_and_presses(MPS, upto_m=race.course.crossings_m[4])
    assert abs(race.off_m()) < 6.0
    for line_m in race.course.crossings_m[5:]:
        race.runs_to(line_m + 0.4 * MPS, MPS)
        race.marks_line()
    assert abs(bell_off_s(race)) < 1.0


@pytest.mark.parametrize(
    "event", ["3000m", "5000m", pytest.param("10000m", marks=pytest.mark.long)]
)
@pytest.mark.parametrize("past_m", [60.0, 100.0, 150.0, 250.0, 300.0])
def test_presses_at_a_private_line(event: str, past_m: float) -> None:
    """GIVEN a good pod BUT presses at a place of one's own in each lap THEN they are no lines of
    another scale: the pod keeps the count.

    A single such press may still be taken for the nearest line, as ever: within the 3 % that a pod
    may be off, and a little more.
    """
    race = Race(event)
    race.pod.scale = 1.01
    race.stands(3.0)  # or the start may as well have been pressed late
    race.gun()
    for line_m in race.course.crossings_m[:-1]:
        race.runs_to(line_m + past_m, MPS)
        race.marks_line()
    race.runs_to(race.course.distance_m + 10.0, MPS)
    assert abs(bell_off_s(race) - 3.0) < 0.03 * race.course.bell_m / MPS


def test_a_runner_who_stands() -> None:
    """GIVEN a runner who falls, stands for 15 s and presses in anger, twice THEN the pod is still
    believed.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=1000.0)
    race.runs_to(1150.0, MPS)
    for seconds in (8.0, 7.0):
        race.stands(seconds)
        race.marks_line()
    race.runs_to(1390.0, MPS)
    assert abs(race.off_m()) < 6.0


def test_a_change_is_taken_back() -> None:
    """GIVEN a mark that has made the pod a dead one WHEN it is undone THEN the pod stands where it
    stood.
    """
    race = Race("5000m")
    lies_still(race)
    race.gun()
    race.runs_to(202.0, MPS)
    race.marks_line()
    assert abs(race.off_m()) < 250.0
    race.orders(CommandKind.UNDO_LAP)
    race.runs(MPS, seconds=2)
    estimate = race.told()
    assert estimate.distance_m is not None
    assert estimate.distance_m < 5.0


def loses_metres(race: Race, metres: float) -> None:
    """Run so far while the pod counts nothing, as it does with walked metres."""
    race.pod.counts = race.pod.sends_speed = False
    race.pod.spm = 0.0
    race.runs(MPS, metres=metres)
    race.pod.counts = race.pod.sends_speed = True
    race.pod.spm = 180.0


def presses_on(race: Race, after_m: float, mps: float = MPS) -> None:
    """Run to the end and press at each line beyond ``after_m``."""
    for line_m in race.course.crossings_m:
        if line_m > after_m:
            race.runs_to(line_m + 0.4 * mps, mps)
            race.marks_line()
    race.runs_to(race.course.distance_m + 10.0, mps)


@pytest.mark.parametrize("late_s", [3.0, 10.0, 20.0, 35.0, 58.0])
@pytest.mark.parametrize("event", ["1500m", "5000m"])
def test_a_start_pressed_late(event: str, late_s: float) -> None:
    """GIVEN a pod that ran before the start was pressed WHEN lines are pressed THEN the race counts
    from where the runner began to run.
    """
    race = Race(event)
    race.stands(5.0)
    race.run_m = 0.0
    race.runs(MPS, seconds=late_s)
    began_s, run_m = race.t_s - late_s, race.run_m
    race.gun()
    race.run_m = run_m
    presses_on(race, run_m)
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert abs(ns_to_s(bell.t_ns) - began_s - race.course.bell_m / MPS) < 2.0


@pytest.mark.parametrize("slipped_m", [-200.0, -120.0, -75.0, 75.0, 120.0, 200.0])
@pytest.mark.parametrize("at_m", [450.0, 2100.0, 4100.0])
def test_a_pod_that_slips_once(slipped_m: float, at_m: float) -> None:
    """GIVEN a pod that counts so many metres too many or too few once WHEN two lines have been
    pressed since THEN the bell is right.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=at_m)
    assert race.pod.total_m is not None
    race.pod.total_m += slipped_m
    presses_on(race, at_m)
    assert abs(bell_off_s(race)) < 1.0


@pytest.mark.parametrize("scale", [0.85, 0.92, 1.08, 1.15])
def test_a_scale_that_changes(scale: float) -> None:
    """GIVEN a pod whose scale settles after 1000 m WHEN the lines are pressed THEN the bell is
    right to a second.
    """
    race = Race("5000m")
    race.pod.scale = scale
    race.gun()
    race.runs_and_presses(MPS, upto_m=1000.0)
    race.pod.scale = 1.0
    presses_on(race, 1000.0)
    assert abs(bell_off_s(race)) < 1.0


@pytest.mark.parametrize("mps", [3.2, 4.6, 5.5, 6.3])
def test_a_sensor_that_tells_cadence_alone(mps: float) -> None:
    """GIVEN a cadence and no speed and no total WHEN the lines are pressed THEN the bell is right
    to a second, however long the steps.
    """
    race = Race("5000m")
    race.pod.total_m, race.pod.sends_speed = None, False
    race.stands(3.0)
    race.gun()
    race.runs_and_presses(mps)
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert abs(ns_to_s(bell.t_ns) - 3.0 - race.course.bell_m / mps) < 1.0


@pytest.mark.parametrize("first", range(5))
def test_a_strap_alone(first: int) -> None:
    """GIVEN no pod WHEN a helper begins to press at any of the first five lines THEN the laps tell
    which line it was.
    """
    race = Race("5000m")
    race.pod.worn = False
    race.gun()
    presses_on(race, race.course.crossings_m[first] - 1.0)
    assert abs(bell_off_s(race)) < 2.5


@pytest.mark.parametrize("scale", [0.97, 1.0, 1.03])
def test_presses_from_the_fourth_last_line_on(scale: float) -> None:
    """GIVEN a pod that has counted alone for 3,400 m WHEN two lines are pressed THEN the third is
    the bell.
    """
    race = Race("5000m")
    race.pod.scale = scale
    race.gun()
    presses_on(race, 3500.0)
    assert abs(bell_off_s(race)) < 1.0


@pytest.mark.parametrize("first", [9, 10])
@pytest.mark.parametrize("scale", [0.97, 1.03])
def test_one_late_press_is_a_line(scale: float, first: int) -> None:
    """GIVEN no press at all for eight or nine laps WHEN one is made THEN it is more than the pod.

    The pod alone is 3 % off. A runner who never presses hardly presses once by accident.
    """
    race = Race("5000m")
    race.pod.scale = scale
    race.gun()
    race.runs_to(race.course.crossings_m[first] + 0.4 * MPS, MPS)
    race.marks_line()
    race.runs(MPS, seconds=2.0)
    assert abs(race.off_m()) < 0.6 * 0.03 * race.course.crossings_m[first]


def test_a_press_after_forgotten_ones_is_a_line_although_the_scale_has_changed() -> None:
    """GIVEN one press that a changed scale contradicts, then three forgotten WHEN the next comes
    THEN it is a line.

    A stray press is as improbable as the lines that went by without one.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=2200.0)
    race.pod.scale = 0.9
    for line_m in (2600.0, 4200.0, 4600.0):
        race.runs_to(line_m + 0.4 * MPS, MPS)
        race.marks_line()
    assert abs(bell_off_s(race)) < 1.0


def test_a_press_forgotten_where_the_scale_changes_loses_no_lap() -> None:
    """GIVEN a press missed where the scale changes WHEN the laps after it are pressed THEN none of
    them is lost.
    """
    race = Race("5000m")
    race.pod.scale = 1.055
    race.gun()
    race.runs_and_presses(4.0, upto_m=1700.0)
    race.pod.scale = 1.2
    presses_on(race, 2000.0, 4.0)
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert abs(ns_to_s(bell.t_ns) - race.course.bell_m / 4.0) < 2.0


@pytest.mark.parametrize("scale", [0.9, 1.12])
def test_a_doubted_press_at_the_bell_is_acted_on(scale: float) -> None:
    """GIVEN a scale that changes in the lap before the bell WHEN the bell line is pressed THEN the
    bell comes at once.

    The mark may be a stray one, but who waits for another would wait in vain.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=4250.0)
    race.pod.scale = scale
    presses_on(race, 4250.0)
    assert bell_off_s(race) < 1.0


def test_a_line_that_went_by_before_the_start_was_pressed_is_not_missed() -> None:
    """GIVEN a pod that ran 260 m before `start` on a track of 200 m WHEN the second line is pressed
    THEN it is the second.

    Nobody could have pressed at the first one.
    """
    race = Race("800m", wishes={"lap_m": 200.0})
    race.stands(5.0)
    race.run_m = 0.0
    race.runs(MPS, seconds=52.0)
    run_m = race.run_m
    race.gun()
    race.run_m = run_m
    race.runs_to(402.0, MPS)
    race.marks_line()
    mixture = race.engine._control.estimator._mixture
    assert mixture is not None
    assert 400.0 == mixture.marked_line_m
    assert mixture.hypotheses[0].weight > 0.8
    assert 4.0 < mixture.hypotheses[0].pace_mps < 6.0, (
        "what was run before the start was not run since"
    )


def test_nobody_presses_just_before_the_line() -> None:
    """GIVEN a first mark 30 m before a line, as a total that lags has it THEN a private place there
    is improbable.

    Not so past it, where late thumbs press, and nowhere else in the lap.
    """
    before, past, elsewhere = (private_weight(600.0 + off_m) for off_m in (-30.0, 30.0, -120.0))
    assert past == elsewhere
    assert before == pytest.approx(0.1 * past)


def private_weight(here_m: float) -> float:
    """Return what a private place there weighs, by the first mark."""
    track = Track(lines_m=tuple(200.0 + 400.0 * n for n in range(13)), lap_m=400.0)
    h = KalmanFilter.at_start(1.0, 1.0, 0.03, 1.0)
    h.predict(here_m, 120.0, 0.0)
    observation = Observation(0, MARK_MODELS[MarkSource.GATE], 5.0, 0.0, 0.0, 0.0, repeated=False)
    (private,) = at_private_line(h, observation, track)
    return private.weight


def test_half_the_pace_is_less_probable_than_a_fourth_more() -> None:
    """GIVEN a pace known to 22 % WHEN the first mark would make it half, or a fourth more THEN the
    first is held to be a mistake.
    """
    h = clocked(KalmanFilter.at_start(1.0, 1.0, 1.0, 1.0), 4.5, 0.22)
    h.predict(0.0, 100.0, 0.0)
    observation = Observation(
        100 * NS_PER_S, MARK_MODELS[MarkSource.GATE], 4.5, 0.0, 0.0, 0.0, repeated=False
    )
    half, more = (associated(h, (line_m,), 1.0, observation)[0].weight for line_m in (225.0, 562.5))
    assert half < 0.05 * more


def test_a_machine_that_slept() -> None:
    """GIVEN a total that has leapt by 300 m while nothing was received WHEN the next line is
    pressed THEN the metres are known to be run.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=1850.0)
    assert race.pod.total_m is not None
    race.pod.total_m += 300.0
    race.run_m += 300.0
    presses_on(race, race.run_m)
    (bell,) = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert abs(ns_to_s(bell.t_ns) + 60.0 - race.course.bell_m / MPS) < 1.0


def test_a_change_widens_the_standard_error() -> None:
    """GIVEN a pod that has slipped by 120 m WHEN one press contradicts it THEN the error that is
    told holds both places.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=2100.0)
    assert race.pod.total_m is not None
    race.pod.total_m += 120.0
    race.runs_to(2200.0 + 0.4 * MPS, MPS)
    race.marks_line()
    race.runs(MPS, seconds=1.0)
    estimate = race.told()
    assert estimate.distance_m is not None
    assert estimate.distance_sd_m is not None
    assert abs(race.off_m()) < 2.0 * estimate.distance_sd_m


def test_a_false_start_is_started_again_and_can_be_taken_back() -> None:
    """GIVEN a runner who is called back and stands WHEN start is pressed again THEN the race begins
    there; undo goes back to the first.
    """
    race = Race("1500m")
    race.gun()
    race.runs(MPS, seconds=6.0)
    race.stands(8.0)
    race.orders(CommandKind.START)
    race.runs(MPS, seconds=10.0)
    estimate = race.told()
    assert estimate.distance_m == pytest.approx(50.0, abs=6.0)
    race.orders(CommandKind.UNDO_LAP)
    race.runs(MPS, seconds=2.0)
    estimate = race.told()
    assert estimate.distance_m == pytest.approx(90.0, abs=6.0)
    assert ["started_again", "undone"] == [
        n.code for n in race.all(Notice) if n.code in ("started_again", "undone")
    ]


def test_a_finish_by_mistake_is_taken_back() -> None:
    """GIVEN finish pressed with 3,200 m to go WHEN undo is pressed within a minute THEN the race
    goes on and its bell comes, once.
    """
    race = Race("5000m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=1800.0)
    race.orders(CommandKind.FINISH)
    race.runs(MPS, seconds=10.0)
    race.orders(CommandKind.UNDO_LAP)
    presses_on(race, 1900.0)
    assert abs(bell_off_s(race)) < 1.0


def test_the_end_of_the_last_lap_by_mistake_rings_no_second_bell() -> None:
    """GIVEN finish pressed after the bell WHEN it is undone THEN the last lap goes on without a
    second bell.
    """
    race = Race("1500m")
    race.gun()
    race.runs_and_presses(MPS, upto_m=1100.0)
    race.runs_to(1160.0, MPS)
    race.orders(CommandKind.FINISH)
    race.runs(MPS, seconds=3.0)
    race.orders(CommandKind.UNDO_LAP)
    race.runs_to(1510.0, MPS)
    assert 1 == race.cues().count(CueKind.LAST_LAP)


def test_the_next_heat_begins_with_a_start() -> None:
    """GIVEN a race that is over WHEN start is pressed again THEN the next one is run and rung,
    under cue ids of its own.
    """
    race = Race("800m")
    race.gun()
    race.runs_and_presses(MPS)
    race.stands(60.0)
    race.orders(CommandKind.START)
    race.run_m = 0.0
    began_s = race.t_s
    race.runs_and_presses(MPS)
    bells = [c for c in race.all(Cue) if c.kind is CueKind.LAST_LAP]
    assert 2 == len({bell.id for bell in bells})
    assert abs(ns_to_s(bells[1].t_ns) - began_s - race.course.bell_m / MPS) < 1.0


def test_a_start_that_was_forgotten_is_offered_once() -> None:
    """GIVEN no start WHEN the runner has been running for half a minute THEN one notice offers it,
    and nothing begins by itself.
    """
    race = Race("1500m")
    race.stands(5.0)
    race.runs(MPS, seconds=60.0)
    assert 1 == len(race.notices("start_missing"))
    assert [] == race.phases()


def test_a_race_in_which_something_changed_teaches_nothing() -> None:
    """GIVEN a pod that has missed 30 m in the second lap WHEN the race is over THEN its scale is
    not handed on; else it would have been.
    """
    taught = []
    for lost_m in (0.0, 30.0):
        race = Race("5000m")
        race.stands(3.0)
        race.gun()
        race.runs_and_presses(MPS, upto_m=300.0)
        if lost_m:
            loses_metres(race, lost_m)
        presses_on(race, race.run_m + 1.0)
        taught.append(race.engine.measured_scale is not None)
    assert [True, False] == taught


def test_a_place_of_ones_own_is_called_one() -> None:
    """GIVEN presses 100 m past the line in each lap THEN the screen says where they are, and no
    line that they are not at.
    """
    race = Race("5000m")
    race.stands(3.0)
    race.gun()
    for line_m in race.course.crossings_m[:5]:
        race.runs_to(line_m + 100.0, MPS)
        race.marks_line()
    estimate = [notice.text for notice in race.notices("line")]
    assert estimate
    assert all(text.startswith("a place of your own in the lap") for text in estimate)


def test_a_total_that_was_frozen_is_made_up_for() -> None:
    """GIVEN positions, or a pod, frozen for 30 s WHEN the total leaps to where it would have been
    THEN these metres count.
    """
    race = Race("5000m")
    race.stands(3.0)
    race.gun()
    race.runs(MPS, seconds=100.0)
    race.pod.sends_speed, race.pod.counts = False, False
    race.pod.spm = 0.0
    race.runs(MPS, seconds=30.0)
    race.pod.sends_speed, race.pod.counts, race.pod.spm = True, True, 180.0
    assert race.pod.total_m is not None
    race.pod.total_m += 30.0 * MPS
    race.runs(MPS, seconds=10.0)
    assert abs(race.off_m()) < 20.0


def test_lost_metres_do_not_change_the_scale() -> None:
    """GIVEN a pod that has missed 80 m WHEN two presses have shown so THEN its scale is what it
    was, and it counts on by that.
    """
    race = Race("5000m")
    race.stands(3.0)
    race.gun()
    race.runs_and_presses(MPS, upto_m=2000.0)
    loses_metres(race, 80.0)
    for line_m in (2200.0, 2600.0):
        race.runs_to(line_m + 0.4 * MPS, MPS)
        race.marks_line()
    mixture = race.engine._control.estimator._mixture
    assert mixture is not None
    assert Regime.SHIFTED is mixture.hypotheses[0].regime
    assert 1.0 == pytest.approx(mixture.hypotheses[0].scale, abs=0.01)
