"""Files that hold one run as a plain series of values: what their readers have in common."""

from collections.abc import Iterable, Sequence

from kickcue.recording.bounds import Bounds
from kickcue.recording.imported_activity import Activity
from kickcue.recording.parts import UNKNOWN, Part, chosen
from kickcue.recording.points import Point


def activity_of(
    kind: str,
    points: Iterable[Point],
    wanted: int | None,
    *,
    problems: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> Activity:
    """Return the activity of some records.

    UsageError where another than the first is wanted.
    """
    bounds = Bounds()
    choice = chosen([Part(UNKNOWN, bounds.kept(points))], wanted, "activities")
    found = [*problems, *bounds.sentences()]
    return Activity(kind, choice.part.points, problems=found, notes=notes)
