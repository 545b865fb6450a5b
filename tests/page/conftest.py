"""The page in Chromium, served with a real broker behind it, and a sender on the other side."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
import pytest_asyncio
from playwright.async_api import Page

from kickcue.core.events import Cue, CueKind
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.edges.web.race_tokens import RaceTokens
from kickcue.edges.web.roles import Role
from kickcue.edges.web.server import Route, WebSite, serving, site_files
from tests.browser.fixtures import browser, chromium
from tests.browser.page import PHONE, Watched
from tests.edges.mqtt.conftest import TOPICS, engine_clock, own_runtime_folder
from tests.patience import PATIENCE_S

__all__ = ["browser", "chromium", "own_runtime_folder"]

SPY: Final = """
window.felt = [];
window.feltAt = [];
navigator.vibrate = (pattern) => {
  felt.push(pattern);
  feltAt.push(performance.now());
  return true;
};
"""
"""Chromium on a desktop takes vibration and has no motor: what it was asked for is kept."""
BANNERS: Final = """
window.banners = [];
new MutationObserver(() => {
  const text = document.querySelector("link-banner")?.textContent;
  if (text && text !== banners.at(-1)) banners.push(text);
}).observe(document, { subtree: true, childList: true, characterData: true });
"""
"""Keeps what the banner has said: some of it stands there for less than a second."""
GONE: Final = re.compile("WebSocket|CONNECTION_REFUSED|CONNECTION_RESET|status of 403")
"""What a browser complains of where the server of its page is gone."""
PULSES: Final = ((500, 150, 1.0), (150, 150, 1.0), (150, 0, 1.0))
FELT: Final = [500, 150, 150, 150, 150]
TTL_MS: Final = 30_000
"""A busy machine holds a message up; where lateness is the point a test says so."""


@dataclass(frozen=True)
class OpenBroker:
    """A broker of somebody's own, on which whoever has a password says what he likes."""

    address: Address
    watch: Address
    server_pid: int


@dataclass
class Track:
    """A broker, the page before it, and who sends."""

    broker: PrivateBroker | OpenBroker
    port: int
    tokens: RaceTokens
    watched: Watched
    clock: Callable[[], int]
    site: WebSite
    pages: list[Page] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def phone(self, role: Role = Role.ATHLETE, *, before: str = SPY, **more: Any) -> Page:
        """Open the page as somebody whom the QR code has let in."""
        return await self.watched.visit(
            f"{self.origin}/?t={self.tokens[role]}",
            PHONE,
            origin=self.origin,
            before=before,
            **more,
        )

    async def wrist(self) -> Page:
        """Open the page of an athlete, and arm it."""
        page = await self.phone()
        await page.click("[aria-controls=watch]")
        await page.click("watch-view button.primary")
        # The gesture shakes once, so that one knows.
        await page.evaluate("felt.length = feltAt.length = 0")
        return page

    @asynccontextmanager
    async def sender(self, run_id: str = "run") -> AsyncIterator[Delivery]:
        """Send as kickcue does."""
        async with deliver(
            self.broker.address, TOPICS, run_id=run_id, now_ns=self.clock
        ) as delivery:
            yield delivery

    def cue(self, cue_id: str = "last_lap-1", text: str = "Last lap: turnover up") -> Cue:
        return Cue(
            self.clock(), cue_id, CueKind.LAST_LAP, text, None, PULSES, 3, TTL_MS, 400.0, 2.0
        )


async def until(page: Page, holds: str, within_s: float = PATIENCE_S) -> None:
    """Wait until an expression is true in the page.

    Asked from outside: its policy forbids the page to evaluate text, even the test's.
    """
    deadline_s = asyncio.get_running_loop().time() + within_s
    while not await page.evaluate(holds):
        assert asyncio.get_running_loop().time() < deadline_s, f"never came true: {holds}"
        await asyncio.sleep(0.02)


TWICE: Final = "button => { button.click(); button.click(); }"
"""Two taps at once: the page forgets the first one after three seconds, busy machine or not."""


async def linked(page: Page) -> None:
    """Wait until the page has its connection."""
    await until(
        page,
        "!/onnection/.test(document.querySelector('link-banner')?.textContent ?? 'connection')",
    )


ASK_THE_WATCH: Final = """async () => {
  const { WatchStateMachine: { prototype } } = await import("/js/watch_state.js");
  window.sure = false;
  const { hear } = prototype;
  prototype.hear = function (stamp) {
    const late = hear.call(this, stamp);
    window.sure = this.sure(stamp.runId);
    return late;
  };
}"""
"""Each message from now on has the page's watch say whether it can tell what is late."""


async def settled(page: Page) -> None:
    """Wait until the page has heard two messages and can tell what is late."""
    await linked(page)
    if await page.evaluate("document.body.dataset.role !== 'athlete'"):  # it has no watch
        await page.wait_for_timeout(1300)
        return
    await page.evaluate(ASK_THE_WATCH)
    await until(page, "sure")


@asynccontextmanager
async def a_track(browser: Watched) -> AsyncIterator[Track]:
    """Serve the page, with a broker behind it, to a browser."""
    async with private_broker(TOPICS) as private, a_track_at(browser, private) as track:
        yield track


@asynccontextmanager
async def a_track_at(browser: Watched, broker: PrivateBroker | OpenBroker) -> AsyncIterator[Track]:
    """Serve the page before this broker."""
    site = WebSite(site_files(), RaceTokens(), lambda: Route(broker.watch, TOPICS))
    async with serving(site, "127.0.0.1", 0) as port:
        yield Track(broker, port, site.tokens, browser, engine_clock(), site)
        await browser.close()  # a page whose server is gone complains


def hasten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sender look for rivals, and say that it is there, at shorter intervals."""
    monkeypatch.setattr("kickcue.edges.mqtt.rivals.LISTEN_NS", 100_000_000)
    monkeypatch.setattr("kickcue.edges.mqtt.delivery.STATUS_EACH_NS", 200_000_000)


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have no sender drop a press that a busy machine has held up, nor take a broker for lost that
    takes its time.
    """
    monkeypatch.setattr("kickcue.edges.mqtt.inbound.LATEST_MS", PATIENCE_S * 1000)
    monkeypatch.setattr("kickcue.edges.mqtt.connection.CONNECT_S", PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.mqtt.connection.PUBLISH_S", PATIENCE_S)
    monkeypatch.setattr("kickcue.edges.mqtt.traffic.HEARTBEAT_S", PATIENCE_S)


@pytest_asyncio.fixture(loop_scope="session")
async def track(browser: Watched, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Track]:
    hasten(monkeypatch)
    async with a_track(browser) as found:
        yield found
