"""The times of an activity's records put right, by one rule for every format.

A recorder's clock is wrong until the first fix (1970, 1989), is set while it records, or stamps a
few records of an old buffer days too early; exporters merge two streams whose clocks differ, or
write the laps in another order. The order of the file and the distance run distinguish these:

- Where the records in the order of their times make no longer a way than in the order of the file,
  they are sorted.
- Else the order of the file is right and the times are not. Single records whose time does not go
  on are left out. Where the clock was set, what was recorded before or after it (whichever is less)
  is moved so that it joins.
- Records that lie half a day or more from the rest, and in which nobody runs, are left out.

A jump ahead between two parts that are both run is no fault: it is a pause, however long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise
from statistics import median
from typing import Final

from kickcue.core.units import NS_PER_S
from kickcue.recording.points import Point, way_m

FAR_NS: Final = 12 * 3600 * NS_PER_S
"""Nobody runs, or rests within one run, for half a day [judgement]; an ultramarathon goes on."""
CLOCKS_FROM_NS: Final = round(datetime(2000, 1, 1, tzinfo=UTC).timestamp()) * NS_PER_S
"""No watch has recorded before: an earlier date is that of a clock that was not set yet."""
LONGER: Final = 1.02
"""A way that is this much longer is another way; rounding makes up for less."""
EXACT: Final = 1.000001
LOOK_AHEAD: Final = 30
"""Records among which a time that stepped back, or far ahead, may come right again by itself."""
FEWEST: Final = 3
"""So many records are no part of a run."""
COUNTED_M, STANDING_M = 1.0, 20.0
"""A recorder counts nothing while somebody stands; positions wander so far."""
USUAL: Final = 3.0
"""Times the usual step from record to record: longer is a jump."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Records that the file has at ``first_ns`` to ``last_ns``, and what their times gained."""

    first_ns: int
    last_ns: int
    by_ns: int


@dataclass(frozen=True, slots=True)
class Ordered:
    """Points whose times never go back; ``moved``: by how much, most records first.

    ``notes`` list what was done, one sentence each.
    """

    points: tuple[Point, ...]
    moved: tuple[Moved, ...] = ()
    notes: tuple[str, ...] = ()

    def at(self, time_ns: int) -> int:
        """Return when something (a lap's end, a stop) happened that the file has at ``time_ns``."""
        by_ns = (part.by_ns for part in self.moved if part.first_ns <= time_ns <= part.last_ns)
        return time_ns + next(by_ns, 0)


@dataclass(slots=True)
class _Block:
    """Records of one setting of the clock, in their order."""

    points: list[Point]
    by_ns: int = 0

    @property
    def first_ns(self) -> int:
        return self.points[0].time_ns

    @property
    def last_ns(self) -> int:
        return self.points[-1].time_ns


def in_order(points: Sequence[Point]) -> Ordered:
    """Return the points of one activity, given in the order of its file, with times that go on."""
    if not points or _goes_on(points):
        return Ordered(tuple(points))
    by_time = sorted(points, key=lambda point: point.time_ns)
    notes = []
    if by_time != list(points) and _no_longer(by_time, points):
        notes.append("records were out of order: sorted by time")
        points = by_time
    usual_ns = _usual_step_ns(points)
    blocks, strays = _blocks(points, usual_ns)
    if strays:
        notes.append(f"{_records(strays)} skipped: time jumps back or far ahead")
    run = _without_idle(blocks)
    idle = _size(blocks) - _size(run)
    if idle:
        notes.append(
            f"{_records(idle)} skipped: dated half a day or more from the rest, without movement"
        )
    if _join(run, usual_ns):
        notes.append(
            f"the clock was changed by {_duration(_changed_by_s(run))} during recording: records "
            "kept in file order"
        )
    found = tuple(
        replace(point, time_ns=point.time_ns + block.by_ns)
        for block in run
        for point in block.points
    )
    run.sort(key=lambda block: -len(block.points))
    moved = tuple(
        Moved(block.first_ns - usual_ns, block.last_ns + usual_ns, block.by_ns) for block in run
    )
    return Ordered(found, moved, tuple(notes))


def _size(blocks: Iterable[_Block]) -> int:
    return sum(len(block.points) for block in blocks)


def _changed_by_s(blocks: Iterable[_Block]) -> int:
    """Return the largest change of the clock between two blocks."""
    changes_ns = (abs(after.by_ns - before.by_ns) for before, after in pairwise(blocks))
    return max(changes_ns, default=0) // NS_PER_S


