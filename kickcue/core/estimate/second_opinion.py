"""What to believe when the marks and the pod contradict each other.

Marks that fit no line are taken for strays, which is right as long as the pod is a pod. It may also have been left on the bench, or count
miles as kilometres, or belong to somebody half as tall. Keeping such hypotheses alive in every race would widen every interval and
endanger the count; so they are only consulted when marks fit nothing, or fit only every other line. Then the marks are judged again: by
the clock alone since the last that fitted, where the pod has lain still since; else from the gun on, with other scales. What makes the
marks far more probable than strays would be takes over.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from kickcue.core.estimate.lines import LineBelief
from kickcue.core.estimate.marks import MarkModel
from kickcue.core.estimate.odometer import COUNT_NOISE_M, Odometer
from kickcue.core.estimate.track_filter import TrackFilter
from kickcue.core.units import MILE_M, NS_PER_S

FAR_OFF_SHARE: Final = 0.002
"""One race in five hundred is run with a pod that is off by more than a quarter [judgement]."""
STILL_SHARE: Final = 0.5
"""A pod that counts nothing while its owner is in a race and marks a lap: the owner stands, or the pod does [judgement]."""
SURE: Final = 0.95
FAR_OFF: Final = ((1.0, 0.2), (MILE_M / 1000.0, 0.1), (1000.0 / MILE_M, 0.1))
"""Scales, true metres per metre of the pod, with their spread: badly set up; miles taken for kilometres; the other way round."""
MOST_TIED: Final = 0.75
"""A strange scale must give so many of the marks a line: one that only fits now and then fits by chance."""
LEAST_SCALE, MOST_SCALE = 0.53, 1.85
"""Half and double are left out: with them, presses at any private place of a lap would find a line each."""
STEP_S: Final = 5.0
MOST_STEPS: Final = 2880
"""Four hours of ``STEP_S``. What lasts longer, or only seems to because a clock was set, is gone through in longer steps."""
APART_S: Final = 6.0
"""A mark within so many seconds of another one is a double press and no further evidence."""


class Marked(NamedTuple):
    """A mark as it came: when, what such a mark is worth, and what the pod had counted by then."""

    t_ns: int
    model: MarkModel
    pod_m: float


class Anchor(NamedTuple):
    """The last moment at which marks and pod agreed: the gun, or a mark that was tied to a line. ``belief`` is that of then."""

    t_ns: int
    pod_m: float
    belief: LineBelief


def without_pod(marks: Sequence[Marked], anchor: Anchor, odometer: Odometer, gun_ns: int) -> LineBelief:
    """Return what ``marks``, all after the anchor, make of a race on the clock alone; a fresh ``odometer`` is taken along to the last."""
    belief = anchor.belief.copy()
    odometer.catch_up(anchor.t_ns)
    for mark in marks:
        step = odometer.catch_up(mark.t_ns)
        assert step is not None
        belief.advance(*step)
        before = belief.marked_m
        belief.mark(mark.t_ns, mark.model, odometer.planned_mps, (0.0, 0.0))
        if belief.marked_m is not None and belief.marked_m != before:
            odometer.learn_pace(belief.marked_m * NS_PER_S / (mark.t_ns - gun_ns))
    return belief


def far_off(marks: Sequence[Marked], gun: Anchor, over_lines: Callable[[list[TrackFilter]], LineBelief]) -> LineBelief | None:
    """Return the belief of a pod whose scale is far off, where all ``marks`` speak clearly for one; None where they do not.

    ``over_lines`` makes a belief at the gun of other hypotheses over the same lines.
    """
    share = 1.0 / len(FAR_OFF)
    strange = over_lines([TrackFilter.at_start(share, mean, mean * sd, start_var_m2=1.0) for mean, sd in FAR_OFF])
    usual = gun.belief.copy()
    for belief in (strange, usual):
        _replay(belief, marks, gun)
    heaviest = strange.hypotheses[0]
    single = sum((after.t_ns - before.t_ns) / NS_PER_S >= APART_S for before, after in pairwise(marks)) + 1
    plausible = LEAST_SCALE < heaviest.scale < MOST_SCALE and heaviest.tied >= MOST_TIED * single
    return strange if plausible and speaks_for(strange, usual, FAR_OFF_SHARE) else None


def speaks_for(strange: LineBelief, usual: LineBelief, share: float) -> bool:
    """Return whether the same marks make ``strange`` the belief to have; ``share`` is how many such races are."""
    odds = math.log(share / (1.0 - share)) + strange.log_evidence - usual.log_evidence
    return odds > math.log(SURE / (1.0 - SURE))


def _replay(belief: LineBelief, marks: Sequence[Marked], gun: Anchor) -> None:
    """Let the pod count evenly from mark to mark."""
    t_ns, pod_m = gun.t_ns, gun.pod_m
    step_s = max(STEP_S, (marks[-1].t_ns - t_ns) / NS_PER_S / MOST_STEPS)
    for mark in marks:
        dt_s = max((mark.t_ns - t_ns) / NS_PER_S, 1e-3)
        steps = math.ceil(dt_s / step_s)
        dd_m = mark.pod_m - pod_m
        for _ in range(steps):
            belief.advance(dd_m / steps, dt_s / steps, COUNT_NOISE_M**2 * dt_s / steps)
        belief.mark(mark.t_ns, mark.model, dd_m / dt_s * belief.hypotheses[0].scale, (0.0, 0.5))
        t_ns, pod_m = mark.t_ns, mark.pod_m
