"""What every format comes to: a plan, and what was understood otherwise than it was written."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kickcue.core.errors import DataError
from kickcue.core.events import CommandKind
from kickcue.core.plan import Effort, Leg, Plan, Rest, Run, Step, TimedRun, straight
from kickcue.recording.fields import label

LONGEST_WORDS: Final = 200
"""Characters kept of what is to be imagined in a stretch."""
LARGEST_BYTES: Final = 1024 * 1024
"""A thousand steps with notes as long as FIT has them are a quarter of it."""

_ENDS: Final = (".", "!", "?", ":", ",", ";", "\u2026")


@dataclass(frozen=True, slots=True)
class Workout:
    """A plan, and in ``notes`` a sentence for each thing that the plan has otherwise than the file.

    The runner should see the notes before the session.
    """

    plan: Plan
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class End:
    """How a step ends: after a time, a distance, or, where neither is given, by a lap press."""

    duration_s: float | None = None
    distance_m: float | None = None


def stretch(end: End, effort: Effort, imagery: str | None) -> Leg:
    """Return a stretch to run; UsageError where its length is none."""
    if end.distance_m is not None:
        return Run(straight(end.distance_m), effort=effort, imagery=imagery)
    return TimedRun(end.duration_s, effort, imagery)


def rest(end: End) -> Leg:
    """Return a rest; UsageError where its length is none."""
    if end == End():
        return Rest(until=CommandKind.LAP)
    return Rest(end.duration_s, end.distance_m)


def words(texts: Sequence[str | None]) -> str | None:
    """Return some texts as one line, each a sentence of its own; None where there are none."""
    lines = [line for text in texts if text and (line := " ".join(text.split()))]
    told = [line if line.endswith(_ENDS) or line is lines[-1] else f"{line}." for line in lines]
    whole = " ".join(dict.fromkeys(told))
    if len(whole) > LONGEST_WORDS:
        whole = f"{whole[: LONGEST_WORDS - 3].rstrip()}..."
    return whole or None


def check_size(data: bytes) -> None:
    """Refuse what is larger than any workout."""
    if len(data) > LARGEST_BYTES:
        raise DataError(f"expected a workout of at most {LARGEST_BYTES // 1024} kB, got more")


def build(name: str, steps: tuple[Step, ...], notes: Iterable[str]) -> Workout:
    """Return the workout; UsageError where its steps make no plan."""
    return Workout(Plan(label(name) or "workout", steps), tuple(notes))
