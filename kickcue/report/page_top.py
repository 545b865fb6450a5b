"""The top of the page: what it was, in one sentence and a few large figures."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from kickcue.analysis.review.model import Ending, Repeats, Review
from kickcue.core.clock_format import lap_time
from kickcue.report.formats import PaceUnit, clock, pace
from kickcue.report.markup import Markup, join, tag
from kickcue.report.pacing_words import window_name
from kickcue.report.page_parts import both, distance, facts, in_metres, unbroken
from kickcue.report.words import ending

LEAST_STOPPED_S: Final = 1.0
"""Shorter stops of the recorder are not spoken of."""


def page_top(review: Review, unit: PaceUnit) -> Markup:
    """Return the head of the page."""
    over = (review.title, _day(review.utc), _cut_short(review))
    return tag(
        "header",
        tag("p", " · ".join(part for part in over if part), class_="over"),
        tag("h1", unbroken(review.headline)),
        facts(_figures(review), "figures"),
        units_switch(unit) if review.distance_m else None,
    )


def switch(name: str, legend: str, choices: list[tuple[str, str, bool]]) -> Markup:
    """Return buttons of which one is on: value, words, whether it is."""
    return tag(
        "fieldset",
        tag("legend", legend),
        *(_choice(name, value, words, on=on) for value, words, on in choices),
        class_="switch",
    )


def _choice(name: str, value: str, words: str, *, on: bool) -> Markup:
    button = tag(
        "input",
        type="radio",
        name=name,
        value=value,
        id=f"{name}-{value}",
        checked=on,
        autocomplete="off",
    )
    return tag("label", button, tag("span", words))


def _figures(review: Review) -> Iterator[tuple[object, object]]:
    yield "Time", clock(review.seconds)
    if review.stopped_s >= LEAST_STOPPED_S:
        yield "Stopped", clock(review.stopped_s, 0)
    if review.distance_m:
        yield "Distance", _distance(review, review.distance_m)
    if review.repeats is not None:
        yield from _repeats(review.repeats)
    elif review.distance_m:
        yield "Pace", _pace(review, review.distance_m)
    if review.pacing is not None:
        name = window_name(review, review.pacing)
        yield _capital(name), lap_time(review.pacing.last_s)
    if review.body.cadence_spm is not None:
        yield "Cadence", join((f"{review.body.cadence_spm:.0f}", tag("small", " /min")))
    if review.body.heart_rate_bpm is not None:
        yield "Heart rate", _heart_rate(review.body.heart_rate_bpm, review)


def _repeats(repeats: Repeats) -> Iterator[tuple[object, object]]:
    of = "" if repeats.planned in (None, len(repeats.each)) else f" of {repeats.planned}"
    yield "Repetitions", join((len(repeats.each), tag("small", of)))
    if repeats.mean_s is not None:
        yield "On average", lap_time(repeats.mean_s)


def _heart_rate(mean_bpm: float, review: Review) -> Markup:
    most = review.body.most_heart_rate_bpm
    return join((f"{mean_bpm:.0f}", None if most is None else tag("small", f" most {most:.0f}")))


def _distance(review: Review, length_m: float) -> Markup:
    sure = review.ending is Ending.FINISHED or review.half_width_m is None
    error = None if sure else tag("small", f" ± {review.half_width_m:.0f} m")
    return join((distance(length_m, track=in_metres(review)), error))


def _pace(review: Review, length_m: float) -> Markup:
    mps = length_m / max(review.seconds, 1.0)
    return both(lambda unit: join((pace(mps, unit), tag("small", f" /{unit}"))))


def _cut_short(review: Review) -> str | None:
    return ending(review) if review.ending in (Ending.ABORTED, Ending.CUT_OFF) else None


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _day(utc: str | None) -> str | None:
    if utc is None:
        return None
    try:
        when = datetime.fromisoformat(utc).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return f"{when:%A}, {when.day} {when:%B %Y, %H:%M} UTC"


def units_switch(now: PaceUnit) -> Markup:
    """Return the switch between kilometres and miles."""
    names = {PaceUnit.KILOMETRE: "kilometres", PaceUnit.MILE: "miles"}
    return switch("units", "Units", [(unit, name, unit is now) for unit, name in names.items()])
