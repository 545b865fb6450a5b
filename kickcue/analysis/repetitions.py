"""The repetitions of a recorded session with their figures.

As kickcue followed them live, or found by positions, speeds or presses.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from statistics import fmean
from typing import Final

from kickcue.analysis.recorded_session import recorded_runs
from kickcue.analysis.run_readings import Column, RunReadings, run_readings
from kickcue.analysis.spans import GAP_NS
from kickcue.core.errors import DataError
from kickcue.core.events import LegEnd, LegResult
from kickcue.core.profiles import SensorProfile
from kickcue.core.repetitions.rep_segmentation import reps_from_marks
from kickcue.core.repetitions.repetition import Rep, reps_from_fixes, reps_from_speeds
from kickcue.core.units import NS_PER_S, ns_to_s
from kickcue.recording.interpolation import Interpolated
from kickcue.recording.model import Recording

FEWEST: Final = 2
"""One stretch of running is no session of repetitions."""
LONGEST_S: Final = 2 * 86400.0
"""No session lasts longer; in a longer one the clock jumped."""
ALIKE_LENGTH_SHARE: Final = 0.1
"""Repetitions are of one length within this share of it: a receiver's distance over 200 m is good
to a few per cent."""


class RepetitionSource(StrEnum):
    """What the repetitions are found by."""

    SESSION = "session"
    """As the session told them when it was run."""
    POSITIONS = "positions"
    SPEED = "speed"
    MARKS = "marks"


WORDS: Final = {RepetitionSource.MARKS: "lap presses", RepetitionSource.SESSION: "session"}


@dataclass(frozen=True, slots=True)
class RepFigures:
    """One repetition; distance, speed, cadence (steps per minute) and heart rate: None is unknown.

    An end that was not seen is where the recording begins or ends, by presses where the usual
    length puts it; no distance is given then. ``rest_s`` is the time since the repetition before,
    None for the first.
    """

    start_s: float
    end_s: float
    start_seen: bool
    end_seen: bool
    rest_s: float | None
    distance_m: float | None
    cadence_spm: float | None
    heart_rate_bpm: float | None
    most_heart_rate_bpm: float | None

    @property
    def seconds(self) -> float:
        """How long it took."""
        return self.end_s - self.start_s

    @property
    def whole(self) -> bool:
        """Whether both ends were seen."""
        return self.start_seen and self.end_seen

    @property
    def speed_mps(self) -> float | None:
        """Mean speed."""
        if self.distance_m is None or self.seconds <= 0.0:
            return None
        return self.distance_m / self.seconds


def repetitions(
    recording: Recording, profiles: Mapping[str, SensorProfile], way: RepetitionSource | None = None
) -> tuple[RepetitionSource, tuple[RepFigures, ...]]:
    """Return the repetitions and what they were found by.

    ``way`` None takes those that a session of kickcue's recorded, else positions, else speeds, else
    presses, whichever show any. Presses are the last choice because those of a race look like
    them. ``profiles`` by sensor name. DataError where there are none: its text is what was looked
    at and why that shows none.
    """
    readings = run_readings(recording, profiles)
    way_m = readings.way_m()
    run = Interpolated(way_m) if way_m else None
    session = recorded_runs(recording)
    if session and way in (None, RepetitionSource.SESSION):
        return RepetitionSource.SESSION, tuple(_as_told(readings, run, session))
    name = recording.path.name
    if recording.duration_s > LONGEST_S:
        raise DataError(
            f"{name}: spans {recording.duration_s / 86400:.0f} days by its own clock, too long "
            "for a session"
        )
    there = _sources(readings, run)
    _check_asked(name, way, there)
    shown: dict[RepetitionSource, tuple[Rep, ...]] = {}
    for each in there if way is None else (way,):
        shown[each] = there[each]()
        if len(shown[each]) >= FEWEST:
            return each, tuple(_figures(readings, run, shown[each], each))
    reasons: dict[str, list[str]] = {}
    for each, reps in shown.items():
        reasons.setdefault(_why_none(each, reps, run), []).append(each.value)
    why = "; ".join(f"by {' or '.join(ways)}: {reason}" for reason, ways in reasons.items())
    raise DataError(f"{name}: no repetitions {why}")


def _as_told(
    readings: RunReadings, run: Interpolated | None, session: Sequence[LegResult]
) -> Iterator[RepFigures]:
    """Yield the figures with the metres that the session told: the pod's are of no known scale."""
    reps = [
        Rep(each.began_ns, each.ended_ns, end_seen=each.by is not LegEnd.SESSION)
        for each in session
    ]
    for told, figures in zip(
        session, _figures(readings, run, reps, RepetitionSource.SESSION), strict=True
    ):
        known = told.distance_m is not None
        yield replace(figures, distance_m=told.distance_m) if known else figures


