"""Whole sessions: what a runner does right, wrong and otherwise than planned."""

from typing import Any

import pytest

from kickcue.config.profile_files import load_profile
from kickcue.core import events as ev
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import CommandKind, CueKind, LegEnd, LegKind, Phase
from kickcue.core.gatt.treadmill import TreadmillData
from kickcue.core.plan import CuePoint, Rest, TimedRun
from kickcue.core.units import NS_PER_S, ns_to_s, s_to_ns
from tests.core.session.scripted import (
    ABORT,
    FINISH,
    SENSORS,
    START,
    UNDO,
    WHEN_READY,
    Script,
    Told,
    TrueRun,
    easy,
    plan,
    rep,
    repeats,
)

TWO_HUNDREDS = plan(rep(200), WHEN_READY, rep(200), WHEN_READY, rep(200))
OVER_S = 320.0
"""After the last repetition a session waits for one more; so much later it is over."""


def begun(**pod: Any) -> Script:
    """Return a runner who has started the session and stands."""
    script = Script(**pod)
    script.stands(5)
    script.order(START)
    script.stands(15)
    return script


def are_found(told: Told, runs: list[TrueRun], within_s: float = 1.0) -> None:
    """See that the repetitions are those that were run."""
    assert len(runs) == len(told.reps)
    for true, found in zip(runs, told.reps, strict=True):
        assert abs(ns_to_s(found.began_ns) - true.began_s) <= within_s
        assert abs(ns_to_s(found.ended_ns) - true.ended_s) <= 1.5


def test_a_session_as_planned() -> None:
    """GIVEN three repetitions and the walks between THEN each is found and told with its number,
    the last one as the last, and the session is over when nobody runs off any more.
    """
    script = begun()
    for _ in range(3):
        script.runs(200)
        script.walks(60)
    script.walks(OVER_S)
    told = script.told(TWO_HUNDREDS)
    are_found(told, script.runs_done)
    assert [LegEnd.DISTANCE] * 3 == [each.by for each in told.reps]
    assert ["Rep 1 of 3", "Rep 2 of 3"] == [c.text for c in told.cues if c.kind is CueKind.REP]
    assert 1 == told.kinds.count("last_rep")
    assert 3 == told.kinds.count("through")
    assert ["sensor_fresh", "session_done"] == told.notices
    assert Phase.FINISHED is told.phase


def test_one_repetition_too_many() -> None:
    """GIVEN a fourth of three THEN it is recorded and told as one more, and so is the sum."""
    script = begun()
    for _ in range(4):
        script.runs(200)
        script.walks(60)
    script.walks(OVER_S)
    told = script.told(TWO_HUNDREDS)
    are_found(told, script.runs_done)
    assert [LegKind.REP] * 3 + [LegKind.EXTRA] == [each.kind for each in told.reps]
    assert "rep_extra" in told.notices
    assert "Rep 4 of 4" in [cue.text for cue in told.cues]
    (done,) = (n.text for n in told.outputs if isinstance(n, ev.Notice) and n.code[:7] == "session")
    assert "session over: 4 of 3 repetitions" == done


def test_one_more_before_the_cool_down() -> None:
    """GIVEN one repetition too many in the rest before the easy run THEN it is one more, and the
    easy run follows it.
    """
    script = begun()
    script.runs(400)
    script.walks(60)
    script.runs(400)
    script.moves(2.7, 200, rise_s=2.0)
    told = script.told(plan(rep(400), Rest(120.0), easy(180.0)))
    are_found(told, script.runs_done)
    assert [LegKind.REP, LegKind.EXTRA] == [each.kind for each in told.reps]
    assert LegKind.EASY is told.begins[-2].kind or LegKind.EASY is told.begins[-1].kind
    assert Phase.FINISHED is told.phase


def test_a_jog_before_the_cool_down_is_no_repetition() -> None:
    """GIVEN a runner who jogs off briskly before the rest is over THEN that is not one more, and
    the easy run begins when the rest ends.
    """
    script = begun()
    script.runs(400)
    script.walks(30)
    script.moves(3.5, 120, rise_s=2.0)
    told = script.told(plan(rep(400), Rest(60.0), easy(60.0)))
    assert [LegKind.REP, LegKind.REST, LegKind.EASY] == [each.kind for each in told.results]


