"""The pod's pace with its lag taken out, and the metres by it.

The speed that a pod sends follows the runner's as a first-order lag, so each pair of speeds a
second apart tells the runner's own at the later one. The lag is that of the whole race and shows at
once while a runner gets up to speed; who knows how he did that knows the lag.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import numpy as np

from kickcue.lab.athlete import STEP_S, Truth
from kickcue.lab.sensors import Counted

STARTING_S: Final = 15
"""So long after the gun the lag is looked for: later the pace changes too little to show it."""

Samples = Sequence[tuple[int, Counted]]
"""Readings, each with the second that it is of."""


class PodPace:
    """The runner's pace by the pod, in the pod's metres, at each second of a reading."""

    def __init__(self, truth: Truth, samples: Samples) -> None:
        keep = _keep(truth, samples)
        self._mps = {0: 0.0}
        for (before, was), (second, sample) in pairwise(samples):
            lagging = second - before != 1
            freed_mps = (sample.speed_mps - keep * was.speed_mps) / (1.0 - keep)
            self._mps[second] = sample.speed_mps if lagging else freed_mps

    def at(self, second: int) -> float:
        """Return the pace then, in pod metres a second."""
        return self._mps[second]

    def metres(self, before: int, second: int) -> float:
        """Return the pod's metres from one reading to the next.

        The simulated runner moves in steps of ``STEP_S``, each at the pace of its beginning.
        """
        was, now = self._mps[before], self._mps[second]
        return (0.5 * (was + now) - 0.5 * STEP_S * (now - was)) * (second - before)


def _keep(truth: Truth, samples: Samples) -> float:
    """Return what a second leaves of a difference between the pod's speed and the runner's.

    Least squares of speed = keep * speed before + gain * the runner's own.
    """
    starting = [(a, b) for a, b in pairwise(samples) if b[0] <= STARTING_S]
    before = [[was.speed_mps, truth.speed_at(second)] for (_, was), (second, _) in starting]
    now = [sample.speed_mps for _, (_, sample) in starting]
    return float(np.linalg.lstsq(np.array(before), np.array(now), rcond=None)[0][0])
