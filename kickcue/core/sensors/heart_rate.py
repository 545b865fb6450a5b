"""The plausible heart rate, and its time above a ceiling. It never decides the last lap.

Its time constant is 38 s at low and 132 s at high work rate (Gielen 2024), longer than the last lap
itself; so a ceiling is decided on what was seen before the bell, and a heart rate that is lost
never holds a cue back.
"""

from typing import Final

from kickcue.core.units import NS_PER_S

MIN_BPM: Final = 30.0
MAX_BPM: Final = 225.0
"""Of any living heart."""
MAX_JUMP_BPM: Final = 12.0
MAX_JUMP_BPM_PER_S: Final = 4.0
"""A larger jump is a sensor's, not a heart's: physiology does not step more than 8-10 bpm in 5 s of
steady running, and a gun that sends a heart from 95 towards 200 with a time constant of 38 s moves
it by 2.8 bpm/s."""
ACCEPTED_AFTER_S: Final = 5.0
"""A jump that stays is accepted after this long: the strap may have been wrong before."""
CEILING_S: Final = 20.0
"""The heart rate must have been at the ceiling for so long to count."""
MAX_UNSEEN_S: Final = 5.0
"""After a longer gap the heart may have been below the ceiling meanwhile."""


class HeartRate:
    """The last plausible heart rate, in beats per minute."""

    def __init__(self, ceiling_bpm: float | None) -> None:
        self._ceiling_bpm = ceiling_bpm
        self.bpm: float | None = None
        self._seen_ns = 0
        self._doubted: tuple[float, int] | None = None
        self._above_since_ns: int | None = None

    def update(self, t_ns: int, bpm: float) -> bool:
        """Update by one value; return whether it is plausible."""
        if not MIN_BPM <= bpm <= MAX_BPM or self._jumps(t_ns, bpm):
            return False
        unseen_s = (t_ns - self._seen_ns) / NS_PER_S
        self.bpm, self._seen_ns, self._doubted = bpm, t_ns, None
        if self._ceiling_bpm is None or bpm < self._ceiling_bpm:
            self._above_since_ns = None
        elif self._above_since_ns is None or unseen_s > MAX_UNSEEN_S:
            self._above_since_ns = t_ns
        return True

    def over_ceiling(self, t_ns: int) -> bool:
        """Return whether the heart rate has been at or above the ceiling for twenty seconds."""
        since = self._above_since_ns
        return since is not None and (t_ns - since) / NS_PER_S >= CEILING_S

    def _jumps(self, t_ns: int, bpm: float) -> bool:
        if (
            self.bpm is None
            or abs(bpm - self.bpm)
            <= MAX_JUMP_BPM + MAX_JUMP_BPM_PER_S * (t_ns - self._seen_ns) / NS_PER_S
        ):
            return False
        if self._doubted is None or abs(bpm - self._doubted[0]) > MAX_JUMP_BPM:
            self._doubted = (bpm, t_ns)
            return True
        return (t_ns - self._doubted[1]) / NS_PER_S < ACCEPTED_AFTER_S
