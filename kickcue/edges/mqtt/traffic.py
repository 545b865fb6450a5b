"""What goes over connections: messages out by their deadlines, messages in, and signs of life.

It outlives each of them: what could not be sent over one is sent over the next, if it is still
worth it.
"""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from typing import Final

from aiomqtt import Client, MqttError, ProtocolVersion

from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.attentive import AttentiveClient, packet_size
from kickcue.edges.mqtt.connection import publish
from kickcue.edges.mqtt.errors import RefusedError
from kickcue.edges.mqtt.messages import LARGEST_PAYLOAD_BYTES
from kickcue.edges.mqtt.outbox import Outbox, Outgoing
from kickcue.edges.mqtt.refusals import TOO_LARGE, Refusals
from kickcue.edges.mqtt.sizes import Sizes
from kickcue.supervision.tasks import end

LOG: Final = logging.getLogger(__name__)
HEARTBEAT_S: Final = 1.0
"""MQTT's own keepalive of 5 s finds a frozen broker or a lost network after 10 s; a race cannot
wait for that."""
FLUSH_S: Final = 1.0
MOST_INCOMING: Final = 1000
PROBE: Final = "kickcue/probe"  # never subscribed to: see _probe


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came; ``received_s`` is on the event loop's clock.

    A retained one may be of any age.
    """

    topic: str
    payload: bytes
    retained: bool
    received_s: float


@dataclass(slots=True)
class Counters:
    """What a session did and could not do."""

    sent: int = 0
    unconfirmed: int = 0
    """Not acknowledged in time; sent once more on the next connection if the deadline allows."""
    refused: int = 0
    """The broker refused them, or they are larger than it accepts."""
    shortened: int = 0
    """Sent without what is not needed, because the broker takes nothing longer."""
    received: int = 0
    overflowed: int = 0
    """Received, but nobody took it from ``incoming``."""
    connections: int = 0


class Traffic:
    """Serves one connection after the other."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[Received] = asyncio.Queue(MOST_INCOMING)
        self.outbox = Outbox()
        self.counters = Counters()
        self.refusals = Refusals(None)
        self.sizes = Sizes()
        self._address: Address | None = None
        self._renewal = asyncio.Event()

    def be_at(self, address: Address) -> None:
        """Begin with another broker, which may take other things."""
        self._address, self.refusals, self.sizes = address, Refusals(address), Sizes()

    def renew(self) -> None:
        """End the present connection."""
        self._renewal.set()

    async def flush(self) -> None:
        """Send what is still waiting, if that is quick."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await self.outbox.flush()

    async def serve(
        self, client: AttentiveClient, protocol: ProtocolVersion
    ) -> tuple[BaseException | None, ...]:
        """Work until the connection is lost; return why it was, mostly one reason."""
        jobs = {
            "reader": self._read(client),
            "writer": self._write(client, protocol),
            "heartbeat": _probe(client),
            "renewal": self._until_renewed(),
        }
        tasks = [asyncio.create_task(job, name=f"mqtt {name}") for name, job in jobs.items()]
        # No TaskGroup: up to Python 3.12 it forgets that it was cancelled when one of its tasks
        # fails at the same time.
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(tasks)
        return tuple(task.exception() for task in done)

    async def _until_renewed(self) -> None:
        self._renewal.clear()
        await self._renewal.wait()
        raise MqttError("replaced by a new one")

    async def _read(self, client: Client) -> None:
        """Take messages off the library's hands.

        Cancelling its own iteration would lose some.
        """
        loop = asyncio.get_running_loop()
        async for message in client.messages:
            if self.incoming.full():
                self.incoming.get_nowait()
                self.counters.overflowed += 1
            # What is larger is refused; the queue need not hold it meanwhile.
            payload = bytes(message.payload[: LARGEST_PAYLOAD_BYTES + 1])
            self.incoming.put_nowait(
                Received(str(message.topic), payload, message.retain, loop.time())
            )
            self.counters.received += 1

    async def _write(self, client: AttentiveClient, protocol: ProtocolVersion) -> None:
        while True:
            message = await self.outbox.get()
            payload = self._fitting(client, message)
            if payload is None:
                continue
            self.sizes.sending(
                message.topic,
                packet_size(message.topic, payload),
                asyncio.get_running_loop().time(),
            )
            try:
                await publish(client, protocol, message, payload)
            except RefusedError as error:
                self._refuse(message.topic, str(error))
            except (MqttError, asyncio.CancelledError):
                # Cancelled: the reader saw the connection end first.
                self.counters.unconfirmed += 1
                self.outbox.put_back(message)
                raise
            else:
                self.counters.sent += 1
                if message.qos:
                    self.sizes.taken(packet_size(message.topic, payload))
                self.refusals.over(message.topic)

    def _fitting(self, client: AttentiveClient, message: Outgoing) -> bytes | None:
        """Return the payload that the broker takes; None where it cannot be made small enough."""
        found = client.limits.fitting(
            message.topic, (message.payload, *message.shorter), self.sizes.largest
        )
        if found is None:
            self._refuse(message.topic, TOO_LARGE)
        elif found is not message.payload:
            self.counters.shortened += 1
            if self.counters.shortened == 1:
                LOG.warning(
                    "broker %s: message size limit too small: sending shorter cues",
                    self._address,
                )
        return found

    def _refuse(self, topic: str, why: str) -> None:
        self.counters.refused += 1
        self.refusals.note(topic, why)


async def _probe(client: Client) -> None:
    """Ask the broker for a sign of life each second.

    It must answer an UNSUBSCRIBE from what nobody subscribed to (MQTT 3.1.1, 3.10.4).

    It needs no right on any topic and reaches no other client, which a published heartbeat would.
    """
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        await client.unsubscribe(PROBE, timeout=HEARTBEAT_S)
