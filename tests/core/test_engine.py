"""The engine's contract: a pure function of its setup and its events, whatever those are."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from kickcue.config.race_document import RaceDocument
from kickcue.core.engine import Engine
from kickcue.core.engine_choice import engine_for
from kickcue.core.events import (
    Ack,
    Arm,
    Command,
    CommandKind,
    Cue,
    CueKind,
    Disarm,
    Estimate,
    Fix,
    Input,
    Level,
    Link,
    Mark,
    MarkSource,
    Notification,
    Phase,
    PhaseChange,
    Tick,
    Timer,
)
from kickcue.core.gatt import CODECS
from kickcue.core.plan import Plan, Repeat, Run
from kickcue.core.session.session_engine import SessionEngine
from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from kickcue.replay.run_engine import drive
from tests.core.scenario import Race

SETUP = simulated_document("1500m").engine_config()
times = st.integers(0, 600 * NS_PER_S) | st.integers(-(2**63), 2**63)
sensors = st.sampled_from(["pod", "strap", "stranger"])
distances = st.none() | st.floats() | st.floats(200.0, 5000.0)
chars = st.sampled_from([*CODECS, "2A53", "00002a53-0000-1000-8000-00805f9b34fb"]) | st.text(
    max_size=40
)
pod_bytes = st.builds(
    lambda mps, cadence, total_m: pod_notification(0, PodSample(mps, cadence, total_m)).data,
    st.floats(0.0, 256.0),
    st.integers(0, 255),
    st.none() | st.floats(0.0, 4.2e8),
)
notifications = st.builds(Notification, times, sensors, chars, st.binary(max_size=24) | pod_bytes)
running = st.builds(
    Notification, st.integers(0, 600 * NS_PER_S), st.just("pod"), st.just("2a53"), pod_bytes
)
orders: st.SearchStrategy[Input] = (
    st.builds(Mark, times, st.sampled_from(MarkSource))
    | st.builds(Command, times, st.sampled_from(CommandKind))
    | st.builds(Command, times, st.just(CommandKind.DISTANCE), race_distance_m=distances)
    | st.builds(Link, times, sensors, st.booleans())
    | st.builds(Ack, times, st.text(max_size=10), st.booleans(), st.none() | st.text(max_size=10))
    | st.builds(Fix, times, st.floats(), st.floats())
    | st.builds(Timer, times, st.booleans())
    | st.builds(Tick, times)
)
events = notifications | running | orders


@given(st.booleans(), st.lists(events, max_size=60))
def test_nothing_that_comes_in_raises(started: bool, story: list[Input]) -> None:
    """GIVEN any characteristics with any bytes, any orders at any times THEN nothing raises, and
    the next wake always lies ahead.
    """
    engine = Engine(SETUP)
    if started:
        engine.feed(Command(0, CommandKind.START))
    for event in story:
        for output in engine.feed(event):
            assert engine._now_ns is not None
            assert output.t_ns <= engine._now_ns
        assert engine._now_ns is not None
        assert engine._timer.stopped if engine.wake_ns is None else engine.wake_ns > engine._now_ns


@given(st.lists(events, max_size=60))
def test_the_same_events_give_the_same_outputs(story: list[Input]) -> None:
    """GIVEN two engines of one setup THEN the same events give the same outputs, and the one's life
    does not touch the other's.
    """
    first, second = Engine(SETUP), Engine(SETUP)
    one = [first.feed(event) for event in story]
    assert one == [second.feed(event) for event in story]


def test_whole_races_are_pure_too() -> None:
    """GIVEN a simulated race with all its faults THEN two engines, fed in turns, say the same to
    the last byte.
    """
    race = simulate(SETUP.race.course, SCENARIOS["button-bad"], seed=4)
    one, two = (drive(Engine(SETUP), race.inputs, ticks_recorded=False) for _ in range(2))
    pairs = list(zip(one, two, strict=True))
    assert len(pairs) > len(race.inputs)
    assert [] == [(a, b) for a, b in pairs if a != b]


def test_late_events_are_taken_as_now() -> None:
    """GIVEN time has come to 10 s WHEN an event of 4 s arrives THEN it counts as happening now, and
    is counted as late.
    """
    engine = Engine(SETUP)
    engine.feed(Tick(s_to_ns(10)))
    out = engine.feed(Command(s_to_ns(4), CommandKind.START))
    assert PhaseChange(s_to_ns(10), Phase.BODY, Phase.WAITING) in out
    assert 1 == engine.late_events
    engine.feed(Tick(s_to_ns(10)))
    assert 1 == engine.late_events


def test_a_late_pod_moves_nobody_backwards() -> None:
    """GIVEN readings that overtook each other on the way THEN the runner only goes forward and all
    metres are there in the end.
    """
    engine = Engine(SETUP)
    engine.feed(Command(0, CommandKind.START))
    told: list[float] = []
    for arrived, sent in enumerate([0, 1, 2, 3, 4, 5, 7, 6, 8, 9, 10, 12, 11, 13, 14], start=0):
        t_s = max(arrived, sent)
        for output in engine.feed(
            pod_notification(
                s_to_ns(sent if sent < arrived else t_s), PodSample(5.0, 90, 5.0 * sent)
            )
        ):
            told += (
                [output.distance_m]
                if isinstance(output, Estimate) and output.distance_m is not None
                else []
            )
    assert 2 == engine.late_events
    assert 70.0 == pytest.approx(told[-1], abs=0.5)
    assert all(b >= a - 5.1 for a, b in pairwise(told))


@pytest.mark.parametrize("event", ["1500m", "400m"])
def test_ticks_alone_run_a_race_to_its_end(event: str) -> None:
    """GIVEN a gun and then nothing at all WHEN the engine gets only the ticks it asks for THEN the
    clock runs the race out, in few ticks.
    """
    engine = Engine(simulated_document(event).engine_config())
    engine.feed(Command(0, CommandKind.START))
    ticks = 0
    while engine.phase is not Phase.FINISHED:
        assert engine.wake_ns is not None
        engine.feed(Tick(engine.wake_ns))
        ticks += 1
        assert ticks < 2000
    assert engine._now_ns is not None
    assert ticks < engine._now_ns / NS_PER_S * 1.5


def test_a_wake_that_is_missed_is_made_up() -> None:
    """GIVEN a driver whose tick is half a second late THEN the bell comes with that tick, not
    never.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(1097.0, 5.0)
    race.engine.feed(Tick(s_to_ns(race.t_s + 1.1)))
    assert Phase.LAST_LAP is race.engine.phase


