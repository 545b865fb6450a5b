"""How uncertain a position is, in the same words everywhere: its error, its laps, when "about".

A runner sees the line. As long as the truth lies no more than ``NEAR_M`` from what was announced,
or a quarter of the lap where laps are short, cue and place belong together: "last lap" comes in
sight of the line that is meant, and the cues for 200 m and 100 m to go, 100 m apart, are not
mistaken for each other. Beyond that the cue says "about". With 95 % of all cases within 1.96
standard deviations the border is at 26 m of standard deviation. Nothing that works comes near it:
where laps are marked the bell is known to some 3 m, by a calibrated pod alone over 5000 m to some
40 m.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final

SIGMAS_95: Final = 1.96
NEAR_M: Final = 50.0
NEAR_LAP_SHARE: Final = 0.25
ARRIVAL_PACE_SD: Final = 0.03
"""How far the pace to a place lies from that of the last half minute, relative, one standard
deviation. The laps of records vary by 1 %, those of tactical finals by 8 % (published splits:
Cheptegei 2020, Farah 2012); what it is worth in simulated races: docs/estimation.md."""


def half_width_m(sd_m: float) -> float:
    """Return half of the interval in which the truth lies in 95 of 100 cases."""
    return SIGMAS_95 * sd_m


def is_about(sd_m: float, lap_m: float) -> bool:
    """Return whether a position known to ``sd_m`` needs "about", in laps of ``lap_m``."""
    return half_width_m(sd_m) > _near_m(lap_m)


def laps(distance_m: float, sd_m: float, lines_m: Sequence[float], lap_m: float) -> tuple[int, int]:
    """Return the first and the last lap it may be, counted from 1, of as many as there are lines.

    They are the same where the lap is known: the truth lies in it in 95 of 100 cases, or no farther
    than ``NEAR_M`` outside: whoever is at the line sees it.
    """
    doubt_m = SIGMAS_95 * sd_m - _near_m(lap_m)
    if doubt_m <= 0.0:
        lap = lap_at(distance_m, lines_m)
        return lap, lap
    return lap_at(distance_m - doubt_m, lines_m), lap_at(distance_m + doubt_m, lines_m)


def lap_at(distance_m: float, lines_m: Sequence[float]) -> int:
    """Return the lap that is run at ``distance_m``, counted from 1; past the finish the last."""
    behind = bisect_right(lines_m, distance_m)
    return behind + 1 if behind < len(lines_m) else behind


def arrival_sd_s(eta_s: float, sd_m: float, speed_mps: float) -> float:
    """Return the standard deviation of the time until a place is reached.

    The place is known to ``sd_m``, and nobody's pace is even.
    """
    return math.hypot(sd_m / speed_mps, ARRIVAL_PACE_SD * eta_s)


def plus_minus(sd: float | None) -> str:
    """Return the error behind a number, "± 8": the truth is within in 95 of 100 cases.

    "± ?" where it is unknown.
    """
    return "± ?" if sd is None else f"± {max(SIGMAS_95 * sd, 1.0):.0f}"


def metres(metres_m: float, sd_m: float | None) -> str:
    """Return a distance with its error, "612 ± 8 m"."""
    return f"{metres_m:.0f} {plus_minus(sd_m)} m"


def to_go(to_go_m: float | None, sd_m: float | None) -> str:
    """Return what is left to run with its error, "612 ± 8 m to go"; a dash where it is unknown."""
    return "- m to go" if to_go_m is None else f"{metres(to_go_m, sd_m)} to go"


def _near_m(lap_m: float) -> float:
    return min(NEAR_M, NEAR_LAP_SHARE * lap_m)
