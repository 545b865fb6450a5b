"""Positions that come in a burst: when they were true, and when nobody can know."""

import pytest
from hypothesis import given, strategies as st

from kickcue.core.crossing.fix_times import FixTimes
from kickcue.core.events import Fix
from kickcue.core.units import ns_to_s, s_to_ns

STEADY = 20
"""Beats before the link stands still."""


def fix(number: int, t_s: float) -> Fix:
    """Return the position of one beat, told apart by its latitude, that comes at ``t_s``."""
    return Fix(s_to_ns(t_s), 50.0 + number * 1e-4, 0.0)


def told(comings_s: list[float], missing: tuple[int, ...] = ()) -> dict[int, float]:
    """Return when each position was true, as it is told, of one a beat that come at these times."""
    times, found = FixTimes(), {}
    for number, t_s in enumerate(comings_s):
        if number not in missing:
            for known in times.update(fix(number, t_s)):
                found[round((known.lat_deg - 50.0) * 1e4)] = ns_to_s(known.as_it_was().t_ns)
    return found


def comings(beat_s: float, stall: int, behind_s: float = 0.01) -> list[float]:
    """Return when positions come, one a ``beat_s``,
    of which ``stall`` are queued and come at once.
    """
    freed_s = (STEADY + stall - 1) * beat_s + 0.3 * beat_s
    queued = [freed_s + k * behind_s * beat_s for k in range(stall)]
    live = [n * beat_s for n in range(STEADY + stall, STEADY + stall + 10)]
    return [*(n * beat_s for n in range(STEADY)), *queued, *live]


@given(st.floats(0.1, 4.0), st.integers(1, 60))
def test_positions_that_come_in_time_are_passed_on_as_they_are(beat_s: float, count: int) -> None:
    """GIVEN a receiver of any rhythm WHEN nothing stands still THEN each position is passed on at
    once, the very same.
    """
    times = FixTimes()
    for number in range(count):
        one = fix(number, number * beat_s)
        assert times.update(one) == (one,)


@given(st.floats(0.2, 2.0), st.integers(6, 60))
def test_a_burst_is_as_old_as_the_rhythm_tells(beat_s: float, seconds: int) -> None:
    """GIVEN a link that stands still for 6 to 60 s WHEN all comes at once THEN each position is
    told its own time, to half a beat.
    """
    stall = round(seconds / beat_s) + 3
    if stall > 100:
        return
    found = told(comings(beat_s, stall))
    assert sorted(found) == list(range(STEADY + stall + 10))
    assert found == pytest.approx({n: n * beat_s for n in found}, abs=0.5 * beat_s)


def test_a_burst_with_holes_is_of_no_use() -> None:
    """GIVEN a link that stands still for 30 s and loses a third of what was queued WHEN the rest
    comes THEN none of it is passed on.
    """
    lost = tuple(range(STEADY + 5, STEADY + 15))
    found = told(comings(1.0, 30), missing=lost)
    # The last of them came with the first in time.
    assert [n for n in range(STEADY, STEADY + 30) if n in found] == []
    assert found[STEADY + 31] == STEADY + 31


def test_one_position_after_a_silence_is_none_of_a_burst() -> None:
    """GIVEN a receiver that is silent for 20 s WHEN it goes on in its interval THEN the first is
    passed on with the second, as it is.
    """
    times = FixTimes()
    for number in range(10):
        times.update(fix(number, number))
    first, second = fix(30, 30.0), fix(31, 31.0)
    assert times.update(first) == ()
    assert times.update(second) == (first, second)


def test_a_position_that_tells_its_age_needs_no_rhythm() -> None:
    """GIVEN a receiver that tells the age of its positions WHEN they come in a burst THEN each is
    passed on at once, as old as it says.
    """
    times = FixTimes()
    aged = [Fix(s_to_ns(50.0), 50.0 + n * 1e-4, 0.0, age_s=20.0 - n) for n in range(20)]
    assert [times.update(each) for each in aged] == [(each,) for each in aged]


@given(st.lists(st.floats(0.0, 30.0), max_size=300))
def test_whatever_comes_memory_is_bounded_and_nothing_comes_twice(between_s: list[float]) -> None:
    """GIVEN positions at any times THEN none is passed on twice, each comes in its order, and no
    more than some hundred are kept.
    """
    times, now_s, numbers = FixTimes(), 0.0, []
    for number, seconds in enumerate(between_s):
        now_s += seconds
        numbers += [
            round((known.lat_deg - 50.0) * 1e4) for known in times.update(fix(number, now_s))
        ]
        assert len(times._kept) <= 128
    assert numbers == sorted(set(numbers))


def test_a_slow_receiver_is_not_silent_between_two_words() -> None:
    """GIVEN a receiver that speaks each 4 s WHEN it leaves one word out THEN the next counts at
    once: 8 s are two of its beats, and no silence.
    """
    times = FixTimes()
    for n in range(10):
        assert 1 == len(times.update(Fix(s_to_ns(4.0 * n), 51.5, 0.0)))
    assert 1 == len(times.update(Fix(s_to_ns(44.0), 51.5, 0.0)))
    assert () == times.update(Fix(s_to_ns(55.0), 51.5, 0.0))
