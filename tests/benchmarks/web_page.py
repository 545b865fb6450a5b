"""Measures the page for phones: its bytes, how soon it is ready, what it costs a daemon, how long a
press and a cue take through it. Not a test: ``python -m tests.benchmarks.web_page`` prints it.
"""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Final

from playwright.async_api import Browser, Page, async_playwright

from kickcue.core.events import Ack, Cue, CueKind
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.page_files import page_files
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, serving, site_files
from kickcue.machine_time import machine_ns
from tests.benchmarks.web_memory import Look
from tests.conftest import find_chromium, find_program
from tests.daemon.test_race_daemon import settings
from tests.edges.mqtt.conftest import Mosquitto

RUNS: Final = 9
TRIPS: Final = 20
CUES: Final = 20
FLOOD_PER_S: Final = 5000
SETTLED_S: Final = 5.0
TOPICS: Final = Topics("kickcue/bench")
ROOT: Final = Path(__file__).parents[2]
ROUND_TRIPS: Final = """
window.trips = [];
let pressed = null;
const text = (data) => new TextDecoder().decode(data);
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (!this.spied) {
    this.spied = true;
    this.addEventListener("message", ({ data: heard }) => {
      if (pressed !== null && /"phase": ?"(body|aborted)"/.test(text(heard))) {
        trips.push(performance.now() - pressed);
        pressed = null;
      }
    });
  }
  if (text(data).includes("/command")) pressed = performance.now();
  return send.call(this, data);
};
"""
FELT: Final = """
window.felt = [];
navigator.vibrate = () => { felt.push(performance.timeOrigin + performance.now()); return true; };
"""


def bytes_rows() -> Iterator[tuple[str, str]]:
    """Yield how large the page is, each of its files once."""
    files = page_files("kickcue.page")
    ours = {path: each for path, each in files.items() if path != "/"}
    yield (
        "files of the page, Pyodide apart",
        f"{sum(len(x.body) for x in ours.values()) / 1e3:.0f} kB",
    )


@asynccontextmanager
async def a_browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(
            executable_path=find_chromium(), chromium_sandbox=os.geteuid() != 0
        )
        yield running
        await running.close()


async def opened(browser: Browser, address: str, before: str = "") -> Page:
    """Open the page as a phone does that has never seen it."""
    context = await browser.new_context(
        viewport={"width": 375, "height": 812}, is_mobile=True, has_touch=True
    )
    await context.add_init_script(before or "0")
    page = await context.new_page()
    await page.goto(address)
    return page


async def ready_rows(browser: Browser) -> list[tuple[str, str]]:
    """Return how soon the page shows the race, from nothing, on loopback."""
    ready_ms: list[float] = []
    shown_ms: list[float] = []
    async with live(settings(page={"host": "127.0.0.1"}), state=_folder()) as run:
        assert run.page is not None
        for _ in range(RUNS):
            page = await opened(browser, run.page.link(Role.ATHLETE))
            await page.locator("press-view button:enabled:visible").first.wait_for()
            ready_ms.append(await page.evaluate("performance.now()"))
            await page.locator("link-banner", has_text="Waiting").wait_for()
            shown_ms.append(await page.evaluate("performance.now()"))
            await page.context.close()
    return [
        ("page opened to first press possible, loopback, median", f"{median(ready_ms):.0f} ms"),
        ("the same to the race shown: a sign of life each second", f"{median(shown_ms):.0f} ms"),
    ]


async def press_rows(browser: Browser) -> list[tuple[str, str]]:
    """Return how long it takes from a press to the engine's answer in the same page."""
    async with live(settings(page={"host": "127.0.0.1"}), state=_folder()) as run:
        assert run.page is not None
        page = await opened(browser, run.page.link(Role.ATHLETE), ROUND_TRIPS)
        await page.locator("link-banner", has_text="Waiting").wait_for()
        for turn in range(TRIPS):
            name = ("Start", "Give up")[turn % 2]
            button = page.get_by_role("button", name=name, exact=True, include_hidden=True)
            for _ in range(2 if turn else 1):  # but at first one is asked whether that is meant
                await button.evaluate("button => button.click()")
            while await page.evaluate("trips.length") <= turn:  # noqa: ASYNC110  in the browser
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.3)
        trips = await page.evaluate("trips")
        await page.context.close()
    figure = f"{median(trips):.0f} ms, longest of {TRIPS} {max(trips):.0f} ms"
    return [("press, engine, and its answer in the page, median", figure)]


async def cue_rows(browser: Browser) -> list[tuple[str, str]]:
    """Return how long a cue takes to the motor, in peace and beside a flood of junk."""
    rows = []
    async with private_broker(TOPICS) as private:
        rows += await _cues_over(browser, private.address, private.watch, "private broker")
    program = find_program("mosquitto")
    if program is not None:
        mosquitto = Mosquitto(Path(program), _folder())
        mosquitto.come_back()
        address = replace(mosquitto.address, prefix=TOPICS.prefix)
        rows += await _cues_over(browser, address, mosquitto.watch_address, "Mosquitto")
        mosquitto.signal(signal.SIGKILL)
    return rows


