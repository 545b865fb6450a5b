"""A pod's speed that leaps between two steady stretches: which leaps are seen, and what metres and
cadence say of them.
"""

from collections.abc import Sequence

import pytest

from kickcue.core.position.speed_leaps import STEADY_CHANGES, SpeedLeap, SpeedLeaps
from kickcue.core.units import NS_PER_S, s_to_ns

STEADILY = [5.0] * 12


def leaps_of(
    speeds: Sequence[float],
    *,
    cadences: Sequence[float] | None = None,
    counted: Sequence[float] | None = None,
    every_s: float = 1.0,
    watch: SpeedLeaps | None = None,
) -> list[SpeedLeap]:
    """Return the leaps in readings of these speeds; metres of each second ``counted`` as told."""
    watch = watch or SpeedLeaps()
    total_m, found = 0.0, []
    for number, mps in enumerate(speeds):
        total_m += (counted[number] if counted else mps) * every_s
        cadence = cadences[number] if cadences else None
        found.append(watch.update(s_to_ns(number * every_s), mps, cadence, total_m))
    return [leap for leap in found if leap is not None]


def leaping(by: float, spm: float | None = None) -> list[SpeedLeap]:
    """Return what is seen of a speed of 5 m/s that leaps; the cadence goes on at ``spm`` then."""
    cadences = None if spm is None else [178.0] * 12 + [spm] * 6
    return leaps_of([*STEADILY, *[5.0 * by] * 6], cadences=cadences)


@pytest.mark.parametrize("by", [0.85, 0.95, 1.05, 1.15])
def test_a_leap_is_seen_once_and_measured(by: float) -> None:
    """GIVEN a speed that leaps THEN it is reported once, three seconds later, by how much and how
    many metres ago.
    """
    (leap,) = leaping(by)
    assert leap.ratio == pytest.approx(by, rel=1e-6)
    assert leap.since_m == pytest.approx((STEADY_CHANGES + 0.5) * 5.0 * by)


def test_what_the_runner_does_meanwhile_is_no_part_of_it() -> None:
    """GIVEN a runner who speeds up by 1 % a second WHEN the speed leaps by 8 % beside that THEN the
    leap is of 8 %.
    """
    speeds = [4.5 * 1.01**i * (1.08 if i >= 8 else 1.0) for i in range(16)]
    (leap,) = leaps_of(speeds)
    assert leap.ratio == pytest.approx(1.08, abs=1e-3)


def test_the_cadence_tells_the_runner_from_the_scale() -> None:
    """GIVEN a leap of 12 % WHEN the cadence stays THEN the scale explains it better, more so than
    without a cadence; WHEN it goes along THEN the runner does.
    """
    ((stayed,), (unknown,), (went_along,)) = (
        leaping(1.12, 178.0),
        leaping(1.12),
        leaping(1.12, 181.4),
    )
    assert stayed.bayes_factor > 5.0
    assert 1.0 < unknown.bayes_factor < 2.0
    assert went_along.bayes_factor < 0.1


def test_a_speed_that_was_frozen_is_no_scale() -> None:
    """GIVEN a speed that leaps WHEN the metres go on as before THEN the scale is what it was."""
    (leap,) = leaps_of([*STEADILY, *[5.5] * 6], counted=[5.0] * 18)
    assert leap.bayes_factor < 0.01


@pytest.mark.parametrize(
    "speeds",
    [
        [5.0] * 20,
        [*STEADILY, 5.15, 5.3, 5.45, *[5.6] * 8],
        [*STEADILY, 5.6, *[5.0] * 8],
        [*STEADILY, *[5.6] * 3, *[5.0] * 8],
        [*STEADILY, *[5.1] * 8],
        [*STEADILY, *[2.5] * 8],
        [*STEADILY, *[0.0] * 8],
        [1.5] * 10 + [1.7] * 8,
    ],
    ids=["even", "surge", "one frame", "no stretch", "small", "walks", "stops", "slow"],
)
def test_what_is_no_leap(speeds: list[float]) -> None:
    """GIVEN a runner who speeds up in seconds, a corrupt frame, a stop THEN no leap is told."""
    assert [] == leaps_of(speeds)


def test_the_second_is_the_measure() -> None:
    """GIVEN ten readings a second of a runner who speeds up in two THEN that is no leap; GIVEN one
    in four seconds THEN nothing can be told.
    """
    surging = [5.0] * 100 + [5.0 + 0.03 * i for i in range(20)] + [5.6] * 60
    assert [] == leaps_of(surging, every_s=0.1)
    assert [] == leaps_of([*STEADILY, *[5.6] * 8], every_s=4.0)


def test_what_is_forgotten_is_not_compared() -> None:
    """GIVEN a steady speed WHEN the recorder was stopped, which is to be forgotten THEN another
    speed after it is no leap; a copy from before still compares.
    """
    watch = SpeedLeaps()
    leaps_of(STEADILY, watch=watch)
    copy = watch.copy()
    watch.reset()
    found: list[tuple[SpeedLeap | None, SpeedLeap | None]] = []
    for number in range(12, 18):
        reading = (number * NS_PER_S, 5.5, None, 60.0 + 5.5 * (number - 11))
        found.append((watch.update(*reading), copy.update(*reading)))
    assert all(of_watch is None for of_watch, _ in found)
    assert 1 == sum(of_copy is not None for _, of_copy in found)
