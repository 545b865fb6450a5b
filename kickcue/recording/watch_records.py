"""What a watch's own file holds, beside the events that were made of it.

A 2A53 counts tenths of a metre and whole strides; FIT counts centimetres and parts of a stride. So
an export has these, and what it writes is what the watch wrote. A replay never looks at them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median
from typing import Final

STEPS_MEDIAN_SPM: Final = (130.0, 230.0)
"""A median cadence in here can only be steps of both feet: nobody runs 130 strides a minute."""


@dataclass(frozen=True, slots=True)
class WatchRecord:
    """One record, ``t_ns`` after the recording's epoch; cadence as the file has it.

    A distance or a speed that the file lacks is that of the events.
    """

    t_ns: int
    distance_m: float | None = None
    speed_mps: float | None = None
    cadence_per_min: float | None = None
    heart_rate_bpm: float | None = None
    stride_length_m: float | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None


@dataclass(frozen=True, slots=True)
class WatchLap:
    """One lap, which ended at ``t_ns``; ``trigger`` in FIT's words, ``distance_m`` by the file.

    ``final``: it ended with the recording. ``timer_s`` is how long the watch ran in it.
    """

    t_ns: int
    trigger: str
    final: bool = False
    distance_m: float | None = None
    timer_s: float | None = None


@dataclass(frozen=True, slots=True)
class WatchRecords:
    """All of them, in order of time."""

    records: tuple[WatchRecord, ...]
    laps: tuple[WatchLap, ...] = ()


def counts_both_feet(cadences_per_min: Iterable[float | None]) -> bool:
    """Tell whether a file's cadence counts steps and not strides: nobody runs 130 strides."""
    moving = [cadence for cadence in cadences_per_min if cadence]
    return bool(moving) and STEPS_MEDIAN_SPM[0] <= median(moving) <= STEPS_MEDIAN_SPM[1]
