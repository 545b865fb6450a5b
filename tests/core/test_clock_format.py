"""Times as runners write them."""

import pytest
from hypothesis import given, strategies as st

from kickcue.core.clock_format import brief_clock, clock


@pytest.mark.parametrize(
    ("seconds", "whole", "tenth", "brief"),
    [
        (37, "0:37", "0:37.0", "0:37"),
        (59.97, "1:00", "1:00.0", "1:00"),
        (238.46, "3:58", "3:58.5", "3:58.5"),
        (930, "15:30", "15:30.0", "15:30"),
        (3723, "1:02:03", "1:02:03.0", "1:02:03"),
        (-12.4, "-0:12", "-0:12.4", "-0:12.4"),
        (-3723, "-1:02:03", "-1:02:03.0", "-1:02:03"),
        (-0.04, "0:00", "0:00.0", "0:00"),
    ],
)
def test_a_time(seconds: float, whole: str, tenth: str, brief: str) -> None:
    """A time has hours where it needs them, decimals as asked, and a minus before the gun."""
    assert (whole, tenth, brief) == (clock(seconds), clock(seconds, 1), brief_clock(seconds))


@given(st.integers(-(10**8), 10**8), st.integers(0, 3))
def test_no_time_is_lost(count: int, digits: int) -> None:
    """GIVEN any time in the units that are shown THEN what is written says exactly that."""
    text = clock(count / 10**digits, digits)
    whole, _, part = text.removeprefix("-").partition(".")
    seconds = 0
    for each in whole.split(":"):
        seconds = 60 * seconds + int(each)
    assert abs(count) == seconds * 10**digits + int(part or 0)
    assert text.startswith("-") == (count < 0)
    assert all(len(each) == 2 for each in whole.split(":")[1:])
