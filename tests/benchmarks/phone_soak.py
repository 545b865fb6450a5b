"""Does the app grow on a phone? A marathon with strap and pod in Chromium, 90 minutes of it.

Not a test: ``python -m tests.benchmarks.phone_soak`` takes nine minutes and prints a table. Time
passes ten times as fast in the page and in its worker; all else is the app as it is exported.
"""

import argparse
import asyncio
import json
import os
import re
import time
from pathlib import Path
from typing import Final

from playwright.async_api import Page, Worker, async_playwright

from tests.benchmarks.phone_core import hosted, the_app
from tests.benchmarks.renderer import renderers
from tests.conftest import find_chromium
from tests.page.conftest import until

HERE: Final = Path(__file__).parent
DOCUMENT: Final = {"race": "marathon", "target_s": 10_548.0}
READY_S: Final = 120.0
HOLDS: Final = "this.#pyodide = pyodide;"
CLOCK: Final = "document.querySelector('.clock').textContent"
IN_PYTHON: Final = """
def objects():
    import gc, sys
    gc.collect()
    tracked = gc.get_objects()
    found = {id(each): each for one in tracked for each in (one, *gc.get_referents(one))}
    return f"{len(found)} {sum(map(sys.getsizeof, found.values()))}"
objects()
"""
"""How many objects Python has, and their bytes."""
IN_WORKER: Final = """
(program) => {
  gc();
  return [...pyodide.runPython(program).split(" "), pyodide._module.HEAPU8.length].map(Number);
}
"""
COLUMNS: Final = ("race", "objects", "kB", "Python MB", "page's JS MB", "nodes", "process MB")


def hastened(rate: float) -> str:
    """Return the script that lets time pass faster, from now on."""
    script = (HERE / "phone_soak.js").read_text(encoding="utf-8")
    return script.replace("[0, 1]", f"[{time.time() * 1000}, {rate}]")


def files_of(haste: str) -> dict[str, bytes]:
    """Return the app, hastened, with its Python where it can be asked."""
    found = the_app()
    # Imports come first, whatever stands where.
    found["js/standalone/core_worker.js"] += haste.encode()
    script = found["js/standalone/core_python.js"].decode()
    assert HOLDS in script
    found["js/standalone/core_python.js"] = script.replace(
        HOLDS, f"{HOLDS} self.pyodide = pyodide;"
    ).encode()
    return found


async def begin(page: Page) -> None:
    """Connect both sensors, wear the phone as the watch, start."""
    await until(page, "Boolean(document.body.dataset.ready)", READY_S)
    await page.click("[aria-controls=sensors]")
    for count in (1, 2):
        await page.click("sensors-view button.primary")
        await until(page, f"document.querySelectorAll('sensors-view li.ok').length === {count}")
    await page.click("[aria-controls=watch]")
    await page.click("watch-view button.primary")
    await page.click("[aria-controls=race]")
    await page.get_by_role("button", name="Start", exact=True).click()
    await until(page, f"/[1-9]/.test({CLOCK})", READY_S)


async def row(page: Page, worker: Worker) -> list[str]:
    """Return what there is now, after all that nobody needs is thrown away."""
    session = await page.context.new_cdp_session(page)
    await session.send("HeapProfiler.collectGarbage")
    objects, size, heap_size = await worker.evaluate(IN_WORKER, IN_PYTHON)
    heap = await session.send("Runtime.getHeapUsage")
    counters = await session.send("Memory.getDOMCounters")
    await session.detach()
    shown = (each for each in renderers(os.getpid()) if each.worker_cpu_s > 0)
    return [
        await page.evaluate(CLOCK),
        f"{objects:,}",
        f"{size / 1e3:,.0f}",
        f"{heap_size / 1e6:.1f}",
        f"{heap['usedSize'] / 1e6:.2f}",
        f"{counters['nodes']:,}",
        f"{sum(each.resident_mb for each in shown):.0f}",
    ]


async def soak(minutes: float, each_minutes: float, rate: float) -> None:
    """Run it, and print a row at intervals of the race's minutes."""
    haste = hastened(rate)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=find_chromium(),
            chromium_sandbox=os.geteuid() != 0,
            args=["--js-flags=--expose-gc"],
        )
        with hosted(files_of(haste)) as host:
            page = await browser.new_page()
            sensors = (HERE / "phone_soak_sensors.js").read_text(encoding="utf-8")
            kept = json.dumps(json.dumps(DOCUMENT))
            await page.add_init_script(
                f"{haste}{sensors}localStorage.setItem('kickcue.document', {kept});"
            )
            await page.goto(f"{host.origin}/")
            await begin(page)
            (worker,) = (each for each in page.workers if "core_worker" in each.url)
            print("| " + " | ".join(COLUMNS) + " |\n|" + "---|" * len(COLUMNS), flush=True)
            while True:
                found = await row(page, worker)
                print("| " + " | ".join(found) + " |", flush=True)
                if _seconds(found[0]) >= minutes * 60:
                    break
                await asyncio.sleep(each_minutes * 60 / rate)
            await page.close()
        await browser.close()


def _seconds(clock: str) -> float:
    """Return the seconds of a clock such as 1:02:03.4."""
    total = 0.0
    for part in re.findall(r"[\d.]+", clock):
        total = total * 60 + float(part)
    return total


def main() -> None:
    """Run it as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=90.0)
    parser.add_argument("--each", type=float, default=10.0, help="minutes between two rows")
    parser.add_argument("--rate", type=float, default=10.0)
    args = parser.parse_args()
    asyncio.run(soak(args.minutes, args.each, args.rate))


if __name__ == "__main__":
    main()
