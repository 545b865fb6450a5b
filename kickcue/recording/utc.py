"""The moment at which a recording begins: between text, as a header has it, and nanoseconds."""

from datetime import UTC, datetime, timedelta
from typing import Final

from kickcue.core.errors import DataError
from kickcue.recording.json_text import shown

UTC_RIGHT: Final = "a time with its zone such as 2026-06-14T10:09:11Z"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST_YEAR: Final = 2200  # nanoseconds up to here fit the 64 bits of an MCAP time


def utc_ns(utc: str | None) -> int | None:
    """Return nanoseconds since 1970; None for None.

    DataError unless it is ISO 8601 with a zone, 1970 to 2200.
    """
    if utc is None:
        return None
    try:
        moment = datetime.fromisoformat(utc)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment < _EPOCH or moment.year >= _LAST_YEAR:
        raise DataError(f"utc: expected {UTC_RIGHT}, got {shown(utc)}")
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def utc_text(since_1970_ns: int) -> str:
    """Return ISO 8601 with a Z, to the microsecond where there is a fraction."""
    moment = _EPOCH + timedelta(microseconds=since_1970_ns // 1000)
    return moment.isoformat().replace("+00:00", "Z")
