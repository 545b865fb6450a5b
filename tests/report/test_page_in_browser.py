"""The report page in a real browser: read by eye, by keyboard, by a screen reader, on paper."""

import re
from collections.abc import Callable
from typing import Final, Literal

import pytest
from playwright.async_api import Browser, Page

from kickcue.analysis.review.model import Review
from kickcue.report.page import PANELS, report_page
from tests.analysis.review import made_up
from tests.browser.page import DESKTOP, PHONE, Device, Watched, axe, overflow_px
from tests.report.odd_reviews import KINDS, given_up, heart_rate_only, with_a_gap, with_rows

pytestmark = pytest.mark.chromium

A4: Final = {"width": 794, "height": 1123}
OPEN_ALL: Final = "document.querySelectorAll('details').forEach((each) => (each.open = true))"
INK: Final = "getComputedStyle(document.documentElement).getPropertyValue('--ink').trim()"
DRAWN: Final = """(plots) => plots.map((plot) => {
  const canvas = plot.querySelector('canvas');
  const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  return data.some((value) => value !== 0);
})"""
"""For each plot, whether anything is painted in it."""
QUICK: Final = {("race", PHONE), ("session", DESKTOP)}
SEEN: Final = [
    pytest.param(
        kind,
        device,
        scheme,
        marks=[] if (kind, device) in QUICK else pytest.mark.long,
        id=f"{kind}-{scheme}",
    )
    for kind in KINDS
    for device, scheme in ((PHONE, "light"), (DESKTOP, "dark"))
]
"""Each kind of review on a phone in the sun and on a desktop in the dark; axe takes two seconds."""


async def readout(page: Page) -> list[str]:
    """Return the values that the readout shows."""
    return await page.locator("#readout span").all_inner_texts()


@pytest.mark.parametrize(("kind", "device", "scheme"), SEEN)
async def test_nobody_is_left_out(
    browser: Watched, kind: str, device: Device, scheme: Literal["light", "dark"]
) -> None:
    """GIVEN any review WHEN its page is opened with all that is folded THEN axe finds nothing
    wrong, nothing is wider than the screen, and every plot is drawn.
    """
    page = await browser.open(report_page(KINDS[kind]()), device, scheme=scheme)
    await page.evaluate(OPEN_ALL)

    assert await overflow_px(page) == 0
    await axe(page)
    assert set(await page.locator(".plot").evaluate_all(DRAWN)) == {True}


async def test_all_panels_show_one_moment(browser: Watched) -> None:
    """GIVEN a race WHEN the mouse is over one panel THEN the readout has the values of all five at
    that place, and each panel has its cursor there.
    """
    page = await browser.open(report_page(made_up.race()))
    panels = page.locator("#panels .plot")
    assert len(PANELS) == await panels.count()

    await panels.nth(2).hover()

    shown = await readout(page)
    assert len(shown) == 2 + len(PANELS)
    units = ("m", "", "/km", "steps/min", "m", "bpm", "m")
    assert all(value.endswith(unit) for value, unit in zip(shown, units, strict=True)), shown
    assert shown[-1].startswith("±")
    places = await page.locator("#panels .u-cursor-x").evaluate_all(
        "(all) => all.map((each) => each.getBoundingClientRect().x)"
    )
    assert len(PANELS) == len(places)
    assert max(places) - min(places) < 1.0


async def test_the_charts_by_keyboard(browser: Watched) -> None:
    """GIVEN a race WHEN the charts have the focus THEN the arrow keys move through them, End goes
    to the finish, and each step is announced.
    """
    page = await browser.open(report_page(made_up.race()))
    await page.locator("#panels").focus()

    await page.keyboard.press("Home")
    first = await readout(page)
    await page.keyboard.press("ArrowRight")
    second = await readout(page)
    await page.keyboard.press("ArrowLeft")

    assert ["0 m", "0:00"] == first[:2]
    assert first[:2] != second[:2]
    assert first == await readout(page)
    await page.keyboard.press("End")
    assert (await readout(page))[1] == "4:56"  # the last whole second
    assert await page.locator("#readout").get_attribute("aria-live") == "polite"


async def test_a_screen_reader_has_each_plot_in_words(browser: Watched) -> None:
    """GIVEN a race WHEN its page is opened THEN every plot is a picture with a text of its own, in
    the units that were chosen.
    """
    page = await browser.open(report_page(made_up.race()))
    plots = page.get_by_role("img")

    assert await plots.count() == await page.locator(".plot").count()
    label = await page.locator("[data-column=mps]").get_attribute("aria-label")
    assert re.fullmatch(
        r"Pace: on average \d:\d\d /km, mostly from \d:\d\d /km to \d:\d\d /km", label or ""
    )
    await page.locator("label:has(#units-mi)").click()
    label = await page.locator("[data-column=mps]").get_attribute("aria-label")
    assert "/mi" in (label or "")


async def test_miles_and_kilometres(browser: Watched) -> None:
    """GIVEN a run WHEN miles are chosen THEN all of the page is in miles, and back again."""
    page = await browser.open(report_page(made_up.run()))
    shown = page.locator("header")

    assert "3.15 km" in await shown.inner_text()
    await page.locator("label:has(#units-mi)").click()
    text = await page.locator("main").inner_text()
    assert "1.96 mi" in text
    assert "/km" not in text
    await page.locator("label:has(#units-km)").click()
    assert "/mi" not in (await page.locator("main").inner_text()).replace("/min", "")


