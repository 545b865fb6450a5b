"""A page in a real browser, and what it did that a page of kickcue must not do.

Such a page is one file that needs nothing else and nobody else: any request but for the file
itself, any error and any warning in the browser's console fail the test that opened it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal

from axe_playwright_python.async_playwright import Axe  # type: ignore[import-untyped]
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Route, WebSocket

from tests.patience import PATIENCE_S

BAD_WORDS: Final = ("error", "warning")
"""Kinds of a message in the console that a page of ours must not cause."""


@dataclass(frozen=True, slots=True)
class Device:
    """What the page is looked at with; ``width`` and ``height`` in CSS pixels."""

    width: int
    height: int
    phone: bool


DESKTOP: Final = Device(1280, 900, phone=False)
PHONE: Final = Device(375, 812, phone=True)


@dataclass
class Watched:
    """Opens pages in fresh contexts and keeps what they must not do in ``trouble``.

    No slots: playwright hangs something on whoever's method it calls.
    """

    browser: Browser
    folder: Path
    trouble: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    async def open(
        self,
        what: Path | str,
        device: Device = DESKTOP,
        *,
        scheme: Literal["light", "dark"] = "light",
        media: Literal["screen", "print"] = "screen",
    ) -> Page:
        """Return the page in ``what``, a file or the HTML itself, loaded."""
        return await self.visit(
            self._file(what).resolve().as_uri(), device, scheme=scheme, media=media
        )

    async def visit(
        self,
        address: str,
        device: Device = DESKTOP,
        *,
        origin: str | None = None,
        before: str = "",
        scheme: Literal["light", "dark"] = "light",
        media: Literal["screen", "print"] = "screen",
    ) -> Page:
        """Return the page at an address, loaded.

        All of its ``origin`` may be asked for; None: nothing but the address. ``before`` is a
        script that runs before those of the page.
        """
        context = await self.browser.new_context(
            viewport={"width": device.width, "height": device.height},
            device_scale_factor=2 if device.phone else 1,
            is_mobile=device.phone,
            has_touch=device.phone,
            color_scheme=scheme,
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_S * 1000)
        self._contexts.append(context)

        async def let_through(route: Route) -> None:
            asked = route.request.url.partition("#")[0]
            if asked == address or (origin is not None and asked.startswith(f"{origin}/")):
                await route.continue_()
            else:
                self.trouble.append(f"asked for {route.request.url}")
                await route.abort()

        await context.route("**/*", let_through)
        context.on("console", self._console)
        context.on("weberror", lambda told: self.trouble.append(f"threw {told.error}"))
        if origin is None:
            context.on("page", self._watch)
        if before:
            await context.add_init_script(before)
        page = await context.new_page()
        await page.emulate_media(media=media)
        await page.goto(address)
        return page

    async def close(self) -> None:
        """Close all that was opened."""
        for context in self._contexts:
            await context.close()
        self._contexts.clear()

    def _file(self, what: Path | str) -> Path:
        if isinstance(what, Path):
            return what
        path = self.folder / f"page{len(self._contexts)}.html"
        path.write_text(what, encoding="utf-8")
        return path

    def _watch(self, page: Page) -> None:
        page.on("websocket", self._socket)

    def _socket(self, socket: WebSocket) -> None:
        self.trouble.append(f"asked for {socket.url}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in BAD_WORDS:
            self.trouble.append(f"{message.type} in the console: {message.text}")


@asynccontextmanager
async def watched(browser: Browser, folder: Path) -> AsyncIterator[Watched]:
    """Give what opens pages; AssertionError at the end where one did what it must not do."""
    found = Watched(browser, folder)
    try:
        yield found
    finally:
        await found.close()
    assert not found.trouble, "the page " + "\nand ".join(found.trouble)


async def axe(page: Page) -> None:
    """AssertionError that lists what axe finds wrong with the page for readers who do not see it,
    or not well.
    """
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


async def overflow_px(page: Page) -> float:
    """Return by how many pixels the page is wider than the window: what has to be scrolled
    sideways.
    """
    wider: float = await page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return wider
