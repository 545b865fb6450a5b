"""Whether a second start is a new start.

Runners are called back from a false start, begin a new heat, or press the key twice. A start while
the race is on is a new one where the pod has seen the runner stand since the last one, and, where
no pod is heard, within the first third of the race. Whatever it was, it can be taken back for a
minute.
"""

from typing import Final

from kickcue.core.units import NS_PER_S

TWICE_NS: Final = 5 * NS_PER_S
"""Two presses within so long are one: a thumb that stutters, or two phones."""
STANDING_MPS: Final = 0.7
STOOD_NS: Final = 3 * NS_PER_S
"""Slower than a walk for so long is standing; a pod's speed lags by some seconds, a runner's does
not fall to nothing."""
EARLY_SHARE: Final = 1.0 / 3.0
TAKEN_BACK_NS: Final = 60 * NS_PER_S
RUNNING_MPS: Final = 3.0
UNSTARTED_NS: Final = 30 * NS_PER_S
"""Who has been running at race pace for so long may have forgotten the start."""


class StandingWatch:
    """Follows what the pod says of standing and running since the last start."""

    def __init__(self) -> None:
        self._still_since_ns: int | None = None
        self._running_since_ns: int | None = None
        self._heard = False
        self._stood = False

    def start(self) -> None:
        """Begin anew: nothing has been seen since this start."""
        self._still_since_ns = self._running_since_ns = None
        self._heard = self._stood = False

    def read(self, t_ns: int, speed_mps: float | None) -> None:
        """Take in the pod's speed, None where it tells none."""
        if speed_mps is None:
            return
        self._heard = True
        if speed_mps >= STANDING_MPS:
            self._still_since_ns = None
        elif self._still_since_ns is None:
            self._still_since_ns = t_ns
        elif t_ns - self._still_since_ns >= STOOD_NS:
            self._stood = True
        if speed_mps < RUNNING_MPS:
            self._running_since_ns = None
        elif self._running_since_ns is None:
            self._running_since_ns = t_ns

    def runs_unstarted(self, t_ns: int) -> bool:
        """Tell whether the run has gone on for so long that a start may have been forgotten."""
        return self._running_since_ns is not None and t_ns - self._running_since_ns >= UNSTARTED_NS

    def may_start_again(self, since_ns: int, share_run: float) -> bool:
        """Tell whether a start is a new one.

        It comes ``since_ns`` after the last one, with ``share_run`` of the race behind.
        """
        if since_ns < TWICE_NS:
            return False
        return self._stood if self._heard else share_run < EARLY_SHARE
