"""Recordings of made-up sessions, races and runs, with what is true of them in plain numbers."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kickcue.analysis.own_record import performance
from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.coaching.belief import Evidence
from kickcue.config.profile_files import load_profiles
from kickcue.core.course import Course
from kickcue.core.events import Command, CommandKind, LegEnd, LegKind, LegResult
from kickcue.core.units import s_to_ns
from kickcue.recording import Header, Recording
from kickcue.recording.model import Entry
from kickcue.recording.sensor_encoding import PodSample, pod_notification

PROFILES = load_profiles()
FIRST_DAY = datetime(2026, 6, 12, 18, 0, tzinfo=UTC)


def evidence(
    name: str, entries: Iterable[Entry], *, day: int = 0, course: Course | None = None
) -> Evidence:
    """Return what a recording of so many days after the first shows."""
    recording = Recording.of(Path(name), Header(), entries)
    done = performance(recording, sensor_profiles(recording, PROFILES), course)
    return Evidence(name, FIRST_DAY + timedelta(days=day), done)


def leg(number: int, began_s: float, seconds: float, metres: float | None = 200.0) -> LegResult:
    """Return a repetition that reached its line."""
    ended_ns = s_to_ns(began_s + seconds)
    return LegResult(
        ended_ns,
        LegKind.REP,
        number,
        number,
        s_to_ns(began_s),
        ended_ns,
        LegEnd.DISTANCE,
        metres,
    )


def session(times_s: Sequence[float], metres: float = 200.0) -> list[Entry]:
    """Return a session of repetitions, 500 s from start to start."""
    return [leg(n, 500.0 * n, seconds, metres) for n, seconds in enumerate(times_s, 1)]


def race(times_s: Sequence[float]) -> list[Entry]:
    """Return a race with a press at every line, the finish by the order to finish."""
    at_s, entries = 10.0, [Command(s_to_ns(10.0), CommandKind.START)]
    for seconds in times_s:
        at_s += seconds
        entries.append(Command(s_to_ns(at_s), CommandKind.LAP))
    entries[-1] = Command(s_to_ns(at_s), CommandKind.FINISH)
    return list(entries)


def run(speeds_mps: Iterable[float], silent: range = range(0)) -> list[Entry]:
    """Return a run by a pod with a speed for each second; no word from it in the ``silent`` ones.

    It has a total of metres, and a cadence that does not matter.
    """
    entries: list[Entry] = []
    way_m = 0.0
    for second, mps in enumerate(speeds_mps):
        way_m += mps
        if second not in silent:
            entries.append(pod_notification(s_to_ns(second), PodSample(mps, 85, way_m)))
    return entries
