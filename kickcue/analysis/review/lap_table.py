"""The laps of a race or the kilometres of a run, off the distance curve."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import Final

from kickcue.analysis.review.body_readings import BodyReadings, Readings
from kickcue.analysis.review.model import Lap, TimedBy
from kickcue.analysis.review.race_curve import RaceCurve
from kickcue.analysis.review.race_time import RaceTime

FULL_LAP_M: Final = 1.0
FULL_LAP_SHARE: Final = 0.01
"""A watch ends a lap at the next record, a few metres late."""
LEAST_M: Final = 1.0
"""What is left over at the end is a lap of its own from here on."""
DRIFT_SHARE: Final = 0.03
"""A pod that was set right at a line is off by no more than this of the way since in 95 %
(docs/calibration.md; a judgement for other ways to measure)."""
BRIDGE_SHARE: Final = 0.01
"""The same of a pod that is set right at a line on either side: all that is left is how its scale
changes between them [judgement; holds in 95 % of simulated lines that nobody marked]."""
PACE_S: Final = 5.0


@dataclass(frozen=True, slots=True)
class LineTime:
    """When a line was passed, and by what that is known; ``error_s`` is half a 95 % interval."""

    line_m: float
    race_s: float
    by: TimedBy
    error_s: float | None


@dataclass(frozen=True, slots=True)
class Track:
    """What a lap table is made of."""

    curve: RaceCurve
    time: RaceTime
    body: BodyReadings


def laps(track: Track, lines: Sequence[LineTime], full_m: float) -> tuple[Lap, ...]:
    """Return the laps between ``lines``, the first of which is where it began.

    A lap counts as full where it is ``full_m`` long.
    """
    return tuple(
        _lap(track, number, before, after, full_m)
        for number, (before, after) in enumerate(pairwise(lines), 1)
    )


def _lap(track: Track, number: int, before: LineTime, after: LineTime, full_m: float) -> Lap:
    seconds, metres = after.race_s - before.race_s, after.line_m - before.line_m
    mps = metres / seconds if seconds > 0.0 else 0.0
    known = before.error_s is not None and after.error_s is not None
    return Lap(
        number=number,
        from_m=before.line_m,
        to_m=after.line_m,
        full=abs(metres - full_m) < max(FULL_LAP_M, FULL_LAP_SHARE * full_m),
        seconds=seconds,
        error_s=hypot(before.error_s or 0.0, after.error_s or 0.0) if known else None,
        timed_by=after.by,
        t_s=track.time.t_s(before.race_s),
        race_s=before.race_s,
        mps=mps,
        body=track.body.body(before.race_s, after.race_s, mps),
    )


def line_times(
    curve: RaceCurve, lines_m: Sequence[float], known: Sequence[LineTime], doubt: "Doubt"
) -> list[LineTime]:
    """Return when each line was passed that was reached, and where it ended, if that is no line.

    ``known``: the lines whose time somebody or something took, in order, the start the first.
    """
    by_line = {line.line_m: line for line in known}
    reached = [line_m for line_m in lines_m if line_m <= curve.to_m]
    found = [known[0]]
    for line_m in reached:
        race_s = curve.time_at(line_m)
        if line_m in by_line:
            found.append(by_line[line_m])
        elif race_s > found[-1].race_s:
            found.append(LineTime(line_m, race_s, TimedBy.ESTIMATE, doubt.error_s(line_m)))
    if found[-1].line_m in by_line and curve.to_m - found[-1].line_m < LEAST_M:
        return found
    if len(found) > 1 and curve.to_m - found[-1].line_m < LEAST_M:
        del found[-1]
    if curve.to_s > found[-1].race_s:
        found.append(LineTime(curve.to_m, curve.to_s, TimedBy.ESTIMATE, None))
    return found


class Doubt:
    """How well the time at a place is known that nobody timed.

    By what the engine reported when the runner was there, and by how far the next place lies that
    was timed.
    """

    def __init__(self, curve: RaceCurve, known: Sequence[LineTime], told: Readings) -> None:
        self._curve, self._known, self._told = curve, known, told

    def error_s(self, line_m: float) -> float | None:
        """Return half of the 95 % interval in seconds, None where nothing tells it."""
        race_s = self._curve.time_at(line_m)
        mps = self._curve.mps(race_s - PACE_S, race_s + PACE_S)
        if not mps:
            return None
        half_m = self._told.at(race_s)
        widths = [] if half_m is None else [half_m / mps]
        before = [line for line in self._known if line.line_m <= line_m and _is_timed(line)]
        after = [line for line in self._known if line.line_m > line_m and _is_timed(line)]
        beside = [*before[-1:], *after[:1]]
        if beside:
            share = BRIDGE_SHARE if before and after else DRIFT_SHARE
            far_m = min(abs(line_m - line.line_m) for line in beside)
            widths.append(max(line.error_s or 0.0 for line in beside) + share * far_m / mps)
        return min(widths, default=None)


def _is_timed(line: LineTime) -> bool:
    return line.error_s is not None
