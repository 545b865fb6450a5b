"""Cadence in steps per minute: smoothed, against the body of the race, and its unit watched.

Which unit a reading is in, ``readings.cadence_spm`` decides from one reading where it can. A pod
does not change its unit in a race, so what it proved once decides the numbers that could be either
(``UnitWatch``); that it contradicts its own profile for long is reported.
"""

from collections import deque
from typing import Final

from kickcue.core.profiles import CadenceUnit
from kickcue.core.readings import PodReading, cadence_spm, unit_shown
from kickcue.core.sensors.bursts import Burst
from kickcue.core.units import NS_PER_S, STEPS_PER_STRIDE

_AUTO, _STEP = CadenceUnit.AUTO, CadenceUnit.STEP  # each reading asks
MEDIAN_WINDOW_NS: Final = 5 * NS_PER_S
"""The cadence shown is the median of so long."""
CONTRADICTED_AFTER_S: Final = 10.0
"""A unit against the profile's is reported after so long [judgement]."""
PROVED_BY_READINGS: Final = 3
"""So many more readings for one unit than for the other settle it: one can be a corrupt frame."""
MAX_BALANCE_READINGS: Final = 10
"""A pod that was set to its other unit is read in that after at most twice so many readings."""
MIN_BASELINE_READINGS: Final = 60
"""A minute of running, before a baseline is worth comparing with."""
SPIKE_RATIO: Final = 1.2
"""Between two readings nobody changes the turnover by a fifth [judgement]: the quickest kick known
gained 14 % in a minute."""
CONFIRMED_AFTER_NS: Final = 2 * NS_PER_S
"""But people stop and start: a value that lasts so long is accepted."""
SILENCE_NS: Final = 3 * NS_PER_S
"""What comes after such a silence may have been queued in it."""
MAX_READINGS: Final = 128
"""No pod sends more within ``MEDIAN_WINDOW_NS``: of a flood the latest are kept."""


class UnitWatch:
    """Learns the cadence unit of one pod from its own numbers."""

    __slots__ = ("_balance", "contradicted_since_ns")

    def __init__(self) -> None:
        self._balance = 0
        self.contradicted_since_ns: int | None = None

    def spm(self, t_ns: int, reading: PodReading) -> float | None:
        """Update by a reading; return its cadence in steps per minute.

        None where it has none or its unit cannot be known.
        """
        shown, raw = unit_shown(reading), reading.cadence_raw
        if shown is None or raw is None:
            if raw == 0:  # standing: what comes after need not be what was before
                self.contradicted_since_ns = None
            return cadence_spm(reading, self.proved)
        if shown is reading.cadence_unit or reading.cadence_unit is _AUTO:
            self.contradicted_since_ns = None
        elif self.contradicted_since_ns is None:
            self.contradicted_since_ns = t_ns
        if shown is _STEP:
            if self._balance < MAX_BALANCE_READINGS:
                self._balance += 1
            return raw
        if self._balance > -MAX_BALANCE_READINGS:
            self._balance -= 1
        return raw * STEPS_PER_STRIDE

    @property
    def proved(self) -> CadenceUnit | None:
        """The unit that the readings so far have proved, if any."""
        if abs(self._balance) < PROVED_BY_READINGS:
            return None
        return CadenceUnit.STEP if self._balance > 0 else CadenceUnit.STRIDE

    def contradicted(self, t_ns: int) -> bool:
        """Return whether the pod has contradicted its profile's unit for more than ten seconds."""
        since = self.contradicted_since_ns
        return since is not None and (t_ns - since) / NS_PER_S > CONTRADICTED_AFTER_S


class Cadence:
    """The athlete's cadence now and in the body of the race, from whichever pod leads."""

    def __init__(self) -> None:
        self._recent: deque[tuple[int, float]] = deque(maxlen=MAX_READINGS)
        self._doubted: deque[tuple[int, float, bool]] = deque(maxlen=MAX_READINGS)
        self._received_ns: int | None = None
        self._burst = Burst()
        self._histogram = [0] * 301
        self._counted = 0
        self.latest_spm: float | None = None
        """The last plausible cadence, None where the last reading had none."""

    def update(self, t_ns: int, spm: float | None, *, body: bool) -> None:
        """Update by steps per minute; ``body``: it counts towards the baseline.

        Of a burst that was queued in a silence only the last is of now; all count towards the
        baseline.
        """
        if self._burst.head_ns is not None and self._burst.continues(t_ns):
            self._forget_since(self._burst.head_ns)
        elif self._received_ns is not None and t_ns - self._received_ns > SILENCE_NS:
            self._burst.start(t_ns)
        self._received_ns = t_ns
        if spm is None:
            self.latest_spm = None
            return
        if self._recent:
            before_ns, before_spm = self._recent[-1]
            if (
                spm > SPIKE_RATIO * before_spm or before_spm > SPIKE_RATIO * spm
            ) and t_ns - before_ns <= MEDIAN_WINDOW_NS:
                self._doubt(t_ns, spm, body=body)
                return
        if self._doubted:
            self._doubted.clear()
        self._accept(t_ns, spm, body=body)

    def switch_pod(self) -> None:
        """Forget the readings of the last seconds: they are of another pod.

        The baseline is the runner's and stays.
        """
        self._recent.clear()
        self._doubted.clear()

    def value(self, t_ns: int) -> float | None:
        """Return the median of the last five seconds, steps per minute."""
        recent = self._recent
        while recent and t_ns - recent[0][0] > MEDIAN_WINDOW_NS:
            recent.popleft()
        return sorted([spm for _, spm in recent])[len(recent) // 2] if recent else None

    def baseline_spm(self) -> float | None:
        """Return the median over the body of the race, or None while there is too little of it."""
        if self._counted < MIN_BASELINE_READINGS:
            return None
        left = self._counted / 2
        for spm, count in enumerate(self._histogram):
            left -= count
            if left <= 0:
                return float(spm)
        return None

    def _forget_since(self, head_ns: int | None) -> None:
        """Forget the readings from ``head_ns`` on: they were queued, and are older."""
        while head_ns is not None and self._recent and self._recent[-1][0] >= head_ns:
            self._recent.pop()
        self._doubted.clear()

    def _doubt(self, t_ns: int, spm: float, *, body: bool) -> None:
        """Hold a leap back until it is confirmed; till then the last accepted cadence holds."""
        if (
            self._doubted
            and not 1 / SPIKE_RATIO <= (spm + 1e-9) / (self._doubted[-1][1] + 1e-9) <= SPIKE_RATIO
        ):
            self._doubted.clear()
        self._doubted.append((t_ns, spm, body))
        if t_ns - self._doubted[0][0] >= CONFIRMED_AFTER_NS:
            for doubted_ns, doubted_spm, in_body in self._doubted:
                self._accept(doubted_ns, doubted_spm, body=in_body)
            self._doubted.clear()

    def _accept(self, t_ns: int, spm: float, *, body: bool) -> None:
        self.latest_spm = spm
        self._recent.append((t_ns, spm))
        if body and spm > 100.0:
            self._histogram[round(spm) if spm < 300.0 else 300] += 1
            self._counted += 1
