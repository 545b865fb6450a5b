"""Numbers and moments as files write them."""

from datetime import UTC, datetime
from math import isfinite
from typing import Any, Final

from kickcue.core.errors import DataError
from kickcue.recording.utc import utc_ns

LONGEST_S: Final = 366 * 24 * 3600
"""A year: no lap takes longer."""

LONGEST_M: Final = 10_000_000
_LABEL_LETTERS: Final = 60
_VALUE_LETTERS: Final = 40
"""Characters of a number or a moment that anyone has written."""


def number(value: Any) -> float | None:
    """Return a number out of a file, or None where it is none: nan, a word, nothing, a list.

    In a text the last comma or point is the decimal sign, whichever it is: exporters write that of
    their user's country.
    """
    if not isinstance(value, int | float | str):
        return None
    try:
        found = float(_with_point(value) if isinstance(value, str) else value)
    except (OverflowError, ValueError):
        return None
    return found if isfinite(found) else None


def seconds(value: Any) -> float | None:
    """Return a file's length of time in s; None where it is none, or longer than a recording."""
    return _up_to(LONGEST_S, value)


def metres(value: Any) -> float | None:
    """Return a file's length of a lap; None where it is none, or longer than anyone runs."""
    return _up_to(LONGEST_M, value)


def _up_to(most: float, value: Any) -> float | None:
    found = number(value)
    return found if found is not None and 0 <= found <= most else None


def label(text: Any) -> str | None:
    """Return a name out of a file, in one line and short; None where there is none."""
    words = " ".join(str(text).split()) if text is not None else ""
    if len(words) > _LABEL_LETTERS:
        return f"{words[: _LABEL_LETTERS - 3]}..."
    return words or None


def moment_ns(text: str | None) -> int | None:
    """Return nanoseconds since 1970; without a zone it is UTC, as TCX and GPX specify.

    None where it is no time, or none of any clock of our days.
    """
    if not text or len(text) > _VALUE_LETTERS:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().upper())
        return utc_ns((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat())
    except (ValueError, DataError):
        return None


def _with_point(text: str) -> str:
    if len(text) > _VALUE_LETTERS or "_" in text:  # Python's own sign between digits
        return ""
    if "," not in text:
        return text
    whole, _, fraction = (
        text.rpartition(",") if text.rfind(",") > text.rfind(".") else text.rpartition(".")
    )
    return f"{whole.replace(',', '').replace('.', '')}.{fraction}"
