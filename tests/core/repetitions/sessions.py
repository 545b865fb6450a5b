"""What the tests of repetitions share."""

from kickcue.core.repetitions.repetition import Rep
from kickcue.core.units import ns_to_s


def off_s(reps: tuple[Rep, ...], truth: list[tuple[float, float]]) -> float:
    """Return by how much the worst end is off; the number of repetitions must be right."""
    assert len(truth) == len(reps), reps
    return max(
        max(abs(ns_to_s(r.start_ns) - a), abs(ns_to_s(r.end_ns) - b))
        for r, (a, b) in zip(reps, truth, strict=True)
    )
