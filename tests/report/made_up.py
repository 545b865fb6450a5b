"""Reviews made up by hand, for pages that need no recording."""

import math
from dataclasses import replace
from typing import Final

from kickcue.analysis.review.model import (
    Body,
    CourseFacts,
    CueReview,
    DeliveryReview,
    Ending,
    Lap,
    MarkReview,
    Pacing,
    PacingClass,
    PhaseSpan,
    PositionReview,
    Repeat,
    Repeats,
    Response,
    Review,
    ReviewKind,
    SensorReview,
    Series,
    Span,
    TimedBy,
    Told,
)
from kickcue.core.events import CueKind, LegEnd, LegKind, Phase

LAP_M: Final = 400.0
LINES_M: Final = tuple(200.0 + LAP_M * number for number in range(13))
BODY: Final = Body(184.0, 1.71, 172.0, 188.0)
NOTHING: Final = Body(None, None, None, None)


def _speed(metres: float) -> float:
    """Return m/s: steady, with a slower middle and a kick from the bell on."""
    kick = 0.55 if metres > 4600 else 0.0
    return 5.25 + 0.15 * math.cos(metres / 800.0) + 0.05 * math.sin(metres / 37.0) + kick


def _series() -> Series:
    rows = []
    second, metres = 0, 0.0
    while metres < 5000.0:
        mps = _speed(metres) * min(1.0, (second + 1) / 4.0)
        cadence = 176.0 + 3.0 * mps + 2.0 * math.sin(second / 11.0)
        error = 1.0 + 7.0 * ((metres + 200.0) % LAP_M) / LAP_M
        rows.append(
            (
                float(second),
                round(metres, 1),
                round(mps, 2),
                round(cadence, 1),
                round(mps * 60.0 / cadence, 2),
                round(188.0 - 60.0 * math.exp(-second / 90.0)),
                round(error, 1),
                round(0.4 * error * math.sin(second / 50.0), 1),
            )
        )
        metres += mps
        second += 1
    return Series(*zip(*rows, strict=True))  # type: ignore[arg-type]


SERIES: Final = _series()


def _when(metres: float) -> float:
    """Return the second at which ``metres`` were run."""
    at = next((row for row, far in enumerate(SERIES.distance_m) if (far or 0.0) >= metres), None)
    if at is None:
        return SERIES.race_s[-1] + 0.4
    return SERIES.race_s[at]


def _laps() -> tuple[Lap, ...]:
    laps = []
    before_m, before_s = 0.0, 0.0
    for number, line_m in enumerate(LINES_M, 1):
        now_s = _when(line_m)
        estimated = number in {4, 9}
        laps.append(
            Lap(
                number,
                before_m,
                line_m,
                number > 1,
                round(now_s - before_s, 2),
                0.7 if estimated else 0.2,
                TimedBy.ESTIMATE if estimated else TimedBy.BUTTON,
                now_s + 31.0,
                now_s,
                (line_m - before_m) / (now_s - before_s),
                replace(BODY, cadence_spm=180.0 + number, heart_rate_bpm=160.0 + 2 * number),
            )
        )
        before_m, before_s = line_m, now_s
    return tuple(laps)


def cue(kind: CueKind, words: str, at_m: float, response: Response, percent: float) -> CueReview:
    """Return a cue at ``at_m``, after which the speed changed by ``percent``."""
    at_s = _when(at_m)
    return CueReview(
        id=f"c{at_m:.0f}",
        kind=kind,
        text=words,
        t_s=at_s + 31.0,
        race_s=at_s,
        at_m=at_m,
        to_go_m=5000.0 - at_m,
        sd_m=2.0,
        late_s=0.4,
        felt=True,
        dropped=None,
        latency_ms=180.0,
        before_mps=5.2,
        after_mps=5.2 * (1 + percent / 100.0),
        speed_percent=percent,
        cadence_percent=percent * 0.6,
        step_percent=percent * 0.4,
        response=response,
    )


def race() -> Review:
    """Return a finished 5000 m with all there is."""
    laps = _laps()
    seconds = SERIES.race_s[-1] + 0.4
    return Review(
        kind=ReviewKind.RACE,
        title="5000 m",
        headline="5000 m in 15:42.3, the last lap in 68.0 s: 10 % faster than the rest.",
        file="made-up.mcap",
        made_by="kickcue 0.1.0",
        utc="2026-06-14T10:09:11Z",
        start_t_s=31.0,
        seconds=seconds,
        stopped_s=0.0,
        ending=Ending.FINISHED,
        distance_m=5000.0,
        half_width_m=1.2,
        course=CourseFacts("5000m", 5000.0, LAP_M, LAP_M, LAP_M, "last lap", LINES_M),
        laps=laps,
        pacing=Pacing(
            last_m=400.0,
            last_s=laps[-1].seconds,
            rest_s=75.9,
            kick_percent=7.4,
            kick_speed_percent=8.1,
            last_200_s=34.1,
            last_200_kick_percent=8.0,
            lap_cv_percent=1.9,
            inner_lap_cv_percent=1.4,
            kilometre_cv_percent=1.2,
            lap_rmssd_s=0.8,
            first_half_s=475.0,
            second_half_s=467.3,
            half_percent=-0.8,
            pacing=PacingClass.RESERVE,
            saved_up_s=14.0,
        ),
        repeats=None,
        body=BODY,
        cues=(
            cue(CueKind.SPLIT, "75.8", 1400.0, Response.UNCHANGED, 0.2),
            cue(CueKind.LAST_LAP, "last lap: turnover up", 4600.0, Response.FASTER, 8.4),
            cue(CueKind.TURNOVER, "quick feet", 4800.0, Response.TURNOVER_ONLY, 0.4),
            cue(CueKind.DRIVE, "drive", 4900.0, Response.UNCHANGED, -0.3),
        ),
        phases=(
            PhaseSpan(Phase.BODY, 31.0, 0.0, 0.0),
            PhaseSpan(Phase.LAST_LAP, 31.0 + _when(4600.0), _when(4600.0), 4600.0),
            PhaseSpan(Phase.LAST_200, 31.0 + _when(4800.0), _when(4800.0), 4800.0),
            PhaseSpan(Phase.LAST_100, 31.0 + _when(4900.0), _when(4900.0), 4900.0),
            PhaseSpan(Phase.LAST_50, 31.0 + _when(4950.0), _when(4950.0), 4950.0),
            PhaseSpan(Phase.FINISHED, 31.0 + seconds, seconds, 5000.0),
        ),
        marks=tuple(
            MarkReview(31.0 + _when(far), _when(far), TimedBy.BUTTON, far, 1.4 - number / 5.0, 6.0)
            for number, far in enumerate(LINES_M)
        ),
        position=PositionReview(13, 12, 7.4, 1.8, 0.974),
        sensors=(
            SensorReview("pod", "stryd", 3560, 3.9, 0.998, 2.1, 411.0, 0, 0),
            SensorReview("strap", "polar-h10", 912, 1.0, 0.97, 14.2, 655.0, 1, 1),
        ),
        delivery=DeliveryReview(4, 4, 0, 0, 180.0, 310.0),
        pauses=(),
        gaps=(Span(655.0, 669.2),),
        told=(Told(686.0, 655.0, "sensor_lost", "the strap is silent", "warning", "strap"),),
        notes=("The finish was pressed 0.4 s after the line.",),
        problems=(),
        series=SERIES,
    )


