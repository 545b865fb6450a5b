"""What an activity may hold: the one place where imported numbers meet their bounds.

Everything behind it can count with what it is given, whatever format it came from. A value beyond
is left out, and its record stays; a record whose time is none is left out as a whole. Both are
reported once, with their number.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from kickcue.core.units import NS_PER_S
from kickcue.recording.json_text import shown
from kickcue.recording.points import Point

LAST_NS: Final = 7_258_118_400 * NS_PER_S
"""The year 2200, as in ``header``."""

BOUNDS: Final[Mapping[str, tuple[str, float, float]]] = {
    "distance_m": ("distance", 0.0, 0xFFFFFFFF / 10),  # what a 2A53 holds
    "speed_mps": ("speed", 0.0, 1000.0),
    "cadence_per_min": ("cadence", 0.0, 1000.0),
    "heart_rate_bpm": ("heart rate", 0.0, 400.0),
    "stride_length_m": ("stride length", 0.0, 10.0),
    "lat_deg": ("latitude", -90.0, 90.0),
    "lon_deg": ("longitude", -180.0, 180.0),
}
_PLACE: Final = frozenset({"lat_deg", "lon_deg"})
UNKNOWN_BELOW_0: Final = frozenset({"speed_mps", "cadence_per_min", "heart_rate_bpm"})
"""iOS gives -1 where it does not know a speed, and apps write that down."""


class Bounds:
    """Keeps what can be of the points of a file, and counts what was left out."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, float] = {}

    def kept(self, points: Iterable[Point]) -> list[Point]:
        """Return the points whose times can be, without the values that cannot."""
        return [self._kept(point) for point in points if self._has_time(point)]

    def sentences(self) -> Iterator[str]:
        """Yield what was left out so far, in one sentence."""
        if self._counts:
            each = (
                f"{name} {count} (such as {shown(self._first[name])})"
                for name, count in self._counts.items()
            )
            yield f"impossible values skipped: {', '.join(each)}"

    def _has_time(self, point: Point) -> bool:
        if 0 <= point.time_ns <= LAST_NS:
            return True
        self._note("time", point.time_ns // NS_PER_S)
        return False

    def _kept(self, point: Point) -> Point:
        wrong = [
            name
            for name, (_, low, high) in BOUNDS.items()
            if not _holds(getattr(point, name), low, high)
        ]
        if not wrong:
            return point
        for name in wrong:
            value = getattr(point, name)
            if not (value < 0 and name in UNKNOWN_BELOW_0):
                self._note(BOUNDS[name][0], value)
        unknown: dict[str, Any] = dict.fromkeys([*wrong, *(_PLACE if _PLACE & set(wrong) else ())])
        return replace(point, **unknown)

    def _note(self, name: str, value: float) -> None:
        self._counts[name] += 1
        self._first.setdefault(name, value)


def _holds(value: float | None, low: float, high: float) -> bool:
    return value is None or low <= value <= high
