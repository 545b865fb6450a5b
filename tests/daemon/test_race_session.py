"""One race: what is recorded, delivered and remembered, in which order."""

from kickcue.core.engine import Engine
from kickcue.core.events import Arm, Cue, Disarm, Input, Link, Output, Phase, PhaseChange, Tick
from kickcue.daemon.race_session import KEPT, RaceSession, View
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording.model import Entry
from kickcue.replay.run_engine import drive

DOCUMENT = simulated_document("1500m")


class Log:
    """Takes what is recorded and what is delivered."""

    def __init__(self) -> None:
        self.all: list[tuple[str, Entry]] = []

    def record(self, entry: Entry) -> None:
        self.all.append(("recorded", entry))

    def deliver(self, output: Output) -> None:
        self.all.append(("delivered", output))

    def only(self, what: str) -> list[Entry]:
        return [entry for kind, entry in self.all if kind == what]


def race() -> tuple[Input, ...]:
    return simulate(DOCUMENT.course(), SCENARIOS["button"], 1_000_001).inputs


def run(inputs: tuple[Input, ...]) -> tuple[RaceSession, Log]:
    log = Log()
    session = RaceSession(Engine(DOCUMENT.engine_config()), log.record, log.deliver)
    for event in inputs:
        while session.wake_ns is not None and session.wake_ns < event.t_ns:
            session.feed(Tick(session.wake_ns))
        session.feed(event)
    return session, log


def log_time(log: Log, phase: Phase) -> int:
    return next(
        entry.t_ns
        for entry in log.only("delivered")
        if isinstance(entry, PhaseChange) and entry.phase is phase
    )


def test_a_session_says_what_the_engine_says() -> None:
    """GIVEN a race WHEN it goes through a session THEN delivered and recorded are just the engine's
    outputs, and the inputs are recorded.
    """
    inputs = race()
    bare = list(drive(Engine(DOCUMENT.engine_config()), inputs, ticks_recorded=False))
    _, log = run(inputs)
    outputs = [output for _, outputs in bare for output in outputs]
    assert outputs == log.only("delivered")
    assert [entry for event, outputs in bare for entry in (event, *outputs)] == log.only("recorded")


def test_an_input_is_recorded_before_anything_follows_from_it() -> None:
    """Whatever a crash leaves behind, a delivered cue has its cause in the recording, and the wrist
    is served before the disk.
    """
    log = Log()
    session = RaceSession(Engine(DOCUMENT.engine_config()), log.record, log.deliver)
    outputs = session.feed(race()[0])
    assert [
        ("recorded", race()[0]),
        *(("delivered", o) for o in outputs),
        *(("recorded", o) for o in outputs),
    ] == log.all


def test_stamps_that_overlap_are_put_in_order_before_they_are_recorded() -> None:
    """GIVEN two sources WHEN one's event carries an earlier stamp than the last THEN it is recorded
    and fed at the last one's time.
    """
    log = Log()
    session = RaceSession(Engine(DOCUMENT.engine_config()), log.record, log.deliver)
    session.feed(Link(2000, "pod", True))
    session.feed(Link(1500, "strap", True))
    assert Link(2000, "strap", True) in log.only("recorded")
    assert session._engine.late_events == 0


def test_the_view_follows_the_race() -> None:
    """GIVEN a whole race WHEN it is over THEN the view knows the phase, the cues and the last
    estimate, and nothing is armed any more.
    """
    session, log = run(race())
    cues = [entry for entry in log.only("delivered") if isinstance(entry, Cue)]
    assert Phase.FINISHED is session.view.phase
    assert cues == session.view.cues
    assert "last_lap-1" in [cue.id for cue in cues]
    assert session.view.armed is None
    assert session.view.estimate is not None
    assert (0, log_time(log, Phase.FINISHED)) == (session.view.gun_ns, session.view.over_ns)
    assert len(session.view.notices) <= KEPT


def test_a_disarmed_cue_is_armed_no_more() -> None:
    """GIVEN an armed cue WHEN it is called off THEN the view shows none."""
    arm = next(
        output
        for _, outs in drive(Engine(DOCUMENT.engine_config()), race(), ticks_recorded=False)
        for output in outs
        if isinstance(output, Arm)
    )
    view = View()
    view.take(arm)
    assert arm == view.armed
    view.take(Disarm(arm.t_ns, arm.cue.id, "the race is aborted"))
    assert view.armed is None


def test_what_an_earlier_process_told_is_remembered_and_not_told_again() -> None:
    """GIVEN outputs of an earlier process WHEN they are remembered THEN the view knows them and
    nothing is delivered or recorded.
    """
    log = Log()
    session = RaceSession(Engine(DOCUMENT.engine_config()), log.record, log.deliver)
    session.remember([PhaseChange(5, Phase.BODY, Phase.WAITING)])
    assert Phase.BODY is session.view.phase
    assert [] == log.all
