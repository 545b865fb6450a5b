"""What the browser's bed is there to notice, it notices."""

import asyncio
import re
from pathlib import Path
from typing import Final, Literal

import pytest
from playwright.async_api import Browser

from tests.browser.page import DESKTOP, PHONE, Device, Watched, axe, overflow_px, watched
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.chromium

PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Own page</title>
<style>
  :root {{ --ground: #fff; --ink: #111 }}
  @media (prefers-color-scheme: dark) {{ :root {{ --ground: #111; --ink: #eee }} }}
  @media print {{ .screen {{ display: none }} }}
  body {{ background: var(--ground); color: var(--ink) }}
</style>
<main><h1>Own page</h1><p class="screen">On a screen only.</p>{}</main></html>"""
INK: Final = "getComputedStyle(document.body).color"


async def shown_until_wrong(chromium: Browser, folder: Path, body: str, told: str) -> None:
    """Open a page as a test does, until it has done what it must not do: what is told of it may
    come after what else the browser has to say of it.
    """
    async with watched(chromium, folder) as pages, asyncio.timeout(PATIENCE_S):
        await pages.open(PAGE.format(body))
        while not re.search(told, "\n".join(pages.trouble)):  # noqa: ASYNC110  in the browser
            await asyncio.sleep(0.01)


@pytest.mark.parametrize("device", [DESKTOP, PHONE])
async def test_a_page_is_seen_as_asked_for(browser: Watched, device: Device) -> None:
    """GIVEN a page with styles for light, dark, and paper WHEN it is opened each way THEN it looks
    so, is as wide as the device, and nothing is wrong with it.
    """
    inks: dict[Literal["light", "dark"], str] = {
        "light": "rgb(17, 17, 17)",
        "dark": "rgb(238, 238, 238)",
    }
    for scheme, ink in inks.items():
        page = await browser.open(PAGE.format(""), device, scheme=scheme)
        assert ink == await page.evaluate(INK)
        assert device.width == await page.evaluate("innerWidth")
        assert await page.get_by_text("On a screen only").is_visible()
        assert await overflow_px(page) == 0
        await axe(page)
    page = await browser.open(PAGE.format(""), device, media="print")
    assert not await page.get_by_text("On a screen only").is_visible()


async def test_a_page_in_a_file(browser: Watched, tmp_path: Path) -> None:
    """GIVEN a file whose name has spaces and signs WHEN it is opened THEN that is no request to
    anybody else, and neither are a place in the page, a picture within it and what it makes itself.
    """
    path = tmp_path / "über 5000 m #1 100%.html"
    path.write_text(
        PAGE.format(
            '<a href="#there">there</a><p id="there">There</p>'
            '<img alt="A dot" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">'
            "<script>URL.createObjectURL(new Blob(['x']))</script>"
        ),
        encoding="utf-8",
    )

    page = await browser.open(path)
    await page.get_by_role("link", name="there").click()

    await page.wait_for_function("location.hash === '#there'")


OUTSIDE: Final = {
    "a script": '<script src="https://example.org/x.js"></script>',
    "a picture beside it": '<img alt="" src="beside.png">',
    "a font": "<style>@font-face { font-family: x; src: url(//example.org/x.woff) } "
    "p { font-family: x }</style>",
    "a fetch": "<script>fetch('https://example.org/').catch(() => 0)</script>",
    "a beacon": "<script>navigator.sendBeacon('https://example.org/', 'x')</script>",
    "a socket": "<script>new WebSocket('wss://example.org/')</script>",
    "a frame": '<iframe title="x" src="https://example.org/"></iframe>',
}


@pytest.mark.parametrize("kind", OUTSIDE)
async def test_a_request_to_others_is_noticed(chromium: Browser, tmp_path: Path, kind: str) -> None:
    """GIVEN a page that asks anybody for anything WHEN it is opened THEN the test that opened it
    fails and names what was asked for.
    """
    asked = r"asked for \S+(example.org|beside.png)"
    with pytest.raises(AssertionError, match=asked):
        await shown_until_wrong(chromium, tmp_path, OUTSIDE[kind], asked)


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("console.error('a mistake')", "error in the console: a mistake"),
        ("console.warn('a doubt')", "warning in the console: a doubt"),
        ("throw new Error('thrown')", "threw .*thrown"),
        ("Promise.reject(new Error('late'))", "threw .*late"),
        ("setTimeout(() => nobody.knows, 1)", "threw .*nobody is not defined"),
    ],
)
async def test_an_error_of_the_page_fails_the_test(
    chromium: Browser, tmp_path: Path, script: str, told: str
) -> None:
    """GIVEN a page whose script has an error WHEN it is opened THEN the test that opened it fails
    and shows the error.
    """
    with pytest.raises(AssertionError, match=told):
        await shown_until_wrong(chromium, tmp_path, f"<script>{script}</script>", told)


@pytest.mark.parametrize(
    ("body", "rule"),
    [
        ('<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "image-alt"),
        ('<p style="color: #ccc; background: #fff">Hardly to be read</p>', "color-contrast"),
        ("<button></button>", "button-name"),
        ("<h4>Out of turn</h4>", "heading-order"),
    ],
)
async def test_axe_finds_what_is_planted(browser: Watched, body: str, rule: str) -> None:
    """GIVEN a page with one thing that a reader who does not see it well stumbles over WHEN axe
    looks at it THEN it fails and names the rule and the place.
    """
    page = await browser.open(PAGE.format(body))

    with pytest.raises(AssertionError) as failed:
        await axe(page)

    assert rule in str(failed.value)
    assert "Target:" in str(failed.value)


async def test_a_page_that_forbids_itself_everything(browser: Watched) -> None:
    """GIVEN a page whose policy allows no script WHEN axe looks at it THEN it finds what is wrong
    with it.
    """
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    page = await browser.open(
        PAGE.replace(
            "<title>", f'<meta http-equiv="Content-Security-Policy" content="{policy}"><title>'
        ).format("<button></button>")
    )

    with pytest.raises(AssertionError, match="button-name"):
        await axe(page)


async def test_what_is_too_wide_is_measured(browser: Watched) -> None:
    """GIVEN something 500 pixels wide WHEN a phone shows it THEN the page has to be scrolled
    sideways, and by how much is known.
    """
    page = await browser.open(PAGE.format('<div style="width: 500px">wide</div>'), PHONE)

    assert await overflow_px(page) > 100
