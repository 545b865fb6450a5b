"""A page that is opened shows the race at once: it is told that the race lives."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from kickcue.edges.web.roles import Role
from tests.browser.page import Watched
from tests.page.conftest import BANNERS, SPY, until
from tests.page.test_whole_races import a_run
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.chromium

AN_HOUR_NS: Final = 3600 * 10**9


@pytest.mark.parametrize("role", [Role.ATHLETE, Role.VIEWER])
async def test_nobody_waits_for_a_sign_of_life(
    browser: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, role: Role
) -> None:
    """GIVEN a run that says each hour that it lives WHEN a page is opened THEN it shows what is
    run, though what the broker has kept proves nothing.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.delivery.STATUS_EACH_NS", AN_HOUR_NS)
    async with a_run(browser, tmp_path) as (run, phones):
        assert run.way is not None
        assert run.way.delivery is not None
        async with asyncio.timeout(PATIENCE_S):
            await run.way.delivery.only_sender()
        page = await phones.open(role, before=SPY + BANNERS)
        await until(page, "banners.includes('Waiting for the start')")
        await until(page, "document.querySelector('h1').textContent === '800m'")
