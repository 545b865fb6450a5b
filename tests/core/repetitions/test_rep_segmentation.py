"""Repetitions found in made-up presses:
late, doubled, forgotten, with rests that are alike or not.
"""

from itertools import accumulate

import pytest
from hypothesis import example, given, strategies as st

from kickcue.core.repetitions.rep_segmentation import reps_from_marks
from kickcue.core.units import s_to_ns
from kickcue.recording.interpolation import Interpolated
from tests.core.repetitions.sessions import off_s

Stretch = tuple[float, float]


def way_of(stretches: list[Stretch]) -> tuple[list[int], Interpolated]:
    """Return the moments between stretches of (seconds, m/s), and the metres run."""
    t_s = way_m = 0.0
    points = [(0, 0.0)]
    for seconds, mps in stretches:
        t_s, way_m = t_s + seconds, way_m + seconds * mps
        points.append((s_to_ns(t_s), way_m))
    return [t_ns for t_ns, _ in points[1:-1]], Interpolated(points)


REPS_S, RESTS_S = (
    st.lists(st.integers(35, 45), min_size=2, max_size=12),
    st.lists(st.integers(30, 150), min_size=12, max_size=12),
)


@given(REPS_S, RESTS_S)
@example([35, 43, 35, 35, 35], [30, 70, 38, 38, *[30] * 8])
def test_presses_in_turn(reps_s: list[int], rests_s: list[int]) -> None:
    """GIVEN every start and end pressed, doubles among them, and a pod THEN they pair up as they
    came, whatever the rests.

    By the lengths of the gaps alone rests as long as the repetitions cannot be told from them.
    """
    stretches = [
        part
        for rep_s, rest_s in zip(reps_s, rests_s, strict=False)
        for part in ((rep_s, 5.5), (rest_s, 1.2))
    ]
    presses, way = way_of([(60.0, 1.2), *stretches])
    doubled = [*presses, presses[1] + s_to_ns(2.0), presses[-1] + s_to_ns(5.0)]
    found = [(rep.start_ns, rep.end_ns) for rep in reps_from_marks(doubled, way.at)]
    assert list(zip(presses[::2], presses[1::2], strict=True)) == found


@given(REPS_S, st.lists(st.integers(60, 150), min_size=12, max_size=12))
def test_presses_in_turn_alone(reps_s: list[int], rests_s: list[int]) -> None:
    """GIVEN every start and end pressed, and rests longer than the repetitions THEN they pair up as
    they came.
    """
    ends = list(
        accumulate(seconds for pair in zip(reps_s, rests_s, strict=False) for seconds in pair)
    )
    presses = [s_to_ns(t_s) for t_s in (0, *ends[:-1])]
    assert list(zip(presses[::2], presses[1::2], strict=True)) == [
        (rep.start_ns, rep.end_ns) for rep in reps_from_marks(presses)
    ]


@pytest.mark.parametrize("forgotten", range(12))
def test_one_forgotten_press(forgotten: int) -> None:
    """GIVEN one press forgotten of six repetitions THEN all six are told, and only that end is
    called not seen, off by 5 s at most.
    """
    truth = [(110.0 * n, 110.0 * n + 42.0 - n % 3) for n in range(6)]
    presses = [s_to_ns(t_s) for rep in truth for t_s in rep]
    reps = reps_from_marks([t_ns for i, t_ns in enumerate(presses) if i != forgotten])
    assert off_s(reps, truth) <= 5.0
    assert [
        i
        for i, seen in enumerate(flag for rep in reps for flag in (rep.start_seen, rep.end_seen))
        if not seen
    ] == [forgotten]


