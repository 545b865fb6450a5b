"""Real brokers to deliver through: the private NATS server and Mosquitto 2, both of which can be
killed, brought back and frozen.
"""

import asyncio
import contextlib
import os
import pwd
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

import pytest

from kickcue.core.events import Cue, CueKind, Input
from kickcue.core.units import NS_PER_S
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker import PrivateBroker, private_broker
from kickcue.edges.mqtt.delivery import Delivery, deliver
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.mqtt.watch_client import Happening, WatchClient, watch
from kickcue.supervision.tasks import end
from tests.patience import PATIENCE_S
from tests.ports import free_port

TOPICS = Topics("kickcue/test")
WORTH_MS = 30_000  # a busy machine holds a message up; where lateness is the point the test says so
T = TypeVar("T")


class Broker(Protocol):
    """A broker under test."""

    @property
    def address(self) -> Address:
        """For the sender."""

    @property
    def watch_address(self) -> Address:
        """For a watch."""

    def signal(self, number: signal.Signals) -> None:
        """Send the server process a signal."""

    def come_back(self) -> None:
        """Start the server again after it was killed."""


@dataclass
class Nats:
    """The private broker; its guard starts it again by itself."""

    private: PrivateBroker

    @property
    def address(self) -> Address:
        return self.private.address

    @property
    def watch_address(self) -> Address:
        return self.private.watch

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.private.server_pid, number)

    def come_back(self) -> None:
        """Nothing to do."""


