"""What a race says of itself: for displays, helpers and pages."""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from kickcue import __version__
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.events import Estimate, LegBegin, LegKind, Mode, Phase
from kickcue.edges.mqtt.wire_message import LARGEST, Message, Millis, rounded

MOST_LAPS: Final = 16
MOST_PARTS: Final = 12


class StatusMessage(Message):
    """``status``: the sender is online, or (as its last will) offline."""

    sent_ms: Millis | None = Field(
        description="when it was sent; null in the last will, which the broker publishes later"
    )  # type: ignore[assignment]  # the one message that the sender does not send itself
    status: Literal["online", "offline"]
    version: str = Field(default=__version__, description="the version of the sender's kickcue")
    phase: Phase | None = Field(description="the phase of the race; null while unknown")


class StateMessage(Message):
    """``state``: the runner's position and its error; null: unknown."""

    distance_m: float | None = Field(description="distance run so far")
    distance_sd_m: float | None = Field(
        description="standard deviation of `distance_m` and `to_go_m`; show ± 1.96 times it"
    )
    to_go_m: float | None = Field(description="distance left to run")
    speed_mps: float | None
    cadence_spm: float | None = Field(description="steps per minute, both feet")
    heart_rate_bpm: float | None
    lap: int | None = Field(description="the most probable lap, counted from 1")
    eta_bell_s: float | None = Field(
        description="seconds until the last lap (or the kick as configured) begins"
    )
    mode: Mode = Field(description="the evidence behind the distance, best first")
    lap_min: int | None = Field(
        default=None,
        description="the lowest lap it may be: show `10 or 11` where that is not `lap_max`",
    )
    lap_max: int | None = Field(default=None, description="the highest lap it may be")
    eta_bell_sd_s: float | None = Field(
        default=None, description="standard deviation of `eta_bell_s`"
    )

    @classmethod
    def of(cls, estimate: Estimate, run_id: str, sent_ms: int) -> "StateMessage":
        """Return the estimate, rounded to what a person can use and no finer.

        So it changes only when that does.
        """
        return cls(
            run_id=run_id,
            sent_ms=sent_ms,
            distance_m=rounded(estimate.distance_m, 1),
            distance_sd_m=rounded(estimate.distance_sd_m, 1),
            to_go_m=rounded(estimate.to_go_m, 1),
            speed_mps=rounded(estimate.speed_mps, 2),
            cadence_spm=rounded(estimate.cadence_spm, 1),
            heart_rate_bpm=rounded(estimate.heart_rate_bpm, 0),
            lap=estimate.lap,
            eta_bell_s=rounded(estimate.eta_bell_s, 1),
            mode=estimate.mode,
            lap_min=estimate.lap_min,
            lap_max=estimate.lap_max,
            eta_bell_sd_s=rounded(estimate.eta_bell_sd_s, 1),
        )


class LegMessage(Message):
    """``leg``: what of a session is on: a repetition, a rest, easy running."""

    kind: LegKind
    leg: int = Field(ge=0, le=LARGEST, description="which leg of the plan, counted from 1")
    legs: int = Field(ge=0, le=LARGEST, description="how many the plan has")
    rep: int = Field(
        ge=0,
        le=LARGEST,
        description="which repetition; of a rest the one before it, 0 before the first",
    )
    reps: int = Field(ge=0, le=LARGEST, description="how many the plan has")
    text: str = Field(max_length=200, description="the leg in a few words: `200 m`, `rest 2:00`")

    @staticmethod
    def values(leg: LegBegin) -> dict[str, Any]:
        """Return the leg as the message has it."""
        return {key: getattr(leg, key) for key in ("kind", "leg", "legs", "rep", "reps", "text")}


class RaceMessage(Message):
    """``race``: what is run."""

    kind: Literal["race", "session"]
    name: str = Field(max_length=100, description="the race, or the session, in a few words")
    distance_m: float | None = Field(description="the race distance; null in a session")
    lap_m: float | None = Field(description="length of a lap; null on the road and in a session")
    marker_m: float | None = Field(description="from line to line; null in a session")
    kick_m: float | None = Field(description="length of the last window; null in a session")
    reps: int | None = Field(ge=0, le=LARGEST, description="repetitions of a session; else null")
    rules: Rules = Field(description="the rules of the race: which cues and presses are allowed")
    language: str = Field(max_length=8, description="of the cues: de, en, fr, or `own`")


class LapTime(BaseModel):
    """One lap of ``laps``."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    lap: int = Field(ge=0, le=LARGEST, description="its number, counted from 1")
    race_s: float = Field(description="from the gun to its end")
    lap_s: float | None
    error_s: float | None = Field(
        description="`lap_s` is right to this in 95 of 100 cases; 0: both ends were marked; null: "
        "unknown"
    )


class LapsMessage(Message):
    """``laps``: since when the race is on, and its last laps (repetitions)."""

    gun_ms: int | None = Field(
        ge=-LARGEST,
        le=LARGEST,
        description="when the race began, on the clock of `sent_ms`; null before",
    )
    over_ms: int | None = Field(
        ge=-LARGEST, le=LARGEST, description="when it was over; null before"
    )
    over_marked: bool = Field(
        default=False, description="somebody pressed at that moment; otherwise it is an estimate"
    )
    rate: float = Field(
        gt=0, description="seconds of the race in one of the sender's: 1 but in a simulation"
    )
    laps: tuple[LapTime, ...] = Field(max_length=MOST_LAPS, description="the last ones, in order")


class PartState(BaseModel):
    """One part of ``health``."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(max_length=40)
    state: Literal["ok", "waiting", "bad"]
    text: str = Field(max_length=120, description="for people, without the name")


class HealthMessage(Message):
    """``health``: how every part of the run is doing."""

    parts: tuple[PartState, ...] = Field(max_length=MOST_PARTS)
