"""Which line a mark belongs to: a mixture of hypotheses, each a Kalman filter.

Each mark splits every hypothesis into association hypotheses: it was of this line (for each line
within the gate), something had changed and it was of that one (``change_points.py``), or it was
clutter (a double press, a stray one). Their weights follow from how well the mark fits, from the
missed detections that it implies, and from how often marks are missing, doubled or stray
(``mark_models.py``). Some runners press where they started, or at a place of their own: until the
first marks decide it, these are hypotheses too. A line takes at most one mark. So a missed press
costs nothing, a doubled one finds its line taken, and no single press moves the count against
strong evidence.
"""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from kickcue.core.position.change_points import (
    Track,
    after_jump,
    at_private_line,
    changed_hypotheses,
    one_lap_back,
    split_by_speed_leap,
)
from kickcue.core.position.kalman_filter import POD_NOISE, KalmanFilter, drift_over, merged
from kickcue.core.position.line_association import (
    Observation,
    apply_missed_detections,
    associated,
)
from kickcue.core.position.mark_models import MarkModel
from kickcue.core.position.parameters import PARAMETERS, ProcessNoise
from kickcue.core.position.speed_leaps import SpeedLeap
from kickcue.core.units import NS_PER_S

MAX_COMPONENTS: Final = PARAMETERS.max_components
PRUNE_BELOW_WEIGHT: Final = PARAMETERS.prune_below_weight
MERGE_WITHIN_SDS: Final = PARAMETERS.merge_within_sds
MERGE_WITHIN_SCALE: Final = PARAMETERS.merge_within_scale
MIN_VARIANCE_M2: Final = 1e-12


class Component(NamedTuple):
    """One Gaussian of the mixture of positions: metres and square metres."""

    weight: float
    mean_m: float
    variance_m2: float


