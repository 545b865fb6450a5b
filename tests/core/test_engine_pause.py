"""A recorder that is stopped: no cue, no metres, no time; a sensor that is silent stops nothing."""

import pytest

from kickcue.core import events as ev
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.sensor_encoding import PodSample, pod_notification
from tests.core.scenario import Race

PAUSE_S = 60.0


def timer(race: Race, *, running: bool) -> None:
    race.feed(ev.Timer(s_to_ns(race.t_s), running))


def paused(race: Race, seconds: float = PAUSE_S) -> None:
    """Stop the recorder for so long; nothing is recorded meanwhile."""
    timer(race, running=False)
    race.t_s += seconds
    race.pod.next_s, race.strap.next_s = race.t_s, race.t_s + 0.37
    race.tick_until(s_to_ns(race.t_s))
    timer(race, running=True)


def bell_s(race: Race) -> float:
    (cue,) = [cue for cue in race.all(ev.Cue) if cue.kind is ev.CueKind.LAST_LAP]
    return ns_to_s(cue.t_ns)


@pytest.mark.parametrize("before_m", [80.0, 300.0, 399.0])
@pytest.mark.parametrize("pause_s", [8.0, PAUSE_S, 9 * 3600.0])
def test_a_pause_moves_the_bell_by_its_own_length(before_m: float, pause_s: float) -> None:
    """GIVEN 800 m at 4 m/s, stopped once before the bell line THEN the bell comes at 400 m run: 100
    s and the pause after the gun.
    """
    race = Race("800m")
    race.gun()
    race.runs_to(before_m, 4.0)
    paused(race, pause_s)
    race.runs_to(900.0, 4.0)
    assert bell_s(race) == pytest.approx(100.0 + pause_s, abs=1.5)
    assert race.phases()[-1] == "finished"


def test_no_cue_is_given_or_armed_while_the_recorder_is_stopped() -> None:
    """GIVEN a bell that is armed WHEN the recorder is stopped just before its line THEN it is
    called off, and armed again afterwards.
    """
    race = Race("800m")
    race.gun()
    race.runs_to(396.0, 4.0)
    assert race.all(ev.Arm)
    before = len(race.said)
    stopped_s = race.t_s
    paused(race)
    said = [
        output for output in race.said[before:] if isinstance(output, ev.Disarm | ev.Arm | ev.Cue)
    ]
    assert [(type(each), ns_to_s(each.t_ns)) for each in said] == [
        (ev.Disarm, stopped_s),
        (ev.Arm, stopped_s + PAUSE_S),
    ]
    race.runs_to(420.0, 4.0)
    assert bell_s(race) == pytest.approx(stopped_s + PAUSE_S + 1.0, abs=1.0)


def test_a_pause_stands_still_on_the_screen_and_costs_no_ticks() -> None:
    """GIVEN the recorder is stopped for nine hours THEN distance stays, all else is unknown, and
    the engine asks for no ticks.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(500.0, 5.0)
    before = len(race.said)
    timer(race, running=False)
    ticks = 0
    while race.engine.wake_ns is not None and race.engine.wake_ns < s_to_ns(race.t_s + 9 * 3600.0):
        race.said += race.engine.feed(ev.Tick(race.engine.wake_ns))
        ticks += 1
    estimates = [output for output in race.said[before:] if isinstance(output, ev.Estimate)]
    assert {round(each.distance_m or 0.0) for each in estimates} == {500}
    assert {(each.speed_mps, each.cadence_spm, each.heart_rate_bpm) for each in estimates} == {
        (None, None, None)
    }
    assert ticks == 0


def test_a_pause_is_no_news_of_a_sensor() -> None:
    """GIVEN sensors that are well WHEN the recorder is stopped for a minute THEN none of them is
    called stale or lost, then or afterwards.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(500.0, 5.0)
    before = len(race.said)
    paused(race)
    race.runs(5.0, seconds=10.0)
    assert [] == [
        each
        for each in race.said[before:]
        if isinstance(each, ev.Notice) and each.sensor is not None
    ]


@pytest.mark.parametrize(
    "word",
    [
        PodSample(4.0, 90.0, 300.0),
        PodSample(0.0, 90.0, 300.0),
        PodSample(0.0, 0.0, 300.0),
        PodSample(4.0, 90.0, 304.0),
    ],
    ids=["speed, old total", "cadence, speed 0", "standing", "a second run"],
)
def test_the_word_at_the_end_of_a_pause_adds_no_metres(word: PodSample) -> None:
    """GIVEN 300 m run WHEN the first reading after a pause looks like running with the old total
    THEN it adds a second of running at most.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(300.0, 4.0)
    timer(race, running=False)
    race.t_s += 200.0
    timer(race, running=True)
    race.feed(pod_notification(s_to_ns(race.t_s), word))
    race.tick_until(s_to_ns(race.t_s + 1.0))
    distance_m = race.told().distance_m
    assert distance_m is not None
    assert 299.0 <= distance_m <= 309.0


def test_steps_without_metres_are_counted_while_they_are_heard() -> None:
    """GIVEN a pod at 80 m that is silent for a minute WHEN it comes back with steps, speed 0 and
    the old total THEN nobody was carried away.

    No recorder speaks here: one word tells of one moment, not of the silence before it.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(80.0, 4.0)
    race.feed(pod_notification(s_to_ns(race.t_s), PodSample(4.0, 90.0, 80.0)))
    race.t_s += 60.0
    race.feed(pod_notification(s_to_ns(race.t_s), PodSample(0.0, 90.0, 80.0)))
    race.tick_until(s_to_ns(race.t_s + 1.5))
    told = race.told()
    assert told.mode is ev.Mode.POD
    assert told.distance_m == pytest.approx(80.0, abs=4.0)


def test_what_is_walked_in_a_pause_is_no_part_of_the_race() -> None:
    """GIVEN a pod that goes on counting WHEN its owner walks 100 m while the recorder is stopped
    THEN they are not in the distance.
    """
    race = Race("1500m")
    race.gun()
    race.runs_to(500.0, 5.0)
    timer(race, running=False)
    race.runs(1.25, seconds=80.0)
    timer(race, running=True)
    race.runs(5.0, metres=100.0)
    distance_m = race.told().distance_m
    assert distance_m is not None
    assert distance_m == pytest.approx(600.0, abs=8.0)


def test_silence_alone_stops_no_race() -> None:
    """GIVEN a race whose pod falls silent for 40 s while its owner runs on THEN the bell comes
    where it would have come.
    """
    race = Race("800m")
    race.gun()
    race.runs_to(200.0, 4.0)
    race.pod.falls_silent(40)
    race.runs_to(820.0, 4.0)
    assert bell_s(race) == pytest.approx(100.0, abs=3.0)


def test_saying_twice_that_it_is_stopped_changes_nothing() -> None:
    """GIVEN a recorder that repeats itself THEN each word counts once: stopped 60 s is stopped 60
    s.
    """
    race = Race("800m")
    race.gun()
    timer(race, running=True)
    race.runs_to(200.0, 4.0)
    timer(race, running=False)
    race.t_s += 30.0
    timer(race, running=False)
    race.t_s += 30.0
    timer(race, running=True)
    timer(race, running=True)
    race.pod.next_s, race.strap.next_s = race.t_s, race.t_s + 0.37
    race.runs_to(420.0, 4.0)
    assert bell_s(race) == pytest.approx(160.0, abs=1.5)
    assert len(race.notices("timer")) == 2
