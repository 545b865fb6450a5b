"""Cadence in steps per minute: smoothed, compared with what it was in the body of the race, and its unit watched.

Which unit a reading is in, ``readings.cadence_spm`` decides from one reading; here it is noticed when a sensor contradicts its own
profile for long, and told.
"""

from collections import deque

from kickcue.core.profiles import CadenceUnit
from kickcue.core.readings import RUNNING_MPS, STEPS_FROM, STRIDES_FROM, STRIDES_TO, PodReading, cadence_spm
from kickcue.core.units import NS_PER_S

SMOOTH_NS = 5 * NS_PER_S
CONTRADICTED_AFTER_S = 10.0
BASELINE_LEAST_S = 60
"""Seconds of running before a baseline is worth comparing with."""


class Cadence:
    """The athlete's cadence now and in the body of the race."""

    def __init__(self) -> None:
        self._recent: deque[tuple[int, float]] = deque()
        self._histogram = [0] * 301
        self._counted = 0
        self.latest_spm: float | None = None
        self._contradicted_since_ns: int | None = None

    def read(self, t_ns: int, reading: PodReading, *, body: bool) -> None:
        """Take in a reading; ``body`` says whether it counts towards the baseline."""
        spm = cadence_spm(reading)
        self._watch_unit(t_ns, reading)
        self.latest_spm = spm
        if spm is None:
            return
        self._recent.append((t_ns, spm))
        if body and spm > 100.0:
            self._histogram[min(round(spm), 300)] += 1
            self._counted += 1

    def value(self, t_ns: int) -> float | None:
        """Return the median of the last five seconds, steps per minute."""
        recent = self._recent
        while recent and t_ns - recent[0][0] > SMOOTH_NS:
            recent.popleft()
        return sorted([spm for _, spm in recent])[len(recent) // 2] if recent else None

    def baseline_spm(self) -> float | None:
        """Return the median over the body of the race, or None while there is too little of it."""
        if self._counted < BASELINE_LEAST_S:
            return None
        left = self._counted / 2
        for spm, count in enumerate(self._histogram):
            left -= count
            if left <= 0:
                return float(spm)
        return None

    def contradicted(self, t_ns: int) -> bool:
        """Say whether the sensor has contradicted its profile's unit for more than ten seconds."""
        since = self._contradicted_since_ns
        return since is not None and (t_ns - since) / NS_PER_S > CONTRADICTED_AFTER_S

    def _watch_unit(self, t_ns: int, reading: PodReading) -> None:
        raw, unit = reading.cadence_raw, reading.cadence_unit
        if raw is None or unit is CadenceUnit.AUTO:
            return
        running = reading.speed_mps is not None and reading.speed_mps > RUNNING_MPS
        wrong = raw >= STEPS_FROM if unit is CadenceUnit.STRIDE else running and STRIDES_FROM <= raw <= STRIDES_TO
        if not wrong:
            self._contradicted_since_ns = None
        elif self._contradicted_since_ns is None:
            self._contradicted_since_ns = t_ns
