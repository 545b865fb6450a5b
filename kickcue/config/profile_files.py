"""The sensor profiles: each a file of ``firmware_profiles/sensors``, named after the id in it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kickcue.config import profile_schema as schema
from kickcue.config.profile_store import ProfileFile, ProfileStore, read_document
from kickcue.core.errors import UsageError
from kickcue.core.profiles import (
    SILENCE_OK_S,
    Advertisement,
    CadenceUnit,
    FirmwareRange,
    HeartRules,
    LinkTraits,
    Match,
    PodRules,
    Provides,
    SensorProfile,
    Status,
)


class SensorFile(ProfileFile[schema.ProfileDocument, SensorProfile]):
    """One sensor's profile with the file it came from."""

    __slots__ = ()


def load_profiles(extra: Sequence[Path] = ()) -> dict[str, SensorProfile]:
    """Return all profiles by id: shipped, the user's own, and the ``extra`` files.

    UsageError where one is not valid.
    """
    return {id_: file.profile for id_, file in SENSORS.files(extra).items()}


def load_profile(id_or_path: str) -> SensorProfile:
    """Return one profile, by its id or by the path of a TOML file.

    UsageError where there is none or it is not valid.
    """
    return SENSORS.file(id_or_path).profile


def profile_digest(id_or_path: str) -> str:
    """Return the SHA-256 of the profile's file in hex: by it a recording names its rules."""
    return SENSORS.file(id_or_path).digest


def read_profile_file(path: Path) -> SensorFile:
    """Read one file; UsageError names in one line what is wrong with it."""
    document, digest = read_document(path, schema.ProfileDocument)
    id_ = document.profile.id
    if path.stem != id_:
        raise UsageError(
            f"{path}: profile.id: expected {path.stem!r}, the file's name, got {id_!r}"
        )
    return SensorFile(path, digest, document, _to_core(document))


SENSORS: Final = ProfileStore("sensors", "sensor profile", read_profile_file)


def example_adverts(document: schema.ProfileDocument) -> list[Advertisement]:
    """Return the advertisements that the profile claims to match."""
    return [advert_of(it) for it in document.example]


def advert_of(example: schema.Example) -> Advertisement:
    """Return an example as the advertisement it is."""
    details = (example.company_id, example.dis_manufacturer, example.dis_model, example.fw)
    return Advertisement(example.name, tuple(example.services), *details)


def _to_core(document: schema.ProfileDocument) -> SensorProfile:
    head, link = document.profile, document.link
    hr = document.provides.hr
    traits = LinkTraits()
    if link is not None:
        traits = LinkTraits(link.connections, tuple(link.skip_services), tuple(link.only_services))
    return SensorProfile(
        id=head.id,
        vendor=head.vendor,
        name=head.name,
        status=Status(head.status),
        sources=tuple(head.sources),
        matches=tuple(to_match(block) for block in document.match),
        generic=head.generic,
        provides=_provides(document.provides),
        silence_ok_s=SILENCE_OK_S
        if link is None or link.silence_ok_s is None
        else link.silence_ok_s,
        optical=None if hr is None else hr.optical,
        link=traits,
        heart=_heart_rules(document),
        pod=_pod_rules(document),
    )


def to_match(block: schema.MatchBlock) -> Match:
    """Return a match block as the core has it."""
    return Match(
        name=block.name,
        adv_services=tuple(block.adv_services or ()),
        company_id=block.company_id,
        manufacturer=block.dis_manufacturer,
        model=block.dis_model,
        firmware=None if block.fw is None else FirmwareRange.parse(block.fw),
    )


def _provides(block: schema.ProvidesBlock) -> tuple[Provides, ...]:
    offers = {kind: getattr(block, kind) for kind in schema.ProvidesBlock.model_fields}
    return tuple(
        Provides(kind, offer.service, offer.char)
        for kind, offer in offers.items()
        if offer is not None
    )


def _heart_rules(document: schema.ProfileDocument) -> HeartRules:
    quirks = {quirk.effect: quirk for quirk in document.quirk}
    unlike = quirks.get("drop_rr_unlike_bpm")
    return HeartRules(
        ignore_contact="ignore_contact" in quirks,
        rr_unlike_bpm_factor=unlike.factor if isinstance(unlike, schema.DropRrUnlikeBpm) else None,
    )


def _pod_rules(document: schema.ProfileDocument) -> PodRules:
    quirks = {quirk.effect: quirk for quirk in document.quirk}
    rsc, reject = document.provides.rsc, quirks.get("reject_cadence_below")
    below, above = (
        (reject.value, reject.when_speed_above_mps)
        if isinstance(reject, schema.RejectCadenceBelow)
        else (0.0, 0.0)
    )
    return PodRules(
        cadence_unit=CadenceUnit.AUTO if rsc is None else CadenceUnit(rsc.cadence_unit),
        reject_cadence_below=below,
        reject_above_mps=above,
        zero_cadence_is_unknown="zero_cadence_is_unknown" in quirks,
    )
