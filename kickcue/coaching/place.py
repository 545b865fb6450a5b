"""Where in a race a line of a script is said."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NamedTuple

from kickcue.core.course import Course
from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean
from kickcue.core.plan import CuePoint

FORMS: Final = "before, gun, lap 3, 40 %, bell, 200 to go, line or after"
_NUMBERED: Final = re.compile(
    r"lap (?P<lap>\d{1,4})|(?P<share>\d{1,3}) ?%|(?P<to_go>\d{1,6}) to go"
)


class Kind(StrEnum):
    """Places in the order in which they come where several lie at the same metre."""

    BEFORE = "before"
    GUN = "gun"
    LAP = "lap"
    """Where lap ``number`` begins; lap 1 begins at the gun."""
    SHARE = "share"
    """So many per cent of the way from the gun to the bell, at the last line crossed by then."""
    BELL = "bell"
    TO_GO = "to_go"
    """With ``number`` metres to go."""
    LINE = "line"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a script names it; ``number`` says which lap, per cent or metres."""

    kind: Kind
    number: int = 0

    def __str__(self) -> str:
        """Return it as a script has it."""
        match self.kind:
            case Kind.LAP:
                return f"lap {self.number}"
            case Kind.SHARE:
                return f"{self.number} %"
            case Kind.TO_GO:
                return f"{self.number} to go"
            case _:
                return self.kind


class ScriptPosition(NamedTuple):
    """A place on a course; positions sort in the order of the race."""

    metres: float
    rank: int
    within: int
    """Order of places that are at the same line; a cue comes before the lines of its place."""


CUE_FIRST: Final = -1
FIRST_SPLIT: Final = 0.2
"""A first line nearer to the gun than this share of a lap is no split [judgement]."""
SAME_LINE_M: Final = 0.001
"""Lines are surveyed to the millimetre; below it is the rounding of fractions."""
_RANK: Final = {kind: rank for rank, kind in enumerate(Kind)}
_UNNUMBERED: Final = (Kind.BEFORE, Kind.GUN, Kind.BELL, Kind.LINE, Kind.AFTER)


def place(text: str) -> Place:
    """Return the place that ``text`` names; UsageError says which there are."""
    plain = " ".join(text.lower().split())
    if plain in _UNNUMBERED:
        return Place(Kind(plain))
    found = _NUMBERED.fullmatch(plain)
    if found is None or found.lastgroup is None:
        guess = did_you_mean(plain, _UNNUMBERED)
        raise UsageError(f"expected {FORMS}{f'; {guess}' if guess else ''}")
    kind, number = Kind(found.lastgroup), int(found[found.lastgroup])
    if kind is Kind.SHARE and number >= 100:
        raise UsageError("expected less than 100 % of the way to the bell; the bell itself is bell")
    if kind is Kind.LAP and number < 1:
        raise UsageError("expected lap 1 or a later one")
    return Place(kind, number)


def position(where: Place, course: Course) -> ScriptPosition | None:
    """Return where that is on the course; None for a share of a way that is none.

    UsageError for a lap or a distance to go that the course does not have.
    """
    if where.kind is Kind.SHARE and course.bell_m <= 0:
        return None
    return ScriptPosition(_metres(where, course), _RANK[where.kind], where.number)


def cue_position(cue: CuePoint, course: Course) -> ScriptPosition:
    """Return where a cue of the race is given: before what a script says there."""
    opens = cue.to_go_m == course.kick_m
    kind = Kind.BELL if opens else Kind.TO_GO
    metres = course.bell_m if opens else course.distance_m - cue.to_go_m
    return ScriptPosition(metres, _RANK[kind], CUE_FIRST)


def last_line_m(share: int, course: Course) -> float | None:
    """Return the line crossed last by a share of the way to the bell; None before the first.

    A line right after the gun, as a mile has, is none that anybody takes a time at.
    """
    reached_m = _way_m(share, course) + SAME_LINE_M
    earliest_m = FIRST_SPLIT * course.marker_m
    crossed = [line_m for line_m in course.crossings_m if earliest_m <= line_m <= reached_m]
    return crossed[-1] if crossed else None


def _way_m(share: int, course: Course) -> float:
    return course.bell_m * share / 100


def _metres(where: Place, course: Course) -> float:
    match where.kind:
        case Kind.LAP:
            if where.number > course.laps:
                raise UsageError(f"expected at most lap {course.laps} in a {course.event}")
            return ((0.0, *course.crossings_m))[where.number - 1]
        case Kind.SHARE:
            return last_line_m(where.number, course) or _way_m(where.number, course)
        case Kind.BELL:
            return course.bell_m
        case Kind.TO_GO:
            if where.number > course.distance_m:
                raise UsageError(f"expected at most {course.distance_m:g} to go in this race")
            return course.distance_m - where.number
        case Kind.BEFORE:
            return -1.0
        case Kind.GUN:
            return 0.0
        case Kind.LINE | Kind.AFTER:
            return course.distance_m
