"""Goes through a session in its time; it can be paused, skipped through and stopped.

What is cut off by a pause is begun anew afterwards: nobody goes on in the middle of a sentence.
"""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum

from kickcue.coaching.timeline import Timeline, TimelineEntry
from kickcue.supervision.tasks import cancel

Perform = Callable[[TimelineEntry], Awaitable[None]]


class PlayerOrder(StrEnum):
    """What a listener can want."""

    PAUSE = "pause"
    """Or go on."""
    SKIP = "skip"
    """Go to the next line at once."""
    STOP = "stop"


class ScriptPlayer:
    """Performs each entry at its time. ``paused`` hears of each pause, and of its end."""

    def __init__(self, session: Timeline, perform: Perform, paused: Callable[[bool], None]) -> None:
        self._session = session
        self._perform = perform
        self._paused = paused
        self._orders: asyncio.Queue[PlayerOrder] = asyncio.Queue()
        self._zero_s = 0.0
        """When the session would have begun had nobody paused or skipped."""

    def order(self, order: PlayerOrder) -> None:
        """Obey as soon as may be."""
        self._orders.put_nowait(order)

    async def run(self) -> bool:
        """Return whether it came to its end."""
        self._zero_s = _now_s()
        entries = self._session.entries
        nexts_s = [*(entry.at_s for entry in entries[1:]), self._session.total_s]
        for entry, next_s in zip(entries, nexts_s, strict=True):
            if not await self._until(entry.at_s) or not await self._through(entry, next_s):
                return False
        return await self._until(self._session.total_s)

    async def _until(self, at_s: float) -> bool:
        """Wait for a moment of the session; False is told to stop."""
        while True:
            left_s = max(self._zero_s + at_s - _now_s(), 0.0)
            order = await self._unless_ordered(asyncio.sleep(left_s))
            if order is None:
                return True
            if order is PlayerOrder.PAUSE:
                paused_s = _now_s()
                order = await self._rest()
                self._zero_s += _now_s() - paused_s
            if order is PlayerOrder.STOP:
                return False
            if order is PlayerOrder.SKIP:
                self._be_at(at_s)

    async def _through(self, entry: TimelineEntry, next_s: float) -> bool:
        """Perform an entry to its end; False is told to stop."""
        while True:
            order = await self._unless_ordered(self._perform(entry))
            if order is None:
                return True
            if order is PlayerOrder.PAUSE:
                order = await self._rest()
                self._be_at(entry.at_s)
            if order is PlayerOrder.STOP:
                return False
            if order is PlayerOrder.SKIP:
                self._be_at(next_s)
                return True

    async def _rest(self) -> PlayerOrder | None:
        """Wait to be told to go on (None), to skip or to stop."""
        self._paused(True)
        order = await self._orders.get()
        self._paused(False)
        return None if order is PlayerOrder.PAUSE else order

    async def _unless_ordered(self, work: Awaitable[None]) -> PlayerOrder | None:
        """Do ``work`` to its end, or cut it off for an order and return that."""
        doing = asyncio.ensure_future(work)
        waiting = asyncio.create_task(self._orders.get())
        try:
            await asyncio.wait({doing, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                return waiting.result()
            doing.result()
            return None
        finally:
            await cancel([task for task in (doing, waiting) if not task.done()])

    def _be_at(self, at_s: float) -> None:
        self._zero_s = _now_s() - at_s


def _now_s() -> float:
    return asyncio.get_running_loop().time()
