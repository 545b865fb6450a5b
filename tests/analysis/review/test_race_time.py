"""Seconds since the gun for which the timer ran."""

from hypothesis import given, strategies as st

from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.events import Timer
from kickcue.core.timer_clock import TimerClock
from kickcue.core.units import ns_to_s, s_to_ns

TURNS = st.lists(st.tuples(st.integers(0, 1000), st.booleans()), max_size=12)
SECONDS = st.integers(0, 1200)


def race_time(turns: list[tuple[int, bool]], start_s: int = 0) -> RaceTime:
    return RaceTime(s_to_ns(start_s), [Timer(s_to_ns(t_s), running) for t_s, running in turns])


def test_a_pause_takes_no_time() -> None:
    """GIVEN a gun at 10 s and a pause from 100 s to 160 s THEN the clock stands in it."""
    time = race_time([(100, False), (160, True)], start_s=10)
    assert [-10.0, 0.0, 90.0, 90.0, 90.0, 100.0] == [
        time.at(s_to_ns(t_s)) for t_s in (0.0, 10.0, 100.0, 130.0, 160.0, 170.0)
    ]
    assert [10.0, 100.0, 170.0] == [time.t_s(race_s) for race_s in (0.0, 90.0, 100.0)]
    assert 60.0 == time.stopped_s(s_to_ns(170.0))
    assert [True, True, False, True] == [
        time.runs_at(s_to_ns(t_s)) for t_s in (99.0, 100.0, 130.0, 160.0)
    ]


@given(TURNS, SECONDS)
def test_it_is_the_engines_clock(turns: list[tuple[int, bool]], at_s: int) -> None:
    """The race clock is the engine's timer clock at any moment."""
    clock = TimerClock()
    for t_s, running in sorted(turns, key=lambda turn: turn[0]):
        if t_s <= at_s:
            clock.turn(s_to_ns(t_s), running=running)
    assert ns_to_s(clock.at(s_to_ns(at_s))) == race_time(turns).at(s_to_ns(at_s))


@given(TURNS, SECONDS, SECONDS)
def test_there_and_back(turns: list[tuple[int, bool]], start_s: int, race_s: int) -> None:
    """A time of the race is a moment of the recording, and that moment is this time of the race.

    Unless the timer never ran so long: then it stands at the last moment.
    """
    time = race_time(turns, start_s)
    back_s = time.at(time.t_ns(float(race_s)))
    stands_for_good = bool(turns) and not time.runs_at(s_to_ns(5000.0))
    assert back_s == race_s or (stands_for_good and back_s <= race_s)
