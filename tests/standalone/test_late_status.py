"""A race that was not heard of for some seconds, on a phone that does much else, is still on."""

import json
from collections.abc import AsyncIterator
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from tests.browser.page import PHONE, Watched
from tests.standalone.conftest import Hosted
from tests.standalone.played import shipped

pytestmark = pytest.mark.chromium

OPEN: Final = """
async (catalogue) => {
  const { SetupView } = await import("/js/standalone/setup_view.js");
  const { RaceStore } = await import("/js/race_store.js");
  const { clock, nowMs } = await import("/js/clock.js");
  window.begun = [];
  const link = Object.assign(new EventTarget(), { up: true, async ask(what, values) {
    if (what === "begin") begun.push(values);
    return {};
  } });
  const store = new RaceStore(link);
  window.hear = (phase) => {
    const message = { runId: "run", sent: nowMs(), status: "online", phase };
    link.dispatchEvent(new CustomEvent("message",
      { detail: { name: "status", message, retained: false, received: nowMs() } }));
    clock.ahead += 10_000; // and nothing for so long
  };
  window.view = new SetupView(link, store);
  view.open(catalogue, { race: "5000m" });
  document.body.replaceChildren(view);
}
"""
TOLD: Final = "view.told.textContent"
SENSORS: Final = "view.useSensors({ pod: { profile: 'stryd' } })"


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Watched, quick: Hosted) -> AsyncIterator[Page]:
    found = await browser.visit(f"{quick.origin}/", PHONE, origin=quick.origin)
    await found.evaluate(OPEN, json.loads(shipped()))
    yield found


async def test_it_is_given_up_at_a_second_tap_alone(page: Page) -> None:
    """GIVEN a race that is on, unheard of for ten seconds WHEN another one is read, or one is set
    up by a tap THEN it goes on, and a second tap is asked for.
    """
    await page.evaluate("hear('body')")
    await page.evaluate("view.take({ race: '3000m' }, [])")
    assert "A race is on" in await page.evaluate(TOLD)
    use = page.get_by_role("button", name="Use this race")
    await use.evaluate("button => button.click()")
    assert "Tap again" in await page.evaluate(TOLD)
    assert [] == await page.evaluate("begun")


async def test_what_waits_takes_its_sensors(page: Page) -> None:
    """GIVEN a race that waits, then one that is on, then over, each unheard of for ten seconds WHEN
    a sensor's profile is chosen THEN the one that waits has it, and the others stay as they are.
    """
    await page.evaluate("hear('waiting')")
    assert await page.evaluate(SENSORS)
    (begun,) = await page.evaluate("begun")
    assert ("stryd", True) == (begun["document"]["sensors"]["pod"]["profile"], begun["idle"])
    for phase in ("body", "finished"):
        await page.evaluate("(phase) => hear(phase)", phase)
        assert not await page.evaluate(SENSORS)
    assert 1 == await page.evaluate("begun.length")
