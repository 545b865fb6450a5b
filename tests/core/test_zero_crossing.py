"""Where a function changes its sign is found, in few steps."""

import math

import pytest
from hypothesis import given, strategies as st

from kickcue.core.zero_crossing import zero_crossing


@given(st.floats(-5.0, 5.0), st.floats(0.05, 20.0), st.floats(1e-9, 1e-2))
def test_a_smooth_step_is_found(middle: float, slope: float, within: float) -> None:
    """GIVEN a probability that falls from 1 to 0 somewhere WHEN its half is looked for THEN it is
    found as well as was asked for.
    """

    def more(x: float) -> float:
        return 0.5 * math.erfc(slope * (x - middle)) - 0.5

    found = zero_crossing(more, (-9.0, more(-9.0)), (9.0, more(9.0)), within)
    assert middle == pytest.approx(found, abs=2.0 * within)


@given(st.floats(-1.0, 1.0))
def test_a_jump_ends_too(at: float) -> None:
    """GIVEN a function that jumps WHEN its change of sign is looked for THEN the search ends within
    the bracket, near the jump, after no more than two evaluations for each halving.
    """
    asked: list[float] = []

    def jump(x: float) -> float:
        asked.append(x)
        return 1.0 if x >= at else -1.0

    found = zero_crossing(jump, (-2.0, -1.0), (2.0, 1.0), 1e-6)
    assert at == pytest.approx(found, abs=1e-3)
    assert len(asked) <= 2 * 22


@given(st.floats(1e-12, 1.0), st.floats(1e-12, 1.0), st.sampled_from([1.0, -1.0]))
def test_no_change_of_sign_ends_at_the_nearer_end(low: float, high: float, sign: float) -> None:
    """GIVEN values of one sign at both ends, as rounding leaves them WHEN a zero is looked for THEN
    the end whose value is nearer to 0 is told, at once.
    """
    asked: list[float] = []
    found = zero_crossing(asked.index, (0.0, sign * low), (1.0, sign * high), 1e-6)
    assert min(low, high) == (low, high)[int(found)]
    assert asked == []


def test_few_evaluations() -> None:
    """GIVEN a normal distribution WHEN a quantile is looked for from six deviations on either side
    THEN fourteen evaluations tell it to a millionth.
    """
    asked: list[float] = []

    def more(x: float) -> float:
        asked.append(x)
        return 0.5 * math.erfc(x / math.sqrt(2.0)) - 0.2

    found = zero_crossing(more, (-6.0, more(-6.0)), (6.0, more(6.0)), 1e-6)
    assert 0.8416212335729143 == pytest.approx(found, abs=1e-6)
    assert len(asked) <= 14
