"""The times of positions that come in a burst, after a link stood still.

A position with an age needs none of this. Others count as of the moment they arrive, which for a
burst is wrong by as much as the link stood still. But receivers send at a fixed interval, so the
last of a burst was true one interval before the first that arrives on time, and each one an
interval before the next. That holds if the burst has as many positions as the silence had
intervals; else it is unknown which are missing, and all are dropped.

So what comes after a silence is held until the next one has shown whether it was the head of a
burst. A line needs seconds of positions before it can be crossed, so no mark comes later for that.
"""

from collections import deque
from dataclasses import replace
from statistics import median
from typing import Final

from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S

BEFORE_BURST_S: Final = 5.0
BEFORE_BURST_INTERVALS: Final = 2.5
"""So many intervals without a position, and ``BEFORE_BURST_S`` at least, are a silence."""
QUEUED_INTERVAL_SHARE: Final = 0.5
"""Positions less than this share of an interval apart were queued together."""
MAX_MISSING_FIXES: Final = 1
"""So many more or fewer than the silence had intervals: the times are off by one at most."""
LATEST_INTERVALS: Final = 15
USUAL_INTERVAL_S: Final = 1.0
"""A receiver's interval, as long as it has not shown another."""
MAX_KEPT: Final = 128
"""In a burst of more no line could be found: the latest are kept, and then do not fit."""


class FixTimes:
    """One receiver's interval. ``update`` with each of its positions as it comes."""

    def __init__(self) -> None:
        self._intervals_s: deque[float] = deque(maxlen=LATEST_INTERVALS)
        self._last_ns: int | None = None
        """When the last position that was passed on had come."""
        self._kept: deque[Fix] = deque(maxlen=MAX_KEPT)

    def update(self, fix: Fix) -> tuple[Fix, ...]:
        """Return the positions whose time is known, this one last or not among them yet."""
        if fix.age_s is not None:
            self._kept.clear()
            self._last_ns = fix.t_ns
            return (fix,)
        interval_s = median(self._intervals_s) if self._intervals_s else USUAL_INTERVAL_S
        if self._kept:
            between_s = (fix.t_ns - self._kept[-1].t_ns) / NS_PER_S
            if between_s < QUEUED_INTERVAL_SHARE * interval_s:
                self._kept.append(fix)
                return ()
            return (*self._released(fix.t_ns, interval_s), *self._passed(fix, None))
        if self._last_ns is None:
            return self._passed(fix, None)
        since_s = (fix.t_ns - self._last_ns) / NS_PER_S
        if since_s > max(BEFORE_BURST_S, BEFORE_BURST_INTERVALS * interval_s):
            self._kept.append(fix)
            return ()
        return self._passed(fix, since_s)

    def _passed(self, fix: Fix, interval_s: float | None) -> tuple[Fix, ...]:
        if interval_s is not None:
            self._intervals_s.append(interval_s)
        self._last_ns = fix.t_ns
        return (fix,)

    def _released(self, next_ns: int, interval_s: float) -> tuple[Fix, ...]:
        """Return what was held, with ages where it was a burst; nothing where these are unknown."""
        kept, last_ns = tuple(self._kept), self._last_ns
        self._kept.clear()
        if len(kept) == 1:
            return kept
        assert last_ns is not None  # what is kept came after a silence
        intervals = (next_ns - last_ns) / NS_PER_S / interval_s - 1.0
        if abs(len(kept) - intervals) > MAX_MISSING_FIXES + QUEUED_INTERVAL_SHARE:
            return ()
        were_ns = (
            next_ns - round((len(kept) - at) * interval_s * NS_PER_S) for at in range(len(kept))
        )
        return tuple(
            replace(fix, age_s=(fix.t_ns - were) / NS_PER_S)
            for fix, were in zip(kept, were_ns, strict=True)
        )