def test_running_on_into_the_cool_down() -> None:
    """GIVEN a runner who keeps the speed after the last repetition THEN no other one has begun."""
    script = begun()
    script.runs(400)
    script.moves(5.0, 40)
    script.walks(30)
    told = script.told(plan(rep(400), Rest(90.0), easy(60.0)))
    assert 1 == len(told.reps)
    assert "rest_skipped" not in told.notices


@pytest.mark.parametrize("rest", [Rest(60.0), Rest(distance_m=100.0), WHEN_READY])
def test_the_easy_run_after_a_rest_begins_by_itself(rest: Rest) -> None:
    """GIVEN a rest before the cool-down WHEN it is over, or the runner jogs off THEN the easy
    run is on, though nobody runs as fast as in a repetition, and the session ends with it.
    """
    script = begun()
    script.runs(200)
    script.walks(80)
    script.moves(2.8, 150, rise_s=2.0)
    told = script.told(plan(rep(200), rest, easy(60.0)))
    assert [LegKind.REP, LegKind.EASY] == [
        each.kind for each in told.results if each.kind is not LegKind.REST
    ]
    assert ["sensor_fresh", "session_done"] == told.notices
    assert Phase.FINISHED is told.phase


def test_too_few_repetitions() -> None:
    """GIVEN a session that is ended in the second rest THEN it says how many there were."""
    script = begun()
    for _ in range(2):
        script.runs(200)
        script.walks(30)
    script.order(FINISH)
    told = script.told(TWO_HUNDREDS)
    are_found(told, script.runs_done)
    assert LegEnd.SESSION is told.results[-1].by
    assert "session over: 2 of 3 repetitions" in [getattr(n, "text", "") for n in told.outputs]
    assert Phase.FINISHED is told.phase


def test_finished_in_a_repetition() -> None:
    """GIVEN a session that is ended in a repetition THEN its metres so far are kept."""
    script = begun()
    script.runs(120)
    script.order(FINISH)
    told = script.told(TWO_HUNDREDS)
    (only,) = told.reps
    assert LegEnd.SESSION is only.by
    assert only.distance_m == pytest.approx(120.0, abs=4.0)


def test_aborted() -> None:
    """GIVEN an abort THEN the session is over, and a second end is refused."""
    script = begun()
    script.order(ABORT)
    script.stands(5)
    script.order(FINISH)
    told = script.told(TWO_HUNDREDS)
    assert Phase.ABORTED is told.phase
    assert "refused" == told.notices[-1]


def test_a_second_start() -> None:
    """GIVEN a second start THEN it changes nothing, while the session is on and after it."""
    script = begun()
    script.order(START)
    script.runs(200)
    script.order(FINISH)
    script.stands(3)
    script.order(START)
    told = script.told(TWO_HUNDREDS)
    are_found(told, script.runs_done)
    assert 2 == told.notices.count("start_ignored")
    assert Phase.FINISHED is told.phase


def test_a_rest_left_out() -> None:
    """GIVEN a runner who runs on past the line at the same speed THEN the second repetition has
    begun at the first one's end, and the rest is told as left out.
    """
    script = begun()
    script.runs(400)
    script.runs(400, rise_s=0.0)
    script.walks(60)
    told = script.told(plan(rep(400), Rest(90.0), rep(400)))
    are_found(told, script.runs_done)
    assert "rest_skipped" in told.notices


def test_a_repetition_cut_short() -> None:
    """GIVEN a runner who stops after 120 of 200 m THEN the repetition has ended there, it is told,
    and the next is found as ever.
    """
    script = begun()
    script.runs(120)
    script.walks(60)
    script.runs(200)
    script.walks(30)
    told = script.told(TWO_HUNDREDS)
    are_found(told, script.runs_done)
    assert [LegEnd.STOPPED, LegEnd.DISTANCE] == [each.by for each in told.reps]
    assert told.reps[0].distance_m == pytest.approx(120.0, abs=5.0)
    assert "rep_short" in told.notices


