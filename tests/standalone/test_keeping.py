"""What is recorded on a phone stays there: in files, without files, and where nothing can be."""

from pathlib import Path
from typing import Final

import pytest

from tests.beds.sensor import Sensor
from tests.browser.page import axe
from tests.page.air import Air
from tests.page.conftest import TWICE, until
from tests.standalone.phone import CLOCK_S, Phone
from tests.standalone.raced import BELL, bells, raced, verified

pytestmark = [pytest.mark.chromium, pytest.mark.long]  # Pyodide starts in ten seconds

INDOOR: Final = {"race": "400m", "indoor": True, "language": "en"}
INPUTS: Final = raced(INDOOR).inputs
HALF: Final = 70
"""Events before the bell."""
BANNER: Final = "document.querySelector('keeping-banner').innerText"
NONE: Final = "Nothing was recorded yet."


async def worn(phone: Phone, air: Air) -> dict[str, Sensor]:
    sensors = {"strap": air.strap(), "pod": air.pod()}
    await phone.connect(*sensors.values())
    await phone.wear()
    return sensors


async def test_without_files(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN a browser whose workers have no files WHEN a race is run, its tab killed in the middle
    THEN it goes on, a computer verifies its recording, its report is shown, and it can be deleted.
    """
    await phone.open(INDOOR, without="files")
    sensors = await worn(phone, air)

    async def killed(number: int) -> None:
        if number == HALF:
            await phone.kill(crash=True)
            page = await phone.open(without="files")
            await page.locator("button.notice").click()
            await phone.connect(*sensors.values())

    await phone.play(INPUTS, sensors, killed)
    await phone.said("Finished")
    await phone.save(tmp_path / "race.mcap")
    assert 1 == len(bells(verified(tmp_path / "race.mcap")))
    assert 1 == [each.pattern for each in phone.felt].count(BELL)
    assert [] == await phone.page.evaluate(
        "navigator.storage.getDirectory().then(root => Array.fromAsync(root.keys()))"
    )
    await phone.show("setup")
    item = phone.page.locator("races-view .recorded")
    await item.wait_for()  # one, and no other
    await until(phone.page, "navigator.serviceWorker.controller !== null")  # it serves reports
    await item.get_by_role("button", name="Report").click()
    await phone.page.wait_for_url("**/report/400m-*.html")
    assert "400" in await phone.text("h1")
    await phone.page.close()
    await phone.open(without="files")
    await phone.show("setup")
    delete = phone.page.locator("races-view .recorded").get_by_role("button", name="Delete")
    await delete.evaluate(TWICE)
    await until(phone.page, f"document.querySelector('races-view').innerText.includes('{NONE}')")


@pytest.mark.parametrize("without", [None, "files"])
async def test_a_disk_that_gets_full(
    phone: Phone, air: Air, tmp_path: Path, without: str | None
) -> None:
    """GIVEN a race, kept in files or without WHEN nothing can be written any more THEN it goes on,
    with its cues, and the page says so large; once there is room all of it is kept, and goes on
    after the tab was killed.
    """
    await phone.open(INDOOR, without=without)
    sensors = await worn(phone, air)

    async def filled(number: int) -> None:
        if number == HALF:
            await phone.page.evaluate("phone.fill(true)")

    await phone.play(INPUTS[:-20], sensors, filled)
    await until(phone.page, f"{BANNER}.includes('No room is left on this phone. The race goes on')")
    assert 1 == [each.pattern for each in phone.felt].count(BELL)
    await axe(phone.page)
    await phone.save(tmp_path / "not-kept.mcap")
    await phone.page.evaluate("phone.fill(false)")
    await phone.pass_until(f"{BANNER} === ''")
    await phone.kill(crash=True)
    await phone.open(without=without)
    assert "Your race goes on" in await phone.text("button.notice")
    await phone.save(tmp_path / "race.mcap")
    whole, before = verified(tmp_path / "race.mcap"), verified(tmp_path / "not-kept.mcap").inputs
    assert 1 == len(bells(whole))
    assert before == whole.inputs[: len(before)]


async def test_no_room_from_the_start(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN a phone without any room WHEN a race is begun THEN it is on, the page says that it is
    not kept, it can be saved, and is kept once there is room.
    """
    await phone.open(INDOOR, full=True)
    await until(phone.page, f"{BANNER}.includes('No room is left on this phone. The race goes on')")
    await phone.play(INPUTS[:20], await worn(phone, air))
    await phone.save(tmp_path / "not-kept.mcap")
    await phone.page.evaluate("phone.fill(false)")
    await phone.pass_until(f"{BANNER} === ''")
    await phone.kill()
    await phone.open()
    await phone.save(tmp_path / "race.mcap")
    before = verified(tmp_path / "not-kept.mcap").inputs
    assert before == verified(tmp_path / "race.mcap").inputs[: len(before)]


async def test_a_browser_that_keeps_nothing(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN a browser that keeps nothing WHEN a race is begun THEN the page says so, and the
    recording can be saved.
    """
    await phone.open(INDOOR, without="everything")
    await until(phone.page, f"{BANNER}.includes('This browser keeps nothing')")
    await phone.play(INPUTS[:20], await worn(phone, air))
    await phone.save(tmp_path / "race.mcap")
    verified(tmp_path / "race.mcap")


async def test_a_second_tab_waits_and_takes_over(phone: Phone, air: Air, tmp_path: Path) -> None:
    """GIVEN a race in one tab WHEN a second is opened THEN it says so; when the first one is closed
    it goes on with the race by itself.
    """
    await phone.open(INDOOR)
    await phone.play(INPUTS[:20], await worn(phone, air))
    second = Phone(phone.context, phone.origin, phone.at_ms)
    await second.open(ready=False)
    await until(second.page, "/open in another tab/.test(document.body.innerText)")
    assert await second.page.get_by_role("button", name="Start", exact=True).is_disabled()
    before = await phone.page.evaluate(CLOCK_S)
    await phone.page.close()
    await second.ready()
    assert "Your race goes on" in await second.text("button.notice")
    await until(second.page, f"{CLOCK_S} >= {before}")
    await second.save(tmp_path / "race.mcap")
    verified(tmp_path / "race.mcap")
