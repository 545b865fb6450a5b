"""The figures of the position filter: shares are shares, and no race can change them."""

from dataclasses import FrozenInstanceError, fields

import pytest

from kickcue.core.position.parameters import PARAMETERS

SHARES = [
    each.name
    for each in fields(PARAMETERS)
    if each.name.endswith(("_share", "_weight")) or each.name.startswith(("start_", "still"))
    if not each.name.endswith(("_m2", "_mps", "_s"))
]


@pytest.mark.parametrize("name", SHARES)
def test_shares_and_probabilities_are_below_one(name: str) -> None:
    """Whatever is named as a share, a weight or a probability lies between 0 and 1."""
    assert 0.0 < getattr(PARAMETERS, name) < 1.0


def test_a_change_is_of_one_of_three_kinds() -> None:
    """The metres jump, the scale changes or the pod dies: their shares add up to one."""
    p = PARAMETERS
    assert p.shifted_share + p.rescaled_share + p.clocked_share == pytest.approx(1.0)
    assert p.walked_share + p.clock_stood_share < 1.0


def test_a_hypothesis_worth_keeping_is_not_pruned_at_its_birth() -> None:
    """GIVEN the rarest hypothesis at the gun THEN its weight is above the pruning threshold."""
    assert PARAMETERS.outlier_weight > 10.0 * PARAMETERS.prune_below_weight


def test_they_are_frozen() -> None:
    """WHEN a figure is set at run time THEN that is an error: one race must not change another."""
    with pytest.raises(FrozenInstanceError):
        PARAMETERS.gate_sds = 3.0  # type: ignore[misc]
