"""Whether marks come as near as expected: what several laps say of a model that does not hold."""

from random import Random

import pytest

from kickcue.core.position.consistency import MAX_NIS, Consistency


def after(innovations_sd: list[float]) -> Consistency:
    found = Consistency()
    for off in innovations_sd:
        found = found.after(3.0 * off, 9.0)
    return found


def test_nothing_is_missing_at_first() -> None:
    """GIVEN no mark THEN the model holds."""
    assert 0.0 == Consistency().missing_share


@pytest.mark.parametrize("laps", [3, 6, 12, 25])
def test_marks_as_expected_add_nothing(laps: int) -> None:
    """GIVEN innovations as large as expected THEN more than a tenth is added in one race of four at
    most.
    """
    random = Random(laps)
    races = [
        after([random.gauss(0.0, 1.0) for _ in range(laps)]).missing_share for _ in range(2000)
    ]
    assert sum(missing > 0.1 for missing in races) < 0.25 * len(races)
    assert sum(races) / len(races) < 0.1


def test_what_is_too_small_is_made_good() -> None:
    """GIVEN innovations twice as large for twenty laps THEN most of their variance is added."""
    random = Random(1)
    missing = after([random.gauss(0.0, 2.0) for _ in range(20)]).missing_share
    assert 1.0 < missing < 3.5


def test_one_slip_of_a_thumb_is_no_pattern() -> None:
    """GIVEN eleven good marks and one far off THEN it tells as much as one at three deviations."""
    usual, slipped = after([0.7] * 11), after([0.7] * 11 + [40.0])
    assert usual.nis_sum + MAX_NIS == pytest.approx(slipped.nis_sum)
    assert slipped.missing_share < 0.25
