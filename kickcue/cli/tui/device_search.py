"""From a device found to a sensor of the race: who reads it, and how it is known again."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kickcue.cli.tui.formatting import reads
from kickcue.cli.tui.nearby import address_changes, sent_by
from kickcue.cli.tui.prompts import Wanted
from kickcue.config.profile_files import load_profiles
from kickcue.config.settings import SensorPin
from kickcue.core.profiles import SensorProfile
from kickcue.edges.radio import RadioError, Sighting, looked_into, looking_around

LOOK_S: Final = 20.0
"""How long an address is looked for: a sensor that is awake is seen within a second or two."""
NAME_S: Final = 8.0
"""How long to wait for the name of one that is found: it comes in a packet of its own, and the
profile hangs on it."""
LOOK_AGAIN_S: Final = 0.2

Seen = Callable[[], tuple[Sighting, ...]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One sensor of the race, found."""

    sensor: str
    title: str
    pin: SensorPin


def profile_for(sighting: Sighting, wanted: Wanted) -> SensorProfile | None:
    """Return the profile that reads the wanted quantity from the device, None where none does."""
    found = sighting.found
    candidates: Iterable[SensorProfile | None] = (
        found.generics if found.fell_back else (found.profile,)
    )
    return next(
        (
            profile
            for profile in candidates
            if profile is not None and wanted.kinds & reads(profile)
        ),
        None,
    )


def pin_of(sighting: Sighting, profile: SensorProfile) -> SensorPin:
    """Return how the device is known again: by its address, or its name where that changes.

    RadioError where neither will do.
    """
    if not address_changes(sighting):
        return SensorPin(profile=profile.id, address=sighting.address)
    if sighting.name is None:
        raise RadioError(
            f"{sighting.address} has no name and a changing address, so it cannot be recognised "
            "again: choose another sensor"
        )
    return SensorPin(profile=profile.id, name=sighting.name)


def chosen(wanted: Wanted, sighting: Sighting) -> Chosen:
    """Return the device as the wanted sensor.

    RadioError where it sends nothing of the kind or cannot be known again.
    """
    profile = profile_for(sighting, wanted)
    if profile is None:
        sent = ", ".join(sent_by(sighting)) or "nothing that kickcue can read"
        raise RadioError(f"{sighting.address} is not a {wanted.sensor}: it sends {sent}")
    return Chosen(wanted.sensor, sighting.name or sighting.address, pin_of(sighting, profile))


class Search:
    """Looks for one address, for so long and no longer."""

    def __init__(self, wanted: Wanted, address: str, seen: Seen) -> None:
        self._wanted = wanted
        self._address = address
        self._seen = seen
        self._began_s = asyncio.get_running_loop().time()

    def look(self) -> Sighting | None:
        """Return the device once enough is known of it; RadioError when it took too long."""
        looked_s = asyncio.get_running_loop().time() - self._began_s
        sighting = next(
            (each for each in self._seen() if each.address.upper() == self._address.upper()), None
        )
        if sighting is not None and (sighting.name is not None or looked_s > NAME_S):
            return sighting
        if looked_s > LOOK_S:
            why = "is it worn and awake, and not connected to a watch or phone?"
            raise RadioError(
                f"{self._wanted.sensor} {self._address} not found within {LOOK_S:.0f} s: {why}"
            )
        return None


async def with_all_services(wanted: Wanted, sighting: Sighting, adapter: str | None) -> Sighting:
    """Return the device, looked into where its advertisement does not make it the wanted sensor.

    RadioError if that fails.
    """
    if profile_for(sighting, wanted) is not None:
        return sighting
    readers = [profile for profile in load_profiles().values() if wanted.kinds & reads(profile)]
    return await looked_into(sighting, readers, adapter=adapter)


async def find(wanted_addresses: Mapping[Wanted, str], adapter: str | None) -> list[Chosen]:
    """Return the devices of these addresses as the wanted sensors.

    RadioError where one is not found, or is no sensor.
    """
    async with looking_around(load_profiles().values(), adapter=adapter, all_devices=True) as seen:
        found = []
        for wanted, address in wanted_addresses.items():
            sighting = await _sighting(Search(wanted, address, seen))
            found.append(chosen(wanted, await with_all_services(wanted, sighting, adapter)))
        return found


async def _sighting(search: Search) -> Sighting:
    while (sighting := search.look()) is None:  # noqa: ASYNC110  the radio has no event for it
        await asyncio.sleep(LOOK_AGAIN_S)
    return sighting
