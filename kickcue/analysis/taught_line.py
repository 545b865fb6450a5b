"""The finish line that a recording's positions teach, and when it was crossed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Final

from kickcue.core.course import Course
from kickcue.core.crossing.finish_line import FinishLine
from kickcue.core.crossing.gate import Gate
from kickcue.core.crossing.receiver_selection import ReceiverSelection
from kickcue.core.errors import DataError, DecodeError
from kickcue.core.events import Fix, Notification
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import LocationReading, interpret
from kickcue.core.units import ns_to_s
from kickcue.recording.model import Recording

FEWEST_FIXES: Final = 10


@dataclass(frozen=True, slots=True)
class Crossing:
    """The runner crossed the finish line: which of the race's lines, and seconds after the gun."""

    line: int
    time_s: float


@dataclass(frozen=True, slots=True)
class TaughtLine:
    """A line, the laps it was learned from (metres along the positions), and all its crossings."""

    gate: Gate
    laps_m: tuple[float, ...]
    crossings: tuple[Crossing, ...]


def taught_line(
    recording: Recording, course: Course, sensors: Mapping[str, SensorProfile], gun_ns: int
) -> TaughtLine:
    """Return the line; DataError gives the reason why there is none.

    ``sensors``: who reads each, the first in order first.
    """
    name = recording.path.name
    if course.lap_m is None:
        raise DataError(
            f"{name}: no finish line to learn: {course.event} is a road race, where no line is "
            "crossed twice"
        )
    fixes = list(_fixes(recording, sensors))
    if len(fixes) < FEWEST_FIXES:
        raise DataError(
            f"{name}: no finish line to learn: "
            f"{f'{len(fixes)} positions' if fixes else 'no positions'} in it"
        )
    learner = FinishLine(course)
    _crossed_ns(learner, fixes, gun_ns)
    if learner.gate is None or not learner.laps_m:
        raise DataError(
            f"{name}: no finish line to learn: {_why_none(course.lap_m, fixes, gun_ns)}"
        )
    crossed_ns = _crossed_ns(FinishLine(course, learner.gate), fixes, gun_ns)
    return TaughtLine(
        learner.gate,
        learner.laps_m,
        tuple(_numbered([ns_to_s(t_ns - gun_ns) for t_ns in crossed_ns], course)),
    )


def _fixes(recording: Recording, sensors: Mapping[str, SensorProfile]) -> Iterator[Fix]:
    """Yield what counts as the runner's positions, as the engine would take them."""
    choice = ReceiverSelection((None, *sensors))
    for event in sorted(recording.inputs, key=lambda event: event.t_ns):
        if isinstance(event, Fix):
            fix, receiver = event, None
        elif isinstance(event, Notification) and event.sensor in sensors:
            place = _place(event, sensors[event.sensor])
            if place is None:
                continue
            fix, receiver = Fix(event.t_ns, *place), event.sensor
        else:
            continue
        yield from (known.as_it_was() for known in choice.update(fix, receiver))


def _place(event: Notification, profile: SensorProfile) -> tuple[float, float] | None:
    try:
        reading = interpret(profile, event.char, event.data)
    except DecodeError:
        return None
    if (
        not isinstance(reading, LocationReading)
        or reading.lat_deg is None
        or reading.lon_deg is None
    ):
        return None
    return reading.lat_deg, reading.lon_deg


def _crossed_ns(watch: FinishLine, fixes: Sequence[Fix], gun_ns: int) -> list[int]:
    """Return when the line was crossed after the gun."""
    found, started = [], False
    for fix in fixes:
        if not started and fix.t_ns >= gun_ns:
            watch.start(gun_ns)
            started = True
        crossed_ns = watch.feed(fix)
        if started and crossed_ns is not None:
            found.append(crossed_ns)
    return found


def _why_none(lap_m: float, fixes: Sequence[Fix], gun_ns: int) -> str:
    if all(fix.t_ns > gun_ns for fix in fixes):
        return (
            f"the first position comes {ns_to_s(fixes[0].t_ns - gun_ns):.0f} s after the start: "
            "where the start was is unknown"
        )
    return f"the start was not passed again after whole laps of {lap_m:g} m"


def _numbered(times_s: Sequence[float], course: Course) -> Iterator[Crossing]:
    """Yield the crossings with the numbers of their lines.

    A line that was missed is seen by the time of two laps.
    """
    if not times_s or course.lap_m is None:
        return
    # With a single crossing nobody can know that lines were missed.
    first_s = times_s[0] / course.first_crossing_m * course.lap_m
    lap_s = median([after - before for before, after in pairwise(times_s)] or [first_s])
    line = round((times_s[0] / lap_s * course.lap_m - course.first_crossing_m) / course.lap_m) + 1
    for before, time_s in pairwise((None, *times_s)):
        assert time_s is not None  # only the first ``before`` is
        line += 0 if before is None else max(round((time_s - before) / lap_s), 1)
        if 1 <= line <= course.laps:
            yield Crossing(line, time_s)
