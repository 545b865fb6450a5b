"""Where the lines are: an event and a lap become the distances at which the runner crosses a line.

On a track every race ends at the finish line, so the lines are counted back from the finish: the
first crossing comes after ``distance mod lap`` metres (or a whole lap where nothing is left over).
The mile is the trap: its first crossing comes 9.344 m after the gun. On the road the lines are the
kilometre markers, counted from the start, and the finish.

Lane lengths: bends of 36.50 m radius to the kerb, lanes 1.22 m wide, measured 0.30 m out from the
kerb in lane 1 and 0.20 m out from the line in every other, hence the 0.10 m. (The popular 407.67,
415.33 ... list forgets that step and is 0.63 m too long.)
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from typing import Final, Literal

from kickcue.core.errors import UsageError
from kickcue.core.nearest import did_you_mean
from kickcue.core.units import MILE_M

OUTDOOR_LAP_M: Final = 400.0
INDOOR_LAP_M: Final = 200.0
ROAD_MARKER_M: Final = 1000.0
ROAD_KICK_M: Final = 1000.0
LANE_WIDTH_M: Final = 1.22
LANES: Final = 9
STEEPLE_LAPS_M: Final[Mapping[str, float]] = {"inside": 396.084, "outside": 419.407}
"""Usual lap over the water jump by where the pit lies; venues differ, so a told lap always wins."""

SHORTEST_RACE_M: Final = 200.0
LONGEST_RACE_M: Final = 500_000.0
LONGEST_TRACK_RACE_M: Final = 10_000.0
SHORTEST_LAP_M: Final = 50.0
LONGEST_LAP_M: Final = 2000.0

EVENTS: Final = (
    "600m",
    "800m",
    "1000m",
    "1500m",
    "mile",
    "3000m",
    "2mile",
    "5000m",
    "10000m",
    "3000sc",
    "5k",
    "5mile",
    "10k",
    "15k",
    "10mile",
    "half",
    "marathon",
)
"""The events with a name; any other number of metres, kilometres or miles works too."""

_Ground = Literal["track", "steeple", "road"]

_NAMED: Final[Mapping[str, float]] = {"half": 21_097.5, "marathon": 42_195.0}
"""Road races whose length nobody says in metres."""
_ALIASES: Final[Mapping[str, str]] = {
    "mile": "1mile",
    "halfmarathon": "half",
    "half-marathon": "half",
    "hm": "half",
    "fullmarathon": "marathon",
    "steeplechase": "3000sc",
    "steeple": "3000sc",
}
_UNITS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("", "m", "metre", "metres", "meter", "meters"), "m"),
    **dict.fromkeys(("k", "km", "kms", "kilometre", "kilometres", "kilometer", "kilometers"), "k"),
    **dict.fromkeys(("mi", "mile", "miles"), "mile"),
    **dict.fromkeys(("sc", "st", "steeple", "steeplechase"), "sc"),
    **dict.fromkeys(("msc", "mst", "msteeple", "msteeplechase"), "sc"),
}
_MEASURED: Final = re.compile(r"([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(\.[0-9]+)?-?([a-z]*)")
_TRACK_MILES: Final = 2.0
"""Up to this many miles are a track race, more are one on the road."""
_FORMS: Final = (
    f"{', '.join(EVENTS)}, any track distance in metres (1200m, 2000sc), or a road distance in "
    "kilometres (8k) or miles (5mile)"
)

# Lap lengths are surveyed to the millimetre: what is left over below that is no line of its own.
_SAME_LINE_M: Final = 0.001
_SAME_WINDOW_M: Final = 1.0  # 1609 m are a mile to whoever says so
_DIGITS: Final = (
    6  # micrometres: hides the rounding of binary fractions (9.344000000000051), far below any tape
)


class Window(StrEnum):
    """What the last window is as long as; ``METRES``: nothing that has a name."""

    LAP = "lap"
    KILOMETRE = "kilometre"
    MILE = "mile"
    METRES = "metres"


_APPLIES_TO = {
    "lane": "race on the flat track",
    "indoor": "race on the flat track",
    "water_jump": "steeplechase",
}


@dataclass(frozen=True, slots=True)
class Course:
    """The distance and every line on it.

    Raises ``UsageError`` for lengths that are no lengths.
    """

    event: str
    distance_m: float
    lap_m: float | None
    """None on the road."""
    marker_m: float
    """Spacing of the lines: the lap, or 1000 m on the road."""
    kick_m: float
    """Length of the last window, which opens with the bell."""
    note: str | None = None
    """What had to be assumed, in one sentence."""

    def __post_init__(self) -> None:
        _require(
            0 < self.distance_m <= LONGEST_RACE_M,
            "distance",
            f"more than 0 and at most {LONGEST_RACE_M:g} m",
            f"{self.distance_m} m",
        )
        for what, length_m in (("lap", self.lap_m), ("marker spacing", self.marker_m)):
            fits = length_m is None or SHORTEST_LAP_M <= length_m <= LONGEST_LAP_M
            right = f"{SHORTEST_LAP_M:g} to {LONGEST_LAP_M:g} m"
            _require(fits, what, right, f"{length_m} m")
        _require(
            0 < self.kick_m <= self.distance_m,
            "kick",
            f"more than 0 and at most the distance, {self.distance_m:g} m",
            f"{self.kick_m} m",
        )

    @property
    def crossings_m(self) -> tuple[float, ...]:
        """Metres run at every line, in order.

        The last is the finish and equals ``distance_m`` exactly.
        """
        return _crossings_m(self.distance_m, self.marker_m, self.lap_m is not None)

    @property
    def first_crossing_m(self) -> float:
        """Metres from the gun to the first line."""
        return self.crossings_m[0]

    @property
    def laps(self) -> int:
        """Number of lines crossed, the finish included."""
        return len(self.crossings_m)

    @property
    def bell_m(self) -> float:
        """Metres run when the last window opens; 0 where the race is no longer than its lap."""
        return round(self.distance_m - self.kick_m, _DIGITS)

    @property
    def window(self) -> Window:
        """What the last window is called by."""
        if self.lap_m is not None and abs(self.kick_m - self.lap_m) <= _SAME_WINDOW_M:
            return Window.LAP
        for window, metres in ((Window.KILOMETRE, 1000.0), (Window.MILE, MILE_M)):
            if abs(self.kick_m - metres) <= _SAME_WINDOW_M:
                return window
        return Window.METRES

    @property
    def window_name(self) -> str:
        """The last window as an English runner calls it: "last lap", "last 600 m"."""
        return (
            f"last {self.window}"
            if self.window is not Window.METRES
            else f"last {self.kick_m:.0f} m"
        )

    @property
    def last_200_m(self) -> float:
        """Metres run with 200 m to go."""
        return round(self.distance_m - 200.0, _DIGITS)

    @property
    def last_100_m(self) -> float:
        """Metres run with 100 m to go."""
        return round(self.distance_m - 100.0, _DIGITS)

    @property
    def last_50_m(self) -> float:
        """Metres run with 50 m to go."""
        return round(self.distance_m - 50.0, _DIGITS)


# Each argument is one thing a venue can differ in, all but the event by keyword.
def course_for(  # noqa: PLR0913
    event: str,
    *,
    lap_m: float | None = None,
    kick_m: float | None = None,
    lane: int | None = None,
    water_jump: str | None = None,
    indoor: bool = False,
) -> Course:
    """Return the course of ``event``.

    That is a name of ``EVENTS``, metres on the track, or kilometres (``8k``) on the road.
    The lap is 400 m unless told by ``lap_m``, the ``lane`` of a 400 m track that is run in
    throughout, ``indoor`` (200 m), or the place of a steeplechase's ``water_jump`` ("inside",
    "outside"). ``kick_m`` is the lap, or 1000 m on the road. A race no longer than its lap is all
    last lap: the bell is the gun, ``bell_m`` 0.

    Raises ``UsageError`` for an event that is none (naming the near ones) and for lengths
    that make no sense.
    """
    name, distance_m, ground = _event(event)
    _require_race(event, name, distance_m)
    venue = {"lane": lane, "water_jump": water_jump, "indoor": indoor or None}
    told = [key for key, value in venue.items() if value is not None]
    allowed = {"track": ("lane", "indoor"), "steeple": ("water_jump",), "road": ()}[ground]
    for key in told:
        if key not in allowed:
            raise UsageError(f"{key} only applies to a {_APPLIES_TO[key]}")
    if len(told) > 1:
        raise UsageError(f"expected {' or '.join(told)}, got both: each sets the lap length")
    if ground == "road":
        if lap_m is not None:
            raise UsageError(
                f"lap only applies to a track race, and {name} is run on the road (on the track "
                f"it is {distance_m:g}m)"
            )
        marker_m = MILE_M if name.endswith("mile") else ROAD_MARKER_M
        kick = _kick_m(kick_m, ROAD_KICK_M, distance_m)
        return Course(name, distance_m, None, marker_m, kick, _road_note(name, distance_m))
    lap = _lap_m(ground, lap_m=lap_m, lane=lane, water_jump=water_jump, indoor=indoor)
    note = None
    if ground == "steeple" and lap_m is None and water_jump is None:
        note = (
            f"no lap length given: assuming a water jump inside the track, {lap:g} m a lap; check "
            "with the venue"
        )
    return Course(name, distance_m, lap, lap, _kick_m(kick_m, lap, distance_m), note)


def race_distance_m(text: str) -> float:
    """Return the metres of a distance as people say it: 3000, 3000m, 5k, mile, half.

    Raises ``UsageError`` for what is none, or for one that nobody races over.
    """
    name, distance_m, _ = _event(text)
    _require_race(text, name, distance_m)
    return distance_m


def corrected(course: Course, distance_m: float) -> Course:
    """Return the course of a race that turns out to be ``distance_m`` long, at the same venue.

    Laps and last window stay as they are, the first line follows from the distance. Raises
    ``UsageError`` where no race is that long, or it is shorter than the last window.
    """
    shown = f"{distance_m:g}"
    _require_race(shown, f"{shown}m", distance_m)
    least = f"at least the {course.window_name}, {course.kick_m:g} m"
    _require(distance_m >= course.kick_m, "distance", least, f"{shown} m")
    name = _name(distance_m, steeple=course.event.endswith("sc"), road=course.lap_m is None)
    note = course.note if course.lap_m is not None else _road_note(name, distance_m)
    return replace(course, event=name, distance_m=distance_m, note=note)


def lane_lap_m(lane: int) -> float:
    """Return the length of one lap of a 400 m track in ``lane`` (1 to 9), to the millimetre."""
    _require(1 <= lane <= LANES, "lane", f"1 to {LANES}", str(lane))
    return (
        OUTDOOR_LAP_M
        if lane == 1
        else round(OUTDOOR_LAP_M + 2 * math.pi * (LANE_WIDTH_M * (lane - 1) - 0.10), 3)
    )


def _lap_m(
    ground: _Ground, *, lap_m: float | None, lane: int | None, water_jump: str | None, indoor: bool
) -> float:
    if ground == "steeple":
        _require(
            water_jump in (None, *STEEPLE_LAPS_M),
            "water_jump",
            " or ".join(STEEPLE_LAPS_M),
            repr(water_jump),
        )
        if None not in (lap_m, water_jump):
            raise UsageError("expected lap or water_jump, got both: each sets the lap length")
        return lap_m if lap_m is not None else STEEPLE_LAPS_M[water_jump or "inside"]
    if lane is not None:
        _require(
            lap_m in (None, OUTDOOR_LAP_M),
            f"lap with lane {lane}",
            "400 m (lane lengths are known for a 400 m track only)",
            f"{lap_m} m",
        )
        return lane_lap_m(lane)
    if indoor:
        _require(
            lap_m in (None, INDOOR_LAP_M),
            "lap with indoor",
            "200 m (for another length give the lap alone)",
            f"{lap_m} m",
        )
        return INDOOR_LAP_M
    return OUTDOOR_LAP_M if lap_m is None else lap_m


def _kick_m(told_m: float | None, usual_m: float, distance_m: float) -> float:
    return min(usual_m, distance_m) if told_m is None else told_m


def _event(text: str) -> tuple[str, float, _Ground]:
    """Return canonical name, metres and ground."""
    plain = re.sub(r"[\s_]", "", text.lower())
    plain = _ALIASES.get(plain, plain)
    if plain in _NAMED:
        return plain, _NAMED[plain], "road"
    found = _MEASURED.fullmatch(plain)
    unit = None if found is None else _UNITS.get(found[3])
    if found is None or unit is None:
        guess = did_you_mean(plain, (*EVENTS, *_ALIASES), most=3)
        raise UsageError(
            f"unknown event {text!r}: {f'{guess} ' if guess else ''}expected one of {_FORMS}"
        )
    number = float(found[1].replace(",", "") + (found[2] or ""))
    short = _short(number)
    if unit == "k":
        return f"{short}k", round(number * 1000, _DIGITS), "road"
    if unit == "mile":
        name = "mile" if number == 1.0 else f"{short}mile"
        return name, round(number * MILE_M, _DIGITS), "track" if number <= _TRACK_MILES else "road"
    if unit == "sc":
        return f"{short}sc", number, "steeple"
    return f"{short}m", number, "track"


def _require_race(text: str, name: str, distance_m: float) -> None:
    if not SHORTEST_RACE_M <= distance_m <= LONGEST_RACE_M:
        right = f"{SHORTEST_RACE_M:g} m to {LONGEST_RACE_M / 1000:g} km"
        raise UsageError(f"distance: expected {right}, got {text!r}{_instead_of_metres(name)}")


def _name(distance_m: float, *, steeple: bool, road: bool) -> str:
    """Return what a race of that length is called on its ground."""
    miles = round(distance_m / MILE_M, _DIGITS)
    in_miles = "mile" if miles == 1.0 else f"{_short(miles)}mile"
    if steeple:
        return f"{_short(distance_m)}sc"
    if not road:
        return in_miles if miles.is_integer() else f"{_short(distance_m)}m"
    named = next((name for name, length_m in _NAMED.items() if length_m == distance_m), None)
    return named or (in_miles if miles.is_integer() else f"{_short(distance_m / 1000)}k")


def _instead_of_metres(name: str) -> str:
    """Return what a few metres were meant for: 10m is ten miles to some, 10.000 m ten thousand."""
    number = name.removesuffix("m")
    if number == name or len(number) > 5 or not float(number):
        return ""
    return f"; did you mean {number}mile, {number}k or {float(number) * 1000:g}m?"


def _road_note(name: str, distance_m: float) -> str | None:
    """Say that this is a road race where the same length is run on the track too."""
    if not name.endswith("k") or distance_m > LONGEST_TRACK_RACE_M:
        return None
    return f"{name} is a road race with a line every kilometre; for the track, use {distance_m:g}m"


def _short(number: float) -> str:
    return f"{number:.{_DIGITS}f}".rstrip("0").rstrip(".")


@lru_cache(maxsize=256)
def _crossings_m(
    distance_m: float, marker_m: float, counted_from_finish: bool
) -> tuple[float, ...]:
    lines = max(1, math.ceil((distance_m - _SAME_LINE_M) / marker_m))
    if counted_from_finish:
        before = (distance_m - back * marker_m for back in range(lines - 1, 0, -1))
    else:
        before = (line * marker_m for line in range(1, lines))
    return (*(round(crossing_m, _DIGITS) for crossing_m in before), distance_m)


def _require(holds: bool, what: str, right: str, got: str) -> None:
    if not holds:
        raise UsageError(f"{what}: expected {right}, got {got}")
