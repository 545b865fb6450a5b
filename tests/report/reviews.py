"""Reviews made up by hand: a race, one that was given up, a session, runs."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from itertools import accumulate, pairwise
from typing import Final

from kickcue.analysis.review.model import (
    Body,
    CourseFacts,
    CueReview,
    DeliveryReview,
    Ending,
    Lap,
    Pacing,
    PacingClass,
    PositionReview,
    Repeat,
    Repeats,
    Response,
    Review,
    ReviewKind,
    SensorReview,
    Series,
    TimedBy,
)
from kickcue.core.events import CueKind, LegEnd, LegKind

LAPS_S: Final = (37.2, 76.1, 77.0, 75.3, 76.8, 75.8, 75.6, 77.5, 76.1, 76.0, 76.6, 76.9, 68.9)
LINES_M: Final = (0.0, *(200.0 + 400.0 * number for number in range(13)))
REPS_S: Final = (31.4, 31.1, 30.9, 31.2, 31.0, 30.8, 31.3, 29.9)
REST_S: Final = 90.0


def body(mps: float) -> Body:
    cadence_spm = 160.0 + 4.0 * mps
    return Body(cadence_spm, mps * 60 / cadence_spm, 176.0, 183.0)


def series(seconds: float, speed: Callable[[float], float]) -> Series:
    """Return a second for each row, at the speed that ``speed`` gives for it."""
    at_s = [float(second) for second in range(int(seconds) + 1)]
    speeds = [speed(second) for second in at_s]
    cadences = [160.0 + 4.0 * mps for mps in speeds]
    unknown: tuple[None, ...] = (None,) * len(at_s)
    return Series(
        race_s=tuple(at_s),
        distance_m=tuple(accumulate(speeds, initial=0.0))[:-1],
        mps=tuple(speeds),
        cadence_spm=tuple(cadences),
        step_m=tuple(mps * 60 / spm for mps, spm in zip(speeds, cadences, strict=True)),
        heart_rate_bpm=tuple(180.0 - 40.0 * 0.98**second for second in at_s),
        error_m=unknown,
        offset_m=unknown,
    )


def laps() -> tuple[Lap, ...]:
    made = []
    begins_s = [0.0, *accumulate(LAPS_S)]
    for number, (from_m, to_m) in enumerate(pairwise(LINES_M), 1):
        seconds, by = LAPS_S[number - 1], TimedBy.ESTIMATE if number == 5 else TimedBy.BUTTON
        mps = (to_m - from_m) / seconds
        full, begin_s = to_m - from_m == 400.0, begins_s[number - 1]
        made.append(
            Lap(number, from_m, to_m, full, seconds, 0.2, by, begin_s + 12, begin_s, mps, body(mps))
        )
    return tuple(made)


def pacing(kind: PacingClass = PacingClass.RESERVE, kick_percent: float = 9.7) -> Pacing:
    return Pacing(
        last_m=400.0,
        last_s=68.9,
        rest_s=68.9 / (1 - kick_percent / 100),
        kick_percent=kick_percent,
        kick_speed_percent=100 * (1 / (1 - kick_percent / 100) - 1),
        last_200_s=32.9,
        last_200_kick_percent=13.1,
        lap_cv_percent=2.9,
        inner_lap_cv_percent=0.8,
        kilometre_cv_percent=1.7,
        lap_rmssd_s=1.0,
        first_half_s=476.2,
        second_half_s=469.6,
        half_percent=-0.7,
        pacing=kind,
        saved_up_s=2.8,
    )


def cue(response: Response = Response.FASTER) -> CueReview:
    return CueReview(
        id="last_lap-1",
        kind=CueKind.LAST_LAP,
        text="Last lap: turnover up, stay relaxed",
        t_s=888.6,
        race_s=876.6,
        at_m=4598.0,
        to_go_m=402.0,
        sd_m=1.5,
        late_s=-0.3,
        felt=True,
        dropped=None,
        latency_ms=180.0,
        before_mps=5.2,
        after_mps=5.6,
        speed_percent=7.6,
        cadence_percent=4.1,
        step_percent=3.4,
        response=response,
    )


def race() -> Review:
    """Return a 5000 m with a strong last lap."""
    ran = laps()
    total_s = sum(LAPS_S)
    return Review(
        kind=ReviewKind.RACE,
        title="5000 m",
        headline="5000 m in 15:45.8, the last lap in 68.9 s: 9.7 % less than the rest",
        file="20260614T100911Z-5000m.mcap",
        made_by="kickcue",
        utc="2026-06-14T10:09:11Z",
        start_t_s=12.0,
        seconds=total_s,
        stopped_s=0.0,
        ending=Ending.FINISHED,
        distance_m=5000.0,
        half_width_m=2.0,
        course=CourseFacts("5000m", 5000.0, 400.0, 200.0, 400.0, "last lap", LINES_M[1:]),
        laps=ran,
        pacing=pacing(),
        repeats=None,
        body=body(5.29),
        cues=(cue(),),
        phases=(),
        marks=(),
        position=PositionReview(12, 12, 11.2, -3.1, 1.024),
        sensors=(
            SensorReview("strap", "polar-h10", 945, 1.0, 0.996, 3.0, 100.0, 0, 0),
            SensorReview("pod", "stryd", 930, 1.0, 0.97, 22.0, 400.0, 2, 1),
        ),
        delivery=DeliveryReview(1, 1, 0, 0, 180.0, 180.0),
        pauses=(),
        gaps=(),
        told=(),
        notes=("the first 3 s are without the pod",),
        problems=(),
        series=series(
            total_s, lambda at_s: next(lap.mps for lap in reversed(ran) if at_s >= lap.race_s)
        ),
    )


def aborted() -> Review:
    """Return the same, given up after five laps and a half."""
    whole = race()
    left_s = 440.0
    return replace(
        whole,
        headline="5000 m, given up after 7:20",
        seconds=left_s,
        ending=Ending.ABORTED,
        distance_m=2320.0,
        laps=whole.laps[:6],
        pacing=None,
        cues=(),
        series=cut(whole.series, int(left_s)),
    )


def session() -> Review:
    """Return eight times 200 m, the last the fastest."""
    each, at_s = [], 0.0
    for number, seconds in enumerate(REPS_S, 1):
        mps = 200.0 / seconds
        rest_s = None if number == 1 else REST_S
        each.append(
            Repeat(
                number=number,
                kind=LegKind.REP,
                t_s=at_s + 12,
                race_s=at_s,
                seconds=seconds,
                metres=200.0,
                mps=mps,
                rest_s=rest_s,
                whole=True,
                by=LegEnd.DISTANCE,
                body=body(mps),
            )
        )
        at_s += seconds + REST_S
    mean_s = sum(REPS_S) / len(REPS_S)
    runs = tuple(each)
    repeats = Repeats(runs, 8, "plan", 8, mean_s, 0.5, min(REPS_S), max(REPS_S), REST_S, 2.0, 3.9)
    return replace(
        race(),
        kind=ReviewKind.SESSION,
        title="8 x 200 m",
        headline="8 x 200 m in 31.0 s on average, the last one the fastest",
        seconds=at_s,
        distance_m=None,
        course=None,
        laps=(),
        pacing=None,
        repeats=repeats,
        cues=(),
        position=None,
        series=series(
            at_s,
            lambda now_s: next(
                (run.mps or 0.0 for run in runs if 0 <= now_s - run.race_s < run.seconds), 1.3
            ),
        ),
    )


def heart_rate_only() -> Review:
    """Return half an hour with a strap and nothing else."""
    whole = race()
    rows = cut(whole.series, 900)
    unknown = (None,) * len(rows.race_s)
    return replace(
        whole,
        kind=ReviewKind.RUN,
        title="Run",
        headline="15 minutes at a heart rate of 176",
        seconds=900.0,
        ending=Ending.RECORDED,
        distance_m=None,
        course=None,
        laps=(),
        pacing=None,
        body=Body(None, None, 176.0, 183.0),
        cues=(),
        position=None,
        delivery=None,
        series=replace(rows, distance_m=unknown, mps=unknown, cadence_spm=unknown, step_m=unknown),
    )


def cut(whole: Series, rows: int) -> Series:
    columns: dict[str, Sequence[float | None]] = {
        field.name: getattr(whole, field.name)[:rows] for field in fields(Series)
    }
    return replace(whole, **columns)  # type: ignore[arg-type]
