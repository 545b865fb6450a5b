"""What a recording's sensors read of the run, in order of time, and how far was run by them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from math import dist
from typing import Final

from kickcue.analysis.recorded_race import presses
from kickcue.analysis.spans import GAP_NS
from kickcue.core.crossing.gate import Plane
from kickcue.core.crossing.receiver_selection import is_position
from kickcue.core.errors import DecodeError
from kickcue.core.events import Fix, MarkSource, Notification
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import (
    HeartReading,
    LocationReading,
    PodReading,
    Reading,
    cadence_spm,
    interpret,
)
from kickcue.core.units import ns_to_s
from kickcue.recording.model import Recording
from kickcue.recording.plausible import steps_m

PRESSED: Final = frozenset({MarkSource.BUTTON, MarkSource.TRACKSIDE})
"""A line or a beacon that is crossed shows where one is, not that one begins or ends."""

Column = list[tuple[int, float]]
"""(``t_ns``, value)."""


@dataclass(slots=True)
class RunReadings:
    """A recording's readings of running, in order of time.

    The speeds, totals and cadences are one sensor's, which is ``pod``; so are the heart rates.
    Cadence is in steps per minute.
    """

    fixes: list[Fix] = field(default_factory=list)
    presses_ns: list[int] = field(default_factory=list)
    speeds: Column = field(default_factory=list)
    totals: Column = field(default_factory=list)
    cadences: Column = field(default_factory=list)
    heart_rates: Column = field(default_factory=list)

    def way_m(self) -> Column:
        """Return (``t_ns``, metres run since the first reading), by one sensor; may be empty.

        It is the pod's own distance, else that along the positions, else what the speeds add up to.
        """
        if self.totals:
            return _summed(self.totals[0][0], steps_m(self.totals))
        return self.way_by_fixes_m() or self.way_by_speeds_m()

    def way_by_fixes_m(self) -> Column:
        """Return the same along the positions."""
        if not self.fixes:
            return []
        plane = Plane(self.fixes[0].lat_deg, self.fixes[0].lon_deg)
        places = [(fix.t_ns, plane.east_north(fix.lat_deg, fix.lon_deg)) for fix in self.fixes]
        return _summed(places[0][0], [(b_ns, dist(a, b)) for (_, a), (b_ns, b) in pairwise(places)])

    def way_by_speeds_m(self) -> Column:
        """Return the same by what the speeds add up to, nothing over a gap."""
        if not self.speeds:
            return []
        steps = [
            (b_ns, (a + b) / 2.0 * ns_to_s(b_ns - a_ns) if b_ns - a_ns <= GAP_NS else 0.0)
            for (a_ns, a), (b_ns, b) in pairwise(self.speeds)
        ]
        return _summed(self.speeds[0][0], steps)


def run_readings(recording: Recording, profiles: Mapping[str, SensorProfile]) -> RunReadings:
    """Return the readings; ``profiles`` by sensor name."""
    everything = RunReadings(
        presses_ns=[t_ns for t_ns, source in presses(recording) if source in PRESSED]
    )
    pods: dict[str, RunReadings] = {}
    for event in sorted(recording.inputs, key=lambda event: event.t_ns):
        match event:
            case Fix(lat_deg=lat_deg, lon_deg=lon_deg) if is_position(lat_deg, lon_deg):
                everything.fixes.append(event)
            case Notification() if event.sensor in profiles:
                reading = _reading(event, profiles[event.sensor])
                sensor = pods.setdefault(event.sensor, RunReadings())
                _take(everything, sensor, event.t_ns, reading)
    pod = max(pods.values(), key=lambda each: len(each.speeds), default=everything)
    everything.speeds, everything.totals, everything.cadences = pod.speeds, pod.totals, pod.cadences
    strap = max(pods.values(), key=lambda each: len(each.heart_rates), default=everything)
    everything.heart_rates = strap.heart_rates
    return everything


def _reading(event: Notification, profile: SensorProfile) -> Reading | None:
    try:
        return interpret(profile, event.char, event.data)
    except DecodeError:
        return None


def _take(everything: RunReadings, sensor: RunReadings, t_ns: int, reading: Reading | None) -> None:
    if isinstance(reading, HeartReading):
        if reading.bpm:
            sensor.heart_rates.append((t_ns, reading.bpm))
        return
    if not isinstance(reading, PodReading | LocationReading):
        return
    if isinstance(reading, LocationReading):
        _take_position(everything, t_ns, reading)
    if reading.speed_mps is not None:
        sensor.speeds.append((t_ns, reading.speed_mps))
    if reading.distance_m is not None:
        sensor.totals.append((t_ns, reading.distance_m))
    steps = cadence_spm(reading) if isinstance(reading, PodReading) else None
    if steps:
        sensor.cadences.append((t_ns, steps))


def _take_position(everything: RunReadings, t_ns: int, reading: LocationReading) -> None:
    lat_deg, lon_deg = reading.lat_deg, reading.lon_deg
    if lat_deg is not None and lon_deg is not None and is_position(lat_deg, lon_deg):
        everything.fixes.append(Fix(t_ns, lat_deg, lon_deg))


def _summed(from_ns: int, steps: Iterable[tuple[int, float]]) -> Column:
    way_m, found = 0.0, [(from_ns, 0.0)]
    for t_ns, step_m in steps:
        way_m += step_m
        found.append((t_ns, way_m))
    return found
