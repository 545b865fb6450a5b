"""Step length learned while speed is known, for the time when only cadence is left."""

from typing import Final

INITIAL_STEP_M: Final = 1.35
"""About 4 m/s at 178 spm [computed from published figures of recreational racers]."""
LEARNING_RATE: Final = 0.05
"""Weight of one reading against all before it [judgement]."""
MIN_LEARNING_MPS: Final = 2.0
MIN_LEARNING_SPM: Final = 100.0
"""Slower than these nobody runs."""


class StepLength:
    """Metres per step, as a slow running mean."""

    def __init__(self) -> None:
        self.step_m = INITIAL_STEP_M

    def update(self, speed_mps: float | None, cadence_spm: float | None) -> None:
        """Learn from a moment at which both are known and the athlete runs."""
        if not speed_mps or not cadence_spm:
            return
        if speed_mps > MIN_LEARNING_MPS and cadence_spm > MIN_LEARNING_SPM:
            self.step_m += LEARNING_RATE * (60.0 * speed_mps / cadence_spm - self.step_m)

    def speed_mps(self, cadence_spm: float) -> float:
        """Return the speed in m/s that this cadence probably means."""
        return cadence_spm * self.step_m / 60.0
