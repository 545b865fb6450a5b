"""What a recording holds of a session: its plan, and how each repetition ended."""

from dataclasses import dataclass

from kickcue.config.plan_document import PlanDocument
from kickcue.core.events import LegKind, LegResult
from kickcue.core.session.numbered_legs import numbered, repetitions
from kickcue.recording.model import Recording

RUNS = frozenset({LegKind.REP, LegKind.EXTRA})


@dataclass(frozen=True, slots=True)
class RecordedSession:
    """The plan, and the repetitions that were run, in order; ``reps`` is how many it has."""

    plan: PlanDocument
    reps: int
    runs: tuple[LegResult, ...]


def recorded_session(recording: Recording) -> RecordedSession | None:
    """Return the session of a recording, None where it is a race's or nobody's.

    UsageError where its plan cannot be read.
    """
    given = (recording.header.setup or {}).get("plan")
    if given is None:
        return None
    plan = PlanDocument.parse(given, recording.path.name)
    return RecordedSession(plan, repetitions(numbered(plan.plan())), recorded_runs(recording))


def recorded_runs(recording: Recording) -> tuple[LegResult, ...]:
    """Return how each repetition ended, as it was told last, in the order they were run."""
    found = {
        output.leg: output
        for output in recording.outputs
        if isinstance(output, LegResult) and output.kind in RUNS
    }
    return tuple(sorted(found.values(), key=lambda run: run.began_ns))
