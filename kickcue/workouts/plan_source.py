"""A plan by its name, or from a file: kickcue's own, or one that a coach's app has written."""

from pathlib import Path
from typing import Final

from kickcue.config.plan_document import PlanDocument
from kickcue.config.plan_files import load_plan
from kickcue.core.errors import DataError, UsageError
from kickcue.workouts import read

SUFFIXES: Final = (".fit", ".zwo")


def is_workout(name_or_path: str) -> bool:
    """Tell whether this is the path of a workout; a name of a plan has no such ending."""
    return name_or_path.lower().endswith(SUFFIXES)


def any_session(name_or_path: str) -> PlanDocument | None:
    """Return the plan of a session, a coach's file too; None where it is that of a race."""
    document, _ = load_any_plan(name_or_path)
    return None if document.plan().is_race else document


def load_any_plan(name_or_path: str) -> tuple[PlanDocument, tuple[str, ...]]:
    """Return a plan, and what the runner should know of how a workout was understood.

    UsageError or DataError as ``load_plan`` and ``read`` raise them.
    """
    if not is_workout(name_or_path):
        return load_plan(name_or_path), ()
    path = Path(name_or_path)
    workout = read(path)
    try:
        return PlanDocument.of(workout.plan), workout.notes
    except UsageError as error:
        raise DataError(f"{path}: {error}") from None
