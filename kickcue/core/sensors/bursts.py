"""Bursts: notifications of a sensor that were queued while the link stood still, and come at once.

The first notification after a silence cannot be told from the head of a burst. But a burst comes at
once, so the next one tells: until then the value received may be as old as the silence.
"""

from typing import Final

from kickcue.core.units import NS_PER_S

MAX_BURST_INTERVAL_NS: Final = NS_PER_S // 2
"""Notifications of one sensor nearer together, after a silence, came out of a queue."""
MAX_BURST_NS: Final = 2 * NS_PER_S
"""A burst is over after so long [judgement]: queues of a minute were emptied in 0.2 s. Some sensors
notify four times a second."""


class Burst:
    """Follows one sensor's notifications from the one after a silence on."""

    __slots__ = ("_last_ns", "head_ns")

    def __init__(self) -> None:
        self.head_ns: int | None = None
        """When it began; None: there is none."""
        self._last_ns = 0

    def start(self, t_ns: int) -> None:
        """Start at a notification that may be the head of a burst."""
        self.head_ns = self._last_ns = t_ns

    def continues(self, t_ns: int) -> bool:
        """Handle the next notification; return whether it belongs to the burst."""
        if self.head_ns is None:
            return False
        if t_ns - self._last_ns < MAX_BURST_INTERVAL_NS and t_ns - self.head_ns < MAX_BURST_NS:
            self._last_ns = t_ns
            return True
        self.head_ns = None
        return False
