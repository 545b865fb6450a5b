"""What watches, thumbs and gateways of sensors say to a race."""

from typing import Literal, Self

from pydantic import Field, model_validator

from kickcue.core.course import LONGEST_RACE_M, SHORTEST_RACE_M
from kickcue.core.events import Command, CommandKind, Mark, MarkSource, Notification, Orderer
from kickcue.edges.mqtt.wire_message import Message, Millis, Name


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
