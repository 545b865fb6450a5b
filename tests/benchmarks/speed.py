"""Measures how fast kickcue is and writes the figures, with the machine they were taken on, into
docs/benchmarks.md.

Not a test: a timing that fails on a busy machine proves nothing. Run it with ``make bench`` on a
quiet one. The best of several runs is quoted for work inside one process (what is slower was
disturbed), the median for whole processes.
"""

import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from kickcue import __version__
from kickcue.config.race_document import RaceDocument, SensorChoice
from kickcue.core.engine import Engine
from kickcue.core.events import Notification
from kickcue.core.gatt import decode
from kickcue.core.units import ns_to_s
from kickcue.lab.scenarios import SCENARIOS
from kickcue.lab.simulate import simulate, simulated_document
from kickcue.recording import read
from kickcue.replay.source import Source, source
from tests.benchmarks import events, web_page
from tests.benchmarks.page import filled
from tests.benchmarks.report import report_rows

REPO = Path(__file__).resolve().parents[2]
PAGE = REPO / "docs" / "benchmarks.md"
BASE = os.environ.get("KICKCUE_BENCH_BASE")
"""Another checkout, whose engine is measured beside this one's."""
RUNS = 40  # a shared machine is slow for seconds at a time; the best of many finds it undisturbed


def best_s(work: Callable[[], object]) -> float:
    """Return the least CPU time of several runs, in seconds."""
    times = []
    for _ in range(RUNS):
        began = time.process_time()
        work()
        times.append(time.process_time() - began)
    return min(times)


def engine_rows() -> list[tuple[str, str]]:
    """Feed a simulated half marathon with both sensors, presses and ticks."""
    document = simulated_document("half")
    race = simulate(document.course(), SCENARIOS["button"], 1)
    fed = [event for event, _ in Source(document, race.inputs, same=False).run()]
    setup = document.engine_config()

    def feed() -> None:
        engine = Engine(setup)
        for event in fed:
            engine.feed(event)

    seconds = best_s(feed)
    bytes_only = [event for event in fed if isinstance(event, Notification)]
    codec_s = best_s(lambda: [decode(event.char, event.data) for event in bytes_only])
    hours = ns_to_s(fed[-1].t_ns) / 3600
    return [
        ("engine events per second, one core", f"{len(fed) / seconds:,.0f}"),
        ("of that, decoding alone, notifications per second", f"{len(bytes_only) / codec_s:,.0f}"),
        ("one hour of two sensors through the engine", f"{seconds / hours * 1000:.0f} ms"),
    ]


def fit_rows() -> list[tuple[str, str]]:
    """Compare decoding a real FIT file of about an hour with running it through the engine."""
    folder = Path(os.environ.get("KICKCUE_DATA", REPO.parent / "shared" / "data")) / "recordings"
    path = folder / "GoldenCheetah_Fr955v19.28andStryd.fit"
    if not path.exists():
        return [
            (
                "one real hour: decoding the FIT, and the engine",
                "not measured: there are no recordings",
            )
        ]
    recording = read(path)
    sensors = {"pod": SensorChoice(profile="stryd"), "strap": SensorChoice(profile="polar-h10")}
    run = source(replace(recording), RaceDocument(race="10000m", sensors=sensors))
    engine_s = best_s(lambda: list(run.run()))
    decode_s = best_s(lambda: read(path))
    minutes = recording.duration_s / 60
    return [
        (
            f"decoding a FIT of {minutes:.0f} minutes ({path.stat().st_size / 1000:.0f} kB)",
            f"{decode_s * 1000:.0f} ms",
        ),
        (
            "the same minutes through the engine, set-up and ticks included",
            f"{engine_s * 1000:.0f} ms",
        ),
    ]


def startup_rows() -> list[tuple[str, str]]:
    """Time whole processes."""
    rows = []
    for what, command in (
        ("python -c pass", ["-c", "pass"]),
        ("kickcue --version", ["-m", "kickcue", "--version"]),
    ):
        times = []
        for _ in range(RUNS):
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, *command], check=True, stdout=subprocess.DEVNULL, cwd=REPO
            )
            times.append(time.perf_counter() - began)
        rows.append((f"`{what}`, whole process, median", f"{median(times) * 1000:.0f} ms"))
    return rows


def machine() -> str:
    """Return what this was measured on."""
    cpu = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        cpu = next(
            (
                line.partition(":")[2].strip()
                for line in info.read_text().splitlines()
                if line.startswith("model name")
            ),
            cpu,
        )
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"{cpu}, {os.cpu_count()} cores{load}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}"
    )


def main() -> None:
    """Measure everything and write the page."""
    rows = [*engine_rows(), *fit_rows(), *startup_rows(), *report_rows()]
    page = [
        "# How fast it is",
        "",
        f"kickcue {__version__}, {datetime.now(UTC):%Y-%m-%d}, {machine()}.",
        "Written by `make bench`; run it on your machine for your figures.",
        "",
        "| what | figure |",
        "|---|---|",
        *(f"| {what} | {figure} |" for what, figure in rows),
        "",
        *events.section([Path(BASE).resolve()] if BASE else []),
        *web_page.section(),
    ]
    text = "\n".join(filled(page))
    PAGE.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