@dataclass
class Mosquitto:
    """A Mosquitto of our own, with a password file; MQTT 5."""

    program: Path
    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    options: list[str] = field(default_factory=list)

    @property
    def address(self) -> Address:
        return Address("127.0.0.1", self.port, "daemon", "daemon secret", TOPICS.prefix)

    @property
    def watch_address(self) -> Address:
        return replace(self.address, user="watch", password="watch secret")

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
        if number is signal.SIGKILL:
            self.process.wait()

    def come_back(self) -> None:
        passwords = self.folder / "passwords"
        if not self.port:
            self.port = free_port()
            for number, user in enumerate(("daemon", "watch")):
                create = [] if number else ["-c"]
                subprocess.run(
                    ["mosquitto_passwd", *create, "-b", passwords, user, f"{user} secret"],
                    check=True,
                )
        config = self.folder / "mosquitto.conf"
        config.write_text(
            "\n".join(
                [
                    f"listener {self.port} 127.0.0.1",
                    f"password_file {passwords}",
                    "allow_anonymous false",
                    "set_tcp_nodelay true",
                    "max_queued_messages 20",
                    f"user {pwd.getpwuid(os.getuid()).pw_name}",
                    f"log_dest file {self.folder / 'mosquitto.log'}",
                    *self.options,
                ]
            )
        )
        self.process = subprocess.Popen(
            [self.program, "-c", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_until_open(self.port)


def wait_until_open(port: int) -> None:
    """Return once something listens."""
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.01)
    pytest.fail(f"nothing listens on port {port}")


@pytest.fixture(autouse=True)
def own_runtime_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the tests' brokers from being found by a watch of this user, and the user's from being
    found by the tests.
    """
    folder = tmp_path / "runtime"
    folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))


def be_patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have nobody give up a connection, a message or a sender because a busy machine takes its
    time: where that is the point a test says so.
    """
    for name in (
        "connection.CONNECT_S",
        "connection.PUBLISH_S",
        "connection.GOODBYE_S",
        "traffic.HEARTBEAT_S",
        "traffic.FLUSH_S",
        "liveness.SILENT_S",
        "watch_client.SILENT_S",
        "watch_client.SILENCE_S",
        "watch_client.ACK_WORTH_S",
        "watch_client.COMMAND_WORTH_S",
        "watch_client.PRESENCE_EACH_S",
    ):
        monkeypatch.setattr(f"kickcue.edges.mqtt.{name}", PATIENCE_S)
    for name in ("STATE_WORTH_NS", "ORDER_WORTH_NS"):
        monkeypatch.setattr(f"kickcue.edges.mqtt.delivery.{name}", round(PATIENCE_S * NS_PER_S))
    monkeypatch.setattr("kickcue.edges.mqtt.inbound.LATEST_MS", round(PATIENCE_S * 1000))
    monkeypatch.setattr("kickcue.edges.mqtt.connection.KEEPALIVE_S", round(PATIENCE_S))


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be patient as above."""
    be_patient(monkeypatch)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the sender say its status ten times a second, and a watch be content with a fifth of a
    second of them; have it look for other senders a tenth of a second: else each test waits more
    than a second until its watch can judge a cue. And be patient as above.
    """
    be_patient(monkeypatch)
    monkeypatch.setattr("kickcue.edges.mqtt.rivals.LISTEN_NS", 100_000_000)
    monkeypatch.setattr("kickcue.edges.mqtt.delivery.STATUS_EACH_NS", 100_000_000)
    monkeypatch.setattr("kickcue.core.watch.clock_offset.APART_MS", 200)


@pytest.fixture
async def nats() -> AsyncIterator[Nats]:
    async with private_broker(TOPICS) as private:
        yield Nats(private)


@pytest.fixture
def mosquitto(tmp_path: Path, real_program: Callable[[str], Path]) -> Iterator[Mosquitto]:
    broker = Mosquitto(real_program("mosquitto"), tmp_path)
    broker.come_back()
    yield broker
    assert broker.process is not None
    broker.process.send_signal(signal.SIGCONT)
    broker.process.kill()
    broker.process.wait()


@pytest.fixture
def certificates(tmp_path: Path) -> Path:
    """Make a certificate for 127.0.0.1 that is its own CA; return its folder."""
    subject = ["-subj", "/CN=kickcue", "-addext", "subjectAltName=IP:127.0.0.1"]
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    subprocess.run(
        ["openssl", "req", "-x509", *kind, *subject, "-keyout", "server.key", "-out", "server.crt"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    return tmp_path


@pytest.fixture(params=["nats", pytest.param("mosquitto", marks=pytest.mark.mosquitto)])
async def broker(request: pytest.FixtureRequest) -> AsyncIterator[Broker]:
    """Each of the two brokers."""
    if request.param == "nats":
        async with private_broker(TOPICS) as private:
            yield Nats(private)
    else:
        yield request.getfixturevalue("mosquitto")


@dataclass
class Run:
    """A sender and a watch on one broker, with one clock: the event loop's."""

    clock: Callable[[], int]
    sender: Delivery | None = None
    wrist: WatchClient | None = None
    seen: list[tuple[int, Happening]] = field(default_factory=list)
    """What the watch did, and when on the engine's clock."""
    inputs: list[Input] = field(default_factory=list)

    @property
    def delivery(self) -> Delivery:
        assert self.sender is not None
        return self.sender

    @property
    def watch(self) -> WatchClient:
        assert self.wrist is not None
        return self.wrist

    def of(self, kind: type[T]) -> list[T]:
        """Return what the watch did, of one kind."""
        return [each for _, each in self.seen if isinstance(each, kind)]

    def cue(self, cue_id: str, *, ttl_ms: int = WORTH_MS) -> Cue:
        """Return a cue that is due now."""
        return Cue(
            self.clock(),
            cue_id,
            CueKind.LAST_LAP,
            "last lap",
            "last lap",
            ((200, 100, 1.0),),
            3,
            ttl_ms,
            400.0,
            3.2,
        )

    async def follow(self) -> None:
        """Be the watch, and note what it does."""
        while True:
            for each in await self.watch.wait(1.0):
                self.seen.append((self.clock(), each))

    async def collect(self) -> None:
        """Be the engine: take the inputs."""
        while True:
            self.inputs.append(await self.delivery.incoming.get())


async def until(condition: Callable[[], bool]) -> None:
    """Wait until the condition holds; give up after ``PATIENCE_S``."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  what is waited for happens in other processes too
            await asyncio.sleep(0.01)


def engine_clock() -> Callable[[], int]:
    """Return a clock that starts now, in ns."""
    loop = asyncio.get_running_loop()
    start_s = loop.time()
    return lambda: round((loop.time() - start_s) * 1e9)


SENDER = """
import asyncio, sys, time
from kickcue.edges.mqtt.address import parse_address
from kickcue.edges.mqtt.delivery import deliver
from kickcue.edges.mqtt.topics import Topics

async def main():
    address = parse_address(sys.argv[1])
    topics = Topics.of(address.prefix, None)
    async with deliver(
        address, topics, run_id="killed", now_ns=time.monotonic_ns, patient=True
    ):
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def start_sender(address: Address) -> asyncio.subprocess.Process:
    """Start a sender in a process of its own, run ``killed``."""
    return await asyncio.create_subprocess_exec(
        sys.executable, "-c", SENDER, address.with_password()
    )


@contextlib.asynccontextmanager
async def running(broker: Broker) -> AsyncIterator[Run]:
    """Connect a sender and a watch, and wait until the watch can tell how late its messages are."""
    clock = engine_clock()
    async with (
        watch(broker.watch_address, TOPICS) as wrist,
        deliver(broker.address, TOPICS, run_id="run", now_ns=clock) as delivery,
    ):
        run = Run(clock, delivery, wrist)
        tasks = [asyncio.create_task(run.follow()), asyncio.create_task(run.collect())]
        try:
            await until(lambda: wrist.wrist.is_sure("run"))
            yield run
        finally:
            await end(tasks)
            for task in tasks:
                assert task.cancelled()
