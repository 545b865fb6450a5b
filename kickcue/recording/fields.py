"""Numbers and moments as files write them."""

from datetime import UTC, datetime
from math import isfinite
from typing import Any

from kickcue.core.errors import DataError
from kickcue.recording.header import utc_ns

_LONGEST = 40
"""Characters of a number or a moment that anyone has written."""


def number(value: Any) -> float | None:
    """Return a number out of a file, or None where it is none: nan, a word, nothing, a list.

    In a text the last comma or point is the decimal sign, whichever it is: exporters write that of their user's country.
    """
    if not isinstance(value, int | float | str):
        return None
    try:
        found = float(_with_point(value) if isinstance(value, str) else value)
    except (OverflowError, ValueError):
        return None
    return found if isfinite(found) else None


def moment_ns(text: str | None) -> int | None:
    """Return nanoseconds since 1970, None where it is no moment or none that a clock of ours can have told.

    Without a zone it is UTC, as TCX and GPX say.
    """
    if not text or len(text) > _LONGEST:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().upper())
        return utc_ns((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat())
    except (ValueError, DataError):
        return None


def _with_point(text: str) -> str:
    if len(text) > _LONGEST or "_" in text:  # Python's own sign between digits
        return ""
    if "," not in text:
        return text
    whole, _, fraction = text.rpartition(",") if text.rfind(",") > text.rfind(".") else text.rpartition(".")
    return f"{whole.replace(',', '').replace('.', '')}.{fraction}"
