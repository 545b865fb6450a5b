"""What a runner has done in one recording: repetitions, laps of a race, and how the run ended.

Figures alone, each with how well it is known; what is said of them is ``coaching/belief.py``'s.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, inf
from typing import Final

from kickcue.analysis.recorded_race import presses, recorded_run
from kickcue.analysis.recorded_session import recorded_runs
from kickcue.analysis.repetitions import (
    ALIKE_LENGTH_SHARE,
    RepetitionSource,
    RepFigures,
    repetitions,
)
from kickcue.analysis.run_readings import run_readings
from kickcue.analysis.timing import (
    BY_FILE_SD_S,
    FOUND_SD_S,
    LINE_SD_S,
    PRESSED_SD_S,
    SAME_MARK_S,
)
from kickcue.core.course import Course
from kickcue.core.errors import DataError
from kickcue.core.events import Command, CommandKind, LegEnd, LegResult, MarkSource
from kickcue.core.profiles import SensorProfile
from kickcue.core.readings import FASTEST_MPS
from kickcue.core.repetitions.repetition import WALK_MPS
from kickcue.core.units import NS_PER_S, ns_to_s, s_to_ns
from kickcue.recording.model import Recording

END_M: Final = 200.0
LAST_M: Final = 1000.0
FEWEST_PARTS: Final = 3
"""A last stretch is compared where so many of its length were run before it."""
MOVING_NS: Final = s_to_ns(5.0)
MOVING_M: Final = 10.0
"""Who goes less far in 5 s has stopped running: 2 m/s is a walk."""
LONGEST_STEP_NS: Final = s_to_ns(10.0)
"""A stretch with a longer gap in it is not timed."""

Way_m = Sequence[tuple[int, float]]
"""(``t_ns``, metres run)."""


@dataclass(frozen=True, slots=True)
class Times:
    """Times of equal stretches, in order; ``sd_s``: one standard deviation of each.

    ``metres`` is the length of each.
    """

    metres: float
    seconds: tuple[float, ...]
    sd_s: float


@dataclass(frozen=True, slots=True)
class Ending:
    """The last stretch of a run of ``run_m`` against those before it, in seconds.

    ``fastest_before_s`` is the least time for as far anywhere before it, ``mean_before_s`` the
    mean.
    """

    metres: float
    run_m: float
    seconds: float
    fastest_before_s: float
    mean_before_s: float


@dataclass(frozen=True, slots=True)
class Performance:
    """What a recording shows; None or empty where it shows nothing of the kind.

    ``repeats``: repetitions of one length, by a plan. ``paces_s``: seconds a kilometre of
    repetitions whose length is known from the recording alone. ``done`` counts the whole
    repetitions, ``done_at_most`` those of which an end is missing, too. ``laps``: the full laps of
    a race.
    """

    repeats: Times | None = None
    paces_s: tuple[float, ...] = ()
    pace_sd_share: float = 0.0
    done: int = 0
    done_at_most: int = 0
    course: Course | None = None
    laps: Times | None = None
    endings: tuple[Ending, ...] = ()


def performance(
    recording: Recording, profiles: Mapping[str, SensorProfile], course: Course | None
) -> Performance:
    """Return what was done.

    ``course``: that of the race, by the recording's header, None where it names none. ``profiles``
    by sensor name.
    """
    legs = recorded_runs(recording)
    if legs:
        return _session(legs)
    if course is None:
        found = _found_repetitions(recording, profiles)
        if found is not None:
            return found
    return Performance(
        course=course,
        laps=None if course is None else _laps(recording, course),
        endings=tuple(_endings(recording, profiles)),
    )


# ---- a session of a plan


def _session(legs: Sequence[LegResult]) -> Performance:
    whole = [leg for leg in legs if leg.by is not LegEnd.SESSION and leg.ended_ns > leg.began_ns]
    lengths = [leg.distance_m for leg in whole]
    # Where its line was reached a repetition has the plan's length, to the last digit.
    length_m = lengths[-1] if lengths else None
    alike = [leg for leg in whole if leg.distance_m == length_m]
    return Performance(
        repeats=None
        if not length_m or len(alike) < 2
        else Times(
            length_m, tuple(ns_to_s(leg.ended_ns - leg.began_ns) for leg in alike), FOUND_SD_S
        ),
        done=len([leg for leg in whole if leg.by is not LegEnd.STOPPED or leg in alike]),
        done_at_most=len(legs),
    )


# ---- a session without a plan


def _found_repetitions(
    recording: Recording, profiles: Mapping[str, SensorProfile]
) -> Performance | None:
    try:
        way, reps = repetitions(recording, profiles)
    except DataError:
        return None
    whole = [rep for rep in reps if rep.whole]
    paces_s = tuple(_paces_s(whole))
    seconds = [rep.seconds for rep in whole]
    sd_s = PRESSED_SD_S if way is RepetitionSource.MARKS else BY_FILE_SD_S
    return Performance(
        paces_s=paces_s,
        pace_sd_share=sd_s / min(seconds) if paces_s else 0.0,
        done=len(whole),
        done_at_most=len(reps),
    )


def _paces_s(reps: Sequence[RepFigures]) -> Iterator[float]:
    """Yield seconds a kilometre, nothing where the repetitions are not of one length."""
    lengths = [rep.distance_m for rep in reps]
    known = [length_m for length_m in lengths if length_m]
    if not known or len(known) < len(lengths):
        return
    mean_m = (min(known) + max(known)) / 2.0
    if max(known) - mean_m > ALIKE_LENGTH_SHARE * mean_m:
        return
    yield from (rep.seconds / length_m * 1000.0 for rep, length_m in zip(reps, known, strict=True))


# ---- a race


def _laps(recording: Recording, course: Course) -> Times | None:
    """Return the full laps of a race that was marked at every line, the finish included."""
    run = recorded_run(recording)
    if course.lap_m is None or not run.started or not run.ended:
        return None
    lines = list(_lines(recording, s_to_ns(run.from_s), s_to_ns(run.to_s + SAME_MARK_S)))
    if len(lines) != len(course.crossings_m):
        return None
    ends = [(run.from_s, 0.0)]
    ends += [
        (ns_to_s(t_ns), at_m) for (t_ns, _), at_m in zip(lines, course.crossings_m, strict=True)
    ]
    full = [
        after_s - before_s
        for (before_s, before_m), (after_s, after_m) in pairwise(ends)
        if abs(after_m - before_m - course.lap_m) < 1.0
    ]
    by_hand = all(source in (MarkSource.BUTTON, MarkSource.TRACKSIDE) for _, source in lines)
    return Times(course.lap_m, tuple(full), PRESSED_SD_S if by_hand else LINE_SD_S)


def _lines(recording: Recording, from_ns: int, to_ns: int) -> Iterator[tuple[int, MarkSource]]:
    """Yield when a line was marked and by whom; the order to finish is a mark as well."""
    finishes = [
        (event.t_ns, MarkSource.BUTTON)
        for event in recording.inputs
        if isinstance(event, Command) and event.kind is CommandKind.FINISH
    ]
    before_ns = None
    for t_ns, source in sorted((*presses(recording), *finishes)):
        if not from_ns < t_ns <= to_ns:
            continue
        if before_ns is None or t_ns - before_ns > s_to_ns(SAME_MARK_S):
            yield t_ns, source
        before_ns = t_ns


# ---- how a run ended


def _endings(recording: Recording, profiles: Mapping[str, SensorProfile]) -> Iterator[Ending]:
    """Yield how the last 200 m and the last kilometre went, where that can be told."""
    run = recorded_run(recording)
    from_ns, to_ns = s_to_ns(run.from_s), s_to_ns(run.to_s)
    whole = run_readings(recording, profiles).way_m()
    way = [(t_ns, m) for t_ns, m in whole if from_ns <= t_ns <= to_ns]
    while len(way) > 1 and not _moves(way):
        del way[-1]
    for metres in (END_M, LAST_M):
        ending = _ending(way, metres)
        if ending is not None:
            yield ending


def _moves(way: Way_m) -> bool:
    """Tell whether the runner is still running at the end."""
    end_ns, end_m = way[-1]
    back = next((m for t_ns, m in reversed(way) if t_ns <= end_ns - MOVING_NS), way[0][1])
    step_ns, step_m = end_ns - way[-2][0], end_m - way[-2][1]
    return end_m - back >= MOVING_M and step_m >= WALK_MPS * ns_to_s(step_ns)


def _ending(way: Way_m, metres: float) -> Ending | None:
    if len(way) < 2 or way[-1][1] - way[0][1] < (FEWEST_PARTS + 1) * metres:
        return None
    end_ns, end_m = way[-1]
    timed = _seconds_for(way, metres)
    last_s = timed[-1][1] if timed else None
    before = [(at_m, s) for at_m, s in timed if at_m <= end_m - metres and s is not None]
    if last_s is None or last_s < metres / FASTEST_MPS or not before:
        return None
    return Ending(
        metres=metres,
        run_m=end_m - way[0][1],
        seconds=last_s,
        fastest_before_s=min(s for _, s in before),
        mean_before_s=metres / _running_mps(way, end_ns - round(last_s * NS_PER_S)),
    )


def _running_mps(way: Way_m, to_ns: int) -> float:
    """Return the mean speed until then; standing, walking and gaps are left out."""
    steps = [
        (b_m - a_m, ns_to_s(b_ns - a_ns))
        for (a_ns, a_m), (b_ns, b_m) in pairwise(way)
        if b_ns <= to_ns and 0 < b_ns - a_ns <= LONGEST_STEP_NS
    ]
    run = [(m, s) for m, s in steps if m >= WALK_MPS * s]
    return fsum(m for m, _ in run) / fsum(s for _, s in run) if run else inf


def _seconds_for(way: Way_m, metres: float) -> list[tuple[float, float | None]]:
    """Return for each place how long the ``metres`` before it took.

    Places nearer to the start are left out; None where a gap lies in the stretch.
    """
    found: list[tuple[float, float | None]] = []
    first, gap_ns = 0, way[0][0]
    for (before_ns, _), (t_ns, at_m) in pairwise(way):
        gap_ns = t_ns if t_ns - before_ns > LONGEST_STEP_NS else gap_ns
        while way[first + 1][1] <= at_m - metres:
            first += 1
        if way[first][1] > at_m - metres:
            continue
        (a_ns, a_m), (b_ns, b_m) = way[first : first + 2]
        began_ns = a_ns + round((at_m - metres - a_m) / (b_m - a_m) * (b_ns - a_ns))
        found.append((at_m, None if began_ns < gap_ns else (t_ns - began_ns) / NS_PER_S))
    return found
