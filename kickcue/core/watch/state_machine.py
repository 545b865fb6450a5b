"""What a watch does with arm, disarm and cue: felt once, never late.

Every watch of kickcue follows this, whatever it runs on.

An ``arm`` says "this cue, due in so many ms"; the watch keeps a timer for it. A ``cue`` says "now".
Whichever comes first is felt; the other one is the same cue (same id) and is not felt again. When
the link dies after an ``arm``, the timer still fires at the last predicted moment.

Per cue id of a run:

=========  =======================  ==================  =======================  =================
state      arm                      disarm              cue                      its time has come
=========  =======================  ==================  =======================  =================
(unknown)  ARMED                    DISARMED            felt or late, then OVER  -
ARMED      new time, if sent later  DISARMED, if later  felt or late, then OVER  felt, then OVER;
                                                                                 late: DISARMED
DISARMED   ARMED, if sent later     -                   felt or late, then OVER  -
OVER       -                        -                   the first answer again   -
=========  =======================  ==================  =======================  =================
-                   the first answer once more       - =========  ========================
==================  ==============================  =================================

"If sent later": messages may overtake each other or come twice, so of two orders about one cue the
one with the later ``sent_ms`` holds. A cue dropped as late is over as well: repeats of it carry the
same deadline. An armed one whose time is long past is not: the order was held up, or the watch
slept, and a newer one may be on its way. A run never heard before takes the wrist over; timers of
the runs before it are cancelled, for their sender has been restarted. A sender whose clock went
back (``clock_offset.py``) counts as restarted: what it had armed is cancelled, what is over is
over.

A watch that has just been switched on cannot know how late messages are before that has settled
(``clock_offset.py``), which takes two that are no cues: a cue is no witness of its own lateness.
Until then no timer fires, and a cue is kept like an armed one whose time has come; longer than it
is worth, and it is late. What was over before the watch was switched off it must be told
(``over``), or it would feel that again.

Times are the watch's own monotonic milliseconds; lateness is measured as ``clock_offset.py`` tells.
"""

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, NamedTuple

from kickcue.core.events import Pulses
from kickcue.core.watch.clock_offset import MOST_RUNS, MinimumDelayFilter

MOST_CUES: Final = (
    64  # a race has some ten; what falls out is so old that its ttl is over many times
)
LATE: Final = "late"


class MessageTimes(NamedTuple):
    """Who sent a message and when, on the sender's clock, and when it came, on the watch's."""

    run_id: str
    sent_ms: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class CueContent:
    """What is to be felt, seen and heard; past ``ttl_ms`` after its moment it must be dropped.

    ``kind`` may be one not known here.
    """

    id: str
    kind: str
    text: str
    say: str | None
    pulses: Pulses
    urgency: int
    ttl_ms: int


@dataclass(frozen=True, slots=True)
class Play:
    """Do it now. ``from_timer``: the armed time had come before the cue did."""

    touch: CueContent
    late_ms: int
    from_timer: bool


@dataclass(frozen=True, slots=True)
class CueAck:
    """Acknowledge cue ``cue_id`` of run ``run_id`` to the sender.

    ``latency_ms`` is how late it was.
    """

    run_id: str
    cue_id: str
    felt: bool
    why: str | None
    latency_ms: int


Action = Play | CueAck


class _State(Enum):
    ARMED = "armed"
    DISARMED = "disarmed"
    OVER = "over"


_ARMED: Final = _State.ARMED
"""An Enum is slow to look up."""


@dataclass(slots=True)
class _Entry:
    state: _State
    sent_ms: int
    """Of the order that holds, on the sender's clock."""
    due_sent_ms: int = 0
    """When an armed cue is due, on the sender's clock: the estimate of the two clocks' difference
    may still sharpen."""
    said_now: bool = False
    """Armed by a cue that came before the watch could tell whether it was late."""
    touch: CueContent | None = None
    answer: CueAck | None = None


