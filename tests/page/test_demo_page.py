"""The page of the demo: a newcomer's browser is a watch, and feels the cue for the last lap."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest

from tests.browser.page import PHONE, Watched
from tests.page.conftest import FELT, SPY, until

pytestmark = pytest.mark.chromium

LINK: Final = re.compile(r"^Be the watch, in a browser: (http://\S+)$")
RATE: Final = ("--rate", "120")
"""Six seconds."""


@asynccontextmanager
async def demo(folder: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Play a demo in a pipe; gives it with its link, on this machine."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "kickcue", "demo", *RATE, "--out", str(folder / "demo.mcap"),
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )  # fmt: skip
    assert program.stdout is not None
    try:
        found = None
        while found is None:
            line = await asyncio.wait_for(program.stdout.readline(), 20)
            assert line, "no link"
            found = LINK.match(line.decode())
        link = urlsplit(found[1])
        yield program, f"http://127.0.0.1:{link.port}/?{link.query}"
    finally:
        if program.returncode is None:
            program.kill()
        await program.communicate()


async def test_a_browser_is_a_watch_of_the_demo(browser: Watched, tmp_path: Path) -> None:
    """GIVEN a demo in a pipe WHEN its link is opened and ARM tapped THEN the last lap
    is felt once, and the demo ends well with the page still open.
    """
    async with demo(tmp_path) as (program, link):
        origin = link.partition("/?")[0]
        page = await browser.visit(link, PHONE, origin=origin, before=SPY)
        await page.click("[aria-controls=watch]")
        await page.click("watch-view button.primary")
        await page.evaluate("felt.length = 0")
        await until(page, "document.querySelector('watch-view ul').innerText.includes('Last lap')")
        text, _ = await asyncio.wait_for(program.communicate(), 20)
        assert 0 == program.returncode
        assert b"felt once" in text
        assert 1 == (await page.evaluate("felt")).count(FELT)
        await browser.close()
        # A page whose server is gone complains, and asks whether another race is there now.
        gone = ("WebSocket", "Failed to load resource")
        browser.trouble[:] = [
            each for each in browser.trouble if not any(sign in each for sign in gone)
        ]
