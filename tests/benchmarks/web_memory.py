"""Measures what phones cost a daemon: its memory and its CPU with none, one, three and ten of them,
over an hour of race. Not a test: ``python -m tests.benchmarks.web_memory`` prints it.

A phone here is the traffic of one: the page's own MQTT through the port, with the cookie, by a
process of its own. The hour goes by at ``RATE``.
"""

import asyncio
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiomqtt

from kickcue.config.page_record import PageRecord, page_record
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.roles import HEARD, Role

PHONES: Final = (0, 1, 3, 10)
RATE: Final = 30.0
HOUR_S: Final = 3600.0
LOOKS: Final = 6
SETTLED_S: Final = 8.0
READY_S: Final = 60.0
KB: Final = 1e3


@dataclass(frozen=True, slots=True)
class Look:
    """What a process uses: memory of its own share (PSS) in kB, CPU in seconds since it began."""

    pss_kb: float
    cpu_s: float

    @classmethod
    def at(cls, pid: int) -> "Look":
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
        assert found is not None
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        return cls(float(found[1]), ticks / os.sysconf("SC_CLK_TCK"))


@contextmanager
def daemon(*, page: bool) -> Iterator[tuple[int, PageRecord | None]]:
    """Run a simulated marathon, with its page or without it; gives its process."""
    state = Path(tempfile.mkdtemp(prefix="kickcue-bench-"))
    words = ("run", "--race", "marathon", "--headless", "--simulated", "--rate", f"{RATE:g}")
    running = subprocess.Popen(
        [sys.executable, "-m", "kickcue", *words, "--state", str(state)],
        env={**os.environ, "KICKCUE_PAGE_ON": str(page).lower(), "KICKCUE_PAGE_HOST": "127.0.0.1"},
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    deadline_s = time.monotonic() + READY_S
    while not (state / ("page.json" if page else "running")).exists():
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
    try:
        yield running.pid, page_record(state) if page else None
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait()


@contextmanager
def phones(page: PageRecord | None, count: int) -> Iterator[None]:
    """Connect so many phones."""
    if page is None or count == 0:
        yield
        return
    told = (str(page.port), page.tokens[Role.ATHLETE], str(count))
    around = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.web_memory", *told])
    try:
        yield
    finally:
        around.kill()
        around.wait()


def looks(*, page: bool, count: int) -> list[Look]:
    """Return what the daemon uses, from its first minutes on to the end of the hour."""
    with daemon(page=page) as (pid, record), phones(record, count):
        time.sleep(SETTLED_S)
        found = [Look.at(pid)]
        for _ in range(LOOKS):
            time.sleep(HOUR_S / RATE / LOOKS)
            found.append(Look.at(pid))
        return found


def rows() -> Iterator[tuple[str, str]]:
    """Yield the figures, each beside those of a daemon without a page."""
    off = looks(page=False, count=0)
    yield "no page", _figures(off, off)
    for count in PHONES:
        yield f"page, phones: {count}", _figures(looks(page=True, count=count), off)


def _figures(found: list[Look], off: list[Look]) -> str:
    first, last = found[0], found[-1]
    wall_s = HOUR_S / RATE
    over = " ".join(f"{each.pss_kb / KB:.1f}" for each in found)
    return (
        f"{last.pss_kb / KB:.1f} MB | {(last.pss_kb - off[-1].pss_kb) / KB:+.1f} MB | "
        f"{(last.cpu_s - first.cpu_s) / wall_s:.2%} | {over}"
    )


async def be_phones(port: int, token: str, count: int) -> None:
    """Be so many phones until killed: hear all that a runner's page hears."""
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_phone(port, token))


async def _phone(port: int, token: str) -> None:
    topics = Topics()
    async with aiomqtt.Client(
        "127.0.0.1",
        port,
        transport="websockets",
        websocket_path="/mqtt",
        websocket_headers={
            "Cookie": f"kickcue-{port}={token}",
            "Origin": f"http://127.0.0.1:{port}",
            "Host": f"127.0.0.1:{port}",
        },
        protocol=aiomqtt.ProtocolVersion.V311,
    ) as client:
        await client.subscribe([(topics[name], 1) for name in HEARD[Role.ATHLETE]])
        async for _ in client.messages:
            pass


def main() -> None:
    """Print the figures; with arguments be the phones."""
    if len(sys.argv) > 1:
        port, token, count = sys.argv[1:]
        asyncio.run(be_phones(int(port), token, int(count)))
        return
    print("| | PSS after an hour | against no page | CPU | PSS over the hour, MB |")
    print("|---|---|---|---|---|")
    for what, figures in rows():
        print(f"| {what} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
