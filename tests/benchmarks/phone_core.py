"""Measures what an event costs kickcue's Python in a browser, against CPython on this machine.

Not a test: ``python -m tests.benchmarks.phone_core`` prints it; KICKCUE_PYODIDE names Pyodide where
npm is not to fetch it. Both sides do the same work: a whole race is handed to a ``BrowserRace`` as
``js/standalone/core_python.js`` does it, and what it answers is read. In Chromium that runs in a
worker, as on a phone, and its thread's own processor time counts, whatever else the machine does;
beside it that of the whole process, with V8's compilers and collectors. Each round is followed by
one of CPython.
"""

import asyncio
import io
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from statistics import median
from typing import Final
from unittest.mock import patch
from zipfile import ZIP_DEFLATED, ZipFile

from playwright.async_api import Browser, Page, async_playwright

from kickcue.config.paths import cache_folder
from kickcue.core.units import ns_to_s
from kickcue.standalone.app_files import app_files
from kickcue.standalone.browser import BrowserRace
from kickcue.standalone.phone_race import PhoneRace
from kickcue.standalone.pyodide_files import pyodide_files
from tests.benchmarks.renderer import Renderer, renderers
from tests.conftest import find_chromium
from tests.standalone.conftest import Hosted
from tests.standalone.played import RUN, ZERO_MS, Request, asked, played, shipped

DOCUMENT: Final = {"race": "5000m", "target_s": 1200.0}
ROUNDS: Final = 12
RECORD: Final = "_record"
WITHOUT_LINES: Final = f"\n\nPhoneRace.{RECORD} = lambda race, entry: None\n"
WORKER: Final = b"""
import { CorePython } from "./js/standalone/core_python.js";
let core;
let requests;
onmessage = async ({ data }) => {
  let read = 0;
  if (data) {
    requests = data;
    core = await CorePython.open("measured");
  } else {
    for (const request of requests) {
      const { lines, messages } = core.take(request);
      read += lines.length + messages.length;
    }
  }
  postMessage(read);
};
"""
ASK: Final = """
(requests) => {
  window.worker ??= new Worker("measured.js", { type: "module" });
  return new Promise((answer, failed) => {
    worker.onmessage = ({ data }) => answer(data);
    worker.onerror = ({ message }) => failed(new Error(message));
    worker.postMessage(requests);
  });
}
"""


def a_race() -> list[Request]:
    """Return the requests of a whole race, the first of which sets it up."""
    begin = {"what": "begin", "at_ms": ZERO_MS, "run_id": RUN, "document": DOCUMENT}
    return [begin, *played(DOCUMENT).taken]


def feed(requests: list[Request]) -> None:
    """Do in CPython what the worker does."""
    race = BrowserRace(shipped())
    for request in requests:
        asked(race, request)


def without_lines(kickcue_zip: bytes) -> bytes:
    """Return the Python of the app, but that it records nothing."""
    found = io.BytesIO()
    with ZipFile(io.BytesIO(kickcue_zip)) as given, ZipFile(found, "w", ZIP_DEFLATED) as changed:
        for name in given.namelist():
            more = WITHOUT_LINES.encode() if name.endswith("/phone_race.py") else b""
            changed.writestr(name, given.read(name) + more)
    return found.getvalue()


def the_app() -> dict[str, bytes]:
    """Return the app's files, with the worker that is measured."""
    named = os.environ.get("KICKCUE_PYODIDE")
    pyodide = pyodide_files(Path(named) if named else None, cache_folder(os.environ))
    return {**app_files(pyodide), "measured.js": WORKER}


@contextmanager
def hosted(files: dict[str, bytes]) -> Iterator[Hosted]:
    """Serve files to a browser on this machine."""
    with tempfile.TemporaryDirectory(prefix="kickcue-bench-") as folder:
        for path, data in files.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_bytes(data)
        found = Hosted(Path(folder))
        try:
            yield found
        finally:
            found.stop()


@asynccontextmanager
async def a_page(browser: Browser, host: Hosted) -> AsyncIterator[Page]:
    """Open a page that does nothing."""
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(f"{host.origin}/icon.svg")
    yield page
    await context.close()


async def rounds(
    page: Page, requests: list[Request], here: Callable[[], None]
) -> AsyncIterator[tuple[float, float, float]]:
    """Yield the CPU time of a race, in s: of the worker, of its whole process, of CPython."""
    await page.evaluate(ASK, requests)
    shown = max(renderers(os.getpid()), key=lambda each: each.worker_cpu_s)
    for _ in range(ROUNDS):
        before = _used(shown)
        assert await page.evaluate(ASK) > 0
        worker_s, process_s = (after - x for after, x in zip(_used(shown), before, strict=True))
        began_ns = time.process_time_ns()
        here()
        yield worker_s, process_s, ns_to_s(time.process_time_ns() - began_ns)


def _used(shown: Renderer) -> tuple[float, float]:
    return shown.worker_cpu_s, shown.cpu_s


async def rows() -> AsyncIterator[str]:
    """Yield a line for each way."""
    requests, files = a_race(), the_app()
    bare = {**files, "python/kickcue.zip": without_lines(files["python/kickcue.zip"])}
    yield f"{DOCUMENT['race']}: {len(requests)} events; ms of CPU an event, {ROUNDS} races"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(), chromium_sandbox=os.geteuid() != 0
        )
        for name, each in (("with its recording", files), ("without its lines", bare)):
            with hosted(each) as host:
                async with a_page(browser, host) as page:
                    with patch.object(PhoneRace, RECORD, _nothing if each is bare else _recorded):
                        feed(requests)
                        found = [x async for x in rounds(page, requests, lambda: feed(requests))]
            yield f"{name}: {told(found, len(requests))}"
        await browser.close()


_recorded: Final = PhoneRace._record


def _nothing(*_: object) -> None:
    pass


def told(found: list[tuple[float, float, float]], events: int) -> str:
    """Return what a way costs: the median of all rounds but the first, and that one."""
    warm = found[1:]
    worker, process, here = (median(each) / events * 1e3 for each in zip(*warm, strict=True))
    ratio = median(there_s / here_s for there_s, _, here_s in warm)
    return (
        f"worker {worker:.4f}, its process {process:.4f}, CPython {here:.4f}: {ratio:.2f} x; the "
        f"first race {found[0][0] / events * 1e3:.4f}, {found[0][0] / found[0][2]:.2f} x"
    )


async def _main() -> None:
    async for row in rows():
        print(row, flush=True)


if __name__ == "__main__":
    asyncio.run(_main())
