"""Things that must be ended properly, but that nobody should have to wait for.

Such are a hang-up that BlueZ sits on, and a scan being stopped.
"""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, Final

LOG: Final = logging.getLogger(__name__)
LAST_WORD_S: Final = 0.5


class BackgroundTasks:
    """Tasks that nobody waits for: kept alive until they end, their failures told at DEBUG."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Start ``work``; who wants to may wait for the task, but need not look at its result."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settle(self, within_s: float) -> None:
        """Wait until all have ended; cancel what has not after ``within_s``."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_s)
        await cancel(self._tasks.copy(), LAST_WORD_S)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            LOG.debug("ended with an error: %r", error)


async def cancel(tasks: set[asyncio.Task[None]], within_s: float) -> None:
    """Cancel tasks and wait for them, no longer than ``within_s``."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=within_s)