def test_who_stops_does_not_run_the_next_at_once() -> None:
    """GIVEN a tempo into a kick WHEN the runner stops in the tempo THEN the kick waits until he
    runs again.
    """
    script = begun()
    script.moves(4.5, 120, rise_s=2.0)
    script.stands(60)
    script.runs(400)
    script.walks(20)
    told = script.told(plan(TimedRun(1200.0), rep(400)))
    assert LegEnd.STOPPED is told.reps[0].by
    assert ns_to_s(told.reps[1].began_ns) == pytest.approx(script.runs_done[0].began_s, abs=1.0)
    assert 400 == told.reps[1].distance_m


def test_the_walk_home() -> None:
    """GIVEN a rest that becomes the walk home THEN after ten minutes the session is over, and what
    was run is kept.
    """
    script = begun()
    script.runs(200)
    script.walks(700)
    told = script.told(plan(rep(200), Rest(90.0), rep(200)))
    assert 1 == len(told.reps)
    assert LegEnd.SESSION is told.results[-1].by
    assert Phase.FINISHED is told.phase


def test_drills_before_the_first_repetition() -> None:
    """GIVEN a quarter of an hour of walking before the first one THEN nobody has gone home."""
    script = begun()
    script.walks(900)
    script.runs(200)
    script.walks(20)
    are_found(script.told(TWO_HUNDREDS), script.runs_done)


# ---- presses


def test_a_double_press() -> None:
    """GIVEN each press twice within a second THEN the second one of each counts for nothing."""
    script = begun()
    for _ in range(2):
        script.presses(0.4)
        script.presses(1.3)
        script.runs(200)
        script.presses(0.4)
        script.presses(1.3)
        script.walks(60)
    told = script.told(TWO_HUNDREDS)
    are_found(told, script.runs_done, within_s=0.1)
    assert 4 == told.notices.count("mark_doubted")
    assert [LegEnd.PRESS] * 2 == [each.by for each in told.reps]


@pytest.mark.parametrize("late_s", [0.4, 3.0, 4.5])
def test_a_press_corrects_the_start(late_s: float) -> None:
    """GIVEN a press at the start, before the start is found or after THEN the repetition began when
    it was pressed, less a thumb's delay; also of a repetition after one that was ended by a press.
    """
    script = begun()
    script.runs(400)
    script.presses(at_s=script.runs_done[0].ended_s)
    script.walks(60)
    began_s = script.t_s
    script.runs(400)
    script.presses(late_s, at_s=began_s)
    script.walks(30)
    told = script.told(plan(rep(400), WHEN_READY, rep(400)))
    assert 2 == len(told.reps)
    assert ns_to_s(told.reps[1].began_ns) == pytest.approx(began_s + late_s - 0.4, abs=0.01)
    assert told.reps[1].distance_m == pytest.approx(400.0, abs=25.0)


@pytest.mark.parametrize("late_s", [0.1, 1.5, 3.5])
def test_a_press_corrects_the_end(late_s: float) -> None:
    """GIVEN an end that was found and then pressed THEN the press is the end, and the rest counts
    from there: its countdown ends when it should.
    """
    script = begun()
    script.runs(400)
    end_s = script.runs_done[0].ended_s
    script.presses(late_s + 0.4, at_s=end_s)
    script.walks(90)
    told = script.told(plan(rep(400), Rest(60.0), rep(400)))
    assert ns_to_s(told.reps[0].ended_ns) == pytest.approx(end_s + late_s, abs=0.3)
    assert LegEnd.PRESS is told.reps[0].by
    (go_s,) = told.cue_times_s(CueKind.GO)
    assert go_s == pytest.approx(ns_to_s(told.reps[0].ended_ns) + 60.0, abs=0.05)


@pytest.mark.parametrize("totals", [True, False])
def test_a_press_in_the_middle_is_taken_back(totals: bool) -> None:
    """GIVEN a false press after 500 of 1000 m WHEN it is taken back 10 s later THEN the repetition
    goes on with all its metres, and ends at its line, also where the pod counts none.
    """
    script = begun(totals=totals)
    began_s = script.t_s
    script.runs(500)
    script.presses()
    script.runs(50, rise_s=0.0)
    script.order(UNDO)
    script.runs(450, rise_s=0.0)
    ended_s = script.t_s
    script.walks(30)
    told = script.told(plan(rep(1000), WHEN_READY, rep(1000)))
    assert 1 == len(told.reps)
    assert 1000 == told.reps[0].distance_m
    assert abs(ns_to_s(told.reps[0].began_ns) - began_s) < 1.0
    assert abs(ns_to_s(told.reps[0].ended_ns) - ended_s) < 1.5
    assert 1 == told.kinds.count("through")


