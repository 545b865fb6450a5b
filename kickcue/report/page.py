"""A review as one HTML page: read by a runner on a phone, and by an engineer to the last digit.

The text is made here and needs no script; the scripts draw the charts beside it.
"""

from collections.abc import Iterator
from typing import Final

from kickcue.analysis.review.model import Review
from kickcue.core.errors import UsageError
from kickcue.report.formats import PaceUnit
from kickcue.report.markup import Markup, join, tag
from kickcue.report.page_data import has, page_data
from kickcue.report.page_details import page_details, page_problems
from kickcue.report.page_end import page_end, page_pacing
from kickcue.report.page_laps import page_laps
from kickcue.report.page_parts import section
from kickcue.report.page_repeats import page_repeats
from kickcue.report.page_top import page_top, switch
from kickcue.report.shell import GENERATOR, self_contained

PANELS: Final = {
    "mps": ("Pace", "No speed was recorded."),
    "cadence_spm": ("Cadence", "No cadence was recorded."),
    "step_m": ("Step length", "No step length is known."),
    "heart_rate_bpm": ("Heart rate", "No heart rate was recorded."),
    "error_m": ("Position error", "No position error is known."),
}
"""What each panel shows, and what is said where there is nothing of it."""


def report_page(review: Review, units: str = "km") -> str:
    """Return the page of ``review``, beginning with kilometres ("km") or miles ("mi").

    UsageError for other units.
    """
    if units not in tuple(PaceUnit):
        raise UsageError(f"units: expected {' or '.join(PaceUnit)}, got {units!r}")
    body = join(
        (
            tag("main", page_top(review, PaceUnit(units)), *_sections(review)),
            tag("footer", f"Made by {GENERATOR}. All of it is in this file."),
        )
    )
    return self_contained(
        f"{review.title}: kickcue report",
        body,
        styles=("uPlot.min.css", "report.css"),
        scripts=("uPlot.iife.min.js", "series.js", "plots.js", "report.js"),
        data=page_data(review),
    )


def _sections(review: Review) -> Iterator[Markup | None]:
    yield page_problems(review)
    yield page_end(review)
    yield page_pacing(review)
    yield page_repeats(review)
    yield page_laps(review)
    yield _panels(review)
    yield page_details(review)


def _panels(review: Review) -> Markup:
    series = review.series
    missing = [why for column, (_, why) in PANELS.items() if not has(getattr(series, column))]
    shown = [column for column in PANELS if has(getattr(series, column))]
    by_distance = has(series.distance_m)
    along = [("distance", "distance", by_distance), ("time", "time", not by_distance)]
    charts = (
        tag("noscript", tag("p", "The charts need JavaScript; all else is here without it.")),
        switch("along", "Over", along) if by_distance else None,
        tag("output", id="readout", aria_live="polite", hidden=True),
        tag(
            "div",
            *(
                tag(
                    "figure",
                    tag("figcaption", PANELS[column][0]),
                    tag("div", class_="plot", data_column=column),
                )
                for column in shown
            ),
            id="panels",
            tabindex=0,
            role="group",
            aria_label="Charts: the left and right arrow keys move through all of them",
        ),
    )
    return section(
        "charts",
        "From start to end",
        *(charts if shown else ()),
        tag("p", " ".join(missing), class_="note") if missing else None,
        class_="charts",
    )
