"""What is known about a sensor, as data, and which profile an advertisement belongs to.

A profile says how a device differs from the Bluetooth SIG's text: the unit of its cadence, bytes
that lie, how long it may be silent. It is read from ``firmware_profiles/`` at the border
(``kickcue.config.profile_files``) and stands here as plain frozen values.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import Final, Self

from kickcue.core.errors import UsageError
from kickcue.core.gatt import short_uuid

SILENCE_OK_S: Final = 2.5
"""Straps and pods notify once a second: two notifications may go missing before the value is called
stale."""


class CadenceUnit(StrEnum):
    """What a sensor's cadence byte counts.

    AUTO: the number itself decides where it can (see ``readings.cadence_spm``).
    """

    STRIDE = "stride"
    STEP = "step"
    AUTO = "auto"


class Status(StrEnum):
    """How well a fact is known: read in a source or a recording, reported by users, or guessed."""

    SOURCE = "source"
    REPORT = "report"
    GUESS = "guess"


@dataclass(frozen=True, slots=True)
class FirmwareRange:
    """A range of firmware versions, e.g. ``>=1.15,<1.16``: every comparison must hold."""

    comparisons: tuple[tuple[str, tuple[int, ...]], ...]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read comparisons joined by commas; raise UsageError for anything else."""
        comparisons = []
        for part in text.split(","):
            found = re.fullmatch(r"\s*(>=|<=|==|<|>)\s*(\d+(?:\.\d+)*)\s*", part)
            if found is None:
                raise UsageError(
                    f"firmware range {text!r}: expected comparisons like '>=1.15,<1.16', got "
                    f"{part.strip()!r}"
                )
            comparisons.append((found[1], _version(found[2])))
        return cls(tuple(comparisons))

    def holds(self, firmware: str) -> bool:
        """Say whether the version lies in the range.

        A string that does not start with a version (``v`` allowed) lies in none.
        """
        found = re.match(r"\s*[vV]?(\d+(?:\.\d+)*)", firmware)
        return found is not None and all(
            _compare(_version(found[1]), sign, bound) for sign, bound in self.comparisons
        )


