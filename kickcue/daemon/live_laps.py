"""The laps of a race while it is run, for a page: by marks where there are any, else estimated.

The review after the race knows more; a lap told here may be corrected there.
"""

from dataclasses import dataclass
from math import inf, isfinite

from kickcue.core.course import Course
from kickcue.core.events import Estimate, LegResult
from kickcue.core.line_times import LinePassed, LineTimes, MarkedLine
from kickcue.core.position.estimator import Position
from kickcue.core.units import NS_PER_S


@dataclass(frozen=True, slots=True)
class LiveLap:
    """One lap, or repetition; ``error_s`` is half of the 95 % interval of ``lap_s``.

    None is unknown; 0: both ends were marked.
    """

    lap: int
    race_s: float
    lap_s: float | None
    error_s: float | None


class LiveLaps:
    """Follows the races of a run; ask it at each estimate."""

    def __init__(self) -> None:
        self._race: tuple[int, Course] | None = None
        self._times: LineTimes | None = None
        self._laps: dict[int, LiveLap] = {}

    @property
    def laps(self) -> tuple[LiveLap, ...]:
        """The laps so far, in order."""
        return tuple(self._laps.values())

    def look(
        self, course: Course, gun_ns: int | None, here: Estimate, marked: MarkedLine | None
    ) -> None:
        """Take in where the runner is; ``gun_ns`` None: no race is on, and its laps are gone."""
        if gun_ns is None:
            self._race, self._times, self._laps = None, None, {}
        if gun_ns is None or here.distance_m is None:  # as it is after the finish
            return
        if self._race != (gun_ns, course) or self._times is None:
            self._race, self._laps = (gun_ns, course), {}
            self._times = LineTimes(course.crossings_m, course.marker_m, gun_ns)
        if here.t_ns < gun_ns or here.distance_m is None:  # of the race before; after the finish
            return
        line = self._times.passed(here.t_ns, _position(here), marked)
        for undone in [lap for lap in self._laps if lap > self._times.last]:
            del self._laps[undone]
        if line is not None:
            self._laps[line.number] = _lap(line, gun_ns)

    def finish(self, course: Course, gun_ns: int, over_ns: int, *, pressed: bool) -> None:
        """Take in that the race is finished: after that no estimate tells of the last line.

        ``pressed``: somebody said so, at that moment.
        """
        last = len(course.crossings_m)
        if last in self._laps or course.crossings_m[-1] != course.distance_m:
            return
        before = self._laps.get(last - 1)
        began_s = 0.0 if last == 1 else None if before is None else before.race_s
        race_s = _s(over_ns - gun_ns)
        by_marks = pressed and (before is None or before.error_s == 0.0)
        self._laps[last] = LiveLap(
            last,
            race_s,
            None if began_s is None else race_s - began_s,
            0.0 if by_marks and began_s is not None else None,
        )


def repetitions(runs: dict[int, LegResult], gun_ns: int) -> tuple[LiveLap, ...]:
    """Return the repetitions of a session as laps, by the times the engine has told last."""
    return tuple(
        LiveLap(run.rep, _s(run.ended_ns - gun_ns), _s(run.ended_ns - run.began_ns), None)
        for run in runs.values()
    )


def _position(here: Estimate) -> Position:
    assert here.distance_m is not None
    sd_m = inf if here.distance_sd_m is None else here.distance_sd_m
    return Position(here.distance_m, sd_m, here.speed_mps or 0.0, None)


def _lap(line: LinePassed, gun_ns: int) -> LiveLap:
    error_s = line.lap_error_s
    return LiveLap(
        line.number,
        _s(line.passed_ns - gun_ns),
        line.lap_s,
        round(error_s, 1) if isfinite(error_s) else None,
    )


def _s(ns: int) -> float:
    return ns / NS_PER_S
