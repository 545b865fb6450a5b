"""The app, written with the real Pyodide, on a static host, in Chromium."""

import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from kickcue.cli import main
from kickcue.config.paths import cache_folder
from tests.browser.fixtures import browser, chromium
from tests.conftest import absent, find_program
from tests.standalone.files import write_parts

__all__ = ["browser", "chromium"]

CURE: Final = "apt-get install npm, with a registry; or KICKCUE_PYODIDE names pyodide-314.0.7.tgz"


class Host(SimpleHTTPRequestHandler):
    """A static host that reads ``_headers``, as many do, and keeps nothing."""

    extensions_map = {  # noqa: RUF012  as its base has it
        **SimpleHTTPRequestHandler.extensions_map,
        ".wasm": "application/wasm",
        ".mjs": "text/javascript",
        ".webmanifest": "application/manifest+json",
    }

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

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(folder)))
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


@pytest.fixture(scope="session")
def parts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the app's parts, without Pyodide."""
    return write_parts(tmp_path_factory.mktemp("parts"))


@pytest.fixture
def quick(parts: Path) -> Iterator[Hosted]:
    found = Hosted(parts)
    yield found
    found.stop()
