"""The app, written with the real Pyodide, on a static host, in Chromium."""

import os
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import pytest
import pytest_asyncio

from kickcue.cli import main
from kickcue.config.paths import cache_folder
from tests.browser.fixtures import browser, chromium
from tests.browser.page import PHONE, watched
from tests.conftest import absent, find_program
from tests.page.air import Air, a_world, air
from tests.standalone.files import write_parts
from tests.standalone.phone import FORGET, IN_WORKER, Felt, Phone

__all__ = ["air", "browser", "chromium"]

WORKER: Final = "/js/standalone/core_worker.js"
CURE: Final = "apt-get install npm, with a registry; or KICKCUE_PYODIDE names pyodide-314.0.7.tgz"


class Host(SimpleHTTPRequestHandler):
    """A static host that reads ``_headers``, as many do, and keeps nothing."""

    extensions_map = {  # noqa: RUF012  as its base has it
        **SimpleHTTPRequestHandler.extensions_map,
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".webmanifest": "application/manifest+json",
    }

    texts: Mapping[str, str] = MappingProxyType({})
    """What is sent in place of a file, by its path."""
    core: Callable[[str, bytes], bytes] | None = None
    """What answers a request by POST: its path and its body."""

    def do_GET(self) -> None:
        """Send a file, or what is in its place."""
        if self.path == "/favicon.ico":  # of a tab that shows a picture alone
            self.path = "/icon.svg"
        if self.path in self.texts:
            self._send(self.texts[self.path].encode(), "text/javascript")
        else:
            super().do_GET()

    def do_POST(self) -> None:
        """Ask the core."""
        assert self.core is not None
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._send(self.core(self.path, body), "application/octet-stream")

    def _send(self, data: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", f"{len(data)}")
        self.end_headers()
        self.wfile.write(data)

    def end_headers(self) -> None:
        """Add the headers of the app."""
        for line in (Path(self.directory) / "_headers").read_text().splitlines()[1:]:
            name, _, value = line.strip().partition(": ")
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Hosted:
    """The app on a host that can be taken away."""

    def __init__(
        self,
        folder: Path,
        texts: Mapping[str, str] | None = None,
        core: Callable[[str, bytes], bytes] | None = None,
    ) -> None:
        self.folder = folder
        more = {"texts": texts or {}, "core": None if core is None else staticmethod(core)}
        kind = type("HostOfTest", (Host,), more)
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(kind, directory=str(folder)))
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    @property
    def origin(self) -> str:
        """Where it is."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def stop(self) -> None:
        """Take it off the network."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture(scope="session")
def pyodide() -> Path | None:
    """Return Pyodide's package where one is named; None: npm fetches it, once for this user."""
    named = os.environ.get("KICKCUE_PYODIDE")
    if named:
        return Path(named)
    cache = cache_folder(os.environ)
    kept = cache is not None and any(cache.glob("pyodide-*.tgz"))
    if not kept and find_program("npm") is None:
        absent("Pyodide", CURE)
    return None


@pytest.fixture(scope="session")
def app(pyodide: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an app as the command writes it."""
    folder = tmp_path_factory.mktemp("app") / "kickcue"
    options = [] if pyodide is None else ["--pyodide", str(pyodide)]
    if main(["export-app", str(folder), *options]) != 0:
        absent("Pyodide", CURE)
    return folder


@pytest.fixture
def hosted(app: Path) -> Iterator[Hosted]:
    found = Hosted(app)
    yield found
    found.stop()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def world() -> AsyncIterator[Air]:
    """One browser for all of them, which has the app from then on."""
    async with a_world() as found:
        yield found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def owned(
    app: Path, world: Air, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Phone]:
    """Return a phone that keeps the app once it was opened: it starts in a second from then on."""
    texts = {WORKER: IN_WORKER + (app / WORKER[1:]).read_text()}
    async with a_phone(Hosted(app, texts), world, tmp_path_factory.mktemp("phone")) as found:
        yield found


@asynccontextmanager
async def a_phone(hosted: Hosted, world: Air, folder: Path) -> AsyncIterator[Phone]:
    """Give a phone that the app of a host can be opened on; the host is stopped in the end."""
    try:
        async with watched(world.chromium, folder) as browser:
            blank = await browser.visit(f"{hosted.origin}/icon.svg", PHONE, origin=hosted.origin)
            found = Phone(blank.context, hosted.origin)
            await blank.context.expose_binding(
                "vibrated", lambda _, told: found.felt.append(Felt(told["pattern"], told["at"]))
            )
            await blank.close()
            yield found
    finally:
        hosted.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(owned: Phone, air: Air) -> AsyncIterator[Phone]:  # noqa: ARG001  its sensors leave
    """Return the phone with no tab open and nothing recorded."""
    owned.felt.clear()
    yield owned
    for page in owned.context.pages:
        await page.close()
    page = await owned.context.new_page()
    await page.goto(f"{owned.origin}/icon.svg")
    await page.evaluate(FORGET)
    await page.close()


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the app's parts, without Pyodide."""
    return write_parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture
def quick(parts: Path) -> Iterator[Hosted]:
    found = Hosted(parts)
    yield found
    found.stop()
