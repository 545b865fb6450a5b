"""How often a sensor notifies, learned on the way: one that does every four seconds is not lost.

Foot pods and straps notify once a second. Watches that save memory record when something changes,
every 1 to 7 s; some gateways forward less than they receive. A fixed limit would call such a sensor
stale between any two of its notifications.
"""

from collections import deque
from typing import Final

from kickcue.core.units import NS_PER_MS, NS_PER_S

LATEST_INTERVALS: Final = 15
"""So many are kept."""
SLOW_INTERVALS: Final = 6
"""A sensor is slow when so many of its latest intervals were; a quick one that loses a frame in
forty has that once in a million notifications."""
QUICK_INTERVAL_NS: Final = 1250 * NS_PER_MS
"""Once a second, with jitter. A sensor that notifies so often is allowed no extra silence."""
USUAL_RANK: Final = 3
"""The third longest of the latest intervals is still usual; the two longest may be outages."""
SILENCE_RATIO: Final = 1.5
"""Half as long again as usual: a notification is missing. A watch that recorded every 1 to 7 s
stays within."""
MAX_SILENCE_NS: Final = 10 * NS_PER_S
"""No interval explains a longer silence: it is 50 m of running."""


class NotificationInterval:
    """The interval of one sensor; call ``update`` at each notification."""

    __slots__ = ("_intervals_ns", "_received_ns", "_to_learn", "allowed_silence_ns")

    def __init__(self) -> None:
        self._received_ns: int | None = None
        self._intervals_ns: deque[int] = deque(maxlen=LATEST_INTERVALS)
        self._to_learn = LATEST_INTERVALS
        """For how many notifications more the latest intervals may not all be quick; then there is
        nothing to learn, and no time is spent on it."""
        self.allowed_silence_ns = 0
        """How long a silence its interval explains; 0 for a quick sensor, and while unknown."""

    def copy(self) -> "NotificationInterval":
        """Return an independent copy."""
        other = NotificationInterval()
        other._received_ns, other._intervals_ns = self._received_ns, self._intervals_ns.copy()
        other._to_learn, other.allowed_silence_ns = self._to_learn, self.allowed_silence_ns
        return other

    def update(self, t_ns: int) -> None:
        """Update at a notification."""
        if self._received_ns is not None:
            interval_ns = t_ns - self._received_ns
            if interval_ns > QUICK_INTERVAL_NS:
                self._to_learn = LATEST_INTERVALS
            if self._to_learn:
                self._to_learn -= 1
                self._learn(interval_ns)
        self._received_ns = t_ns

    def _learn(self, interval_ns: int) -> None:
        self._intervals_ns.append(interval_ns)
        ordered_ns = sorted(self._intervals_ns)
        slow = len(ordered_ns) >= SLOW_INTERVALS and ordered_ns[-SLOW_INTERVALS] > QUICK_INTERVAL_NS
        self.allowed_silence_ns = (
            min(round(SILENCE_RATIO * ordered_ns[-USUAL_RANK]), MAX_SILENCE_NS) if slow else 0
        )
