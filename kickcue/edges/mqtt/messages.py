"""The messages on the wire.

What we send has exactly these keys; in what we receive, unknown keys are ignored.

Those that say what a race is doing, the cues with their answers, and what is said to a race have
a module each, with conversions to and from the core's events beside the models. Nothing above this
module sees JSON.
"""

import json
from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from kickcue.edges.mqtt.cue_messages import (
    AckMessage,
    ArmMessage,
    CueMessage,
    DisarmMessage,
    Pulse,
    TouchMessage,
    touch_message,
)
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.given_messages import (
    CommandMessage,
    PresenceMessage,
    SensorMessage,
)
from kickcue.edges.mqtt.race_messages import (
    MOST_LAPS,
    MOST_PARTS,
    HealthMessage,
    LapsMessage,
    LapTime,
    LegMessage,
    PartState,
    RaceMessage,
    StateMessage,
    StatusMessage,
)
from kickcue.edges.mqtt.wire_message import (
    WIRE,
    Message,
    first_problem,
)

__all__ = [
    "LARGEST_PAYLOAD_BYTES",
    "MODELS",
    "MOST_LAPS",
    "MOST_PARTS",
    "WIRE",
    "AckMessage",
    "ArmMessage",
    "CommandMessage",
    "CueMessage",
    "DisarmMessage",
    "HealthMessage",
    "LapTime",
    "LapsMessage",
    "LegMessage",
    "Message",
    "PartState",
    "PresenceMessage",
    "Pulse",
    "RaceMessage",
    "SensorMessage",
    "StateMessage",
    "StatusMessage",
    "TouchMessage",
    "parse",
    "touch_message",
]

LARGEST_PAYLOAD_BYTES: Final = 8192  # bytes; ours stay below 1,000
MOST_BRACKETS: Final = 600
"""Ours have fewer than fifty, and a text of somebody's own at most two hundred."""

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
        raise WireError(f"{name}: {first_problem(error)}") from None
