"""The columns of a review: a row a second."""

from bisect import bisect_right
from collections.abc import Sequence

from kickcue.analysis.review.body_readings import FRESH_S, step_m
from kickcue.analysis.review.lap_table import Track
from kickcue.analysis.review.model import Series
from kickcue.analysis.review.race_marks import estimated_m
from kickcue.core.events import Estimate
from kickcue.core.position.uncertainty import half_width_m
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.units import s_to_ns

MOST_ROWS = 100_000
"""A whole day has a row for each second. One stray event can lie a year after all others."""
SMOOTH_S = 2.5
"""Speed is the mean of so long before and after."""


def series(track: Track, estimates: Sequence[Estimate], *, moved: bool) -> Series:
    """Return the columns; ``moved``: whether anything measured how far the runner went."""
    last = int(track.curve.to_s)
    seconds = [float(second) for second in range(0, last + 1, last // MOST_ROWS + 1)]
    metres = [track.curve.at(race_s) if moved else None for race_s in seconds]
    speeds = [_mps(track, race_s) if moved else None for race_s in seconds]
    steps = [track.body.cadence.at(race_s) for race_s in seconds]
    told = _told(track, estimates, seconds)
    return Series(
        race_s=tuple(seconds),
        distance_m=tuple(metres),
        mps=tuple(speeds),
        cadence_spm=tuple(steps),
        step_m=tuple(step_m(mps, spm) for mps, spm in zip(speeds, steps, strict=True)),
        heart_rate_bpm=tuple(track.body.heart_rate.at(race_s) for race_s in seconds),
        error_m=tuple(half_m for _, half_m in told),
        offset_m=tuple(
            None if there_m is None or here_m is None else there_m - here_m
            for (there_m, _), here_m in zip(told, metres, strict=True)
        ),
    )


def _mps(track: Track, race_s: float) -> float | None:
    from_s, to_s = race_s - SMOOTH_S, race_s + SMOOTH_S
    if track.curve.straight_over(race_s - FRESH_S, race_s + FRESH_S):
        return None
    mps = track.curve.mps(from_s, to_s)
    return None if mps is None or mps > FASTEST_MPS else mps


def _told(
    track: Track, estimates: Sequence[Estimate], seconds: Sequence[float]
) -> list[tuple[float | None, float | None]]:
    """Return the distance that was reported at each second, and half of its 95 % interval."""
    times = [estimate.t_ns for estimate in estimates]
    found: list[tuple[float | None, float | None]] = []
    for race_s in seconds:
        t_ns = track.time.t_ns(race_s)
        after = bisect_right(times, t_ns)
        last = estimates[after - 1] if after else None
        if last is None or t_ns - last.t_ns > s_to_ns(FRESH_S):
            found.append((None, None))
            continue
        sd_m = last.distance_sd_m
        found.append((estimated_m(last, t_ns), None if sd_m is None else half_width_m(sd_m)))
    return found
