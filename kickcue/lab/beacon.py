"""A simulated beacon beside the finish line, and what a receiver on the runner hears of it.

Signal strength falls with the logarithm of the distance (exponent 2 in the open, up to 2.5 near the
ground). The body takes 10 to 20 dB where it stands between: worn in front, behind the line; on the
back, before it; on the arm, a little all the time. Reflections make single readings fade as Rice
says (4 to 6 dB); people around make them wander by 2 dB along some metres. Advertisements are lost
in collisions and while the receiver serves its links, and below what it can hear. docs/beacon.md
has the sources.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from random import Random
from typing import Final

from kickcue.core.course import Course
from kickcue.core.events import BeaconReading
from kickcue.core.units import s_to_ns
from kickcue.lab.athlete import Truth
from kickcue.lab.normals import endless_normals
from kickcue.lab.pacing_profile import BEND_RADIUS_M

JITTER_S: Final = 0.010
"""advDelay, Bluetooth Core 5.4, Vol 6 Part B, 4.4.2.2.1."""
NEAREST_M: Final = 0.5
HIDES_DEG, HIDES_SD_DEG = 105.0, 12.0
"""The body begins to hide what is farther round than this."""
ALL_ROUND: Final = 0.3
WANDER_DB, WANDER_M = 2.0, 3.0
HEARD_DBM, HEARD_SD_DB = -95.0, 1.0
ROUNDING_DB: Final = 1e-6


class Worn(StrEnum):
    """Where the receiver is."""

    FRONT = "front"
    BACK = "back"
    ARM = "arm"


WORN: Final = (Worn.FRONT, Worn.FRONT, Worn.BACK, Worn.ARM)


@dataclass(frozen=True, slots=True)
class Beacon:
    """A beacon and its surroundings; of each pair one value is drawn for a race."""

    interval_s: float = 0.1
    aside_m: tuple[float, float] = (1.0, 5.0)
    """From the runner's line."""
    at_1_m_dbm: tuple[float, float] = (-65.0, -55.0)
    exponent: tuple[float, float] = (1.8, 2.6)
    body_db: tuple[float, float] = (10.0, 20.0)
    rice: tuple[float, float] = (0.0, 2.0)
    """Power of the direct way over all others; 0 is Rayleigh fading (5.6 dB), 2 has 4 dB."""
    lost: float = 0.25
    worn: tuple[Worn, ...] = WORN


def advertisements(
    random: Random, truth: Truth, course: Course, beacon: Beacon
) -> Iterator[BeaconReading]:
    """Yield what is heard of the beacon, from the gun on."""
    aside_m, level_dbm = random.uniform(*beacon.aside_m), random.uniform(*beacon.at_1_m_dbm)
    exponent, body_db, rice = (
        random.uniform(*beacon.exponent),
        random.uniform(*beacon.body_db),
        random.uniform(*beacon.rice),
    )
    worn = random.choice(beacon.worn)
    direct, scattered = math.sqrt(rice / (rice + 1.0)), math.sqrt(0.5 / (rice + 1.0))
    normal, uniform = endless_normals(random).__next__, random.random
    wander_db, before_m = normal() * WANDER_DB, 0.0
    t_s, duration_s = random.uniform(0.0, beacon.interval_s), truth.duration_s
    while t_s < duration_s:
        run_m = truth.distance_at(t_s)
        keep = math.exp(-(run_m - before_m) / WANDER_M)
        spread_db = WANDER_DB * math.sqrt(max(1.0 - keep * keep, 0.0))
        wander_db, before_m = keep * wander_db + normal() * spread_db, run_m
        wave = math.hypot(direct + normal() * scattered, normal() * scattered)
        if uniform() >= beacon.lost:
            heard_dbm = HEARD_DBM + normal() * HEARD_SD_DB
            x_m, y_m, heading = _place(run_m, course)
            away_m = math.hypot(x_m, y_m + aside_m)
            rssi_dbm = level_dbm - 10.0 * exponent * math.log10(max(away_m, NEAREST_M))
            fading_db = 20.0 * math.log10(max(wave, 1e-3))
            # Nearly always it is too far, whatever the body hides.
            if rssi_dbm + wander_db + fading_db > heard_dbm - ROUNDING_DB:
                ahead_m = -x_m * math.cos(heading) + (-aside_m - y_m) * math.sin(heading)
                rssi_dbm -= body_db * _hidden(worn, _bearing_deg(ahead_m / away_m))
                rssi_dbm = rssi_dbm + wander_db + fading_db
                if rssi_dbm > heard_dbm:
                    yield BeaconReading(s_to_ns(t_s), round(rssi_dbm))
        t_s += beacon.interval_s + JITTER_S * uniform()


def _hidden(worn: Worn, bearing_deg: float) -> float:
    """Return the share of the body's loss that a beacon in that direction suffers."""
    if worn is Worn.ARM:
        return ALL_ROUND
    seen_deg = bearing_deg if worn is Worn.FRONT else 180.0 - bearing_deg
    return 1.0 / (1.0 + math.exp(-(seen_deg - HIDES_DEG) / HIDES_SD_DEG))


def _bearing_deg(cosine: float) -> float:
    """Return how far round the beacon is (0 degrees: straight ahead)."""
    return math.degrees(math.acos(max(-1.0, min(1.0, cosine))))


def _place(run_m: float, course: Course) -> tuple[float, float, float]:
    """Return the place (m) and heading (rad) of a runner; the finish line is the origin."""
    if course.lap_m is None:
        return run_m - course.distance_m, 0.0, 0.0
    return on_track((run_m - course.first_crossing_m) % course.lap_m, course.lap_m)


def on_track(past_m: float, lap_m: float) -> tuple[float, float, float]:
    """Return the place (m) and heading (rad) of a runner so far past the finish line.

    The line is the origin, at the end of a straight.
    """
    radius_m = BEND_RADIUS_M * lap_m / 400.0
    bend_m = math.pi * radius_m
    straight_m = 0.5 * lap_m - bend_m
    half, m = divmod(past_m, 0.5 * lap_m)
    if m < bend_m:
        x_m, y_m, heading = (
            radius_m * math.sin(m / radius_m),
            radius_m * (1.0 - math.cos(m / radius_m)),
            m / radius_m,
        )
    else:
        x_m, y_m, heading = -(m - bend_m), 2.0 * radius_m, math.pi
    return (
        (x_m, y_m, heading)
        if half == 0.0
        else (-straight_m - x_m, 2.0 * radius_m - y_m, heading + math.pi)
    )
