"""Where the runner was at any moment, by the positions of a recording."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from typing import Final

from kickcue.core.errors import DecodeError
from kickcue.core.events import Fix, Input, Notification
from kickcue.core.gatt import short_uuid
from kickcue.core.gatt.location_speed import LocationAndSpeed, PositionStatus
from kickcue.core.units import NS_PER_S

LocatedAt = tuple[int, float, float]
"""When (``t_ns``), latitude and longitude in degrees."""

LONGEST_GAP_NS: Final = 10 * NS_PER_S
"""Between two positions as far apart as this nobody knows the way."""


class Positions:
    """Straight between two fixes of one receiver; unknown outside of them and over long gaps."""

    def __init__(self, inputs: Iterable[Input]) -> None:
        found = sorted(_found(inputs))
        self._times = [t_ns for t_ns, _, _ in found]
        self._places = [(lat_deg, lon_deg) for _, lat_deg, lon_deg in found]

    def at(self, t_ns: int) -> tuple[float, float] | None:
        """Return latitude and longitude in degrees, None where they are unknown."""
        after = bisect_left(self._times, t_ns)
        if after == len(self._times):
            return None
        if self._times[after] == t_ns:
            return self._places[after]
        if not after or self._times[after] - self._times[after - 1] > LONGEST_GAP_NS:
            return None
        (lat_a, lon_a), (lat_b, lon_b) = self._places[after - 1 : after + 1]
        if abs(lon_b - lon_a) > 180.0:  # over the date line
            return self._places[after]
        share = (t_ns - self._times[after - 1]) / (self._times[after] - self._times[after - 1])
        return lat_a + share * (lat_b - lat_a), lon_a + share * (lon_b - lon_a)


def _found(inputs: Iterable[Input]) -> Iterator[LocatedAt]:
    for event in inputs:
        if isinstance(event, Fix):
            fix = event.as_it_was()
            yield fix.t_ns, fix.lat_deg, fix.lon_deg
        elif isinstance(event, Notification) and short_uuid(event.char) == "2a67":
            yield from _notified(event)


def _notified(event: Notification) -> Iterator[LocatedAt]:
    try:
        sent = LocationAndSpeed.from_bytes(event.data)
    except DecodeError:
        return
    here = sent.position_status in (PositionStatus.OK, PositionStatus.ESTIMATED)
    if here and sent.lat_deg is not None and sent.lon_deg is not None:
        yield event.t_ns, sent.lat_deg, sent.lon_deg
