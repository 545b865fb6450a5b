"""An activity as a watch recorded it, and the rules by which it becomes events.

All readers of activities end here.

- Time 0 is the first record. A ``start`` command stands there.
- A record with a speed, a cadence or a distance becomes a 2A53 notification of "pod", one with a
  heart rate a 2A37 of "strap", one with a position a fix: in this order, at the record's time. What
  the record does not have is not made up: no heart rate, no 2A37.
- Cadence goes into the byte as it was recorded: strides of one foot per minute in FIT and TCX, and
  in GPX likewise.
- Speed that is missing is taken from the distance: over the last 5 s, or since the record before if
  that is longer ago. A first record without speed, or one without a distance either, is sent with
  0, because 2A53 cannot leave the speed out.
- Distance is kept as recorded, jumps and steps back included. In a file that has none it is summed
  along the positions, pauses left out; positions that were frozen (``frozen.py``) are bridged at
  the pace before.
- Laps become marks, see ``laps.py``; the end of the last lap is no mark.
- Pauses stay gaps in time, and a timer event stands at each end of them, see ``pauses.py``. Times
  that cannot be are put right before all else, see ``time_order.py``.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Final

from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind, Fix, Input, Mark, MarkSource, Timer
from kickcue.core.generic_profiles import GENERIC_POD, GENERIC_STRAP
from kickcue.core.units import NS_PER_S
from kickcue.recording.frozen import frozen, run_meanwhile_m
from kickcue.recording.interpolation import Interpolated
from kickcue.recording.laps import PRESSES, Lap, LapKind, kinds_of, note_on, triggers_of
from kickcue.recording.model import ActivityFound, Header, Recording
from kickcue.recording.pauses import PAUSE_S, Gap, Turn, gaps, pauses
from kickcue.recording.plausible import (
    Place,
    grown_m,
    is_real,
    metres_for_each,
    real_places,
    run_by_strides_m,
)
from kickcue.recording.points import Point, great_circle_m
from kickcue.recording.sensor_encoding import (
    POD,
    STRAP,
    PodSample,
    pod_notification,
    strap_notification,
)
from kickcue.recording.time_order import in_order, unset_clock
from kickcue.recording.utc import utc_text
from kickcue.recording.watch_records import (
    WatchLap,
    WatchRecord,
    WatchRecords,
    counts_both_feet,
)

SPEED_WINDOW_S: Final = 5.0
MOST_WAY: Final = 128
"""Positions that give the pace before positions froze."""


@dataclass(frozen=True, slots=True)
class Activity:
    """What a reader found; ``choice`` is what it was chosen from if there was a choice."""

    kind: str
    points: Sequence[Point]
    laps: Sequence[Lap] = ()
    turns: Sequence[Turn] = ()
    device: str | None = None
    problems: Sequence[str] = ()
    notes: Sequence[str] = field(default_factory=tuple)
    found: tuple[ActivityFound, ...] = ()
    choice: str | None = None


def mark_source(kind: LapKind, marks: str) -> MarkSource | None:
    """Return the mark that the end of a lap becomes, None for none.

    A press at the line and the line's position are evidence of a line; at the ends of repetitions,
    ``marks="presses"`` asks for. All others become marks with ``marks="all"`` only.
    """
    evidence = {
        LapKind.PRESS,
        LapKind.POSITION,
        *([LapKind.REPETITION] if marks == PRESSES else []),
    }
    if marks == "none" or not (marks == "all" or kind in evidence):
        return None
    by_position = kind in (LapKind.POSITION, LapKind.ELSEWHERE)
    return MarkSource.GATE if by_position else MarkSource.BUTTON


def recording(path: Path, activity: Activity, marks: str) -> Recording:
    """Return the events of an activity; DataError if it has no usable record."""
    ordered = in_order(activity.points)
    points, laps, impossible = _possible(list(ordered.points), activity.laps)
    paused = gaps(points)
    filled = list(_with_speed(_with_distance(points, paused), paused))
    events = [event for point in filled for event in _events(point, points[0].time_ns)]
    if not events:
        why = f": {activity.problems[0]}" if activity.problems else ""
        raise DataError(f"{path}: this {activity.kind} file contains no run{why}")
    epoch_ns = points[0].time_ns
    notes = list(activity.notes)
    notes.extend((*ordered.notes, *impossible))
    notes.extend(_cadence_note(points))
    way = [(point.time_ns, point.distance_m) for point in filled if point.distance_m is not None]
    kinds = kinds_of(laps, Interpolated(way) if way else None, epoch_ns)
    note = note_on(laps, kinds, marks)
    stops = [
        pause for pause in pauses(points, paused.values(), activity.turns) if pause.go_ns > epoch_ns
    ]
    entries: list[Input] = [
        Command(0, CommandKind.START),
        *_timers(((pause.go_ns, True) for pause in stops), points),
        *events,
        *_timers(((pause.stop_ns, False) for pause in stops), points),
        *_marks(zip(laps, kinds, strict=True), marks, epoch_ns),
    ]
    # Stable: of one moment the start comes first, then the timer that goes on, records, the timer
    # that stops, a mark.
    entries.sort(key=lambda entry: entry.t_ns)
    return Recording.of(
        path,
        _header(activity, None if unset_clock(points) else utc_text(epoch_ns), entries),
        entries,
        kind=activity.kind,
        problems=tuple(activity.problems),
        notes=tuple(notes),
        laps=triggers_of(laps, kinds),
        laps_note=note,
        activities=activity.found,
        activities_note=activity.choice,
        watch=_watch(filled, laps, epoch_ns),
    )


def _watch(points: Iterable[Point], laps: Iterable[Lap], epoch_ns: int) -> WatchRecords:
    return WatchRecords(
        tuple(
            WatchRecord(
                point.time_ns - epoch_ns,
                *(point.distance_m, point.speed_mps),
                *(point.cadence_per_min, point.heart_rate_bpm or None, point.stride_length_m),
                *(point.lat_deg, point.lon_deg),
            )
            for point in points
        ),
        tuple(
            WatchLap(lap.end_ns - epoch_ns, lap.trigger, lap.final, lap.distance_m, lap.timer_s)
            for lap in laps
            if lap.end_ns >= epoch_ns
        ),
    )


def _header(activity: Activity, utc: str | None, entries: Iterable[Input]) -> Header:
    """Return the header, with those sensors that there are."""
    names = {getattr(entry, "sensor", None) for entry in entries}
    profiles = ((POD, GENERIC_POD), (STRAP, GENERIC_STRAP))
    return Header(
        utc=utc,
        sensors={name: profile for name, profile in profiles if name in names},
        made_by=activity.device,
    )


def _events(point: Point, epoch_ns: int) -> Iterator[Input]:
    t_ns = point.time_ns - epoch_ns
    sample = PodSample(
        point.speed_mps, point.cadence_per_min, point.distance_m, point.stride_length_m
    )
    if (sample.speed_mps, sample.cadence_per_min, sample.distance_m) != (None, None, None):
        yield pod_notification(t_ns, sample)
    if point.heart_rate_bpm:  # by a heart rate of 0 a watch reports that it has none
        yield strap_notification(t_ns, point.heart_rate_bpm)
    if point.lat_deg is not None and point.lon_deg is not None:
        yield Fix(t_ns, point.lat_deg, point.lon_deg)


def _timers(turns: Iterable[tuple[int, bool]], points: Sequence[Point]) -> Iterator[Timer]:
    """Yield the turns of the timer between the first and the last record; outside is no race."""
    first_ns, last_ns = points[0].time_ns, points[-1].time_ns
    for time_ns, running in turns:
        if time_ns <= last_ns:
            yield Timer(max(time_ns - first_ns, 0), running)


def _marks(laps: Iterable[tuple[Lap, LapKind]], marks: str, epoch_ns: int) -> Iterator[Mark]:
    for lap, kind in laps:
        source = None if lap.final else mark_source(kind, marks)
        if source is not None and lap.end_ns >= epoch_ns:
            yield Mark(lap.end_ns - epoch_ns, source)


def _possible(
    points: list[Point], laps: Sequence[Lap]
) -> tuple[list[Point], Sequence[Lap], list[str]]:
    """Return both without what cannot be (``plausible.py``), and a sentence on each kind of it."""
    notes = []
    totals = [(point.time_ns, point.distance_m) for point in points if point.distance_m is not None]
    grown, run_m = grown_m(totals), _run_m(points, laps)
    unit_m = metres_for_each(grown, run_m)
    if unit_m != 1.0:
        notes.append("distances appear to be in kilometres, not metres: converted")
        points = [replace(each, distance_m=_times(each.distance_m, unit_m)) for each in points]
        laps = [replace(each, distance_m=_times(each.distance_m, unit_m)) for each in laps]
    places = [_place(point) for point in points]
    real, note = real_places(places, grown * unit_m if totals else _run_m(points, laps))
    if note:
        notes.append(note)
        points = [_at(point, place) for point, place in zip(points, real, strict=True)]
    return points, laps, notes


def _at(point: Point, place: Place | None) -> Point:
    lat_deg, lon_deg = (None, None) if place is None else place
    return replace(point, lat_deg=lat_deg, lon_deg=lon_deg)


def _times(metres: float | None, factor: float) -> float | None:
    return None if metres is None else metres * factor


def _run_m(points: Sequence[Point], laps: Sequence[Lap]) -> float | None:
    """Return about how far one ran by what is there first: speeds, positions, cadence, laps.

    None where nothing does.
    """
    strides = [point.cadence_per_min for point in points if point.cadence_per_min]
    found = (
        _along_m(points, lambda a, b: (a.speed_mps or 0.0) * (b.time_ns - a.time_ns) / NS_PER_S),
        _along_m([point for point in points if is_real(_place(point))], great_circle_m),
        run_by_strides_m(strides, (points[-1].time_ns - points[0].time_ns) / NS_PER_S)
        if points
        else None,
        sum(lap.distance_m or 0.0 for lap in laps),
    )
    return next((metres for metres in found if metres), None)


def _along_m(points: Sequence[Point], step_m: Callable[[Point, Point], float]) -> float:
    """Return the sum of steps, those over pauses left out."""
    return sum(
        step_m(a, b) for a, b in pairwise(points) if b.time_ns - a.time_ns <= PAUSE_S * NS_PER_S
    )


def _place(point: Point) -> Place | None:
    return (
        None if point.lat_deg is None or point.lon_deg is None else (point.lat_deg, point.lon_deg)
    )


def _with_distance(points: Sequence[Point], paused: Mapping[int, Gap]) -> Iterator[Point]:
    """Yield the points, with the way along their positions if the file has no distance at all.

    Where the positions were frozen there is none, and then that of the pace before.
    """
    if any(point.distance_m is not None for point in points):
        yield from points
        return
    way_m, way, held = 0.0, deque[tuple[int, float]](maxlen=MOST_WAY), frozen(points)
    last: Point | None = None
    for at, point in enumerate(points):
        if at in paused:
            way_m += paused[at].run_m
            last = None
        if point.lat_deg is None or point.lon_deg is None or at in held:
            yield point
            continue
        if last is not None:
            way_m += (
                run_meanwhile_m(way, last, point) if at - 1 in held else great_circle_m(last, point)
            )
        last = point
        way.append((point.time_ns, way_m))
        yield replace(point, distance_m=way_m)


def _with_speed(points: Iterable[Point], paused: Mapping[int, Gap]) -> Iterator[Point]:
    """Yield the points with missing speeds taken from the distance, but for that before a pause."""
    recent: deque[tuple[int, float]] = deque()
    for at, point in enumerate(points):
        if at in paused:
            recent.clear()
        if point.distance_m is None:
            yield point
            continue
        while len(recent) > 1 and point.time_ns - recent[0][0] > SPEED_WINDOW_S * NS_PER_S:
            recent.popleft()
        speed_mps = point.speed_mps
        if speed_mps is None and recent and point.time_ns > recent[0][0]:
            grown = grown_m([*recent, (point.time_ns, point.distance_m)])
            speed_mps = grown / ((point.time_ns - recent[0][0]) / NS_PER_S)
        recent.append((point.time_ns, point.distance_m))
        yield replace(point, speed_mps=speed_mps)


def _cadence_note(points: Iterable[Point]) -> Iterator[str]:
    moving = [point.cadence_per_min for point in points if point.cadence_per_min]
    if not moving:
        yield "the file has no cadence"
    elif counts_both_feet(moving):
        yield (
            f"cadence appears to count both feet (median {median(moving):.0f}): used as recorded"
        )
