"""Recordings of famous races as a watch, a foot pod and a strap could have made them.

No real file comes with the source, but what real ones look like is known, and what was truly run is
published: the times in ``kickcue/lab/historic_races.py`` with their sources. A curve through them
tells where the runner was at any moment; what the recorder makes of it has the faults of real
files. Times are whole seconds, some come twice, some are missing, once a dozen in a row; positions
wander by some metres; the pod counts some per cent too many.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Final, Protocol

from kickcue.core.course import Course, course_for
from kickcue.core.events import Command, CommandKind, Fix, Input, Mark, MarkSource
from kickcue.core.units import STEPS_PER_STRIDE, s_to_ns
from kickcue.lab.athlete import Truth
from kickcue.lab.historic_races import FamousRace, famous_race
from kickcue.lab.reconstruct import reconstruct
from kickcue.recording import Header, jsonl
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from tests.core.track import Venue, on_track
from tests.recording import fit_bytes as fit

STOOD_S: Final = 15
"""On the line before the gun, heard by what listens from then on."""
REST_S: Final = 60.0
POD_SCALE: Final = 1.02
SENSORS: Final = {"pod": "generic-rsc", "strap": "generic-hr"}
LATE_S: Final = 0.4
"""A measurement comes up to so long after the whole second it is stamped with."""
LOST, TWICE = 0.02, 0.01
"""Shares of the seconds."""
LONG_HOLE_S: Final = 12
WANDER_M, NOISE_M = 1.5, 0.5
"""Standard deviations: an error that lasts a minute, and what differs from fix to fix."""
WANDER_S: Final = 60.0
PRESS_LATE_S: Final = 0.3
BEGAN: Final = datetime(2021, 9, 8, 1, 46, 40, tzinfo=UTC)
"""The same moment as ``fit_bytes.T0``."""
SEMICIRCLES: Final = 2**31 / 180.0


@dataclass(frozen=True, slots=True)
class Second:
    """What was measured at ``t_s`` after the gun, and the whole second it is stamped with."""

    t_s: float
    stamp_s: int
    speed_mps: float
    strides_per_min: float
    counted_m: float
    bpm: int
    fix: Fix


class Way(Protocol):
    """Where the runner is, and how he runs, so many seconds after the gun."""

    @property
    def duration_s(self) -> float: ...
    def distance_at(self, t_s: float, /) -> float: ...
    def speed_at(self, t_s: float, /) -> float: ...
    def cadence_at(self, t_s: float, /) -> float: ...
    def heart_rate_at(self, t_s: float, /) -> float: ...


@dataclass(frozen=True, slots=True)
class Published:
    """A race, how it was run between the published moments, and what was recorded of it."""

    race: FamousRace
    course: Course
    truth: Truth
    seconds: tuple[Second, ...]

    @property
    def bell_s(self) -> float:
        """When the last lap began: a published time."""
        bell_s = self.race.published(self.course.bell_m)
        assert bell_s is not None
        return bell_s

    @property
    def presses_s(self) -> list[float]:
        """When somebody pressed: a little late at each line; the third was forgotten."""
        lines = [self.truth.time_at(line_m) + PRESS_LATE_S for line_m in self.course.crossings_m]
        return [*lines[:2], *lines[3:]]


@lru_cache
def published(name: str, seed: int = 1) -> Published:
    """Return the race of this name, see ``historic_races``."""
    race = famous_race(name)
    course, random = course_for(race.event), Random(f"{name} {seed}")
    truth = reconstruct(race, random)
    return Published(race, course, truth, tuple(_recorded(truth, course, random)))


@dataclass(frozen=True, slots=True)
class Session:
    """The whole laps of a race as repetitions: each at the pace it was raced, then a rest on the
    line where the next one begins.
    """

    truth: Truth
    lines_s: tuple[float, ...]
    """When the race was at the lines."""

    @property
    def ends_s(self) -> list[tuple[float, float]]:
        """When each repetition began and ended, in seconds after the first began."""
        return [
            (began_s - self.lines_s[0] + n * REST_S, ended_s - self.lines_s[0] + n * REST_S)
            for n, (began_s, ended_s) in enumerate(pairwise(self.lines_s))
        ]

    @property
    def duration_s(self) -> float:
        """The last rest is part of it."""
        return self.ends_s[-1][1] + REST_S

    def distance_at(self, t_s: float) -> float:
        """Return the metres of the race that are run."""
        return self.truth.distance_at(self._race_s(t_s)[0])

    def speed_at(self, t_s: float) -> float:
        """Return m/s."""
        race_s, runs = self._race_s(t_s)
        return self.truth.speed_at(race_s) if runs else 0.0

    def cadence_at(self, t_s: float) -> float:
        """Return steps a minute."""
        race_s, runs = self._race_s(t_s)
        return self.truth.cadence_at(race_s) if runs else 0.0

    def heart_rate_at(self, t_s: float) -> float:
        """Return beats a minute; a rest as short as these changes little."""
        return self.truth.heart_rate_at(self._race_s(t_s)[0])

    def _race_s(self, t_s: float) -> tuple[float, bool]:
        """Return the moment of the race that this one is, and whether the runner runs."""
        for line_s, (began_s, ended_s) in zip(self.lines_s, self.ends_s, strict=False):
            if t_s <= ended_s:
                return line_s + max(t_s - began_s, 0.0), t_s > began_s
        return self.lines_s[-1], False


def session_of(told: Published) -> Session:
    """Return the session that has the laps of a race."""
    return Session(told.truth, tuple(told.truth.time_at(m) for m in told.course.crossings_m))


def _recorded(way: Way, course: Course, random: Random) -> Iterator[Second]:
    venue = Venue(random, noise_m=NOISE_M)
    assert course.lap_m is not None
    start_m = course.lap_m - course.first_crossing_m
    hole_s = random.uniform(0.3, 0.6) * way.duration_s
    off_m = [random.gauss(0.0, WANDER_M) for _ in "xy"]
    keep = 1.0 - 1.0 / WANDER_S
    for stamp_s in range(-STOOD_S, int(way.duration_s)):
        t_s = stamp_s + random.uniform(0.0, LATE_S)
        off_m = [keep * m + random.gauss(0.0, WANDER_M * (1.0 - keep * keep) ** 0.5) for m in off_m]
        if t_s > 0.0 and (random.random() < LOST or hole_s <= t_s < hole_s + LONG_HOLE_S):
            continue
        for _ in range(2 if random.random() < TWICE else 1):
            yield _second(way, venue, start_m, t_s, stamp_s, off_m)


def _second(
    way: Way, venue: Venue, start_m: float, t_s: float, stamp_s: int, off_m: Sequence[float]
) -> Second:
    ran_m, runs = way.distance_at(max(t_s, 0.0)), stamp_s >= 0
    x_m, y_m = on_track(start_m + ran_m)
    return Second(
        t_s,
        stamp_s,
        POD_SCALE * way.speed_at(t_s) if runs else 0.0,
        way.cadence_at(t_s) / STEPS_PER_STRIDE if runs else 0.0,
        POD_SCALE * ran_m,
        round(way.heart_rate_at(max(t_s, 0.0))),
        venue.fix(STOOD_S + t_s, x_m + off_m[0], y_m + off_m[1]),
    )


def write_jsonl(
    path: Path, told: Published, *, pressed: bool = True, positions: bool = True
) -> Path:
    """Write what kickcue itself would have heard: pod and strap, presses, positions."""
    presses_s = told.presses_s if pressed else []
    gun = Command(s_to_ns(STOOD_S), CommandKind.START)
    inputs = _inputs(told.seconds, presses_s, positions=positions)
    inputs.insert(bisect_left(inputs, gun.t_ns, key=lambda event: event.t_ns), gun)
    header = Header(race=told.race.event, lap_m=told.course.lap_m, sensors=SENSORS)
    jsonl.write(path, header, inputs)
    return path


def write_session(path: Path, told: Published) -> Path:
    """Write the laps of a race as repetitions, with a press at each of their ends."""
    session = session_of(told)
    seconds = _recorded(session, told.course, Random(told.race.name))
    presses_s = [t_s + PRESS_LATE_S for ends_s in session.ends_s for t_s in ends_s]
    jsonl.write(path, Header(sensors=SENSORS), _inputs(seconds, presses_s, positions=True))
    return path


def _inputs(
    seconds: Iterable[Second], presses_s: Iterable[float], *, positions: bool
) -> list[Input]:
    found: list[Input] = [Mark(s_to_ns(STOOD_S + t_s), MarkSource.BUTTON) for t_s in presses_s]
    for each in seconds:
        t_ns = s_to_ns(STOOD_S + each.t_s)
        sample = PodSample(each.speed_mps, each.strides_per_min, each.counted_m)
        found += [pod_notification(t_ns, sample), strap_notification(t_ns, each.bpm)]
        found += [each.fix] if positions else []
    return sorted(found, key=lambda event: event.t_ns)


def write_fit(path: Path, told: Published) -> Path:
    """Write what a watch with a pod keeps that was started at the gun and pressed at each line."""
    file = fit.FitFile().define(0, fit.FILE_ID, [(1, "H"), (2, "H")]).add(0, 1, 2697)
    file.define(2, fit.EVENT, [fit.TIME, *fit.EVENT_KIND])
    file.add(2, fit.T0, fit.TIMER, fit.TIMER_START)
    fields = [fit.TIME, fit.LAT, fit.LON, fit.DISTANCE, fit.SPEED, fit.HEART, fit.CADENCE]
    file.define(1, fit.RECORD, fields)
    for each in _from_the_gun(told):
        file.add(
            1,
            fit.T0 + each.stamp_s,
            round(each.fix.lat_deg * SEMICIRCLES),
            round(each.fix.lon_deg * SEMICIRCLES),
            round(100.0 * each.counted_m),
            round(1000.0 * each.speed_mps),
            each.bpm,
            round(each.strides_per_min),
        )
    file.define(3, fit.LAP, [fit.TIME, fit.START, fit.ELAPSED, fit.LAP_TRIGGER])
    ends = [0.0, *told.presses_s]
    for n, (began_s, ended_s) in enumerate(pairwise(ends), 2):
        how = fit.SESSION_END if n == len(ends) else fit.MANUAL
        elapsed_ms = round(1000.0 * (ended_s - began_s))
        file.add(3, fit.T0 + int(ended_s), fit.T0 + int(began_s), elapsed_ms, how)
    path.write_bytes(bytes(file))
    return path


def write_gpx(path: Path, told: Published) -> Path:
    """Write what is left of it where only positions, heart rate and cadence are exported."""
    points = "".join(
        f'<trkpt lat="{each.fix.lat_deg:.6f}" lon="{each.fix.lon_deg:.6f}">'
        f"<time>{BEGAN + timedelta(seconds=each.stamp_s):%Y-%m-%dT%H:%M:%SZ}</time>"
        f"<extensions><tpx:TrackPointExtension><tpx:hr>{each.bpm}</tpx:hr>"
        f"<tpx:cad>{each.strides_per_min:.0f}</tpx:cad></tpx:TrackPointExtension></extensions>"
        "</trkpt>\n"
        for each in _from_the_gun(told)
    )
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="a watch" '
        'xmlns="http://www.topografix.com/GPX/1/1" '
        'xmlns:tpx="http://www.garmin.com/xmlschemas/TrackPointExtension/v1">'
        f"<trk><trkseg>{points}</trkseg></trk></gpx>",
        encoding="utf-8",
    )
    return path


def _from_the_gun(told: Published) -> list[Second]:
    return [each for each in told.seconds if each.stamp_s >= 0]
