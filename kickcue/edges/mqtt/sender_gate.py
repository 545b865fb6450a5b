"""Sends only while this run may: until that is known, messages wait."""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.messages import StatusMessage
from kickcue.edges.mqtt.outbox import MOST_WAITING, Outgoing
from kickcue.edges.mqtt.rivals import Rival, Rivals
from kickcue.edges.mqtt.topics import Topics

LOOK_S: Final = 0.1


class SenderGate:
    """Between a delivery and its ``send``: shut while another run sends on the same topics."""

    def __init__(self, rivals: Rivals, topics: Topics, send: Callable[[Outgoing], None]) -> None:
        self._rivals = rivals
        self._topics = topics
        self._send = send
        self._open = False
        self._held: deque[Outgoing] = deque(maxlen=MOST_WAITING)

    def put(self, outgoing: Outgoing) -> None:
        """Send, or keep until it is known whether another run sends; then it is sent or dropped."""
        if self._rivals.may_send:
            self._send(outgoing)
        elif not self._rivals.decided:
            self._held.append(outgoing)

    def link_up(self) -> None:
        """Take note of a new connection."""
        self._rivals.link_up()

    def take(self, status: StatusMessage, *, retained: bool) -> None:
        """Take any status on the own topic."""
        self._rivals.take(status, retained=retained)

    def look(self) -> bool:
        """Tell whether the gate has opened since the last look."""
        before, self._open = self._open, self._rivals.may_send
        opened = self._open and not before
        if opened:
            for outgoing in self._held:
                self._send(outgoing)
        if self._rivals.decided:
            self._held.clear()
        return opened

    @property
    def second(self) -> str | None:
        """Why nothing is sent beside another run on the same topics, and what to do.

        None while there is none.
        """
        rival = self._rivals.found
        return None if rival is None else _second_sender(rival, self._topics)

    async def only_sender(self) -> None:
        """Return once it is known that nobody else sends on these topics.

        UsageError where somebody does.
        """
        while not self._rivals.decided:  # noqa: ASYNC110  time decides it
            await asyncio.sleep(LOOK_S)
        if self.second is not None:
            raise UsageError(self.second)


def _second_sender(rival: Rival, topics: Topics) -> str:
    """Return why nothing is sent beside another run, and what to do."""
    phase = "" if rival.phase is None else f", {rival.phase.replace('_', ' ')}"
    return (
        f"another kickcue (run {rival.run_id}{phase}) already sends cues to {topics.prefix}, so "
        "the watch would play each cue twice: stop that one, use another --athlete, or send "
        "anyway with --alongside"
    )
