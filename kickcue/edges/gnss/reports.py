"""What gpsd and Termux report of a position, as a Fix."""

import math
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from kickcue.core.events import Fix

GPSD_RADII: Final = math.sqrt(-2.0 * math.log(0.05))
"""gpsd's ``eph``, the radius that holds the truth in 95 of 100 cases, in standard deviations of one
direction: 2.45.

Its documentation leaves the share open ("certainty unknown"); where gpsd reckons it itself, from
the geometry of the satellites, its source states 95 %. Receivers that report their own often mean
fewer, so the standard deviation is too small then.
"""
ANDROID_RADII: Final = math.sqrt(-2.0 * math.log(0.32))
"""Android's accuracy is the radius that holds the truth in 68 of 100 cases: 1.51.

https://developer.android.com/reference/android/location/Location#getAccuracy()
"""
OLDEST_TERMUX_S: Final = 10.0
"""An older one is where the phone was before it was asked."""
A_FIX: Final = 2
"""``mode`` of gpsd: 2 without and 3 with height."""
FASTEST_MPS: Final = 1000.0


class Keys(NamedTuple):
    """What latitude, longitude and the radius of the error are called.

    Also how many standard deviations the radius is.
    """

    lat: str
    lon: str
    radius: str
    radii: float


GPSD: Final = Keys("lat", "lon", "eph", GPSD_RADII)
TERMUX: Final = Keys("latitude", "longitude", "accuracy", ANDROID_RADII)


def gpsd_fix(report: Mapping[str, Any], t_ns: int) -> Fix | None:
    """Return the Fix of a TPV report received at ``t_ns``, None where it has no position.

    Its age is for ``ages.py``.
    """
    mode = number(report.get("mode"))
    if mode is None or mode < A_FIX:
        return None
    return _fix(report, GPSD, t_ns, None)


def termux_fix(report: Mapping[str, Any], t_ns: int) -> Fix | None:
    """Return what ``termux-location`` printed at ``t_ns``, None where it has no position of now."""
    elapsed_ms = number(report.get("elapsedMs"))
    age_s = None if elapsed_ms is None else max(elapsed_ms / 1000, 0.0)
    if age_s is not None and age_s > OLDEST_TERMUX_S:
        return None
    return _fix(report, TERMUX, t_ns, age_s)


def number(value: Any) -> float | None:
    """Return a number out of JSON, None where it is none.

    Python reads NaN and numbers of any length, too.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        found = float(value)
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


def _fix(report: Mapping[str, Any], keys: Keys, t_ns: int, age_s: float | None) -> Fix | None:
    lat_deg, lon_deg, radius_m, speed_mps = (
        number(report.get(key)) for key in (keys.lat, keys.lon, keys.radius, "speed")
    )
    if lat_deg is None or lon_deg is None or abs(lat_deg) > 90.0 or abs(lon_deg) > 180.0:
        return None
    return Fix(
        t_ns,
        lat_deg,
        lon_deg,
        accuracy_m=None if radius_m is None or radius_m <= 0.0 else radius_m / keys.radii,
        speed_mps=None if speed_mps is None or not 0.0 <= speed_mps <= FASTEST_MPS else speed_mps,
        age_s=age_s,
    )
