"""The time from the gun while a race is replayed."""

from pathlib import Path

from kickcue.core.events import Command, CommandKind, Input, Notification, Timer
from kickcue.core.units import s_to_ns
from kickcue.lab.simulate import simulated_document
from kickcue.recording import Header, Recording
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from kickcue.replay.replay_clock import ReplayClock
from kickcue.replay.source import source

START, UNDO = CommandKind.START, CommandKind.UNDO_LAP


def times(*others: Input) -> list[float]:
    """Return what the clock shows at each notification of a pod, every ten seconds to 100 s."""
    pod = [pod_notification(s_to_ns(s), PodSample(0.0, 0, 0.0)) for s in range(0, 101, 10)]
    inputs = sorted([*pod, *others], key=lambda event: event.t_ns)
    recording = Recording.of(Path("race.jsonl"), Header(), inputs)
    race = source(recording, simulated_document("1500m"))
    engine = race.engine()
    clock = ReplayClock(race, engine)
    return [
        clock.race_s(event.t_ns) for event, _ in race.run(engine) if isinstance(event, Notification)
    ]


def order(t_s: float, kind: CommandKind) -> Command:
    return Command(s_to_ns(t_s), kind)


def test_before_the_gun_it_counts_down() -> None:
    """GIVEN a gun 35 s into the recording THEN what comes before it is below 0."""
    assert [-35.0, -25.0, -15.0, -5.0, 5.0, 15.0] == times(order(35, START))[:6]


def test_a_start_that_was_taken_back_is_none() -> None:
    """GIVEN a start at 5 s, taken back at 25 s, and another at 65 s THEN up to the undo the first
    one counts, and from then on the second.
    """
    told = times(order(5, START), order(25, UNDO), order(65, START))
    assert [-5.0, 5.0, 15.0, -35.0, -25.0, -15.0, -5.0, 5.0, 15.0, 25.0, 35.0] == told


def test_where_no_start_comes_any_more_the_last_one_counts() -> None:
    """GIVEN a start that was taken back for good THEN times go on from it."""
    assert [5.0, 15.0, 25.0] == times(order(5, START), order(25, UNDO))[1:4]


def test_a_pause_does_not_count() -> None:
    """GIVEN a recorder that was stopped for 20 s THEN the race's clock stood."""
    stop, go = Timer(s_to_ns(35), running=False), Timer(s_to_ns(55), running=True)
    assert [0.0, 10.0, 20.0, 30.0, 35.0, 35.0, 40.0] == times(order(0, START), stop, go)[:7]
