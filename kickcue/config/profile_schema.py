"""The form of a sensor profile file; ``docs/profiles.md`` explains it to people.

Everything is checked strictly and unknown keys are refused: a mistyped quirk must not become a
silent one. A key that is left out means "unknown", so that a profile claims only what somebody
has stated.
"""

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator

from kickcue.core.errors import UsageError
from kickcue.core.profiles import FirmwareRange


def _form(pattern: str, right: str) -> AfterValidator:
    """Return a check that states the expected form in words; pydantic would show the pattern."""

    def check(text: str) -> str:
        if re.fullmatch(pattern, text) is None:
            raise ValueError(f"expected {right}")
        return text

    return AfterValidator(check)


def _is_firmware_range(text: str) -> str:
    try:
        FirmwareRange.parse(text)
    except UsageError as error:
        raise ValueError(str(error)) from None
    return text


Status = Literal["source", "report", "guess"]
Text = Annotated[str, Field(min_length=1)]
Id = Annotated[
    str,
    _form(
        r"[a-z0-9]+(-[a-z0-9]+)*", "lower-case words and numbers joined by '-', as in 'polar-h10'"
    ),
]
Uuid = Annotated[
    str,
    _form(
        r"[0-9a-f]{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "four lower-case hex digits, as in '180d', or a whole UUID",
    ),
]
Hex = Annotated[str, _form(r"([0-9a-f]{2})*", "lower-case hex digits, two per octet")]
Firmware = Annotated[str, AfterValidator(_is_firmware_range)]
Positive = Annotated[float, Field(gt=0, le=100_000)]
CompanyId = Annotated[int, Field(ge=0, le=0xFFFF)]


class Block(BaseModel):
    """Base of all: strict types, no unknown keys."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Fact(Block):
    """Base of what is claimed about the device: each states how well it is known."""

    status: Status
    source: Text | None = None
    """Where this one fact is from, if not simply from the profile's ``sources``."""


class Profile(Block):
    """``[profile]``."""

    id: Id
    kind: Literal["sensor"]
    vendor: Text
    name: Text
    status: Status
    sources: Annotated[list[Text], Field(min_length=1)]
    doubts: list[Text] = []
    generic: bool = False
    replaces: Id | None = None


class MatchBlock(Fact):
    """``[[match]]``: all keys must hold; any block is enough."""

    name: Text | None = None
    adv_services: Annotated[list[Uuid], Field(min_length=1)] | None = None
    company_id: CompanyId | None = None
    dis_manufacturer: Text | None = None
    dis_model: Text | None = None
    fw: Firmware | None = None

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        keys = (
            self.name,
            self.adv_services,
            self.company_id,
            self.dis_manufacturer,
            self.dis_model,
        )
        if all(key is None for key in keys):
            raise ValueError(
                "expected at least one of name, adv_services, company_id, dis_manufacturer, "
                "dis_model, as none matches everything"
            )
        return self


class Example(Block):
    """``[[example]]``: an advertisement seen or reported, which this profile alone must match."""

    name: Text | None = None
    services: list[Uuid] = []
    company_id: CompanyId | None = None
    dis_manufacturer: Text | None = None
    dis_model: Text | None = None
    fw: Text | None = None
    source: Text


class LinkBlock(Fact):
    """``[link]``: what the radio must know."""

    silence_ok_s: Positive | None = None
    connections: Annotated[int, Field(ge=1, le=100)] | None = None
    skip_services: list[Uuid] = []
    only_services: list[Uuid] = []

    @model_validator(mode="after")
    def _one_list(self) -> Self:
        if self.skip_services and self.only_services:
            raise ValueError("expected skip_services or only_services, got both")
        return self


class HeartOffer(Fact):
    """``[provides.hr]``."""

    service: Literal["180d"]
    char: Literal["2a37"]
    optical: bool | None = None
    contact: Literal["sent", "absent", "unreliable"] | None = None
    rr: Literal["sent", "absent"] | None = None


class PodOffer(Fact):
    """``[provides.rsc]``."""

    service: Literal["1814"]
    char: Literal["2a53"]
    cadence_unit: Literal["stride", "step", "auto"]


class TreadmillOffer(Fact):
    """``[provides.treadmill]``."""

    service: Literal["1826"]
    char: Literal["2acd"]


class LocationOffer(Fact):
    """``[provides.location]``."""

    service: Literal["1819"]
    char: Literal["2a67"]


class BatteryOffer(Fact):
    """``[provides.battery]``."""

    service: Literal["180f"]
    char: Literal["2a19"]


