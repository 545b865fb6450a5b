"""When the recorder of an activity was stopped: what it marks itself, and what its records show.

A watch marks it (FIT: timer events; GPX: a new segment; TCX: a new track), or it leaves a gap in
which hardly anybody moved. Either way the metres between the last record before and the first after
were run before the stop, or are no part of the run: in the recordings of real watches that were
tried (42 pauses of 16 to 998 s) the distance went on by 0 to 6 m, a second or two of running, while
the runner walked up to 208 m. So a gap holds as much running as its metres need; the rest of it is
the pause. Positions show where one walked to and count for nothing: 16 times 200 m of a track,
stopped after each, are 3193 m without the steps over the pauses and 3298 m with them.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median
from typing import Final, NamedTuple

from kickcue.core.units import NS_PER_S, s_to_ns
from kickcue.recording.points import Point, step_m
from kickcue.recording.sensor_encoding import RUNNING_FROM_MPS

PAUSE_S: Final = (
    15.0  # smart recording leaves up to 11 s between records of one run (seen in a fr645m file)
)
STOOD_S: Final = 4.0
STOOD_STEPS: Final = 3.0
"""So long, and so many times the usual step from record to record, is a pause where the recorder's
own total hardly grew.

Positions alone need PAUSE_S: they lag.
"""
STOOD_MPS: Final = 1.0
"""Whoever runs, or walks, is faster."""
BEFORE: Final = 5
"""Records before a gap that give the pace."""


@dataclass(frozen=True, slots=True)
class Turn:
    """The recorder's timer runs, or does not, from now on."""

    time_ns: int
    running: bool


class Pause(NamedTuple):
    """When the recorder was stopped."""

    stop_ns: int
    go_ns: int


class Gap(NamedTuple):
    """A pause that two neighbouring records show, and what was run between them before it.

    The metres are 0 where unknown.
    """

    pause: Pause
    run_m: float


def gaps(points: Sequence[Point]) -> dict[int, Gap]:
    """Return the pauses that the records show, each by the place of the record behind it.

    The points are in order of time.
    """
    stood_s = _stood_s(points)
    found = {
        at: _gap(points[at - 1], points[at], _pace_mps(points, at - 1), stood_s)
        for at in _long_steps(points)
    }
    return {at: gap for at, gap in found.items() if gap is not None}


def pauses(points: Sequence[Point], shown: Iterable[Gap], turns: Iterable[Turn]) -> list[Pause]:
    """Return all pauses, the recorder's own too, in order and apart from each other."""
    marked = (_with_its_metres(pause, points) for pause in _marked(turns, points))
    apart: list[Pause] = []
    for pause in sorted([*(gap.pause for gap in shown), *marked]):
        if apart and pause.stop_ns <= apart[-1].go_ns:
            apart[-1] = Pause(apart[-1].stop_ns, max(apart[-1].go_ns, pause.go_ns))
        elif pause.go_ns > pause.stop_ns:
            apart.append(pause)
    return apart


# ---- what the records show


def _long_steps(points: Sequence[Point]) -> Iterator[int]:
    for at in range(1, len(points)):
        step_s = (points[at].time_ns - points[at - 1].time_ns) / NS_PER_S
        if step_s > STOOD_S or (points[at].after_pause and step_s > 0.0):
            yield at


def _stood_s(points: Sequence[Point]) -> float:
    """Return how long a gap is a pause in which the total stood.

    A watch that records each 5 s stands for 5 s without one.
    """
    steps_s = [(b.time_ns - a.time_ns) / NS_PER_S for a, b in pairwise(points)]
    return min(max(STOOD_STEPS * median(steps_s), STOOD_S), PAUSE_S) if steps_s else PAUSE_S


def _gap(a: Point, b: Point, pace_mps: float, stood_s: float = PAUSE_S) -> Gap | None:
    gap_s = (b.time_ns - a.time_ns) / NS_PER_S
    moved_m = max(step_m(a, b) or 0.0, 0.0)
    counted = a.distance_m is not None and b.distance_m is not None
    least_s = stood_s if counted and moved_m < STOOD_MPS * gap_s else PAUSE_S
    if not counted:  # positions: they may be where one walked to
        if not b.after_pause and moved_m >= RUNNING_FROM_MPS * gap_s:
            return None
        moved_m = 0.0
    run_s = moved_m / pace_mps
    least_s = 0.0 if b.after_pause else least_s
    return (
        Gap(Pause(a.time_ns + s_to_ns(run_s), b.time_ns), moved_m)
        if gap_s - run_s > least_s
        else None
    )


def _pace_mps(points: Sequence[Point], at: int) -> float:
    """Return the speed at a record: its own, else of those before it; slow running at least."""
    speed_mps = points[at].speed_mps
    if not speed_mps:
        since = points[max(at - BEFORE, 0)]
        elapsed_s = (points[at].time_ns - since.time_ns) / NS_PER_S
        speed_mps = (step_m(since, points[at]) or 0.0) / elapsed_s if elapsed_s > 0.0 else 0.0
    return max(speed_mps, RUNNING_FROM_MPS)


# ---- what the recorder marks


def _marked(turns: Iterable[Turn], points: Sequence[Point]) -> Iterator[Pause]:
    """Yield from each stop to the next start.

    Without one the recorder went on by the next record, or never.
    """
    stopped_ns: int | None = None
    for turn in sorted(turns, key=lambda turn: turn.time_ns):
        if not turn.running:
            stopped_ns = turn.time_ns if stopped_ns is None else stopped_ns
        elif stopped_ns is not None:
            yield Pause(stopped_ns, turn.time_ns)
            stopped_ns = None
    following = None if stopped_ns is None else _first_from(points, stopped_ns + 1)
    if stopped_ns is not None and following is not None and following < len(points):
        yield Pause(stopped_ns, points[following].time_ns)


def _first_from(points: Sequence[Point], time_ns: int) -> int:
    """Return the place of the first record at or after a time, or one past the end."""
    return bisect_left(points, time_ns, key=lambda point: point.time_ns)


def _with_its_metres(pause: Pause, points: Sequence[Point]) -> Pause:
    """Return the pause, begun later where the distance needs it: files have whole seconds."""
    before = _first_from(points, pause.stop_ns + 1) - 1
    after = _first_from(points, pause.go_ns)
    if before < 0 or after != before + 1 or after == len(points):
        return pause
    gap = _gap(points[before], replace(points[after], after_pause=True), _pace_mps(points, before))
    if gap is None:
        return pause
    run_on_ns = points[after].time_ns - pause.go_ns
    return Pause(min(max(pause.stop_ns, gap.pause.stop_ns - run_on_ns), pause.go_ns), pause.go_ns)
