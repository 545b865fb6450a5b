"""Which line a mark belongs to.

Several hypotheses (a Gaussian sum) are kept alive. Each mark splits every hypothesis into: it was this line (the nearest, and the
next nearest where that is possible at all), or it was nothing (a double press, a stray one). The weights follow from how well the
mark fits the joint belief, how many lines would have gone by unmarked, and how often marks are missing, doubled or stray
(``marks.py``). Some runners press where they started, not at the finish line: until the first mark decides it, that is a hypothesis
too. A line takes at most one mark. So a missed press costs nothing, a doubled one finds its line taken, and no single press moves the
count against strong evidence.
"""

import math
from collections.abc import Sequence

from kickcue.core.estimate.marks import MarkModel
from kickcue.core.estimate.track_filter import TrackFilter, merged, normal_density

MOST_HYPOTHESES = 6
LEAST_WEIGHT = 3e-4
MERGE_WITHIN_SD = 0.5
LEAST_DENSITY = 1e-30
START_LINE_SHARE = 0.02
"""Runners who press at their own start line and not at the finish line [judgement]."""


class LineBelief:
    """A weighted set of hypotheses over position, scale and last marked line."""

    def __init__(self, hypotheses: Sequence[TrackFilter], lines_m: tuple[float, ...], start_lines_m: tuple[float, ...] = ()) -> None:
        """``lines_m`` are the finish line's crossings in metres run, ``start_lines_m`` those of a start line that lies elsewhere."""
        self.hypotheses = list(hypotheses)
        self._lines_m = lines_m
        self._start_lines_m = start_lines_m
        self._last_mark_ns: int | None = None
        self.log_evidence = 0.0
        """How probable all marks so far have been, as the logarithm of a density; what a rival belief of the same marks is held against."""

    def copy(self) -> "LineBelief":
        """Return an independent copy, to come back to when a mark is taken back."""
        twin = LineBelief([h.copy() for h in self.hypotheses], self._lines_m, self._start_lines_m)
        twin._last_mark_ns, twin.log_evidence = self._last_mark_ns, self.log_evidence
        return twin

    def advance(self, dd_m: float, dt_s: float, var_m2: float) -> None:
        """Move every hypothesis by ``dd_m`` pod metres."""
        for h in self.hypotheses:
            h.advance(dd_m, dt_s, var_m2)

    def mark(self, t_ns: int, model: MarkModel, speed_mps: float, ahead: tuple[float, float]) -> None:
        """Take in a mark; ``ahead`` is how far the pod has run past its last count, (m, sd m)."""
        dd_m, dd_sd_m = ahead
        since_s = math.inf if self._last_mark_ns is None else (t_ns - self._last_mark_ns) * 1e-9
        again = since_s < model.doubled_within_s
        doubled_per_m = 0.0
        if again:
            doubled_per_m = model.doubled / (model.doubled_within_s * max(speed_mps, 1.0))
        late_m, late_sd_m = model.error(speed_mps)
        var_m2 = late_sd_m**2 + dd_sd_m**2
        branches: list[TrackFilter] = []
        for h in self.hypotheses:
            for lines_m, share in self._where(h):
                branches.extend(_tied(h, lines_m, share, model, (late_m, var_m2), dd_m))
            h.weight *= model.stray_after(h.strays, h.s) + doubled_per_m
            h.strays += not again
            branches.append(h)
        self.log_evidence += math.log(max(sum(h.weight for h in branches), LEAST_DENSITY))
        self.hypotheses = _pruned(branches)
        self._last_mark_ns = t_ns

    def _where(self, h: TrackFilter) -> tuple[tuple[tuple[float, ...], float], ...]:
        """Return where marks may be made under this hypothesis, each with its share of the runners."""
        if h.lines_m:
            return ((h.lines_m, 1.0),)
        if not self._start_lines_m:
            return ((self._lines_m, 1.0),)
        return ((self._lines_m, 1.0 - START_LINE_SHARE), (self._start_lines_m, START_LINE_SHARE))

    def moments(self, dd_m: float) -> tuple[float, float]:
        """Return mean and variance of the distance ``dd_m`` pod metres ahead of the last count."""
        if len(self.hypotheses) == 1:
            only = self.hypotheses[0]
            return only.s + only.scale * dd_m, max(only.variance_ahead(dd_m), 0.0)
        mean = square = 0.0
        for h in self.hypotheses:
            s = h.s + (1.0 + h.c + h.o) * dd_m
            variance = h.ss if dd_m == 0.0 else h.variance_ahead(dd_m)
            mean += h.weight * s
            square += h.weight * (variance + s * s)
        return mean, max(square - mean * mean, 0.0)

    @property
    def marked_m(self) -> float | None:
        """The last line that the heaviest hypothesis has tied to a mark, in metres run; None before the first."""
        heaviest = self.hypotheses[0]
        return heaviest.lines_m[heaviest.last_line] if heaviest.lines_m else None

    @property
    def skips_lines(self) -> bool:
        """Whether the heaviest hypothesis, after two marks or more, holds that a third of all lines or more had none."""
        heaviest = self.hypotheses[0]
        return heaviest.tied >= 2 and 3 * heaviest.tied <= 2 * (heaviest.last_line + 1)


def _tied(  # noqa: PLR0913, PLR0917  a mark is a time, an error and a model
    h: TrackFilter, lines_m: tuple[float, ...], share: float, model: MarkModel, late: tuple[float, float], dd_m: float
) -> list[TrackFilter]:
    """Return the hypotheses in which the mark belongs to one of ``lines_m``; each line that went by unmarked has its price."""
    late_m, var_m2 = late
    here = h.s + h.scale * dd_m - late_m
    spread = h.variance_ahead(dd_m) + var_m2
    reach = 6.0 * math.sqrt(spread)
    found: list[TrackFilter] = []
    missed = 1.0
    for n in range(h.last_line + 1, len(lines_m)):
        seen = model.seen_after(h.tied, n)
        off = lines_m[n] - here
        if off > reach:
            break
        odds = share * seen * missed
        missed *= 1.0 - seen
        if off < -reach or h.weight * odds * normal_density(off, spread) < LEAST_DENSITY:  # would only fill the list
            continue
        twin = h.copy()
        twin.weight *= odds * twin.see(lines_m[n] + late_m, var_m2, dd_m)
        twin.last_line, twin.lines_m, twin.tied = n, lines_m, h.tied + 1
        found.append(twin)
    return found


def _pruned(branches: list[TrackFilter]) -> list[TrackFilter]:
    """Return at most ``MOST_HYPOTHESES``, heaviest first, weights summing to one, near twins merged."""
    branches.sort(key=lambda h: -h.weight)
    total = sum(h.weight for h in branches)
    kept: list[TrackFilter] = []
    for h in branches:
        if h.weight < LEAST_WEIGHT * total:
            break
        twin = next((i for i, k in enumerate(kept) if _alike(k, h)), None)
        if twin is not None:
            kept[twin] = merged(kept[twin], h)
        elif len(kept) < MOST_HYPOTHESES:
            kept.append(h)
    kept.sort(key=lambda h: -h.weight)
    total = sum(h.weight for h in kept)
    for h in kept:
        h.weight /= total
    return kept


def _alike(a: TrackFilter, b: TrackFilter) -> bool:
    sd = math.sqrt(max(a.ss, 1e-9))
    return (
        a.last_line == b.last_line
        and a.lines_m == b.lines_m
        and abs(a.s - b.s) < MERGE_WITHIN_SD * sd
        and 0.25 < a.ss / max(b.ss, 1e-9) < 4.0
    )