# ---- people's orders


def test_the_reason_is_told_first_and_once() -> None:
    """WHEN the first event comes, whatever it is, THEN the first output says under which rules this
    is run; never again.
    """
    race = Race("1500m", wishes={"rules": "road"})
    race.gun()
    race.runs(5.0, seconds=30)
    (notice,) = race.notices("rules")
    assert notice == race.said[0]
    assert "road" in notice.text


@pytest.mark.parametrize("kind", [CommandKind.FINISH, CommandKind.UNDO_LAP, CommandKind.LAP])
def test_orders_before_the_gun_change_nothing(kind: CommandKind) -> None:
    """GIVEN no race is on WHEN people order something of a race THEN it is told why not, and
    nothing changes.
    """
    race = Race()
    race.stands(3)
    race.orders(kind)
    assert 1 == sum(len(race.notices(code)) for code in ("refused", "undo_refused", "mark_ignored"))
    assert Phase.WAITING is race.engine.phase


def test_a_second_start_of_a_runner_who_runs_on_is_ignored() -> None:
    """GIVEN a runner who has not stood since the start WHEN start is pressed again THEN one line
    says so, and the race goes on.
    """
    race = Race()
    race.gun()
    race.runs(5.0, seconds=30)
    race.orders(CommandKind.START)
    race.runs(5.0, seconds=2)
    (notice,) = race.notices("start_ignored")
    assert ("the race is already running: start ignored", Level.WARNING) == (
        notice.text,
        notice.level,
    )
    assert abs(race.off_m()) < 1.0


