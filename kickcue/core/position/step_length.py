"""Step length learned while speed is known, for the time when only cadence is left."""

FIRST_GUESS_M = 1.35
"""About 4 m/s at 178 spm [computed from SCIENCE figures for recreational racers]."""
LEARN_RATE = 0.05


class StepLength:
    """Metres per step, as a slow running mean."""

    def __init__(self) -> None:
        self.metres = FIRST_GUESS_M

    def learn(self, speed_mps: float | None, cadence_spm: float | None) -> None:
        """Take in a moment at which both are known and the athlete runs."""
        if speed_mps and cadence_spm and speed_mps > 2.0 and cadence_spm > 100.0:
            self.metres += LEARN_RATE * (60.0 * speed_mps / cadence_spm - self.metres)

    def speed(self, cadence_spm: float) -> float:
        """Return the speed in m/s that this cadence probably means."""
        return cadence_spm * self.metres / 60.0