def _no_longer(by_time: Sequence[Point], points: Sequence[Point]) -> bool:
    """Tell whether the order of time makes no longer a way.

    A total is exact, and in the wrong order it steps back and forth.
    """
    counted = any(point.distance_m is not None for point in points)
    return way_m(by_time) <= (EXACT if counted else LONGER) * way_m(points)


def _goes_on(points: Sequence[Point]) -> bool:
    return all(0 <= b.time_ns - a.time_ns < FAR_NS for a, b in pairwise(points))


def _usual_step_ns(points: Sequence[Point]) -> int:
    steps = [
        b.time_ns - a.time_ns for a, b in pairwise(points) if 0 < b.time_ns - a.time_ns < FAR_NS
    ]
    return round(median(steps)) if steps else NS_PER_S


def _records(count: int) -> str:
    return f"{count} record{'' if count == 1 else 's'}"


def _duration(seconds: int) -> str:
    if seconds < 2 * 3600:
        return f"{seconds} s"
    return f"{seconds // 3600} hours" if seconds < 2 * 86400 else f"{seconds // 86400} days"


# ---- one setting of the clock after the other


def _blocks(points: Sequence[Point], usual_ns: int) -> tuple[list[_Block], int]:
    """Return the blocks, and how many records belong to none: their times are wrong one by one."""
    blocks: list[_Block] = []
    strays = 0
    for at, point in enumerate(points):
        last_ns = blocks[-1].last_ns if blocks else point.time_ns
        if blocks and 0 <= point.time_ns - last_ns < FAR_NS:
            blocks[-1].points.append(point)
        elif blocks and (behind := _strays_behind(blocks[-1].points, point, usual_ns)):
            strays += behind
            blocks[-1].points[-behind:] = [point]
        elif blocks and _is_stray(points, at, last_ns, usual_ns):
            strays += 1
        else:
            blocks.append(_Block([point]))
    return blocks, strays


def _strays_behind(points: Sequence[Point], point: Point, usual_ns: int) -> int:
    """Return how many of the last points lay ahead of the time.

    That is so if ``point`` goes on from the one before them; else 0.
    """
    for strays in range(1, min(FEWEST, len(points) - 1) + 1):
        if 0 <= point.time_ns - points[-strays - 1].time_ns <= (strays + USUAL) * usual_ns:
            return strays
    return 0


def _is_stray(points: Sequence[Point], at: int, last_ns: int, usual_ns: int) -> bool:
    """Tell whether the records soon go on from ``last_ns``, with a jump.

    Then this one's time is wrong, and no clock was set.
    """
    ahead = points[at + 1 : at + 1 + LOOK_AHEAD]
    before_ns = points[at].time_ns
    for skipped, point in enumerate(ahead, start=1):
        if 0 <= point.time_ns - last_ns < FAR_NS:
            return skipped < FEWEST or not 0 <= point.time_ns - before_ns <= USUAL * usual_ns
        before_ns = point.time_ns
    return False


def _without_idle(blocks: Sequence[_Block]) -> list[_Block]:
    """Return the blocks but for those far from the longest one in which nobody runs."""
    longest = max(blocks, key=lambda block: len(block.points))
    return [
        block
        for block in blocks
        if block is longest or not (_is_idle(block) and _is_far(block, longest))
    ]


def _is_idle(block: _Block) -> bool:
    if any(point.distance_m is not None for point in block.points):
        return way_m(block.points) < COUNTED_M
    return len(block.points) <= FEWEST or way_m(block.points) < STANDING_M


def _is_far(block: _Block, other: _Block) -> bool:
    return max(other.first_ns - block.last_ns, block.first_ns - other.last_ns) >= FAR_NS


def _join(blocks: Sequence[_Block], usual_ns: int) -> bool:
    """Move blocks so that each goes on from the one before; the longest keeps its time.

    Returns whether that changed anything.
    """
    for before, after in pairwise(blocks):
        goes_on_ns = before.last_ns + before.by_ns
        unset = before.first_ns < CLOCKS_FROM_NS <= after.first_ns
        if after.first_ns < goes_on_ns or (unset and not before.by_ns):
            after.by_ns = goes_on_ns + usual_ns - after.first_ns
    longest_by_ns = max(
        blocks, key=lambda block: (block.first_ns >= CLOCKS_FROM_NS, len(block.points))
    ).by_ns
    changed = any(block.by_ns for block in blocks)
    for block in blocks:
        block.by_ns -= longest_by_ns
    return changed


def unset_clock(points: Sequence[Point]) -> bool:
    """Say whether the recorder did not know the date."""
    return bool(points) and points[0].time_ns < CLOCKS_FROM_NS
