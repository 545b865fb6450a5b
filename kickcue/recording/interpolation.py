"""Values over time, straight between those that are known."""

from bisect import bisect_right
from collections.abc import Sequence


class Interpolated:
    """(``t_ns``, value) in order of time, at least one; level before the first, after the last."""

    def __init__(self, points: Sequence[tuple[int, float]]) -> None:
        self._times = [t_ns for t_ns, _ in points]
        self._values = [value for _, value in points]

    def at(self, t_ns: int) -> float:
        """Return the value at a time."""
        after = bisect_right(self._times, t_ns)
        if after in (0, len(self._times)):
            return self._values[min(after, len(self._times) - 1)]
        a_ns, b_ns = self._times[after - 1 : after + 1]
        a, b = self._values[after - 1 : after + 1]
        return a + (t_ns - a_ns) / (b_ns - a_ns) * (b - a)
