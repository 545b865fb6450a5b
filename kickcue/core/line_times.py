"""When the runner passed each line: by its mark where there is one, else by the estimate."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot, inf
from typing import Final

from kickcue.core.position.estimator import Position
from kickcue.core.position.uncertainty import half_width_m, is_about
from kickcue.core.units import NS_PER_S, s_to_ns

MARK_WAIT_S: Final = 3.0
"""So long after the estimated line its mark may still come: thumbs are late by half a second, and
a beacon is known to be passed a little later."""
MARK_FITS_S: Final = 30.0
"""A mark of the line is of this passing if it is no older than this."""
BACK_M: Final = 50.0
"""Who is put back behind a line by more than this has not passed it: a press was undone."""
SLOWEST_MPS: Final = 0.5

MarkedLine = tuple[float, int]
"""Metres run at the line that was marked, and when it was passed by the timer."""


@dataclass(frozen=True, slots=True)
class LinePassed:
    """The runner passed line ``number``, the first being 1, at ``passed_ns`` by the timer.

    ``lap_s`` is the time since the line before, None where that is unknown. In 95 of 100 cases the
    times are right to ``error_s`` and ``lap_error_s``; 0 where they are those of marks.
    """

    number: int
    line_m: float
    passed_ns: int
    error_s: float
    lap_s: float | None
    lap_error_s: float


@dataclass(frozen=True, slots=True)
class _At:
    passed_ns: int
    error_s: float


class LineTimes:
    """Follows one race over one course from line to line."""

    def __init__(self, lines_m: Sequence[float], marker_m: float, started_ns: int) -> None:
        self._lines_m, self._marker_m = lines_m, marker_m
        self._started_ns = started_ns
        self._times: dict[int, _At] = {0: _At(started_ns, 0.0)}
        self._passed: int | None = None
        """The last line that was told, 0 before the first; None: nothing is known yet."""
        self._marked: MarkedLine | None = None
        self._estimated: tuple[int, _At] | None = None
        """The line that is waiting for its mark, and when it was passed without one."""

    @property
    def last(self) -> int:
        """The number of the last line that is passed; 0 before the first."""
        return self._passed or 0

    def passed(self, timer_ns: int, here: Position, marked: MarkedLine | None) -> LinePassed | None:
        """Return the line that the runner, ``here`` at ``timer_ns``, is now known to have passed.

        Each once, the last one where several were passed unnoticed. ``marked`` is the last mark of
        the race, None where there is none or it was undone.
        """
        if marked != self._marked:
            self._take_mark(marked)
        behind = bisect_right(self._lines_m, here.distance_m)
        if self._passed is None:
            self._passed = behind
        while self._passed and here.distance_m < self._lines_m[self._passed - 1] - BACK_M:
            self._times.pop(self._passed, None)
            self._passed -= 1
        if behind <= self._passed:
            self._estimated = None
            return None
        found = self._found(timer_ns, here, behind)
        return None if found is None else self._told(behind, found)

    def _found(self, timer_ns: int, here: Position, number: int) -> _At | None:
        """Return when the line was passed; None while its mark may still come."""
        line_m = self._lines_m[number - 1]
        if self._marked is not None and self._marked[0] == line_m:
            marked_ns = self._marked[1]
            if marked_ns >= max(self._started_ns, timer_ns - s_to_ns(MARK_FITS_S)):
                known = not is_about(here.sd_m, self._marker_m)
                return _At(min(marked_ns, timer_ns), 0.0 if known else inf)
        if self._estimated is None or self._estimated[0] != number:
            speed_mps = max(here.speed_mps, SLOWEST_MPS)
            ago_s = (here.distance_m - line_m) / speed_mps
            error_s = half_width_m(here.sd_m) / speed_mps
            if is_about(here.sd_m, self._marker_m):
                error_s = inf
            self._estimated = number, _At(timer_ns - s_to_ns(ago_s), error_s)
        estimated = self._estimated[1]
        waited = timer_ns - estimated.passed_ns >= s_to_ns(MARK_WAIT_S)
        return estimated if waited else None

    def _told(self, number: int, found: _At) -> LinePassed:
        self._passed, self._estimated = number, None
        self._times[number] = found
        before = self._times.get(number - 1)
        return LinePassed(
            number,
            self._lines_m[number - 1],
            found.passed_ns,
            found.error_s,
            None if before is None else (found.passed_ns - before.passed_ns) / NS_PER_S,
            inf if before is None else hypot(found.error_s, before.error_s),
        )

    def _take_mark(self, marked: MarkedLine | None) -> None:
        """Take in a mark that came after its line was told, for the next lap begins with it."""
        before, self._marked = self._marked, marked
        if marked is None:
            if before is not None and before[0] in self._lines_m:
                self._times.pop(self._number(before[0]), None)
        elif marked[0] in self._lines_m and self._number(marked[0]) == self._passed:
            self._times[self._passed] = _At(marked[1], 0.0)

    def _number(self, line_m: float) -> int:
        return bisect_right(self._lines_m, line_m)
