"""Which profile reads a sensor that the page has connected, as pairing on a computer finds it."""

from collections.abc import Mapping
from typing import Any, Final

from kickcue.core.profiles import Advertisement, SensorProfile, match
from kickcue.standalone.plain_values import made
from kickcue.standalone.race_setup import SENSORS, Catalogue

READS: Final[Mapping[str, str]] = {"pod": "rsc", "strap": "hr", "treadmill": "treadmill"}
"""What each sensor of the page is there for."""
_STRINGS: Final = ("name", "manufacturer", "model", "firmware")


def profile_of(catalogue: Catalogue, sensor: str, about: Mapping[str, Any]) -> str:
    """Return the id of the profile for a sensor: its device's own, else that of the standard.

    ``about`` has what the device says: its name, its services, and of Device Information
    manufacturer, model and firmware, each None where it does not. UsageError where two profiles
    claim the device.
    """
    known = {
        each["profile"]["id"]: made(SensorProfile, each["profile"])
        for each in catalogue.profiles.values()
    }
    strings = {key: about.get(key) for key in _STRINGS}
    found = match(known.values(), Advertisement(services=tuple(about["services"]), **strings))
    profile = found.profile
    if profile is None or found.fell_back or not _reads(profile, sensor):
        return SENSORS[sensor]
    return profile.id


def _reads(profile: SensorProfile, sensor: str) -> bool:
    return any(offer.kind == READS[sensor] for offer in profile.provides)
