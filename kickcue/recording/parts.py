"""The activities in one file, and which of them a recording is made of.

A file may hold more than one: two runs a year apart, the days of a journey, the legs of a duathlon,
several files one behind the other. A part is one leg of one sport. Parts of one outing belong
together: the sessions of one FIT file, activities of different sports that follow each other,
tracks that do. Unless somebody chooses a part, the recording is the running of the outing that has
most of it (of equal ones the last); what the recorder counted between two legs is left out.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from kickcue.core.errors import UsageError
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.recording.laps import Lap
from kickcue.recording.model import ActivityFound
from kickcue.recording.pauses import Turn, gaps
from kickcue.recording.points import Point, great_circle_m, step_m
from kickcue.recording.time_order import unset_clock
from kickcue.recording.utc import utc_text

SAME_OUTING_NS: Final = 900 * NS_PER_S
"""Between two legs one changes shoes; who comes back later has gone home [judgement]."""
NEXT_DAY_NS: Final = 12 * 3600 * NS_PER_S
ELSEWHERE_NS, ELSEWHERE_M = 3 * 3600 * NS_PER_S, 1000.0
"""Going on after hours at another place is another activity, after half a day in any case."""
UNKNOWN: Final = "unknown"
RUNS: Final = ("run", UNKNOWN)
STRAVA_RUN: Final = "9"
MOST_NAMED: Final = 6
"""Parts that a sentence names one by one."""


@dataclass(frozen=True, slots=True)
class Part:
    """One leg of one sport, in order of time.

    ``end_m``: the total at its very end, where the file has it. ``outing``: the same for parts
    that the file itself puts together.
    """

    sport: str
    points: Sequence[Point]
    laps: Sequence[Lap] = ()
    turns: Sequence[Turn] = ()
    outing: int = 0
    end_m: float | None = None

    @property
    def is_run(self) -> bool:
        """Whether it is a run, as far as is known."""
        return any(word in self.sport.lower() for word in RUNS) or self.sport == STRAVA_RUN

    @property
    def start_ns(self) -> int:
        """The time of its first record."""
        return self.points[0].time_ns

    @property
    def end_ns(self) -> int:
        """The time of its last record."""
        return self.points[-1].time_ns


@dataclass(frozen=True, slots=True)
class PartChoice:
    """What a recording is made of: one part, or several put together.

    ``rows`` list all, ``note`` what was chosen and why.
    """

    part: Part
    rows: tuple[ActivityFound, ...]
    note: str | None = None

    @property
    def notes(self) -> list[str]:
        """The note, as a list of one or none."""
        return [] if self.note is None else [self.note]


def chosen(parts: Sequence[Part], wanted: int | None, word: str) -> PartChoice:
    """Return part ``wanted``, counted from 1 in order of time, or the one that is worth most.

    ``word`` is the file's word for a part. UsageError where there is no such part.
    """
    found = sorted((part for part in parts if part.points), key=lambda part: part.start_ns)
    if wanted is not None and not 1 <= wanted <= max(len(found), 1):
        there = f"1 to {len(found)}" if len(found) > 1 else "1 (there is only one)"
        raise UsageError(f"--activity: expected {there}, got {wanted}")
    if not found:
        return PartChoice(Part(UNKNOWN, ()), ())
    outings = {part.outing for part in found}
    taken = [found[wanted - 1]] if wanted is not None else _most(found)
    return PartChoice(
        _together(taken),
        tuple(_rows(found, taken)),
        _note(found, taken, len(outings), wanted, word),
    )


def joined(parts: Sequence[Part], *, tracks: bool) -> list[Part]:
    """Return the parts in order of time with their outings.

    Parts of different sports that follow each other are one; with ``tracks``, those of any sport.
    """
    found = sorted((part for part in parts if part.points), key=lambda part: part.start_ns)
    outing = 0
    whole = found[:1]
    for before, part in pairwise(found):
        follows = abs(part.start_ns - before.end_ns) <= SAME_OUTING_NS
        outing += not (follows and (tracks or part.sport != before.sport))
        whole.append(replace(part, outing=outing))
    return whole


def by_day(part: Part) -> Iterator[Part]:
    """Yield a part cut where it goes on another day, or after hours at another place.

    Its laps go with the first.
    """
    cuts = [
        at for at in range(1, len(part.points)) if _is_another(part.points[at - 1], part.points[at])
    ]
    for first, last in pairwise([0, *cuts, len(part.points)]):
        yield replace(part, points=part.points[first:last], laps=() if first else part.laps)


def _is_another(before: Point, after: Point) -> bool:
    gap_ns = after.time_ns - before.time_ns
    if gap_ns < ELSEWHERE_NS:
        return False
    somewhere = None not in (before.lat_deg, before.lon_deg, after.lat_deg, after.lon_deg)
    return gap_ns >= NEXT_DAY_NS or (somewhere and great_circle_m(before, after) >= ELSEWHERE_M)


# ---- which


def _most(parts: Sequence[Part]) -> list[Part]:
    """Return the runs of the outing with the most running, all of the longest if nobody ran."""
    outings: dict[int, list[Part]] = {}
    for part in parts:
        outings.setdefault(part.outing, []).append(part)
    runs = [
        running
        for outing in outings.values()
        if (running := [part for part in outing if part.is_run])
    ]
    return max(
        runs or outings.values(),
        key=lambda taken: (round(sum(_length_m(part) or 0.0 for part in taken)), taken[-1].end_ns),
    )


def _length_m(part: Part) -> float | None:
    """Return how far one went in a part, without its pauses; None where unknown."""
    paused = gaps(part.points)
    steps = (
        paused[at].run_m if at in paused else step_m(*pair)
        for at, pair in enumerate(pairwise(part.points), start=1)
    )
    known = [max(step, 0.0) for step in steps if step is not None]
    return sum(known) if known else None


def _together(parts: Sequence[Part]) -> Part:
    """Return one part made of several, with a pause between them and nothing counted there."""
    points = list(parts[0].points)
    end_m = _end_m(parts[0], 0.0)
    for part in parts[1:]:
        begin_m = next(
            (point.distance_m for point in part.points if point.distance_m is not None), end_m
        )
        offset_m = begin_m - end_m
        first, *rest = (
            replace(point, distance_m=_less(point.distance_m, offset_m)) for point in part.points
        )
        points += [replace(first, after_pause=True), *rest]
        end_m = _end_m(part, begin_m) - offset_m
    laps = [lap for part in parts for lap in part.laps]
    turns = [turn for part in parts for turn in part.turns]
    return replace(parts[0], points=points, laps=laps, turns=turns)


def _end_m(part: Part, begin_m: float) -> float:
    if part.end_m is not None:
        return part.end_m
    return next(
        (point.distance_m for point in reversed(part.points) if point.distance_m is not None),
        begin_m,
    )


def _less(metres: float | None, by_m: float) -> float | None:
    return None if metres is None else metres - by_m


# ---- what is shown


def _rows(parts: Sequence[Part], taken: Sequence[Part]) -> Iterator[ActivityFound]:
    numbers = set(_numbers(parts, taken))
    for number, part in enumerate(parts, start=1):
        yield ActivityFound(
            number=number,
            utc=None if unset_clock(part.points) else utc_text(part.start_ns),
            sport="running" if part.sport == STRAVA_RUN else part.sport,
            duration_s=ns_to_s(part.end_ns - part.start_ns),
            distance_m=_length_m(part),
            taken=number in numbers,
        )


def _numbers(parts: Sequence[Part], taken: Sequence[Part]) -> list[int]:
    """Return which those are that are taken, counted from 1."""
    which = {id(part) for part in taken}
    return [number for number, part in enumerate(parts, start=1) if id(part) in which]


def _are(numbers: Sequence[int]) -> str:
    if len(numbers) == 1:
        return f"number {numbers[0]} is"
    if len(numbers) > MOST_NAMED:
        return f"{len(numbers)} of them are"
    return f"numbers {', '.join(map(str, numbers[:-1]))} and {numbers[-1]} are"


def _note(
    found: Sequence[Part], taken: Sequence[Part], outings: int, wanted: int | None, word: str
) -> str | None:
    if len(found) == 1:
        return _not_running(taken)
    are = _are(_numbers(found, taken))
    there = f"{len(found)} {word}"
    if wanted is not None:
        return f"{there}: {are} used, as requested"
    if outings > 1:
        return (
            f"{there}: {are} used, the longest{' run' if taken[0].is_run else ''} (--activity N "
            "chooses another)"
        )
    sports = ", ".join(part.sport for part in found[:MOST_NAMED]) + (
        ", ..." if len(found) > MOST_NAMED else ""
    )
    if len(taken) < len(found):
        return f"{there} ({sports}): only the running is used"
    return (
        _not_running(taken)
        or f"{there} in a row: treated as one (--activity N chooses one of them)"
    )


def _not_running(taken: Sequence[Part]) -> str | None:
    others = sorted({part.sport for part in taken if not part.is_run})
    return f"the activity is {', '.join(others)}, not running" if others else None
