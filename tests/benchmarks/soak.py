"""Does the daemon grow, and what does it cost? Three sensors on the fake BlueZ, a private broker, a
watch, a recording.

    python -m tests.benchmarks.soak
        six hours of race at 60 times the speed: memory, tasks, file handles by the hour
    python -m tests.benchmarks.soak --rate 1 --hours 0.05
        three minutes as in life: memory and share of one core

The daemon (``kickcue.daemon.race_daemon``, as the command runs it) is a process of its own, so that
the figures are its alone. Race time passes ``rate`` times as fast; its loop, its timers, its tasks
and its sockets are real.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from kickcue.config.settings import load_settings
from kickcue.core.events import Command, CommandKind
from kickcue.core.units import NS_PER_S
from kickcue.daemon.clock import Clock
from kickcue.daemon.wiring import live
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import watch
from kickcue.recording.sensor_encoding import PodSample, pod_notification, strap_notification
from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import ENVIRONMENT, private_bus
from tests.beds.sensor import Sensor

SPEED_MPS = 3.0
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")
RACE = """
race = "{distance}m"
[sensors.strap]
address = "C0:FF:EE:00:00:01"
profile = "generic-hr"
[sensors.pod]
address = "C0:FF:EE:00:00:02"
profile = "generic-rsc"
[sensors.spare]
address = "C0:FF:EE:00:00:03"
profile = "generic-hr"
"""


def main() -> int:
    """Run it and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hours", type=float, default=6.0)
    parser.add_argument("--rate", type=float, default=60.0)
    parser.add_argument("--daemon", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.daemon:
        return asyncio.run(_daemon(args.daemon, args.rate))
    return asyncio.run(_soak(args.hours, args.rate))


# ---- the process that is measured


async def _daemon(folder: Path, rate: float) -> int:
    settings = load_settings(folder / "race.toml", environ={})
    async with live(settings, state=folder, clock=Clock(rate=rate)) as run:
        run.put(Command(run.clock.run_ns(), CommandKind.START))
        assert run.way is not None
        assert run.way.watch is not None
        print(run.way.watch.with_password(), flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            figures: dict[str, Any] = {
                "rss_mb": _memory_mb(),
                "tasks": len(asyncio.all_tasks()),
                # iterdir would open one more.
                "handles": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
                "notifications": sum(health.notifications for health in run.health.values()),
                "race_s": (run.race_ns() or 0) / NS_PER_S,
                "phase": run.phase,
                "recorded_mb": 0.0
                if run.recorder is None or run.recorder.path is None
                else run.recorder.path.stat().st_size / 1e6,
            }
            print(json.dumps(figures), flush=True)
    return 0


# ---- its surroundings


async def _soak(hours: float, rate: float) -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        distance = round(hours * 3600 * SPEED_MPS * 1.2)  # the race outlasts the measurement
        (folder / "race.toml").write_text(RACE.format(distance=distance))
        async with private_bus() as bus, FakeBluez(bus) as fake, AsyncExitStack() as stack:
            sensors = [
                fake.add_sensor(
                    "C0:FF:EE:00:00:01", "strap", services={"180d": ["2a37"]}, battery=80
                ),
                fake.add_sensor("C0:FF:EE:00:00:02", "pod", services={"1814": ["2a53"]}),
                fake.add_sensor("C0:FF:EE:00:00:03", "spare", services={"180d": ["2a37"]}),
            ]
            process = await stack.enter_async_context(_measured(folder, rate, bus.address))
            stack.push_async_callback(_end, asyncio.create_task(_play(sensors, rate)))
            stack.push_async_callback(
                _end, asyncio.create_task(_wear((await _line(process)).strip()))
            )
            await _follow(process, hours, rate)
    return 0


@asynccontextmanager
async def _measured(
    folder: Path, rate: float, bus: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.benchmarks.soak",
        "--daemon",
        str(folder),
        "--rate",
        str(rate),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, ENVIRONMENT: bus},
    )
    try:
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()


async def _play(sensors: list[Sensor], rate: float) -> None:
    """Notify once a second of race time, each sensor."""
    began_s, second = time.monotonic(), 0
    while True:
        second += 1
        await asyncio.sleep(max(began_s + second / rate - time.monotonic(), 0.0))
        strap = strap_notification(0, 150.0 + second % 7, rr_1024=(400 + second % 9,))
        pod = pod_notification(0, PodSample(SPEED_MPS, 85.0 + second % 2, SPEED_MPS * second, None))
        for sensor, event in zip(sensors, (strap, pod, strap), strict=True):
            sensor.notify(event.char, event.data)


async def _wear(url: str) -> None:
    # The measured process has no use for it.
    from kickcue.edges.mqtt.address import parse_address  # noqa: PLC0415

    async with watch(parse_address(url), Topics()) as worn:
        while True:
            await worn.wait(10.0)


async def _line(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    return (await process.stdout.readline()).decode()


async def _follow(process: asyncio.subprocess.Process, hours: float, rate: float) -> None:
    """Ask for figures at twelve moments evenly spread; print them."""
    print(
        f"{'race':>8}  {'memory':>8}  tasks  handles  {'events':>8}  {'recorded':>8}  "
        f"{'of a core':>9}"
    )
    before = _cpu_s(process.pid), time.monotonic()
    for step in range(13):
        if step:
            await asyncio.sleep(hours * 3600 / rate / 12)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        figures = json.loads(await _line(process))
        now = _cpu_s(process.pid), time.monotonic()
        share = (now[0] - before[0]) / max(now[1] - before[1], 1e-9)
        before = now
        print(
            f"{figures['race_s'] / 3600:6.2f} h  {figures['rss_mb']:5.1f} MB  "
            f"{figures['tasks']:5}  {figures['handles']:7}  "
            f"{figures['notifications']:8}  {figures['recorded_mb']:5.1f} MB  {100 * share:7.2f} %",
            flush=True,
        )


def _memory_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1e6


def _cpu_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


if __name__ == "__main__":
    sys.exit(main())
