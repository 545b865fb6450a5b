"""Running an engine over events: live ticks and recorded ones come to the same."""

from pathlib import Path

from hypothesis import given, strategies as st

from kickcue.core.engine import Engine
from kickcue.core.events import Command, CommandKind, Cue, CueKind, Input, Link, Output, Tick
from kickcue.core.units import s_to_ns
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from kickcue.replay.run_engine import drive

DOCUMENT = simulated_document("1500m")
SETUP = DOCUMENT.engine_config()


def live(inputs: tuple[Input, ...]) -> list[tuple[Input, tuple[Output, ...]]]:
    return list(drive(Engine(SETUP), inputs, ticks_recorded=False))


def test_recorded_ticks_replay_the_race() -> None:
    """GIVEN a race run with live ticks WHEN all that was fed is fed again with its own ticks THEN
    the same comes out, event by event.
    """
    first = live(simulate(SETUP.race.course, SCENARIOS["button"], 11).inputs)
    fed = tuple(event for event, _ in first)
    assert any(isinstance(event, Tick) for event in fed)
    assert first == list(drive(Engine(SETUP), fed, ticks_recorded=True))


def test_recorded_ticks_are_all_the_ticks_there_are() -> None:
    """GIVEN a recording with ticks that were late THEN no tick is added to make up for them: what
    happened is what is replayed.
    """
    fed: tuple[Input, ...] = (Command(0, CommandKind.START), Tick(s_to_ns(30.0)))
    assert fed == tuple(event for event, _ in drive(Engine(SETUP), fed, ticks_recorded=True))


def test_live_ticks_come_when_they_were_asked_for() -> None:
    """GIVEN events with gaps THEN each tick lies at the moment the engine named, between the events
    around it, and time never goes back.
    """
    engine = Engine(SETUP)
    events: tuple[Input, ...] = (
        Command(0, CommandKind.START),
        *(pod_notification(s_to_ns(t), PodSample(5.0, 90, 5.0 * t)) for t in (1, 2, 9, 10)),
    )
    wanted: list[int | None] = []
    moments: list[int] = []
    for event, _ in drive(engine, events, ticks_recorded=False):
        if isinstance(event, Tick):
            assert wanted[-1] == event.t_ns
        else:
            assert not wanted or wanted[-1] is None or event.t_ns <= wanted[-1]
        wanted.append(engine.wake_ns)
        moments.append(event.t_ns)
    assert moments == sorted(moments)
    assert len(moments) > len(events)


def test_a_tick_comes_before_whatever_comes_later() -> None:
    """GIVEN an event a nanosecond after the engine wants to wake THEN the tick comes first; at the
    very moment the event is wake enough.
    """
    gun = Command(0, CommandKind.START)
    engine = Engine(SETUP)
    engine.feed(gun)
    assert engine.wake_ns is not None
    for late_ns, kinds in ((1, [Command, Tick, Link]), (0, [Command, Link])):
        fed = drive(
            Engine(SETUP),
            (gun, Link(engine.wake_ns + late_ns, "pod", up=True)),
            ticks_recorded=False,
        )
        assert kinds == [type(event) for event, _ in fed]


def test_the_bell_does_not_wait_for_a_notification() -> None:
    """GIVEN a pod that speaks every ten seconds only THEN the bell comes at its moment, not at the
    next notification.
    """
    slow = tuple(
        pod_notification(s_to_ns(t_s), PodSample(5.0, 90, 5.0 * t_s)) for t_s in range(0, 241, 8)
    )
    said = [
        output for _, outputs in live((Command(0, CommandKind.START), *slow)) for output in outputs
    ]
    (bell,) = [o for o in said if isinstance(o, Cue) and o.kind is CueKind.LAST_LAP]
    assert abs(bell.t_ns - s_to_ns(220.0)) < s_to_ns(0.5)


def test_nothing_is_driven_by_nothing(tmp_path: Path) -> None:
    """GIVEN no events THEN nothing is fed."""
    assert [] == live(())
    assert [] == list(tmp_path.iterdir())


def ticks_of(inputs: tuple[Input, ...]) -> int:
    return sum(isinstance(event, Tick) for event, _ in live(inputs))


@given(st.lists(st.floats(0.0, 2.0**62 / 1e9), max_size=25))
def test_a_recording_costs_the_ticks_of_its_events_and_not_of_its_dates(
    gaps_s: list[float],
) -> None:
    """GIVEN readings hours, years or centuries apart THEN each costs the ticks of a minute at most,
    and all together those of an hour more.
    """
    t_ns = 0
    inputs: list[Input] = [Command(0, CommandKind.START)]
    for gap_s in gaps_s:
        t_ns = min(t_ns + s_to_ns(gap_s), 2**63 - 1)
        inputs.append(pod_notification(t_ns, PodSample(3.0, 90, None)))
    assert ticks_of(tuple(inputs)) <= 60 * len(inputs) + 3600


def test_a_wrong_date_costs_no_more_than_an_hour() -> None:
    """GIVEN a first reading of 1980 and all others of 2024 THEN the years between cost the ticks of
    an hour, once.
    """
    years_ns = s_to_ns(44 * 365 * 86400.0)
    after = tuple(
        pod_notification(years_ns + s_to_ns(t_s), PodSample(5.0, 90, 5.0 * t_s))
        for t_s in range(60)
    )
    assert (
        ticks_of(
            (Command(0, CommandKind.START), pod_notification(0, PodSample(0.0, 0, 0.0)), *after)
        )
        < 4000
    )


def test_a_silence_of_half_an_hour_is_gone_through_as_live() -> None:
    """GIVEN a race that nothing was heard of for half an hour THEN the bell comes by the clock, as
    it did live.
    """
    told = (Command(0, CommandKind.START), pod_notification(s_to_ns(1.0), PodSample(5.0, 90, 5.0)))
    document = simulated_document("5000m")
    end = pod_notification(s_to_ns(1800.0), PodSample(0.0, 0, 5.0))
    said = [
        out
        for _, outs in drive(Engine(document.engine_config()), (*told, end), ticks_recorded=False)
        for out in outs
    ]
    assert [CueKind.LAST_LAP] == [
        cue.kind for cue in said if isinstance(cue, Cue) and cue.kind is CueKind.LAST_LAP
    ]
