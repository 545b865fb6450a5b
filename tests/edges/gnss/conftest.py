"""A gpsd for tests, made of the reports that a real one sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from tests.patience import PATIENCE_S

VERSION = {
    "class": "VERSION",
    "release": "3.22",
    "rev": "3.22",
    "proto_major": 3,
    "proto_minor": 14,
}
DEVICE = "/dev/ttyACM0"


def tpv(second: int, device: str = DEVICE, **more: Any) -> dict[str, Any]:
    """Return a report of a position that moves north by 5 m a second."""
    time = f"2026-05-01T12:{second // 60:02}:{second % 60:02}.000Z"
    place = {"lat": 51.86 + second * 5.0 / 111_195.0, "lon": -0.42, "speed": 5.0, "eph": 7.0}
    return {"class": "TPV", "device": device, "mode": 3, "time": time, **place, **more}


class FakeGpsd:
    """Greets, answers ``?WATCH`` and ``?DEVICES``, and says to all who listen what the test lets it
    say.
    """

    def __init__(self) -> None:
        self.port = 0
        self.devices: list[dict[str, Any]] = [{"class": "DEVICE", "path": DEVICE}]
        self.answers = True
        self.connections = 0
        self.asked: list[str] = []
        self._writers: set[asyncio.StreamWriter] = set()

    def say(self, *reports: dict[str, Any]) -> None:
        self.say_bytes(b"".join(json.dumps(report).encode() + b"\r\n" for report in reports))

    def say_bytes(self, data: bytes) -> None:
        for writer in self._writers:
            writer.write(data)

    def hang_up(self) -> None:
        for writer in self._writers:
            writer.close()

    @property
    def listeners(self) -> int:
        return len(self._writers)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        writer.write(json.dumps(VERSION).encode() + b"\r\n")
        try:
            while line := await reader.readline():
                self.asked.append(line.decode().strip())
                self._writers.add(writer)
                if self.answers:
                    writer.write(
                        json.dumps({"class": "DEVICES", "devices": self.devices}).encode() + b"\r\n"
                    )
        except ConnectionError:
            pass
        finally:
            self._writers.discard(writer)
            writer.close()


@asynccontextmanager
async def fake_gpsd() -> AsyncIterator[FakeGpsd]:
    """Serve on a free port of this machine."""
    fake = FakeGpsd()
    server = await asyncio.start_server(fake.serve, "127.0.0.1", 0)
    fake.port = server.sockets[0].getsockname()[1]
    try:
        yield fake
    finally:
        server.close()
        fake.hang_up()
        await until(lambda: fake.listeners == 0)


async def until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> None:
    """Wait until the condition holds."""
    async with asyncio.timeout(patience_s):
        while not condition():  # noqa: ASYNC110  what is waited for happens in other processes too
            await asyncio.sleep(0.01)
