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

import websockets
from websockets.typing import Origin, Subprotocol

from kickcue.config.page_record import PageRecord, page_record
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.mqtt_packets import (
    Connect,
    Packet,
    PacketKind,
    PacketSplitter,
    puback,
    read_publish,
)
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
    """What a process uses, in kB: in memory (RSS), and of that its alone; CPU since it began in s.

    What it shares with other Pythons on the machine says nothing about the page.
    """

    rss_kb: float
    own_kb: float
    cpu_s: float

    @classmethod
    def at(cls, pid: int) -> "Look":
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
        kb = {
            name: float(value)
            for name, value in re.findall(r"^(\w+):\s+(\d+) kB", rollup, re.MULTILINE)
        }
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        ticks = int(fields[11]) + int(fields[12])
        own_kb = kb["Private_Clean"] + kb["Private_Dirty"]
        return cls(kb["Rss"], own_kb, ticks / os.sysconf("SC_CLK_TCK"))


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
    cpu = (last.cpu_s - first.cpu_s) / (HOUR_S / RATE)
    over = " ".join(f"{each.own_kb / KB:.1f}" for each in found)
    return (
        f"{last.rss_kb / KB:.1f} MB | {last.own_kb / KB:.1f} MB | "
        f"{(last.own_kb - off[-1].own_kb) / KB:+.1f} MB | {cpu:.1%} | {over}"
    )


async def be_phones(port: int, token: str, count: int) -> None:
    """Be so many phones until killed: hear all that a runner's page hears."""
    async with asyncio.TaskGroup() as group:
        for _ in range(count):
            group.create_task(_phone(port, token))


async def _phone(port: int, token: str) -> None:
    """Subscribe to what a runner's page hears, and acknowledge each message."""
    topics, splitter = Topics(), PacketSplitter()
    filters = b"".join(_text(topics[name]) + b"\x01" for name in HEARD[Role.ATHLETE])
    async with websockets.connect(
        f"ws://127.0.0.1:{port}/mqtt",
        subprotocols=[Subprotocol("mqtt")],
        origin=Origin(f"http://127.0.0.1:{port}"),
        additional_headers={"Cookie": f"kickcue-{port}={token}"},
    ) as socket:
        await socket.send(Connect(0, None).packet("page", None, None).to_bytes())
        await socket.send(Packet(PacketKind.SUBSCRIBE, 2, b"\x00\x01" + filters).to_bytes())
        async for frame in socket:
            assert isinstance(frame, bytes)
            for packet in splitter.feed(frame):
                if packet.kind == PacketKind.PUBLISH and packet.flags & 0b110:
                    packet_id = read_publish(packet).packet_id
                    assert packet_id is not None
                    await socket.send(puback(packet_id).to_bytes())


def _text(word: str) -> bytes:
    return len(word).to_bytes(2, "big") + word.encode()


def main() -> None:
    """Print the figures; with arguments be the phones."""
    if len(sys.argv) > 1:
        port, token, count = sys.argv[1:]
        asyncio.run(be_phones(int(port), token, int(count)))
        return
    print("| | RSS after an hour | its own | by the page | CPU | its own over the hour, MB |")
    print("|---|---|---|---|---|---|")
    for what, figures in rows():
        print(f"| {what} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
