"""One quantity, such as the heart rate, and all the sensors that give it."""

from collections.abc import Sequence
from typing import Final

from kickcue.core.events import Level, Notice
from kickcue.core.profiles import SensorProfile
from kickcue.core.sensors.channel_health import FRESH, Channel, ChannelHealth
from kickcue.core.units import NS_PER_S

SETTLED_NS: Final = 5 * NS_PER_S
"""A sensor that comes back leads again after so long without a fault [judgement]: a loose contact
must not turn the lead each second."""


class SensorSelector:
    """Selects among the sensors of one quantity.

    The first in the configured order that has been healthy for a while leads.
    """

    def __init__(self, name: str, frozen_after_s: float, order: Sequence[str]) -> None:
        self._name = name
        self._frozen_after_s = frozen_after_s
        self._order = order
        self._reported: dict[str, ChannelHealth] = {}
        self.channels: dict[str, Channel] = {}

    def follow(self, sensor: str, profile: SensorProfile) -> Channel:
        """Begin to follow a sensor; return its channel."""
        self.channels[sensor] = Channel(profile.silence_ok_s, self._frozen_after_s)
        self.channels = {name: self.channels[name] for name in self._order if name in self.channels}
        return self.channels[sensor]

    def leader(self, t_ns: int) -> str | None:
        """Return the sensor in use now, None where none is fresh.

        It is the first one that has been healthy for five seconds; while none has, the one that has
        been healthy longest. So a leader that fails hands over at once, and gets the lead back once
        it has settled.
        """
        longest, healthy_since_ns = None, 0
        for name, channel in self.channels.items():
            if channel.state(t_ns) is not FRESH:
                continue
            if t_ns - channel.healthy_since_ns >= SETTLED_NS:
                return name
            if longest is None or channel.healthy_since_ns < healthy_since_ns:
                longest, healthy_since_ns = name, channel.healthy_since_ns
        return longest

    def leads(self, sensor: str, t_ns: int) -> bool:
        """Return whether ``sensor`` is in use: it leads, or none does."""
        return len(self.channels) == 1 or self.leader(t_ns) in (None, sensor)

    def survey(self, t_ns: int, news: list[Notice]) -> tuple[str | None, int | None]:
        """Add to ``news`` the sensors whose health has changed since it was last reported.

        Return which leads, and when the next sensor goes stale unless it notifies before.
        """
        fresh, next_ns = None, None
        for name, channel in self.channels.items():
            state = channel.state(t_ns)
            if state is FRESH:
                fresh = name
            stale_ns = channel.stale_ns
            if stale_ns > t_ns and (next_ns is None or stale_ns < next_ns):
                next_ns = stale_ns
            if state is not self._reported.get(name):
                self._reported[name] = state
                level = Level.INFO if state is FRESH else Level.WARNING
                news.append(
                    Notice(t_ns, f"sensor_{state}", f"{name}: {self._name} {state}", level, name)
                )
        return fresh if fresh is None or len(self.channels) == 1 else self.leader(t_ns), next_ns
