"""How long to wait for a mark: the rule is the best one, found again by brute force."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from numpy.typing import NDArray

from kickcue.core.position.firing_threshold import (
    ComponentAtLine,
    firing_probability,
    firing_probability_at,
)

Metres = NDArray[np.float64]
DRAWS = 100_000


def cost(wait_m: float, mark_m: Metres, line_m: Metres) -> float:
    """Return the mean absolute error of acting ``wait_m`` past the expected line, or at the mark if
    that comes first.
    """
    return float(np.mean(np.abs(np.minimum(wait_m, mark_m) - line_m)))


@pytest.mark.parametrize("sd_m", [1.5, 2.5, 3.5, 5.0])
@pytest.mark.parametrize("detection_probability", [0.7, 0.9])
def test_no_other_wait_is_better(sd_m: float, detection_probability: float) -> None:
    """GIVEN a thumb 2 m late, give or take 1.4 m THEN acting at the firing probability costs within
    2 % of the best of all fixed waits.
    """
    chance = np.random.default_rng(1)
    line_m = chance.normal(0.0, sd_m, DRAWS)
    pressed_m = line_m + chance.normal(2.0, 1.4, DRAWS)
    mark_m = np.where(chance.random(DRAWS) < detection_probability, pressed_m, np.inf)
    fired_m = float(
        np.quantile(line_m, firing_probability_at(sd_m, 2.0, 1.4, detection_probability))
    )
    best = min(cost(wait_m, mark_m, line_m) for wait_m in np.linspace(-sd_m, 4.0 * sd_m, 61))
    assert cost(fired_m, mark_m, line_m) < 1.02 * best


@given(st.floats(0.0, 500.0), st.floats(0.0, 20.0), st.floats(0.0, 20.0), st.floats(0.0, 1.0))
def test_never_less_than_even(
    sd_m: float, late_m: float, late_sd_m: float, detection_probability: float
) -> None:
    """Whatever the mark is worth, waiting for it is never worse than a probability of a half,
    and never for ever.
    """
    assert 0.49 < firing_probability_at(sd_m, late_m, late_sd_m, detection_probability) <= 1.0


@pytest.mark.parametrize(("sd_m", "detection_probability"), [(0.0, 0.9), (3.0, 0.0)])
def test_nothing_to_wait_for(sd_m: float, detection_probability: float) -> None:
    """GIVEN a place that is known, or a mark that never comes THEN it is a half."""
    assert 0.5 == pytest.approx(
        firing_probability_at(sd_m, 2.0, 1.4, detection_probability), abs=2e-3
    )


def test_a_sharp_mark_is_worth_waiting_for() -> None:
    """A mark that tells exactly when the line is passed is waited for almost as long as it may
    come.
    """
    assert (
        firing_probability_at(3.0, 0.0, 0.1, 0.95) > 0.9 > firing_probability_at(3.0, 2.0, 1.4, 0.9)
    )


def drawn(components: list[ComponentAtLine]) -> tuple[Metres, Metres]:
    """Return where the line lies ahead, and where the runner is when its mark is made, of many
    draws.
    """
    chance = np.random.default_rng(2)
    line_m, mark_m = [], []
    for component in components:
        draws = round(DRAWS * component.weight)
        lies_m = chance.normal(-component.past_m, component.sd_m, draws)
        pressed_m = lies_m + chance.normal(2.0, 1.4, draws)
        line_m.append(lies_m)
        mark_m.append(
            np.where(chance.random(draws) < component.detection_probability, pressed_m, np.inf)
        )
    return np.concatenate(line_m), np.concatenate(mark_m)


@pytest.mark.parametrize("apart_m", [4.0, 15.0, 40.0])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_of_two_places_no_other_wait_is_better(apart_m: float, share: float) -> None:
    """GIVEN two places that lie apart, each of which waits for its mark THEN no fixed wait costs
    much less than the firing probability.
    """
    components = [
        ComponentAtLine(1.0 - share, -60.0, 2.5, 0.9),
        ComponentAtLine(share, -60.0 - apart_m, 2.5, 0.9),
    ]
    components.sort(key=lambda component: -component.weight)
    line_m, mark_m = drawn(components)
    fired_m = float(np.quantile(line_m, firing_probability(components, 2.0, 1.4)))
    best = min(cost(wait_m, mark_m, line_m) for wait_m in np.linspace(50.0, 120.0, 141))
    assert cost(fired_m, mark_m, line_m) < 1.05 * best


def test_a_place_that_has_had_its_mark_is_not_kept_waiting() -> None:
    """GIVEN one place whose line has just been marked, and a likely one that still waits THEN the
    first alone decides.

    Otherwise the cue would wait for a second mark of the same line.
    """
    marked, waiting = ComponentAtLine(0.6, 2.0, 1.5, 0.0), ComponentAtLine(0.4, -30.0, 3.0, 0.9)
    assert firing_probability([marked, waiting], 2.0, 1.4) < 0.6 * 0.91


def test_a_silent_place_speaks_little() -> None:
    """GIVEN a likelier place far past the line, where a mark should long have come THEN the other
    one is waited for.
    """
    past, coming = ComponentAtLine(0.7, 40.0, 2.0, 0.9), ComponentAtLine(0.3, -5.0, 2.0, 0.9)
    assert firing_probability([past, coming], 2.0, 1.4) > 0.75


@given(
    st.lists(
        st.builds(
            ComponentAtLine,
            st.floats(0.01, 1.0),
            st.floats(-500.0, 500.0),
            st.floats(0.0, 300.0),
            st.floats(0.0, 1.0),
        ),
        min_size=1,
        max_size=6,
    ),
    st.floats(0.0, 20.0),
    st.floats(0.0, 20.0),
)
def test_a_firing_probability_is_a_probability(
    components: list[ComponentAtLine], late_m: float, late_sd_m: float
) -> None:
    """Whatever the mixture, what is returned is a probability."""
    assert 0.0 <= firing_probability(components, late_m, late_sd_m) <= 1.0


def test_of_places_far_ahead_only_the_likeliest_is_waited_for() -> None:
    """GIVEN a place at its line, and three unlikely ones whole laps before it THEN the silence
    there may be a forgotten press.

    No more than one of the three can be right, so they do not add up against it.
    """
    here, apart = (
        ComponentAtLine(0.85, -5.0, 2.5, 0.9),
        [ComponentAtLine(0.05, -metres, 2.5, 0.9) for metres in (205.0, 305.0, 405.0)],
    )
    assert firing_probability([here, *apart], 2.0, 1.4) <= 0.85
    assert firing_probability([here, ComponentAtLine(0.15, -205.0, 2.5, 0.9)], 2.0, 1.4) > 0.86
