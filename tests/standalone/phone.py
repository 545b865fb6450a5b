"""A phone with the app, sensors in the air around it, and a runner who uses both.

The clock of the page and of its worker stands still but for what a test lets pass
(standing_clock.js): a race of minutes takes seconds, and a busy machine makes nothing late.
"""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import BrowserContext, Download, Page, TimeoutError as PlaywrightTimeout

from kickcue.core.events import Command, CommandKind, Input, Notification
from tests.beds.sensor import Sensor
from tests.page.air import connected
from tests.page.chooser import Chooser
from tests.page.conftest import TWICE, until
from tests.patience import PATIENCE_S

HERE: Final = Path(__file__).parent
CLOCK: Final = (HERE / "standing_clock.js").read_text()
IN_PAGE: Final = (HERE / "in_page.js").read_text()
IN_WORKER: Final = CLOCK + (HERE / "in_worker.js").read_text()
READY_S: Final = 120.0
"""Pyodide takes seconds of a quiet machine."""
STEP_MS: Final = 500.0
SAVES: Final = 5
SAVED_MS: Final = 12_000.0
BANNER: Final = "(document.querySelector('link-banner')?.textContent ?? '')"
CLOCK_S: Final = (
    "document.querySelector('.clock').textContent.split(':').reduce((s, p) => s * 60 + +p, 0)"
)
FORGET: Final = """
async () => {
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) {
    // A worker that is being ended holds its file for a moment.
    while (await root.removeEntry(name, { recursive: true }).then(() => false, (error) => {
      if (error.name !== "NoModificationAllowedError") throw error;
      return new Promise((done) => setTimeout(done, 50, true));
    }));
  }
  await new Promise((done, failed) => {
    const request = indexedDB.deleteDatabase("kickcue");
    request.onsuccess = done;
    request.onerror = failed;
  });
  localStorage.clear();
}
"""


@dataclass
class Felt:
    """What the motor was asked for, and when by the page's clock."""

    pattern: Any
    at_ms: float


