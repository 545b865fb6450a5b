"""Reviews made by hand, for what is made of several of them."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise
from math import fsum
from typing import Any

from kickcue.analysis.review.model import (
    Body,
    CourseFacts,
    Ending,
    Lap,
    Pacing,
    PacingClass,
    Repeat,
    Repeats,
    Review,
    ReviewKind,
    Series,
    TimedBy,
)
from kickcue.core.course import course_for
from kickcue.core.events import LegEnd, LegKind

NOBODY = Body(None, None, None, None)
NOTHING = Series((), (), (), (), (), (), (), ())


def run(file: str = "run.fit", **more: Any) -> Review:
    """Return a run of which nothing is known but what ``more`` tells."""
    plain = Review(
        kind=ReviewKind.RUN,
        title="run",
        headline="",
        file=file,
        made_by=None,
        utc=None,
        start_t_s=0.0,
        seconds=600.0,
        stopped_s=0.0,
        ending=Ending.RECORDED,
        distance_m=None,
        half_width_m=None,
        course=None,
        laps=(),
        pacing=None,
        repeats=None,
        body=NOBODY,
        cues=(),
        phases=(),
        marks=(),
        position=None,
        sensors=(),
        delivery=None,
        pauses=(),
        gaps=(),
        told=(),
        notes=(),
        problems=(),
        series=NOTHING,
    )
    return replace(plain, **more)


def steady(metres: float, mps: float, file: str = "run.fit", **more: Any) -> Review:
    """Return a run at one speed that was measured each second, without laps."""
    seconds = metres / mps
    times = [*map(float, range(int(seconds) + 1)), *([seconds] if seconds % 1 else [])]
    return run(
        file,
        **{
            "distance_m": metres,
            "seconds": seconds,
            "series": series(times, [mps * t for t in times]),
        }
        | more,
    )


def race(event: str, splits_s: Sequence[float], file: str = "race.mcap", **more: Any) -> Review:
    """Return a race run over the lines of its course in ``splits_s``, as far as there are any."""
    course = course_for(event)
    lines_m = [0.0, *course.crossings_m][: len(splits_s) + 1]
    ends_s = list(accumulate(splits_s, initial=0.0))
    laps = tuple(
        Lap(
            number=number,
            from_m=from_m,
            to_m=to_m,
            full=course.lap_m is not None and abs(to_m - from_m - course.lap_m) < 1.0,
            seconds=split_s,
            error_s=None,
            timed_by=TimedBy.BUTTON,
            t_s=start_s,
            race_s=start_s,
            mps=(to_m - from_m) / split_s,
            body=NOBODY,
        )
        for number, ((from_m, to_m), split_s, start_s) in enumerate(
            zip(pairwise(lines_m), splits_s, ends_s, strict=False), 1
        )
    )
    whole = lines_m[-1] == course.distance_m
    facts = CourseFacts(
        course.event,
        course.distance_m,
        course.lap_m,
        course.marker_m,
        course.kick_m,
        course.window_name,
        course.crossings_m,
    )
    given = {
        "kind": ReviewKind.RACE,
        "title": event,
        "course": facts,
        "laps": laps,
        "seconds": ends_s[-1],
        "distance_m": lines_m[-1],
        "ending": Ending.FINISHED if whole else Ending.ABORTED,
        "pacing": pacing(splits_s, course.kick_m) if whole else None,
    }
    return run(file, **given | more)


def pacing(splits_s: Sequence[float], last_m: float) -> Pacing:
    """Return how a race was paced, as far as the last split tells it."""
    last_s, rest_s = splits_s[-1], fsum(splits_s[1:-1]) / len(splits_s[1:-1])
    half_s = fsum(splits_s) / 2.0
    kick = 100.0 * (1.0 - last_s / rest_s)
    return Pacing(
        last_m=last_m,
        last_s=last_s,
        rest_s=rest_s,
        kick_percent=kick,
        kick_speed_percent=100.0 * (rest_s / last_s - 1.0),
        last_200_s=None,
        last_200_kick_percent=None,
        lap_cv_percent=1.5,
        inner_lap_cv_percent=1.0,
        kilometre_cv_percent=0.9,
        lap_rmssd_s=0.8,
        first_half_s=half_s,
        second_half_s=half_s,
        half_percent=0.0,
        pacing=PacingClass.EVEN if abs(kick) <= 3.0 else PacingClass.RESERVE,
        saved_up_s=None,
    )


def session(
    metres: float | None, seconds: Sequence[float], file: str = "session.mcap", **more: Any
) -> Review:
    """Return a session of repetitions with a minute's rest between."""
    starts_s = list(accumulate((each + 60.0 for each in seconds), initial=0.0))
    each = tuple(
        Repeat(
            number=number,
            kind=LegKind.REP,
            t_s=start_s,
            race_s=start_s,
            seconds=rep_s,
            metres=metres,
            mps=None if metres is None else metres / rep_s,
            rest_s=None if number == 1 else 60.0,
            whole=True,
            by=LegEnd.DISTANCE,
            body=NOBODY,
        )
        for number, (rep_s, start_s) in enumerate(zip(seconds, starts_s, strict=False), 1)
    )
    mean_s = fsum(seconds) / len(seconds)
    repeats = Repeats(
        each=each,
        planned=len(each),
        found_by="session",
        alike=len(each),
        mean_s=mean_s,
        spread_s=1.0,
        fastest_s=min(seconds),
        slowest_s=max(seconds),
        mean_rest_s=60.0,
        rest_spread_s=0.0,
        last_percent=100.0 * (mean_s / seconds[-1] - 1.0),
    )
    given = {"kind": ReviewKind.SESSION, "title": "reps", "repeats": repeats}
    return run(file, **given | more)


def series(times: Sequence[float], metres: Sequence[float]) -> Series:
    """Return columns in which only the distance is known."""
    blank = (None,) * len(times)
    return Series(tuple(times), tuple(metres), blank, blank, blank, blank, blank, blank)
