"""Which watches are there to play a cue: the status of each, and when it last sent a message.

A connection to the broker proves nothing about a wrist. A watch reports its status every few
seconds, and the broker reports that it is gone (its last will); one that reports no status
is known by its acknowledgements alone. Times are the run's, in ns.
"""

from collections import OrderedDict
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.edges.mqtt.messages import AckMessage, PresenceMessage

GONE_AFTER_NS: Final = 12 * NS_PER_S
"""It reports every 5 s: either two of its messages in a row are lost, or it is gone."""
WELCOME_AFTER_NS: Final = 3 * NS_PER_S
"""A watch that was just switched on needs up to 2 s before it knows how late messages are."""
MOST_WATCHES: Final = 16
UNNAMED: Final = "a watch"


class Newcomer(Enum):
    """A watch that has felt nothing yet."""

    FRESH = "fresh"
    """It has received no cue."""
    TOO_EARLY = "too early"
    """It received one when it could not yet judge whether it was late, dropped it, and will not
    play that one any more."""


@dataclass(slots=True)
class _KnownWatch:
    kind: str
    first_ns: int
    last_ns: int
    online: bool | None = None
    """None: it never reported a status, only acknowledged cues."""
    why: str | None = None
    dropped: bool = False
    felt: bool = False
    """It has acknowledged a cue as felt, or has been given one to feel."""


class Watches:
    """The watches of one run, by the ``run_id`` of each; those that sent last are kept."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, _KnownWatch] = OrderedDict()

    def take_presence(self, message: PresenceMessage, now_ns: int) -> bool:
        """Take the status of a watch, or its last will; return whether it is a new one."""
        is_new = message.run_id not in self._known
        if message.sent_ms is None and is_new:
            return False  # of a watch that left before this run began
        watch = self._watch(message.run_id, now_ns)
        if message.status == "online" and watch.online is False:
            watch.first_ns = now_ns
        watch.kind, watch.online, watch.why = message.kind, message.status == "online", message.why
        if message.sent_ms is not None:
            watch.last_ns = now_ns
        return is_new

    def take_ack(self, message: AckMessage, now_ns: int) -> None:
        """Take an acknowledgement."""
        watch = self._watch(message.run_id, now_ns)
        watch.last_ns = now_ns
        watch.felt = watch.felt or message.felt
        watch.dropped = not message.felt

    def newcomer(self, now_ns: int) -> Newcomer | None:
        """Return what watch is there that has felt nothing yet.

        Each is returned once, as soon as it can judge a cue.
        """
        found = [
            each
            for each in self._there(now_ns)
            if not each.felt and now_ns - each.first_ns >= WELCOME_AFTER_NS
        ]
        if not found:
            return None
        dropped = any(each.dropped for each in found)
        for each in found:
            each.felt = True
        return Newcomer.TOO_EARLY if dropped else Newcomer.FRESH

    def is_there(self, now_ns: int) -> bool:
        """Tell whether somebody would feel a cue now."""
        return bool(self._there(now_ns))

    def text(self, now_ns: int) -> str:
        """Return which watch is there, or was, and when it last sent a message."""
        there = self._there(now_ns)
        if there:
            kinds = list(dict.fromkeys(each.kind for each in there))
            return (
                f"{' and '.join(kinds)} on the wrist, last seen "
                f"{_ago(max(each.last_ns for each in there), now_ns)}"
            )
        if not self._known:
            return "no watch seen yet"
        last = max(self._known.values(), key=lambda each: each.last_ns)
        seen = f"{last.kind} was last seen {_ago(last.last_ns, now_ns)}"
        return f"no watch: {seen if last.why is None else f'{last.kind}: {last.why}'}"

    def _there(self, now_ns: int) -> list[_KnownWatch]:
        return [
            each
            for each in self._known.values()
            if each.online is not False and now_ns - each.last_ns <= GONE_AFTER_NS
        ]

    def _watch(self, run_id: str, now_ns: int) -> _KnownWatch:
        if run_id not in self._known:
            self._known[run_id] = _KnownWatch(UNNAMED, now_ns, now_ns)
            if len(self._known) > MOST_WATCHES:
                self._known.popitem(last=False)
        self._known.move_to_end(run_id)
        return self._known[run_id]


def _ago(then_ns: int, now_ns: int) -> str:
    seconds = ns_to_s(now_ns - then_ns)
    if seconds < 2.0:
        return "just now"
    return f"{seconds:.0f} s ago" if seconds < 120.0 else f"{seconds / 60:.0f} min ago"
