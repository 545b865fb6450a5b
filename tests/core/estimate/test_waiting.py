"""How long to wait for a mark: the rule is the best one, found again by brute force."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from kickcue.core.estimate.waiting import odds_to_fire_at

Metres = NDArray[np.float64]
DRAWS = 100_000


def cost(wait_m: float, mark_m: Metres, line_m: Metres) -> float:
    """Return the mean absolute error of acting ``wait_m`` past the expected line, or at the mark if that comes first."""
    return float(np.mean(np.abs(np.minimum(wait_m, mark_m) - line_m)))


@pytest.mark.parametrize("sd_m", [1.5, 2.5, 3.5, 5.0])
@pytest.mark.parametrize("seen", [0.7, 0.9])
def test_no_other_wait_is_better(sd_m: float, seen: float) -> None:
    """GIVEN a thumb 2 m late, give or take 1.4 m THEN acting at the odds told costs within 2 % of the best of all fixed waits."""
    chance = np.random.default_rng(1)
    line_m = chance.normal(0.0, sd_m, DRAWS)
    pressed_m = line_m + chance.normal(2.0, 1.4, DRAWS)
    mark_m = np.where(chance.random(DRAWS) < seen, pressed_m, np.inf)
    told_m = float(np.quantile(line_m, odds_to_fire_at(sd_m, 2.0, 1.4, seen)))
    best = min(cost(wait_m, mark_m, line_m) for wait_m in np.linspace(-sd_m, 4.0 * sd_m, 61))
    assert cost(told_m, mark_m, line_m) < 1.02 * best


@given(st.floats(0.0, 500.0), st.floats(0.0, 20.0), st.floats(0.0, 20.0), st.floats(0.0, 1.0))
def test_never_less_than_even(sd_m: float, late_m: float, late_sd_m: float, seen: float) -> None:
    """Whatever the mark is worth, waiting for it is never worse than even odds, and never for ever."""
    assert 0.49 < odds_to_fire_at(sd_m, late_m, late_sd_m, seen) <= 1.0


@pytest.mark.parametrize(("sd_m", "seen"), [(0.0, 0.9), (3.0, 0.0)])
def test_nothing_to_wait_for(sd_m: float, seen: float) -> None:
    """GIVEN a place that is known, or a mark that never comes THEN the odds are even."""
    assert 0.5 == pytest.approx(odds_to_fire_at(sd_m, 2.0, 1.4, seen), abs=2e-3)


def test_a_sharp_mark_is_worth_waiting_for() -> None:
    """A mark that tells exactly when the line is passed is waited for almost as long as it may come."""
    assert odds_to_fire_at(3.0, 0.0, 0.1, 0.95) > 0.9 > odds_to_fire_at(3.0, 2.0, 1.4, 0.9)
