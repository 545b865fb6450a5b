"""From notifications to plausible values now; counts failures, follows the health of sensors."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from kickcue.core.errors import DecodeError, DecodeOutcome
from kickcue.core.events import Level, Link, Notice, Notification
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import (
    BatteryReading,
    HeartReading,
    LocationReading,
    PodReading,
    interpret,
)
from kickcue.core.sensors.cadence import Cadence
from kickcue.core.sensors.cadence_lock import CadenceLock
from kickcue.core.sensors.channel_health import Channel, ChannelHealth
from kickcue.core.sensors.failover import SensorSelector
from kickcue.core.sensors.heart_rate import HeartRate
from kickcue.core.sensors.pod_monitor import PodMonitor

HEART_FROZEN_S: Final = 90.0
"""No living heart shows the same each second for so long [judgement]; in recorded runs the longest
was 67 s, from a sensor that smooths."""
POD_FROZEN_S: Final = 10.0
"""Nor does a pod send the same bytes for so long while its owner runs."""
LOW_BATTERY_PERCENT: Final = 15
MAX_REPORTS: Final = 256
"""Oddities reported, each once. A race has a handful; after so many somebody invents names."""
MAX_SHOWN_CHARS: Final = 64
"""Bytes of an undecodable notification that are shown, and letters of a name: ATT allows 512 bytes,
a broker far more."""


@dataclass(slots=True)
class DecodeCounts:
    """How decoding ended, for one sensor.

    Of those ``decoded``, ``half_rr`` had lost half an interval at their end.
    """

    decoded: int = 0
    not_this_format: int = 0
    broken: int = 0
    half_rr: int = 0


class Survey(NamedTuple):
    """Plausible steps and beats per minute, when the next sensor goes stale, and news."""

    cadence_spm: float | None
    heart_rate_bpm: float | None
    next_stale_ns: int | None
    news: list[Notice]


@dataclass(slots=True)
class HeartMonitor:
    """One heart-rate sensor: its health, its plausible value, whether it counts steps.

    ``lock`` None: it cannot, or is known not to.
    """

    channel: Channel
    rate: HeartRate
    lock: CadenceLock | None


class SensorHub:
    """All sensors of one runner.

    Of several that give the same quantity, the first healthy one in the configured order is used.
    """

    def __init__(self, sensors: Mapping[str, SensorProfile], hr_ceiling_bpm: float | None) -> None:
        self._profiles = dict(sensors)
        self._hr_ceiling_bpm = hr_ceiling_bpm
        self.cadence = Cadence()
        self._cadence_pod: str | None = None
        self.counts = {name: DecodeCounts() for name in sensors}
        self._pods = SensorSelector("speed and cadence", POD_FROZEN_S, tuple(sensors))
        self._hearts = SensorSelector("heart rate", HEART_FROZEN_S, tuple(sensors))
        self._pod_monitors: dict[str, PodMonitor] = {}
        self._heart_monitors: dict[str, HeartMonitor] = {}
        self._reported: set[tuple[str, str]] = set()
        self._news: list[Notice] = []
        self.position: tuple[float, float] | None = None
        """Latitude and longitude of the last notification, None where it had none."""

    def handle_notification(
        self, event: Notification, t_ns: int, *, body: bool
    ) -> PodReading | None:
        """Handle one notification at ``t_ns``; return what it tells of the distance, if anything.

        ``body``: it counts for the baseline.
        """
        self.position = None
        profile = self._profiles.get(event.sensor)
        if profile is None:
            self._report_once(
                t_ns, "unknown_sensor", event.sensor, "is not in the race's configuration: ignored"
            )
            return None
        try:
            reading = interpret(profile, event.char, event.data)
        except DecodeError as error:
            self._count_undecodable(t_ns, event, error)
            return None
        self.counts[event.sensor].decoded += 1
        if isinstance(reading, PodReading):
            return self._handle_pod(t_ns, event, profile, reading, body=body)
        if isinstance(reading, HeartReading):
            if reading.half_rr:
                self.counts[event.sensor].half_rr += 1
                self._report_once(
                    t_ns,
                    "half_rr",
                    event.sensor,
                    "sent a truncated RR interval: dropped, the heart rate is still used",
                )
            self._handle_heart_rate(t_ns, event, profile, reading)
        elif isinstance(reading, LocationReading):
            return self._handle_location(t_ns, event, profile, reading, body=body)
        elif isinstance(reading, BatteryReading) and reading.percent <= LOW_BATTERY_PERCENT:
            self._report_once(t_ns, "battery_low", event.sensor, f"battery at {reading.percent} %")
        return None

    def _count_undecodable(self, t_ns: int, event: Notification, error: DecodeError) -> None:
        counts = self.counts[event.sensor]
        counts.broken += error.outcome is DecodeOutcome.BROKEN
        counts.not_this_format += error.outcome is DecodeOutcome.NOT_THIS_FORMAT
        shown = event.data[:MAX_SHOWN_CHARS].hex() + (
            "..." if len(event.data) > MAX_SHOWN_CHARS else ""
        )
        self._report_once(t_ns, "undecodable", event.sensor, f"sent {event.char} {shown}: {error}")

    def _handle_location(
        self,
        t_ns: int,
        event: Notification,
        profile: SensorProfile,
        reading: LocationReading,
        *,
        body: bool,
    ) -> PodReading | None:
        """Note the position, and take speed and total as those of a pod."""
        if reading.lat_deg is not None and reading.lon_deg is not None:
            self.position = (reading.lat_deg, reading.lon_deg)
        if reading.speed_mps is None and reading.distance_m is None:
            return None
        pod = PodReading(
            reading.speed_mps, None, profile.pod.cadence_unit, None, reading.distance_m, None
        )
        return self._handle_pod(t_ns, event, profile, pod, body=body)

    def handle_link(self, event: Link) -> None:
        """Handle a sensor that connected or disconnected."""
        for quantity in (self._pods, self._hearts):
            channel = quantity.channels.get(event.sensor)
            if channel is not None and not event.up:
                channel.connected = False

    def cadence_spm(self, t_ns: int) -> float | None:
        """Return the cadence now, None where no pod is fresh."""
        return self.cadence.value(t_ns) if self._pods.leader(t_ns) is not None else None

    def heart_rate_bpm(self, t_ns: int) -> float | None:
        """Return the heart rate now, None where no sensor of it is fresh."""
        leader = self._hearts.leader(t_ns)
        return None if leader is None else self._heart_monitors[leader].rate.bpm

    def over_ceiling(self, t_ns: int) -> bool:
        """Return whether a plausible heart rate has been at the ceiling for long."""
        leader = self._hearts.leader(t_ns)
        return leader is not None and self._heart_monitors[leader].rate.over_ceiling(t_ns)

    def handle_mark(self, t_ns: int, started_ns: int) -> None:
        """Handle a mark of a line in the race that began at ``started_ns``.

        Whoever marks lines does not stand still.
        """
        for monitor in self._pod_monitors.values():
            monitor.handle_mark(t_ns, started_ns)
            monitor.channel.plausible &= not monitor.lies_still

    def all_fresh(self, t_ns: int) -> bool:
        """Return whether every configured sensor is fresh in all it gives."""
        named = {*self._pods.channels, *self._hearts.channels}
        channels = [*self._pods.channels.values(), *self._hearts.channels.values()]
        return (
            bool(channels)
            and named >= set(self._profiles)
            and all(c.state(t_ns) is ChannelHealth.FRESH for c in channels)
        )

    def survey(self, t_ns: int) -> Survey:
        """Return what is known now, and the news: changes of health, and oddities."""
        pod, pod_ns = self._pods.survey(t_ns, self._news)
        heart, heart_ns = self._hearts.survey(t_ns, self._news)
        for name, monitor in self._pod_monitors.items():
            if monitor.units.contradicted_since_ns is not None and monitor.units.contradicted(t_ns):
                self._report_once(
                    t_ns,
                    "cadence_unit",
                    name,
                    "sends cadence in another unit than its profile says: unit guessed from "
                    "plausible values",
                )
        news, self._news = self._news, []
        if news:  # noticed since the last survey, reported now: outputs come in order of time
            news = [replace(each, t_ns=t_ns) for each in news]
        next_ns = (
            heart_ns if pod_ns is None else pod_ns if heart_ns is None else min(pod_ns, heart_ns)
        )
        bpm = None if heart is None else self._heart_monitors[heart].rate.bpm
        spm = None if pod is None else self.cadence.value(t_ns)
        return tuple.__new__(Survey, (spm, bpm, next_ns, news))  # ``Survey(...)`` takes thrice that

    def _handle_heart_rate(
        self, t_ns: int, event: Notification, profile: SensorProfile, reading: HeartReading
    ) -> None:
        monitor = self._heart_monitors.get(event.sensor) or self._start_heart_monitor(
            t_ns, event.sensor, profile
        )
        bpm, lock = reading.bpm, monitor.lock
        if lock is not None:
            if reading.rr_ms and profile.optical is None:
                monitor.lock = None
            elif bpm is not None and lock.update(t_ns, bpm, self.cadence_spm(t_ns)):
                self._report_once(
                    t_ns,
                    "cadence_lock",
                    event.sensor,
                    "is counting steps, not heartbeats (cadence lock): heart rate ignored until "
                    "that ends",
                )
                bpm = None
        monitor.channel.update(
            t_ns, event.data, plausible=bpm is not None and monitor.rate.update(t_ns, bpm)
        )

    def _start_heart_monitor(self, t_ns: int, sensor: str, profile: SensorProfile) -> HeartMonitor:
        """Start to follow a heart-rate sensor; report where an optical one is put before a strap.

        Only light counts steps. A sensor of unknown kind is watched as long as it sends no
        beat-to-beat intervals: those that sent them were straps, but for a few that smooth them.
        """
        lock = None if profile.optical is False else CadenceLock()
        monitor = HeartMonitor(
            self._hearts.follow(sensor, profile), HeartRate(self._hr_ceiling_bpm), lock
        )
        self._heart_monitors[sensor] = monitor
        names = list(self._profiles)
        straps = [
            name
            for name in names[names.index(sensor) + 1 :]
            if self._profiles[name].optical is False
        ]
        if profile.optical and straps:
            text = (
                f"{sensor} (optical) comes before {straps[0]} (chest strap) in the configuration; "
                "the strap is more accurate"
            )
            self._news.append(Notice(t_ns, "sensor_order", text, Level.INFO, sensor))
        return monitor

    def _handle_pod(
        self,
        t_ns: int,
        event: Notification,
        profile: SensorProfile,
        reading: PodReading,
        *,
        body: bool,
    ) -> PodReading | None:
        sensor = event.sensor
        monitor = self._pod_monitors.get(sensor)
        if monitor is None:
            monitor = self._pod_monitors[sensor] = PodMonitor(
                profile, self._pods.follow(sensor, profile), t_ns
            )
        spm, value, left = monitor.update(t_ns, event.data, reading)
        fresh = monitor.channel.update(t_ns, value, plausible=not monitor.lies_still)
        if not self._pods.leads(sensor, t_ns):
            return None
        if sensor != self._cadence_pod:
            self._cadence_pod = sensor
            self.cadence.switch_pod()
        self.cadence.update(t_ns, spm, body=body)
        return left if fresh else None

    def _report_once(self, t_ns: int, code: str, sensor: str, text: str) -> None:
        sensor = sensor[:MAX_SHOWN_CHARS]
        if (code, sensor) not in self._reported and len(self._reported) < MAX_REPORTS:
            self._reported.add((code, sensor))
            self._news.append(
                Notice(t_ns, code, f"{sensor} {text}".strip(), Level.WARNING, sensor or None)
            )
