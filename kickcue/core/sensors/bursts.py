"""Words of a sensor that were queued while the link stood still, and come at once.

The first word after a silence cannot be told from the head of a burst. But a burst comes at once,
so the next word tells: until it has come, or its time is over, what was said may be as old as the
silence.
"""

from typing import Final

from kickcue.core.units import NS_PER_S

MAX_BURST_INTERVAL_NS: Final = NS_PER_S // 2
"""Words of one sensor that come nearer together, after a silence, came out of a queue."""
MAX_BURST_NS: Final = 2 * NS_PER_S
"""A burst is over after so long [judgement]: queues of a minute were emptied in 0.2 s. Some sensors
speak four times a second."""


class Burst:
    """Follows one sensor's words from the one after a silence on."""

    __slots__ = ("_last_ns", "head_ns")

    def __init__(self) -> None:
        self.head_ns: int | None = None
        """When it began, None where nothing has."""
        self._last_ns = 0

    def start(self, t_ns: int) -> None:
        """Note a word that may be the head of a burst."""
        self.head_ns = self._last_ns = t_ns

    def continues(self, t_ns: int) -> bool:
        """Take in the next word; say whether it belongs to the burst that has begun."""
        if self.head_ns is None:
            return False
        if t_ns - self._last_ns < MAX_BURST_INTERVAL_NS and t_ns - self.head_ns < MAX_BURST_NS:
            self._last_ns = t_ns
            return True
        self.head_ns = None
        return False
