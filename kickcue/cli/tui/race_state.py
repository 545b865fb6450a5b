"""What the race screen shows, as plain facts at one moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from kickcue.cli.tui.race_result import RaceResult
from kickcue.cli.tui.session_state import SessionState
from kickcue.core.course import Course
from kickcue.core.events import Arm, Cue, Estimate, Level, Phase
from kickcue.supervision.health import DeviceHealth


@dataclass(frozen=True, slots=True)
class RaceLogEntry:
    """One thing that happened, ``t_s`` seconds after the gun: negative before it, None unknown."""

    t_s: float | None
    text: str
    level: Level = Level.INFO


@dataclass(frozen=True, slots=True)
class Wrist:
    """The way to the watch: where cues go, what keeps them from it, and what became of them.

    Not ``cues``: the rules of the race allow none, and only what is shown goes there.
    """

    to: str
    trouble: str | None
    sent: int = 0
    felt: int = 0
    there: bool = False
    """Whether a watch has reported lately that it would play a cue."""
    who: str = ""
    """Which one, and when it last sent a message."""
    cues: bool = True


@dataclass(frozen=True, slots=True)
class RaceBoard:
    """One moment of a race.

    ``elapsed_s`` is None before the gun and where that was not seen; ``bell_in_s`` counts from now.
    """

    title: str
    course: Course
    phase: Phase
    wrist: Wrist
    recording: str
    sensors: Mapping[str, DeviceHealth] = field(default_factory=dict)
    recording_trouble: bool = False
    estimate: Estimate | None = None
    session: SessionState | None = None
    """None in a race."""
    elapsed_s: float | None = None
    bell_in_s: float | None = None
    armed: Arm | None = None
    last_cue: Cue | None = None
    last_cue_s: float | None = None
    """When the last cue was given, on the clock of ``elapsed_s``."""
    log: Sequence[RaceLogEntry] = ()
    undo_left_s: float | None = None
    """For how many seconds u takes the end of the race or its last start back; None where it does
    not."""
    result: RaceResult | None = None
    """Of a race that is over, once it has been read from its recording."""
    unstarted: bool = False
    """The runner is on the way, and nobody has pressed start."""
    question: str | None = None
    """What the screen asks the person before it; stands in place of the keys."""
