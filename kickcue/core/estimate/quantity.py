"""One quantity, such as the heart rate, and all the sensors that give it."""

from collections.abc import Sequence

from kickcue.core.estimate.freshness import Channel, Freshness
from kickcue.core.events import Level, Notice
from kickcue.core.profiles import SensorProfile


class Quantity:
    """Follows every sensor of one quantity; of several, the first healthy one in the order of the setup leads."""

    def __init__(self, name: str, frozen_after_s: float, order: Sequence[str]) -> None:
        self._name = name
        self._frozen_after_s = frozen_after_s
        self._order = order
        self._told: dict[str, Freshness] = {}
        self.channels: dict[str, Channel] = {}

    def follow(self, sensor: str, profile: SensorProfile) -> Channel:
        """Begin to follow a sensor; return its channel."""
        self.channels[sensor] = Channel(profile.silence_ok_s, self._frozen_after_s)
        self.channels = {name: self.channels[name] for name in self._order if name in self.channels}
        return self.channels[sensor]

    def leader(self, t_ns: int) -> str | None:
        """Return the sensor that counts now, None where none is fresh."""
        for name, channel in self.channels.items():
            if channel.state(t_ns) is Freshness.FRESH:
                return name
        return None

    def leads(self, sensor: str, t_ns: int) -> bool:
        """Say whether what ``sensor`` says counts: it leads, or nobody does."""
        return len(self.channels) == 1 or self.leader(t_ns) in (None, sensor)

    def survey(self, t_ns: int, news: list[Notice]) -> tuple[bool, int | None]:
        """Add to ``news`` whose health has changed since it was last told.

        Return whether any sensor is fresh, and when the next one goes stale if it does not speak before.
        """
        fresh, next_ns = False, None
        for name, channel in self.channels.items():
            state = channel.state(t_ns)
            fresh = fresh or state is Freshness.FRESH
            stale_ns = channel.stale_ns
            if stale_ns > t_ns and (next_ns is None or stale_ns < next_ns):
                next_ns = stale_ns
            if state is not self._told.get(name):
                self._told[name] = state
                level = Level.INFO if state is Freshness.FRESH else Level.WARNING
                news.append(Notice(t_ns, f"sensor_{state}", f"{name}: {self._name} {state}", level, name))
        return fresh, next_ns
