"""Which line a mark belongs to.

Several hypotheses (a Gaussian sum) are kept alive. Each mark splits every hypothesis into: it was
this line (every line within the gate), something had changed and it was that one
(``change_points.py``), or it was nothing (a double press, a stray one). The weights follow from how
well the mark fits the joint belief, how many lines would have gone by unmarked, and how often marks
are missing, doubled or stray (``marks.py``). Some runners press where they started, or at a place
of their own: until the first marks decide it, these are hypotheses too. A line takes at most one
mark. So a missed press costs nothing, a doubled one finds its line taken, and no single press moves
the count against strong evidence.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from kickcue.core.position.change_points import (
    PRIORS,
    Track,
    at_private_place,
    by_leap,
    changed,
    lap_behind,
    leapt,
)
from kickcue.core.position.kalman_filter import POD_DRIFT, Drift, KalmanFilter, merged
from kickcue.core.position.line_association import Observation, associated, pay_for_unmarked
from kickcue.core.position.mark_models import MarkModel
from kickcue.core.position.speed_leaps import Leap
from kickcue.core.units import NS_PER_S

MOST_HYPOTHESES = 10
LEAST_WEIGHT = 3e-4
MERGE_WITHIN_SD = 0.5
SAME_SCALE = 0.02
"""Twins whose scales differ by more part again: it changed for one of them."""
LEAST_VARIANCE_M2 = 1e-12
START_LINE_SHARE = 0.02
"""Runners who press at their own start line and not at the finish line [judgement]."""


class Component(NamedTuple):
    """One Gaussian of the mixture of places: metres and square metres."""

    weight: float
    mean_m: float
    variance_m2: float


class GaussianMixture:
    """A weighted set of hypotheses over position, scale and last marked line."""

    def __init__(self, hypotheses: Sequence[KalmanFilter], track: Track) -> None:
        self.hypotheses = list(hypotheses)
        self._track = track
        self._last_mark_ns: int | None = None

    def copy(self) -> "GaussianMixture":
        """Return an independent copy, to come back to when a mark is taken back."""
        twin = GaussianMixture([h.copy() for h in self.hypotheses], self._track)
        twin._last_mark_ns = self._last_mark_ns
        return twin

    def advance(self, dd_m: float, dt_s: float, var_m2: float, drift: Drift = POD_DRIFT) -> None:
        """Move every hypothesis by ``dd_m`` pod metres, whose scale wanders like that."""
        for h in self.hypotheses:
            h.advance(dd_m, dt_s, var_m2, drift)

    def leap(self, leapt_m: float, *, as_run: bool = False) -> None:
        """Take in that the pod's total leapt forward by ``leapt_m``, which may have been run.

        ``as_run``: that is what is run in the time in which it had stood still.
        """
        sure = as_run or leapt_m > PRIORS.long_leap_m
        run = PRIORS.long_leap_run if sure else PRIORS.leap_run
        by_pod = [h for h in self.hypotheses if not h.clock_mps]
        both = [leapt(h, leapt_m) for h in by_pod]
        for h in both:
            h.weight *= run
        for h in by_pod:
            h.weight *= 1.0 - run
        self.hypotheses = _pruned([*self.hypotheses, *both])

    def rescale(self, leap: Leap) -> bool:
        """Take in that the pod's speed leapt: its scale may have become another one.

        Return whether the likeliest hypothesis has it so.
        """
        likeliest = self.hypotheses[0]
        found: list[KalmanFilter] = []
        for h in self.hypotheses:
            found += [h] if h.clock_mps else by_leap(h, leap)
        self.hypotheses = _pruned(found)
        return self.hypotheses[0].scale_leaps > likeliest.scale_leaps

    def mark(
        self,
        t_ns: int,
        model: MarkModel,
        speed_mps: float,
        ahead: tuple[float, float],
        since_s: float = 0.0,
    ) -> None:
        """Take in a mark.

        ``ahead``: how far the pod has run past its last count (m, sd m), which is ``since_s`` ago.
        """
        last_ns, self._last_mark_ns = self._last_mark_ns, t_ns
        repeated = last_ns is not None and (t_ns - last_ns) / NS_PER_S < model.doubled_within_s
        seen = Observation(t_ns, model, speed_mps, *ahead, since_s, repeated)
        doubled_per_m = 0.0
        if repeated:
            doubled_per_m = model.doubled / (model.doubled_within_s * max(speed_mps, 1.0))
        branches: list[KalmanFilter] = []
        for h in self.hypotheses:
            branches += self._explained(h, seen)
            stray_per_m = model.stray_after(h.strays, h.s / self._track.lap_m) / self._track.lap_m
            h.weight *= stray_per_m + doubled_per_m
            h.strays += not repeated
            if not repeated:
                pay_for_unmarked(h, h.lines_m or self._track.lines_m, seen)
            branches.append(h)
        self.hypotheses = _pruned(branches)

    def _explained(self, h: KalmanFilter, seen: Observation) -> list[KalmanFilter]:
        """Return the hypotheses in which the mark is of a line."""
        found: list[KalmanFilter] = []
        for lines_m, share in self._where(h):
            usual = associated(h, lines_m, share, seen)
            found += usual
            if not seen.repeated:
                unchanged = {each.last_line: each.weight for each in usual}
                found += changed(h, lines_m, share, seen, self._track, unchanged)
        if self._track.laps and not h.lines_m and not seen.repeated:
            found += at_private_place(h, seen, self._track)
        return found

    def _where(self, h: KalmanFilter) -> tuple[tuple[tuple[float, ...], float], ...]:
        """Return where marks may be made under this hypothesis, each with its share of runners."""
        if h.lines_m:
            return ((h.lines_m, 1.0),)
        lines_m, start_lines_m = self._track.lines_m, self._track.start_lines_m
        if not start_lines_m or h.last_line >= 0:
            return ((lines_m, 1.0),)
        return ((lines_m, 1.0 - START_LINE_SHARE), (start_lines_m, START_LINE_SHARE))

    def deny_finish(self, dd_m: float, since_s: float, dd_var_m2: float) -> None:
        """Take in that the finish is still ahead; arguments as in ``parts``.

        As far as a hypothesis has the runner beyond it, it has counted a lap too many.
        """
        finish_m = self._track.lines_m[-1]
        behind = [lap_behind(h, self._track) for h in self.hypotheses]
        parts = self.parts(dd_m, since_s, dd_var_m2)
        for h, twin, part in zip(self.hypotheses, behind, parts, strict=True):
            off_sd = (part.mean_m - finish_m) / math.sqrt(part.variance_m2)
            before_it = 0.5 * math.erfc(off_sd / math.sqrt(2.0))
            stays = before_it + PRIORS.denied_near * (1.0 - before_it)
            h.weight, twin.weight = h.weight * stays, h.weight * (1.0 - stays)
            h.last_line = min(h.last_line, len(h.lines_m) - 2) if h.lines_m else h.last_line
        self.hypotheses = _pruned([*self.hypotheses, *behind])

    def parts(self, dd_m: float, since_s: float, dd_var_m2: float = 0.0) -> list[Component]:
        """Return where one is ``since_s`` after the last count, the pod ``dd_m`` ahead of it.

        ``dd_var_m2`` is the variance of these pod metres.
        """
        found = []
        for h in self.hypotheses:
            mean_m, variance_m2 = h.place(dd_m, since_s, dd_var_m2)
            found.append(Component(h.weight, mean_m, max(variance_m2, LEAST_VARIANCE_M2)))
        return found

    def moments(self, dd_m: float, since_s: float, dd_var_m2: float = 0.0) -> tuple[float, float]:
        """Return mean and variance of the mixture of ``parts``."""
        mean = square = 0.0
        for h in self.hypotheses:  # at every event: no list of parts is made for it
            mean_m, variance_m2 = h.place(dd_m, since_s, dd_var_m2)
            mean += h.weight * mean_m
            square += h.weight * (variance_m2 + mean_m * mean_m)
        return mean, square - mean * mean if square > mean * mean else 0.0

    @property
    def marked_m(self) -> float | None:
        """The last line (metres run) that the heaviest hypothesis ties to a mark, None: not yet."""
        heaviest = self.hypotheses[0]
        return heaviest.lines_m[heaviest.last_line] if heaviest.lines_m else None


def _pruned(branches: list[KalmanFilter]) -> list[KalmanFilter]:
    """Return ``MOST_HYPOTHESES`` at most, heaviest first, weights normed, near twins merged."""
    branches.sort(key=lambda h: -h.weight)
    total = math.fsum(h.weight for h in branches)
    kept: list[KalmanFilter] = []
    for h in branches:
        if h.weight < LEAST_WEIGHT * total:
            break
        twin = next((i for i, k in enumerate(kept) if _alike(k, h)), None)
        if twin is not None:
            kept[twin] = merged(kept[twin], h)
        elif len(kept) < MOST_HYPOTHESES:
            kept.append(h)
    kept.sort(key=lambda h: -h.weight)
    total = math.fsum(h.weight for h in kept)
    for h in kept:
        h.weight /= total
    return kept


def _alike(a: KalmanFilter, b: KalmanFilter) -> bool:
    sd = math.sqrt(max(a.ss, 1e-9))
    return (
        a.last_line == b.last_line
        and a.regime is b.regime
        and a.clock_mps == b.clock_mps
        and a.lines_m == b.lines_m
        and abs(a.s - b.s) < MERGE_WITHIN_SD * sd
        and 0.25 < a.ss / max(b.ss, 1e-9) < 4.0
        and abs(a.scale - b.scale) < SAME_SCALE
    )
