"""How old gpsd's positions are, by its clock against this machine's or its own other words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from kickcue.core.units import NS_PER_MS
from kickcue.core.watch.clock_offset import MinimumDelayFilter

OLDEST_S: Final = 2.0
"""A receiver works out where it was within a second: a clock by which the freshest of its positions
are older, or of the future, gives no age."""
_RECEIVER: Final = "receiver"


class Ages:
    """One receiver's ages.

    A connection that stood still gives at once all that was queued; its times give how long it was.
    """

    def __init__(self) -> None:
        self._delays = MinimumDelayFilter()

    def age_s(self, report: Mapping[str, Any], t_ns: int, utc_s: float | None) -> float | None:
        """Return how old a position is that comes at ``t_ns``.

        None where that is not known: then it counts as new.
        """
        stamped_s = _stamped_s(report.get("time"))
        if stamped_s is None:
            return None
        late_ms = self._delays.lateness_ms(_RECEIVER, round(stamped_s * 1000), t_ns // NS_PER_MS)
        late_s = late_ms / 1000
        if utc_s is not None and 0.0 <= utc_s - stamped_s - late_s <= OLDEST_S:
            return utc_s - stamped_s
        return late_s if late_s > OLDEST_S else None


def _stamped_s(stamp: Any) -> float | None:
    if not isinstance(stamp, str):
        return None
    try:
        return datetime.fromisoformat(stamp).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
