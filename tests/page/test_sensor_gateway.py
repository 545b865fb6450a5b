"""Strap and pod of the fake BlueZ, by the Web Bluetooth of a real Chromium, to a run elsewhere."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from kickcue.core.events import Cue, Notification, Phase
from kickcue.daemon.race_daemon import RaceDaemon
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.delivery import Delivery
from kickcue.edges.web.roles import Role
from tests.beds.sensor import Sensor
from tests.browser.page import PHONE, watched
from tests.daemon.test_race_daemon import RACE, PlayedClock, paced, recorded, settings
from tests.edges.mqtt.conftest import until as heard_of
from tests.page.air import (
    CONNECT,
    LISTED,
    SAID,
    Air,
    air,
    connected,
    disconnected,
    gateway,
    no_adapter,
    world,
)
from tests.page.conftest import Track, a_track, hasten, linked, until
from tests.patience import PATIENCE_S

__all__ = ["air", "world"]
pytestmark = pytest.mark.chromium

RATE: Final = 12.0
"""What a page may say in a second bears two sensors this many times as fast as in life."""
SAME_S: Final = 0.5
"""Of the race, by which two runs of the same race may differ."""


@pytest_asyncio.fixture(loop_scope="session")
async def track(air: Air, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Track]:
    hasten(monkeypatch)
    async with watched(air.chromium, tmp_path) as browser, a_track(browser) as found:
        yield found


async def hears(delivery: Delivery, sensor: Sensor, char: str, data: bytes) -> Notification:
    """Have the sensor say something until the other side of the broker has heard it."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            sensor.notify(char, data)
            try:
                event = await asyncio.wait_for(delivery.incoming.get(), 0.3)
            except TimeoutError:
                continue
            if isinstance(event, Notification) and (event.char, event.data) == (char, data):
                return event


async def strap_and_pod(air: Air, page: Page) -> tuple[Sensor, Sensor]:
    """Connect one of each."""
    strap, pod = air.strap(), air.pod()
    chooser = await gateway(page)
    await connected(page, chooser, strap)
    await connected(page, chooser, pod)
    return strap, pod


async def test_what_sensors_send_comes_as_it_was_sent(air: Air, track: Track) -> None:
    """GIVEN a strap and a pod WHEN a runner connects both THEN what they send, battery, model and
    maker among it, comes out of the broker byte for byte, but no serial number.
    """
    page = await track.phone()
    async with track.sender() as delivery:
        strap, pod = await strap_and_pod(air, page)
        beat = await hears(delivery, strap, "2a37", bytes([0x10, 150, 0, 2]))
        step = await hears(delivery, pod, "2a53", bytes([0, 0x80, 3, 90]))
        await until(page, f"{LISTED}.includes('80 %')")
    assert ("strap", "pod") == (beat.sensor, step.sensor)
    shown = await page.inner_text("sensors-view ul")
    assert "H10 · battery 80 %" in shown
    assert "serial" not in shown


async def test_what_a_sensor_says_of_itself_is_handed_on(air: Air, track: Track) -> None:
    """GIVEN a strap with a battery, a model and a maker WHEN it is connected THEN all of it is
    handed on once, and its serial number is not.
    """
    strap = air.strap()
    page = await track.phone()
    chooser = await gateway(page)
    async with track.sender() as delivery:
        await linked(page)  # before it, what a sensor says goes nowhere
        await connected(page, chooser, strap)
        told: dict[str, bytes] = {}
        async with asyncio.timeout(PATIENCE_S):
            while not told.keys() >= {"2a24", "2a29", "2a19"}:
                event = await delivery.incoming.get()
                assert isinstance(event, Notification)
                told[event.char] = event.data
    assert {"2a24": b"H10", "2a29": b"Polar", "2a19": b"\x50"} == told


async def test_a_lost_sensor_comes_back_by_itself(air: Air, track: Track) -> None:
    """GIVEN a connected strap WHEN its link is lost, twice THEN the page says so, wins it back
    without a tap, and each beat is handed on once.
    """
    strap = air.strap()
    page = await track.phone()
    chooser = await gateway(page)
    async with track.sender() as delivery:
        await connected(page, chooser, strap)
        for _ in range(2):
            strap.advertise(on=False)  # until it has been seen, it does not come back
            strap.drop()
            await until(page, f"{LISTED}.includes('lost')")
            strap.advertise(on=True)
            await until(page, f"{LISTED}.includes('connected')")
        await hears(delivery, strap, "2a37", bytes([0, 151]))
        strap.notify("2a37", bytes([0, 152]))
        came = [0]
        async with asyncio.timeout(PATIENCE_S):
            while 153 not in came:
                strap.notify("2a37", bytes([0, 153]))
                while not delivery.incoming.empty():
                    event = delivery.incoming.get_nowait()
                    assert isinstance(event, Notification)
                    came.append(event.data[-1])
                await asyncio.sleep(0.1)
        assert 1 == came.count(152)


async def test_a_button_stays_under_the_finger(air: Air, track: Track) -> None:
    """GIVEN a strap that is lost and a pod that goes on sending WHEN the page counts its values
    THEN the strap's button is still the one that was there.
    """
    page = await track.phone()
    async with track.sender() as delivery:
        strap, pod = await strap_and_pod(air, page)
        strap.advertise(on=False)
        strap.drop()
        await until(page, "document.querySelector('sensors-view .bad button') !== null")
        await page.evaluate("before = document.querySelector('sensors-view .bad button')")
        counted = await page.inner_text("sensors-view .ok small")
        await hears(delivery, pod, "2a53", bytes([0, 0x80, 3, 90]))
        await until(
            page, f"document.querySelector('sensors-view .ok small').textContent !== {counted!r}"
        )
        assert await page.evaluate("before.isConnected")


