"""The bound that every border has: never more than was agreed, never less to who keeps to it."""

from hypothesis import given, strategies as st

from kickcue.core.throttle import Throttle

STEPS = st.lists(st.floats(-5.0, 60.0), max_size=200)


@given(st.integers(1, 50), st.floats(0.0, 100.0), STEPS)
def test_never_more_than_the_burst_and_the_rate(
    burst: int, per_s: float, steps: list[float]
) -> None:
    """GIVEN any times, also ones that go back WHEN asked THEN no more pass than the burst and what
    has grown since; the rest is counted.
    """
    throttle = Throttle(burst, per_s)
    now_s = gone_s = 0.0
    passed = held_back = 0
    for step_s in steps:
        now_s += step_s
        gone_s += max(step_s, 0.0)
        if throttle.passes(now_s):
            passed, held_back = passed + 1, 0
        else:
            held_back += 1
        assert throttle.held_back == held_back
        assert passed <= burst + gone_s * per_s + 1e-6


@given(st.integers(1, 20), st.floats(0.1, 50.0), st.integers(1, 300))
def test_who_keeps_to_the_rate_is_never_held_back(burst: int, per_s: float, count: int) -> None:
    """GIVEN a steady sender at three quarters of the rate THEN all of it passes."""
    throttle = Throttle(burst, per_s)
    assert all(throttle.passes(number / (0.75 * per_s)) for number in range(count))