@pytest.mark.parametrize(
    ("kind", "phase"), [(CommandKind.ABORT, Phase.ABORTED), (CommandKind.FINISH, Phase.FINISHED)]
)
def test_an_end_disarms(kind: CommandKind, phase: Phase) -> None:
    """GIVEN the bell is armed on the watch WHEN people end the race THEN it is called off with the
    reason, and nothing is felt any more.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(1000.0, 5.0)
    (armed, *_) = race.all(Arm)
    race.orders(kind)
    race.runs_to(1500.0, 5.0)
    assert [(armed.cue.id, f"the race is {phase}")] == [(d.cue_id, d.why) for d in race.all(Disarm)]
    assert [] == race.cues()
    assert ["body", phase.value] == race.phases()
    told = race.told()
    assert (None, None, None, None) == (told.distance_m, told.lap, told.to_go_m, told.eta_bell_s)


def test_lap_is_a_button_mark() -> None:
    """The order ``lap`` does what a button mark does."""
    marked, ordered = Race(), Race()
    for race in (marked, ordered):
        race.gun()
        race.runs_to(302.0, 5.0)
    marked.marks_line()
    ordered.orders(CommandKind.LAP)
    assert ["line 1 of 4, 300 m (button)"] == [n.text for n in ordered.notices("line")]
    assert marked.said == ordered.said


def test_what_the_watch_dropped_is_told() -> None:
    """WHEN the watch says that a cue was not felt THEN that is told with its reason; a felt one is
    no news.
    """
    race = Race()
    race.feed(Ack(1, "last_lap-1", felt=True))
    race.feed(Ack(2, "last_lap-1", felt=False, why="late"))
    race.feed(Ack(3, "last_lap-1", felt=False))
    texts = ["the watch dropped last_lap-1: late", "the watch dropped last_lap-1: no reason given"]
    assert texts == [n.text for n in race.notices("cue_dropped")]


def test_a_fix_changes_nothing_by_itself() -> None:
    """A position fix is no mark: gates lie before the engine."""
    race = Race()
    race.gun()
    race.runs(5.0, seconds=10)
    assert () == race.engine.feed(Fix(s_to_ns(9.9), 52.0, 4.0))


def test_ready_when_everything_is_heard() -> None:
    """GIVEN pod and strap WHEN both are heard before the gun THEN ready is felt once; with one of
    them missing it is not.
    """
    race = Race()
    race.strap.worn = False
    race.stands(10)
    assert [] == race.all(Cue)
    race.strap.worn = True
    race.stands(10)
    assert [CueKind.READY] == [c.kind for c in race.all(Cue)]


def test_an_estimate_at_most_twice_a_second() -> None:
    """GIVEN a pod that speaks ten times a second
    THEN estimates are half a second apart at least.
    """
    engine = Engine(SETUP)
    engine.feed(Command(0, CommandKind.START))
    at = [
        output.t_ns
        for tenth in range(100)
        for output in engine.feed(
            pod_notification(tenth * NS_PER_S // 10, PodSample(5.0, 90, 0.5 * tenth))
        )
        if isinstance(output, Estimate)
    ]
    assert len(at) >= 19
    assert min(b - a for a, b in pairwise(at)) >= NS_PER_S // 2


def test_the_plan_chooses_the_engine() -> None:
    """GIVEN a plan of one stretch THEN the engine of races runs it; one of repeats has a session's,
    and so has one stretch with something to imagine in it.
    """
    assert isinstance(engine_for(SETUP), Engine)
    (stretch,) = SETUP.plan.legs()
    assert isinstance(stretch, Run)
    strides = Plan("strides", (Repeat(4, (stretch,)),))
    assert isinstance(engine_for(replace(SETUP, plan=strides)), SessionEngine)
    one = Plan("one", (replace(stretch, imagery="the line"),))
    assert isinstance(engine_for(replace(SETUP, plan=one)), SessionEngine)


def test_the_planned_pace_is_the_targets() -> None:
    """GIVEN a target time THEN the pace to fall back on is that of the target."""
    assert 5.0 == RaceDocument(race="1500m", target_s=300.0).engine_config().planned_mps
