"""Chromium with the fake BlueZ as its system bus, and a runner's finger on its Bluetooth chooser.

The chooser is a window of the browser that a headless one does not have: the page's debugging
session is asked in its place.
"""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, CDPSession, Page, async_playwright

from tests.beds.private_bus import ENVIRONMENT, PrivateBus
from tests.conftest import require_chromium
from tests.patience import PATIENCE_S


@asynccontextmanager
async def chromium_on(bus: PrivateBus) -> AsyncIterator[Browser]:
    """Start a Chromium whose Bluetooth is what is on the bus."""
    program = require_chromium()
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=program, **_how(bus))
        yield running
        await running.close()


@asynccontextmanager
async def forbidding_chromium(bus: PrivateBus, profile: Path) -> AsyncIterator[Page]:
    """Start a Chromium whose user lets no page use Bluetooth; give a tab of it."""
    (profile / "Default").mkdir(parents=True)
    settings = {"profile": {"default_content_setting_values": {"bluetooth_guard": 2}}}
    (profile / "Default" / "Preferences").write_text(json.dumps(settings))
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch_persistent_context(
            profile, executable_path=require_chromium(), **_how(bus)
        )
        running.set_default_timeout(PATIENCE_S * 1000)
        yield running.pages[0]
        await running.close()


def _how(bus: PrivateBus) -> dict[str, Any]:
    return {
        "timeout": PATIENCE_S * 1000,
        "chromium_sandbox": os.geteuid() != 0,
        "env": {**os.environ, ENVIRONMENT: bus.address},
        "args": [
            "--enable-features=WebBluetooth",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
        ],
    }


@dataclass
class Chooser:
    """Answers the chooser of one page."""

    session: CDPSession
    prompts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    """Devices by the prompt's id. A prompt is told again when it has found more of them."""
    answered: set[str] = field(default_factory=set)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    @classmethod
    async def of(cls, page: Page) -> "Chooser":
        """Take the place of the window."""
        found = cls(await page.context.new_cdp_session(page))
        found.session.on("DeviceAccess.deviceRequestPrompted", found._prompted)
        await found.session.send("DeviceAccess.enable")
        return found

    async def choose(self, name: str) -> None:
        """Tap on the sensor of this name as soon as the chooser shows it."""
        prompt, device = await self._until(
            lambda devices: next((each["id"] for each in devices if each["name"] == name), None)
        )
        await self.session.send("DeviceAccess.selectPrompt", {"id": prompt, "deviceId": device})

    async def leave(self) -> None:
        """Close it without a choice."""
        prompt, _ = await self._until(lambda _: True)
        await self.session.send("DeviceAccess.cancelPrompt", {"id": prompt})

    async def _until(self, found: Any) -> tuple[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for prompt, devices in self.prompts.items():
                    if (what := found(devices)) is not None:
                        del self.prompts[prompt]
                        self.answered.add(prompt)
                        return prompt, what
                self.news.clear()
                await self.news.wait()

    def _prompted(self, told: dict[str, Any]) -> None:
        if told["id"] not in self.answered:  # one that is answered twice ends Chromium
            self.prompts[told["id"]] = told["devices"]
            self.news.set()
