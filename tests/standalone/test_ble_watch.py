"""Watches of the fake BlueZ, worn by the app through the Web Bluetooth of a real Chromium."""

import json
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page

from kickcue.config.watch_files import load_watch
from kickcue.core.watch.encoding import encode
from kickcue.core.watch.state_machine import CueContent
from kickcue.standalone.browser import BrowserRace
from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import private_bus
from tests.beds.sensor import Sensor
from tests.beds.watches import bangle_in, infinitime_in
from tests.browser.page import PHONE, Watched, axe, overflow_px, watched
from tests.page.chooser import Chooser, chromium_on
from tests.page.conftest import until
from tests.standalone.conftest import Hosted
from tests.standalone.played import shipped
from tests.standalone.test_watch_writes import plain

pytestmark = pytest.mark.chromium

OPEN: Final = """
async ([kinds]) => {
  const { BleWatch } = await import("/js/standalone/ble_watch.js");
  const { BleWatchView } = await import("/js/standalone/ble_watch_view.js");
  const { checked } = await import("/js/messages.js");
  const { nowMs } = await import("/js/clock.js");
  const { Player } = await import("/js/player.js");
  const { WatchView } = await import("/js/watch_view.js");
  const { WornWatch } = await import("/js/worn_watch.js");
  window.acks = [];
  window.felt = [];
  navigator.vibrate = (pattern) => { felt.push(pattern); return true; };
  class Link extends EventTarget {
    runId = "page";
    async ask(what, values) {
      const answer = JSON.parse(await core(JSON.stringify({ what, at_ms: 0, ...values })));
      if (answer.error) throw new Error(answer.error);
      return answer.writes;
    }
    async publish(name, values) {
      if (name === "ack") acks.push(values);
      return true;
    }
  }
  const link = new Link();
  let sent = 0;
  window.tell = (name, values) => {
    sent = Math.max(sent + 1, nowMs());
    const message = checked(name, { wire: 1, run_id: "run", sent_ms: sent, ...values });
    link.dispatchEvent(new CustomEvent("message",
      { detail: { name, message, retained: false, received: sent } }));
  };
  window.phase = "waiting";
  setInterval(() => tell("status", { status: "online", phase: window.phase }), 200);
  const player = new Player();
  player.voice = false;
  window.phone = new WornWatch(link, player);
  window.wrist = new BleWatch(link);
  const view = new BleWatchView(wrist);
  view.open(kinds);
  const main = document.createElement("main");
  const title = document.createElement("h1");
  title.textContent = "Watch";
  main.append(title, new WatchView(phone), view);
  document.documentElement.lang = "en";
  document.body.replaceChildren(main);
}
"""
CUE: Final[dict[str, Any]] = {
    "id": "last_lap-1",
    "kind": "last_lap",
    "text": "Last lap: turnover up",
    "say": None,
    "pulses": [[500, 150, 1.0], [150, 150, 1.0], [150, 0, 1.0]],
    "urgency": 3,
    "due_in_ms": 0,
    "ttl_ms": 20_000,
    "to_go_m": 400.0,
    "sd_m": 2.1,
}
PATTERN: Final = [500, 150, 150, 150, 150]
PATIENT: Final = {
    "/js/standalone/ble_watch.js": ("ANSWER_MS = 1000", "ANSWER_MS = 60_000"),
    "/js/standalone/gatt_line.js": ("ORDER_MS = 2000", "ORDER_MS = 60_000"),
    "/js/watch_view.js": ("ttlMs: 2000", "ttlMs: 60_000"),
}
"""How long the page waits for a watch: on a busy machine the fake one may answer after seconds."""
TOLD: Final = "document.querySelector('ble-watch-view .warning').textContent"
STATE: Final = "document.querySelector('ble-watch-view .sensors').textContent"


def patient(path: str, folder: Path) -> str:
    """Return a script of the page, which waits for longer."""
    before, instead = PATIENT[path]
    text = (folder / path[1:]).read_text()
    assert before in text
    return text.replace(before, instead)


@pytest.fixture
def quick(parts: Path) -> Iterator[Hosted]:
    found = Hosted(parts, {path: patient(path, parts) for path in PATIENT})
    yield found
    found.stop()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def world() -> AsyncIterator[tuple[FakeBluez, Browser]]:
    """One browser for all of them: it takes a second to start."""
    async with private_bus() as bus, FakeBluez(bus) as bluez, chromium_on(bus) as chromium:
        yield bluez, chromium