class WatchStateMachine:
    """The watch's memory: feed it what comes and do what it returns.

    Call ``tick`` no later than ``next_due_ms``.
    """

    def __init__(self, over: Iterable[CueAck] = ()) -> None:
        """Begin; ``over``: what the watch had answered before it was switched off, if known."""
        self._delays = MinimumDelayFilter()
        self._entries: OrderedDict[tuple[str, str], _Entry] = OrderedDict()
        self._runs: OrderedDict[str, None] = OrderedDict()
        self.lead_ms = 0
        """How long this watch takes from here to the skin: its timers fire that much earlier. May
        change at any time."""
        for answer in over:
            self._entries[answer.run_id, answer.cue_id] = _Entry(_State.OVER, 0, answer=answer)

    def hear(self, stamp: MessageTimes) -> int:
        """Take note of any message but a cue that the broker had not retained (status, state ...).

        Return how late it is in ms.
        """
        before = self._delays.resets
        late_ms = self._delays.lateness_ms(stamp.run_id, stamp.sent_ms, stamp.received_ms)
        if self._delays.resets != before:
            self._forget_orders(stamp.run_id)
        return late_ms

    def is_sure(self, run_id: str) -> bool:
        """Tell whether the watch can tell now how late a message of the run is."""
        return self._delays.sure(run_id)

    @property
    def clock_resets(self) -> int:
        """How often a sender's clock went back."""
        return self._delays.resets

    def arm(self, stamp: MessageTimes, touch: CueContent, due_in_ms: int) -> tuple[Action, ...]:
        """Set the timer of a cue, or set it anew: due ``due_in_ms`` after the message was sent."""
        self.hear(stamp)
        self._take_over(stamp.run_id)
        entry = self._entry(stamp, touch.id)
        if entry.state is not _State.OVER and stamp.sent_ms >= entry.sent_ms:
            entry.state, entry.sent_ms, entry.touch = _State.ARMED, stamp.sent_ms, touch
            entry.due_sent_ms, entry.said_now = stamp.sent_ms + due_in_ms, False
        return self.tick(stamp.received_ms)

    def disarm(self, stamp: MessageTimes, cue_id: str) -> tuple[Action, ...]:
        """Forget the timer of a cue."""
        self.hear(stamp)
        entry = self._entry(stamp, cue_id)
        if entry.state is not _State.OVER and stamp.sent_ms >= entry.sent_ms:
            entry.state, entry.sent_ms = _State.DISARMED, stamp.sent_ms
        return self.tick(stamp.received_ms)

    def cue(self, stamp: MessageTimes, touch: CueContent) -> tuple[Action, ...]:
        """Feel it now: once, and only if it is not late."""
        late_ms = self._delays.lateness_ms(
            stamp.run_id, stamp.sent_ms, stamp.received_ms, judged=True
        )
        self._take_over(stamp.run_id)
        entry = self._entry(stamp, touch.id)
        if entry.answer is not None:
            return (entry.answer, *self.tick(stamp.received_ms))
        if not self._delays.sure(stamp.run_id):
            entry.state, entry.sent_ms, entry.touch = _State.ARMED, stamp.sent_ms, touch
            entry.due_sent_ms, entry.said_now = stamp.sent_ms, True
            return self.tick(stamp.received_ms)
        return (
            *_settle(entry, stamp.run_id, touch, late_ms, from_timer=False),
            *self.tick(stamp.received_ms),
        )

    def tick(self, now_ms: int) -> tuple[Action, ...]:
        """Fire the armed cues whose time has come."""
        actions: list[Action] = []
        for (run_id, _), entry in self._entries.items():
            due_ms = self._due_ms(run_id, entry)
            if due_ms is not None and due_ms - self.lead_ms <= now_ms:
                assert entry.touch is not None
                late_ms = max(now_ms - due_ms, 0)
                if late_ms > entry.touch.ttl_ms and not entry.said_now:
                    entry.state = _State.DISARMED
                else:
                    actions += _settle(entry, run_id, entry.touch, late_ms, from_timer=True)
        return tuple(actions)

    @property
    def next_due_ms(self) -> int | None:
        """When the next armed cue fires.

        None while none is armed, or no message has told yet how late messages are.
        """
        first_ms = None
        for (run_id, _), entry in self._entries.items():
            if entry.state is _ARMED:  # asked at every event, when nearly all are over
                due_ms = self._due_ms(run_id, entry)
                if due_ms is not None and (first_ms is None or due_ms < first_ms):
                    first_ms = due_ms
        return None if first_ms is None else first_ms - self.lead_ms

    @property
    def armed(self) -> Mapping[tuple[str, str], tuple[CueContent, int]]:
        """The cues that wait for their time, by run and id, each with when it is due.

        They are for a watch that is to keep the timers, too.
        """
        found = {
            key: (entry.touch, self._due_ms(key[0], entry)) for key, entry in self._entries.items()
        }
        return {
            key: (touch, due_ms)
            for key, (touch, due_ms) in found.items()
            if touch is not None and due_ms is not None
        }

    def _due_ms(self, run_id: str, entry: _Entry) -> int | None:
        known = self._delays.sure if entry.said_now else self._delays.settled
        if entry.state is not _State.ARMED or not known(run_id):
            return None
        return self._delays.received_ms(run_id, entry.due_sent_ms)

    def _entry(self, stamp: MessageTimes, cue_id: str) -> _Entry:
        key = (stamp.run_id, cue_id)
        if key not in self._entries:
            self._entries[key] = _Entry(_State.DISARMED, stamp.sent_ms)
            if len(self._entries) > MOST_CUES:
                self._entries.popitem(last=False)
        return self._entries[key]

    def _forget_orders(self, run_id: str) -> None:
        """Forget what a run had ordered: its times were of another clock."""
        for (entry_run_id, _), entry in self._entries.items():
            if entry_run_id == run_id and entry.state is not _State.OVER:
                entry.state, entry.sent_ms, entry.touch = _State.DISARMED, -1, None

    def _take_over(self, run_id: str) -> None:
        if run_id in self._runs:
            return
        self._runs[run_id] = None
        if len(self._runs) > MOST_RUNS:
            self._runs.popitem(last=False)
        for entry in self._entries.values():
            if entry.state is _State.ARMED:
                entry.state = _State.DISARMED


def _settle(
    entry: _Entry, run_id: str, touch: CueContent, late_ms: int, *, from_timer: bool
) -> tuple[Action, ...]:
    """End a cue: felt if it is not late; return what to do."""
    felt = late_ms <= touch.ttl_ms
    entry.state, entry.touch = _State.OVER, None
    entry.answer = CueAck(run_id, touch.id, felt, None if felt else LATE, late_ms)
    return (Play(touch, late_ms, from_timer), entry.answer) if felt else (entry.answer,)
