"""Whether the start was pressed after the gun, by the way that was run before the first line.

Between the later lines the sensors show how they measure. If from the start to the first line they
measured much less than that, the race had begun before the start was pressed.
"""

from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Final

from kickcue.analysis.review.lap_table import LineTime
from kickcue.analysis.review.race_curve import RaceCurve, Shape, shape_of
from kickcue.analysis.review.race_time import RaceTime
from kickcue.analysis.run_readings import RunReadings

LEAST_M: Final = 40.0
"""Less is an ordinary thumb, or a pod that begins to count late."""
LONGEST_S: Final = 120.0
FEWEST_LAPS: Final = 3
ALIKE_SHARE: Final = 0.025
"""The scale is known where two laps in three are within this of their median."""
SLIP_SHARE: Final = 0.05
"""A total that grew by so much less than the speeds add up to has slipped."""


def late_start_s(
    known: Sequence[LineTime], shape: Shape, readings: RunReadings, time: RaceTime
) -> float | None:
    """Return by how much the start was late, None where nothing says that it was."""
    if not shape or len(known) < FEWEST_LAPS + 2:
        return None
    way = RaceCurve(shape.knots)
    scale = _scale(known[1:], way)
    first = known[1]
    run_m = way.at(first.race_s) - way.at(0.0)
    if scale is None or run_m <= 0.0 or _slipped(readings, time, first.race_s):
        return None
    missing_m = first.line_m - scale * run_m
    late_s = missing_m * first.race_s / (scale * run_m)
    return late_s if missing_m >= LEAST_M and late_s <= LONGEST_S else None


def _scale(lines: Sequence[LineTime], way: RaceCurve) -> float | None:
    """Return true metres for each of the sensors' between the lines, None where they differ."""
    scales = [
        (after.line_m - before.line_m) / run_m
        for before, after in pairwise(lines)
        if (run_m := way.at(after.race_s) - way.at(before.race_s)) > 0.0
    ]
    if len(scales) < FEWEST_LAPS:
        return None
    middle = median(scales)
    alike = [scale for scale in scales if abs(scale / middle - 1.0) <= ALIKE_SHARE]
    return middle if 3 * len(alike) >= 2 * len(scales) else None


def _slipped(readings: RunReadings, time: RaceTime, to_s: float) -> bool:
    """Tell whether the total grew by less than the speeds add up to, up to the first line."""
    total, speeds = (
        shape_of((time.at(t_ns), metres) for t_ns, metres in way).knots
        for way in (readings.totals, readings.way_by_speeds_m())
    )
    if len(total) < 2 or len(speeds) < 2:
        return False
    grown_m, run_m = (
        curve.at(to_s) - curve.at(0.0) for curve in (RaceCurve(total), RaceCurve(speeds))
    )
    whole = [way[-1][1] - way[0][1] for way in (total, speeds)]
    return whole[1] > 0.0 and grown_m < (1.0 - SLIP_SHARE) * run_m * whole[0] / whole[1]