class GaussianMixture:
    """Weighted hypotheses over distance, scale and the last marked line; the heaviest first."""

    def __init__(self, hypotheses: Sequence[KalmanFilter], track: Track) -> None:
        self.hypotheses = list(hypotheses)
        self._track = track
        self._last_mark_ns: int | None = None

    def copy(self) -> "GaussianMixture":
        """Return an independent copy, to come back to when a mark is undone."""
        copy = GaussianMixture([h.copy() for h in self.hypotheses], self._track)
        copy._last_mark_ns = self._last_mark_ns
        return copy

    def predict(
        self, dd_m: float, dt_s: float, var_m2: float, noise: ProcessNoise = POD_NOISE
    ) -> None:
        """Move every hypothesis on by ``dd_m`` pod metres, known to ``var_m2``, in ``dt_s``."""
        keep, drift_variance, walk_variance = drift_over(dt_s, noise)
        for h in self.hypotheses:
            if h.clock_mps:  # it goes by another axis, of other noise
                h.predict(dd_m, dt_s, var_m2, noise)
            else:
                h.move(dd_m, var_m2, keep, drift_variance, walk_variance)

    def split_by_jump(self, jump_m: float, *, as_run: bool = False) -> None:
        """Split by a total that jumped forward by ``jump_m``: these metres were run, or not.

        ``as_run``: they are what is run in the time in which the total had stood still.
        """
        probably_run = as_run or jump_m > PARAMETERS.long_jump_m
        run = PARAMETERS.long_jump_run if probably_run else PARAMETERS.jump_run
        by_pod = [h for h in self.hypotheses if not h.clock_mps]
        moved = [after_jump(h, jump_m) for h in by_pod]
        for h in moved:
            h.weight *= run
        for h in by_pod:
            h.weight *= 1.0 - run
        self.hypotheses = _reduced([*self.hypotheses, *moved])

    def split_by_leap(self, leap: SpeedLeap) -> bool:
        """Split by a leap of the pod's speed: its scale has changed, or not.

        Return whether it has under the heaviest hypothesis.
        """
        heaviest = self.hypotheses[0]
        found: list[KalmanFilter] = []
        for h in self.hypotheses:
            found += [h] if h.clock_mps else split_by_speed_leap(h, leap)
        self.hypotheses = _reduced(found)
        return self.hypotheses[0].scale_leaps > heaviest.scale_leaps

    def update(
        self,
        t_ns: int,
        model: MarkModel,
        speed_mps: float,
        ahead: tuple[float, float],
        since_s: float = 0.0,
    ) -> None:
        """Update by a mark.

        ``ahead``: how far the pod has run past its last count (m, sd m), which is ``since_s`` ago.
        """
        last_ns, self._last_mark_ns = self._last_mark_ns, t_ns
        repeated = last_ns is not None and (t_ns - last_ns) / NS_PER_S < model.double_within_s
        observation = Observation(t_ns, model, speed_mps, *ahead, since_s, repeated)
        doubles_per_m = 0.0
        if repeated:
            within_m = model.double_within_s * max(speed_mps, 1.0)
            doubles_per_m = model.double_probability / within_m
        lap_m = self._track.lap_m
        found: list[KalmanFilter] = []
        for h in self.hypotheses:
            found += self._line_hypotheses(h, observation)
            strays_per_m = model.strays_after(h.stray_marks, h.distance_m / lap_m) / lap_m
            h.weight *= strays_per_m + doubles_per_m  # the clutter density
            h.stray_marks += not repeated
            if not repeated:
                apply_missed_detections(h, h.lines_m or self._track.lines_m, observation)
            found.append(h)
        self.hypotheses = _reduced(found)

    def _line_hypotheses(self, h: KalmanFilter, observation: Observation) -> list[KalmanFilter]:
        """Return the hypotheses in which the mark is of a line."""
        found: list[KalmanFilter] = []
        for lines_m, share in self._possible_lines(h):
            usual = associated(h, lines_m, share, observation)
            found += usual
            if not observation.repeated:
                unchanged = {each.last_line: each.weight for each in usual}
                found += changed_hypotheses(h, lines_m, share, observation, self._track, unchanged)
        if self._track.laps and not h.lines_m and not observation.repeated:
            found += at_private_line(h, observation, self._track)
        return found

    def _possible_lines(self, h: KalmanFilter) -> tuple[tuple[tuple[float, ...], float], ...]:
        """Return where marks may be made under this hypothesis, each with its share of runners."""
        if h.lines_m:
            return ((h.lines_m, 1.0),)
        lines_m, start_lines_m = self._track.lines_m, self._track.start_lines_m
        if not start_lines_m or h.last_line >= 0:
            return ((lines_m, 1.0),)
        share = PARAMETERS.start_line_share
        return ((lines_m, 1.0 - share), (start_lines_m, share))

    def deny_finish(self, dd_m: float, since_s: float, dd_var_m2: float) -> None:
        """Update by the fact that the finish is still ahead; arguments as in ``components``.

        As far as a hypothesis has the runner beyond it, it has counted a lap too many.
        """
        finish_m = self._track.lines_m[-1]
        lap_back = [one_lap_back(h, self._track) for h in self.hypotheses]
        components = self.components(dd_m, since_s, dd_var_m2)
        for h, back, component in zip(self.hypotheses, lap_back, components, strict=True):
            past_sds = (component.mean_m - finish_m) / math.sqrt(component.variance_m2)
            before_it = 0.5 * math.erfc(past_sds / math.sqrt(2.0))
            stays = before_it + PARAMETERS.finish_near_all_the_same * (1.0 - before_it)
            h.weight, back.weight = h.weight * stays, h.weight * (1.0 - stays)
            h.last_line = min(h.last_line, len(h.lines_m) - 2) if h.lines_m else h.last_line
        self.hypotheses = _reduced([*self.hypotheses, *lap_back])

    def components(self, dd_m: float, since_s: float, dd_var_m2: float = 0.0) -> list[Component]:
        """Return the positions ``since_s`` after the last count, the pod ``dd_m`` ahead of it.

        ``dd_var_m2`` is the variance of these pod metres.
        """
        found = []
        for h in self.hypotheses:
            mean_m, variance_m2 = h.predicted_position(dd_m, since_s, dd_var_m2)
            found.append(Component(h.weight, mean_m, max(variance_m2, MIN_VARIANCE_M2)))
        return found

    def moments(self, dd_m: float, since_s: float, dd_var_m2: float = 0.0) -> tuple[float, float]:
        """Return mean [m] and variance [m2] of the mixture of ``components``."""
        mean = square = 0.0
        if dd_m == since_s == dd_var_m2 == 0.0:  # at a reading, where all have just been moved
            for h in self.hypotheses:
                weight, mean_m = h.weight, h.distance_m
                mean += weight * mean_m
                square += weight * (h.p_ss + h.private_line_var_m2 + mean_m * mean_m)
            return mean, square - mean * mean if square > mean * mean else 0.0
        for h in self.hypotheses:  # at every event: no list of components is made for it
            mean_m, variance_m2 = h.predicted_position(dd_m, since_s, dd_var_m2)
            mean += h.weight * mean_m
            square += h.weight * (variance_m2 + mean_m * mean_m)
        return mean, square - mean * mean if square > mean * mean else 0.0

    @property
    def marked_line_m(self) -> float | None:
        """The last marked line (metres run) of the heaviest hypothesis; None before the first."""
        heaviest = self.hypotheses[0]
        return heaviest.lines_m[heaviest.last_line] if heaviest.lines_m else None


def _reduced(hypotheses: list[KalmanFilter]) -> list[KalmanFilter]:
    """Return the mixture reduced: pruned, merged, ``MAX_COMPONENTS`` at most, the heaviest first.

    Their weights sum to one.
    """
    hypotheses.sort(key=lambda h: -h.weight)
    total = math.fsum(h.weight for h in hypotheses)
    kept: list[KalmanFilter] = []
    for h in hypotheses:
        if h.weight < PRUNE_BELOW_WEIGHT * total:
            break
        alike = next((i for i, k in enumerate(kept) if _mergeable(k, h)), None)
        if alike is not None:
            kept[alike] = merged(kept[alike], h)
        elif len(kept) < MAX_COMPONENTS:
            kept.append(h)
    kept.sort(key=lambda h: -h.weight)
    total = math.fsum(h.weight for h in kept)
    for h in kept:
        h.weight /= total
    return kept


def _mergeable(a: KalmanFilter, b: KalmanFilter) -> bool:
    sd_m = math.sqrt(max(a.p_ss, 1e-9))
    return (
        a.last_line == b.last_line
        and a.regime is b.regime
        and a.clock_mps == b.clock_mps
        and a.lines_m == b.lines_m
        and abs(a.distance_m - b.distance_m) < MERGE_WITHIN_SDS * sd_m
        and 0.25 < a.p_ss / max(b.p_ss, 1e-9) < 4.0
        and abs(a.scale - b.scale) < MERGE_WITHIN_SCALE
    )
