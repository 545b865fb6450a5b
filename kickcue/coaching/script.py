"""A script of a race in the mind: what is said, where, and how long the pause after it is."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kickcue.coaching.place import Place

PLACEHOLDERS: Final = (
    "event",
    "goal",
    "laps",
    "lap_split",
    "lap",
    "laps_to_go",
    "elapsed",
    "to_go",
    "kick",
    "rival",
    "belief",
)
"""What a line may have in braces; ``docs/visualisation.md`` tells what each stands for."""
LONGEST_MINUTES: Final = 30.0


class On(StrEnum):
    """Races that a line is for."""

    TRACK = "track"
    ROAD = "road"
    BELL = "bell"
    """The last window is the last lap on a track, so that there is a bell."""
    NO_BELL = "no bell"


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """One line; ``row`` is where it begins in the file, if that is known."""

    at: Place
    say: str
    pause_s: float
    on: On | None = None
    row: int | None = None


@dataclass(frozen=True, slots=True)
class ScriptWords:
    """What the placeholders say in a language; ``{n}`` is a number."""

    metres: str
    minutes: str
    steeplechase: str
    kilometres: str
    mile: str
    miles: str
    half: str
    marathon: str
    point: str
    """What stands before tenths."""
    rival: str
    """Who comes up on the shoulder, where no name is told."""


@dataclass(frozen=True, slots=True)
class Script:
    """The lines in any order, and how long the whole usually takes."""

    source: str
    """File, for errors."""
    language: str
    minutes: float
    lines: tuple[ScriptLine, ...]
    words: ScriptWords