def test_a_corrected_end_is_taken_back_with_its_rest() -> None:
    """GIVEN a rest by time after an end that a press moved WHEN that is taken back THEN the rest
    counts from the end that was found.
    """
    script = begun()
    script.runs(400)
    script.presses(4.0)
    script.walks(20)
    script.order(UNDO)
    script.walks(60)
    told = script.told(plan(rep(400), Rest(60.0), rep(400)))
    (go_s,) = told.cue_times_s(CueKind.GO)
    assert go_s == pytest.approx(script.runs_done[0].ended_s + 60.0, abs=1.0)


def test_a_start_that_was_pressed_is_not_moved() -> None:
    """GIVEN a press at the start and one 4 s later THEN the second one ends the repetition."""
    script = begun()
    script.presses()
    script.runs(18)
    script.presses()
    script.walks(10)
    told = script.told(plan(rep(400), WHEN_READY, rep(400)))
    assert LegEnd.PRESS is told.reps[0].by
    assert "rep_short" in told.notices


def test_the_end_before_the_present_run_is_not_taken_back() -> None:
    """GIVEN an end that was pressed, a rest, and a start that was not WHEN the press is taken back
    THEN that is refused: the repetition before it is over.
    """
    script = begun()
    script.runs(400)
    script.presses(-3.0)
    script.walks(20)
    script.runs(50)
    script.order(UNDO)
    script.runs(350, rise_s=0.0)
    script.walks(20)
    told = script.told(plan(rep(400), WHEN_READY, rep(400)))
    assert "undo_refused" in told.notices
    assert 2 == len(told.reps)


def test_a_press_with_the_start_of_the_session() -> None:
    """GIVEN an easy run that is ended by a press as it begins THEN it ends no earlier than that."""
    script = Script()
    script.stands(3)
    script.order(START)
    script.presses(0.1)
    script.stands(3)
    (first,) = script.told(plan(easy(60.0), rep(200))).results
    assert first.began_ns == first.ended_ns


def test_a_correction_is_taken_back() -> None:
    """GIVEN a press that moved the end of a repetition WHEN it is taken back THEN the end is again
    where it was found, the rest goes on, and nothing else has changed.
    """
    script = begun()
    script.runs(400)
    script.presses(4.0)
    script.walks(20)
    script.order(UNDO)
    script.walks(20)
    script.order(UNDO)
    script.walks(3)
    told = script.told(plan(rep(400), WHEN_READY, rep(400)))
    (only,) = told.reps
    assert LegEnd.DISTANCE is only.by
    assert abs(ns_to_s(only.ended_ns) - script.runs_done[0].ended_s) < 1.0
    assert ["undone", "undo_refused"] == [code for code in told.notices if "und" in code]
    assert LegKind.REST is told.begins[-1].kind


def test_a_moved_start_is_taken_back() -> None:
    """GIVEN a press that moved a start WHEN it is taken back THEN the start is where it was found,
    and the repetition goes on: the rest and the repetition before it stay over.
    """
    script = begun()
    script.runs(200)
    script.walks(20)
    began_s = script.t_s
    script.runs(60)
    script.presses(4.0, at_s=began_s)
    script.order(UNDO)
    script.runs(140, rise_s=0.0)
    script.walks(20)
    told = script.told(TWO_HUNDREDS)
    assert 2 == len(told.reps)
    assert abs(ns_to_s(told.reps[1].began_ns) - began_s) < 1.0
    assert 200 == told.reps[1].distance_m


@pytest.mark.parametrize("after_s", [None, 70.0])
def test_an_undo_is_refused(after_s: float | None) -> None:
    """GIVEN no press, or one more than a minute ago THEN there is nothing to take back."""
    script = begun()
    if after_s is not None:
        script.presses()
    script.stands(after_s or 5.0)
    script.order(UNDO)
    script.stands(2)
    told = script.told(plan(rep(2000)))
    assert "undo_refused" in told.notices
    assert "undone" not in told.notices


def test_a_distance_is_refused() -> None:
    """GIVEN a correction of the race's distance THEN it is refused, as a session has a plan."""
    script = begun()
    script.order(CommandKind.DISTANCE, race_distance_m=3000.0)
    assert "distance_refused" in script.told(TWO_HUNDREDS).notices


