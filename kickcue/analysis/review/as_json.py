"""A review as JSON."""

from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any, Final

from kickcue.analysis.review.model import Review

DIGITS: Final = {"s": 3, "m": 2, "mps": 3, "percent": 2, "spm": 1, "bpm": 1, "ms": 0, "hz": 3}
"""Decimals by the unit that a field's name ends in."""
OTHER_DIGITS: Final = 4


def review_json(review: Review) -> dict[str, Any]:
    """Return the review with its fields as keys, in their order; None stays null."""
    return {
        each.name: plain(getattr(review, each.name), _digits(each.name)) for each in fields(review)
    }


def _digits(name: str) -> int:
    return DIGITS.get(name.rpartition("_")[2], OTHER_DIGITS)


def plain(value: Any, digits: int = OTHER_DIGITS) -> Any:
    """Return dataclasses as objects, tuples as lists, enums as their values, floats rounded."""
    if is_dataclass(value):
        return {
            each.name: plain(getattr(value, each.name), _digits(each.name))
            for each in fields(value)
        }
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, float):
        return round(value, digits)
    if isinstance(value, tuple):
        return [plain(each, digits) for each in value]
    return value