def _version(text: str) -> tuple[int, ...]:
    """Return the numbers without trailing zeros: 5.0.0 is 5."""
    numbers = [int(number) for number in text.split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def _compare(version: tuple[int, ...], sign: str, bound: tuple[int, ...]) -> bool:
    if version == bound:
        return "=" in sign
    return sign[0] == ("<" if version < bound else ">")


@dataclass(frozen=True, slots=True)
class Match:
    """One way to recognise a device: every key that is given must hold."""

    name: str | None = None
    """Shell pattern on the advertised name, upper and lower case alike."""
    adv_services: tuple[str, ...] = ()
    company_id: int | None = None
    manufacturer: str | None = None
    """Device Information 2A29, exactly."""
    model: str | None = None
    """Device Information 2A24, exactly."""
    firmware: FirmwareRange | None = None
    """Range on Device Information 2A26."""


@dataclass(frozen=True, slots=True)
class Provides:
    """One characteristic that kickcue reads from the device."""

    kind: str
    service: str
    char: str


@dataclass(frozen=True, slots=True)
class LinkTraits:
    """What a radio must know before it connects."""

    connections: int | None = None
    """How many centrals the device serves at once as it leaves the factory."""
    skip_services: tuple[str, ...] = ()
    only_services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class HeartRules:
    """How this sensor's 2A37 differs from the standard."""

    ignore_contact: bool = False
    """The contact bits are set, but mean nothing."""
    rr_unlike_bpm_factor: float | None = None
    """Drop beat-to-beat intervals that differ from the heart rate of the same notification by more
    than this factor."""


@dataclass(frozen=True, slots=True)
class PodRules:
    """How this sensor's 2A53 and 2ACD differ from the standard."""

    cadence_unit: CadenceUnit = CadenceUnit.AUTO
    reject_cadence_below: float = 0.0
    """Cadence as sent, 1/min: a smaller one is something else while the speed is above
    ``reject_above_mps``."""
    reject_above_mps: float = 0.0
    zero_cadence_is_unknown: bool = False
    """Cadence 0 while there is speed: the sensor lost the steps, the runner did not stop."""


@dataclass(frozen=True, slots=True)
class SensorProfile:
    """Everything kickcue knows about one kind of sensor."""

    id: str
    vendor: str
    name: str
    status: str
    sources: tuple[str, ...]
    matches: tuple[Match, ...] = ()
    generic: bool = False
    """True for the plain SIG profiles: they match nothing by themselves and serve whatever no
    device profile matches."""
    provides: tuple[Provides, ...] = ()
    silence_ok_s: float = SILENCE_OK_S
    optical: bool | None = None
    """Heart rate from light: slower, and may lock onto the cadence; None where nobody said."""
    link: LinkTraits = field(default_factory=LinkTraits)
    heart: HeartRules = field(default_factory=HeartRules)
    pod: PodRules = field(default_factory=PodRules)


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a device says about itself: name and services on air, and more once connected.

    The rest are the Device Information strings.
    """

    name: str | None
    services: tuple[str, ...]
    company_id: int | None = None
    manufacturer: str | None = None
    model: str | None = None
    firmware: str | None = None


@dataclass(frozen=True, slots=True)
class MatchResult:
    """The profile for an advertisement; ``why`` is a sentence for people on how it was chosen.

    ``generics`` is empty when a device profile matched. Otherwise it holds the SIG profile of every
    service that kickcue reads, and ``profile`` is the first of them, or None when there is none.
    """

    profile: SensorProfile | None
    generics: tuple[SensorProfile, ...]
    why: str

    @property
    def fell_back(self) -> bool:
        """Say whether no device profile matched."""
        return bool(self.generics)


def holds(block: Match, advert: Advertisement) -> bool:
    """Say whether every key of the block holds.

    A key about something the advertisement does not tell does not hold.
    """
    if block.name is not None and not _is_named(advert, block.name):
        return False
    if not set(block.adv_services) <= {short_uuid(service) for service in advert.services}:
        return False
    if block.firmware is not None and (
        advert.firmware is None or not block.firmware.holds(advert.firmware)
    ):
        return False
    pairs = (
        (block.company_id, advert.company_id),
        (block.manufacturer, advert.manufacturer),
        (block.model, advert.model),
    )
    return all(wanted is None or wanted == seen for wanted, seen in pairs)


def _is_named(advert: Advertisement, pattern: str) -> bool:
    return advert.name is not None and fnmatchcase(advert.name.lower(), pattern.lower())


def match(profiles: Iterable[SensorProfile], advert: Advertisement) -> MatchResult:
    """Return the one profile for the advertisement, or the generic ones for its services.

    Two device profiles that both match raise UsageError: one of the two claims too much.
    """
    known = tuple(profiles)
    matching = [
        profile for profile in known if any(holds(block, advert) for block in profile.matches)
    ]
    title = repr(advert.name) if advert.name is not None else "an unnamed device"
    if len(matching) > 1:
        names = " and ".join(profile.id for profile in matching)
        raise UsageError(
            f"{title} matches several profiles ({names}): one needs a narrower [[match]] block"
        )
    if matching:
        return MatchResult(matching[0], (), f"{title} is {matching[0].id}")
    generics = _generics(known, advert)
    if not generics:
        return MatchResult(
            None, (), f"{title} is unknown and offers no service that kickcue can read"
        )
    names = " and ".join(profile.id for profile in generics)
    return MatchResult(
        generics[0], generics, f"{title} is unknown: read by the plain Bluetooth standard ({names})"
    )


def _generics(known: Iterable[SensorProfile], advert: Advertisement) -> tuple[SensorProfile, ...]:
    """Return the SIG profile of every service on offer that is worth reading by itself."""
    services = {short_uuid(service) for service in advert.services}
    return tuple(
        profile
        for profile in known
        if profile.generic
        and any(offer.service in services and offer.kind != "battery" for offer in profile.provides)
    )
