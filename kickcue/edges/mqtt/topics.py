"""The topic tree: who publishes what where, and how."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from kickcue.config.broker_form import TOPIC_LEVEL
from kickcue.core.errors import UsageError

DEFAULT_ATHLETE: Final = "runner"
ROOT: Final = "kickcue"


class Side(StrEnum):
    """Who publishes to a topic."""

    DAEMON = "daemon"
    WATCH = "watch"


class Rule(NamedTuple):
    """How a topic is published; in the order of the documents."""

    side: Side
    qos: int
    retained: bool
    what: str


RULES: Final = {
    "status": Rule(
        Side.DAEMON,
        1,
        True,
        "Whether the sender is online, and the race's phase; each second, on change, and as its "
        "last will.",
    ),
    "state": Rule(
        Side.DAEMON,
        0,
        True,
        "The runner's position and its error; on change, at most twice a second.",
    ),
    "leg": Rule(
        Side.DAEMON, 1, True, "In a session: which repetition, rest or easy run is on; on change."
    ),
    "race": Rule(
        Side.DAEMON, 1, True, "What is run: the race and its course, or the session; on change."
    ),
    "laps": Rule(
        Side.DAEMON, 1, True, "When the race began, and the last laps with their times; on change."
    ),
    "health": Rule(
        Side.DAEMON, 1, True, "How each sensor, the watch and the recording are doing; on change."
    ),
    "arm": Rule(
        Side.DAEMON,
        1,
        False,
        "Set a timer: this cue is due in `due_in_ms`; replaces an earlier arm of the same id.",
    ),
    "disarm": Rule(Side.DAEMON, 1, False, "Cancel an armed cue."),
    "cue": Rule(Side.DAEMON, 1, False, "Play a cue now."),
    "ack": Rule(Side.WATCH, 1, False, "The acknowledgement of a cue: felt, or dropped and why."),
    "presence": Rule(
        Side.WATCH,
        1,
        False,
        "Whether a watch is online; on each connection, every 5 s, and as its last will.",
    ),
    "command": Rule(
        Side.WATCH,
        1,
        False,
        "A press of the runner or a coach: start, lap, undo (of a lap; for a minute of a start or "
        "an end), finish, abort, distance (corrects the race distance).",
    ),
    "sensor": Rule(
        Side.WATCH,
        0,
        False,
        "One notification of a sensor read by a gateway, at sensor/<id>/<char>.",
    ),
}


WHERE: Final = ("status", "state", "leg", "race", "laps", "health")
"""What tells where the runner is, and how everything is doing."""


@dataclass(frozen=True, slots=True)
class Topics:
    """The topics below one prefix."""

    prefix: str = f"{ROOT}/{DEFAULT_ATHLETE}"

    def __post_init__(self) -> None:
        if re.fullmatch(f"{TOPIC_LEVEL}(/{TOPIC_LEVEL})*", self.prefix) is None:
            raise UsageError(
                "topic prefix: expected levels of letters, digits, _ and -, joined by /, like "
                f"kickcue/maria, got {self.prefix!r}"
            )

    @classmethod
    def of(cls, prefix: str | None, athlete: str | None) -> "Topics":
        """Return the topics of a broker URL's prefix, or of ``kickcue/<athlete>``."""
        if prefix and athlete:
            raise UsageError(
                f"expected a topic prefix in the broker's URL or --athlete, got both: {prefix} "
                f"and {athlete}"
            )
        return cls(prefix or f"{ROOT}/{athlete or DEFAULT_ATHLETE}")

    def __getitem__(self, name: str) -> str:
        """Return the full topic of ``name``, a key of ``RULES``.

        For ``sensor`` it is the filter of all of them.
        """
        assert name in RULES
        return f"{self.prefix}/{name}/+/+" if name == "sensor" else f"{self.prefix}/{name}"

    def sensor(self, sensor: str, char: str) -> str:
        """Return the topic of one characteristic of a sensor that a gateway reads."""
        return f"{self.prefix}/sensor/{sensor}/{char}"

    def name_of(self, topic: str) -> tuple[str, tuple[str, ...]] | None:
        """Return a topic's name and what follows it; ``None`` for a topic outside the tree."""
        if not topic.startswith(f"{self.prefix}/"):
            return None
        name, *rest = topic.removeprefix(f"{self.prefix}/").split("/")
        fits = name in RULES and len(rest) == (2 if name == "sensor" else 0)
        return (name, tuple(rest)) if fits else None

    def from_side(self, side: Side) -> tuple[tuple[str, int], ...]:
        """Return (topic, qos) of all that ``side`` publishes: what the other side subscribes to."""
        return tuple((self[name], rule.qos) for name, rule in RULES.items() if rule.side is side)


def published_by(side: Side) -> tuple[str, ...]:
    """Return the names of the topics on which ``side`` publishes."""
    return tuple(name for name, rule in RULES.items() if rule.side is side)
