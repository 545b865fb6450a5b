"""A phone with the app, sensors in the air around it, and a runner who uses both.

Time passes in the page and in its worker as in life, but what is between two events of a race is
skipped (skipping_clock.js): a race of minutes takes seconds, and nothing in it is hurried.
"""

import asyncio
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from playwright.async_api import BrowserContext, Page

from kickcue.core.events import Command, CommandKind, Input, Notification
from tests.beds.sensor import Sensor
from tests.page.air import Air, connected
from tests.page.chooser import Chooser
from tests.page.conftest import until

HERE: Final = Path(__file__).parent
CLOCK: Final = (HERE / "skipping_clock.js").read_text()
IN_PAGE: Final = (HERE / "in_page.js").read_text()
IN_WORKER: Final = CLOCK + (HERE / "in_worker.js").read_text()
READY_S: Final = 120.0
"""Pyodide takes seconds of a quiet machine."""
PATIENCE_S: Final = 60.0
MISSED_MS: Final = 500.0
"""What should have been sent so long ago was sent while nobody listened."""
BELL: Final = [500, 150, 150, 150, 150]
BANNER: Final = "document.querySelector('link-banner')?.textContent ?? ''"
KILLS: Final = ("closed", "crashed")
FORGET: Final = """
async () => {
  const root = await navigator.storage.getDirectory();
  for await (const name of root.keys()) await root.removeEntry(name, { recursive: true });
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
    air: Air
    ahead_ms: float = 0.0
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
        self, document: dict[str, Any] | None = None, *, ready: bool = True, **settings: Any
    ) -> Page:
        """Open a tab; ``settings`` are for its worker (in_worker.js)."""
        kept = f"localStorage.setItem('kickcue.document', {json.dumps(json.dumps(document))});"
        page = await self.context.new_page()
        await page.add_init_script(
            f"{CLOCK}{IN_PAGE}phone.settings = {json.dumps(settings)};"
            f"phone.skip({self.ahead_ms});{kept if document else ''}"
        )
        await page.goto(f"{self.origin}/")
        self._page, self._chooser, self._handed_on = page, await Chooser.of(page), 0
        if ready:
            await until(page, "Boolean(document.body.dataset.ready)", READY_S)
        return page

    async def kill(self, how: str = "closed") -> None:
        """Let the tab be gone without a word to the page."""
        page = self.page
        if how == "crashed":
            session = await self.context.new_cdp_session(page)
            async with page.expect_event("crash"):
                asking = asyncio.ensure_future(session.send("Page.crash"))
            asking.cancel()  # whoever is dead does not answer
        await page.close()

    async def now_ms(self) -> float:
        """Return the time by the page's clock, since 1970."""
        found: float = await self.page.evaluate("phone.now()")
        return found

    async def skip_to(self, at_ms: float) -> float:
        """Skip what is between now and then; return the time, which may be later."""
        now_ms = await self.now_ms()
        if now_ms < at_ms:
            self.ahead_ms += at_ms - now_ms
            await self.page.evaluate("ahead => phone.skip(ahead)", self.ahead_ms)
        return max(now_ms, at_ms)

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

    async def save(self, path: Path) -> None:
        """Download the newest recording."""
        await self.show("setup")
        async with self.page.expect_download() as waiting:
            first = self.page.locator("races-view li").first
            await first.get_by_role("button", name="Recording (MCAP)").click()
        await (await waiting.value).save_as(path)

    # ---- a race

    async def said(self, phase: str) -> None:
        """Wait until the page says how the race is."""
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
        before: Callable[[int], Any] | None = None,
    ) -> None:
        """Live through a race: sensors send, buttons are tapped, at their moments.

        ``before`` is awaited before each event, with its number.
        """
        zero_ms = await self.now_ms()
        for number, event in enumerate(inputs):
            if before is not None:
                await before(number)
            due_ms = zero_ms + event.t_ns / 1e6
            late_ms = await self.skip_to(due_ms) - due_ms
            if isinstance(event, Notification):
                if late_ms < MISSED_MS:
                    await self.sends(sensors[event.sensor], event.char, event.data)
            elif isinstance(event, Command) and event.kind is CommandKind.START:
                await self.press("Start")
                await until(self.page, f"{BANNER} === ''", PATIENCE_S)
            elif "Finished" != await self.page.evaluate(BANNER):
                await self.press("LAP")
