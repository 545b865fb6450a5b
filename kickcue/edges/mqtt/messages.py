"""The messages on the wire.

What we send has exactly these keys; in what we receive, unknown keys are ignored.

``sent_ms`` is the sender's monotonic clock in milliseconds since its run began, so that small
devices can hold it (below 2^31). Conversions to and from the core's events stand beside the
models; nothing above this module sees JSON.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from kickcue import __version__
from kickcue.config.validation_errors import first_mistake, mistake_text
from kickcue.core.course import LONGEST_RACE_M, SHORTEST_RACE_M
from kickcue.core.cueing.race_rules import Rules
from kickcue.core.errors import UsageError
from kickcue.core.events import (
    Ack,
    Command,
    CommandKind,
    Cue,
    Estimate,
    LegBegin,
    LegKind,
    Mark,
    MarkSource,
    Mode,
    Notification,
    Orderer,
    Phase,
)
from kickcue.core.watch.state_machine import CueAck, CueContent
from kickcue.edges.mqtt.errors import WireError

WIRE: Final = 1
LARGEST: Final = 2**31 - 1  # what JavaScript bridges and 32-bit microcontrollers keep exactly
LARGEST_PAYLOAD_BYTES: Final = 8192  # bytes; ours stay below 1,000
MOST_BRACKETS: Final = 600
"""Ours have fewer than fifty, and a text of somebody's own at most two hundred."""

SHORT_TEXT_LETTERS: Final = 16

MOST_LAPS: Final = 16
MOST_PARTS: Final = 12
Millis = Annotated[int, Field(ge=0, le=LARGEST)]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Pulse = tuple[
    Annotated[int, Field(ge=0, le=10_000, description="on, ms")],
    Annotated[int, Field(ge=0, le=10_000, description="off, ms")],
    Annotated[float, Field(ge=0, le=1, description="intensity")],
]


class Message(BaseModel):
    """What every message has."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    wire: Literal[1] = Field(
        default=WIRE, description="version of this wire format; a receiver ignores others"
    )
    run_id: Name = Field(description="the sender's run: a new id each time it starts")
    sent_ms: Millis = Field(
        description="when it was sent, by the sender's monotonic clock: ms since its run began"
    )

    def to_json(self) -> bytes:
        """Return the payload."""
        return self.model_dump_json().encode()

    def shorter(self) -> tuple[bytes, ...]:
        """Return payloads for a broker that takes nothing as long, the longest first.

        A receiver does the same upon each.
        """
        return ()


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
            distance_m=_rounded(estimate.distance_m, 1),
            distance_sd_m=_rounded(estimate.distance_sd_m, 1),
            to_go_m=_rounded(estimate.to_go_m, 1),
            speed_mps=_rounded(estimate.speed_mps, 2),
            cadence_spm=_rounded(estimate.cadence_spm, 1),
            heart_rate_bpm=_rounded(estimate.heart_rate_bpm, 0),
            lap=estimate.lap,
            eta_bell_s=_rounded(estimate.eta_bell_s, 1),
            mode=estimate.mode,
            lap_min=estimate.lap_min,
            lap_max=estimate.lap_max,
            eta_bell_sd_s=_rounded(estimate.eta_bell_sd_s, 1),
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


class TouchMessage(Message):
    """What ``arm`` and ``cue`` have in common: what the runner is to feel, see and hear."""

    id: Name = Field(
        description="id of the cue, the same in arm, cue, disarm and ack; it is played once"
    )
    kind: Name = Field(
        description=(
            "what the cue means: ready, even, split, last_lap, hold, relax, turnover, drive; in a "
            "session rep, last_rep, tick, go, image, through, tall, rest_half; more may come"
        )
    )
    text: str = Field(max_length=200, description="for a display")
    say: str | None = Field(max_length=200, description="for a voice; null: stay silent")
    pulses: tuple[Pulse, ...] = Field(
        max_length=32, description="vibration: [on_ms, off_ms, intensity 0..1] each"
    )
    urgency: int = Field(ge=0, le=LARGEST, description="larger is more urgent")
    due_in_ms: int = Field(
        ge=-LARGEST,
        le=LARGEST,
        description="when it is to be felt, in ms after sent_ms; 0 in a cue: now",
    )
    ttl_ms: Millis = Field(
        description="time to live: this long after it was due it must be dropped"
    )
    to_go_m: float | None = Field(
        description=(
            "distance left to run when this was decided, by the sender's estimate; an `arm` is "
            "decided before it is felt"
        )
    )
    sd_m: float | None = Field(description="standard deviation of `to_go_m`")

    def shorter(self) -> tuple[bytes, ...]:
        """Leave out the voice and the figures, then all of the text but its beginning.

        The pulses are what matters.
        """
        mute = self.model_copy(update={"say": None, "to_go_m": None, "sd_m": None})
        terse = mute.model_copy(update={"text": self.text.partition(":")[0][:SHORT_TEXT_LETTERS]})
        return mute.to_json(), terse.to_json()

    def to_touch(self) -> CueContent:
        """Return it as the watch's logic takes it."""
        return CueContent(
            self.id, self.kind, self.text, self.say, self.pulses, self.urgency, self.ttl_ms
        )


class ArmMessage(TouchMessage):
    """``arm``: set a timer for a cue."""


class CueMessage(TouchMessage):
    """``cue``: play it now."""


class DisarmMessage(Message):
    """``disarm``: cancel the timer."""

    id: Name = Field(description="id of the cue")
    why: str = Field(max_length=200)


