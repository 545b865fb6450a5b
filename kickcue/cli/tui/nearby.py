"""The sensors around, in a calm order: numbers stay with their device, rows do not dance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kickcue.cli.tui.formatting import reads, sends
from kickcue.edges.radio import Sighting

SMOOTHING: Final = 0.3
"""How much of a new signal goes into the remembered one; single packets jump by 10 dB where nobody
moves [judgement]."""
STEP_DBM: Final = 4.0
"""Signals that differ by less are taken as the same strength and keep their order."""
STATIC: Final = 0b11


@dataclass(slots=True)
class Around:
    """One device with the number by which a person names it, and its smoothed signal."""

    number: int
    sighting: Sighting
    signal_dbm: float | None


class Surroundings:
    """Remembers who was seen: ``take`` what the radio has now, ``rows`` has the strongest first."""

    def __init__(self) -> None:
        self._known: dict[str, Around] = {}

    def take(self, sightings: Iterable[Sighting]) -> None:
        """Take in what was seen last."""
        for sighting in sightings:
            known = self._known.get(sighting.address)
            if known is None:
                self._known[sighting.address] = Around(
                    len(self._known) + 1, sighting, sighting.rssi_dbm
                )
            elif sighting != known.sighting:
                known.sighting = sighting
                known.signal_dbm = _smoothed(known.signal_dbm, sighting.rssi_dbm)

    def rows(self) -> list[Around]:
        """Return the devices, strongest first."""
        return sorted(
            self._known.values(),
            key=lambda row: (-round((row.signal_dbm or -200.0) / STEP_DBM), row.number),
        )


def _smoothed(before: float | None, now: float | None) -> float | None:
    return now if before is None or now is None else before + SMOOTHING * (now - before)


def sent_by(sighting: Sighting) -> tuple[str, ...]:
    """Return what the device sends, by its advertisement and by its profile.

    Not every device advertises all it has.
    """
    profile = sighting.found.profile
    known = set() if profile is None else reads(profile)
    advertised = sends(sighting.services)
    worn = () if sighting.watch is None else ("watch",)
    return (*worn, *advertised, *sorted(known - set(advertised)))


def profile_of(sighting: Sighting) -> str:
    """Return its profile's id, ``generic`` where it has none, a dash where kickcue has no use."""
    found = sighting.found
    if sighting.watch is not None and (found.profile is None or found.fell_back):
        return sighting.watch
    if sighting.beacons and found.profile is None:
        return sighting.beacons[0].kind
    return "-" if found.profile is None else "generic" if found.fell_back else found.profile.id


def address_changes(sighting: Sighting) -> bool:
    """Return whether the device takes a new address from time to time and cannot be known by it.

    Of random addresses, those with the top bits 11 ("static") stay (Bluetooth Core 5.4, Vol 6 Part
    B, 1.3.2.1). What is no such address (macOS shows a UUID in its place) stays as long as the
    machine remembers the device.
    """
    first = sighting.address.partition(":")[0]
    return bool(sighting.random_address) and len(first) == 2 and int(first, 16) >> 6 != STATIC


def as_json(row: Around, now_s: float, values: Sequence[tuple[str, Any]] = ()) -> dict[str, Any]:
    """Return a device for a program."""
    sighting = row.sighting
    found = sighting.found
    return {
        "address": sighting.address,
        "address_changes": address_changes(sighting),
        "name": sighting.name,
        "profile": None if found.profile is None else found.profile.id,
        "generic": found.fell_back,
        "watch": sighting.watch,
        "why": found.why,
        "rssi_dbm": sighting.rssi_dbm,
        "services": list(sighting.services),
        "sends": list(sent_by(sighting)),
        "seen_s_ago": round(max(now_s - sighting.seen_s, 0.0), 1),
        **({"beacons": [str(each) for each in sighting.beacons]} if sighting.beacons else {}),
        **({"values": dict(values)} if values else {}),
    }
