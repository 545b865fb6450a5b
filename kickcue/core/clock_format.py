"""Times as runners write them, for people: ``15:42.7``, ``1:02:03``; before the gun ``-0:12``."""

from typing import Final

LONGEST_IN_SECONDS: Final = 100.0
"""A time shorter than this is read in seconds alone, as at the track."""


def clock(seconds: float, digits: int = 0) -> str:
    """Return hours (where there are any), minutes and seconds, with so many decimals."""
    units = 10**digits
    count = round(seconds * units)
    whole, part = divmod(abs(count), units)
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    end = f".{part:0{digits}}" if digits else ""
    return f"{'-' if count < 0 else ''}{start}:{rest:02}{end}"


def brief_clock(seconds: float) -> str:
    """Return a time with its tenth, without it where that is 0: ``3:58.5``, ``15:30``."""
    return clock(seconds, 1).removesuffix(".0")


def lap_time(seconds: float) -> str:
    """Return a lap or a repetition: ``64.2``, and from 100 s on ``3:05.1``."""
    return f"{seconds:.1f}" if seconds < LONGEST_IN_SECONDS - 0.05 else clock(seconds, 1)


def timed(seconds: float) -> str:
    """Return the same inside a sentence: ``64.2 s``, ``3:05.1``."""
    return f"{lap_time(seconds)} s" if ":" not in lap_time(seconds) else lap_time(seconds)
