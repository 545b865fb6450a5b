"""The last window large, what followed each cue in it, and how the whole was paced."""

from collections.abc import Sequence
from typing import Final

from kickcue.analysis.review.model import CueReview, Review
from kickcue.report.cue_words import felt, given, response
from kickcue.report.formats import clock
from kickcue.report.markup import Markup, join, tag
from kickcue.report.pacing_words import pacing_sentences, window_name
from kickcue.report.page_parts import (
    column,
    listed,
    number,
    paced,
    section,
    signed,
    table,
    unbroken,
)

EARLY_S: Final = 10.0
"""The cue that opens the last window may come so long before it."""

_LEGEND: Final = "Dashed: your average before it. Shaded: the 10 s that followed each cue."


def window_from_s(review: Review) -> float | None:
    """Return when the last window began, from the gun; None where the review has none."""
    if review.pacing is None:
        return None
    return review.seconds - review.pacing.last_s


def page_end(review: Review) -> Markup | None:
    """Return the section of the last window; None where the race did not come so far."""
    begin_s = window_from_s(review)
    if begin_s is None or review.pacing is None:
        return None
    cues = [cue for cue in review.cues if cue.race_s >= begin_s - EARLY_S]
    sent = review.delivery is not None
    return section(
        "end",
        f"The {window_name(review, review.pacing)}",
        tag("div", class_="plot large", id="end-plot"),
        tag("p", _LEGEND, class_="note"),
        tag("ol", *(_cue(cue, sent=sent) for cue in cues), class_="cues") if cues else None,
    )


def page_pacing(review: Review) -> Markup | None:
    """Return the section on pacing; None where that cannot be said."""
    sentences = list(pacing_sentences(review))
    if not sentences:
        return None
    lead, *others = sentences
    return section(
        "pacing",
        "Pacing",
        tag("p", unbroken(lead), class_="lead"),
        listed(others, class_="sentences"),
    )


def _cue(cue: CueReview, *, sent: bool) -> Markup:
    return tag(
        "li",
        tag("q", cue.text),
        tag("span", given(cue), class_="beside"),
        tag("p", unbroken(response(cue)), _speeds(cue), class_=f"followed {cue.response.value}"),
        tag("p", felt(cue), class_="beside") if sent else None,
    )


def _speeds(cue: CueReview) -> Markup | None:
    if not cue.before_mps or not cue.after_mps:
        return None
    change = join((paced(cue.before_mps), paced(cue.after_mps)), " → ")
    return tag("span", " ", change, class_="speeds")


def cue_table(cues: Sequence[CueReview]) -> Markup:
    """Return every cue with its figures."""
    head = (
        column("At"),
        column("Cue", class_="words"),
        column("To go", "m"),
        column("Late", "s"),
        column("Latency", "ms"),
        column("Speed", "%"),
        column("Cadence", "%"),
        column("Step", "%"),
    )
    return table("Cues, one in a row", head, map(_cue_row, cues), class_="plain")


def _cue_row(cue: CueReview) -> Markup:
    return tag(
        "tr",
        tag("th", clock(cue.race_s), scope="row"),
        tag("td", cue.text, class_="words"),
        tag("td", number(cue.to_go_m)),
        tag("td", signed(cue.late_s)),
        tag("td", number(cue.latency_ms)),
        tag("td", signed(cue.speed_percent)),
        tag("td", signed(cue.cadence_percent)),
        tag("td", signed(cue.step_percent)),
    )
