"""Repetitions found in made-up sessions: by speed, by position, by presses."""

import math
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, strategies as st

from kickcue.core.estimate.gate import Plane
from kickcue.core.estimate.reps import Rep, reps_from_fixes, reps_from_marks, reps_from_speeds
from kickcue.core.events import Fix
from kickcue.core.units import ns_to_s, s_to_ns

Stretch = tuple[int, float]
"""Seconds, m/s."""
SESSIONS: list[list[Stretch]] = [
    [(60, 0.0), *[(40, 5.5), (60, 0.0)] * 6],
    [(60, 1.2), *[(40, 5.5), (90, 1.2)] * 6],
    [(600, 2.8), *[(70, 5.8), (90, 2.4)] * 8, (300, 2.8)],
    [(30, 0.0), *[(35, 6.0), (45, 1.0)] * 4, (300, 1.0), *[(35, 6.0), (45, 1.0)] * 4],
]


def by_second(session: list[Stretch]) -> list[float]:
    return [mps for seconds, mps in session for _ in range(seconds)]


def hard_ones(session: list[Stretch]) -> list[tuple[float, float]]:
    """Return start and end, in seconds, of the stretches above 5 m/s."""
    ends = list(accumulate(seconds for seconds, _ in session))
    return [(end - seconds, end) for end, (seconds, mps) in zip(ends, session, strict=True) if mps > 5.0]


def off_s(reps: tuple[Rep, ...], truth: list[tuple[float, float]]) -> float:
    """Return by how much the worst end is off; the number of repetitions must be right."""
    assert len(truth) == len(reps), reps
    return max(max(abs(ns_to_s(r.start_ns) - a), abs(ns_to_s(r.end_ns) - b)) for r, (a, b) in zip(reps, truth, strict=True))


@pytest.mark.parametrize("session", SESSIONS)
def test_from_speeds(session: list[Stretch]) -> None:
    """GIVEN speeds with 0.3 m/s of noise, rests standing, walking or jogging THEN every repetition is found to 1 s."""
    random = Random(1)
    speeds = [(s_to_ns(t_s), max(mps + random.gauss(0.0, 0.3), 0.0)) for t_s, mps in enumerate(by_second(session))]
    assert off_s(reps_from_speeds(speeds), hard_ones(session)) <= 1.0


@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("seed", range(5))
def test_from_positions(session: list[Stretch], seed: int) -> None:
    """GIVEN positions with 1 m of noise round a circle THEN every repetition is found to 3 s."""
    random, plane, run_m, fixes = Random(seed), Plane(51.5, 0.0), 0.0, []
    for t_s, mps in enumerate(by_second(session)):
        x_m, y_m = 60.0 * math.sin(run_m / 60.0), 60.0 * math.cos(run_m / 60.0)
        fixes.append(Fix(s_to_ns(t_s), *plane.lat_lon(x_m + random.gauss(0.0, 1.0), y_m + random.gauss(0.0, 1.0))))
        run_m += mps
    assert off_s(reps_from_fixes(fixes), hard_ones(session)) <= 3.0


@given(st.floats(0.0, 8.0), st.integers(0, 10**6))
def test_an_even_run_has_no_repetitions(mps: float, seed: int) -> None:
    """GIVEN one speed with 5 % of noise THEN there are no two levels and no repetitions."""
    random = Random(seed)
    assert () == reps_from_speeds([(s_to_ns(t_s), mps * random.uniform(0.95, 1.05)) for t_s in range(600)])


@pytest.mark.parametrize("fixes", [[], [Fix(0, 51.5, 0.0)], [Fix(0, 51.5, 0.0)] * 3])
def test_hardly_any_fix(fixes: list[Fix]) -> None:
    """GIVEN no fix, one, or all at one moment THEN there are no repetitions, and no error."""
    assert () == reps_from_fixes(fixes)


def test_a_repetition_that_the_recording_cuts_off() -> None:
    """GIVEN a recording that stops in a repetition THEN its end is told as not seen."""
    speeds = [(s_to_ns(t_s), mps) for t_s, mps in enumerate(by_second([(30, 0.0), (40, 5.5), (30, 0.0), (20, 5.5)]))]
    assert [True, False] == [rep.end_seen for rep in reps_from_speeds(speeds)]


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


@pytest.mark.parametrize("presses_s", [[], [1.0], [1.0, 2.0]])
def test_hardly_any_press(presses_s: list[float]) -> None:
    """GIVEN no press, one, or a doubled one THEN there are no repetitions."""
    assert () == reps_from_marks([s_to_ns(t_s) for t_s in presses_s])
