"""The repetitions of a session."""

from collections.abc import Mapping
from itertools import pairwise
from math import fsum
from statistics import fmean, pstdev

from kickcue.analysis.review.body_readings import BodyReadings
from kickcue.analysis.review.common import readings_of, timers_of
from kickcue.analysis.review.model import Repeat, Repeats
from kickcue.analysis.review.race_time import RaceTime
from kickcue.core.events import LegEnd, LegKind, LegResult
from kickcue.core.profiles import SensorProfile
from kickcue.core.units import ns_to_s
from kickcue.recording.model import Recording


def repeats_review(
    recording: Recording,
    profiles: Mapping[str, SensorProfile],
    start_ns: int,
    planned: int | None,
) -> Repeats | None:
    """Return the repetitions that the session reported; None where it reported none."""
    legs = {
        (out.kind, out.leg): out
        for out in recording.outputs
        if isinstance(out, LegResult) and out.kind in (LegKind.REP, LegKind.EXTRA)
    }
    runs = sorted(legs.values(), key=lambda leg: leg.began_ns)
    if not runs:
        return None
    time = RaceTime(start_ns, timers_of(recording))
    body = BodyReadings(readings_of(recording, profiles), time)
    each = tuple(
        _repeat(number, before, run, time, body)
        for number, (before, run) in enumerate(pairwise((None, *runs)), 1)
        if run is not None
    )
    whole = [repeat for repeat in each if repeat.whole]
    length_m = whole[-1].metres if whole else None
    alike = [repeat.seconds for repeat in whole if repeat.metres == length_m]
    rests = [repeat.rest_s for repeat in each if repeat.rest_s is not None]
    return Repeats(
        each=each,
        planned=planned,
        found_by="session",
        alike=len(alike),
        mean_s=fmean(alike) if alike else None,
        spread_s=pstdev(alike) if len(alike) > 1 else None,
        fastest_s=min(alike, default=None),
        slowest_s=max(alike, default=None),
        mean_rest_s=fmean(rests) if rests else None,
        rest_spread_s=pstdev(rests) if len(rests) > 1 else None,
        last_percent=100.0 * (fsum(alike[:-1]) / (len(alike) - 1) / alike[-1] - 1.0)
        if len(alike) > 1
        else None,
    )


def _repeat(
    number: int, before: LegResult | None, run: LegResult, time: RaceTime, body: BodyReadings
) -> Repeat:
    from_s, to_s = time.at(run.began_ns), time.at(run.ended_ns)
    mps = run.distance_m / (to_s - from_s) if run.distance_m and to_s > from_s else None
    return Repeat(
        number=number,
        kind=run.kind,
        t_s=ns_to_s(run.began_ns),
        race_s=from_s,
        seconds=to_s - from_s,
        metres=run.distance_m,
        mps=mps,
        rest_s=None if before is None else from_s - time.at(before.ended_ns),
        whole=run.by is not LegEnd.SESSION,
        by=run.by,
        body=body.body(from_s, to_s, mps),
    )
