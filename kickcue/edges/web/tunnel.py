"""One page's MQTT: frames of its WebSocket to the broker's TCP connection, and back."""

import asyncio
import ssl
from collections.abc import Callable
from typing import Final

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from kickcue.edges.mqtt.address import Address
from kickcue.edges.web.junk_guard import JunkGuard
from kickcue.edges.web.mqtt_gate import MqttGate
from kickcue.edges.web.mqtt_packets import BrokenPacketError
from kickcue.supervision import tasks

CONNECT_S: Final = 5.0
CHUNK_BYTES: Final = 16 * 1024

REASON_BYTES: Final = 123

POLICY_VIOLATION: Final = 1008
TRY_AGAIN_LATER: Final = 1013
"""Close codes of RFC 6455 and its registry."""


async def tunnel(  # noqa: PLR0913, PLR0917  both ends, and what stands before each
    page: ServerConnection,
    gate: MqttGate,
    guard: JunkGuard,
    broker: Address,
    tls: ssl.SSLContext | None,
    hears: Callable[[], None],
) -> None:
    """Carry MQTT between a page and the broker until one of the two leaves.

    ``hears`` is called once, as soon as the page receives what it subscribed to. Neither side is
    read faster than the other takes it.
    """
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(broker.host, broker.port, ssl=tls)
    except OSError:  # TimeoutError among them
        await page.close(TRY_AGAIN_LATER, "the broker cannot be reached")
        return
    ways = [
        asyncio.create_task(_up(page, gate, writer, hears), name="page to broker"),
        asyncio.create_task(_down(reader, page, guard, writer), name="broker to page"),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await tasks.end(ways)
        writer.close()
    why = next((str(way.exception()) for way in ways if _broke_rules(way)), None)
    if why is not None:
        await page.close(POLICY_VIOLATION, shortened(why))


def shortened(why: str) -> str:
    """Return a reason as a WebSocket can carry it: 123 bytes (RFC 6455, 5.5)."""
    return why.encode()[:REASON_BYTES].decode(errors="ignore")


async def _up(
    page: ServerConnection,
    gate: MqttGate,
    writer: asyncio.StreamWriter,
    hears: Callable[[], None],
) -> None:
    try:
        async for frame in page:
            passed = gate.take(frame.encode() if isinstance(frame, str) else frame)
            writer.write(passed.to_broker)
            await writer.drain()
            if passed.to_page:
                await page.send(passed.to_page)
            if passed.hears:
                hears()
            if passed.over:
                return
    except (ConnectionClosed, OSError):
        return


async def _down(
    reader: asyncio.StreamReader,
    page: ServerConnection,
    guard: JunkGuard,
    writer: asyncio.StreamWriter,
) -> None:
    try:
        while data := await reader.read(CHUNK_BYTES):
            passed = guard.take(data)
            if passed.to_broker:
                writer.write(passed.to_broker)
                await writer.drain()
            if passed.to_page:
                await page.send(passed.to_page)
    except (ConnectionClosed, OSError):
        return


def _broke_rules(way: asyncio.Task[None]) -> bool:
    return way.done() and not way.cancelled() and isinstance(way.exception(), BrokenPacketError)
