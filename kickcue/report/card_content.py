"""What stands on a card: of all a review holds, the little that is worth showing to others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Final

from kickcue.analysis.review.model import Ending, Lap, Repeat, Review, ReviewKind
from kickcue.core.clock_format import lap_time, timed
from kickcue.core.length_format import metres
from kickcue.report.formats import UNKNOWN, PaceUnit, clock, pace, percent, whole
from kickcue.report.pacing_words import window_name
from kickcue.report.words import is_kilometre

_DATE_LETTERS: Final = 10
_LEAST_BARS, _MOST_BARS = 2, 60
_LEAST_ALIKE: Final = 2
_UNFINISHED: Final = {
    Ending.ABORTED: "not finished",
    Ending.CUT_OFF: "not finished: the recording ends here",
}
_CURVE_POINTS: Final = 300
_LEAST_POINTS: Final = 2


@dataclass(frozen=True, slots=True)
class Bar:
    """A lap or a repetition: the higher, the faster. ``bright``: the last one."""

    mps: float
    label: str
    bright: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A number and what it is; ``bright``: the one that matters most."""

    value: str
    caption: str
    bright: bool = False


@dataclass(frozen=True, slots=True)
class CardContent:
    """What stands on a card, from above; ``caption`` says what the large figure is.

    Where there are no ``bars``, ``curve`` is drawn in their place: values at equal distances.
    """

    title: str
    date: str
    large: str
    caption: str
    headline: str
    bars: Sequence[Bar]
    curve: Sequence[float | None]
    chart_caption: str
    figures: Sequence[Figure]


def card_content(review: Review, unit: PaceUnit, *, anonymous: bool) -> CardContent:
    """Choose what is shown; ``anonymous`` leaves the date out."""
    rows = _rows(review)
    bars = [
        Bar(row.mps, lap_time(row.seconds), row is rows[-1]) for row in rows if row.mps is not None
    ]
    if not _LEAST_BARS <= len(bars) <= _MOST_BARS:
        bars = []
    curve, curve_caption = ([], "") if bars else _curve(review)
    large, caption = _large(review)
    return CardContent(
        title=review.title,
        date="" if anonymous or review.utc is None else review.utc[:_DATE_LETTERS],
        large=large,
        caption=caption,
        headline=review.headline,
        bars=bars,
        curve=curve,
        chart_caption=_bars_caption(rows, review) if bars else curve_caption,
        figures=list(_figures(review, unit)),
    )


def _large(review: Review) -> tuple[str, str]:
    repeats = review.repeats
    if repeats is not None and repeats.mean_s is not None and repeats.alike >= _LEAST_ALIKE:
        return timed(repeats.mean_s), f"mean of {repeats.alike} repetitions"
    return clock(review.seconds), _UNFINISHED.get(review.ending, "")


def _rows(review: Review) -> Sequence[Lap | Repeat]:
    """Return what is to be compared: the repetitions, where there are any, else the full laps."""
    if review.repeats is not None and len(review.repeats.each) >= _LEAST_BARS:
        return review.repeats.each
    return [lap for lap in review.laps if lap.full]


def _curve(review: Review) -> tuple[Sequence[float | None], str]:
    """Return speed, else heart rate, over the time, in as many means as a card has room for."""
    for values, caption in (
        (review.series.mps, "speed over the time"),
        (review.series.heart_rate_bpm, "heart rate over the time"),
    ):
        if sum(value is not None for value in values) >= _LEAST_POINTS:
            step = max(len(values) // _CURVE_POINTS, 1)
            return [_mean(values[at : at + step]) for at in range(0, len(values), step)], caption
    return [], ""


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return fsum(known) / len(known) if known else None


def _bars_caption(rows: Sequence[Lap | Repeat], review: Review) -> str:
    if all(isinstance(row, Lap) and is_kilometre(row, review) for row in rows):
        return "kilometres: the higher, the faster"
    lengths = {_length(row) for row in rows}
    each = f" of {lengths.pop()}" if len(lengths) == 1 else ""
    what = "repetitions" if isinstance(rows[-1], Repeat) else "laps"
    return f"{what}{each}: the higher, the faster"


def _length(row: Lap | Repeat) -> str:
    length_m = row.to_m - row.from_m if isinstance(row, Lap) else row.metres
    return "unknown length" if length_m is None else metres(round(length_m))


def _figures(review: Review, unit: PaceUnit) -> Iterator[Figure]:
    yield from _kick(review)
    if review.kind is ReviewKind.SESSION:
        yield from _of_a_session(review)
        return
    if review.distance_m is not None and review.seconds > 0:
        mean = pace(review.distance_m / review.seconds, unit)
        if mean != UNKNOWN:
            yield Figure(mean, f"min/{unit}")
    if review.body.cadence_spm is not None:
        yield Figure(whole(review.body.cadence_spm), "steps/min")
    if review.body.heart_rate_bpm is not None:
        yield Figure(whole(review.body.heart_rate_bpm), "heart rate")


def _of_a_session(review: Review) -> Iterator[Figure]:
    """Yield what has a meaning over repetitions and rests alike."""
    if review.repeats is not None and review.repeats.mean_rest_s is not None:
        yield Figure(clock(review.repeats.mean_rest_s, 0), "mean rest")
    if review.body.most_heart_rate_bpm is not None:
        yield Figure(whole(review.body.most_heart_rate_bpm), "highest heart rate")


def _kick(review: Review) -> Iterator[Figure]:
    """Yield how the last lap, or the last repetition, was against the rest."""
    if review.pacing is not None:
        change = review.pacing.kick_speed_percent
        how = "faster" if change >= 0 else "slower"
        name = window_name(review, review.pacing)
        yield Figure(percent(change), f"{how} {name}", bright=True)
    elif review.repeats is not None and review.repeats.last_percent is not None:
        faster = review.repeats.last_percent
        how = "faster" if faster >= 0 else "slower"
        yield Figure(percent(faster), f"{how} in the last one", bright=True)
