"""One foot pod or treadmill: its cadence unit, and whether it lies still while its owner runs."""

from typing import Final

from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import STEPS_FROM, PodReading
from kickcue.core.sensors.cadence import UnitWatch
from kickcue.core.sensors.channel_health import Channel
from kickcue.core.units import NS_PER_S

STANDING_NS: Final = 30 * NS_PER_S
"""Nobody who marks laps has stood still for so long before a mark [judgement]; a pod that reports
it lies on the bench."""
NO_METRES_NS: Final = 5 * NS_PER_S
"""Steps of a runner without a metre for so long: the pod counts the ones and not the others. Only
time without silence counts: one notification after a pause is of one moment."""
TREADMILL_DATA: Final = "2acd"


class PodMonitor:
    """What is known about one pod."""

    __slots__ = (
        "_belt",
        "_moved_ns",
        "_silent_to_ns",
        "_stepped_ns",
        "_total_m",
        "channel",
        "lies_still",
        "units",
    )

    def __init__(self, profile: SensorProfile, channel: Channel, t_ns: int) -> None:
        self._belt = any(offer.char == TREADMILL_DATA for offer in profile.provides)
        self._moved_ns = self._stepped_ns = self._silent_to_ns = t_ns
        self._total_m: float | None = None
        self.channel = channel
        self.units = UnitWatch()
        self.lies_still = False
        """It reports no motion although laps are being marked; until it moves."""

    def update(
        self, t_ns: int, data: bytes, reading: PodReading
    ) -> tuple[float | None, object, PodReading]:
        """Update by a reading and the bytes it came in.

        Return its steps per minute, the value that may not stay the same for long, and the
        plausible part of the reading.

        Standing still is no fault. Nor is the sameness of a belt's speed, which is set and not
        measured: without a distance beside it a treadmill sends the same bytes for as long as
        nobody touches it. Where there are steps and no metres, speed and distance are taken out of
        the reading.
        """
        spm = self.units.spm(t_ns, reading)
        if t_ns >= self.channel.stale_ns:
            self._leave_out_silence(t_ns)
        speed_mps, distance_m = reading.speed_mps, reading.distance_m
        if speed_mps != 0.0 or (distance_m is not None and distance_m != self._total_m):
            self._moved_ns, self._total_m, self.lies_still = t_ns, distance_m, False
        elif spm is not None and spm >= STEPS_FROM:
            self._stepped_ns, self.lies_still = t_ns, False
            if t_ns - self._moved_ns > NO_METRES_NS:
                reading = reading._replace(speed_mps=None, distance_m=None)
        return spm, data if speed_mps and not (self._belt and distance_m is None) else t_ns, reading

    def handle_mark(self, t_ns: int, started_ns: int) -> None:
        """Handle a mark at ``t_ns`` of a line in a race that began at ``started_ns``."""
        self._leave_out_silence(t_ns)
        if t_ns - max(self._moved_ns, self._stepped_ns, started_ns) >= STANDING_NS:
            self.lies_still = True

    def _leave_out_silence(self, t_ns: int) -> None:
        """Count a silence before ``t_ns`` neither as standing nor as steps without metres."""
        received_ns = self.channel.received_ns
        if received_ns is not None and t_ns >= self.channel.stale_ns:
            self._moved_ns += t_ns - max(received_ns, self._silent_to_ns)
            self._stepped_ns += t_ns - max(received_ns, self._silent_to_ns)
            self._silent_to_ns = t_ns