def heart_rate_only() -> Review:
    """Return a run of which only the heart rate is known."""
    full = race()
    nothing = (None,) * len(SERIES.race_s)
    return replace(
        full,
        kind=ReviewKind.RUN,
        title="Run",
        headline="15:42 of running, with heart rate alone.",
        ending=Ending.RECORDED,
        distance_m=None,
        half_width_m=None,
        course=None,
        laps=(),
        pacing=None,
        body=Body(None, None, 171.0, 188.0),
        cues=(),
        phases=(),
        marks=(),
        position=None,
        sensors=full.sensors[1:],
        delivery=None,
        series=Series(
            SERIES.race_s,
            nothing,
            nothing,
            nothing,
            nothing,
            SERIES.heart_rate_bpm,
            nothing,
            nothing,
        ),
    )


def aborted() -> Review:
    """Return a race that was given up after 2000 m."""
    full = race()
    rows = next(row for row, far in enumerate(SERIES.distance_m) if (far or 0.0) > 2000.0)
    columns = {name: getattr(SERIES, name)[:rows] for name in Series.__dataclass_fields__}
    return replace(
        full,
        headline="5000 m, given up after 2000 m and 6:15.",
        ending=Ending.ABORTED,
        seconds=SERIES.race_s[rows],
        distance_m=2000.0,
        laps=full.laps[:5],
        pacing=None,
        cues=full.cues[:1],
        phases=full.phases[:1],
        marks=full.marks[:5],
        gaps=(),
        series=Series(**columns),
    )


def with_a_gap() -> Review:
    """Return a race in whose middle nothing was heard for three minutes."""
    full = race()
    known = [not 300.0 <= at < 480.0 for at in SERIES.race_s]
    columns = {
        name: tuple(
            value if there else None
            for value, there in zip(getattr(SERIES, name), known, strict=True)
        )
        for name in Series.__dataclass_fields__
        if name != "race_s"
    }
    return replace(full, gaps=(Span(300.0, 480.0),), series=Series(SERIES.race_s, **columns))


def session() -> Review:
    """Return six 200s with walks between them."""
    full = race()
    each, rows, at_s, done_m = [], [], 0.0, 0.0
    for number in range(1, 7):
        mps = 5.6 + 0.1 * number
        begin_s, seconds = at_s + 30.0, 200.0 / mps
        each.append(
            Repeat(
                number,
                LegKind.REP,
                begin_s,
                begin_s,
                round(seconds, 1),
                200.0,
                mps,
                None if number == 1 else 90.0 + number,
                whole=True,
                by=LegEnd.DISTANCE,
                body=replace(BODY, cadence_spm=186.0 + number),
            )
        )
        for second in range(round(30.0 + seconds + 60.0)):
            running = 30.0 <= second < 30.0 + seconds
            now = mps * min(1.0, (second - 29.0) / 3.0) if running else 1.4
            rows.append((at_s + second, done_m, now, 180.0 if running else 110.0))
            done_m += now
        at_s = rows[-1][0] + 1.0
    times, far, speeds, cadences = zip(*rows, strict=True)
    unknown = (None,) * len(times)
    steps = tuple(v * 60.0 / c for v, c in zip(speeds, cadences, strict=True))
    return replace(
        full,
        kind=ReviewKind.SESSION,
        title="two-hundreds",
        headline="6 × 200 m in 33.7 s on the mean, the last the fastest.",
        seconds=times[-1],
        distance_m=far[-1],
        course=None,
        laps=(),
        pacing=None,
        repeats=Repeats(
            each=tuple(each),
            planned=8,
            found_by="plan",
            alike=6,
            mean_s=33.7,
            spread_s=0.9,
            fastest_s=32.3,
            slowest_s=35.1,
            mean_rest_s=93.0,
            rest_spread_s=1.6,
            last_percent=4.4,
        ),
        cues=(),
        phases=(),
        marks=(),
        position=None,
        gaps=(),
        series=Series(times, far, speeds, cadences, steps, unknown, unknown, unknown),
    )
