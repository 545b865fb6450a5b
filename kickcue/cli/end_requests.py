"""Requests to end (SIGTERM, SIGINT, SIGHUP) while an event loop runs.

Who waits for it has an event; who has not begun yet is cancelled.
"""

import asyncio
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


@contextmanager
def end_requests(*more: signal.Signals) -> Iterator[asyncio.Event]:
    """Give an event of the running loop that is set by SIGTERM, SIGINT and ``more``.

    Afterwards SIGTERM has nothing left to end. The handlers are Python's own and not the loop's:
    those leave a moment at the end in which the signal would kill.
    """
    requested, loop = asyncio.Event(), asyncio.get_running_loop()

    def request(_number: int, _frame: FrameType | None) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(requested.set)

    before = {
        number: signal.signal(number, request) for number in (signal.SIGTERM, signal.SIGINT, *more)
    }
    try:
        yield requested
    finally:
        for number, handler in before.items():
            ours = number is signal.SIGTERM and handler not in (signal.SIG_DFL, signal.SIG_IGN)
            signal.signal(number, signal.SIG_IGN if ours else handler)


@contextmanager
def hang_up_ends(requested: asyncio.Event, *, unless: Callable[[], bool]) -> Iterator[None]:
    """Have a hang-up (SIGHUP, a lost ssh connection) set ``requested``.

    Not while ``unless()`` is true: something goes on without a terminal.

    Who has asked for hang-ups to be passed over, as nohup does, is left to it.
    """
    before, loop = signal.getsignal(signal.SIGHUP), asyncio.get_running_loop()

    def hung_up(_number: int, _frame: FrameType | None) -> None:
        if not unless() and not loop.is_closed():
            loop.call_soon_threadsafe(requested.set)

    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, hung_up)
    try:
        yield
    finally:
        signal.signal(signal.SIGHUP, before)


@contextmanager
def handlers_kept(*numbers: signal.Signals) -> Iterator[None]:
    """Put back these signals' handlers, which the event loop replaces and would leave deadly."""
    before: dict[signal.Signals, Any] = {number: signal.getsignal(number) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            if handler is not None:  # of code that is not Python's
                signal.signal(number, handler)


@contextmanager
def cancelled_by(requested: asyncio.Event) -> Iterator["Cancelling"]:
    """Cancel the running task when ``requested`` is set, until the block calls ``begun``.

    Leaving the block then raises nothing.
    """
    task = asyncio.current_task()
    assert task is not None
    cancelling = Cancelling(asyncio.create_task(_cancel(requested, task), name="asked to stop"))
    try:
        yield cancelling
    except asyncio.CancelledError:
        if not requested.is_set() or cancelling.over:
            raise
        task.uncancel()
    finally:
        cancelling.begun()


class Cancelling:
    """Made by ``cancelled_by``."""

    def __init__(self, task: asyncio.Task[None]) -> None:
        self._task = task
        self.over = False

    def begun(self) -> None:
        """Cancel nothing from now on: who runs looks at the event himself."""
        self.over = True
        self._task.cancel()


async def _cancel(requested: asyncio.Event, task: asyncio.Task[Any]) -> None:
    await requested.wait()
    task.cancel()
