"""A watch in virtual time: the real wrist logic, fed over a link, and what is felt.

Over a faultless link a cue is felt when the watch's timer or the cue itself says so, whichever
comes first. Over a bad one messages are held up for seconds, lost and doubled; then nothing may be
felt late or twice, whatever happens to the moment.
"""

import math
from dataclasses import dataclass, field
from heapq import heappop, heappush
from random import Random
from typing import Final

from kickcue.core.events import Arm, Cue, CueKind, Disarm, Estimate, Output
from kickcue.core.units import NS_PER_MS
from kickcue.core.watch.state_machine import (
    Action,
    CueContent,
    MessageTimes,
    Play,
    WatchStateMachine,
)

RUN: Final = "race"
_SENT: Final = (Arm, Disarm, Cue, Estimate)
BELL: Final = (CueKind.LAST_LAP, CueKind.HOLD)


@dataclass(frozen=True, slots=True)
class BadLink:
    """A link as bad as it gets.

    Every message takes a little, some are held up for long, some come twice, some never.
    """

    least_ms: int = 20
    usual_ms: float = 30.0
    held_up: float = 0.05
    held_up_ms: tuple[int, int] = (500, 15_000)
    doubled: float = 0.05
    lost: float = 0.02

    def arrivals_ms(self, random: Random, sent_ms: int) -> list[int]:
        """Return when the message arrives: once, twice or never."""
        if random.random() < self.lost:
            return []
        if random.random() >= self.doubled:
            return [self._arrival_ms(random, sent_ms)]
        return [self._arrival_ms(random, sent_ms), self._arrival_ms(random, sent_ms)]

    def _arrival_ms(self, random: Random, sent_ms: int) -> int:
        held_up_ms = random.randint(*self.held_up_ms) if random.random() < self.held_up else 0
        # As ``random.expovariate`` has it, once for every message.
        usual_ms = -math.log(1.0 - random.random()) / (1.0 / self.usual_ms)
        return sent_ms + self.least_ms + round(usual_ms) + held_up_ms


@dataclass(frozen=True, slots=True)
class Felt:
    """A touch of the wrist; ``late``: past the deadline of the order that it followed."""

    t_ms: int
    cue_id: str
    kind: str
    text: str
    late: bool


@dataclass(slots=True)
class Watch:
    """Has ``run_to`` called before an event is fed to the engine, ``send`` with what followed.

    ``felt`` is what was felt so far.
    """

    link: BadLink | None = None
    random: Random | None = None
    felt: list[Felt] = field(default_factory=list)
    _wrist: WatchStateMachine = field(default_factory=WatchStateMachine)
    _coming: list[tuple[int, int, int, Output]] = field(default_factory=list)
    _sent: int = 0
    _armed: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of each cue the latest order that has arrived: when it was sent, and when the cue is due."""
    _is_sure: bool = False
    """Over a faultless link: that the wrist can tell how late a message is; there it stays so."""
    _wake_ms: float = -math.inf
    """Before it nothing arrives and nothing is due: ``run_to`` is asked at every event."""

    def send(self, output: Output) -> None:
        """Put a message on its way; an output that no watch is sent does nothing."""
        if not isinstance(output, _SENT):
            return
        if self.link is None or self.random is None:
            if self._is_sure and isinstance(output, Estimate):
                return  # no message is later than another: there is nothing more to learn from it
            sent_ms = output.t_ns // NS_PER_MS
            self._take(sent_ms, sent_ms, output)
            self._is_sure = self._wrist.is_sure(RUN)
            return
        sent_ms = output.t_ns // NS_PER_MS
        for arrives_ms in self.link.arrivals_ms(self.random, sent_ms):
            self._sent += 1
            heappush(self._coming, (arrives_ms, self._sent, sent_ms, output))
            self._wake_ms = min(self._wake_ms, arrives_ms)

    def run_to(self, t_ns: int) -> None:
        """Let time pass: messages arrive and timers fire in their order."""
        now_ms = t_ns // NS_PER_MS
        if now_ms < self._wake_ms:
            return
        while True:
            due_ms = self._wrist.next_due_ms
            arrives_ms = self._coming[0][0] if self._coming else None
            if (
                due_ms is not None
                and due_ms <= now_ms
                and (arrives_ms is None or due_ms <= arrives_ms)
            ):
                self._note(due_ms, None, self._wrist.tick(due_ms))
            elif arrives_ms is not None and arrives_ms <= now_ms:
                _, _, sent_ms, output = heappop(self._coming)
                self._take(arrives_ms, sent_ms, output)
            else:
                self._wake_ms = min(
                    math.inf if due_ms is None else due_ms,
                    math.inf if arrives_ms is None else arrives_ms,
                )
                return

    @property
    def bell(self) -> Felt | None:
        """The bell as it was first felt."""
        return next((felt for felt in self.felt if felt.kind in BELL), None)

    @property
    def late(self) -> int:
        """How many cues were felt late."""
        return sum(felt.late for felt in self.felt)

    @property
    def doubled(self) -> int:
        """How many were felt that had been felt before; a second bell of a race is one."""
        once = {"bell" if felt.kind in BELL else felt.cue_id for felt in self.felt}
        return len(self.felt) - len(once)

    def _take(self, now_ms: int, sent_ms: int, output: Output) -> None:
        self._wake_ms = -math.inf  # what is armed may be due at another time now
        stamp = MessageTimes(RUN, sent_ms, now_ms)
        if isinstance(output, Estimate):
            self._wrist.hear(stamp)
        elif isinstance(output, Arm):
            if sent_ms >= self._armed.get(output.cue.id, (-1, 0))[0]:
                self._armed[output.cue.id] = (sent_ms, sent_ms + output.due_in_ms)
            self._note(now_ms, None, self._wrist.arm(stamp, _touch(output.cue), output.due_in_ms))
        elif isinstance(output, Disarm):
            self._note(now_ms, None, self._wrist.disarm(stamp, output.cue_id))
        elif isinstance(output, Cue):
            if sent_ms >= self._armed.get(output.id, (-1, 0))[0]:
                self._armed[output.id] = (sent_ms, sent_ms)
            self._note(now_ms, sent_ms, self._wrist.cue(stamp, _touch(output)))

    def _note(self, now_ms: int, told_ms: int | None, actions: tuple[Action, ...]) -> None:
        # The delay of the fastest message is invisible to a watch.
        slack_ms = 0 if self.link is None else self.link.least_ms
        for action in actions:
            if isinstance(action, Play):
                meant_ms = (
                    self._armed[action.touch.id][1]
                    if action.from_timer or told_ms is None
                    else told_ms
                )
                touch = action.touch
                late = now_ms > meant_ms + touch.ttl_ms + slack_ms
                self.felt.append(Felt(now_ms, touch.id, touch.kind, touch.text, late))


def _touch(cue: Cue) -> CueContent:
    return CueContent(cue.id, cue.kind, cue.text, cue.say, cue.pulses, cue.urgency, cue.ttl_ms)
