"""Which times can be meant for a race: slower than any human, or faster, is a slip of the keys.

The fastest are the men's world records of World Athletics (worldathletics.org/records/by-category/
world-records, read in November 2025; 600 m and 2 miles are world bests, tf-stats.com/
world-men-outdoor), on the road the fastest times run on a record course, whether ratified or not,
and beyond the marathon the bests of the IAU (iau-ultramarathon.org): 6:05:35 for 100 km, 319.614 km
in 24 hours. Between two of them the time grows as a power of the distance, which is how they lie.
"""

import math
from bisect import bisect_left
from itertools import pairwise
from typing import Final

from kickcue.core.clock_format import brief_clock
from kickcue.core.course import Course
from kickcue.core.errors import UsageError
from kickcue.core.units import MILE_M

FASTER_THAN_ANY: Final = 0.95
"""Of a record: nobody will run that, and a downhill course is not yet refused."""
SLOWEST_S_PER_M: Final = 1.2
"""20 minutes a kilometre: nobody walks a race that slowly."""

_Records = tuple[tuple[float, float], ...]
_ULTRA: Final[_Records] = ((42_195.0, 7235.0), (100_000.0, 21_935.0), (319_614.0, 86_400.0))
_TRACK: Final[_Records] = (
    (200.0, 19.19),
    (400.0, 43.03),
    (600.0, 72.81),
    (800.0, 100.91),
    (1000.0, 131.96),
    (1500.0, 206.00),
    (MILE_M, 223.13),
    (2000.0, 283.13),
    (3000.0, 437.55),
    (2 * MILE_M, 474.10),
    (5000.0, 755.36),
    (10_000.0, 1571.00),
    (21_330.0, 3600.00),  # the hour
    *_ULTRA,
)
_STEEPLE: Final[_Records] = ((2000.0, 310.68), (3000.0, 472.11))
_ROAD: Final[_Records] = (
    (MILE_M, 231.3),
    (5000.0, 769.0),
    (10_000.0, 1584.0),
    (21_097.5, 3402.0),
    *_ULTRA,
)


def bounds_s(course: Course) -> tuple[float, float]:
    """Return the fastest and the slowest time in seconds that can be wanted for a race."""
    records = _ROAD if course.lap_m is None else _STEEPLE if course.event.endswith("sc") else _TRACK
    return FASTER_THAN_ANY * _record_s(
        records, course.distance_m
    ), SLOWEST_S_PER_M * course.distance_m


def check_target(course: Course, target_s: float) -> None:
    """Raise UsageError for a time that cannot be meant, with what may have been meant."""
    fastest_s, slowest_s = bounds_s(course)
    if fastest_s <= target_s <= slowest_s:
        return
    meant = [other for other in _meant_s(target_s) if fastest_s <= other <= slowest_s]
    guesses = meant or _with_colon_s(target_s)
    guess = f"; did you mean {_clock(guesses[0])}?" if guesses else ""
    wanted = f"{_clock(fastest_s, up=True)} to {_clock(slowest_s)} for {course.event}"
    raise UsageError(f"target_s: expected {wanted}, got {_clock(target_s)}{guess}")


def _record_s(records: _Records, distance_m: float) -> float:
    """Return the record over a distance, by the power law of the two records next to it."""
    at = bisect_left([metres for metres, _ in records[1:-1]], distance_m)
    (near_m, near_s), (far_m, far_s) = list(pairwise(records))[at]
    power = math.log(far_s / near_s) / math.log(far_m / near_m)
    return near_s * math.pow(distance_m / near_m, power)


def _meant_s(said_s: float) -> list[float]:
    """Return what else a number may have stood for: 16.30, 1630, 16 or 16:30:00."""
    with_colon = _with_colon_s(said_s)
    return [*with_colon, said_s * 60.0, *(other * 60.0 for other in with_colon), said_s / 60.0]


def _with_colon_s(said_s: float) -> list[float]:
    """Return 16.30 or 1630 as 16:30; nothing where there is no such reading."""
    if said_s >= 1000.0 and said_s % 1.0 == 0.0:  # 1630, the colon left out
        minutes, rest = divmod(said_s, 100.0)
        return [60.0 * minutes + rest] if said_s < 10_000.0 and rest < 60.0 else []
    whole = int(said_s) if said_s < 1000.0 else 0
    hundredths = round((said_s - whole) * 100.0)
    return [60.0 * whole + hundredths] if whole and 0 < hundredths < 60 else []


def _clock(seconds: float, *, up: bool = False) -> str:
    """Return ``1:02:03``, ``16:30`` or ``0:10.3``; ``up``: rounded up, as a lower bound is."""
    tenths = math.ceil(seconds * 10) if up else round(seconds * 10)
    if tenths >= 600 and up:
        tenths = -(-tenths // 10) * 10
    elif tenths >= 600:
        tenths = tenths // 10 * 10
    return brief_clock(tenths / 10)
