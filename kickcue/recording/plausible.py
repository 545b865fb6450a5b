"""What a file contains that cannot be: positions where nobody runs, totals in the wrong unit."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import dist
from statistics import median
from typing import Final

from kickcue.core.crossing.gate import Plane
from kickcue.core.crossing.receiver_selection import is_position
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.units import ns_to_s

ABOUT_DEG: Final = 1.0
"""Whoever is this near to 0,0 may pass it."""
FROZEN_M: Final = 20.0
"""Positions that all lie so near to each other..."""
RUN_M: Final = 300.0
"""...while so much was run are of a receiver that has no view of the sky."""
KILOMETRE_M: Final = 1000.0
WITHIN: Final = 2.0
"""A total in kilometres is a thousand times too small, within this factor."""
STRIDES_PER_MIN: Final = 60.0
STRIDE_M: Final = 2.0
"""Who makes more strides runs about so far with each, within a factor of two."""

JITTER_M: Final = 3.0
"""Records may stand a little too near to each other in time."""

Total = tuple[int, float]
"""``t_ns``, metres."""
Place = tuple[float, float]
"""Latitude and longitude in degrees."""


def is_real(place: Place | None) -> bool:
    """Tell whether it is a position at all."""
    return place is not None and is_position(*place)


def real_places(
    places: Sequence[Place | None], run_m: float | None
) -> tuple[list[Place | None], str | None]:
    """Return the positions without those that are none, and a sentence on these.

    ``run_m``: how far one ran, by what measures it besides positions.
    """
    if any(_is_about_nowhere(place) for place in places):
        return list(places), None  # a run that passes 0,0
    real = [place if is_real(place) else None for place in places]
    nowhere = sum(
        before is not None and now is None for before, now in zip(places, real, strict=True)
    )
    known = [place for place in real if place is not None]
    if _stood_still(known, run_m):
        return [None] * len(places), f"all {len(known)} positions the same place: ignored"
    note = f"{nowhere} impossible positions (0,0 or out of range) ignored" if nowhere else None
    return real, note


def _is_about_nowhere(place: Place | None) -> bool:
    """Tell whether it is a position near 0,0, but not that."""
    return place is not None and is_real(place) and max(map(abs, place)) < ABOUT_DEG


def _stood_still(known: Sequence[Place], run_m: float | None) -> bool:
    """Tell whether the positions are all one place although somebody ran."""
    if run_m is None or run_m < RUN_M:
        return False
    return len(known) > 1 and _spread_m(known) < FROZEN_M


def _spread_m(places: Sequence[Place]) -> float:
    plane = Plane(*places[0])
    return max(dist((0.0, 0.0), plane.east_north(*place)) for place in places)


def steps_m(totals: Sequence[Total]) -> Iterator[Total]:
    """Yield by how much a total grew until each moment but the first; 0: it fell, or jumped on.

    An odometer may begin anywhere, and a watch's total at 0 before the first of the odometer's. Of
    records of one time the last counts: no time passes between them, and any metre would be a jump.
    """
    for (a_ns, a_m), (b_ns, b_m) in pairwise(dict(totals).items()):
        most_m = FASTEST_MPS * ns_to_s(b_ns - a_ns) + JITTER_M
        yield b_ns, b_m - a_m if 0.0 <= b_m - a_m <= most_m else 0.0


def grown_m(totals: Sequence[Total]) -> float:
    """Return how far a total went on."""
    return sum(step_m for _, step_m in steps_m(totals))


def metres_for_each(grown: float, run_m: float | None) -> float:
    """Return how many metres one unit of a total is: 1, or 1000 where it counts kilometres.

    ``grown``: how far it went on; ``run_m``: how far one ran, by what measures it besides the
    total.
    """
    if run_m is None or grown <= 0.0:
        return 1.0
    return KILOMETRE_M if KILOMETRE_M / WITHIN < run_m / grown < KILOMETRE_M * WITHIN else 1.0


def run_by_strides_m(strides_per_min: Sequence[float], seconds: float) -> float | None:
    """Return about how far one ran, None where nobody ran; a cadence of steps counts half."""
    if not strides_per_min:
        return None
    usual = median(strides_per_min)
    strides = usual / 2.0 if usual > 2.0 * STRIDES_PER_MIN else usual
    return strides * STRIDE_M * seconds / 60.0 if strides > STRIDES_PER_MIN else None