@pytest_asyncio.fixture(loop_scope="session")
async def bluez(world: tuple[FakeBluez, Browser]) -> AsyncIterator[FakeBluez]:
    found = world[0]
    yield found
    for sensor in list(found.sensors):
        found.remove_sensor(sensor)


@pytest_asyncio.fixture(loop_scope="session")
async def here(
    world: tuple[FakeBluez, Browser], bluez: FakeBluez, tmp_path: Path
) -> AsyncIterator[Watched]:
    del bluez
    async with watched(world[1], tmp_path) as browser:
        yield browser


async def watches(browser: Watched, quick: Hosted) -> tuple[Page, Chooser]:
    page = await browser.visit(f"{quick.origin}/", PHONE, origin=quick.origin)
    await page.expose_function("core", BrowserRace(shipped()).take)
    await page.evaluate(OPEN, [json.loads(shipped())["watches"]])
    return page, await Chooser.of(page)


async def worn(page: Page, chooser: Chooser, kind: str, sensor: Sensor) -> None:
    """Connect a watch, and wait until the page can tell what is late."""
    assert sensor.name is not None
    await page.get_by_label("Kind of watch").select_option(kind)
    await page.get_by_role("button", name="Connect the watch").click()
    await chooser.choose(sensor.name)
    await until(page, f"{STATE}.includes('{sensor.name}: connected')")
    await until(page, "wrist.machine.sure('run') && phone.machine.sure('run')")


async def armed(page: Page) -> None:
    await page.get_by_role("button", name="Arm this phone").click()
    await until(page, "phone.armed && (felt.length = 0, true)")


def encoded() -> list[str]:
    """Return what kickcue's own encoder writes to a PineTime for the cue, as hex."""
    pulses = tuple((on_ms, off_ms, strength) for on_ms, off_ms, strength in CUE["pulses"])
    cue = CueContent("run/last_lap-1", "last_lap", CUE["text"], None, pulses, 3, 4000)
    return [each["data"] for each in plain(encode(load_watch("infinitime"), cue).steps)]


async def until_true(page: Page, holds: Callable[[], bool]) -> None:
    """Wait for what happens outside of the page."""
    for _ in range(2000):
        if holds():
            return
        await page.wait_for_timeout(20)
    raise AssertionError("never came true")


async def test_a_cue_is_felt_once_on_each(here: Watched, bluez: FakeBluez, quick: Hosted) -> None:
    """GIVEN a PineTime on the wrist and the phone armed WHEN a cue comes, twice THEN each of the
    two gives it once, the watch by the bytes of kickcue's own encoder, and both answer.
    """
    watch, sensor = infinitime_in(bluez)
    page, chooser = await watches(here, quick)
    await worn(page, chooser, "infinitime", sensor)
    await armed(page)
    for _ in range(2):
        await page.evaluate("cue => tell('cue', cue)", CUE)
    await until(page, "acks.filter(({ felt }) => felt).length >= 2")
    await until_true(page, lambda: len(watch.felt) >= 2)
    assert encoded() == [each.data.hex() for each in sensor.writes]
    assert ["ring", "tap"] == [each.what for each in watch.felt]
    assert [PATTERN] == await page.evaluate("felt")
    await page.evaluate("document.querySelector('.flash')?.remove()")
    assert 0 >= await overflow_px(page)
    await axe(page)


