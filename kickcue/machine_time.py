"""The machine's clock: nobody sets it, and it goes on while the machine sleeps.

Linux calls that CLOCK_BOOTTIME; its CLOCK_MONOTONIC stands still in sleep, so that a race would
lose the minutes of a closed lid. Where there is no such clock (macOS), the monotonic one is the
best there is.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

R = TypeVar("R")
_BOOTTIME: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)


def machine_ns() -> int:
    """Return the machine's clock, ns since some moment before; on Linux since it was started."""
    return time.monotonic_ns() if _BOOTTIME is None else time.clock_gettime_ns(_BOOTTIME)


class SleepProofLoop(asyncio.SelectorEventLoop):
    """An event loop on the machine's clock.

    What fell due in a sleep is done, or is too late, as soon as the machine is awake.
    """

    def time(self) -> float:
        """Return the machine's clock in seconds."""
        return machine_ns() / 1e9


def run(
    main: Coroutine[Any, Any, R],
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = SleepProofLoop,
) -> R:
    """Run to the end, as ``asyncio.run`` does, by the machine's clock."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main)
