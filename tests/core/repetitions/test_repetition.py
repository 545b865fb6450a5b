"""Repetitions found in made-up sessions: by speed and by position."""

import math
from itertools import accumulate
from random import Random

import pytest
from hypothesis import given, strategies as st

from kickcue.core.crossing.gate import Plane
from kickcue.core.events import Fix
from kickcue.core.repetitions.repetition import reps_from_fixes, reps_from_speeds
from kickcue.core.units import s_to_ns
from tests.core.repetitions.sessions import off_s

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
    return [
        (end - seconds, end) for end, (seconds, mps) in zip(ends, session, strict=True) if mps > 5.0
    ]


@pytest.mark.parametrize("session", SESSIONS)
def test_from_speeds(session: list[Stretch]) -> None:
    """GIVEN speeds with 0.3 m/s of noise, rests standing, walking or jogging THEN every repetition
    is found to 1 s.
    """
    random = Random(1)
    speeds = [
        (s_to_ns(t_s), max(mps + random.gauss(0.0, 0.3), 0.0))
        for t_s, mps in enumerate(by_second(session))
    ]
    assert off_s(reps_from_speeds(speeds), hard_ones(session)) <= 1.0


@pytest.mark.parametrize("session", SESSIONS)
@pytest.mark.parametrize("seed", range(5))
def test_from_positions(session: list[Stretch], seed: int) -> None:
    """GIVEN positions with 1 m of noise round a circle THEN every repetition is found to 3 s."""
    random, plane, run_m, fixes = Random(seed), Plane(51.5, 0.0), 0.0, []
    for t_s, mps in enumerate(by_second(session)):
        x_m, y_m = 60.0 * math.sin(run_m / 60.0), 60.0 * math.cos(run_m / 60.0)
        fixes.append(
            Fix(
                s_to_ns(t_s),
                *plane.lat_lon(x_m + random.gauss(0.0, 1.0), y_m + random.gauss(0.0, 1.0)),
            )
        )
        run_m += mps
    assert off_s(reps_from_fixes(fixes), hard_ones(session)) <= 3.0


@given(st.floats(0.0, 8.0), st.integers(0, 10**6))
def test_an_even_run_has_no_repetitions(mps: float, seed: int) -> None:
    """GIVEN one speed with 5 % of noise THEN there are no two levels and no repetitions."""
    random = Random(seed)
    assert () == reps_from_speeds(
        [(s_to_ns(t_s), mps * random.uniform(0.95, 1.05)) for t_s in range(600)]
    )


@pytest.mark.parametrize("fixes", [[], [Fix(0, 51.5, 0.0)], [Fix(0, 51.5, 0.0)] * 3])
def test_hardly_any_fix(fixes: list[Fix]) -> None:
    """GIVEN no fix, one, or all at one moment THEN there are no repetitions, and no error."""
    assert () == reps_from_fixes(fixes)


def test_a_repetition_that_the_recording_cuts_off() -> None:
    """GIVEN a recording that stops in a repetition THEN its end is told as not seen."""
    speeds = [
        (s_to_ns(t_s), mps)
        for t_s, mps in enumerate(by_second([(30, 0.0), (40, 5.5), (30, 0.0), (20, 5.5)]))
    ]
    assert [True, False] == [rep.end_seen for rep in reps_from_speeds(speeds)]


def noisy(session: list[Stretch], sd_mps: float = 0.2, seed: int = 1) -> list[tuple[int, float]]:
    random = Random(seed)
    return [
        (s_to_ns(t_s), max(mps + random.gauss(0.0, sd_mps), 0.0))
        for t_s, mps in enumerate(by_second(session))
    ]


@pytest.mark.parametrize("easy", [2.7, 3.2])
@pytest.mark.parametrize("walk", [0.0, 1.5])
def test_warming_up_and_cooling_down_are_no_repetitions(easy: float, walk: float) -> None:
    """GIVEN easy running that goes over into the first repetition and follows the last rest THEN
    only the fast ones are told.
    """
    reps = [(58, 5.4), (120, walk)] * 7
    session = [(300, easy), *reps, (58, 5.4), (120, walk), (300, easy)]
    assert off_s(reps_from_speeds(noisy(session)), hard_ones(session)) <= 1.0


def test_repetitions_within_a_run_with_a_long_stand() -> None:
    """GIVEN repetitions with jogs between and ten minutes of standing THEN the fast ones are told,
    not one stretch of running.
    """
    session = [(600, 2.7), *[(60, 5.4), (60, 2.7)] * 5, (600, 0.0)]
    assert off_s(reps_from_speeds(noisy(session)), hard_ones(session)) <= 1.0


@pytest.mark.parametrize(
    "session",
    [
        [(120, 1.5), *[(60, 1.5), (60, 0.0)] * 8],
        [
            (700, 4.5),
            (9, 0.0),
            (300, 4.5),
            (12, 0.5),
            (1200, 4.5),
            (15, 0.0),
            (90, 4.5),
            (10, 0.0),
            (20, 4.5),
        ],
        [(480, 2.7), (620, 0.0), (1050, 2.8)],
        [(3000, 3.6), (40, 1.2), (2500, 3.8)],
    ],
    ids=["walk and stand", "traffic lights", "one long break", "a sip of water"],
)
def test_other_stops_are_no_rests(session: list[Stretch]) -> None:
    """GIVEN a walk, or a run that was stopped now and then THEN there are no repetitions."""
    assert () == reps_from_speeds(noisy(session))


@pytest.mark.parametrize("seed", range(5))
def test_a_receivers_noise_makes_no_repetitions(seed: int) -> None:
    """GIVEN a steady run whose speed is 0.8 m/s off now here, now there THEN one level with noise
    is no session.
    """
    random, off, speeds = Random(seed), 0.0, []
    for t_s in range(2400):
        off = 0.95 * off + random.gauss(0.0, 0.25)
        speeds.append((s_to_ns(t_s), 4.2 + off))
    assert () == reps_from_speeds(speeds)


def test_repetitions_that_grow_longer() -> None:
    """GIVEN 200 to 1000 m, each longer than the one before, with one rest THEN all are told."""
    session = [(60, 1.2), *[part for n in range(1, 6) for part in ((40 * n, 5.2), (90, 1.2))]]
    assert off_s(reps_from_speeds(noisy(session)), hard_ones(session)) <= 1.0


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(
    "session",
    [
        [(900, 3.1), (60, 1.3), *[(40, 6.1), (60, 1.3)] * 6, (600, 3.1)],
        [(300, 2.7), *[(180, 5.6), (30, 0.0)] * 8, (200, 2.7)],
        [(900, 2.5), *[(30, 5.2), (45, 0.0)] * 6],
        [*[(180, 5.2), (30, 1.3)] * 8, (300, 2.9)],
    ],
    ids=[
        "mostly easy",
        "cool-down as long as a repetition",
        "warming up goes over into the first",
        "easy running at the threshold",
    ],
)
def test_easy_running_is_a_level_of_its_own(session: list[Stretch], seed: int) -> None:
    """GIVEN walking or standing, easy running and hard running, however long each THEN the hard
    efforts are told, and no other.
    """
    assert off_s(reps_from_speeds(noisy(session, 0.25, seed)), hard_ones(session)) <= 1.5