class AckMessage(Message):
    """``ack``: a watch's answer to a cue."""

    id: Name = Field(description="id of the cue")
    cue_run_id: Name = Field(description="run_id of the cue's sender")
    felt: bool
    why: str | None = Field(
        max_length=200, description='why it was dropped, such as "late"; null if felt'
    )
    latency_ms: float | None = Field(description="how late it was played, as measured by the watch")

    @classmethod
    def of(cls, answer: CueAck, run_id: str, sent_ms: int) -> "AckMessage":
        """Return the answer of the watch's logic."""
        return cls(
            run_id=run_id,
            sent_ms=sent_ms,
            id=answer.cue_id,
            cue_run_id=answer.run_id,
            felt=answer.felt,
            why=answer.why,
            latency_ms=answer.latency_ms,
        )

    def to_event(self, t_ns: int) -> Ack:
        """Return it as the engine takes it."""
        return Ack(t_ns, self.id, self.felt, self.why, self.latency_ms)


class PresenceMessage(Message):
    """``presence``: a watch is online, or (as its last will) offline."""

    sent_ms: Millis | None = Field(
        description="when it was sent; null in the last will, which the broker publishes later"
    )  # type: ignore[assignment]  # as in a status
    status: Literal["online", "offline"] = Field(description="online: a cue sent now would be felt")
    kind: Name = Field(
        default="watch",
        description="the kind of watch, for people: a watch profile's id, or `terminal`",
    )
    why: str | None = Field(
        default=None, max_length=200, description="while offline: why a cue would not be felt"
    )


class CommandMessage(Message):
    """``command``: what somebody pressed."""

    id: Name = Field(description="id of this press: a message that comes twice is executed once")
    kind: CommandKind
    by: Orderer = Field(
        default=Orderer.RUNNER,
        description="who pressed: a helper's lap has an error of its own; default: the runner",
    )
    race_distance_m: float | None = Field(
        default=None,
        ge=SHORTEST_RACE_M,
        le=LONGEST_RACE_M,
        description="only with `distance`: the race distance in metres; the track stays the same",
    )

    @model_validator(mode="after")
    def _distance_has_metres(self) -> Self:
        if (self.kind is CommandKind.DISTANCE) != (self.race_distance_m is not None):
            raise ValueError("race_distance_m: expected only with the kind distance")
        return self

    def to_event(self, t_ns: int) -> Command | Mark:
        """Return it as the engine takes it; a helper's lap is a mark from beside the track."""
        helper = self.by is Orderer.TRACKSIDE
        if helper and self.kind is CommandKind.LAP:
            return Mark(t_ns, MarkSource.TRACKSIDE)
        return Command(t_ns, self.kind, self.by if helper else None, self.race_distance_m)


class SensorMessage(Message):
    """``sensor/<id>/<char>``: a notification as received.

    ``<char>`` is the characteristic's 16-bit UUID, four lower-case hex digits.
    """

    hex: str = Field(max_length=1024, pattern=r"^([0-9a-fA-F]{2})*$", description="the bytes")

    def to_event(self, t_ns: int, sensor: str, char: str) -> Notification:
        """Return it as the engine takes it."""
        return Notification(t_ns, sensor, char, bytes.fromhex(self.hex))


MODELS: Final[Mapping[str, type[Message]]] = {
    "status": StatusMessage,
    "state": StateMessage,
    "leg": LegMessage,
    "race": RaceMessage,
    "laps": LapsMessage,
    "health": HealthMessage,
    "arm": ArmMessage,
    "disarm": DisarmMessage,
    "cue": CueMessage,
    "ack": AckMessage,
    "presence": PresenceMessage,
    "command": CommandMessage,
    "sensor": SensorMessage,
}

M = TypeVar("M", bound=TouchMessage)


def touch_message(  # noqa: PLR0913  a cue and its four times
    model: type[M], cue: Cue, run_id: str, sent_ms: int, *, due_in_ms: int, ttl_ms: int
) -> M:
    """Return ``cue`` as a message sent now; UsageError for one that no wire can carry."""
    try:
        return model(
            run_id=run_id,
            sent_ms=sent_ms,
            id=cue.id,
            kind=cue.kind,
            text=cue.text,
            say=cue.say,
            pulses=cue.pulses,
            urgency=cue.urgency,
            due_in_ms=due_in_ms,
            ttl_ms=ttl_ms,
            to_go_m=_rounded(cue.to_go_m, 1),
            sd_m=_rounded(cue.sd_m, 1),
        )
    except ValidationError as error:
        raise UsageError(f"cannot send cue {cue.id!r}: {_first_problem(error)}") from None


def parse(name: str, payload: bytes) -> Message:
    """Return the message that came on topic ``name``; WireError and nothing else for any bytes."""
    model = MODELS[name]
    if len(payload) > LARGEST_PAYLOAD_BYTES:
        raise WireError(
            f"{name}: expected at most {LARGEST_PAYLOAD_BYTES} bytes, got {len(payload)}"
        )
    if payload.count(b"[") + payload.count(b"{") > MOST_BRACKETS:  # to refuse them late takes long
        raise WireError(f"{name}: expected at most {MOST_BRACKETS} brackets")
    try:
        values = json.loads(payload)
    except (ValueError, RecursionError):
        raise WireError(f"{name}: expected JSON, got {payload[:40]!r}") from None
    if not isinstance(values, dict):
        raise WireError(f"{name}: expected a JSON object, got {payload[:40]!r}")
    if values.get("wire", WIRE) != WIRE:
        raise WireError(f"{name}: expected wire version {WIRE}, got {values['wire']!r}")
    try:
        return model.model_validate(
            {key: value for key, value in values.items() if key in model.model_fields}
        )
    except ValidationError as error:
        raise WireError(f"{name}: {_first_problem(error)}") from None


def _first_problem(error: ValidationError) -> str:
    problem = first_mistake(error)
    return mistake_text(problem, ".".join(map(str, problem["loc"])) or "the message")


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)