async def test_over_time_a_gap_is_as_long_as_it_lasted(browser: Watched) -> None:
    """GIVEN a race with two minutes in which nothing was heard WHEN the charts are drawn over time
    THEN the readout in the middle of the gap has the clock and no heart rate.
    """
    page = await browser.open(report_page(with_a_gap()))
    await page.locator("label:has(#along-time)").click()
    panel = page.locator("#panels .plot .u-over").first
    box = await panel.bounding_box()
    assert box is not None

    await panel.hover(position={"x": box["width"] * 160.0 / 297.0, "y": 20})

    shown = await readout(page)
    assert shown[1].startswith("2:")
    assert not [value for value in shown if value.endswith("bpm")]


async def test_a_run_without_distance_is_over_time(browser: Watched) -> None:
    """GIVEN heart rate alone WHEN its page is opened THEN there is one panel, over time, and no
    switch that does nothing.
    """
    page = await browser.open(report_page(heart_rate_only()))

    assert await page.locator("#panels .plot").count() == 1
    assert await page.locator("input").count() == 0
    await page.locator("#panels").focus()
    await page.keyboard.press("Home")
    assert ["0:00", "130 bpm"] == await readout(page)


async def test_paper_is_white_and_sharp(browser: Watched) -> None:
    """GIVEN the page in the dark WHEN it is printed THEN it has the light colours, all that was
    folded is open, and the plots are lines and no pictures; afterwards it is as it was.
    """
    page = await browser.open(report_page(made_up.race()), scheme="dark")
    dark = await page.evaluate(INK)
    await page.evaluate(
        """addEventListener('beforeprint', () => (window.printed = {
          folded: document.querySelectorAll('details:not([open])').length,
          light: 'light' in document.documentElement.dataset,
        }))"""
    )

    pdf = await page.pdf(prefer_css_page_size=True)

    assert await page.evaluate("printed") == {"folded": 0, "light": True}
    assert b"/Subtype /Image" not in pdf
    assert 2 <= len(re.findall(rb"/Type /Page\b", pdf)) <= 5
    assert dark == await page.evaluate(INK)
    assert await page.locator("details[open]").count() == 0


async def test_paper_is_as_wide_as_the_table(browser: Watched) -> None:
    """GIVEN the page as it is printed WHEN it is as wide as A4 THEN nothing is cut off."""
    page = await browser.open(
        report_page(made_up.race()), Device(A4["width"], A4["height"], phone=False), media="print"
    )

    assert await overflow_px(page) == 0
    assert not await page.locator("#readout").is_visible()


async def test_a_light_page_becomes_dark_with_the_system(browser: Watched) -> None:
    """GIVEN an open page WHEN the system turns dark THEN page and plots follow."""
    page = await browser.open(report_page(given_up()))
    picture = "document.querySelector('#panels canvas').toDataURL()"
    light = await page.evaluate(INK), await page.evaluate(picture)

    await page.emulate_media(color_scheme="dark")

    await page.wait_for_function(f"(before) => {picture} !== before", arg=light[1])
    assert light[0] != await page.evaluate(INK)


async def test_the_policy_runs_no_other_script(chromium: Browser) -> None:
    """GIVEN a page into which a script was put WHEN it is opened THEN the browser does not run it,
    and the page's own scripts run.
    """
    spoilt = report_page(made_up.race()).replace(
        "<footer>", "<script>document.title = 'spoilt'</script><footer>"
    )
    page = await chromium.new_page()
    try:
        await page.set_content(spoilt)

        assert await page.title() == "1500m: kickcue report"
        assert await page.locator("canvas").count() == 1 + len(PANELS)
    finally:
        await page.close()


async def test_repetitions_lie_over_each_other(browser: Watched) -> None:
    """GIVEN a session WHEN its page is opened THEN all repetitions are lines of one plot."""
    page = await browser.open(report_page(made_up.session()))

    plot = page.locator("#repeats-plot")
    assert await plot.locator("canvas").count() == 1
    assert await plot.locator(".u-cursor-pt").count() == 4


@pytest.mark.parametrize("make", [made_up.race, made_up.session], ids=["race", "session"])
async def test_series_of_next_to_nothing(browser: Watched, make: Callable[[], Review]) -> None:
    """GIVEN a review whose series has no row, one, two, or the same value in every row WHEN its
    page is opened and used THEN nothing goes wrong in it.
    """
    review = make()
    for odd in (
        with_rows(review, 0),
        with_rows(review, 1),
        with_rows(review, 2),
        with_rows(review, 200, 0.0),
        with_rows(review, 200, 3.0),
    ):
        page = await browser.open(report_page(odd), PHONE)
        if await page.locator("#panels .plot").count():
            await page.locator("#panels").focus()
            for key in ("ArrowRight", "End", "ArrowLeft", "Home"):
                await page.keyboard.press(key)
            await page.locator("label:has(#along-time)").click()
        assert await overflow_px(page) == 0
