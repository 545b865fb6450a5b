"""A comparison as a page: whole, self-contained, and a stranger's text in it stays text."""

from typing import Literal

import pytest

from kickcue.analysis.comparison import compare
from kickcue.analysis.session_comparison import compare_sessions
from kickcue.report.comparison_page import comparison_page
from kickcue.report.formats import PaceUnit
from tests.analysis.made_up_reviews import race, session, steady
from tests.browser.page import DESKTOP, PHONE, Device, Watched, axe, overflow_px
from tests.report.parsed_page import parsed

EVEN = (38.0, *[76.0] * 12)
ODD = (38.5, *[75.0, 77.5] * 5, 76.0, 70.0)
STRANGE = "<script>alert(1)</script>\x1b[2J"


def of_races() -> str:
    each = [race("5000m", EVEN, utc="2026-06-14T10:00:00Z"), race("5000m", ODD, STRANGE)]
    return comparison_page(compare(each), PaceUnit.KILOMETRE)


def of_sessions() -> str:
    each = [session(200.0, (40.0, 39.0)), session(200.0, (39.0, 40.5, 41.0), STRANGE)]
    return comparison_page(compare_sessions(each), PaceUnit.KILOMETRE)


def test_the_page_has_it_all_in_text() -> None:
    """Who was faster, where, and each lap's times stand in the page's text."""
    page = parsed(of_races())
    assert "B was 3.0 s faster than A over 5000 m: 15:47.0 against 15:50.0." == page.text("h1")
    assert "B lost most in lap 3 (1.5 s) and gained most in the last lap (6.0 s)." in page.text()
    assert "last lap 76.0 70.0 −6.0" in page.text("stretches")  # noqa: RUF001  as printed
    assert ["seconds", "mps"] == [chart["kind"] for chart in page.data["charts"]]


def test_above_is_ahead() -> None:
    """The chart of who is ahead has the time behind turned round, and ends where the race did."""
    chart = parsed(of_races()).data["charts"][0]
    assert (5000, 3) == (chart["x"][-1], chart["lines"][0]["values"][-1])
    assert ["B"] == [line["name"] for line in chart["lines"]]


def test_repetitions_are_drawn_by_number() -> None:
    """GIVEN two sessions of different numbers of repetitions THEN each has its line, which ends
    where it ended.
    """
    (chart,) = parsed(of_sessions()).data["charts"]
    assert ("number", [1, 2, 3]) == (chart["along"], chart["x"])
    assert [[40, 39, None], [39, 40.5, 41]] == [line["values"] for line in chart["lines"]]


@pytest.mark.parametrize("page", [of_races(), of_sessions()], ids=["races", "sessions"])
def test_a_strangers_text_stays_text(page: str) -> None:
    """GIVEN a file called like a script THEN it is shown as it is called, with escapes."""
    found = parsed(page)
    assert "<script>alert(1)</script>\\x1b[2J" in found.text("main")
    assert "\x1b" not in page
    assert "default-src 'none'" in found.policy


@pytest.mark.chromium
@pytest.mark.parametrize(
    ("device", "scheme"),
    [(PHONE, "light"), pytest.param(DESKTOP, "dark", marks=pytest.mark.long)],
)
@pytest.mark.parametrize("page", [of_races(), of_sessions()], ids=["races", "sessions"])
async def test_nobody_is_left_out(
    browser: Watched, page: str, device: Device, scheme: Literal["light", "dark"]
) -> None:
    """GIVEN a comparison on a phone or in the dark THEN axe finds nothing wrong, nothing is wider
    than the screen, and the page asks for nothing.
    """
    shown = await browser.open(page, device, scheme=scheme)
    assert await overflow_px(shown) == 0
    await axe(shown)


@pytest.mark.chromium
async def test_charts_by_mouse_and_keyboard(browser: Watched) -> None:
    """WHEN a chart is touched, or moved through by the arrow keys, THEN it says what is there; in
    miles once miles are chosen.
    """
    each = [steady(5000.0, 4.0), steady(5000.0, 5.0)]
    page = await browser.open(comparison_page(compare(each), PaceUnit.KILOMETRE))
    pace = page.locator("figure").nth(1)
    await pace.focus()
    await page.keyboard.press("ArrowRight")
    said = await pace.locator("output").inner_text()
    assert "A 4:10 /km · B 3:20 /km" in said
    await page.locator("label:has(#units-mi)").click()
    await pace.locator(".u-over").hover()
    assert "/mi" in await pace.locator("output").inner_text()
