"""The form of a watch's profile file; ``docs/watch-profiles.md`` explains it to people.

As in sensor profiles, unknown keys are refused, each block states how well it is known, and a key
that is left out means "unknown".
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, field_validator, model_validator

from kickcue.config.profile_schema import (
    Block,
    Example,
    Fact,
    Firmware,
    Hex,
    Id,
    MatchBlock,
    Positive,
    Text,
    Uuid,
)
from kickcue.config.watch_rules import actuator_mistake, document_mistake
from kickcue.core.watch.downgrades import Downgrade
from kickcue.core.watch.encoding import ENCODERS
from kickcue.core.watch.indistinguishable_cues import CUES
from kickcue.core.watch.watch_profile import LONGEST_MS


def _one_of(*names: str) -> AfterValidator:
    def check(name: str) -> str:
        if name not in names:
            raise ValueError(f"expected one of {', '.join(names)}")
        return name

    return AfterValidator(check)


Millis = Annotated[int, Field(ge=0, le=LONGEST_MS)]
PositiveMillis = Annotated[int, Field(ge=1, le=LONGEST_MS)]
Intensity = Annotated[float, Field(gt=0, le=1)]
Pulse = Annotated[list[float], Field(min_length=3, max_length=3)]
CueName = Annotated[str, _one_of(*CUES)]
WayName = Literal["haptic", "audio", "text"]


class WatchProfileBlock(Block):
    """``[profile]``."""

    id: Id
    kind: Literal["watch"]
    vendor: Text
    name: Text
    status: Literal["working", "vectors", "companion-only"]
    transport: Literal["ble", "mqtt", "web", "audio", "program", "intent", "companion"]
    encoder: Annotated[str, _one_of(*ENCODERS)]
    ways: Annotated[list[WayName], Field(min_length=1)]
    sources: Annotated[list[Text], Field(min_length=1)]
    doubts: list[Text] = Field(default_factory=list)
    instead: Id | None = None
    replaces: Id | None = None


class CountingRingBlock(Fact):
    """``[actuator.counting_ring]``."""

    on_ms: PositiveMillis
    period_ms: PositiveMillis
    longest_ms: PositiveMillis
    tap_after_ms: PositiveMillis


class UrgentRingBlock(Fact):
    """``[actuator.urgent_ring]``."""

    from_urgency: Annotated[int, Field(ge=0, le=100)]
    stop_after_ms: PositiveMillis


class ActuatorBlock(Fact):
    """``[actuator]``: the motor, or the loudspeaker where ``ways`` begins with audio."""

    pattern: Literal["none", "fixed", "equal", "sequence"]
    min_on_ms: PositiveMillis | None = None
    max_on_ms: PositiveMillis | None = None
    min_gap_ms: PositiveMillis | None = None
    max_pulses: Annotated[int, Field(ge=1, le=99)] | None = None
    max_total_ms: PositiveMillis | None = None
    quantum_ms: PositiveMillis = 1
    amplitude: Literal["none", "steps", "continuous"] = "none"
    amplitude_steps: list[Intensity] = Field(default_factory=list)
    amplitude_floor: Intensity | None = None
    tap_ms: PositiveMillis | None = None
    counting_ring: CountingRingBlock | None = None
    urgent_ring: UrgentRingBlock | None = None
    tone_hz: Annotated[int, Field(ge=50, le=10_000)] | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        mistake = actuator_mistake(self.model_dump(exclude_none=True))
        if mistake is not None:
            raise ValueError(mistake)
        return self


class TextBlock(Fact):
    """``[text]``."""

    max_bytes: Annotated[int, Field(ge=1, le=8192)]
    charset: Literal["ascii", "latin-1", "utf-8"]


class TimingBlock(Fact):
    """``[timing]``."""

    lead_ms: Millis | None = None
    jitter_ms: Millis | None = None
    idle_penalty_ms: Millis | None = None
    idle_after_s: Positive | None = None
    min_spacing_ms: Millis | None = None

    @model_validator(mode="after")
    def _penalty_has_a_time(self) -> Self:
        if (self.idle_penalty_ms is None) != (self.idle_after_s is None):
            raise ValueError("expected idle_penalty_ms and idle_after_s, or neither")
        return self


class Order(Block):
    """Bytes to write to the watch that are no cue, as ``hex`` or as ``line`` (Latin-1 text)."""

    hex: Hex | None = None
    line: Text | None = None
    wait_ms: Millis = 0

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if (self.hex is None) == (self.line is None):
            raise ValueError("expected hex or line")
        return self


class WatchLinkBlock(Fact):
    """``[link]``: for a Bluetooth bridge."""

    service: Uuid
    char: Uuid
    write: Literal["response", "no-response"]
    connections: Annotated[int, Field(ge=1, le=100)] | None = None
    mtu: Annotated[int, Field(ge=23, le=517)] | None = None
    max_payload: Annotated[int, Field(ge=20, le=512)] | None = None
    subscribe: list[Uuid] = Field(default_factory=list)
    flow_control: Literal["xon-xoff"] | None = None
    on_connect: list[Order] = Field(default_factory=list)
    race_begins: list[Order] = Field(default_factory=list)
    race_ends: list[Order] = Field(default_factory=list)


class WatchOfferBlock(Fact):
    """``[provides.*]``: a sensor of the watch."""

    service: Uuid
    char: Uuid
    form: Literal["2a37", "2a19", "u32le-total", "gb-act"]
    on_change_only: bool = False
    request: list[Order] = Field(default_factory=list)


class WatchProvidesBlock(Block):
    """``[provides]``."""

    hr: WatchOfferBlock | None = None
    steps: WatchOfferBlock | None = None
    battery: WatchOfferBlock | None = None


class WatchQuirkBlock(Fact):
    """``[[quirk]]``; ``why`` is the sentence a user reads."""

    id: Text
    effect: Literal[
        "heart_rate_needs_screen",
        "steps_need_screen",
        "steps_need_subscription",
        "match_by_name",
        "link_is_no_proof",
        "refuses_code",
        "needs_authentication",
        "needs_app",
        "needs_permission",
        "needs_screen",
        "ignores_while_busy",
        "same_strength_always",
    ]
    why: Text
    fw: Firmware | None = None


class AlikeBlock(Block):
    """``[[alike]]``: cues that this watch cannot play differently."""

    cues: Annotated[list[CueName], Field(min_length=2)]
    told_apart_by: Literal["text", "voice", "moment", "nothing"]
    why: Text


class Tested(Block):
    """``[[tested]]``: what was tried, with what."""

    on: Literal["hardware", "real-stack", "emulator", "interpreter", "virtual-peripheral", "client"]
    what: Text


class Expected(Block):
    """One step of a vector: exactly one of ``hex``, ``line`` (Latin-1), ``argv`` and ``json``."""

    hex: Hex | None = None
    line: Text | None = None
    argv: list[str] | None = None
    json_text: Annotated[Text | None, Field(alias="json")] = None
    wait_ms: Millis = 0

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum(form is not None for form in (self.hex, self.line, self.argv, self.json_text)) != 1:
            raise ValueError("expected one of hex, line, argv, json")
        return self


class WatchVectorBlock(Block):
    """``[[vector]]``: a self-test: this cue must become these steps."""

    cue: CueName | None = None
    pulses: list[Pulse] | None = None
    text: str = ""
    say: str | None = None
    urgency: Annotated[int, Field(ge=0, le=100)] | None = None
    id: str = ""
    arm_in_ms: Millis | None = None
    kind: Literal["real", "sample", "synthetic"]
    source: Text
    steps: list[Expected]
    downgrades: list[Downgrade] | None = None

    @field_validator("downgrades", mode="before")
    @classmethod
    def _known_names(cls, names: object) -> object:
        known = [each.value for each in Downgrade]
        wrong = [name for name in names if name not in known] if isinstance(names, list) else []
        if wrong:
            raise ValueError(f"expected of {', '.join(known)}")
        return [Downgrade(name) for name in names] if isinstance(names, list) else names

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if (self.cue is None) == (self.pulses is None):
            raise ValueError("expected cue or pulses")
        return self


class WatchDocument(Block):
    """One file."""

    schema_version: Annotated[Literal[1], Field(alias="schema")]
    profile: WatchProfileBlock
    match: list[MatchBlock] = Field(default_factory=list)
    example: list[Example] = Field(default_factory=list)
    link: WatchLinkBlock | None = None
    actuator: ActuatorBlock
    text: TextBlock | None = None
    timing: TimingBlock | None = None
    provides: WatchProvidesBlock = WatchProvidesBlock()
    quirk: list[WatchQuirkBlock] = Field(default_factory=list)
    alike: list[AlikeBlock] = Field(default_factory=list)
    tested: list[Tested] = Field(default_factory=list)
    vector: Annotated[list[WatchVectorBlock], Field(min_length=1)]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        mistake = document_mistake(self.model_dump(exclude_none=True))
        if mistake is not None:
            raise ValueError(mistake)
        return self
