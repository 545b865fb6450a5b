"""When the recorder was stopped, and when nothing told where the runner was."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.spans import (
    GAP_S,
    TimeSpan,
    gaps_in,
    longest,
    mostly_paused,
    pauses_in,
    running_s,
)
from kickcue.core.events import Fix, Timer
from kickcue.core.units import s_to_ns
from kickcue.recording import Entry, Header, Recording


def recorded(heard_s: Sequence[float], *stops_s: tuple[float, float]) -> Recording:
    entries: list[Entry] = [Fix(s_to_ns(t_s), 51.5, 0.0) for t_s in heard_s]
    for stop_s, go_s in stops_s:
        entries += [Timer(s_to_ns(stop_s), running=False), Timer(s_to_ns(go_s), running=True)]
    return Recording.of(Path("run.jsonl"), Header(), sorted(entries, key=lambda each: each.t_ns))


def test_a_pause_is_no_gap() -> None:
    """GIVEN a silence in a pause, and one while the recorder ran THEN the second alone is a gap."""
    told = recorded([0, 1, 2, 60, 61, 70], (3, 60))
    assert (TimeSpan(3.0, 60.0),) == pauses_in(told)
    assert (TimeSpan(61.0, 70.0),) == gaps_in(told)


def test_a_silence_that_was_hardly_paused_is_a_gap() -> None:
    """GIVEN a silence of which the recorder was stopped for less than half THEN it is a gap."""
    assert (TimeSpan(1.0, 11.0),) == gaps_in(recorded([0, 1, 11], (4, 8)))


def test_the_ends_belong_to_it() -> None:
    """GIVEN a race that nothing was heard of at first and at last THEN both are gaps of it."""
    told = recorded([10, 11, 12])
    assert () == gaps_in(told)
    assert (TimeSpan(0.0, 10.0), TimeSpan(12.0, 20.0)) == gaps_in(told, (0, s_to_ns(20.0)))


def test_the_longest_silence() -> None:
    """The longest one counts but for pauses; where no time passed there is none."""
    told = recorded([0, 5, 60, 61], (6, 60))
    times_ns = [s_to_ns(t_s) for t_s in (0, 5, 60, 61)]
    assert TimeSpan(0.0, 5.0) == longest(times_ns, pauses_in(told))
    assert TimeSpan(5.0, 60.0) == longest(times_ns)
    assert longest([7, 7]) is None


SECONDS = st.lists(st.integers(0, 300), min_size=2, max_size=12, unique=True).map(sorted)


@given(SECONDS, st.integers(0, 300), st.integers(0, 300))
def test_time_runs_or_stands(turns_s: list[int], a_s: int, b_s: int) -> None:
    """GIVEN any pauses and any time THEN it ran for that time but for what lies in pauses, second
    by second; and it was mostly paused where that is less than a half, in one pause.
    """
    pauses = [
        TimeSpan(float(stop_s), float(go_s))
        for stop_s, go_s in zip(turns_s[::2], turns_s[1::2], strict=False)
    ]
    span = TimeSpan(float(min(a_s, b_s)), float(max(a_s, b_s)))
    stood = [
        any(pause.from_s <= t_s < pause.to_s for pause in pauses)
        for t_s in range(int(span.from_s), int(span.to_s))
    ]
    assert span.seconds - stood.count(True) == pytest.approx(running_s(span, pauses))
    if mostly_paused(span, pauses):
        assert running_s(span, pauses) < span.seconds / 2


@given(st.lists(st.integers(0, 200), min_size=1, max_size=40).map(sorted))
def test_without_a_pause_each_long_silence_is_a_gap(heard_s: list[int]) -> None:
    """GIVEN no pause THEN the gaps are the silences beyond the limit, no more and no fewer."""
    found = {(gap.from_s, gap.to_s) for gap in gaps_in(recorded(heard_s))}
    assert {(a, b) for a, b in pairwise(heard_s) if b - a > GAP_S} == found
