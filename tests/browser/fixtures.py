"""Chromium as fixtures. A conftest.py takes them with ``from tests.browser.fixtures import browser,
chromium`` and names them in ``__all__``; a test that uses them is marked ``chromium``.

One browser a worker, and for each test a fresh context. The browser lives in the session's event
loop, so every test with the mark runs in that one (``tests/conftest.py``).
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.page import Watched, watched
from tests.conftest import require_chromium
from tests.patience import PATIENCE_S


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator[Browser]:
    """Start the Chromium of this machine."""
    program = require_chromium()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=program,
            timeout=PATIENCE_S * 1000,
            chromium_sandbox=os.geteuid() != 0,  # Chromium refuses to start as root with it
            args=["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
        )
        yield running
        await running.close()


@pytest_asyncio.fixture(loop_scope="session")
async def browser(chromium: Browser, tmp_path: Path) -> AsyncIterator[Watched]:
    """Give what opens pages; the test fails where one does what it must not do."""
    async with watched(chromium, tmp_path) as found:
        yield found
