"""The page of the demo: a newcomer's browser is a watch, and feels the cue for the last lap."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Error

from tests.browser.page import PHONE, Watched
from tests.cli.tui.terminals import on_a_terminal
from tests.page.conftest import FELT, GONE, SPY, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.chromium

PROGRAM: Final = """
import sys
from kickcue.cli import main
from kickcue.cli.demo import play
from kickcue.core.cueing import cue_issuer
cue_issuer.TTL_MS, play.ANSWERS_S = 60_000, 60.0  # a busy machine holds a cue up, and its answer
raise SystemExit(main(sys.argv[1:]))
"""
LINK: Final = re.compile(r"^Be the watch, in a browser: (http://\S+)$")
RATES: Final = (120, 20)
"""Six seconds; for a machine so busy that nobody is armed in time, more than half a minute."""
SHOWN: Final = re.compile(r"^Be the watch, in a browser: (http://\S+)\s*$", re.MULTILINE)
WATCHED: Final = "50"
"""Fifteen seconds: time enough to open a page on a busy machine."""
ROWS: Final = """[...document.querySelectorAll(".laps tbody tr")].map(
  (row) => [...row.children].map((cell) => cell.textContent))"""


@asynccontextmanager
async def demo(folder: Path, rate: int) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Play a demo in a pipe; gives it with its link, on this machine."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, "demo", "--rate", str(rate),
        "--out", str(folder / f"demo-{rate}.mcap"),
        stdout=asyncio.subprocess.PIPE, env={**os.environ, "XDG_RUNTIME_DIR": str(folder)},
    )  # fmt: skip
    assert program.stdout is not None
    try:
        found = None
        while found is None:
            line = await asyncio.wait_for(program.stdout.readline(), PATIENCE_S)
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
    quick, slow = RATES
    assert 1 == (await felt(browser, tmp_path, quick) or await felt(browser, tmp_path, slow))


async def felt(browser: Watched, folder: Path, rate: int) -> int:
    """Be the watch of a demo; return how often the last lap was felt."""
    async with demo(folder, rate) as (program, link):
        origin = link.partition("/?")[0]
        page = None
        with suppress(Error):  # a quick demo may be over before a busy machine has the page open
            page = await browser.visit(link, PHONE, origin=origin, before=SPY)
            await page.click("[aria-controls=watch]")
            await page.click("watch-view button.primary")
            await page.evaluate("felt.length = 0")
        text, _ = await asyncio.wait_for(program.communicate(), 2 * PATIENCE_S)
        assert 0 == program.returncode
        assert b"felt once" in text
        times = 0 if page is None else (await page.evaluate("window.felt ?? []")).count(FELT)
        await browser.close()
    # A page whose server is gone complains, and asks whether another race is there now.
    browser.trouble[:] = [each for each in browser.trouble if not GONE.search(each)]
    return times


@pytest.mark.long
async def test_its_page_stays_with_the_report(
    browser: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a demo on a terminal, with a browser that looks on WHEN it is over THEN the page shows
    how the race ended, by its clock and laps, and opens the report; Ctrl-C ends the demo well.
    """
    monkeypatch.setenv("NO_COLOR", "1")  # lines, not a picture
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    words = ("demo", "--rate", WATCHED, "--out", "demo.mcap")
    async with on_a_terminal(*words, folder=tmp_path, size=(24, 200), patience_s=240.0) as shown:
        await shown.until(lambda: SHOWN.search(shown.text) is not None)
        found = SHOWN.search(shown.text)
        assert found is not None
        link = urlsplit(found[1])
        origin = f"http://127.0.0.1:{link.port}"
        page = await browser.visit(f"{origin}/?{link.query}", PHONE, origin=origin, before=SPY)
        await until(page, f"{ROWS}.length > 0")
        await until(page, "document.querySelector('health-view').textContent.includes('simulated')")
        await shown.until(lambda: "until you press Ctrl-C" in shown.text)
        await until(page, "document.querySelector('link-banner').textContent === 'Finished'")
        rows = await page.evaluate(ROWS)
        clock = await page.inner_text(".clock")
        assert rows[0][2] == clock, (rows, clock)
        async with page.context.expect_page() as opened:
            await page.get_by_role("link", name="Report").click()
        report = await opened.value
        await report.wait_for_load_state()
        assert clock.partition(".")[0] in await report.inner_text("body")
        await browser.close()
        os.kill(shown.process.pid, signal.SIGINT)
        assert 0 == await shown.left()
