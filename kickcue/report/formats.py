"""Times, paces and lengths as a runner reads them."""

from enum import StrEnum
from typing import Final

from kickcue.core import clock_format

UNKNOWN: Final = "-"
SLOWEST_PACE_MPS: Final = 0.7
"""Slower than this a pace means nothing."""


class PaceUnit(StrEnum):
    """The length that a pace is for."""

    KILOMETRE = "km"
    MILE = "mi"

    @property
    def metres(self) -> float:
        """How long it is."""
        return 1609.344 if self is PaceUnit.MILE else 1000.0


def clock(seconds: float, digits: int = 1) -> str:
    """Return ``m:ss.s``, from an hour on ``h:mm:ss.s``; ``digits`` after the point."""
    return clock_format.clock(seconds, digits)


def pace(mps: float | None, unit: PaceUnit = PaceUnit.KILOMETRE) -> str:
    """Return minutes for each ``unit``, "3:08"; a dash where unknown or slower than a walk."""
    return UNKNOWN if mps is None or mps < SLOWEST_PACE_MPS else clock(unit.metres / mps, 0)


def whole(value: float | None) -> str:
    """Return a whole number, or a dash where it is unknown."""
    return UNKNOWN if value is None else f"{value:.0f}"


def percent(value: float) -> str:
    """Return how many per cent, without a sign."""
    return f"{abs(value):.1f} %"


def count(number: int, one: str, many: str | None = None) -> str:
    """Return "1 cue", "3 cues"."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"