def _sources(
    readings: RunReadings, run: Interpolated | None
) -> dict[RepetitionSource, Callable[[], tuple[Rep, ...]]]:
    """Return what there is to find repetitions by, the first choice first."""
    there: dict[RepetitionSource, Callable[[], tuple[Rep, ...]]] = {}
    if len(readings.fixes) > 1:
        there[RepetitionSource.POSITIONS] = lambda: reps_from_fixes(readings.fixes)
    if len(readings.speeds) > 1:
        there[RepetitionSource.SPEED] = lambda: reps_from_speeds(_each_second(readings))
    if len(readings.presses_ns) > 1:
        there[RepetitionSource.MARKS] = lambda: reps_from_marks(
            readings.presses_ns, None if run is None else run.at
        )
    return there


def _check_asked(
    name: str, way: RepetitionSource | None, there: Collection[RepetitionSource]
) -> None:
    """Raise DataError where there is nothing to find repetitions by, or not what is asked for."""
    if way is None and not there:
        raise DataError(f"{name}: no repetitions: it has no positions, speeds or lap presses")
    if way is not None and way not in there:
        others = " and ".join(there) or "none"
        wanted = WORDS.get(way, way.value)
        raise DataError(f"{name}: no {wanted} to find repetitions by; available: {others}")


def _why_none(way: RepetitionSource, reps: Sequence[Rep], run: Interpolated | None) -> str:
    if way is RepetitionSource.MARKS:
        turn = "the presses do not alternate between starts and ends"
        return turn if run is None else f"{turn} that were run fast and slow"
    if reps:
        return "there is only one stretch of running"
    return "hard running and rest differ by less than 1 m/s, or neither efforts nor rests are alike"


def _each_second(readings: RunReadings) -> list[tuple[int, float]]:
    """Return the speeds at each full second.

    In a gap it is what the total grew by, nothing where there is no total.
    """
    run = Interpolated(readings.way_m()) if readings.totals else None
    times = [t_ns for t_ns, _ in readings.speeds]
    found: list[tuple[int, float]] = []
    for t_ns in range(times[0], times[-1] + 1, NS_PER_S):
        after = min(max(bisect_right(times, t_ns), 1), len(times) - 1)
        (a_ns, a_mps), (b_ns, b_mps) = readings.speeds[after - 1 : after + 1]
        gap_ns = b_ns - a_ns
        if gap_ns > GAP_NS:
            found.append(
                (t_ns, 0.0 if run is None else (run.at(b_ns) - run.at(a_ns)) / ns_to_s(gap_ns))
            )
        else:
            found.append(
                (t_ns, a_mps if gap_ns == 0 else a_mps + (t_ns - a_ns) / gap_ns * (b_mps - a_mps))
            )
    return found


# ---- what is shown of them


def _figures(
    readings: RunReadings, run: Interpolated | None, reps: Sequence[Rep], way: RepetitionSource
) -> Iterator[RepFigures]:
    for before, rep in pairwise((None, *reps)):
        assert rep is not None  # only the first ``before`` is
        steps = _within(readings.cadences, rep)
        beats = _within(readings.heart_rates, rep)
        made_up = way is RepetitionSource.MARKS and not (rep.start_seen and rep.end_seen)
        yield RepFigures(
            start_s=ns_to_s(rep.start_ns),
            end_s=ns_to_s(rep.end_ns),
            start_seen=rep.start_seen,
            end_seen=rep.end_seen,
            rest_s=None if before is None else ns_to_s(rep.start_ns - before.end_ns),
            distance_m=run.at(rep.end_ns) - run.at(rep.start_ns)
            if run is not None and not made_up
            else None,
            cadence_spm=fmean(steps) if steps else None,
            heart_rate_bpm=fmean(beats) if beats else None,
            most_heart_rate_bpm=max(beats, default=None),
        )


def _within(values: Column, rep: Rep) -> list[float]:
    """Return the values from the start of a repetition to its end."""
    first = bisect_left(values, rep.start_ns, key=lambda each: each[0])
    behind = bisect_right(values, rep.end_ns, key=lambda each: each[0])
    return [value for _, value in values[first:behind]]