def test_presses_outside_the_session() -> None:
    """GIVEN presses before the start and after the end THEN they are ignored and told."""
    script = Script()
    script.presses()
    script.stands(3)
    script.order(START)
    script.stands(3)
    script.order(FINISH)
    script.stands(3)
    script.presses()
    assert 2 == script.told(TWO_HUNDREDS).notices.count("mark_ignored")


@pytest.mark.parametrize("rest", [Rest(60.0), WHEN_READY, Rest(until=CommandKind.LAP)])
def test_presses_alone(rest: Rest) -> None:
    """GIVEN no pod at all WHEN starts and ends are pressed THEN the repetitions are those of the
    presses, and after the last one nothing begins by itself.
    """
    script = begun(pod=False)
    for _ in range(3):
        script.presses()
        script.runs(200)
        script.presses()
        script.stands(40)
    script.stands(OVER_S)
    script.inputs.append(ev.Tick(s_to_ns(script.t_s)))
    told = script.told(plan(rep(200), rest, rep(200), rest, rep(200), rest))
    are_found(told, script.runs_done, within_s=0.1)
    assert "rep_extra" not in told.notices


def test_a_blind_repetition_ends_by_itself() -> None:
    """GIVEN no pod and a single press THEN the repetition is over after twice what it should take,
    and nobody knows its metres.
    """
    script = begun(pod=False)
    script.presses()
    script.stands(200)
    script.inputs.append(ev.Tick(s_to_ns(script.t_s)))
    told = script.told(TWO_HUNDREDS)
    (first, *_) = told.reps
    assert LegEnd.TIME is first.by
    assert first.distance_m is None


# ---- rests and other legs


def test_a_rest_by_press() -> None:
    """GIVEN a rest until the lap press WHEN the runner runs in it THEN it goes on until then."""
    script = begun()
    script.runs(200)
    script.walks(20)
    script.runs(100)
    script.walks(20)
    script.presses()
    script.runs(200)
    script.walks(20)
    told = script.told(plan(rep(200), Rest(until=CommandKind.LAP), rep(200)))
    are_found(told, [script.runs_done[0], script.runs_done[2]])


def test_a_rest_by_distance() -> None:
    """GIVEN 200 m to walk between THEN "go" comes when they are walked, and the repetition begins
    when the runner runs off.
    """
    script = begun()
    script.runs(200)
    end_m = script.done_m
    script.walks(120)
    assert script.done_m - end_m < 200
    script.walks(60)
    script.runs(200)
    script.walks(20)
    told = script.told(plan(rep(200), Rest(distance_m=200.0), rep(200)))
    are_found(told, script.runs_done)
    (go_s,) = told.cue_times_s(CueKind.GO)
    walked_s = script.runs_done[0].ended_s + 2.0 + (200.0 - 6.4) / 1.4
    assert go_s == pytest.approx(walked_s, abs=4.0)


def test_one_rest_after_the_other() -> None:
    """GIVEN a jog and then a pause THEN each is kept, one after the other."""
    script = begun()
    script.runs(200)
    script.walks(100)
    script.stands(70)
    script.runs(200)
    script.walks(20)
    told = script.told(plan(rep(200), Rest(distance_m=100.0), Rest(60.0), rep(200)))
    are_found(told, script.runs_done)
    assert [LegKind.REP, LegKind.REST, LegKind.REST, LegKind.REP] == [r.kind for r in told.results]
    assert 2 == told.kinds.count("go")


def test_a_leg_by_press() -> None:
    """GIVEN a run until the lap press THEN it ends there, and its metres are what was run."""
    script = begun()
    script.runs(330)
    script.presses()
    script.walks(40)
    told = script.told(plan(TimedRun(None), WHEN_READY, rep(200)))
    assert LegEnd.PRESS is told.reps[0].by
    assert told.reps[0].distance_m == pytest.approx(330.0, abs=5.0)


