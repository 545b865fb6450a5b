"""From notifications to what can be believed now; counts failures, watches every sensor."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

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
from kickcue.core.sensors.channel_health import Channel, Health
from kickcue.core.sensors.failover import SensorSelector
from kickcue.core.sensors.heart_rate import HeartRate
from kickcue.core.sensors.pod_monitor import PodMonitor

HEART_FROZEN_S = 90.0
"""No living heart shows the same each second for so long [judgement]; in recorded runs the longest
was 67 s, from a sensor that smooths."""
POD_FROZEN_S = 10.0
LOW_BATTERY = 15
MOST_ODDITIES = 256
"""Oddities told, each once. A race has a handful; after so many somebody is making up names."""
LONGEST_SHOWN = 64
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
    """Steps and beats per minute as far as believed, when the next sensor goes stale, and news."""

    cadence_spm: float | None
    heart_rate_bpm: float | None
    next_stale_ns: int | None
    news: list[Notice]


@dataclass(slots=True)
class HeartMonitor:
    """One heart-rate sensor: its health, what can be believed of it, whether it counts steps.

    None: that need not be asked.
    """

    channel: Channel
    rate: HeartRate
    lock: CadenceLock | None


class SensorHub:
    """All sensors of one runner.

    Of several that give the same quantity, the first healthy one in the order of the setup counts.
    """

    def __init__(self, sensors: Mapping[str, SensorProfile], hr_ceiling_bpm: float | None) -> None:
        self._profiles = dict(sensors)
        self._hr_ceiling_bpm = hr_ceiling_bpm
        self.cadence = Cadence()
        self._cadence_of: str | None = None
        self.counts = {name: DecodeCounts() for name in sensors}
        self._pods = SensorSelector("speed and cadence", POD_FROZEN_S, tuple(sensors))
        self._hearts = SensorSelector("heart rate", HEART_FROZEN_S, tuple(sensors))
        self._pod_watch: dict[str, PodMonitor] = {}
        self._heart_watch: dict[str, HeartMonitor] = {}
        self._once: set[tuple[str, str]] = set()
        self._news: list[Notice] = []
        self.place: tuple[float, float] | None = None
        """Latitude and longitude of the last notification taken in, None where it told none."""

    def take(self, event: Notification, t_ns: int, *, body: bool) -> PodReading | None:
        """Take in one notification at ``t_ns``; return what it says about distance, if anything.

        ``body``: it counts for the baseline.
        """
        self.place = None
        profile = self._profiles.get(event.sensor)
        if profile is None:
            self._once_only(
                t_ns, "unknown_sensor", event.sensor, "is not in the race's configuration: ignored"
            )
            return None
        try:
            reading = interpret(profile, event.char, event.data)
        except DecodeError as error:
            counts = self.counts[event.sensor]
            counts.broken += error.outcome is DecodeOutcome.BROKEN
            counts.not_this_format += error.outcome is DecodeOutcome.NOT_THIS_FORMAT
            shown = event.data[:LONGEST_SHOWN].hex() + (
                "..." if len(event.data) > LONGEST_SHOWN else ""
            )
            self._once_only(
                t_ns, "undecodable", event.sensor, f"sent {event.char} {shown}: {error}"
            )
            return None
        self.counts[event.sensor].decoded += 1
        if isinstance(reading, PodReading):
            return self._take_pod(t_ns, event, profile, reading, body=body)
        if isinstance(reading, HeartReading):
            if reading.half_rr:
                self.counts[event.sensor].half_rr += 1
                self._once_only(
                    t_ns,
                    "half_rr",
                    event.sensor,
                    "sent a truncated RR interval: dropped, the heart rate is still used",
                )
            self._take_heart(t_ns, event, profile, reading)
        elif isinstance(reading, LocationReading):
            if reading.lat_deg is not None and reading.lon_deg is not None:
                self.place = (reading.lat_deg, reading.lon_deg)
            if reading.speed_mps is None and reading.distance_m is None:
                return None
            pod = PodReading(
                reading.speed_mps, None, profile.pod.cadence_unit, None, reading.distance_m, None
            )
            return self._take_pod(t_ns, event, profile, pod, body=body)
        elif isinstance(reading, BatteryReading) and reading.percent <= LOW_BATTERY:
            self._once_only(t_ns, "battery_low", event.sensor, f"battery at {reading.percent} %")
        return None

    def link(self, event: Link) -> None:
        """Note that a sensor came or went."""
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
        return None if leader is None else self._heart_watch[leader].rate.bpm

    def over_ceiling(self, t_ns: int) -> bool:
        """Say whether a heart rate that can be believed has been at the ceiling for long."""
        leader = self._hearts.leader(t_ns)
        return leader is not None and self._heart_watch[leader].rate.over_ceiling(t_ns)

    def marked(self, t_ns: int, started_ns: int) -> None:
        """Note that a line was marked in the race that began at ``started_ns``.

        Whoever marks lines does not stand still.
        """
        for watch in self._pod_watch.values():
            watch.marked(t_ns, started_ns)
            watch.channel.plausible &= not watch.lies_still

    def all_heard(self, t_ns: int) -> bool:
        """Say whether every sensor of the setup is fresh in all it gives."""
        named = {*self._pods.channels, *self._hearts.channels}
        channels = [*self._pods.channels.values(), *self._hearts.channels.values()]
        return (
            bool(channels)
            and named >= set(self._profiles)
            and all(c.state(t_ns) is Health.FRESH for c in channels)
        )

    def survey(self, t_ns: int) -> Survey:
        """Return what is known now, and the news: changes of health, and oddities."""
        pod, pod_ns = self._pods.survey(t_ns, self._news)
        heart, heart_ns = self._hearts.survey(t_ns, self._news)
        for name, watch in self._pod_watch.items():
            if watch.units.contradicted_since_ns is not None and watch.units.contradicted(t_ns):
                self._once_only(
                    t_ns,
                    "cadence_unit",
                    name,
                    "sends cadence in another unit than its profile says: unit guessed from "
                    "plausible values",
                )
        news, self._news = self._news, []
        if news:  # noticed since the last survey, told now: outputs come in order of time
            news = [replace(each, t_ns=t_ns) for each in news]
        next_ns = (
            heart_ns if pod_ns is None else pod_ns if heart_ns is None else min(pod_ns, heart_ns)
        )
        bpm = None if heart is None else self._heart_watch[heart].rate.bpm
        return Survey(None if pod is None else self.cadence.value(t_ns), bpm, next_ns, news)

    def _take_heart(
        self, t_ns: int, event: Notification, profile: SensorProfile, reading: HeartReading
    ) -> None:
        watch = self._heart_watch.get(event.sensor) or self._watch_heart(
            t_ns, event.sensor, profile
        )
        bpm, lock = reading.bpm, watch.lock
        if lock is not None:
            if reading.rr_ms and profile.optical is None:
                watch.lock = None
            elif bpm is not None and lock.read(t_ns, bpm, self.cadence_spm(t_ns)):
                self._once_only(
                    t_ns,
                    "cadence_lock",
                    event.sensor,
                    "is counting steps, not heartbeats (cadence lock): heart rate ignored until "
                    "that ends",
                )
                bpm = None
        watch.channel.heard(
            t_ns, event.data, plausible=bpm is not None and watch.rate.read(t_ns, bpm)
        )

    def _watch_heart(self, t_ns: int, sensor: str, profile: SensorProfile) -> HeartMonitor:
        """Begin to watch a heart-rate sensor; tell where the setup puts light before a strap.

        Only light counts steps. A sensor of unknown kind is watched as long as it sends no
        beat-to-beat intervals: those that sent them were straps, but for a few that smooth them.
        """
        lock = None if profile.optical is False else CadenceLock()
        watch = HeartMonitor(
            self._hearts.follow(sensor, profile), HeartRate(self._hr_ceiling_bpm), lock
        )
        self._heart_watch[sensor] = watch
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
        return watch

    def _take_pod(
        self,
        t_ns: int,
        event: Notification,
        profile: SensorProfile,
        reading: PodReading,
        *,
        body: bool,
    ) -> PodReading | None:
        sensor = event.sensor
        watch = self._pod_watch.get(sensor)
        if watch is None:
            watch = self._pod_watch[sensor] = PodMonitor(
                profile, self._pods.follow(sensor, profile), t_ns
            )
        spm, said, left = watch.read(t_ns, event.data, reading)
        fresh = watch.channel.heard(t_ns, said, plausible=not watch.lies_still)
        if not self._pods.leads(sensor, t_ns):
            return None
        if sensor != self._cadence_of:
            self._cadence_of = sensor
            self.cadence.from_another_pod()
        self.cadence.read(t_ns, spm, body=body)
        return left if fresh else None

    def _once_only(self, t_ns: int, code: str, sensor: str, text: str) -> None:
        sensor = sensor[:LONGEST_SHOWN]
        if (code, sensor) not in self._once and len(self._once) < MOST_ODDITIES:
            self._once.add((code, sensor))
            self._news.append(
                Notice(t_ns, code, f"{sensor} {text}".strip(), Level.WARNING, sensor or None)
            )
