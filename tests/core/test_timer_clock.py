"""The clock of the recorder's timer."""

from itertools import pairwise

from hypothesis import given, strategies as st

from kickcue.core.timer_clock import TimerClock

turns = st.lists(st.tuples(st.integers(0, 2**62), st.booleans()), max_size=20).map(sorted)


@given(turns, st.integers(0, 2**62))
def test_it_runs_just_while_it_runs(story: list[tuple[int, bool]], later_ns: int) -> None:
    """GIVEN any starts and stops THEN the clock shows what lay between a start and the next stop,
    and never goes back.
    """
    clock = TimerClock()
    shown = [clock.at(0)]
    for t_ns, running in story:
        clock.turn(t_ns, running=running)
        shown.append(clock.at(t_ns))
    end_ns = (story[-1][0] if story else 0) + later_ns
    runs, ran_ns = True, 0
    for (before_ns, _), (t_ns, _), running in zip(
        [(0, True), *story], [*story, (end_ns, True)], [True, *(r for _, r in story)], strict=True
    ):
        runs = running
        ran_ns += t_ns - before_ns if runs else 0
    assert clock.at(end_ns) == ran_ns
    assert all(a <= b for a, b in pairwise(shown))


def test_without_a_word_it_is_the_time_of_the_events() -> None:
    """GIVEN no recorder THEN nothing is taken from the time."""
    assert TimerClock().at(12) == 12
    assert not TimerClock().stopped