def test_tempo_straight_into_a_kick() -> None:
    """GIVEN twenty minutes and the last lap at once THEN the lap begins with the bell when the time
    is over, and has its cues at their places.
    """
    script = begun()
    began_s = script.t_s
    script.moves(4.5, 300, rise_s=2.0)
    kick_s = script.t_s
    script.runs(400, mps=5.2)
    script.walks(20)
    cues = (
        CuePoint(CueKind.LAST_LAP, 400.0),
        CuePoint(CueKind.TURNOVER, 200.0),
        CuePoint(CueKind.DRIVE, 100.0),
    )
    told = script.told(plan(TimedRun(300.0), rep(400, *cues)))
    assert ["rep", "last_lap", "turnover", "drive", "through"] == [
        kind for kind in told.kinds if kind not in ("ready", "image")
    ]
    (bell_s,) = told.cue_times_s(CueKind.LAST_LAP)
    assert bell_s == pytest.approx(ns_to_s(told.reps[0].began_ns) + 300.0, abs=0.05)
    assert abs(bell_s - kick_s) < 1.0
    assert abs(ns_to_s(told.reps[0].began_ns) - began_s) < 1.0
    drive = next(cue for cue in told.cues if cue.kind is CueKind.DRIVE)
    assert drive.to_go_m == pytest.approx(100.0, abs=4.0)


def test_an_easy_leg_between() -> None:
    """GIVEN an easy run between two repetitions THEN it begins and ends without a cue, and after it
    the runner is waited for.
    """
    script = begun()
    script.runs(200)
    script.moves(2.8, 60, rise_s=2.0)
    script.walks(20)
    script.runs(200)
    script.walks(20)
    told = script.told(plan(rep(200), easy(60.0), rep(200)))
    are_found(told, script.runs_done)
    (middle,) = (each for each in told.results if each.kind is LegKind.EASY)
    assert 60.0 == pytest.approx(ns_to_s(middle.ended_ns - middle.began_ns), abs=0.1)
    assert ["rep", "relax", "through", "image", "last_rep", "relax", "through"] == [
        kind for kind in told.kinds if kind != "ready"
    ][-7:]


@pytest.mark.parametrize("late_s", [0.5, 1.0, 1.75, 3.0, 5.0])
def test_a_session_begun_while_running(late_s: float) -> None:
    """GIVEN a runner who starts the session when he has already run off THEN the first repetition
    is on, from the start of the session.
    """
    script = Script()
    script.stands(20)
    script.moves(5.0, late_s, rise_s=2.0)
    script.order(START)
    began_s = script.t_s
    script.runs(200)
    script.walks(30)
    told = script.told(TWO_HUNDREDS)
    assert abs(ns_to_s(told.reps[0].began_ns) - began_s) < 1.0
    assert 200 == told.reps[0].distance_m


def test_a_session_begun_on_a_jog() -> None:
    """GIVEN a runner who jogs when the session starts, and on THEN nothing has begun."""
    script = Script()
    script.moves(2.8, 60, rise_s=2.0)
    script.order(START)
    script.moves(2.8, 60)
    told = script.told(TWO_HUNDREDS)
    assert [] == told.reps
    assert [LegKind.REST] == [each.kind for each in told.begins]


# ---- sensors


def test_a_pod_that_falls_silent_in_a_repetition() -> None:
    """GIVEN a pod that is silent for the second half of a repetition THEN the runner is taken to go
    on, and the line is told in time.
    """
    script = begun()
    script.runs(100)
    script.pod_falls_silent()
    script.runs(100, rise_s=0.0)
    end_s = script.t_s
    script.moves(1.4, 5)
    script.pod_returns()
    script.walks(60)
    told = script.told(TWO_HUNDREDS)
    (only,) = told.reps
    assert 200 == only.distance_m
    (through_s,) = told.cue_times_s(CueKind.THROUGH)
    assert through_s == pytest.approx(end_s - 2.5, abs=0.7)


@pytest.mark.parametrize(
    ("pod", "within_s"),
    [({"totals": False}, 1.0), ({"cadence": False}, 1.0)],
    ids=["speed alone", "no cadence"],
)
def test_poor_pods(pod: dict[str, bool], within_s: float) -> None:
    """GIVEN a pod that counts no metres, or no steps THEN the repetitions are found."""
    script = begun(**pod)
    for _ in range(3):
        script.runs(200)
        script.walks(60)
    are_found(script.told(TWO_HUNDREDS), script.runs_done, within_s)


