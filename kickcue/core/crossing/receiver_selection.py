"""Which of several position receivers is used: one at a time.

Each errs in its own way, and a step between two is no running.
"""

from collections.abc import Sequence
from typing import Final

from kickcue.core.crossing.fix_times import FixTimes
from kickcue.core.crossing.gate import MAX_ACCURACY_M
from kickcue.core.events import Fix
from kickcue.core.units import NS_PER_S

UNHEALTHY_AFTER_NS: Final = 5 * NS_PER_S
"""After a longer silence the finish line would not bridge the gap either."""
SETTLED_NS: Final = 5 * NS_PER_S
"""A receiver that comes back is used again after so long [judgement, as for other sensors]."""
MAX_AGE_S: Final = 3600.0
"""A fix older than an hour, or so far ahead, is not of this race; nor is its age a time at all."""
NULL_ISLAND_DEG: Final = 1e-6
"""At 0,0 in the Atlantic nobody runs: a receiver without a position sends 0, and so does a watch on
a treadmill."""


def is_position(lat_deg: float, lon_deg: float) -> bool:
    """Return whether this can be a position: on the globe, and not 0,0. NaN is none."""
    on_earth = abs(lat_deg) <= 90.0 and abs(lon_deg) <= 180.0
    return on_earth and not (abs(lat_deg) < NULL_ISLAND_DEG and abs(lon_deg) < NULL_ISLAND_DEG)


class ReceiverSelection:
    """Uses the first receiver in ``order`` that has been healthy for a while.

    While none has, it is the one healthy for longest.
    """

    def __init__(self, order: Sequence[str | None]) -> None:
        """``order``: the receivers by name; None: fixes come without a sensor's name."""
        self._order = order
        self._received_ns: dict[str | None, int] = {}
        self._healthy_since_ns: dict[str | None, int] = {}
        self._times = {name: FixTimes() for name in order}

    def update(self, fix: Fix, receiver: str | None) -> tuple[Fix, ...]:
        """Handle a fix; return those in use whose time is known by now, with their age."""
        return self._times[receiver].update(fix) if self.is_leading(fix, receiver) else ()

    def is_leading(self, fix: Fix, receiver: str | None) -> bool:
        """Handle a fix, in order of time; return whether its receiver is the one in use."""
        if not is_position(fix.lat_deg, fix.lon_deg):
            return False
        if fix.accuracy_m is not None and not fix.accuracy_m <= MAX_ACCURACY_M:
            return False
        if fix.age_s is not None and not abs(fix.age_s) <= MAX_AGE_S:
            return False
        if not self._is_healthy(receiver, fix.t_ns):
            self._healthy_since_ns[receiver] = fix.t_ns
        self._received_ns[receiver] = fix.t_ns
        return receiver == self._leader(fix.t_ns)

    def _leader(self, t_ns: int) -> str | None:
        healthy = [name for name in self._order if self._is_healthy(name, t_ns)]
        settled = [name for name in healthy if t_ns - self._healthy_since_ns[name] >= SETTLED_NS]
        return (
            settled[0] if settled else min(healthy, key=lambda name: self._healthy_since_ns[name])
        )

    def _is_healthy(self, name: str | None, t_ns: int) -> bool:
        return name in self._received_ns and t_ns - self._received_ns[name] <= UNHEALTHY_AFTER_NS
