"""The stand of the latency benchmark: private bus, fake BlueZ and broker, and an ear at the broker,
each in a process of its own.

All moments are ``time.monotonic_ns()``, which on Linux is one clock for all processes of a machine.
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.beds.fake_bluez import FakeBluez
from tests.beds.private_bus import ENVIRONMENT, PrivateBus, die_with_parent, running_bus
from tests.conftest import REPO, find_program
from tests.ports import free_port

HOST: Final = "127.0.0.1"
LONG_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as the subscriber got it."""

    t_ns: int
    topic: str
    payload: bytes


@dataclass
class Ear:
    """A plain subscriber in a process of its own."""

    process: Process
    heard: list[Heard] = field(default_factory=list)

    async def listen(self) -> None:
        """Collect what it hears, until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            t_ns, topic, payload = line.decode().split(" ")
            self.heard.append(Heard(int(t_ns), topic, bytes.fromhex(payload)))

    async def first(
        self, after_ns: int, wanted: Callable[[Heard], bool], within_s: float = LONG_S
    ) -> Heard | None:
        """Return the first message after a moment that is wanted; None if none came in time."""
        begin = len(self.heard)
        while begin and self.heard[begin - 1].t_ns >= after_ns:
            begin -= 1
        try:
            async with asyncio.timeout(within_s):
                while True:
                    for number in range(begin, len(self.heard)):
                        if self.heard[number].t_ns >= after_ns and wanted(self.heard[number]):
                            return self.heard[number]
                    begin = len(self.heard)
                    # The subscriber has stamped it: how soon we look does not count.
                    await asyncio.sleep(0.01)
        except TimeoutError:
            return None


@dataclass
class Stand:
    """What all measurements stand on."""

    bus: PrivateBus
    fake: FakeBluez
    port: int
    folder: Path

    def environment(self) -> dict[str, str]:
        """Return the environment of a program that is to use the fake Bluetooth."""
        own = {ENVIRONMENT: self.bus.address, "PYTHONPATH": str(REPO), "HOME": str(self.folder)}
        return {**os.environ, **own, "BLE2MQTT_CONFIG": str(self.folder / "ble2mqtt.json")}

    @asynccontextmanager
    async def program(self, *command: str | Path, log: str) -> AsyncIterator[Process]:
        """Run a program with pipes to it; what it complains of lies in the file ``log``. Killed at
        the end, or when we die.
        """
        with (self.folder / log).open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                *map(str, command),
                stdin=PIPE,
                stdout=PIPE,
                stderr=errors,
                env=self.environment(),
                cwd=self.folder,
                preexec_fn=die_with_parent,  # one prctl
            )
        try:
            yield process
        finally:
            if process.returncode is None:
                process.kill()
            await process.wait()

    @asynccontextmanager
    async def ear(self, port: int | None = None, login: Sequence[str] = ()) -> AsyncIterator[Ear]:
        """Listen to everything at a broker: the stand's, or another one's port with user and
        password.
        """
        command = (
            sys.executable,
            "-m",
            "tests.benchmarks.latency_programs",
            "ear",
            str(port or self.port),
            *login,
        )
        async with self.program(*command, log="ear.log") as process:
            await told(process, "listening")
            ear = Ear(process)
            listening = asyncio.create_task(ear.listen())
            try:
                yield ear
            finally:
                listening.cancel()


async def told(process: Process, word: str) -> str:
    """Wait until the program says a line that begins with ``word``; return the rest of the line."""
    assert process.stdout is not None
    async with asyncio.timeout(LONG_S):
        while line := (await process.stdout.readline()).decode():
            if line.startswith(word):
                return line.removeprefix(word).strip()
    raise RuntimeError(f"the program ended without saying {word!r}")


async def until(condition: Callable[[], bool], within_s: float = LONG_S) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(within_s):
        while not condition():  # noqa: ASYNC110  what is waited for happens in other processes
            await asyncio.sleep(0.005)


@asynccontextmanager
async def stand() -> AsyncIterator[Stand]:
    """Put everything up. Needs ``dbus-daemon`` and ``mosquitto``."""
    programs = {name: find_program(name) for name in ("dbus-daemon", "mosquitto")}
    missing = [name for name, path in programs.items() if path is None]
    if missing:
        raise SystemExit(
            f"latency: not found: {', '.join(missing)} (apt-get install dbus mosquitto)"
        )
    folder = Path(tempfile.mkdtemp(prefix="kickcue-latency-"))
    try:
        with running_bus(programs["dbus-daemon"] or Path()) as bus:
            async with FakeBluez(bus) as fake:
                here = Stand(bus, fake, free_port(), folder)
                async with mosquitto(here, programs["mosquitto"] or Path()):
                    yield here
    finally:
        shutil.rmtree(folder)


@asynccontextmanager
async def mosquitto(here: Stand, program: Path) -> AsyncIterator[None]:
    """Run a Mosquitto that lets everybody in, without Nagle's delays, as docs/wire.md advises."""
    config = here.folder / "mosquitto.conf"
    config.write_text(
        f"listener {here.port} {HOST}\nallow_anonymous true\nset_tcp_nodelay true\n",
        encoding="utf-8",
    )
    async with here.program(program, "-c", config, log="mosquitto.log"):
        began_s = time.monotonic()
        while True:
            try:
                _, writer = await asyncio.open_connection(HOST, here.port)
            except OSError:
                if time.monotonic() - began_s > LONG_S:
                    raise
                await asyncio.sleep(0.02)
            else:
                writer.close()
                await writer.wait_closed()
                break
        yield
