"""A season as a page, as text and as JSON."""

import json
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from kickcue.analysis.review.model import PositionReview
from kickcue.analysis.review_digest import digest
from kickcue.analysis.season import Season, season
from kickcue.report.season_json import season_json
from kickcue.report.season_page import season_page
from kickcue.report.season_text import season_text
from kickcue.report.season_words import headline, sentences, what
from tests.analysis.made_up_reviews import race, run, session
from tests.browser.page import PHONE, Watched, axe, overflow_px
from tests.report.parsed_page import parsed

KICKS = (75.0, 74.0, 73.0, 70.0, 68.0)
STRANGE = "</script><b>&.mcap"


def some_season(**more: Any) -> Season:
    races = [
        (
            f"race{month}.mcap",
            digest(
                race(
                    "5000m",
                    (38.0, *[76.0] * 11, last_s),
                    utc=f"2026-0{month}-15T18:00:00Z",
                    position=PositionReview(12, 12, 3.0, 1.0, 1.0 + month / 1000),
                    **more,
                )
            ),
        )
        for month, last_s in enumerate(KICKS, 4)
    ]
    reps = session(50.0, [7.0] * 5, utc="2026-05-05T18:00:00Z")
    return season([*races, ("strides.mcap", digest(reps)), (STRANGE, digest(run()))])


def printed(found: Season, columns: int = 80) -> str:
    out = StringIO()
    screen = Console(file=out, width=columns, color_system=None, legacy_windows=False)
    for part in season_text(found):
        screen.print(part)
    return out.getvalue()


def test_the_headline_counts() -> None:
    """What there is, and from when to when."""
    assert "5 races, 1 session and 1 other run, 2026-04-15 to 2026-08-15." == headline(
        some_season()
    )
    assert "No recordings." == headline(season([]))


def test_a_trend_of_the_finish_is_said() -> None:
    """GIVEN five races with ever faster last laps THEN more was kept for the finish; of two races
    nothing is said.
    """
    (said, *_) = sentences(some_season())
    assert said.startswith("The finish was run 2.0 % faster than the rest in the first half")
    assert said.endswith("more was kept for it.")
    two = season([(file.file, file.digest) for file in some_season().races[:2]])
    assert not [each for each in sentences(two) if "finish" in each]


@pytest.mark.parametrize(
    ("review", "said"),
    [
        (race("5000m", (38.0, *[76.0] * 12)), "5000m"),
        (session(50.0, [7.0] * 5), "5 x 50 m"),
        (session(None, [30.0] * 4), "4 repetitions"),
        (run(distance_m=12_345.0), "12.345 km"),
        (run(title="Run"), "Run"),
    ],
)
def test_what_a_recording_holds(review: Any, said: str) -> None:
    """Each recording is called by what was run."""
    assert said == what(digest(review))


def test_the_page_has_charts_tables_and_links() -> None:
    """Finishes, evenness, scales and weeks are drawn; best last laps and all recordings are tables,
    each with a link where it has a report.
    """
    page = season_page(some_season(), {"race4.mcap": "race4.html"}, [("bad.fit", "no good")])
    found = parsed(page)
    assert ["percent", "share", "scale", "count"] == [
        chart["kind"] for chart in found.data["charts"]
    ]
    assert [4, 5, 6, 7, 8] == [
        round((v - 1) * 1000) for v in found.data["charts"][2]["lines"][0]["values"]
    ]
    assert "5000m 400 m 68.0 2026-08-15 5 race8.mcap" in found.text("best")
    assert ("href", "race4.html") in found.attributes
    assert 1 == len([name for name, _ in found.attributes if name == "href"])
    assert "bad.fit: no good" in found.text()
    assert STRANGE in found.text("recordings")


def test_nothing_makes_a_page_too() -> None:
    """GIVEN no recordings, or one without a date THEN the page says so and draws nothing."""
    for found in (season([]), season([("run.fit", digest(run()))])):
        page = parsed(season_page(found, {}))
        assert [] == page.data["charts"]
        assert page.text("h1")


@pytest.mark.parametrize("columns", [50, 80, 160])
def test_it_fits_any_terminal(columns: int) -> None:
    """No line is wider than the terminal; curves, weeks and recordings are there."""
    found = printed(some_season(), columns)
    assert max(map(len, found.splitlines())) <= columns
    assert "5000m: last 400 m in 68.0 s, 2026-08-15, of 5" in found
    assert "Scale of the foot pod" in found
    assert "2026-05-04" in found


def test_many_recordings_are_not_all_printed() -> None:
    """GIVEN a hundred recordings THEN the latest are printed, and how many more there are."""
    many = season([(f"{number}.fit", digest(run())) for number in range(100)])
    assert "and 80 more: on the page, or with --json" in printed(many)


def test_json_has_every_recording() -> None:
    """Programs get all of it, days as text."""
    found = json.loads(json.dumps(season_json(some_season(), [("bad.fit", "no good")])))
    assert 7 == len(found["recordings"])
    assert ("race8.mcap", "2026-08-15", 68.0) == tuple(
        found["recordings"][0][key] for key in ("file", "day", "last_s")
    )
    assert {"monday": "2026-05-04", "strides": 5}.items() <= found["weeks"][1].items()
    assert [{"file": "bad.fit", "why": "no good"}] == found["left_out"]
    assert "race8.mcap" == found["best_last"][0]["race"]


@pytest.mark.chromium
async def test_nobody_is_left_out(browser: Watched) -> None:
    """GIVEN a season on a phone THEN axe finds nothing wrong, nothing is wider than the screen, and
    a chart says by keyboard which race it was.
    """
    page = await browser.open(season_page(some_season(), {}), PHONE)
    assert await overflow_px(page) == 0
    await axe(page)
    await page.locator("figure").first.focus()
    await page.keyboard.press("ArrowRight")
    said = await page.locator("figure output").first.inner_text()
    assert said.startswith("15 Apr 2026 · ")
    assert said.endswith(" · 5000m")
