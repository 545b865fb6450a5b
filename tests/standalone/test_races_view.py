"""The list of what was recorded, without what it is a list of."""

from typing import Final

import pytest

from tests.browser.page import PHONE, Watched
from tests.standalone.conftest import Hosted

pytestmark = pytest.mark.chromium

OPEN: Final = """
async () => {
  const { RacesView } = await import("/js/standalone/races_view.js");
  const utc = "2026-06-14T10:00:00Z";
  const race = (name, open) => ({ name, open, race: "400m", utc, bytes: 1 });
  window.races = [race("1.jsonl", true)];
  window.more = (bytes) => Object.assign(races[0], { bytes });
  window.next = () => { races = [race("2.jsonl", true), race("1.jsonl", false)]; };
  window.view = new RacesView({ ask: async () => races }, () => ({}));
  document.body.replaceChildren(view);
  await view.show();
  window.button = document.querySelector("races-view li button");
}
"""


async def test_what_is_being_touched_stays(browser: Watched, quick: Hosted) -> None:
    """GIVEN the list of what was recorded WHEN it is looked up again, as it is at each tap on its
    part THEN a button that a finger is on stays there, until there is another recording.
    """
    page = await browser.visit(f"{quick.origin}/", PHONE, origin=quick.origin)
    await page.evaluate(OPEN)
    await page.evaluate("more(2), view.show()")
    assert await page.evaluate("button.isConnected")
    await page.evaluate("next(), view.show()")
    assert not await page.evaluate("button.isConnected")
    assert 2 == await page.locator("races-view .recorded").count()
    assert 1 == await page.get_by_role("button", name="Delete").count()
