"""The length of a step: learned while the speed is known, for when only cadence is left."""

from typing import Final

INITIAL_STEP_M: Final = 1.35
"""About 4 m/s at 178 spm [computed from published figures of recreational racers]."""
STEP_LEARNING_RATE: Final = 0.05
"""Weight of one reading against all before it [judgement]."""
MIN_LEARNING_MPS: Final = 2.0
MIN_LEARNING_SPM: Final = 100.0
"""Slower than these nobody runs."""


def learned_step_m(step_m: float, speed_mps: float | None, cadence_spm: float | None) -> float:
    """Return the length of a step, learned from a moment at which the athlete runs."""
    if not speed_mps or not cadence_spm:
        return step_m
    if speed_mps > MIN_LEARNING_MPS and cadence_spm > MIN_LEARNING_SPM:
        return step_m + STEP_LEARNING_RATE * (60.0 * speed_mps / cadence_spm - step_m)
    return step_m
