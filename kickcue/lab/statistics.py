"""Many outcomes as a few figures."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from kickcue.lab.oracle import Bound


@dataclass(frozen=True, slots=True)
class Outcome:
    """One race: seconds from the true bell to the touch (None: it never came), and more.

    Also how often the truth lay in the 95 % interval, and the baselines.

    ``late_felt`` and ``double_felt`` count touches after their deadline or a second time, over a
    faultless link and over a bad one. ``about``: the bell that was felt said "about". ``pressed``:
    a lap press had come before the true bell. Of so many ``lines`` some were ``marked``; ``strays``
    are marks of no line.
    """

    seed: int
    error_s: float | None
    half_lap_s: float
    covered: float
    cues: int
    baseline_errors_s: dict[str, float | None]
    late_felt: int = 0
    double_felt: int = 0
    about: bool = False
    pressed: bool = False
    lines: int = 0
    marked: int = 0
    strays: int = 0
    slept_over: bool = False
    """The machine slept from the bell until half of the last lap was gone."""
    bound: Bound | None = None
    """What the best filter would have made of it, where that was asked."""
    untold: Bound | None = None
    """...and the best one that is not told which line a press is of, where there are presses."""

    @property
    def unwarned(self) -> bool:
        """Whether the bell came on a wrong lap as if it were certain."""
        return is_wrong_lap(self.error_s, self.half_lap_s) and not self.about


def is_wrong_lap(error_s: float | None, half_lap_s: float) -> bool:
    """Return whether a bell that came was more than half a lap off."""
    return error_s is not None and abs(error_s) > half_lap_s


@dataclass(frozen=True, slots=True)
class Summary:
    """Many races of one kind.

    ``median_s``, ``p95_s`` and ``max_s`` are absolute errors of the races in which the cue came.
    """

    races: int
    median_s: float | None
    p95_s: float | None
    max_s: float | None
    wrong_lap: int
    never: int
    coverage95: float | None
    late_felt: int | None = None
    double_felt: int | None = None
    unwarned: int | None = None
    marked: float | None = None
    """Share of the lines that were marked; None where nobody marks any."""
    strays: float | None = None
    """Share of the marks that are of no line."""
    slept_over: int | None = None
    """Races among those of ``never`` in which the machine slept over the bell."""


def summary(outcomes: Iterable[Outcome], baseline: str | None = None) -> Summary:
    """Return the figures of kickcue, or of a baseline on the same bytes; the order is no matter."""
    rows = sorted(outcomes, key=lambda o: o.seed)
    errors = [o.error_s if baseline is None else o.baseline_errors_s[baseline] for o in rows]
    came = np.abs([e for e in errors if e is not None])
    wrong = sum(is_wrong_lap(e, o.half_lap_s) for e, o in zip(errors, rows, strict=True))
    median_s, p95_s, max_s = (
        (float(q) for q in np.quantile(came, (0.5, 0.95, 1.0))) if len(came) else (None, None, None)
    )
    found = Summary(len(rows), median_s, p95_s, max_s, wrong, errors.count(None), None)
    if baseline is not None:
        return found
    coverage = float(np.mean([o.covered for o in rows])) if rows else None
    lines = sum(o.lines for o in rows)
    marked, strays = sum(o.marked for o in rows), sum(o.strays for o in rows)
    return replace(
        found,
        coverage95=coverage,
        late_felt=sum(o.late_felt for o in rows),
        double_felt=sum(o.double_felt for o in rows),
        unwarned=sum(o.unwarned for o in rows),
        marked=marked / lines if marked else None,
        strays=strays / (marked + strays) if marked else None,
        slept_over=sum(o.error_s is None and o.slept_over for o in rows),
    )
