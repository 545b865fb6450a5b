"""What a mark is worth: how late it comes, how sharp it is, how often it is missing or wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

from kickcue.core.events import MarkSource


@dataclass(frozen=True, slots=True)
class MarkModel:
    """One source of marks. Delay is after the line is crossed, in seconds; ``sharpness_m`` is the source's own position error."""

    delay_s: float
    delay_sd_s: float
    sharpness_m: float
    seen: float
    """Probability that a crossing gives a mark at all."""
    stray_per_m: float
    """Marks per metre run that belong to no line."""
    doubled: float
    """Probability that a mark is followed by another one that means nothing."""
    doubled_within_s: float = 5.5


MARK_MODELS: Mapping[MarkSource, MarkModel] = {
    # A thumb: 0.4 +- 0.3 s, one in ten forgotten, one in twenty doubled 1-5 s later; a stray press now and then.
    MarkSource.BUTTON: MarkModel(0.4, 0.28, 0.0, seen=0.88, stray_per_m=5e-5, doubled=0.06),
    # A line crossed by position: no thumb, 2 m of GNSS, half a second of sampling.
    MarkSource.GATE: MarkModel(0.0, 0.15, 2.0, seen=0.95, stray_per_m=1e-5, doubled=0.005),
    # Closest approach to a beacon on the line.
    MarkSource.BEACON: MarkModel(0.0, 0.3, 2.0, seen=0.95, stray_per_m=1e-5, doubled=0.02),
    # A helper who sees the runner come: less delay than a thumb under load, the same habits.
    MarkSource.TRACKSIDE: MarkModel(0.25, 0.25, 0.0, seen=0.9, stray_per_m=5e-5, doubled=0.05),
}
