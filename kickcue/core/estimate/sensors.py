"""From notifications to what can be believed now: decodes, counts how decoding ended, and watches every sensor's health."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kickcue.core.errors import DecodeError, DecodeOutcome
from kickcue.core.estimate.cadence import Cadence
from kickcue.core.estimate.freshness import Freshness
from kickcue.core.estimate.heart_rate import HeartRate
from kickcue.core.estimate.quantity import Quantity
from kickcue.core.events import Level, Link, Notice, Notification
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import BatteryReading, HeartReading, LocationReading, PodReading, interpret

HEART_FROZEN_S = 60.0
"""No living heart shows the same beats and intervals each second for a minute [judgement]."""
POD_FROZEN_S = 10.0
LOW_BATTERY = 15


@dataclass(slots=True)
class DecodeCounts:
    """How decoding ended, for one sensor."""

    decoded: int = 0
    not_this_format: int = 0
    broken: int = 0


class Survey(NamedTuple):
    """Steps and beats per minute as far as they can be believed, when the next sensor goes stale, and what is news."""

    cadence_spm: float | None
    heart_rate_bpm: float | None
    next_stale_ns: int | None
    news: list[Notice]


class SensorDesk:
    """All sensors of one runner. Of several that give the same quantity, the first healthy one in the order of the setup counts."""

    def __init__(self, sensors: Mapping[str, SensorProfile], hr_ceiling_bpm: float | None) -> None:
        self._profiles = dict(sensors)
        self.heart = HeartRate(hr_ceiling_bpm)
        self.cadence = Cadence()
        self.counts = {name: DecodeCounts() for name in sensors}
        self._pods = Quantity("speed and cadence", POD_FROZEN_S, tuple(sensors))
        self._hearts = Quantity("heart rate", HEART_FROZEN_S, tuple(sensors))
        self._once: set[tuple[str, str]] = set()
        self._news: list[Notice] = []

    def take(self, event: Notification, t_ns: int, *, body: bool) -> PodReading | None:
        """Take in one notification at ``t_ns``; return what it says about distance, if anything. ``body``: it counts for the baseline."""
        profile = self._profiles.get(event.sensor)
        if profile is None:
            self._once_only(t_ns, "unknown_sensor", event.sensor, "is not in the setup and is ignored")
            return None
        try:
            reading = interpret(profile, event.char, event.data)
        except DecodeError as error:
            counts = self.counts[event.sensor]
            counts.broken += error.outcome is DecodeOutcome.BROKEN
            counts.not_this_format += error.outcome is DecodeOutcome.NOT_THIS_FORMAT
            self._once_only(t_ns, "undecodable", event.sensor, f"sent {event.char} {event.data.hex()}: {error}")
            return None
        self.counts[event.sensor].decoded += 1
        if isinstance(reading, PodReading):
            return self._take_pod(t_ns, event, profile, reading, body=body)
        if isinstance(reading, HeartReading):
            self._take_heart(t_ns, event, profile, reading)
        elif isinstance(reading, LocationReading) and (reading.speed_mps is not None or reading.distance_m is not None):
            pod = PodReading(reading.speed_mps, None, profile.pod.cadence_unit, None, reading.distance_m, None)
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
        """Return the heart rate now, None where no strap is fresh."""
        return self.heart.bpm if self._hearts.leader(t_ns) is not None else None

    def over_ceiling(self, t_ns: int) -> bool:
        """Say whether a heart rate that can be believed has been at the ceiling for long."""
        return self.heart.over_ceiling(t_ns) and self.heart_rate_bpm(t_ns) is not None

    def all_heard(self, t_ns: int) -> bool:
        """Say whether every sensor of the setup is fresh in all it gives."""
        named = {*self._pods.channels, *self._hearts.channels}
        channels = [*self._pods.channels.values(), *self._hearts.channels.values()]
        return bool(channels) and named >= set(self._profiles) and all(c.state(t_ns) is Freshness.FRESH for c in channels)

    def survey(self, t_ns: int) -> Survey:
        """Return what is known now, and what the screen should know since the last survey: changes of health, oddities."""
        pod_fresh, pod_ns = self._pods.survey(t_ns, self._news)
        heart_fresh, heart_ns = self._hearts.survey(t_ns, self._news)
        if self.cadence.contradicted(t_ns):
            self._once_only(t_ns, "cadence_unit", "", "the pod's cadence contradicts its profile's unit; it is read by what is possible")
        news, self._news = self._news, []
        next_ns = heart_ns if pod_ns is None else pod_ns if heart_ns is None else min(pod_ns, heart_ns)
        return Survey(self.cadence.value(t_ns) if pod_fresh else None, self.heart.bpm if heart_fresh else None, next_ns, news)

    def _take_heart(self, t_ns: int, event: Notification, profile: SensorProfile, reading: HeartReading) -> None:
        channel = self._hearts.channels.get(event.sensor) or self._hearts.follow(event.sensor, profile)
        leads = self._hearts.leads(event.sensor, t_ns)
        believed = reading.bpm is not None and (not leads or self.heart.read(t_ns, reading.bpm))
        channel.heard(t_ns, event.data, plausible=believed)

    def _take_pod(self, t_ns: int, event: Notification, profile: SensorProfile, reading: PodReading, *, body: bool) -> PodReading | None:
        channel = self._pods.channels.get(event.sensor) or self._pods.follow(event.sensor, profile)
        channel.heard(t_ns, event.data if reading.speed_mps else t_ns, plausible=True)  # standing still is no fault
        if not self._pods.leads(event.sensor, t_ns):
            return None
        self.cadence.read(t_ns, reading, body=body)
        return None if channel.state(t_ns) is Freshness.FROZEN else reading

    def _once_only(self, t_ns: int, code: str, sensor: str, text: str) -> None:
        if (code, sensor) not in self._once:
            self._once.add((code, sensor))
            self._news.append(Notice(t_ns, code, f"{sensor} {text}".strip(), Level.WARNING, sensor or None))
