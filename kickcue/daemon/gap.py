"""How long a race was interrupted, by the machine's own clock and the one that people read (UTC).

The machine's own clock is right within one boot. But it is not one that counts sleep on every
system, and it stands still with a virtual machine that is paused; after a reboot it begins anew.
UTC runs on, but may have been wrong: until a network sets it, a Pi believes that it is some earlier
time, and what was interrupted for ten seconds seems to have been so for months. So:

* By UTC it is the shorter of two times: since the last record, by the UTC of the recording's
  beginning, and since the file was last written, for what set the clock in the middle of the race
  did it before that. After a record of the future UTC is not used.
* UTC is not used where nothing had set it when the recording began and something has now: the gap
  may be what it was wrong by.
* Within one boot the machine's clock counts, unless by UTC it stood still for more than
  ``STOOD_STILL_NS``: then UTC does.
* After a reboot UTC counts; where nothing had set it then, the race was interrupted since the
  machine started, as far as one can know.
"""

from dataclasses import dataclass
from typing import Final

from kickcue.core.units import NS_PER_S

STOOD_STILL_NS: Final = 30 * NS_PER_S
"""A clock that is set by hand or by NTP may move by some seconds in a gap; a sleep that matters is
longer [judgement]."""


@dataclass(frozen=True, slots=True)
class UtcNow:
    """UTC now (ns since 1970), and whether something has set it, as far as the system knows."""

    ns: int
    is_set: bool


@dataclass(frozen=True, slots=True)
class LastRecord:
    """When the last thing was recorded, in ns since 1970.

    ``recorded_ns`` is by the recording and None where it has none, ``written_ns`` by the file.
    ``is_set``: something had set UTC when the recording began.
    """

    recorded_ns: int | None
    written_ns: int
    is_set: bool


def was_set_since(then: LastRecord, now: UtcNow) -> bool:
    """Tell whether UTC may have been wrong when the recording began, and is right now."""
    return now.is_set and not then.is_set


def utc_gap_ns(then: LastRecord, now: UtcNow) -> int | None:
    """Return how long ago the last record was by UTC, None where that is not known."""
    if then.recorded_ns is None or now.ns < then.recorded_ns or was_set_since(then, now):
        return None
    return min(now.ns - at_ns for at_ns in (then.recorded_ns, then.written_ns) if at_ns <= now.ns)
