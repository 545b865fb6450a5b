"""Repetitions found in made-up presses: late, doubled, forgotten, with rests that are alike or not."""

from itertools import accumulate

import pytest
from hypothesis import example, given, strategies as st

from kickcue.core.estimate.rep_presses import reps_from_marks
from kickcue.core.units import s_to_ns
from tests.core.repetitions import off_s


@given(st.lists(st.integers(35, 45), min_size=2, max_size=12), st.lists(st.integers(30, 150), min_size=12, max_size=12))
def test_presses_in_turn(reps_s: list[int], rests_s: list[int]) -> None:
    """GIVEN every start and end pressed, doubles among them THEN they pair up as they came, whatever the rests."""
    ends = list(accumulate(seconds for pair in zip(reps_s, rests_s, strict=False) for seconds in pair))
    presses = [s_to_ns(t_s) for t_s in (0, *ends[:-1])]
    doubled = [*presses, presses[1] + s_to_ns(2.0), presses[-1] + s_to_ns(5.0)]
    assert list(zip(presses[::2], presses[1::2], strict=True)) == [(rep.start_ns, rep.end_ns) for rep in reps_from_marks(doubled)]


@pytest.mark.parametrize("forgotten", range(12))
def test_one_forgotten_press(forgotten: int) -> None:
    """GIVEN one press forgotten of six repetitions THEN all six are told, and only that end is called not seen, off by 5 s at most."""
    truth = [(110.0 * n, 110.0 * n + 42.0 - n % 3) for n in range(6)]
    presses = [s_to_ns(t_s) for rep in truth for t_s in rep]
    reps = reps_from_marks([t_ns for i, t_ns in enumerate(presses) if i != forgotten])
    assert off_s(reps, truth) <= 5.0
    assert [i for i, seen in enumerate(flag for rep in reps for flag in (rep.start_seen, rep.end_seen)) if not seen] == [forgotten]


SETS = [125.0 * (n // 4) + 82.0 * n for n in range(12)]
"""Starts of three sets of four: 42 s of running, 40 s of rest, so alike that lengths alone tell nothing, 165 s between the sets."""


@pytest.mark.parametrize("forgotten", range(24))
def test_sets_with_one_forgotten_press(forgotten: int) -> None:
    """GIVEN rests as long as the repetitions and one press forgotten THEN the rests between the sets tell starts from ends."""
    truth = [(start_s, start_s + 42.0) for start_s in SETS]
    presses = [s_to_ns(t_s) for rep in truth for t_s in rep]
    reps = reps_from_marks([t_ns for i, t_ns in enumerate(presses) if i != forgotten])
    assert off_s(reps, truth) <= 0.1
    assert [i for i, seen in enumerate(flag for rep in reps for flag in (rep.start_seen, rep.end_seen)) if not seen] == [forgotten]


def test_an_end_is_filled_in_like_the_repetitions_beside_it() -> None:
    """GIVEN repetitions that grow longer WHEN the end of a late one was forgotten THEN it is filled in with the length of late ones."""
    truth = [(130.0 * n, 130.0 * n + 36.0 + n) for n in range(12)]
    presses = [s_to_ns(t_s) for rep in truth for t_s in rep]
    assert off_s(reps_from_marks([t_ns for t_ns in presses if t_ns != s_to_ns(truth[9][1])]), truth) <= 1.0


@given(st.lists(st.floats(0.0, 4000.0), max_size=24))
@example([0.0, 243.0, 317.0, 802.0])
def test_whatever_is_pressed(presses_s: list[float]) -> None:
    """GIVEN any presses THEN the repetitions are in order, end after they begin, and do not overlap."""
    reps = reps_from_marks([s_to_ns(t_s) for t_s in presses_s])
    moments = [t_ns for rep in reps for t_ns in (rep.start_ns, rep.end_ns)]
    assert sorted(moments) == moments


@pytest.mark.parametrize("presses_s", [[], [1.0], [1.0, 2.0]])
def test_hardly_any_press(presses_s: list[float]) -> None:
    """GIVEN no press, one, or a doubled one THEN there are no repetitions."""
    assert () == reps_from_marks([s_to_ns(t_s) for t_s in presses_s])
