"""Finds and reads sensor profiles: those that come with kickcue, and the user's own.

Shipped ones lie in ``firmware_profiles/sensors`` at the top of a checkout, and inside the package
in an installed wheel; a user's own in ``$XDG_CONFIG_HOME/kickcue/firmware_profiles/sensors``. A
file is named after the id in it.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from kickcue.config import profile_schema as schema
from kickcue.config.paths import config_folder
from kickcue.config.profile_overrides import OwnFiles, own_files
from kickcue.config.toml_file import read_toml
from kickcue.config.validation_errors import one_line
from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean
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

_FOLDER: Final = "firmware_profiles"
_SENSORS: Final = "sensors"


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """One profile with the file it came from; ``digest`` is the SHA-256 of its bytes, in hex."""

    path: Path
    digest: str
    document: schema.ProfileDocument
    profile: SensorProfile


def load_profiles(extra: Sequence[Path] = ()) -> dict[str, SensorProfile]:
    """Return all profiles by id: shipped, the user's own, and the ``extra`` files.

    UsageError where one is not valid.
    """
    return {id_: file.profile for id_, file in profile_files(extra).items()}


def load_profile(id_or_path: str) -> SensorProfile:
    """Return one profile, by its id or by the path of a TOML file.

    UsageError where there is none or it is not valid.
    """
    return profile_file(id_or_path).profile


def profile_digest(id_or_path: str) -> str:
    """Return the SHA-256 of the profile's file in hex: by it a recording names its rules."""
    return profile_file(id_or_path).digest


def profile_file(id_or_path: str) -> ProfileFile:
    """Return one profile with its file; a path has a slash or ends in .toml, an id does not."""
    if id_or_path.endswith(".toml") or os.sep in id_or_path:
        return read_profile_file(Path(id_or_path))
    own, shipped = _own_files(), _shipped()
    mine = own.get(id_or_path)
    if mine is not None:
        return mine
    if id_or_path in shipped:
        return read_profile_file(shipped[id_or_path])
    guess = did_you_mean(id_or_path, [*shipped, *own.by_id])
    raise UsageError(
        f"no sensor profile {id_or_path!r}: {f'{guess} ' if guess else ''}'kickcue profiles list' "
        "shows all"
    )


def profile_files(extra: Sequence[Path] = ()) -> dict[str, ProfileFile]:
    """Return all profiles with their files, by id."""
    own = _own_files(extra)
    own.warn()
    shipped = {
        id_: read_profile_file(path) for id_, path in _shipped().items() if id_ not in own.instead
    }
    return dict(sorted((shipped | own.by_id).items()))


def profile_ids() -> tuple[str, ...]:
    """Return the ids of all sensor profiles without reading one."""
    return tuple(sorted({*_shipped(), *_by_stem(user_folder())}))


def shipped_folder(kind: str = _SENSORS) -> Path:
    """Return the folder of kickcue's own profiles; ``kind`` is ``sensors`` or ``watches``."""
    package = Path(str(files("kickcue")))
    inside = package / _FOLDER
    return (inside if inside.is_dir() else package.parent / _FOLDER) / kind


def user_folder(kind: str = _SENSORS) -> Path | None:
    """Return the folder of the user's own profiles, which need not exist; None: no place."""
    folder = config_folder(os.environ)
    return None if folder is None else folder / _FOLDER / kind


def read_profile_file(path: Path) -> ProfileFile:
    """Read one file; UsageError says in one line what is wrong with it."""
    file = read_toml(path)
    try:
        document = schema.ProfileDocument.model_validate(file.document)
    except ValidationError as error:
        wrong = one_line(error, schema.ProfileDocument, file.document)
        raise UsageError(f"{path}: {wrong}") from None
    id_ = document.profile.id
    if path.stem != id_:
        raise UsageError(f"{path}: expected the file name {id_}.toml for profile.id = {id_!r}")
    return ProfileFile(path, sha256(file.content).hexdigest(), document, _to_core(document))


def example_adverts(document: schema.ProfileDocument) -> list[Advertisement]:
    """Return the advertisements that the profile says it matches."""
    return [advert_of(it) for it in document.example]


def advert_of(example: schema.Example) -> Advertisement:
    """Return an example as the advertisement it is."""
    tells = (example.company_id, example.dis_manufacturer, example.dis_model, example.fw)
    return Advertisement(example.name, tuple(example.services), *tells)


def _own_files(extra: Sequence[Path] = ()) -> OwnFiles[ProfileFile]:
    shipped = _shipped()
    return own_files(_by_stem(user_folder()), extra, read_profile_file, shipped)


def _shipped() -> dict[str, Path]:
    return _by_stem(shipped_folder())


def _by_stem(folder: Path | None) -> dict[str, Path]:
    return {path.stem: path for path in files_in(folder, "*.toml")}


def files_in(folder: Path | None, pattern: str) -> list[Path]:
    """Return the files of this form, none where there is no folder or this user is kept out."""
    try:
        return [] if folder is None else sorted(folder.glob(pattern))
    except OSError:  # a service may be kept out of a home folder
        return []


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


def to_match(block: schema.Match) -> Match:
    """Return a match block as the core has it."""
    return Match(
        name=block.name,
        adv_services=tuple(block.adv_services or ()),
        company_id=block.company_id,
        manufacturer=block.dis_manufacturer,
        model=block.dis_model,
        firmware=None if block.fw is None else FirmwareRange.parse(block.fw),
    )


def _provides(block: schema.Provides) -> tuple[Provides, ...]:
    offers = {kind: getattr(block, kind) for kind in schema.Provides.model_fields}
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
