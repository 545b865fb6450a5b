"""A watch on a real broker, given cues by the app."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from kickcue.core.watch.state_machine import Play
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.watch_client import WatchClient, watch
from tests.browser.page import PHONE, Watched, axe, overflow_px
from tests.edges.mqtt.conftest import TOPICS, engine_clock, own_runtime_folder
from tests.page.conftest import until
from tests.patience import PATIENCE_S
from tests.standalone.conftest import Hosted
from tests.standalone.files import write_parts
from tests.standalone.test_ble_watch import CUE

__all__ = ["own_runtime_folder"]

pytestmark = pytest.mark.chromium

OPEN: Final = """
async () => {
  const { MqttWatch } = await import("/js/standalone/mqtt_watch.js");
  const { MqttWatchView } = await import("/js/standalone/mqtt_watch_view.js");
  const { nowMs } = await import("/js/clock.js");
  window.acks = [];
  class Core extends EventTarget {
    async publish(name, values) {
      if (name === "ack") acks.push(values);
      return true;
    }
  }
  const core = new Core();
  window.run = "run";
  window.tell = (name, values) => core.dispatchEvent(new CustomEvent("message", {
    detail: { name, given: { wire: 1, run_id: run, sent_ms: nowMs() + 100_000, ...values } },
  }));
  setInterval(() => tell("status", { status: "online", phase: "body" }), 1000);
  tell("status", { status: "online", phase: "body" });
  window.watch = new MqttWatch(core, "0");
  const title = document.createElement("h1");
  title.textContent = "Watch";
  const main = document.createElement("main");
  main.append(title, new MqttWatchView(watch, self.APP.brokers));
  document.documentElement.lang = "en";
  document.body.replaceChildren(main);
}
"""
STATE: Final = "document.querySelector('mqtt-watch-view .sensors').textContent"
FELT: Final = "acks.length >= 1 && acks.every(({ felt }) => felt)"
"""A cue that is answered late is sent again, and so is its answer."""
ARM_WHEN_LOST: Final = f"""
cue => {{
  window.lost = new Promise((done) => watch.addEventListener("change", function look() {{
    if (watch.up) return;
    watch.removeEventListener("change", look);
    tell("arm", cue);
    done({STATE});
  }}));
}}
"""
"""The broker may be back before a test has looked."""
RIVALS: Final = "/js/standalone/rivals.js"


@pytest_asyncio.fixture(loop_scope="session")
async def broker(browser: Watched, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[PrivateBroker]:
    monkeypatch.setattr("kickcue.edges.mqtt.broker.START_S", PATIENCE_S)
    async with private_broker(TOPICS) as found:
        yield found
        await browser.close()  # a page whose broker is gone complains


@contextmanager
def hosted(folder: Path, brokers: list[str]) -> Iterator[Hosted]:
    """Put the app's parts on a host, written for these brokers; a rival that is held up for some
    seconds is not taken for gone.
    """
    parts = write_parts(folder, brokers)
    rivals = (parts / RIVALS[1:]).read_text()
    assert "GONE_MS = 5000" in rivals
    found = Hosted(parts, {RIVALS: rivals.replace("GONE_MS = 5000", "GONE_MS = 600_000")})
    try:
        yield found
    finally:
        found.stop()


async def opened(browser: Watched, app: Hosted) -> Page:
    page = await browser.visit(f"{app.origin}/", PHONE, origin=app.origin)
    await page.evaluate(OPEN)
    return page


async def connected(page: Page, broker: PrivateBroker, state: str = "Connected") -> None:
    """Type who one is, connect, and wait for what comes of it."""
    assert broker.address.user is not None
    assert broker.address.password is not None
    await page.get_by_label("Athlete").fill("test")
    await page.get_by_label("User name").fill(broker.address.user)
    await page.get_by_label("Password").fill(broker.address.password)
    await page.get_by_role("button", name="Connect").click()
    await until(page, f"{STATE}.startsWith('{state}')")


async def plays(client: WatchClient, until_id: str) -> list[Play]:
    """Return what the watch has played when a cue of this id was."""
    found: list[Play] = []
    async with asyncio.timeout(PATIENCE_S):
        while not any(each.touch.id == until_id for each in found):
            found += [each for each in await client.wait(0.2) if isinstance(each, Play)]
    return found


async def settled(client: WatchClient) -> None:
    """Wait until the watch can tell what is late."""
    async with asyncio.timeout(PATIENCE_S):
        while not client.wrist.is_sure("run"):
            await client.wait(0.2)


async def test_cues_by_a_broker(browser: Watched, broker: PrivateBroker, tmp_path: Path) -> None:
    """GIVEN an app that was written for a broker, and a watch there WHEN a cue is armed and then
    given THEN the watch plays it once, its answer comes back, the page shows who is on the wrist,
    and nothing of the broker is kept on the phone.
    """
    with hosted(tmp_path / "app", [broker.websocket_url]) as app:
        page = await opened(browser, app)
        await connected(page, broker)
        async with watch(broker.watch, TOPICS, kind="bench") as client:
            await settled(client)
            await until(page, f"{STATE}.includes('On the wrist: bench')")
            await page.evaluate("cue => tell('arm', cue)", {**CUE, "due_in_ms": 60_000})
            await page.evaluate("cue => tell('cue', cue)", CUE)
            played = await plays(client, CUE["id"])
            await until(page, FELT)
            assert [CUE["text"]] == [each.touch.text for each in played]
        assert await page.evaluate("localStorage.getItem('kickcue.broker')") is None
        assert 0 >= await overflow_px(page)
        await axe(page)


@pytest.mark.long
async def test_a_lost_broker(browser: Watched, broker: PrivateBroker, tmp_path: Path) -> None:
    """GIVEN a wrong password, then the right one, and a watch WHEN the broker is killed and a cue
    is armed meanwhile THEN the page says each plainly, and the watch plays the cue once.
    """
    with hosted(tmp_path / "app", [broker.websocket_url]) as app:
        page = await opened(browser, app)
        wrong = replace(broker, address=replace(broker.address, password="wrong"))
        await connected(page, wrong, "No connection")
        await until(page, f"{STATE}.includes('refuses this user name')")
        await connected(page, broker)
        async with watch(broker.watch, TOPICS, kind="bench") as client:
            await settled(client)
            cue = {**CUE, "ttl_ms": 60_000, "due_in_ms": 1000}
            await page.evaluate(ARM_WHEN_LOST, cue)
            os.kill(broker.server_pid, signal.SIGKILL)
            assert (await page.evaluate("lost")).startswith("No connection")
            played = await plays(client, CUE["id"])
            await until(page, FELT)
            assert 1 == len(played)
        await browser.close()
        # A broker that is not there is told on the console, whatever a page does.
        browser.trouble[:] = [each for each in browser.trouble if "WebSocket" not in each]


async def test_without_a_broker_the_page_says_how(browser: Watched, quick: Hosted) -> None:
    """GIVEN an app that was written for no broker THEN none can be chosen, and how one would be is
    said.
    """
    page = await opened(browser, quick)
    assert "kickcue export-app --broker URL" in await page.inner_text("mqtt-watch-view")
    assert 0 == await page.locator("mqtt-watch-view input").count()


@pytest.mark.long
async def test_two_senders(browser: Watched, broker: PrivateBroker, tmp_path: Path) -> None:
    """GIVEN a run that sends to the same watch and began earlier WHEN the app connects THEN it says
    so and sends nothing, until that run is over; what it keeps on the phone it was asked to keep.
    """
    clock = engine_clock()
    with hosted(tmp_path / "app", [broker.websocket_url]) as app:
        page = await opened(browser, app)
        async with deliver(broker.address, TOPICS, run_id="older", now_ns=lambda: clock() + 10**15):
            await page.get_by_label("Keep this on the phone").check()
            await connected(page, broker, "Another run")
            async with watch(broker.watch, TOPICS) as client:
                await page.evaluate("cue => tell('cue', cue)", CUE)
                for _ in range(5):
                    assert not [x for x in await client.wait(0.2) if isinstance(x, Play)]
        await until(page, f"{STATE}.startsWith('Connected')")
        kept = json.loads(await page.evaluate("localStorage.getItem('kickcue.broker')"))
        assert broker.address.password == kept["password"]
        await page.get_by_role("button", name="Let go").click()
        await until(page, f"{STATE} === ''")
        assert await page.evaluate("localStorage.getItem('kickcue.broker')") is None
