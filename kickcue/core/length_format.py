"""Lengths of a course as runners write them: ``400 m``, ``1609.3 m``, ``42.195 km``."""

from typing import Final

LONGEST_IN_METRES: Final = 10_000.0


def metres(length_m: float) -> str:
    """Return metres, with a tenth where there is one; from 10 km on kilometres."""
    if length_m < LONGEST_IN_METRES:
        return f"{round(length_m, 1):g} m"
    return f"{length_m / 1000:.3f}".rstrip("0").rstrip(".") + " km"
