"""Many outcomes as a few figures."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from kickcue.lab.oracle import Bound


@dataclass(frozen=True, slots=True)
class Outcome:
    """One race: seconds from the true bell to the touch (None: it never came), how often the truth lay in the 95 % interval, baselines.

    ``late_felt`` and ``double_felt`` count touches after their deadline or a second time, over a faultless link and over a bad one.
    """

    seed: int
    error_s: float | None
    half_lap_s: float
    covered: float
    cues: int
    baseline_errors_s: dict[str, float | None]
    late_felt: int = 0
    double_felt: int = 0
    bound: Bound | None = None
    """What the best filter would have made of it, where that was asked."""
    untold: Bound | None = None
    """...and the best one that is not told which line a press is of, where there are presses."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Many races of one kind. ``median_s``, ``p95_s`` and ``max_s`` are absolute errors of the races in which the cue came."""

    races: int
    median_s: float | None
    p95_s: float | None
    max_s: float | None
    wrong_lap: int
    never: int
    coverage95: float | None
    late_felt: int | None = None
    double_felt: int | None = None


def summary(outcomes: Iterable[Outcome], baseline: str | None = None) -> Summary:
    """Return the figures of kickcue, or of one of the baselines on the same bytes; in whatever order the outcomes come."""
    rows = sorted(outcomes, key=lambda o: o.seed)
    errors = [o.error_s if baseline is None else o.baseline_errors_s[baseline] for o in rows]
    came = np.abs([e for e in errors if e is not None])
    wrong = sum(e is not None and abs(e) > o.half_lap_s for e, o in zip(errors, rows, strict=True))
    median_s, p95_s, max_s = (float(q) for q in np.quantile(came, (0.5, 0.95, 1.0))) if len(came) else (None, None, None)
    found = Summary(len(rows), median_s, p95_s, max_s, wrong, errors.count(None), None)
    if baseline is not None:
        return found
    coverage = float(np.mean([o.covered for o in rows])) if rows else None
    late, doubled = sum(o.late_felt for o in rows), sum(o.double_felt for o in rows)
    return replace(found, coverage95=coverage, late_felt=late, double_felt=doubled)
