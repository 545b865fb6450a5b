"""Heart rates that a FIT file has in messages of their own (``hr``).

They come from chest straps that store, and hand over after the run.

Each message has up to eight rates with the times of their beats, on the strap's clock of 1/1024 s:
whole in ``event_timestamp``, or the lowest twelve bits of each, packed, in ``event_timestamp_12``.
A message with a ``timestamp`` ties that clock to the watch's.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from kickcue.recording.fields import number
from kickcue.recording.fit_messages import FitMessage

TICKS_PER_S: Final = 1024
_BITS_12: Final = 0xFFF
FRESH_S: Final = 5.0
"""A rate that is older than this is none of a record's."""


class HeartRates:
    """The rates of a file over time."""

    def __init__(self, found: Iterable[FitMessage]) -> None:
        """Take the rates out of all ``hr`` messages."""
        rates = sorted(_rates(message.values for message in found if message.name == "hr"))
        self._times_s = [time_s for time_s, _ in rates]
        self._bpm = [bpm for _, bpm in rates]

    def at(self, time_s: float) -> float | None:
        """Return the last rate before a moment; None where there is none, or an old one."""
        last = bisect_right(self._times_s, time_s) - 1
        return self._bpm[last] if last >= 0 and time_s - self._times_s[last] <= FRESH_S else None


def _rates(messages: Iterable[dict[str, Any]]) -> Iterator[tuple[float, float]]:
    offset_s: float | None = None  # of the strap's clock
    ticks = 0
    for values in messages:
        beats = _ticks(values, ticks)
        time_s = number(values.get("timestamp"))
        if time_s is not None:
            time_s += number(values.get("fractional_timestamp")) or 0.0
            offset_s = time_s - (beats[0] / TICKS_PER_S if beats else 0.0)
        if beats:
            ticks = beats[-1]
        rates = [number(bpm) for bpm in _listed(values.get("filtered_bpm"))]
        at_s = [tick / TICKS_PER_S + offset_s for tick in beats] if offset_s is not None else []
        if not beats and time_s is not None:
            at_s = [time_s] * len(rates)
        yield from ((moment_s, bpm) for moment_s, bpm in zip(at_s, rates, strict=False) if bpm)


def _ticks(values: dict[str, Any], last: int) -> list[int]:
    """Return the strap's times of a message's beats; ``last`` is that of the beat before."""
    whole = [number(moment_s) for moment_s in _listed(values.get("event_timestamp"))]
    if whole:
        return [
            round(moment_s * TICKS_PER_S)
            for moment_s in whole
            if moment_s is not None and 0 <= moment_s < 2**32
        ]
    found = []
    for low in _unpacked(_listed(values.get("event_timestamp_12"))):
        last += low - last & _BITS_12
        found.append(last)
    return found


def _unpacked(packed: Sequence[Any]) -> Iterator[int]:
    """Yield numbers of twelve bits, two in three bytes, the lowest bits first."""
    data = bytes(byte for byte in packed if isinstance(byte, int) and 0 <= byte <= 0xFF)
    for at in range(0, len(data) - 2, 3):
        yield data[at] | (data[at + 1] & 0x0F) << 8
        yield data[at + 1] >> 4 | data[at + 2] << 4


def _listed(value: Any) -> Sequence[Any]:
    """Return one value or several as several.

    The library gives a field of one value as that value.
    """
    if value is None:
        return ()
    return value if isinstance(value, tuple | list | bytes) else (value,)