async def _cues_over(
    browser: Browser, here: Address, watch: Address, name: str
) -> list[tuple[str, str]]:
    tokens = RaceTokens()
    site = WebSite(site_files(), tokens, lambda: Route(watch, TOPICS))
    async with (
        serving(site, "127.0.0.1", 0) as port,
        deliver(here, TOPICS, run_id="run", now_ns=machine_ns) as delivery,
    ):
        page = await opened(browser, f"http://127.0.0.1:{port}/?t={tokens[Role.ATHLETE]}", FELT)
        await page.click("[aria-controls=watch]")
        await page.click("watch-view button.primary")
        await asyncio.sleep(2.5)
        calm = await _cues(page, delivery, "calm")
        told = (here.host, here.port, here.user, here.password, TOPICS.prefix, FLOOD_PER_S, 30)
        program = (sys.executable, "-m", "tests.page.flood", *map(str, told))
        before_kb = _own_kb()
        flood = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stderr=subprocess.DEVNULL)
        await asyncio.sleep(2)
        flooded = await _cues(page, delivery, "flood")
        grown_kb = _own_kb() - before_kb
        flood.kill()
        await flood.wait()
        await page.context.close()
    return [
        (f"cue sent to motor asked, {name}, median", calm),
        (f"the same beside {FLOOD_PER_S:,} junk messages a second", flooded),
        ("growth of the process by the flood", f"{grown_kb / 1e3:.1f} MB"),
    ]


def _own_kb() -> float:
    """Return the memory that is this process's alone."""
    return Look.at(os.getpid()).own_kb


async def _cues(page: Page, delivery: Delivery, name: str) -> str:
    late_ms = []
    for number in range(CUES):
        await page.evaluate("felt.length = 0")
        cue = Cue(
            machine_ns(), f"{name}-{number}", CueKind.LAST_LAP, "Last lap", None,
            ((500, 150, 1.0),), 3, 1500, 400.0, 2.0,
        )  # fmt: skip
        sent_ms = time.time() * 1000
        delivery.send(cue)
        answer = None
        while not isinstance(answer, Ack) or answer.cue_id != cue.id:  # one before it, once more
            answer = await asyncio.wait_for(delivery.incoming.get(), 10)
        assert answer.felt, answer
        late_ms.append(await page.evaluate("felt[0]") - sent_ms)
        await asyncio.sleep(0.2)
    return f"{median(late_ms):.0f} ms, longest of {CUES} {max(late_ms):.0f} ms"


def memory_rows() -> Iterator[tuple[str, str]]:
    """Yield by how much the page makes a daemon grow: without a phone, and with one."""
    without, alone = (_resident_kb(page=page) for page in ("false", "true"))
    yield "memory of a daemon without the page", f"{without / 1e3:.1f} MB"
    yield "its growth by the page", f"{(alone - without) / 1e3:.1f} MB"


def _resident_kb(*, page: str) -> float:
    """Return the median resident memory of a run that waits for its race, in kB."""
    found = []
    for _ in range(3):
        state = _folder()
        words = ("run", "--race", "800m", "--headless", "--simulated", "--rate", "0.1")
        daemon = subprocess.Popen(
            [sys.executable, "-m", "kickcue", *words, "--state", str(state)],
            env={**os.environ, "KICKCUE_PAGE_ON": page, "KICKCUE_PAGE_HOST": "127.0.0.1"},
            stderr=subprocess.DEVNULL,
        )
        ready = state / ("page.json" if page == "true" else "running")
        while not ready.exists():
            time.sleep(0.1)
        time.sleep(SETTLED_S)
        status = Path(f"/proc/{daemon.pid}/status").read_text(encoding="utf-8")
        found.append(next(float(x.split()[1]) for x in status.splitlines() if x[:6] == "VmRSS:"))
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
    return median(found)


def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="kickcue-bench-"))


async def browser_rows() -> list[tuple[str, str]]:
    """Return what a browser is needed for."""
    async with a_browser() as browser:
        return [
            *await ready_rows(browser),
            *await press_rows(browser),
            *await cue_rows(browser),
        ]


def section() -> list[str]:
    """Return the figures as a section of the page of figures; nothing without Chromium."""
    if find_chromium() is None:
        return []
    rows = [*bytes_rows(), *memory_rows(), *asyncio.run(browser_rows())]
    return [
        "## The page for phones",
        "",
        "A headless Chromium on the same machine, over loopback and the private broker, while the",
        f"load was {os.getloadavg()[0]:.1f}. Each visit is a browser's first.",
        "",
        "| what | figure |",
        "|---|---|",
        *(f"| {what} | {figure} |" for what, figure in rows),
        "",
    ]


def main() -> None:
    """Print the figures."""
    print("\n".join(section()))


if __name__ == "__main__":
    main()
