"""``docs/first-race.md`` in a browser: its run, its link, ARM, the cues, the report."""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest

from kickcue.cli import simulated_inputs
from kickcue.config.page_record import PageRecord, page_record
from kickcue.edges.web.roles import Role
from tests.browser.page import PHONE, Watched
from tests.cli.test_first_race import AS_WRITTEN, PAGE, QUICK, RATES, RUN
from tests.page.conftest import FELT, SPY, until
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.chromium

PROGRAM: Final = """
import sys
from kickcue.cli import main, simulated_inputs
from kickcue.core.cueing import cue_issuer
from kickcue.daemon import race_end
cue_issuer.TTL_MS = 60_000  # a busy machine holds a cue up
simulated_inputs.GUN_IN_S = float(sys.argv[1])
race_end.LINGER_S = 3600.0  # as a screen stays until q
raise SystemExit(main(sys.argv[2:]))
"""


@asynccontextmanager
async def run(folder: Path, rate: str, gun_s: float) -> AsyncIterator[PageRecord]:
    """Run what the page says, as a program; gives where its page is."""
    assert RUN in PAGE.read_text(encoding="utf-8")
    typed = shlex.split(RUN.replace(AS_WRITTEN, rate))[1:]
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, str(gun_s), *typed,
        "--headless", "--state", str(folder), stderr=asyncio.subprocess.DEVNULL, cwd=folder,
        env={**os.environ, "XDG_RUNTIME_DIR": str(folder), "HOME": str(folder)},
    )  # fmt: skip
    try:
        async with asyncio.timeout(PATIENCE_S):
            while (record := page_record(folder)) is None:  # noqa: ASYNC110  another process
                await asyncio.sleep(0.02)
        yield record
    finally:
        program.send_signal(signal.SIGTERM)
        await asyncio.wait_for(program.wait(), PATIENCE_S)
    assert 0 == program.returncode


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """Return the folders of two runs, which know nothing of each other."""
    for name in ("soon", "later"):
        (tmp_path / name).mkdir()
    return tmp_path / "soon", tmp_path / "later"


@pytest.mark.parametrize("rate", RATES)
async def test_the_first_race_with_the_browser_as_the_watch(
    browser: Watched, folders: tuple[Path, Path], rate: str
) -> None:
    """GIVEN a newcomer with a browser and nothing else WHEN the run's link is opened and ARM tapped
    THEN the bell is felt once, the laps stand there, and the report opens when the race is over.
    """
    soon, later = (3.0, 20.0) if rate == QUICK else (simulated_inputs.GUN_IN_S,) * 2
    # On a busy machine nobody may be armed in time for a race that is so quick.
    assert 1 == (
        await felt(browser, folders[0], rate, soon) or await felt(browser, folders[1], rate, later)
    )


async def felt(browser: Watched, folder: Path, rate: str, gun_s: float) -> int:
    """Run the race with the page as the watch; return how often the bell was felt."""
    async with run(folder, rate, gun_s) as record:
        origin = f"http://127.0.0.1:{record.port}"
        link = f"{origin}/?t={record.tokens[Role.ATHLETE]}"
        page = await browser.visit(link, PHONE, origin=origin, before=SPY)
        await page.get_by_role("tab", name="Watch").click()
        await page.get_by_role("button", name="Arm this phone as the watch").click()
        await page.evaluate("felt.length = 0")
        await until(
            page, "document.querySelector('link-banner').textContent === 'Finished'", 2 * PATIENCE_S
        )
        times: int = (await page.evaluate("felt")).count(FELT)
        await page.get_by_role("tab", name="Race").click()
        await until(page, "document.querySelectorAll('laps-view tbody tr').length >= 3")
        async with page.context.expect_page() as opening:
            await page.get_by_role("link", name="Report").click()
        report = await opening.value
        await report.get_by_role("heading", level=1).wait_for()
        assert "1500m in 4:" in await report.inner_text("body")
        await browser.close()
    return times
