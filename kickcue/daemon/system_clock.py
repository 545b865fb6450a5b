"""Whether UTC, the clock that people read, can be believed.

Races are timed by another one, which nobody can set (``clock.py``).
"""

import ctypes
import time
from contextlib import suppress
from typing import Final

NOT_SYNCHRONISED: Final = 5  # TIME_ERROR of adjtimex(2)
TIMEX_BYTES: Final = 512  # struct timex has 208; with modes 0 nothing is set


def utc_s() -> float | None:
    """Return seconds since 1970, None where nothing has set the clock."""
    return time.time() if kernel_clock_is_set() else None


def kernel_clock_is_set() -> bool:
    """Ask the kernel, whose clock state every kind of NTP daemon sets."""
    with suppress(OSError, AttributeError):  # no such call on other systems
        state: int = ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(TIMEX_BYTES))
        return 0 <= state < NOT_SYNCHRONISED
    return False
