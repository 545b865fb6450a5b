"""What keeps a sensor away is said in the runner's words, in each language, as a real Chromium
finds it out.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from kickcue.edges.web.roles import Role
from tests.browser.page import watched
from tests.page.air import CONNECT, SAID, Air, air, disconnected, gateway, no_adapter, world
from tests.page.chooser import forbidding_chromium
from tests.page.conftest import Track, a_track, hasten, until

__all__ = ["air", "world"]
pytestmark = pytest.mark.chromium

WORDS: Final = {
    "en": {
        "left": "No sensor was chosen.",
        "wrong": "This device sends no heart rate or pod data.",
        "away": "The sensor does not answer",
        "off": "Bluetooth is off or missing",
        "blocked": "This browser lets no page use Bluetooth: allow it",
        "unsure": "No sensor was chosen. Did no list",
        "unavailable": "Bluetooth is off, missing, or not allowed",
    },
    "de": {
        "left": "Kein Sensor gewählt.",
        "wrong": "Dieses Gerät sendet weder Puls noch Laufdaten.",
        "away": "Der Sensor antwortet nicht",
        "off": "Bluetooth ist aus oder fehlt",
        "blocked": "Dieser Browser erlaubt Seiten kein Bluetooth",
        "unsure": "Kein Sensor gewählt. Kam keine Liste",
        "unavailable": "Bluetooth ist aus, fehlt oder ist hier nicht erlaubt",
    },
    "fr": {
        "left": "Aucun capteur choisi.",
        "wrong": "Cet appareil n'envoie ni fréquence cardiaque ni foulée.",
        "away": "Le capteur ne répond pas",
        "off": "Bluetooth éteint ou absent",
        "blocked": "Ce navigateur interdit le Bluetooth aux pages",
        "unsure": "Aucun capteur choisi. Aucune liste",
        "unavailable": "Bluetooth éteint, absent ou interdit ici",
    },
}
UNKNOWN: Final = """
available => {
  navigator.bluetooth.getAvailability = async () => available;
  navigator.bluetooth.requestDevice = async () => {
    throw new DOMException("A sentence of tomorrow's browser.", "NotFoundError");
  };
}
"""


@pytest_asyncio.fixture(loop_scope="session")
async def track(air: Air, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Track]:
    hasten(monkeypatch)
    async with watched(air.chromium, tmp_path) as browser, a_track(browser) as found:
        yield found


async def speak(page: Page, language: str) -> None:
    """Choose the page's language."""
    await page.evaluate("language => localStorage.setItem('kickcue.language', language)", language)
    await page.reload()


async def said(page: Page, words: str) -> None:
    await until(page, f"{SAID}.startsWith({words!r})")


@pytest.mark.parametrize("language", WORDS)
async def test_words_for_what_keeps_a_sensor_away(air: Air, track: Track, language: str) -> None:
    """GIVEN a chooser that is left, a device that only looks like a strap, a strap that does not
    answer, a refusal that nobody knows yet, and no adapter THEN each is said in the runner's own
    words.
    """
    words = WORDS[language]
    page = await track.phone()
    await speak(page, language)
    chooser = await gateway(page)
    await page.click(CONNECT)
    await chooser.leave()
    await said(page, words["left"])
    scale = air.scale()
    await page.click(CONNECT)
    await chooser.choose("Scale")
    await said(page, words["wrong"])
    await disconnected(scale)
    air.bluez.remove_sensor(scale)
    strap = air.strap()
    air.bluez.fail("Connect", "org.bluez.Error.Failed", times=9)
    await page.click(CONNECT)
    await chooser.choose("Polar H10 1234")
    await said(page, words["away"])
    air.bluez.calm()
    await disconnected(strap)
    async with no_adapter(air, page):
        await page.click(CONNECT)
        await said(page, words["off"])
    for available, key in ((True, "unsure"), (False, "unavailable")):
        await page.evaluate(UNKNOWN, available)
        await page.click(CONNECT)
        await said(page, words[key])


async def test_words_for_a_browser_that_forbids(air: Air, track: Track, tmp_path: Path) -> None:
    """GIVEN a Chromium whose settings let no page use Bluetooth WHEN a sensor is asked for THEN the
    page says where to allow it, and not that Bluetooth is missing.
    """
    async with forbidding_chromium(air.bus, tmp_path / "profile") as page:
        await page.goto(f"{track.origin}/?t={track.tokens[Role.ATHLETE]}")
        for language, words in WORDS.items():
            await until(page, "document.querySelector('link-banner') !== null")
            await speak(page, language)
            await page.click("[aria-controls=sensors]")
            await page.click(CONNECT)
            await said(page, words["blocked"])
