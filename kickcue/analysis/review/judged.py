"""Whether the pacing of a race can be judged by what is known of it, and if not, why."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from math import fsum
from typing import Final

from kickcue.analysis.review.clock_faults import ClockFaults
from kickcue.analysis.review.model import Ending, Lap, Pacing, TimedBy
from kickcue.analysis.review.pacing import pacing
from kickcue.analysis.review.race_places import SAME_LINE_M, RacePlaces
from kickcue.analysis.review.race_shape import SILENT_S

MEASURED_SHARE: Final = 0.5
"""So much of the last window must have been measured, where its ends were not timed."""


def judged(
    race: RacePlaces, table: Sequence[Lap], *, tactical: bool
) -> tuple[Pacing | None, list[str]]:
    """Return how a race was paced, and notes that say why that is not known.

    ``table`` are its laps; ``tactical``: it was run for the place.
    """
    if race.end.ending is not Ending.FINISHED:
        return None, []
    notes = list(_clock_notes(ClockFaults(race.known, race.shape), table))
    if notes:
        return None, notes
    if not _is_timed(race) and not _is_measured(race):
        window = race.course.window_name
        unheard = f"nothing was measured over most of the {window}: its pacing is not judged"
        return None, [unheard] if race.shape else []
    full_s = [lap.seconds for lap in table if lap.full]
    found = pacing(race.curve, race.course, full_s, measured=bool(race.shape))
    if found is not None and tactical:
        found = replace(found, tactical=True, saved_up_s=None)
    return found, []


def _clock_notes(faults: ClockFaults, table: Sequence[Lap]) -> Iterator[str]:
    short, long = list(filter(faults.stood_still, table)), list(filter(faults.leapt, table))
    if short:
        yield (
            f"faster than anybody runs, or than this runner did, {_laps(short)}: the recorder's "
            "clock stood still there, as when a machine sleeps. That time and the whole time are "
            "too short, and the pacing is not judged"
        )
    if long:
        yield (
            f"hardly anything was run over a silence of all sensors, {_laps(long)}: the "
            "recorder's clock leapt there, or the runner stood. The pacing is not judged"
        )


def _laps(laps: Sequence[Lap]) -> str:
    word = "lap" if len(laps) == 1 else "laps"
    return f"{word} {', '.join(str(lap.number) for lap in laps)}"


def _is_timed(race: RacePlaces) -> bool:
    """Tell whether somebody or something took the times at both ends of the last window."""
    opens_m = race.course.distance_m - race.course.kick_m
    timed = [line for line in race.known if line.by is not TimedBy.ESTIMATE]
    return race.end.by is not TimedBy.ESTIMATE and any(
        abs(line.line_m - opens_m) < SAME_LINE_M for line in timed
    )


def _is_measured(race: RacePlaces) -> bool:
    """Tell whether sensors were heard over most of the last window."""
    if not race.shape:
        return False
    ends_s = race.end_s
    opens_s = race.curve.time_at(race.course.distance_m - race.course.kick_m)
    unheard = [
        min(to_s, ends_s) - max(from_s, opens_s)
        for (from_s, _), (to_s, _) in pairwise(race.shape.knots)
        if to_s - from_s > SILENT_S
    ]
    unheard_s = fsum(seconds for seconds in unheard if seconds > 0.0)
    return unheard_s <= (1.0 - MEASURED_SHARE) * (ends_s - opens_s)
