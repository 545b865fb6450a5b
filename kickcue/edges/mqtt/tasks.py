"""Ending tasks for certain."""

import asyncio
from collections.abc import Collection
from typing import Any, Final

AGAIN_S: Final = 0.1


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
