"""A browser that cannot run the page says in a sentence what it lacks; none shows a blank page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest
from playwright.async_api import Page, Route as Asked

from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, serving, site_files
from tests.browser.page import Watched, axe
from tests.edges.mqtt.conftest import TOPICS
from tests.edges.web.test_server import NOWHERE
from tests.page.conftest import until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.chromium

AT_FIRST: Final = """document.getAnimations().forEach((each) => {
  each.pause();
  each.currentTime = 0;
})"""
"""What is seen after some seconds is not yet, however long the page has taken."""
IN_TIME: Final = "document.getAnimations().forEach((each) => each.finish())"
"""What is seen after some seconds is seen now."""
SEEN: Final = "getComputedStyle(document.querySelector('.unstarted')).visibility"


@asynccontextmanager
async def visited(browser: Watched, before: str = "", **more: Any) -> AsyncIterator[Page]:
    """Open the page in a context of its own; ``more`` are the context's options."""
    site = WebSite(site_files(), RaceTokens(), lambda: Route(NOWHERE, TOPICS))
    async with serving(site, "127.0.0.1", 0) as port:
        context = await browser.browser.new_context(**more)
        context.set_default_timeout(PATIENCE_S * 1000)
        await context.add_init_script(before or "0")
        if "java_script_enabled" not in more and not before:
            await context.route("**/js/press_view.js", _of_tomorrow)
        page = await context.new_page()
        await page.goto(f"http://127.0.0.1:{port}/?t={site.tokens[Role.ATHLETE]}")
        yield page
        await context.close()


async def _of_tomorrow(asked: Asked) -> None:
    """Answer with words that this browser does not know, as an old one does not know ours."""
    await asked.fulfill(content_type="text/javascript", body="export class PressView { %d }")


@pytest.mark.parametrize("before", ["", "delete window.WebSocket"])
async def test_an_old_browser(browser: Watched, before: str) -> None:
    """GIVEN a browser that does not know the page's own words, or no WebSocket THEN it shows, after
    a while and not at once, which browsers do.
    """
    async with visited(browser, before) as page:
        await page.evaluate(AT_FIRST)
        assert "hidden" == await page.evaluate(SEEN)
        await page.evaluate(IN_TIME)
        await until(page, f"{SEEN} === 'visible'")
        assert "needs a newer browser" in await page.inner_text("body")
        await axe(page)


async def test_without_scripts(browser: Watched) -> None:
    """GIVEN a browser that runs no scripts THEN it says that they are needed, and nothing else."""
    async with visited(browser, java_script_enabled=False) as page:
        assert "kickcue needs JavaScript" in await page.locator("noscript").inner_text()
        assert not await page.locator(".unstarted").is_visible()
