"""An even pace for a goal: when each place is due, and when being off it is worth a word.

The clock starts with the runner standing. What that costs was not found in the literature for
distance races; the second below is a judgement, and Cheptegei's 29.50 s for the first 200 m of his
even 12:35.36 shows that some run it back at once. All other metres take the same time, a partial
first lap included, so that there is nothing to save up and nothing to make good.
"""

from dataclasses import dataclass
from typing import Final

STANDING_START_S: Final = 1.0
"""How much longer the first metres take than a flying start [judgement]."""
STANDING_START_M: Final = 20.0
"""Over so many metres that second is lost [judgement]: then the runner runs at his pace."""
OFF_SHARE: Final = 0.02
"""Farther off the schedule than this share of a lap is worth a word: laps of records vary by 1 %
(published splits: Cheptegei 2020)..."""
LEAST_OFF_S: Final = 1.5
"""...but not less than this: two presses differ by half a second, and "1 s" helps nobody."""
MOST_WRONG: Final = 0.5
"""Seconds that may be wrong by more than this share of them are not said [judgement]."""
EARLY_SHARE: Final = 1 / 3
"""In this share of the race too fast a pace costs most: the rest of it is still to be run."""


@dataclass(frozen=True, slots=True)
class EvenSchedule:
    """When a runner who ends ``distance_m`` at ``goal_s`` is where, in seconds since the gun."""

    distance_m: float
    goal_s: float
    start_s: float = STANDING_START_S
    start_m: float = STANDING_START_M

    def at(self, run_m: float) -> float:
        """Return when ``run_m`` metres are due, in seconds; at the finish it is the goal."""
        lost_s = self.start_s * min(run_m / self.start_m, 1.0)
        return run_m * self.flying_s_per_m + lost_s

    @property
    def flying_s_per_m(self) -> float:
        """Seconds a metre once the runner is at pace."""
        return (self.goal_s - self.start_s) / self.distance_m


class PaceWatch:
    """Says which distance from the schedule is worth a cue, and does not repeat itself.

    A cue comes when it is more than ``worth_s``; the same side comes again only if it got worse by
    as much, or after it was less than half of that.
    """

    def __init__(self, lap_s: float) -> None:
        """``lap_s``: what a lap takes by the schedule."""
        self.worth_s = max(LEAST_OFF_S, OFF_SHARE * lap_s)
        self._told_s = 0.0

    def is_worth_a_cue(self, off_s: float, error_s: float) -> bool:
        """Return whether to tell that the runner is ``off_s`` late, below 0: ahead.

        In 95 of 100 cases ``off_s`` is right to ``error_s``: what may as well be half or nothing of
        it is not told.
        """
        if abs(off_s) < self.worth_s / 2 or off_s * self._told_s < 0.0:
            self._told_s = 0.0
        if abs(off_s) <= max(self.worth_s, error_s / MOST_WRONG):
            return False
        return not self._told_s or abs(off_s) - abs(self._told_s) >= self.worth_s

    def told(self, off_s: float) -> None:
        """Note that the runner was told."""
        self._told_s = off_s
