"""Units and their conversions; every name elsewhere carries its unit."""

from typing import Final

NS_PER_S: Final = 1_000_000_000
NS_PER_MS: Final = 1_000_000
STEPS_PER_STRIDE: Final = 2  # one stride is one full gait cycle: left and right
MILE_M: Final = 1609.344  # international mile, exact since 1959


def s_to_ns(seconds: float) -> int:
    """Return whole nanoseconds, rounded to the nearest."""
    return round(seconds * NS_PER_S)


def ns_to_s(t_ns: int) -> float:
    """Return seconds."""
    return t_ns / NS_PER_S
