"""How long a stretch or a rest of a plan is, as runners write it: ``200m``, ``3:00``, ``lap``.

One word says what ends it, with its unit, so that nobody has to know which key takes metres.
"""

import math
import re
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from typing import Any, Final

from kickcue.config.time_format import seconds
from kickcue.core.clock_format import clock
from kickcue.core.course import LONGEST_RACE_M
from kickcue.core.errors import UsageError
from kickcue.core.events import CommandKind
from kickcue.core.plan import LONGEST_LEG_S
from kickcue.core.units import MILE_M

SHORTEST_M: Final = 20.0
"""Shorter than any stride, and what "5m" would be to whom it means minutes or miles."""
SHORTEST_S: Final = 1.0
RUN_FORMS: Final = '"200m", "1km" or "1mile", a time like "3:00" or "90s", or "lap"'
REST_FORMS: Final = 'a time like "2:00" or "90s", metres like "200m", "start" or "lap"'
_METRES: Final = {"m": 1.0, "km": 1000.0, "k": 1000.0, "mile": MILE_M, "miles": MILE_M}
_SECONDS: Final = {"s": 1.0, "sec": 1.0, "min": 60.0, "h": 3600.0}
_MEASURED: Final = re.compile(r"(\d{1,7}(?:\.\d{1,20})?) ?([a-z]+)", re.ASCII)
_BARE: Final = re.compile(r"\d+(\.\d+)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Length:
    """What ends a stretch or a rest; exactly one of the three is not None."""

    distance_m: float | None = None
    duration_s: float | None = None
    until: CommandKind | None = None


def run_length(text: str) -> Length:
    """Return how long a stretch is; UsageError says how it is written."""
    return _length(text, RUN_FORMS, (CommandKind.LAP,))


def rest_length(text: str) -> Length:
    """Return how long a rest is; UsageError says how it is written."""
    return _length(text, REST_FORMS, (CommandKind.START, CommandKind.LAP))


def as_text(length: Length) -> str:
    """Return the word for it; ``run_length`` or ``rest_length`` reads exactly the same from it."""
    if length.until is not None:
        return length.until.value
    if length.distance_m is not None:
        return f"{_plain(length.distance_m)}m"
    duration_s = length.duration_s or 0.0
    return clock(int(duration_s)) if duration_s.is_integer() else f"{_plain(duration_s)}s"


def plain_text(written: Any) -> Any:
    """Return TOML's time of day (``00:02:00`` without quotes) as text, anything else as it is."""
    return written.isoformat() if isinstance(written, time) else written


def _length(text: str, forms: str, orders: tuple[CommandKind, ...]) -> Length:
    word = text.strip().lower()
    if word in orders:
        return Length(until=CommandKind(word))
    measured = _MEASURED.fullmatch(word)
    unit = "" if measured is None else measured[2]
    if measured is not None and unit in _METRES:
        return _metres(float(measured[1]) * _METRES[unit], text)
    if measured is not None and unit in _SECONDS:
        return _time(float(measured[1]) * _SECONDS[unit], text)
    if ":" in word:
        return _time(seconds(word), text)
    unitless = f'; did you mean "{word}m" or "{word}s"?' if _BARE.fullmatch(word) else ""
    raise UsageError(f"expected {forms}, got {text!r}{unitless}")


def _metres(distance_m: float, text: str) -> Length:
    if not SHORTEST_M <= distance_m <= LONGEST_RACE_M:
        raise UsageError(
            f"expected {SHORTEST_M:g} m to {LONGEST_RACE_M / 1000:g} km, got {text!r}"
            f"{_instead(distance_m, text)}"
        )
    return Length(distance_m=distance_m)


def _instead(distance_m: float, text: str) -> str:
    """Return what "5m" was meant for: five minutes or five miles to some."""
    number = f"{distance_m:g}"
    if distance_m > SHORTEST_M or not number.isdigit() or number == "0" or "k" in text:
        return ""
    return f'; did you mean "{number}:00", "{number}km" or "{number}mile"?'


def _time(duration_s: float, text: str) -> Length:
    if not SHORTEST_S <= duration_s <= LONGEST_LEG_S:
        raise UsageError(
            f"expected {SHORTEST_S:g} s to {LONGEST_LEG_S / 3600:g} hours, got {text!r}"
        )
    return Length(duration_s=duration_s)


def _plain(number: float) -> str:
    """Return the number without an exponent, with all the digits that tell it from another."""
    if not math.isfinite(number):
        raise UsageError(f"expected a finite number, got {number}")
    text = format(Decimal(repr(number)), "f")
    return text.removesuffix(".0")
