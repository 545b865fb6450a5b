"""A slow sensor is not a silent one: what its own interval explains, and what it does not."""

from collections.abc import Iterable

import pytest
from hypothesis import given, strategies as st

from kickcue.core.sensors.notification_interval import (
    LATEST_INTERVALS,
    SLOW_INTERVALS,
    NotificationInterval,
)
from kickcue.core.units import s_to_ns


def allowed_silence_ns(intervals_s: Iterable[float]) -> int:
    """Return how long a silence these intervals explain."""
    interval, t_s = NotificationInterval(), 0.0
    interval.update(0)
    for interval_s in intervals_s:
        t_s += interval_s
        interval.update(s_to_ns(t_s))
    return interval.allowed_silence_ns


@given(st.lists(st.floats(0.0, 1.2), max_size=40))
def test_a_quick_sensor(intervals_s: list[float]) -> None:
    """GIVEN a sensor that notifies every second or so THEN no silence is explained, whatever the
    jitter.
    """
    assert 0 == allowed_silence_ns(intervals_s)


@pytest.mark.parametrize(
    ("interval_s", "silent_after_s"),
    [(1.0, 0.0), (1.5, 2.25), (4.0, 6.0), (5.0, 7.5), (60.0, 10.0)],
)
def test_a_slow_sensor(interval_s: float, silent_after_s: float) -> None:
    """GIVEN a slow sensor THEN it is silent once a word is well overdue, BUT after ten seconds in
    any case.
    """
    assert s_to_ns(silent_after_s) == allowed_silence_ns([interval_s] * 20)


def test_not_from_a_few_words() -> None:
    """GIVEN fewer than six slow intervals
    THEN nothing has been learned: a bad start is no interval.
    """
    assert 0 == allowed_silence_ns([4.0] * (SLOW_INTERVALS - 1))
    assert 0 < allowed_silence_ns([4.0] * SLOW_INTERVALS)


@given(
    st.lists(st.floats(5.0, 60.0), max_size=SLOW_INTERVALS - 1).flatmap(
        lambda outages_s: st.permutations(
            [*outages_s, *[1.0] * LATEST_INTERVALS][:LATEST_INTERVALS]
        )
    )
)
def test_outages_are_no_interval(intervals_s: list[float]) -> None:
    """GIVEN up to five outages among the last fifteen intervals, anywhere THEN the sensor is as
    quick as the words between them.
    """
    assert 0 == allowed_silence_ns(intervals_s)


def test_a_watch_that_writes_when_something_changes() -> None:
    """GIVEN intervals of 1 to 7 s as a watch recorded them THEN none of them is a silence."""
    recorded_s = [2, 5, 3, 1, 5, 3, 1, 5, 5, 4, 1, 5, 4, 7, 4, 5, 5]
    assert s_to_ns(7) < allowed_silence_ns(recorded_s)


def test_it_may_become_quick_again() -> None:
    """GIVEN a slow sensor WHEN it speaks each second again
    THEN it is quick again ten words later.
    """
    assert 0 < allowed_silence_ns(
        [*[4.0] * LATEST_INTERVALS, *[1.0] * (LATEST_INTERVALS - SLOW_INTERVALS)]
    )
    assert 0 == allowed_silence_ns(
        [*[4.0] * LATEST_INTERVALS, *[1.0] * (LATEST_INTERVALS - SLOW_INTERVALS + 1)]
    )


def test_outages_of_a_slow_sensor() -> None:
    """GIVEN a slow sensor WHEN it drops out twice THEN that is not its interval."""
    assert s_to_ns(6.0) == allowed_silence_ns([*[4.0] * 6, 60.0, *[4.0] * 3, 30.0, 4.0])
