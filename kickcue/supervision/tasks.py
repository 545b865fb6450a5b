"""Tasks: run beside something, run aside, waited for, and ended for certain."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

AGAIN_S: Final = 0.1
LAST_WORD_S: Final = 0.5

T = TypeVar("T")


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel tasks and wait until they have ended.

    More than once if need be: up to Python 3.11 ``asyncio.wait_for``, which aiomqtt awaits
    everything with, swallows a cancellation that comes together with the result
    (https://github.com/python/cpython/issues/81839).
    """
    pending = {task for task in tasks if not task.done()}
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_S)


async def cancel(tasks: Collection[asyncio.Task[Any]], within_s: float | None = None) -> None:
    """Cancel tasks once and wait for them, no longer than ``within_s`` (None: until they end).

    This is for tasks that need their time to end well: ``end`` would cut that short.
    """
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks, timeout=within_s)


@asynccontextmanager
async def running(
    work: Coroutine[Any, Any, T], *, name: str, cancel_once: bool = False
) -> AsyncIterator[asyncio.Task[T]]:
    """Run ``work`` beside what is inside, and end it afterwards.

    What it has raised by then is a bug that must not pass unseen, so it is raised on leaving.
    ``cancel_once`` is for work that needs its time to end well, such as a Bluetooth link.
    """
    task = asyncio.create_task(work, name=name)
    try:
        yield task
    finally:
        await (cancel([task]) if cancel_once else end([task]))
        if not task.cancelled():
            task.result()


async def result_within(work: asyncio.Future[T], within_s: float) -> T:
    """Return what ``work`` gives or raise what it raises; TimeoutError after ``within_s``.

    It is never cancelled: that is for who knows how to end it well.
    """
    done, _ = await asyncio.wait({work}, timeout=within_s)
    if not done:
        raise TimeoutError
    return work.result()


class BackgroundTasks:
    """Tasks that nobody waits for: kept alive until they end.

    Such are a hang-up that BlueZ sits on, and a scan being stopped. ``failed`` gets what one of
    them raised.
    """

    def __init__(self, failed: Callable[[BaseException], None]) -> None:
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed = failed

    def start(
        self, work: Coroutine[Any, Any, None], *, name: str | None = None
    ) -> asyncio.Task[None]:
        """Start ``work``; who wants to may wait for the task, but need not look at its result."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def settle(self, within_s: float) -> None:
        """Wait until all have ended; cancel what has not after ``within_s``."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=within_s)
        await cancel(self._tasks.copy(), LAST_WORD_S)

    async def end(self) -> None:
        """End them all."""
        await end(self._tasks.copy())

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            self._failed(error)