@dataclass
class Phone:
    """The app on a phone whose tabs come and go."""

    context: BrowserContext
    origin: str
    at_ms: float = field(default_factory=lambda: time.time() * 1000)
    """What time it is there, since 1970."""
    felt: list[Felt] = field(default_factory=list)
    _page: Page | None = None
    _chooser: Chooser | None = None
    _handed_on: int = 0

    @property
    def page(self) -> Page:
        """The tab."""
        assert self._page is not None
        return self._page

    @property
    def chooser(self) -> Chooser:
        """Its chooser of sensors."""
        assert self._chooser is not None
        return self._chooser

    async def open(
        self,
        document: dict[str, Any] | None = None,
        *,
        without: str | None = None,
        full: bool = False,
        language: str = "en",
        ready: bool = True,
    ) -> Page:
        """Open a tab, with a race set up in it; ``without`` "files" or "everything" that keeps,
        ``full``: its disk is.
        """
        kept = {"kickcue.language": language}
        if document is not None:
            kept["kickcue.document"] = json.dumps(document)
        page = await self.context.new_page()
        await page.add_init_script(
            f"{CLOCK}{IN_PAGE}phone.without = {json.dumps(without)};"
            f"phone.full = {json.dumps(full)}; phone.to({self.at_ms});"
            f"Object.assign(localStorage, {json.dumps(kept)});"
        )
        await page.goto(f"{self.origin}/")
        self._page, self._chooser, self._handed_on = page, await Chooser.of(page), 0
        if ready:
            await self.ready()
        return page

    async def ready(self) -> None:
        """Wait until kickcue runs in the tab."""
        await until(self.page, "Boolean(document.body.dataset.ready)", READY_S)

    async def kill(self, *, crash: bool = False) -> None:
        """End the tab without a word to the page; with ``crash`` its process."""
        if crash:
            session = await self.context.new_cdp_session(self.page)
            async with self.page.expect_event("crash"):
                asking = asyncio.ensure_future(session.send("Page.crash"))
            asking.cancel()  # whoever is dead does not answer
        await self.page.close()

    async def pass_to(self, at_ms: float) -> None:
        """Let time pass until then, once all that came before is done."""
        self.at_ms = max(self.at_ms, at_ms)
        await self.page.evaluate("at => phone.done().then(() => phone.to(at))", self.at_ms)

    async def settled(self) -> None:
        """Wait until all that came before is done, and drawn."""
        await self.page.evaluate("phone.drawn()")

    async def pass_until(self, holds: str) -> None:
        """Let time pass until an expression is true in the page."""
        async with asyncio.timeout(PATIENCE_S):
            while not await self.page.evaluate(holds):
                await self.pass_to(self.at_ms + STEP_MS)
                await asyncio.sleep(0.1)

    # ---- the runner

    async def show(self, part: str) -> None:
        """Tap on one of the parts at the bottom."""
        await self.page.click(f"[aria-controls={part}]")

    async def connect(self, *sensors: Sensor) -> None:
        """Connect sensors, a tap each."""
        await self.show("sensors")
        for sensor in sensors:
            await connected(self.page, self.chooser, sensor)
        await self.show("race")

    async def wear(self) -> None:
        """Make the phone the watch."""
        await self.show("watch")
        await self.page.click("watch-view button.primary")
        await self.show("race")

    async def press(self, name: str) -> None:
        """Tap on a button of the race."""
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def finish(self) -> None:
        """Tap on Finish, twice: far from the line the page asks for a second tap, and forgets the
        first one after some seconds of life.
        """
        await self.page.get_by_role("button", name="Finish", exact=True).evaluate(TWICE)
        await self.said("Finished")

    async def save(self, path: Path) -> None:
        """Download the newest recording.

        On a very busy machine a headless browser may lose a tap, or lets the page save something
        no more when it is made: then it is tapped again.
        """
        await self.settled()
        await self.show("setup")
        first = self.page.locator("races-view li").first
        saved: asyncio.Future[Download] = asyncio.get_running_loop().create_future()
        self.page.once("download", lambda found: saved.set_result(found))  # noqa: PLW0108  no built-in
        for _ in range(SAVES):
            with suppress(PlaywrightTimeout):
                await first.get_by_role("button", name="Recording (MCAP)").click(timeout=SAVED_MS)
            done, _ = await asyncio.wait([saved], timeout=SAVED_MS / 1000)
            if done:
                break
        await saved.result().save_as(path)
        await self.show("race")

    async def text(self, where: str) -> str:
        """Return what stands somewhere in the page."""
        return await self.page.inner_text(where)

    # ---- a race

    async def said(self, phase: str) -> None:
        """Wait until the page says how the race is; while one is on it says nothing."""
        await until(self.page, f"{BANNER} === '{phase}'", PATIENCE_S)

    async def sends(self, sensor: Sensor, char: str, data: bytes) -> None:
        """Have a sensor say something, and wait until the page has handed it on."""
        if sensor.notify(char, data):
            self._handed_on += 1
            await until(self.page, f"phone.handedOn >= {self._handed_on}", PATIENCE_S)

    async def play(
        self,
        inputs: Iterable[Input],
        sensors: dict[str, Sensor],
        before: Callable[[int], Awaitable[None]] | None = None,
    ) -> None:
        """Live through a race: sensors send, buttons are tapped, at their moments.

        ``before`` is awaited before each event, with its number. What should have come before the
        time that it is by then was missed.
        """
        zero_ms = self.at_ms
        for number, event in enumerate(inputs):
            if before is not None:
                await before(number)
            due_ms = zero_ms + event.t_ns / 1e6
            if due_ms < self.at_ms:
                continue
            await self.pass_to(due_ms)
            if isinstance(event, Notification):
                await self.sends(sensors[event.sensor], event.char, event.data)
            elif isinstance(event, Command) and event.kind is CommandKind.START:
                await self.press("Start")
                await self.said("")
            else:
                await self.settled()  # by the estimate it may be over just now
                if "Finished" != await self.page.evaluate(BANNER):
                    await self.press("LAP")
        await self.settled()
