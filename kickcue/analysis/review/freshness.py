"""When one sensor had a fresh value, by the same rules as in a race."""

from kickcue.core.events import Notification
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import BatteryReading, HeartReading, PodReading, Reading, interpret
from kickcue.core.sensors.channel_health import Channel
from kickcue.core.sensors.hub import HEART_FROZEN_S, POD_FROZEN_S
from kickcue.core.sensors.pod_monitor import PodMonitor

Stretch = tuple[int, int]
"""From when to when, in ns of the recording."""


class Freshness:
    """Follows what one sensor sends; feed it all of that in order of time, then ``finish``.

    ``heart`` and ``motion`` are the times with a fresh heart rate, and with a fresh speed, cadence
    or position.
    """

    def __init__(self, profile: SensorProfile, t_ns: int) -> None:
        self._profile = profile
        self.heart: list[Stretch] = []
        self.motion: list[Stretch] = []
        self._heart = _Values(Channel(profile.silence_ok_s, HEART_FROZEN_S), self.heart)
        self._motion = _Values(Channel(profile.silence_ok_s, POD_FROZEN_S), self.motion)
        self._pod = PodMonitor(profile, self._motion.channel, t_ns)

    def take(self, event: Notification) -> None:
        """Take in a notification; DecodeError where it cannot be read."""
        reading = interpret(self._profile, event.char, event.data)
        if isinstance(reading, HeartReading):
            self._heart.update(event.t_ns, event.data, plausible=reading.bpm is not None)
        elif isinstance(reading, PodReading):
            _, value, left = self._pod.update(event.t_ns, event.data, reading)
            self._motion.update(event.t_ns, value, plausible=_tells(left))
        elif reading is not None and not isinstance(reading, BatteryReading):
            self._motion.update(event.t_ns, event.t_ns, plausible=True)

    def finish(self, t_ns: int) -> None:
        """End what is fresh: the link was lost, or the recording is over."""
        self._heart.close(t_ns)
        self._motion.close(t_ns)


def _tells(reading: Reading) -> bool:
    return isinstance(reading, PodReading) and (
        reading.speed_mps is not None or reading.cadence_raw is not None
    )


class _Values:
    """One quantity of a sensor, and since when its last value counts."""

    def __init__(self, channel: Channel, stretches: list[Stretch]) -> None:
        self.channel = channel
        self._stretches = stretches
        self._since_ns: int | None = None

    def update(self, t_ns: int, value: object, *, plausible: bool) -> None:
        self.close(t_ns)
        fresh = self.channel.update(t_ns, value, plausible=plausible)
        self._since_ns = t_ns if fresh else None

    def close(self, t_ns: int) -> None:
        if self._since_ns is not None:
            stretch = self._since_ns, min(t_ns, self.channel.stale_ns)
            if self._stretches and self._stretches[-1][1] == self._since_ns:
                stretch = self._stretches.pop()[0], stretch[1]
            self._stretches.append(stretch)
        self._since_ns = None
