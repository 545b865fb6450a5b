"""What is to be run: one stretch is a race; repeats, strides and a simulated finish are sessions.

A plan is a tree of steps, ``Run``, ``TimedRun``, ``Rest`` and ``Repeat``; ``Plan.legs`` is the same
as a flat list in the order it is run.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kickcue.core.course import LONGEST_LAP_M, SHORTEST_LAP_M, Course
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind, CueKind

MOST_LEGS: Final = (
    1000  # three nested repeats multiply quickly; nobody runs more than this in a day
)
LONGEST_LEG_S: Final = 86_400.0
TURNOVER_TO_GO_M: Final = 200.0
DRIVE_TO_GO_M: Final = 100.0


class Effort(StrEnum):
    """How hard a stretch of a session is run."""

    EASY = "easy"
    """Warming up, cooling down, the run before strides: begins by itself, needs no cue."""
    HARD = "hard"
    """A repetition: begins when the runner does, and has its cues."""


@dataclass(frozen=True, slots=True)
class CuePoint:
    """A place where a cue may be given; whether it is, the policy decides."""

    kind: CueKind
    to_go_m: float


@dataclass(frozen=True, slots=True)
class Run:
    """One stretch over a course with its cue points, the farthest from the finish first.

    ``imagery`` is what to imagine in it, in the runner's words; a race has none.
    """

    course: Course
    cues: tuple[CuePoint, ...] = ()
    effort: Effort = Effort.HARD
    imagery: str | None = None

    def __post_init__(self) -> None:
        previous_m = math.inf
        for cue in self.cues:
            if not 0 <= cue.to_go_m <= self.course.distance_m:
                raise UsageError(
                    f"cue {cue.kind} of {self.course.event}: expected 0 to "
                    f"{self.course.distance_m:g} m to go, got {cue.to_go_m}"
                )
            if cue.to_go_m >= previous_m:
                raise UsageError(
                    f"cue {cue.kind}: expected less than {previous_m:g} m to go, as cues are in "
                    f"order, got {cue.to_go_m}"
                )
            previous_m = cue.to_go_m


@dataclass(frozen=True, slots=True)
class TimedRun:
    """A stretch that ends after ``duration_s``, or by a lap press where that is None."""

    duration_s: float | None = None
    effort: Effort = Effort.HARD
    imagery: str | None = None

    def __post_init__(self) -> None:
        if self.duration_s is not None and not 0 < self.duration_s <= LONGEST_LEG_S:
            raise UsageError(
                f"run: expected duration_s above 0 and at most {LONGEST_LEG_S:g}, "
                f"got {self.duration_s}"
            )


@dataclass(frozen=True, slots=True)
class Rest:
    """A pause that ends after a time, a distance (jog back), or on an order.

    Exactly one of the three is given. ``CommandKind.LAP`` waits for a press, ``CommandKind.START``
    for the runner to run off.
    """

    duration_s: float | None = None
    distance_m: float | None = None
    until: CommandKind | None = None

    def __post_init__(self) -> None:
        if sum(end is not None for end in (self.duration_s, self.distance_m, self.until)) != 1:
            raise UsageError("rest: expected exactly one of duration_s, distance_m and until")
        for name, length in (("duration_s", self.duration_s), ("distance_m", self.distance_m)):
            if length is not None and not 0 < length < math.inf:
                raise UsageError(f"rest: expected {name} above 0, got {length}")


@dataclass(frozen=True, slots=True)
class Repeat:
    """The steps, ``times`` over."""

    times: int
    steps: tuple["Step", ...]

    def __post_init__(self) -> None:
        if not 1 <= self.times <= MOST_LEGS:
            raise UsageError(f"repeat: expected 1 to {MOST_LEGS} times, got {self.times}")
        if not self.steps:
            raise UsageError("repeat: expected at least one step")


Stretch = Run | TimedRun
Leg = Stretch | Rest
Step = Leg | Repeat


@dataclass(frozen=True, slots=True)
class Plan:
    """A named list of steps with at least one ``Run`` and at most ``MOST_LEGS`` legs.

    Raises ``UsageError`` otherwise.
    """

    name: str
    steps: tuple[Step, ...]

    def __post_init__(self) -> None:
        if not self.name.strip():
            raise UsageError("plan: expected a name")
        count = _count(self.steps)
        if count > MOST_LEGS:
            raise UsageError(f"plan {self.name!r}: expected at most {MOST_LEGS} legs, got {count}")
        if not any(isinstance(leg, Stretch) for leg in self.legs()):
            raise UsageError(f"plan {self.name!r}: expected at least one stretch to run")

    @property
    def is_race(self) -> bool:
        """Whether this is one stretch over a course, to be run as a race."""
        legs = self.legs()
        return len(legs) == 1 and isinstance(legs[0], Run) and legs[0].imagery is None

    def legs(self) -> tuple[Leg, ...]:
        """Return every stretch and rest in the order it is run, repeats written out."""
        return _flat(self.steps)


def race(course: Course) -> Plan:
    """Return the plan of a race: one stretch, with the windows that open in it.

    The last opens with ``kick_m`` to go, then come 200 m and 100 m where they lie inside.
    """
    later = (CuePoint(CueKind.TURNOVER, TURNOVER_TO_GO_M), CuePoint(CueKind.DRIVE, DRIVE_TO_GO_M))
    inside = (cue for cue in later if cue.to_go_m < course.kick_m)
    return Plan(course.event, (Run(course, (CuePoint(CueKind.LAST_LAP, course.kick_m), *inside)),))


def straight(distance_m: float) -> Course:
    """Return the course of a repetition: metres from wherever it begins, with no lines between."""
    marker_m = min(max(distance_m, SHORTEST_LAP_M), LONGEST_LAP_M)
    return Course(f"{distance_m:g}m", distance_m, None, marker_m, distance_m)


def _flat(steps: tuple[Step, ...]) -> tuple[Leg, ...]:
    legs: list[Leg] = []
    for step in steps:
        legs.extend(_flat(step.steps) * step.times if isinstance(step, Repeat) else (step,))
    return tuple(legs)


def _count(steps: tuple[Step, ...]) -> int:
    return sum(step.times * _count(step.steps) if isinstance(step, Repeat) else 1 for step in steps)
