"""Cues that may have to be sent again: armed ones until over, given ones until a watch felt them.

That one watch refused a cue ends nothing: another one may have missed it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from kickcue.core.events import Arm, Cue
from kickcue.core.units import NS_PER_MS, NS_PER_S

ARM_EACH_NS: Final = 4 * NS_PER_S
# An ack takes some 50 ms on Wi-Fi; a cue's ttl leaves time for two repeats.
REPEAT_AFTER_NS: Final = 700 * NS_PER_MS


@dataclass(slots=True)
class _Armed:
    arm: Arm
    sent_ns: int


@dataclass(slots=True)
class UnfeltCue:
    """A cue that was sent and that nobody has felt yet."""

    cue: Cue
    sent_ns: int
    repeats: int = 0
    refusals: set[str | None] = field(default_factory=set)
    """Why watches did not give it."""


class PendingCues:
    """Tells what is due to be sent again. Times are the run's, in ns."""

    def __init__(self) -> None:
        self._armed: dict[str, _Armed] = {}
        self._given: dict[str, UnfeltCue] = {}

    def arm(self, arm: Arm, now_ns: int) -> None:
        """Note that a cue was armed."""
        self._armed[arm.cue.id] = _Armed(arm, now_ns)

    def disarm(self, cue_id: str) -> None:
        """Forget an armed cue: it was disarmed, or has been given."""
        self._armed.pop(cue_id, None)

    def give(self, cue: Cue, now_ns: int) -> None:
        """Note that a cue was sent."""
        self._given[cue.id] = UnfeltCue(cue, now_ns)

    def give_up(self, given: UnfeltCue) -> None:
        """Forget a cue: it is late by now."""
        del self._given[given.cue.id]

    def felt(self, cue_id: str) -> bool:
        """Note that a watch gave a cue; return whether that was waited for."""
        self._armed.pop(cue_id, None)
        return self._given.pop(cue_id, None) is not None

    def refuse(self, cue_id: str, why: str | None) -> bool:
        """Note that a watch did not give a cue; return whether that is news.

        A watch says so again at each repeat.
        """
        given = self._given.get(cue_id)
        if given is None:
            return True
        is_new = why not in given.refusals
        given.refusals.add(why)
        return is_new

    def arms_due(self, now_ns: int, *, fresh_link: bool) -> Iterator[Arm]:
        """Yield the armed cues that are to be sent again, now; all on a new connection."""
        self._armed = {
            cue_id: each for cue_id, each in self._armed.items() if over_ns(each.arm) > now_ns
        }
        for armed in self._armed.values():
            if fresh_link or now_ns - armed.sent_ns >= ARM_EACH_NS:
                armed.sent_ns = now_ns
                yield armed.arm

    def unfelt(self, now_ns: int) -> tuple[UnfeltCue, ...]:
        """Return the cues that were sent some time ago, and that nobody has felt."""
        return tuple(
            each for each in self._given.values() if now_ns - each.sent_ns >= REPEAT_AFTER_NS
        )


def due_ns(arm: Arm) -> int:
    """Return when an armed cue is due."""
    return arm.t_ns + arm.due_in_ms * NS_PER_MS


def over_ns(arm: Arm) -> int:
    """Return when an armed cue is past its deadline."""
    return due_ns(arm) + arm.cue.ttl_ms * NS_PER_MS
