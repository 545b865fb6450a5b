"""Set-up in the whole app: a race by link, by the photo of a code, by hand, and its sensors."""

import json
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Page

from kickcue.cli import main
from kickcue.config.settings import load_settings
from kickcue.recording import read
from tests.browser.page import PHONE, Watched, axe, overflow_px
from tests.page.conftest import TWICE, until
from tests.standalone.camera import code_picture
from tests.standalone.conftest import Hosted
from tests.standalone.test_app import POD, TITLE, ready, saved

pytestmark = [pytest.mark.chromium, pytest.mark.long]  # Pyodide starts in ten seconds

TOLD: Final = "document.querySelector('setup-view .told').textContent"
HOSTILE: Final = "race = \"<img src=x onerror=document.title='1'>\""


async def use(page: Page) -> None:
    await page.get_by_role("button", name="Use this race").click()


async def by_photo(page: Page, text: str, folder: Path) -> None:
    """Choose the photo of a code."""
    code_picture(text).save(folder / "code.png")
    await page.set_input_files("race-transfer input[type=file]", folder / "code.png")


async def test_a_race_comes_and_goes(browser: Watched, hosted: Hosted, tmp_path: Path) -> None:
    """GIVEN a link with a race in it WHEN it opens the app THEN the race waits for a tap; WHEN a
    code is read while a race is on THEN that goes on until two taps; a hostile one is text; and
    what is set up by hand becomes a file that a computer reads, and a code.
    """
    address = f"{hosted.origin}/#race=race+=+%22800m%22%0A"
    page = await browser.visit(address, PHONE, origin=hosted.origin)
    await ready(page)
    await until(page, f"{TOLD}.includes('tap')")
    assert f"{hosted.origin}/" == await page.evaluate("location.href")
    assert "800m" == await page.get_by_label("Event").input_value()
    assert "800m" != await page.evaluate(TITLE)
    await use(page)
    await until(page, f"{TITLE} === '800m'")

    await page.click("[aria-controls=race]")
    await page.get_by_role("button", name="Start", exact=True).click()
    await until(page, "document.querySelector('.clock').textContent !== ''")
    await page.click("[aria-controls=setup]")
    await by_photo(page, 'race = "3000m"\n[broker]\nurl = "mqtt://x"\n', tmp_path)
    await until(page, f"{TOLD}.includes('A race is on')")
    assert "broker" in await page.evaluate(TOLD)
    assert "800m" == await page.evaluate(TITLE)
    await use(page)
    await until(page, f"{TOLD}.includes('Tap again') && {TITLE} === '800m'")
    await page.get_by_role("button", name="Use this race").evaluate(TWICE)
    await until(page, f"{TITLE} === '3000m'")

    await by_photo(page, HOSTILE, tmp_path)
    await until(page, f"{TOLD}.includes('<img')")
    assert 0 == await page.locator("img").count()
    await by_photo(page, 'race = "3000m"\npace = 3', tmp_path)
    await until(page, f"{TOLD}.includes('pace: a race has no such key')")

    await page.locator("setup-view > details > summary").click()
    await page.get_by_label("Kick in metres").fill("six")
    await use(page)
    await until(page, f"{TOLD}.includes('expected a number')")
    await page.get_by_label("Kick in metres").fill("600,5")
    await page.get_by_label("Heart rate limit").fill("185")
    await page.get_by_label("Say").uncheck()
    await use(page)
    await until(page, f"{TOLD} === 'This race is set up.'")
    await page.get_by_role("button", name="Show as QR code").click()
    await until(page, "document.querySelector('race-code svg') !== null")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Save as race.toml").click()
    await (await waiting.value).save_as(tmp_path / "race.toml")
    there = load_settings(tmp_path / "race.toml", environ={}).document().as_json()
    wanted = {"race": "3000m", "kick_m": 600.5, "smile": False, "hr_ceiling_bpm": 185.0}
    assert wanted == there
    code = await page.locator(".code").get_attribute("data-text")
    assert code == (tmp_path / "race.toml").read_text()
    await page.get_by_label("What is run").select_option("strides")
    assert 0 == await page.locator("race-code:visible").count()  # it was of another race
    assert 0 >= await overflow_px(page)
    await axe(page)


KEPT: Final = "JSON.parse(localStorage.getItem('kickcue.document'))"
POD_BY: Final = (
    "[...document.querySelectorAll('sensor-profiles label')]"
    ".find(({ textContent }) => textContent.startsWith('Foot pod')).querySelector('select').value"
)
GONE: Final = {"race": "5000m", "plan": {"name": "gone", "steps": []}}


async def profiles(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = await page.evaluate(f"{KEPT}.sensors ?? {{}}")
    return found


async def test_a_sensor_by_its_profile(browser: Watched, hosted: Hosted, tmp_path: Path) -> None:
    """GIVEN a pod that says its name WHEN it is connected THEN the race reads it by its profile;
    another one can be chosen, and stays chosen; a computer verifies the recording; and an app that
    lacks what was set up says so, and runs.
    """
    stryd = POD.replace('pod.name = "Pod"', 'pod.name = "Stryd"')
    assert stryd != POD
    page = await browser.visit(f"{hosted.origin}/", PHONE, origin=hosted.origin, before=stryd)
    await ready(page)
    await page.click("[aria-controls=sensors]")
    await page.click("sensors-view button.primary")
    await until(page, f"{KEPT}?.sensors?.pod?.profile === 'stryd'")
    await page.locator("sensor-profiles summary").click()
    pod = page.get_by_label("Foot pod")
    await until(page, f"{POD_BY} === 'stryd'")
    await pod.select_option("generic-rsc")
    await until(page, f"{KEPT}.sensors.pod.profile === 'generic-rsc'")
    await pod.select_option("stryd")
    await until(page, f"{KEPT}.sensors.pod.profile === 'stryd'")
    await page.click("[aria-controls=race]")
    await page.get_by_role("button", name="Start", exact=True).click()
    await until(page, "document.querySelector('.toGo').textContent.startsWith('49')")
    await pod.evaluate("(select) => { select.value = 'generic-rsc'; }")
    await pod.dispatch_event("change")
    await until(page, "document.querySelector('sensor-profiles').textContent.includes('next')")
    await saved(page, "Recording (MCAP)", tmp_path / "race.mcap")
    assert 0 == main(["verify", str(tmp_path / "race.mcap")])
    assert "stryd" == read(tmp_path / "race.mcap").header.sensors["pod"]
    await page.click("[aria-controls=race]")
    await page.get_by_text("More", exact=True).first.click()
    await page.get_by_role("button", name="Give up", exact=True).evaluate(TWICE)
    await until(page, "/Given up/.test(document.querySelector('link-banner').textContent)")
    await page.evaluate(
        "(kept) => localStorage.setItem('kickcue.document', kept)", json.dumps(GONE)
    )
    await page.reload()
    await ready(page)
    assert "plan: expected one of" in await page.evaluate(TOLD)
    await until(page, f"{TITLE} === '5000m'")
