"""A recording and its review as one activity: rows and laps, which every format is written from.

All of it comes from the review, which is by all that is known afterwards. What a watch wrote stands
in its place where there is such a thing: its records are exact to the digit, at their own times.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from kickcue.analysis.review.model import Review
from kickcue.core.events import Phase
from kickcue.core.units import NS_PER_S
from kickcue.recording.model import Recording
from kickcue.recording.utc import utc_ns

UNDATED_UTC: Final = "1999-01-01T00:00:00Z"
"""Stands for the date where nobody knows it, or nobody shall: formats for training sites must have
one. FIT takes it for a date (earlier than July 1998 it is a time since power-on), and no watch has
recorded then, so that kickcue reads it as unknown again."""


class Trigger(Enum):
    """What ended a lap."""

    MANUAL = "manual"
    TIME = "time"
    DISTANCE = "distance"
    POSITION = "position"
    SESSION_END = "session_end"


class Intensity(Enum):
    """What a lap was for."""

    ACTIVE = "active"
    REST = "rest"
    WARM_UP = "warm_up"
    COOL_DOWN = "cool_down"


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One moment: ``t_ns`` of the recording, ``race_s`` since the gun; cadence in steps a minute.

    ``step_m`` is the length of one step, ``error_m`` half of the 95 % interval told then, ``lap``
    counts from 1. ``cue`` are the words of the cues since the row before.
    """

    t_ns: int
    race_s: float
    distance_m: float | None = None
    mps: float | None = None
    cadence_spm: float | None = None
    step_m: float | None = None
    heart_rate_bpm: float | None = None
    error_m: float | None = None
    to_go_m: float | None = None
    lap: int | None = None
    phase: Phase | None = None
    lat_deg: float | None = None
    lon_deg: float | None = None
    cue: str | None = None

    @property
    def told(self) -> bool:
        """Tell whether a sensor was heard then, or a cue was given."""
        return any(
            value is not None
            for value in (self.mps, self.cadence_spm, self.heart_rate_bpm, self.lat_deg, self.cue)
        )

    @property
    def measured(self) -> bool:
        """Tell whether anything was measured then."""
        return any(
            value is not None
            for value in (
                self.distance_m,
                self.mps,
                self.cadence_spm,
                self.heart_rate_bpm,
                self.lat_deg,
            )
        )


@dataclass(frozen=True, slots=True)
class ExportLap:
    """One lap. ``timer_ms`` leaves pauses out, ``elapsed_ms`` does not.

    Milliseconds and centimetres are whole, and those of all laps add up to the whole activity's.
    """

    number: int
    from_ns: int
    to_ns: int
    timer_ms: int
    elapsed_ms: int
    length_cm: int | None
    trigger: Trigger
    intensity: Intensity
    mean_heart_rate_bpm: float | None
    most_heart_rate_bpm: float | None
    mean_cadence_spm: float | None


@dataclass(frozen=True, slots=True)
class ExportActivity:
    """All of it. ``epoch_ns`` is when ``t_ns`` was 0, in nanoseconds since 1970.

    ``dated``: that is the true date; else it is ``UNDATED_UTC``. ``stops`` are pauses of the
    recorder, from when to when (``t_ns``). ``track``: it was run on one.
    """

    title: str
    epoch_ns: int
    dated: bool
    start_ns: int
    end_ns: int
    track: bool
    rows: Sequence[ExportRow]
    laps: Sequence[ExportLap]
    stops: Sequence[tuple[int, int]]

    def utc_ns(self, t_ns: int) -> int:
        """Return a moment in nanoseconds since 1970."""
        return self.epoch_ns + t_ns

    def stood_between(self, before: ExportRow, after: ExportRow) -> bool:
        """Tell whether the recorder was stopped between two rows."""
        return any(before.t_ns <= stop < go <= after.t_ns for stop, go in self.stops)

    @property
    def timer_ms(self) -> int:
        """For how long the timer ran."""
        return sum(lap.timer_ms for lap in self.laps)

    @property
    def elapsed_ms(self) -> int:
        """From start to end."""
        return sum(lap.elapsed_ms for lap in self.laps)

    @property
    def length_cm(self) -> int | None:
        """How far; None where no lap knows."""
        known = [lap.length_cm for lap in self.laps if lap.length_cm is not None]
        return sum(known) if known else None


def by_lap(rows: Iterable[ExportRow]) -> dict[int | None, list[ExportRow]]:
    """Return the rows by the number of their lap."""
    found: dict[int | None, list[ExportRow]] = {}
    for row in rows:
        found.setdefault(row.lap, []).append(row)
    return found


def epoch_of(recording: Recording) -> tuple[int, bool]:
    """Return when ``t_ns`` was 0, in nanoseconds since 1970, and whether that is the true date."""
    known_ns = utc_ns(recording.header.utc)
    undated_ns = utc_ns(UNDATED_UTC)
    assert undated_ns is not None
    return (undated_ns, False) if known_ns is None else (known_ns, True)


def is_on_track(review: Review) -> bool:
    """Tell whether it was run on a track."""
    return review.course is not None and review.course.lap_m is not None


def whole_seconds_ns(t_ns: int) -> int:
    """Return a time rounded to whole seconds, in nanoseconds."""
    return (t_ns + NS_PER_S // 2) // NS_PER_S * NS_PER_S
