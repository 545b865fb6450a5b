"""The app in Chromium: the same core on Pyodide, with its recording, in flight mode."""

import base64
import json
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.async_api import Page

from kickcue.cli import main
from kickcue.core.events import Tick
from kickcue.core.units import NS_PER_S
from kickcue.core.watch.state_machine import CueContent
from kickcue.recording import Recording, read
from kickcue.recording.jsonl import read as read_lines
from kickcue.replay.differences import first_difference
from kickcue.standalone.after_race import replay
from kickcue.standalone.race_setup import Catalogue
from kickcue.standalone.watch_writes import watch_writes
from tests.browser.page import PHONE, Watched, axe, overflow_px
from tests.page.conftest import TWICE, until
from tests.standalone.conftest import Hosted
from tests.standalone.phone import READY_S
from tests.standalone.played import played, shipped
from tests.standalone.test_visualisation import asked
from tests.standalone.test_watch_writes import as_asked

pytestmark = [pytest.mark.chromium, pytest.mark.long]  # Pyodide starts in ten seconds

DOCUMENT: Final = {"race": "1500m", "language": "de", "target_s": 260.0}
TOUCH: Final = as_asked(
    CueContent(
        "run/last_lap-1", "last_lap", "Last lap", None, ((500, 150, 1.0), (150, 0, 0.6)), 3, 2000
    )
)
FEED: Final = """
async ([version, requests, cue]) => {
  const { CorePython } = await import("/js/standalone/core_python.js");
  const core = await CorePython.open(version);
  let lines = "", took = 0;
  for (const request of requests) {
    const began = performance.now();
    lines += core.take(request).lines;
    took += performance.now() - began;
  }
  const mind = core.take({ what: "visualise", at_ms: 0, document: requests[0].document,
    script: "calm", rival: "" });
  const encode = (watch) => core.take({ what: "encode", at_ms: 0, watch, cue }).writes;
  const writes = Object.keys(core.catalogue.watches).map(encode);
  return { lines, took, fromSnapshot: core.fromSnapshot, mcap: [...core.mcap(lines)],
    report: core.report(lines), mind, writes };
}
"""


WATCHES: Final = (".fit", ".gpx", ".gz", ".tcx")
NOW_MS: Final = 1_900_000_000_000.0
REPLAY: Final = """
async ([name, data]) => {
  const { CorePython } = await import("/js/standalone/core_python.js");
  window.core ??= await CorePython.open("a version");
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return window.core.replay(name, bytes, { race: "5000m" }, 1.9e12);
}
"""


def recorded(lines: str) -> Recording:
    return read_lines(Path("race.jsonl"), lines.encode())


async def fed(browser: Watched, hosted: Hosted, requests: list[dict[str, Any]]) -> dict[str, Any]:
    """Feed a race to the core of the app, on a page that does nothing else."""
    page = await browser.visit(f"{hosted.origin}/icon.svg", PHONE, origin=hosted.origin)
    found: dict[str, Any] = await page.evaluate(FEED, ["a version", requests, TOUCH])
    return found


async def test_the_same_race_as_on_a_computer(
    browser: Watched, hosted: Hosted, tmp_path: Path
) -> None:
    """GIVEN a whole race WHEN Pyodide runs it THEN every output is CPython's, and a computer
    verifies the recording that the phone made; so are the session of the same race in the mind
    and what Bluetooth watches are written.
    """
    here = played(DOCUMENT)
    begin = {"what": "begin", "at_ms": 1_900_000_000_000.0, "run_id": "r", "document": DOCUMENT}
    there = await fed(browser, hosted, [begin, *here.taken])
    assert first_difference(recorded(here.lines), recorded(there["lines"]).outputs) is None
    assert recorded(here.lines).inputs == recorded(there["lines"]).inputs
    path = tmp_path / "race.mcap"
    path.write_bytes(bytes(there["mcap"]))
    assert 0 == main(["verify", str(path)])
    assert there["report"].startswith("<!doctype html>")
    assert asked(DOCUMENT, "calm") == there["mind"]
    known = Catalogue.of(json.loads(shipped()))
    wanted = [watch_writes({"watch": each, "cue": TOUCH}, known) for each in known.watches]
    assert wanted == there["writes"]


@pytest.mark.recordings
async def test_every_recording_as_on_a_computer(
    browser: Watched, hosted: Hosted, data_dir: Path
) -> None:
    """GIVEN real recordings of watches WHEN the phone replays each as a 5000 m THEN what comes of
    it is what comes on a computer, output by output.
    """
    files = [each for each in (data_dir / "recordings").iterdir() if each.suffix in WATCHES]
    page = await browser.visit(f"{hosted.origin}/icon.svg", PHONE, origin=hosted.origin)
    for path in files:
        data = base64.b64encode(path.read_bytes()).decode()
        there = await page.evaluate(REPLAY, [path.name, data])
        here = replay(str(path), '{"race": "5000m"}', shipped(), NOW_MS)
        assert first_difference(recorded(here), recorded(there).outputs) is None, path.name
        assert len(recorded(here).inputs) == len(recorded(there).inputs)
    assert len(files) > 10


async def ready(page: Page) -> str:
    """Wait until kickcue runs in the page; return how it was loaded."""
    await until(page, "Boolean(document.body.dataset.ready)", READY_S)
    found: str = await page.evaluate("document.body.dataset.ready")
    return found


async def saved(page: Page, name: str, path: Path) -> None:
    """Save the newest race of the page by a button of its."""
    await page.click("[aria-controls=setup]")
    async with page.expect_download() as waiting:
        await page.locator("races-view li").first.get_by_role("button", name=name).click()
    await (await waiting.value).save_as(path)