class ProvidesBlock(Block):
    """``[provides]``: only what kickcue reads."""

    hr: HeartOffer | None = None
    rsc: PodOffer | None = None
    treadmill: TreadmillOffer | None = None
    location: LocationOffer | None = None
    battery: BatteryOffer | None = None

    @model_validator(mode="after")
    def _runs_or_beats(self) -> Self:
        if all(offer is None for offer in (self.hr, self.rsc, self.treadmill, self.location)):
            raise ValueError("expected one of hr, rsc, treadmill, location")
        return self


class Quirk(Fact):
    """Base of the ``[[quirk]]`` blocks; ``why`` is the sentence a user reads."""

    id: Text
    why: Text


class RejectCadenceBelow(Quirk):
    """A smaller cadence (as sent, 1/min) is something else while the runner is faster than this."""

    effect: Literal["reject_cadence_below"]
    value: Positive
    when_speed_above_mps: Annotated[float, Field(ge=0, le=100)]


class ZeroCadenceIsUnknown(Quirk):
    """Cadence 0 while there is speed means that the sensor lost the steps."""

    effect: Literal["zero_cadence_is_unknown"]


class IgnoreContact(Quirk):
    """The contact bits mean nothing."""

    effect: Literal["ignore_contact"]


class DropRrUnlikeBpm(Quirk):
    """Beat-to-beat intervals that differ from the heart rate by more than the factor are dropped.

    The heart rate is that of the same notification.
    """

    effect: Literal["drop_rr_unlike_bpm"]
    factor: Annotated[float, Field(gt=1, le=100)]


AnyQuirk = Annotated[
    RejectCadenceBelow | ZeroCadenceIsUnknown | IgnoreContact | DropRrUnlikeBpm,
    Field(discriminator="effect"),
]


class Expect(Block):
    """What a vector's bytes must read as.

    The keys are those of ``kickcue.core.readings.unit_keys``.
    """

    heart_rate_bpm: float | None = None
    rr_ms: list[float] | None = None
    contact: bool | None = None
    speed_mps: float | None = None
    cadence_spm: float | None = None
    stride_length_m: float | None = None
    total_distance_m: float | None = None
    running: bool | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    battery_percent: int | None = None


EXPECTABLE: Final = tuple(Expect.model_fields)


class Vector(Block):
    """``[[vector]]``: a self-test.

    TOML has no null, so what must be unknown is named in ``unknown``.
    """

    char: Literal["2a37", "2a53", "2acd", "2a67", "2a19"]
    hex: Hex
    kind: Literal["real", "sample", "synthetic"]
    source: Text
    expect: Expect = Expect()
    # The keys of Expect, not written twice.
    unknown: list[Literal[EXPECTABLE]] = []  # type: ignore[valid-type]
    refused: bool = False

    @model_validator(mode="after")
    def _tests_something(self) -> Self:
        expects = bool(self.expect.model_fields_set or self.unknown)
        if expects == self.refused:
            raise ValueError("expected expect or unknown, or refused = true alone")
        twice = self.expect.model_fields_set & set(self.unknown)
        if twice:
            raise ValueError(
                f"expected {', '.join(sorted(twice))} in expect or in unknown, not in both"
            )
        return self


class ProfileDocument(Block):
    """One file."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    profile: Profile
    match: list[MatchBlock] = []
    example: list[Example] = []
    link: LinkBlock | None = None
    provides: ProvidesBlock
    quirk: list[AnyQuirk] = []
    vector: Annotated[list[Vector], Field(min_length=1)]

    @field_validator("quirk")
    @classmethod
    def _no_effect_twice(cls, quirks: list[AnyQuirk]) -> list[AnyQuirk]:
        ids: list[str] = [quirk.id for quirk in quirks]
        effects: list[str] = [quirk.effect for quirk in quirks]
        for keys in (ids, effects):
            twice = next((key for key in keys if keys.count(key) > 1), None)
            if twice is not None:
                raise ValueError(f"expected {twice!r} only once")
        return quirks

    @model_validator(mode="after")
    def _matches_or_is_generic(self) -> Self:
        if self.profile.generic and (self.match or self.example):
            raise ValueError(
                "expected no [[match]] and no [[example]] in a generic profile, which is for what "
                "nothing else matches"
            )
        if not self.profile.generic and not (self.match and self.example):
            raise ValueError(
                "expected a [[match]] and an [[example]] that it matches (only a generic profile "
                "has none)"
            )
        return self
