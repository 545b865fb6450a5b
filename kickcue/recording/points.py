"""One record of an activity, whatever format it came from, and the way between two."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_RADIUS_M: Final = 6_371_008.8  # mean radius, IUGG


@dataclass(frozen=True, slots=True)
class Point:
    """One record. ``time_ns`` counts from 1970, or from when the device was switched on.

    ``after_pause``: the recorder was stopped.
    """

    time_ns: int
    distance_m: float | None = None
    speed_mps: float | None = None
    cadence_per_min: float | None = None
    heart_rate_bpm: float | None = None
    stride_length_m: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    after_pause: bool = False


def great_circle_m(a: Point, b: Point) -> float:
    """Return the distance of two points that have positions.

    It is the haversine on a sphere: within 0.5 % of the ellipsoid.
    """
    assert (  # noqa: PT018  one fact
        a.lat_deg is not None
        and a.lon_deg is not None
        and b.lat_deg is not None
        and b.lon_deg is not None
    )
    lat_a, lat_b = radians(a.lat_deg), radians(b.lat_deg)
    half_lon = radians(b.lon_deg - a.lon_deg) / 2
    square = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin(half_lon) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(min(square, 1.0)))


def step_m(a: Point, b: Point) -> float | None:
    """Return how far the recorder went from one point to another; None: unknown.

    By its distance, else by their positions.
    """
    if a.distance_m is not None and b.distance_m is not None:
        return b.distance_m - a.distance_m
    if None in (a.lat_deg, a.lon_deg, b.lat_deg, b.lon_deg):
        return None
    return great_circle_m(a, b)


def way_m(points: Iterable[Point]) -> float:
    """Return the way from point to point, there and back; points without either are skipped."""
    telling = [point for point in points if point.distance_m is not None]
    telling = telling or [
        point for point in points if point.lat_deg is not None and point.lon_deg is not None
    ]
    return sum(abs(step_m(a, b) or 0.0) for a, b in pairwise(telling))