async def test_a_killed_race_goes_on_in_flight_mode(
    browser: Watched, app: Path, tmp_path: Path
) -> None:
    """GIVEN a race that was started on the phone WHEN the tab is killed and the network is gone
    THEN the page comes again from what is kept, its memory too, the race goes on under the same
    clock, which counts a sleep of the phone, it says large that the sensors need a tap, and a
    computer verifies the recording.
    """
    hosted = Hosted(app)
    try:
        page = await browser.visit(f"{hosted.origin}/", PHONE, origin=hosted.origin, before=POD)
        assert "loaded" == await ready(page)
        await page.click("[aria-controls=sensors]")
        await page.click("sensors-view button.primary")
        await until(page, "document.querySelector('sensors-view li.ok') !== null")
        await page.click("[aria-controls=race]")
        await page.get_by_role("button", name="Start", exact=True).click()
        await until(page, "document.querySelector('.toGo').textContent.startsWith('49')")
        await page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        began = await page.evaluate(CLOCK)
    finally:
        hosted.stop()
    context = page.context
    await page.close()
    again = await context.new_page()
    await again.goto(f"{hosted.origin}/")
    assert "snapshot" == await ready(again)
    notice = again.locator("button.notice")
    assert "Your race goes on" in await notice.inner_text()
    assert "connect each sensor" in await notice.inner_text()
    await until(again, f"{CLOCK} > {began}")
    await again.evaluate(ASLEEP)
    await until(again, f"{CLOCK} > {SLEPT_S}")
    await again.get_by_role("button", name="Finish", exact=True).evaluate(TWICE)
    await until(again, "/Finished/.test(document.querySelector('link-banner').textContent)")
    await saved(again, "Recording (MCAP)", tmp_path / "race.mcap")
    assert 0 == main(["verify", str(tmp_path / "race.mcap")])
    told = [each.t_ns for each in read(tmp_path / "race.mcap").inputs if isinstance(each, Tick)]
    assert any(after - before > 0.9 * SLEPT_S * NS_PER_S for before, after in pairwise(told))
    await again.locator("races-view li").first.get_by_role("button", name="Report").click()
    await again.wait_for_url("**/report/5000m-*.html")
    assert "5000" in await again.inner_text("h1")


async def test_a_session_is_set_up_on_the_page(
    browser: Watched, hosted: Hosted, tmp_path: Path
) -> None:
    """GIVEN the app WHEN a session is chosen, then a race file is taken in, then a race that cannot
    be THEN each is what waits for the start, the last is refused in words, nothing overflows, and
    axe finds nothing wrong.
    """
    page = await browser.visit(f"{hosted.origin}/", PHONE, origin=hosted.origin)
    await ready(page)
    await page.click("[aria-controls=setup]")
    await page.get_by_label("What is run").select_option("strides")
    await page.get_by_role("button", name="Use this race").click()
    await until(
        page, "document.querySelector('race-view .title').textContent.startsWith('Strides')"
    )
    (tmp_path / "race.toml").write_text('race = "3000m"\ntarget_s = "10:30"\n')
    await page.set_input_files("setup-view input[type=file]", tmp_path / "race.toml")
    await until(page, f"{TITLE} === '3000m'")
    assert "10:30" == await page.get_by_label("Target time").input_value()
    await page.get_by_label("Event").fill("77x")
    await page.get_by_role("button", name="Use this race").click()
    await until(page, "/77x/.test(document.querySelector('setup-view .told').textContent)")
    (tmp_path / "race.jsonl").write_text(played(DOCUMENT).lines)
    await page.set_input_files("races-view input[type=file]", tmp_path / "race.jsonl")
    await until(page, "document.querySelectorAll('races-view .recorded').length === 1")
    await saved(page, "Recording (MCAP)", tmp_path / "race.mcap")
    assert 0 == main(["verify", str(tmp_path / "race.mcap")])
    assert 0 >= await overflow_px(page)
    await axe(page)


SLEPT_S: Final = 180
ASLEEP: Final = f"""
() => {{
  const seen = (value) => {{
    Object.defineProperty(document, "visibilityState", {{ value, configurable: true }});
    document.dispatchEvent(new Event("visibilitychange"));
  }};
  seen("hidden");
  const wall = Date.now;
  Date.now = () => wall() + {SLEPT_S * 1000};
  seen("visible");
}}
"""
"""The clock of the page stands still while the phone sleeps; the one of the day does not."""
TITLE: Final = "document.querySelector('race-view .title').textContent"
CLOCK: Final = (
    "document.querySelector('.clock').textContent.split(':').reduce((s, p) => s * 60 + +p, 0)"
)
POD: Final = """
{
  const chars = { 0x2a53: new EventTarget() };
  let distance = 0;
  const pod = new EventTarget();
  Object.assign(chars[0x2a53], { properties: { notify: true }, async startNotifications() {
    setInterval(() => {
      distance += 20; // decimetres: 2 m each half second
      const view = new DataView(new ArrayBuffer(8));
      view.setUint8(0, 2);
      view.setUint16(1, 1024, true); // 4 m/s
      view.setUint8(3, 90);
      view.setUint32(4, distance, true);
      this.value = view;
      this.dispatchEvent(new Event("characteristicvaluechanged"));
    }, 500);
  } });
  const service = {
    uuid: "00001814-0000-1000-8000-00805f9b34fb",
    async getCharacteristic(uuid) {
      if (!chars[uuid]) throw new Error("none");
      return chars[uuid];
    },
  };
  pod.id = "pod";
  pod.name = "Pod";
  pod.gatt = {
    async connect() { return { async getPrimaryServices() { return [service]; } }; },
    disconnect() {},
  };
  Object.defineProperty(navigator, "bluetooth", { value: {
    async getAvailability() { return true; }, async requestDevice() { return pod; },
  } });
}
"""
