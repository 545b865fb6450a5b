"""The report page without a browser: what is in it, and that nothing else can get into it."""

import base64
import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest
from hypothesis import given, strategies as st

from kickcue.analysis.review.model import Review
from kickcue.core.errors import UsageError
from kickcue.report.formats import clock
from kickcue.report.page import PANELS, report_page
from kickcue.report.page_data import MOST_ROWS, page_data
from tests.analysis.review import made_up
from tests.report.odd_reviews import KINDS, given_up, heart_rate_only, no_heart_rate, repeated
from tests.report.parsed_page import ParsedPage, parsed

each_kind = pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
LOADS: Final = frozenset({"src", "srcset", "href", "action", "data", "poster", "style", "onload"})
"""Attributes that may ask for something, or that the policy would block."""

ROUNDED: Final = {
    "race_s": 0.05,
    "distance_m": 0.05,
    "mps": 0.005,
    "cadence_spm": 0.05,
    "step_m": 0.005,
    "heart_rate_bpm": 0.5,
    "error_m": 0.05,
    "offset_m": 0.05,
}
"""By how much a value in the page may be off that of the review."""


def page_of(review: Review) -> ParsedPage:
    return parsed(report_page(review))


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@each_kind
def test_a_page_needs_nothing_outside_of_itself(make: Callable[[], Review]) -> None:
    """GIVEN any review WHEN its page is made THEN no attribute or style of it loads anything, and
    its policy allows the very styles and scripts that are in it, and nothing else.
    """
    page = report_page(make())
    found = parsed(page)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)

    assert not {name for name, _ in found.attributes} & LOADS
    assert "url(" not in style
    assert "@import" not in style
    rules = dict(rule.strip().split(" ", 1) for rule in found.policy.split(";"))
    assert {
        "default-src": "'none'",
        "script-src": " ".join(map(_hash, scripts)),
        "style-src": _hash(style),
        "base-uri": "'none'",
        "form-action": "'none'",
    } == rules


@each_kind
def test_a_page_says_what_it_was(make: Callable[[], Review]) -> None:
    """GIVEN any review WHEN its page is made THEN headline and time are at its top, each lap and
    each repetition has a row, and each panel is drawn or its absence said.
    """
    review = make()
    found = page_of(review)

    assert " ".join(review.headline.split()) == found.text("h1")
    assert found.text("header").count("Time") == 1
    rows = max(len(review.laps), len(review.repeats.each) if review.repeats else 0)
    assert rows <= found.elements.count("tr")
    drawn = {value for name, value in found.attributes if name == "data-column"}
    for column, (_, why) in PANELS.items():
        known = any(value is not None for value in getattr(review.series, column))
        assert known == (column in drawn)
        assert known != (why in found.text("charts"))


@given(strange=st.text(min_size=1, max_size=40).map(lambda text: f"<b>{text}</script><!--&"))
def test_strangers_text_stays_text(strange: str) -> None:
    """GIVEN any text as title, file, cue, notice and note WHEN the page is made THEN it has the
    elements it has with other texts.
    """
    review = made_up.race()

    def named(text: str) -> list[str]:
        return page_of(
            replace(
                review,
                title=text,
                headline=text,
                file=text,
                made_by=text,
                cues=tuple(replace(cue, text=text) for cue in review.cues),
                told=tuple(replace(told, text=text) for told in review.told),
                notes=(text,),
                problems=(text,),
            )
        ).elements

    assert named("plain") == named(strange)


@each_kind
def test_the_charts_have_the_series_of_the_review(make: Callable[[], Review]) -> None:
    """GIVEN any review WHEN its page is made THEN each value in it is that of the review, rounded,
    and what is unknown is so.
    """
    review = make()
    columns = page_of(review).data["columns"]

    for name, off in ROUNDED.items():
        values = getattr(review.series, name)
        if columns[name] is None:
            assert all(value is None for value in values)
            continue
        assert len(values) == len(columns[name])
        for value, shown in zip(values, columns[name], strict=True):
            assert (value is None) == (shown is None)
            assert value is None or abs(value - shown) <= off + 1e-9


def test_a_very_long_run_has_no_more_rows_than_can_be_seen() -> None:
    """GIVEN a series of a day WHEN its page is made THEN all columns are thinned alike."""
    review = repeated(made_up.run(), 100)
    columns = page_data(review)["columns"]

    lengths = {len(values) for values in columns.values() if values is not None}
    assert len(lengths) == 1
    assert MOST_ROWS / 2 < lengths.pop() <= MOST_ROWS


def test_a_lap_ends_where_the_next_one_begins() -> None:
    """GIVEN a race WHEN its page is made THEN the clock of each lap is that at its end."""
    review = made_up.race()
    found = page_of(review)
    laps = found.data["laps"]

    assert all(clock(lap.race_s + lap.seconds) in found.text("laps") for lap in review.laps)
    assert laps[:-1] == [round(lap.race_s, 1) for lap in review.laps[1:]]
    assert laps[-1] == round(review.seconds, 1)


def test_the_track_is_in_metres_and_the_road_in_both_units() -> None:
    """GIVEN a race on the track and a run WHEN their pages are made THEN laps are in metres for one
    and kilometres and miles for the other; paces are in both.
    """
    track, run = page_of(made_up.race()), page_of(made_up.run())

    assert "1500 m" in track.text("header")
    assert "/km" in track.text("header")
    assert "/mi" in track.text("header")
    assert "3.15 km" in run.text("header")
    assert "1.96 mi" in run.text("header")


@pytest.mark.parametrize("units", ["km", "mi"])
def test_the_page_begins_with_the_units_asked_for(units: str) -> None:
    """GIVEN the page in kilometres or miles THEN that button is on."""
    page = report_page(made_up.run(), units)

    assert [units] == re.findall(r'<input [^>]*id="units-(\w+)" checked', page)


def test_other_units_are_refused() -> None:
    """GIVEN units that are none THEN the error names those that are."""
    with pytest.raises(UsageError, match="expected km or mi, got 'furlong'"):
        report_page(made_up.run(), "furlong")


def test_what_did_not_happen_has_no_section() -> None:
    """GIVEN a race that was given up, and a recording of heart rate alone WHEN their pages are made
    THEN neither has a last lap or pacing, and the first says at its top how it ended.
    """
    stopped, heart = page_of(given_up()), page_of(heart_rate_only())

    assert not {"end", "pacing"} & (stopped.inside.keys() | heart.inside.keys())
    assert "laps" in stopped.inside
    assert "laps" not in heart.inside
    assert "Gave up after 2:30.0" in stopped.text("header")
    assert "Units" not in heart.text("header")


def test_what_is_missing_is_said_plainly() -> None:
    """GIVEN a run without a strap THEN the page says so in a sentence, and its table has no column
    for it.
    """
    without, with_strap = page_of(no_heart_rate()), page_of(made_up.run())

    assert "No heart rate was recorded." in without.text("charts")
    assert "Heart" not in without.text("thead")
    assert "Heart bpm" in with_strap.text("thead")


def test_only_an_estimate_has_an_error() -> None:
    """GIVEN laps timed by presses, of which one was forgotten WHEN the page is made THEN the ±
    stands at the estimated one alone.
    """
    review = made_up.race("5000m")
    estimated = sum(lap.timed_by == "estimate" for lap in review.laps)
    errors = page_of(review).text("laps").count("±")

    assert 0 < estimated < len(review.laps)
    assert estimated == errors - 1  # the note below the table has one