def _belt(script: Script, sensor: str) -> ev.Input:
    data = TreadmillData(speed_mps=script.mps, distance_m=int(script.done_m))
    return ev.Notification(s_to_ns(script.t_s), sensor, "2acd", bytes(data))


def test_a_treadmill() -> None:
    """GIVEN a belt that tells whole metres and no cadence THEN the repetitions are found by it."""
    script = begun(make=_belt)
    for _ in range(3):
        script.runs(200, mps=4.5, rise_s=5.0)
        script.moves(1.4, 60, rise_s=5.0)
    told = script.told(TWO_HUNDREDS, sensors={"pod": load_profile("treadmill-ftms")})
    are_found(told, script.runs_done)


def test_two_pods_with_failover() -> None:
    """GIVEN two pods of which the first falls silent in a repetition THEN the other one takes over,
    and every repetition is found.
    """
    script = begun(sensors=("pod", "spare"))
    for number in range(3):
        script.runs(100)
        script.sensors = ("spare",) if number else ("pod", "spare")
        script.runs(100, rise_s=0.0)
        script.walks(60)
    pairs = zip(script.runs_done[::2], script.runs_done[1::2], strict=True)
    runs = [TrueRun(first.began_s, second.ended_s) for first, second in pairs]
    pods = {**SENSORS, "spare": SENSORS["pod"]}
    are_found(script.told(TWO_HUNDREDS, sensors=pods), runs)


def test_a_timer_stopped_in_the_rests() -> None:
    """GIVEN a watch that is stopped at each line and started at each start THEN those are the
    starts and ends; a stop that was a mistake is taken back.
    """
    script = begun()
    for _ in range(2):
        script.timer(running=True)
        script.runs(200)
        script.timer(running=False)
        script.walks(60)
    script.timer(running=True)
    script.runs(50)
    script.timer(running=False)
    script.runs(25, rise_s=0.0)
    script.order(UNDO)
    script.runs(125, rise_s=0.0)
    script.walks(20)
    told = script.told(TWO_HUNDREDS)
    assert 3 == len(told.reps)
    for true, found in zip(script.runs_done[:2], told.reps[:2], strict=True):
        assert abs(ns_to_s(found.began_ns) - true.began_s) < 0.3
        assert abs(ns_to_s(found.ended_ns) - true.ended_s) < 0.3
    assert 200 == told.reps[2].distance_m


# ---- rules


def test_sanctioned_has_no_cues() -> None:
    """GIVEN a sanctioned session THEN no cue comes, and the repetitions are recorded."""
    script = begun()
    script.runs(200)
    script.walks(20)
    told = script.told(TWO_HUNDREDS, rules=Rules.SANCTIONED)
    assert [] == told.cues
    are_found(told, script.runs_done)


def test_the_marks_of_adrenaline_points_all_come() -> None:
    """GIVEN a mark each 50 m and a fast runner THEN every one of them is felt, at its place."""
    points = [CuePoint(CueKind.DRIVE, to_go_m) for to_go_m in (250.0, 200.0, 150.0, 100.0, 50.0)]
    script = begun()
    script.runs(300, mps=7.0)
    script.walks(20)
    told = script.told(plan(rep(300, *points), WHEN_READY, rep(300)))
    drives = [cue for cue in told.cues if cue.kind is CueKind.DRIVE]
    assert [250, 200, 150, 100, 50] == pytest.approx([c.to_go_m for c in drives], abs=4.0)


def test_outputs_and_a_second_engine() -> None:
    """GIVEN the same script twice THEN all is the same, in order of time, with ids used once."""
    script = begun()
    for _ in range(3):
        script.runs(200)
        script.presses()
        script.walks(60)
    first, second = script.told(TWO_HUNDREDS), script.told(TWO_HUNDREDS)
    assert first.outputs == second.outputs
    times = [each.t_ns for each in first.outputs]
    assert sorted(times) == times
    ids = [cue.id for cue in first.cues]
    assert len(set(ids)) == len(ids)
    assert NS_PER_S < times[-1]


def test_repeats_are_written_out() -> None:
    """GIVEN three times a run and a rest THEN the plan has six legs, each with its number."""
    script = begun()
    script.order(FINISH)
    (begin,) = script.told(repeats(3, rep(200), WHEN_READY)).begins
    assert (6, 3) == (begin.legs, begin.reps)
