"""What waits to be sent: urgent things first, nothing past its deadline."""

import asyncio
import heapq
from dataclasses import dataclass
from typing import Final

MOST_WAITING: Final = (
    200  # some 20 s of everything we ever send: more means that deadlines are broken
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to be published; the ``urgent`` go before all others.

    ``deadline_s`` is on the event loop's clock.
    """

    topic: str
    payload: bytes
    deadline_s: float
    qos: int = 1
    retain: bool = False
    urgent: bool = False
    shorter: tuple[bytes, ...] = ()
    """Payloads that mean the same and leave out what is not needed, for a broker with small limits:
    the longest first."""


class Outbox:
    """A queue with deadlines: ``get`` waits for the next message that is still worth sending.

    Those that no longer are it counts in ``expired``.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[bool, int, Outgoing]] = []
        self._count = 0
        self._filled = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self.expired = 0

    def put(self, message: Outgoing) -> None:
        """Add a message; beyond ``MOST_WAITING`` the oldest that is not urgent is given up."""
        if len(self._heap) >= MOST_WAITING:
            self._heap.remove(min(self._heap, key=lambda item: (not item[0], item[1])))
            heapq.heapify(self._heap)
            self.expired += 1
        self._push(self._count, message)
        self._count += 1

    def put_back(self, message: Outgoing) -> None:
        """Add a message that could not be sent, before all others of its kind."""
        self._push(-self._count, message)
        self._count += 1

    async def get(self) -> Outgoing:
        """Wait for the next message and take it; cancelling loses none."""
        while True:
            await self._filled.wait()
            message = self._pop()
            if message is not None:
                return message

    async def flush(self) -> None:
        """Wait until everything has been taken or has expired."""
        await self._emptied.wait()

    def _push(self, order: int, message: Outgoing) -> None:
        heapq.heappush(self._heap, (not message.urgent, order, message))
        self._filled.set()
        self._emptied.clear()

    def _pop(self) -> Outgoing | None:
        now_s = asyncio.get_running_loop().time()
        found = None
        while self._heap and found is None:
            *_, message = heapq.heappop(self._heap)
            if message.deadline_s > now_s:
                found = message
            else:
                self.expired += 1
        if not self._heap:
            self._filled.clear()
            self._emptied.set()
        return found
