"""What a recording holds of a session: how each repetition ended."""

from dataclasses import dataclass
from typing import Final

from kickcue.core.events import LegKind, LegResult
from kickcue.recording.model import Recording

RUNS: Final = frozenset({LegKind.REP, LegKind.EXTRA})


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """The name and the title of its plan, and the repetitions: ``reps`` planned, ``runs`` run."""

    name: str
    title: str
    reps: int
    runs: tuple[LegResult, ...]


def recorded_runs(recording: Recording) -> tuple[LegResult, ...]:
    """Return how each repetition ended, as it was told last, in the order they were run."""
    found = {
        output.leg: output
        for output in recording.outputs
        if isinstance(output, LegResult) and output.kind in RUNS
    }
    return tuple(sorted(found.values(), key=lambda run: run.began_ns))