@pytest.mark.long
async def test_a_lost_watch_keeps_nobody(here: Watched, bluez: FakeBluez, quick: Hosted) -> None:
    """GIVEN a Bangle.js with kickcue's app, and a cue that is armed WHEN the link is lost before
    its time and the watch stays away THEN the watch's own timer and the phone each give it once,
    and the answer says that nothing was confirmed; back again, the watch takes the next cue.
    """
    watch, sensor = bangle_in(bluez)
    page, chooser = await watches(here, quick)
    await worn(page, chooser, "bangle-gb", sensor)
    await armed(page)
    await page.evaluate("cue => tell('arm', cue)", {**CUE, "due_in_ms": 20_000, "ttl_ms": 10_000})
    await until_true(page, lambda: "run/last_lap-1" in watch.armed)
    sensor.advertise(on=False)
    sensor.drop()
    await until(page, f"{STATE}.includes('connection lost')")
    await until(page, "acks.length === 2")
    assert [PATTERN] == await page.evaluate("felt")
    await until_true(page, lambda: len(watch.felt) >= 1)
    assert ["run/last_lap-1"] == [each.id for each in watch.felt]
    (lost,) = await page.evaluate("acks.filter(({ felt }) => !felt)")
    assert "own timer was set" in lost["why"]
    sensor.advertise(on=True)
    await until(page, f"{STATE}.includes('connected')")
    await page.evaluate("cue => tell('cue', cue)", {**CUE, "id": "hold-1", "kind": "hold"})
    await until(page, "acks.filter(({ felt, id }) => felt && id === 'hold-1').length === 2")
    assert ["run/last_lap-1", "run/hold-1"] == [each.id for each in watch.felt]


@pytest.mark.long
async def test_an_armed_cue_and_one_that_is_no_more(
    here: Watched, bluez: FakeBluez, quick: Hosted
) -> None:
    """GIVEN a Bangle.js without any app and with small packets, and a phone that is no watch WHEN
    one cue is armed and another is armed and disarmed THEN the first is felt at its time, the
    second never, the phone stays still, and the watch alone answers.
    """
    watch, sensor = bangle_in(bluez, mtu=23)
    page, chooser = await watches(here, quick)
    await worn(page, chooser, "bangle-js", sensor)
    await page.evaluate("window.phase = 'body'")
    await page.evaluate(
        """cue => {
          tell("arm", { ...cue, id: "no" });
          tell("disarm", { id: "no", why: "the runner stopped" });
          tell("arm", cue);
        }""",
        {**CUE, "due_in_ms": 2500},
    )
    await until(page, "acks.length === 1")
    assert [("last_lap-1", True)] == [
        (each["id"], each["felt"]) for each in await page.evaluate("acks")
    ]
    await until_true(page, lambda: len(watch.felt) >= 1)
    assert ["[[0, 500, 1], [650, 150, 1], [950, 150, 1]]"] == [each.what for each in watch.felt]
    assert [] == await page.evaluate("felt")
    assert 20 == max(len(each.data) for each in sensor.writes)
    assert any("setConnectionInterval(100)" in line for line in watch.lines)


async def test_words_for_a_watch_that_is_none(
    here: Watched, bluez: FakeBluez, quick: Hosted
) -> None:
    """GIVEN a chooser that is left, a device of another kind, and a watch that takes a trial THEN
    each is said in the runner's words.
    """
    _, other = bangle_in(bluez)
    watch, sensor = infinitime_in(bluez)
    page, chooser = await watches(here, quick)
    connect = page.get_by_role("button", name="Connect the watch")
    await connect.click()
    await chooser.leave()
    await until(page, f"{TOLD} === 'No watch was chosen.'")
    await page.get_by_label("Kind of watch").select_option("infinitime")
    await connect.click()
    assert other.name is not None
    await chooser.choose(other.name)
    await until(page, f"{TOLD} === 'This device is no watch of that kind.'")
    await worn(page, chooser, "infinitime", sensor)
    await page.get_by_role("button", name="Try a cue").last.click()
    await until(page, f"{TOLD} === 'The watch has taken the cue.'")
    assert 1 <= len(watch.felt)
    await page.get_by_role("button", name="Let go").click()
    await until(page, f"{STATE} === ''")
    await until_true(page, lambda: not sensor.connected)


async def test_a_watch_that_is_let_go_of(here: Watched, bluez: FakeBluez, quick: Hosted) -> None:
    """GIVEN a watch, and a cue that is still being encoded for it WHEN the runner lets go of it
    THEN the cue is answered at once: there is no connection.
    """
    watch, sensor = infinitime_in(bluez)
    page, chooser = await watches(here, quick)
    await worn(page, chooser, "infinitime", sensor)
    await page.evaluate("cue => { tell('cue', cue); wrist.letGo(); }", CUE)
    await until(page, "acks.length === 1")
    (answer,) = await page.evaluate("acks")
    assert (False, "no connection to the watch") == (answer["felt"], answer["why"])
    assert [] == watch.felt