SETS = [125.0 * (n // 4) + 82.0 * n for n in range(12)]
"""Starts of three sets of four: 42 s of running, 40 s of rest, so alike that lengths alone tell
nothing, 165 s between the sets."""


@pytest.mark.parametrize("forgotten", range(24))
def test_sets_with_one_forgotten_press(forgotten: int) -> None:
    """GIVEN rests as long as the repetitions and one press forgotten THEN the rests between the
    sets tell starts from ends.
    """
    truth = [(start_s, start_s + 42.0) for start_s in SETS]
    presses = [s_to_ns(t_s) for rep in truth for t_s in rep]
    reps = reps_from_marks([t_ns for i, t_ns in enumerate(presses) if i != forgotten])
    assert off_s(reps, truth) <= 0.1
    assert [
        i
        for i, seen in enumerate(flag for rep in reps for flag in (rep.start_seen, rep.end_seen))
        if not seen
    ] == [forgotten]


def test_an_end_is_filled_in_like_the_repetitions_beside_it() -> None:
    """GIVEN repetitions that grow longer WHEN the end of a late one was forgotten THEN it is filled
    in with the length of late ones.
    """
    truth = [(130.0 * n, 130.0 * n + 36.0 + n) for n in range(12)]
    presses = [s_to_ns(t_s) for rep in truth for t_s in rep]
    assert (
        off_s(reps_from_marks([t_ns for t_ns in presses if t_ns != s_to_ns(truth[9][1])]), truth)
        <= 1.0
    )


@given(st.lists(st.floats(0.0, 4000.0), max_size=24))
@example([0.0, 243.0, 317.0, 802.0])
def test_whatever_is_pressed(presses_s: list[float]) -> None:
    """GIVEN any presses THEN the repetitions are in order, end after they begin, and do not
    overlap.
    """
    reps = reps_from_marks([s_to_ns(t_s) for t_s in presses_s])
    moments = [t_ns for rep in reps for t_ns in (rep.start_ns, rep.end_ns)]
    assert sorted(moments) == moments


@pytest.mark.parametrize("presses_s", [[], [1.0], [1.0, 2.0]])
def test_hardly_any_press(presses_s: list[float]) -> None:
    """GIVEN no press, one, or a doubled one THEN there are no repetitions."""
    assert () == reps_from_marks([s_to_ns(t_s) for t_s in presses_s])


@pytest.mark.parametrize("slow", [0.0, 1.5, 3.4])
@pytest.mark.parametrize("rest_s", [58.0, 130.0])
def test_the_way_tells_which_half_is_fast(slow: float, rest_s: float) -> None:
    """GIVEN rests that are as alike as the repetitions, with a press at the start of the cool-down
    THEN the fast ones are told.
    """
    reps = [
        (58.0 + n % 2, 4.6) if half == 0 else (rest_s - n % 3, slow)
        for n in range(8)
        for half in range(2)
    ]
    stretches = [(300.0, 2.7), *reps, (300.0, 2.7)]
    presses, way = way_of(stretches)
    found = reps_from_marks(presses, way.at)
    assert list(zip(presses[:-1:2], presses[1::2], strict=True)) == [
        (rep.start_ns, rep.end_ns) for rep in found
    ]


@pytest.mark.parametrize(
    "stretches",
    [
        [(300.0, 3.5), (58.0, 3.4), (127.0, 3.5), (58.0, 3.5), (130.0, 3.4), (300.0, 3.5)],
        [
            (300.0, 1.4),
            (58.0, 1.5),
            (127.0, 0.4),
            (58.0, 1.5),
            (130.0, 0.3),
            (58.0, 1.4),
            (300.0, 1.5),
        ],
    ],
    ids=["even", "a walk"],
)
def test_presses_that_the_way_contradicts(stretches: list[Stretch]) -> None:
    """GIVEN presses in turn, but nothing between them that was run faster than the rest THEN there
    are no repetitions.
    """
    presses, way = way_of(stretches)
    assert reps_from_marks(presses), "by their lengths alone they look like some"
    assert () == reps_from_marks(presses, way.at)


@pytest.mark.parametrize("forgotten", range(2, 14))
def test_a_forgotten_press_beside_a_pod(forgotten: int) -> None:
    """GIVEN a press forgotten THEN the repetition is still told, the others exactly."""
    presses, way = way_of(
        [(300.0, 2.7), *[(58.0, 4.6), (90.0, 1.5)] * 7, (58.0, 4.6), (300.0, 1.5)]
    )
    truth = [(a / 1e9, b / 1e9) for a, b in zip(presses[::2], presses[1::2], strict=True)]
    kept = [t_ns for n, t_ns in enumerate(presses) if n != forgotten]
    assert off_s(reps_from_marks(kept, way.at), truth) <= 1.0
