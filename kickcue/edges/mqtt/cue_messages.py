"""Cues for a watch, and its answers."""

from typing import Annotated, Final, TypeVar

from pydantic import Field, ValidationError

from kickcue.core.errors import UsageError
from kickcue.core.events import Ack, Cue
from kickcue.core.watch.state_machine import CueAck, CueContent
from kickcue.edges.mqtt.wire_message import (
    LARGEST,
    Message,
    Millis,
    Name,
    first_problem,
    rounded,
)

SHORT_TEXT_LETTERS: Final = 16
Pulse = tuple[
    Annotated[int, Field(ge=0, le=10_000, description="on, ms")],
    Annotated[int, Field(ge=0, le=10_000, description="off, ms")],
    Annotated[float, Field(ge=0, le=1, description="intensity")],
]


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
            to_go_m=rounded(cue.to_go_m, 1),
            sd_m=rounded(cue.sd_m, 1),
        )
    except ValidationError as error:
        raise UsageError(f"cannot send cue {cue.id!r}: {first_problem(error)}") from None
