"""What radios and engines know, in a runner's words."""

from collections.abc import Iterable
from typing import Final

from kickcue.core.clock_format import clock
from kickcue.core.events import Mode
from kickcue.core.position.uncertainty import SIGMAS_95, plus_minus
from kickcue.core.profiles import SensorProfile

UNKNOWN: Final = "-"
WIDE_S, WIDE_SHARE = 10.0, 0.1
"""A moment known to this, with 95 %, or to this share of the time until then, is one moment; else a
window. 50 m take some 10 s."""
BARS: Final = "▂▄▆█"
BARS_FROM_DBM: Final = (-200, -82, -70, -58)
"""From how many dBm on there is one bar, two, ... A strap held to the machine is some -50 dBm,
across the track -85 [judgement]."""
SERVICES: Final = {
    "180d": "heart",
    "1814": "steps",
    "1826": "treadmill",
    "1819": "location",
    "180f": "battery",
    "1818": "power",
    "1816": "cycling",
}
"""Services by what they send; of other ones a runner has nothing."""
KNOWS_BY: Final = {
    Mode.MARKS: "your laps and the pod",
    Mode.POD_LEARNED: "the pod, calibrated by laps or earlier races",
    Mode.POD: "the pod only, no lap yet",
    Mode.CADENCE: "your cadence, no pod distance",
    Mode.CLOCK: "the clock only: a guess",
    Mode.NONE: "nothing yet",
}


def bars(rssi_dbm: int | None) -> str:
    """Return the signal as one to four bars, as wide in any case; blanks where it is unknown."""
    count = 0 if rssi_dbm is None else sum(rssi_dbm >= least for least in BARS_FROM_DBM)
    return f"{BARS[:count]:<{len(BARS)}}"


def sends(services: Iterable[str]) -> tuple[str, ...]:
    """Return what these services (short UUIDs) send, what kickcue reads first."""
    there = set(services)
    return tuple(word for service, word in SERVICES.items() if service in there)


def reads(profile: SensorProfile) -> frozenset[str]:
    """Return what kickcue reads from a device of this profile, in the words of ``sends``."""
    return frozenset(
        SERVICES[offer.service] for offer in profile.provides if offer.service in SERVICES
    )


def ago(seconds: float) -> str:
    """Return how long ago something was seen, in four columns at most."""
    return (
        "now"
        if seconds < 3
        else f"{seconds:.0f} s"
        if seconds < 60
        else f"{min(seconds / 60, 99):.0f} m"
    )


def minutes(seconds: float) -> str:
    """Return ``m:ss``, or ``h:mm:ss`` from an hour on."""
    return clock(max(int(seconds), 0))


def since_gun(seconds: float) -> str:
    """Return ``m:ss`` after the gun, with a minus before it."""
    return clock(int(seconds))


def coming(eta_s: float, sd_s: float | None) -> str:
    """Return when something comes, "1:23 ± 5 s".

    Where that is not known well it has the two ends: "about 1:23 (0:47 to 1:59)".
    """
    if sd_s is None:
        return f"about {minutes(eta_s)}"
    off_s = SIGMAS_95 * sd_s
    if off_s <= max(WIDE_S, WIDE_SHARE * eta_s):
        return f"{minutes(eta_s)} {plus_minus(sd_s)} s"
    return f"about {minutes(eta_s)} ({minutes(eta_s - off_s)} to {minutes(eta_s + off_s)})"


def which_lap(lap: int, least: int | None, most: int | None) -> str:
    """Return the lap, or those that it may be: "10", "10 or 11", "9 to 12"."""
    if least is None or most is None or least == most:
        return str(lap)
    return f"{least} {'or' if most - least == 1 else 'to'} {most}"


def pace(speed_mps: float | None) -> str:
    """Return minutes a kilometre; unknown below a walk, for it means nothing there."""
    return UNKNOWN if speed_mps is None or speed_mps < 0.7 else minutes(1000 / speed_mps + 0.5)


def whole(value: float | None) -> str:
    """Return a whole number, or a dash where it is unknown."""
    return UNKNOWN if value is None else f"{value:.0f}"
