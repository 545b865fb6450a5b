"""The table of laps: when, how long, and how each stood against the mean."""

from collections.abc import Iterator, Sequence
from math import fsum
from typing import Final, NamedTuple

from kickcue.analysis.review.model import Lap, Review, ReviewKind, TimedBy
from kickcue.core.clock_format import lap_time, timed
from kickcue.report.formats import UNKNOWN, clock
from kickcue.report.markup import Markup, join, tag
from kickcue.report.page_body import BodyColumn, body_cells, body_heads, known_columns
from kickcue.report.page_parts import both, column, in_metres, number, section, signed, table
from kickcue.report.words import TIMED_BY

LEAST_SCALE_S: Final = 1.0
"""Half of the width of a bar's cell stands for at least this."""
FEWEST: Final = 2
"""Fewer whole laps have no mean to stand against."""


class _Scale(NamedTuple):
    """The mean of the whole laps, and the largest difference to it."""

    mean_s: float
    most_s: float


def page_laps(review: Review) -> Markup | None:
    """Return the section of the laps; None where there are none."""
    if not review.laps:
        return None
    track, scale = in_metres(review), _scale(review.laps)
    last = review.laps[-1].number if review.kind is ReviewKind.RACE else None
    body = known_columns(lap.body for lap in review.laps)
    rows = [_row(lap, scale, body, track=track, last=lap.number == last) for lap in review.laps]
    head = (*_head(track=track), *body_heads(body))
    return section(
        "laps",
        "Laps",
        table("Laps, one in a row", head, rows, class_="laps"),
        tag("p", *_notes(review.laps, scale), class_="note"),
    )


def _scale(laps: Sequence[Lap]) -> _Scale | None:
    full = [lap.seconds for lap in laps if lap.full]
    if len(full) < FEWEST:
        return None
    mean_s = fsum(full) / len(full)
    return _Scale(mean_s, max(LEAST_SCALE_S, *(abs(seconds - mean_s) for seconds in full)))


def _head(*, track: bool) -> Iterator[Markup]:
    yield column("Lap")
    yield column("To", "m" if track else both(str))
    yield column("Clock")
    yield column("Time")
    yield column("vs mean", "s", class_="bar")


def _row(
    lap: Lap, scale: _Scale | None, body: Sequence[BodyColumn], *, track: bool, last: bool
) -> Markup:
    error = lap.error_s if lap.timed_by is TimedBy.ESTIMATE else None
    error_text = None if error is None else tag("small", f" ± {error:.1f}")
    return tag(
        "tr",
        tag("th", lap.number, scope="row"),
        tag("td", _to(lap, track=track)),
        tag("td", clock(lap.race_s + lap.seconds)),
        tag("td", join((lap_time(lap.seconds), error_text)), class_="time"),
        tag("td", UNKNOWN if scale is None or not lap.full else _bar(lap, scale), class_="bar"),
        *body_cells(body, lap.body),
        class_="last" if last else None,
    )


def _to(lap: Lap, *, track: bool) -> Markup:
    if track:
        return Markup(number(lap.to_m))
    return both(lambda unit: number(lap.to_m / unit.metres, 2))


def _bar(lap: Lap, scale: _Scale) -> Markup:
    """Return the difference as a number and a bar: faster to the left, slower to the right."""
    off_s = lap.seconds - scale.mean_s
    share = 50.0 * off_s / scale.most_s
    rect = tag(
        "rect",
        x=f"{50.0 + min(share, 0.0):.1f}",
        y=1,
        width=f"{abs(share):.1f}",
        height=8,
        class_="faster" if off_s < 0 else "slower",
    )
    picture = tag(
        "svg",
        rect,
        tag("line", x1=50, x2=50, y1=0, y2=10),
        viewBox="0 0 100 10",
        preserveAspectRatio="none",
        aria_hidden="true",
    )
    return join((tag("span", signed(off_s)), picture))


def _notes(laps: Sequence[Lap], scale: _Scale | None) -> Iterator[str]:
    if scale is not None:
        yield f"The whole laps took {timed(scale.mean_s)} on average. "
    by = dict.fromkeys(lap.timed_by for lap in laps)
    yield f"Timed by: {', '.join(TIMED_BY[each] for each in by)}."
    if any(lap.timed_by is TimedBy.ESTIMATE and lap.error_s is not None for lap in laps):
        yield " An estimate is within its ± in 95 of 100 cases."
