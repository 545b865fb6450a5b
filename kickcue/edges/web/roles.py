"""Who a page is, and what it may say and hear because of that."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from kickcue.core.events import Orderer
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.messages import CommandMessage, parse
from kickcue.edges.mqtt.topics import WHERE, Topics


class Role(StrEnum):
    """What somebody with a token of the race may do."""

    ATHLETE = "athlete"
    """Everything that a watch, a gateway of sensors and a remote may."""
    HELPER = "helper"
    """Mark laps from the trackside."""
    VIEWER = "viewer"
    """See the race, and nothing else."""


HEARD: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.ATHLETE: (*WHERE, "arm", "disarm", "cue"),
    Role.HELPER: WHERE,
    Role.VIEWER: WHERE,
}
"""Whoever receives a cue counts as a wrist that may feel it: an athlete alone."""
SAID: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.ATHLETE: ("command", "ack", "presence", "sensor"),
    Role.HELPER: ("command",),
    Role.VIEWER: (),
}


def may_hear(role: Role, topics: Topics, topic_filter: str) -> bool:
    """Return whether the role may subscribe to a filter: full names alone, no wildcards."""
    return topic_filter in {topics[name] for name in HEARD[role]}


def may_say(role: Role, topics: Topics, topic: str, payload: bytes) -> bool:
    """Return whether the role may publish this: a message of the wire, and its own."""
    found = topics.name_of(topic)
    if found is None or found[0] not in SAID[role]:
        return False
    try:
        message = parse(found[0], payload)
    except WireError:
        return False
    helper = isinstance(message, CommandMessage) and message.by is Orderer.TRACKSIDE
    return helper or role is Role.ATHLETE


def may_leave(role: Role, topics: Topics, topic: str, payload: bytes) -> bool:
    """Return whether this may be a last will: a wrist's presence, and nothing else."""
    return topic == topics["presence"] and may_say(role, topics, topic, payload)