async def test_words_for_what_keeps_a_sensor_away(air: Air, track: Track) -> None:
    """GIVEN a chooser that is left, a device that only looks like a strap, and no adapter THEN each
    is said in the runner's words, and the next try is not hindered.
    """
    page = await track.phone()
    chooser = await gateway(page)
    await page.click(CONNECT)
    await chooser.leave()
    await until(page, f"{SAID} === 'No sensor was chosen.'")
    scale = air.scale()
    await page.click(CONNECT)
    await chooser.choose("Scale")
    await until(page, f"{SAID} === 'This device sends no heart rate or pod data.'")
    await disconnected(scale)
    async with no_adapter(air, page):
        await page.click(CONNECT)
        await until(page, f"{SAID}.startsWith('Bluetooth is off or missing')")
    await connected(page, chooser, air.strap())
    assert "" == await page.evaluate(SAID)


REFUSALS: Final = {
    "User denied the browser permission to scan for Bluetooth devices.": "lets no page use",
    "Web Bluetooth API globally disabled.": "lets no page use",
    "Bluetooth Low Energy not available.": "off or missing",
    "User cancelled the requestDevice() chooser.": "No sensor was chosen",
}
"""Sentences of Chromium, all of them a NotFoundError."""


async def test_words_for_what_chromium_refuses(track: Track) -> None:
    """GIVEN a refusal that needs another machine or another set-up of the browser THEN Chromium's
    own sentence becomes one that says what to do.
    """
    page = await track.phone()
    await page.click("[aria-controls=sensors]")
    for sentence, told in REFUSALS.items():
        await page.evaluate(
            """sentence => { navigator.bluetooth.requestDevice = async () => {
                throw new DOMException(sentence, "NotFoundError"); }; }""",
            sentence,
        )
        await page.click(CONNECT)
        await until(page, f"{SAID}.includes('{told}')")


# ---- a whole race


async def play_on_air(run: RaceDaemon, strap: Sensor, pod: Sensor) -> None:
    """Let the sensors send a whole race, and the runner press the buttons of it."""
    by_name = {"strap": strap, "pod": pod}
    async for event in paced(run, RACE.inputs):
        if isinstance(event, Notification):
            heard = run.remote.health[event.sensor]
            before = heard.notifications
            by_name[event.sensor].notify(event.char, event.data)
            # How long a busy machine takes for the way is no matter of the race.
            await heard_of(lambda: heard.notifications > before)  # noqa: B023  awaited here
        else:
            run.put(replace(event, t_ns=run.clock.run_ns()))
        if run.phase is Phase.FINISHED:
            return


async def play_directly(run: RaceDaemon) -> None:
    """Let the same race come in as the radio would hand it on."""
    async for event in paced(run, RACE.inputs):
        run.put(replace(event, t_ns=run.clock.run_ns()))
        if run.phase is Phase.FINISHED:
            return


def cues(state: Path) -> dict[str, float]:
    """Return when each cue was given, in seconds since the first."""
    given = [output for output in recorded(state).outputs if isinstance(output, Cue)]
    return {cue.id: (cue.t_ns - given[0].t_ns) / 1e9 for cue in given}


@pytest.mark.long
async def test_the_same_cues_as_by_its_own_radio(
    air: Air, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GIVEN a run that cannot reach the sensors' bus WHEN they send a whole race to a phone, which
    hands it on THEN the runner gets the cues that the run's own radio would have led to.
    """
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent")
    # The run's clock stands while a message is under way: it is never late by it.
    monkeypatch.setattr("kickcue.edges.mqtt.inbound.Inbound._late_ms", lambda *_: 0)
    pins = {
        name: {"profile": f"generic-{kind}", "mqtt": name}
        for name, kind in (("strap", "hr"), ("pod", "rsc"))
    }
    here = settings(sensors=pins, page={"host": "127.0.0.1"})
    strap, pod = air.strap(), air.pod()
    async with (
        live(here, state=tmp_path / "gateway", clock=PlayedClock(rate=RATE)) as run,
        watched(air.chromium, tmp_path) as browser,
    ):
        assert run.page is not None
        origin = f"http://127.0.0.1:{run.page.port}"
        page = await browser.visit(run.page.link(Role.ATHLETE), PHONE, origin=origin)
        chooser = await gateway(page)
        await connected(page, chooser, strap)
        await connected(page, chooser, pod)
        await play_on_air(run, strap, pod)
        assert {"H10", None} == {each.model for each in run.remote.health.values()}
        assert 80 == run.remote.health["strap"].battery_percent
        await browser.close()
    async with live(here, state=tmp_path / "radio", clock=PlayedClock(rate=RATE)) as run:
        await play_directly(run)
    by_page, by_radio = cues(tmp_path / "gateway"), cues(tmp_path / "radio")
    assert list(by_radio) == list(by_page)
    assert "last_lap-1" in by_page
    assert by_radio == pytest.approx(by_page, abs=SAME_S)
