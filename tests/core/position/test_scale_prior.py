"""What earlier races teach about a pod: the mean of what fits together, doubt where something does
not.
"""

import math

import pytest

from kickcue.core.position.scale_prior import (
    DAY_SD,
    GENERIC_SCALE,
    GENERIC_SCALE_SD,
    MeasuredScale,
    learned,
)


def races(*scales: float, sd: float = 0.003) -> list[MeasuredScale]:
    return [MeasuredScale(scale, sd) for scale in scales]


def test_nothing_is_known_before_the_first_race() -> None:
    """GIVEN no race THEN it is the generic scale and its spread."""
    assert (GENERIC_SCALE, GENERIC_SCALE_SD) == learned([])


def test_one_race_teaches_most() -> None:
    """GIVEN one race THEN its scale is expected, drawn a little to the generic one, within a day's
    difference and the race's own error.
    """
    scale, sd = learned(races(1.05))
    assert 1.048 < scale < 1.05
    assert math.hypot(DAY_SD, math.hypot(DAY_SD, 0.003)) == pytest.approx(sd, rel=0.03)


def test_races_that_agree_sharpen_it() -> None:
    """GIVEN more races that agree THEN the spread falls towards a day's difference, and the order
    hardly matters.
    """
    spreads = [learned(races(*[0.97, 0.975, 0.972, 0.974][:n]))[1] for n in (1, 2, 3, 4)]
    assert sorted(spreads, reverse=True) == spreads
    assert DAY_SD < spreads[-1] < 1.25 * DAY_SD
    assert learned(races(0.97, 0.975)) == pytest.approx(learned(races(0.975, 0.97)), rel=0.01)


def test_a_changed_shoe_is_noticed() -> None:
    """GIVEN three races that agree and one 4 % off THEN the new one is accepted, with more doubt
    than before; two of them settle it.
    """
    before, doubt = learned(races(1.0, 1.001, 0.999))
    changed, wide = learned(races(1.0, 1.001, 0.999, 1.04))
    settled, sharp = learned(races(1.0, 1.001, 0.999, 1.04, 1.041))
    assert before == pytest.approx(1.0, abs=0.002)
    assert changed > 1.03
    assert wide > 1.2 * doubt
    assert settled == pytest.approx(1.04, abs=0.003)
    assert sharp < wide


def test_between_an_odd_day_and_a_shoe() -> None:
    """GIVEN a race that may be either THEN what is expected lies between the two, and the spread
    reaches both.
    """
    scale, sd = learned(races(1.0, 1.0, 1.0, 1.016))
    assert 1.003 < scale < 1.014
    assert sd > 1.2 * DAY_SD


def test_races_are_worth_what_they_measured() -> None:
    """GIVEN a sharp and a blunt race THEN the sharp one counts for more."""
    scale, _ = learned([MeasuredScale(0.98, 0.002), MeasuredScale(0.99, 0.03)])
    assert 0.978 < scale < 0.983


def test_numbers_no_pod_has_leave_it_wide() -> None:
    """GIVEN a measurement that no hypothesis allows THEN a number comes back all the same, and
    wide.
    """
    scale, sd = learned(races(1e6, -1e6))
    assert math.isfinite(scale)
    assert sd >= GENERIC_SCALE_SD
