"""The health of each quantity of each sensor: fresh, stale, frozen, implausible or lost.

Only fresh ones have a value.
"""

from enum import StrEnum
from typing import Final

from kickcue.core.sensors.notification_interval import NotificationInterval
from kickcue.core.units import s_to_ns

LOST_AFTER_NS: Final = s_to_ns(10.0)
"""A longer silence is a loss; of a slow sensor, one twice as long as its interval explains."""


class ChannelHealth(StrEnum):
    """The health of one quantity of one sensor."""

    FRESH = "fresh"
    STALE = "stale"
    """Silent for longer than its profile allows and than its own interval explains."""
    FROZEN = "frozen"
    """It keeps notifying, but with the same value for longer than a living runner can have it."""
    IMPLAUSIBLE = "implausible"
    """Its value is impossible."""
    LOST = "lost"
    """Disconnected, or silent for long, or never received."""


FRESH: Final = ChannelHealth.FRESH
"""The one that is asked for at every reading: an Enum is slow to look up."""


class Channel:
    """Follows one quantity.

    ``silence_ok_s`` is how long silence is no loss, whatever the sensor's interval;
    ``frozen_after_s`` how long a living value may stay exactly the same.
    """

    __slots__ = (
        "_frozen",
        "_frozen_after_ns",
        "_interval",
        "_silence_ok_ns",
        "_value",
        "_value_since_ns",
        "connected",
        "healthy_since_ns",
        "plausible",
        "received_ns",
        "stale_ns",
    )

    def __init__(self, silence_ok_s: float, frozen_after_s: float) -> None:
        self._silence_ok_ns = s_to_ns(silence_ok_s)
        self._interval = NotificationInterval()
        self._frozen_after_ns = s_to_ns(frozen_after_s)
        self.received_ns: int | None = None
        self.stale_ns = 0
        """The first moment at which silence makes the value stale; 0 for a sensor that was never
        received."""
        self.healthy_since_ns = 0
        """Since when it has been fresh without a break; holds only while it is fresh."""
        self.plausible = True
        self.connected = True
        self._frozen = False
        self._value: object = None
        self._value_since_ns = 0

    def update(self, t_ns: int, value: object, *, plausible: bool) -> bool:
        """Update by a ``value`` received (anything comparable); return whether it is fresh."""
        if t_ns >= self.stale_ns or not self.plausible or not self.connected or self._frozen:
            self.healthy_since_ns = t_ns
        if value != self._value or self.received_ns is None:
            self._value, self._value_since_ns, self._frozen = value, t_ns, False
        else:
            self._frozen = t_ns - self._value_since_ns > self._frozen_after_ns
        self.received_ns, self.plausible, self.connected = t_ns, plausible, True
        self._interval.update(t_ns)
        self.stale_ns = t_ns + max(self._silence_ok_ns, self._interval.allowed_silence_ns) + 1
        return plausible and not self._frozen

    def state(self, t_ns: int) -> ChannelHealth:
        """Return the health at ``t_ns``."""
        if self.received_ns is None or not self.connected:
            return ChannelHealth.LOST
        if t_ns >= self.stale_ns:
            lost_after_ns = max(LOST_AFTER_NS, 2 * (self.stale_ns - 1 - self.received_ns))
            return (
                ChannelHealth.STALE
                if t_ns - self.received_ns <= lost_after_ns
                else ChannelHealth.LOST
            )
        if not self.plausible:
            return ChannelHealth.IMPLAUSIBLE
        return ChannelHealth.FROZEN if self._frozen else FRESH
