"""The time for which the recorder's timer has run: what the runner's distance is a matter of.

A watch that is stopped at a red light, or between two repetitions, says so. On this clock such a
pause takes no time at all, so that nothing runs on in it: neither what is guessed beyond the last
reading, nor the pace, nor the time between two marks. Without a word from a recorder it is the time
of the events: silence alone stops nothing.
"""


class TimerClock:
    """Turns the time of events into time that the timer has run."""

    __slots__ = ("_paused_ns", "_stopped_ns", "stopped")

    def __init__(self) -> None:
        self._paused_ns = 0
        """All pauses that are over."""
        self._stopped_ns: int | None = None
        self.stopped = False
        """Whether the recorder has said that it is stopped."""

    def turn(self, t_ns: int, *, running: bool) -> bool:
        """Note that the timer runs, or does not, from ``t_ns`` on; return whether that is news."""
        if running is not self.stopped:
            return False
        if self._stopped_ns is None:
            self._stopped_ns = t_ns
        else:
            self._paused_ns += t_ns - self._stopped_ns
            self._stopped_ns = None
        self.stopped = not running
        return True

    def at(self, t_ns: int) -> int:
        """Return the time on this clock; ``t_ns`` must not lie before the last turn."""
        return (t_ns if self._stopped_ns is None else self._stopped_ns) - self._paused_ns
