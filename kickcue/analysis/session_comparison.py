"""Sessions beside each other, repetition by repetition. Against the first, as in ``comparison``."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from kickcue.analysis.review.model import Repeat, Repeats, Review
from kickcue.core.errors import DataError

COMPARABLE_LENGTH_SHARE: Final = 0.03
"""Repetitions that differ by more are of two lengths: their times say nothing of each other."""


@dataclass(frozen=True, slots=True)
class SessionSide:
    """One of those that are compared."""

    file: str
    title: str
    utc: str | None
    repeats: Repeats


@dataclass(frozen=True, slots=True)
class RepeatRow:
    """The repetitions of one number, a value for each side; None where it has none.

    ``lost_s`` is None, too, where a length is unknown or another one, or an end was not seen.
    ``faster_percent`` is by how much faster it was run than that of the first.
    """

    number: int
    each: tuple[Repeat | None, ...]
    lost_s: tuple[float | None, ...]
    faster_percent: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class SessionComparison:
    """Two or more sessions."""

    sides: tuple[SessionSide, ...]
    rows: tuple[RepeatRow, ...]


def compare_sessions(reviews: Sequence[Review]) -> SessionComparison:
    """Return how they stand against the first; DataError where one has no repetitions."""
    sides = tuple(_side(review) for review in reviews)
    rows = zip_longest(*(side.repeats.each for side in sides))
    return SessionComparison(
        sides, tuple(_row(number, each) for number, each in enumerate(rows, 1))
    )


def _side(review: Review) -> SessionSide:
    if review.repeats is None or not review.repeats.each:
        raise DataError(f"{review.file}: no repetitions to compare")
    return SessionSide(review.file, review.title, review.utc, review.repeats)


def _row(number: int, each: tuple[Repeat | None, ...]) -> RepeatRow:
    first = each[0]
    return RepeatRow(
        number=number,
        each=each,
        lost_s=tuple(_lost_s(first, repeat) for repeat in each),
        faster_percent=tuple(_faster_percent(first, repeat) for repeat in each),
    )


def _lost_s(first: Repeat | None, other: Repeat | None) -> float | None:
    if first is None or other is None or not (first.whole and other.whole):
        return None
    if not first.metres or not other.metres:
        return None
    alike = abs(other.metres / first.metres - 1.0) <= COMPARABLE_LENGTH_SHARE
    return other.seconds - first.seconds if alike else None


def _faster_percent(first: Repeat | None, other: Repeat | None) -> float | None:
    if first is None or other is None or not first.mps or not other.mps:
        return None
    return 100.0 * (other.mps / first.mps - 1.0)
