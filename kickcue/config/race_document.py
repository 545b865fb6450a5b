"""A race as a document that a person sets and a recording keeps, and the ``EngineConfig`` it makes.

The document is plain JSON. It names profiles by id and by the SHA-256 of their file, so that a
later replay notices when a profile has changed since.
"""

from collections.abc import Mapping
from datetime import time
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from kickcue.config.cue_terms import CueTerms
from kickcue.config.gate_terms import GateTerms
from kickcue.config.phrase_files import load_vocabulary
from kickcue.config.plan_document import PlanDocument
from kickcue.config.profile_files import load_profile, profile_digest
from kickcue.config.time_format import seconds
from kickcue.config.validation_errors import one_line
from kickcue.core.course import Course, course_for
from kickcue.core.cueing.lap_splits import Splits
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.engine_config import EngineConfig
from kickcue.core.errors import UsageError
from kickcue.core.plan import race
from kickcue.core.position.estimator import ScalePrior
from kickcue.core.records import check_target

SCALE_TERMS: Final = frozenset({"scale", "scale_sd"})
"""Left out they may be learned; said they count, the usual ones too. So a document keeps that they
were said."""


class SensorChoice(BaseModel):
    """Which profile reads a sensor.

    ``sha256`` is that of the profile's file when this was recorded.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    profile: str
    sha256: str | None = None


class RaceTerms(BaseModel):
    """What is run, by what rules, and how it is told: common to a document and the settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    race: str = Field(
        description=(
            "The event: 800m, mile, 5000m, 3000sc, 10k, half, metres on the track (1200m), "
            "kilometres (8k) or miles (5mile)."
        ),
        examples=["5000m"],
    )
    lap_m: float | None = Field(
        default=None,
        description=("Lap length in metres, 50 to 2000 (default: 400; 200 indoors)."),
        examples=[400],
    )
    kick_m: float | None = Field(
        default=None,
        description="How long the kick is, in metres (default: the last lap; 1000 on the road).",
        examples=[600],
    )
    lane: int | None = Field(
        default=None,
        description="Lane of a 400 m track, 1 to 9, if the whole race is run in it.",
        examples=[1],
    )
    indoor: bool = Field(default=False, description="A 200 m track.")
    water_jump: Literal["inside", "outside"] | None = Field(
        default=None,
        description="Where the water jump of a steeplechase is: inside or outside the track.",
        examples=["inside"],
    )
    rules: Rules = Field(
        default=Rules.TRAINING,
        description=(
            "Which cues are allowed: all in training and timetrial, no voice in road, none in "
            "sanctioned (recording only)."
        ),
    )
    tactical: bool = Field(
        default=False,
        description="A race for the place: the report does not say what a kick could have saved.",
    )
    language: str = Field(
        default="en", description="Language of the cues: de, en, fr, or a .toml file of your own."
    )
    smile: bool = Field(default=True, description='Say "stay relaxed" with the smile.')
    target_s: float | None = Field(
        default=None,
        ge=1,
        le=10_000_000,
        description='Target time, "16:30" or in seconds: enables even-pace cues.',
        examples=["16:30"],
    )
    splits: Splits = Field(
        default=Splits.OFF,
        description="Tell each lap's time at its line: off, haptic, sound or both.",
    )
    hr_ceiling_bpm: float | None = Field(
        default=None,
        ge=60,
        le=240,
        description=(
            "Heart rate limit, 60 to 240: at or above it before the bell, the cue is to hold form "
            "instead of kicking."
        ),
        examples=[185],
    )
    lead_ms: int = Field(
        default=0,
        ge=0,
        le=2000,
        description="How much earlier the bell cue comes, in milliseconds, 0 to 2000.",
    )
    scale: float = Field(
        default=1.0,
        ge=0.8,
        le=1.25,
        description="True metres per metre the pod measures, 0.8 to 1.25, if known.",
    )
    scale_sd: float = Field(
        default=0.03,
        gt=0,
        le=0.2,
        description="Its uncertainty: one standard deviation, up to 0.2.",
    )
    gate: GateTerms = GateTerms()
    cues: CueTerms = CueTerms()

    @field_validator("target_s", mode="before")
    @classmethod
    def _as_written(cls, target_s: Any) -> Any:
        if isinstance(target_s, time):  # TOML has times of day: 00:16:30 without quotes
            target_s = target_s.isoformat()
        if not isinstance(target_s, str):
            return target_s
        try:
            return seconds(target_s)
        except UsageError as error:
            raise ValueError(str(error)) from None

    def course(self) -> Course:
        """Return the course; UsageError where the lengths make no sense."""
        return course_for(
            self.race,
            lap_m=self.lap_m,
            kick_m=self.kick_m,
            lane=self.lane,
            water_jump=self.water_jump,
            indoor=self.indoor,
        )

    def check_target(self) -> None:
        """Raise UsageError for a wanted time that cannot be meant.

        It is asked of who says it, not of what was recorded: a recording is replayed as it was.
        """
        if self.target_s is not None:
            check_target(self.course(), self.target_s)


class RaceDocument(RaceTerms):
    """Everything needed to build the same engine again."""

    sensors: dict[str, SensorChoice] = Field(default_factory=dict)
    plan: PlanDocument | None = None
    """A session; None: the race itself."""

    @property
    def kind(self) -> str:
        """What is run, in a word: "race" or "session"."""
        return "race" if self.plan is None else "session"

    @property
    def name(self) -> str:
        """What a race or a session is called in one word: "5000m", "strides"."""
        return self.race if self.plan is None else self.plan.name

    @classmethod
    def parse(cls, given: Mapping[str, Any], where: str) -> "RaceDocument":
        """Check plain JSON or TOML data.

        UsageError names ``where``, the key, the value and what would be right.
        """
        try:
            return cls.model_validate(dict(given))
        except ValidationError as error:
            raise UsageError(f"{where}: {one_line(error, cls, given)}") from None

    def with_digests(self) -> "RaceDocument":
        """Return the document with the present digest of every profile, to keep in a recording."""
        sensors = {
            name: SensorChoice(profile=s.profile, sha256=profile_digest(s.profile))
            for name, s in self.sensors.items()
        }
        return self.model_copy(update={"sensors": sensors})

    def changed_profiles(self) -> tuple[str, ...]:
        """Return the ids of profiles that are not what they were when this document was kept."""
        return tuple(
            choice.profile
            for choice in self.sensors.values()
            if choice.sha256 not in (None, profile_digest(choice.profile))
        )

    def engine_config(self) -> EngineConfig:
        """Return what the engine needs.

        UsageError where a profile, a language or the course is not to be had.
        """
        return EngineConfig(
            plan=race(self.course()) if self.plan is None else self.plan.plan(),
            sensors={name: load_profile(choice.profile) for name, choice in self.sensors.items()},
            vocabulary=load_vocabulary(self.language, self.course()),
            rules=self.rules,
            scale=ScalePrior(self.scale, self.scale_sd),
            target_s=self.target_s,
            splits=self.splits,
            hr_ceiling_bpm=self.hr_ceiling_bpm,
            smile=self.smile,
            lead_ms=self.lead_ms,
            gate=self.gate.gate(),
            session_cues=self.cues.outputs(),
        )

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON without what is at its default, but with a scale that was set."""
        whole = self.model_dump(mode="json")
        kept = {
            **self.model_dump(mode="json", exclude_defaults=True),
            **{key: whole[key] for key in SCALE_TERMS & self.model_fields_set},
        }
        return {key: kept[key] for key in whole if key in kept}
