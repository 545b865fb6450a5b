"""A connection that comes back by itself, and never sends late what it could not send in time."""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from aiomqtt import Client, MqttError, ProtocolVersion

from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.link import Plan, dial, drop, explain, hang_up, is_wrong_protocol, publish, tls_context
from kickcue.edges.mqtt.outbox import Outbox, Outgoing
from kickcue.edges.mqtt.quiet import quieten
from kickcue.edges.mqtt.tasks import end

LOG: Final = logging.getLogger(__name__)
HEARTBEAT_S: Final = 1.0
"""MQTT's own keepalive of 5 s finds a frozen broker or a lost network after 10 s; a race cannot wait for that."""
SHORTEST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
FLUSH_S: Final = 1.0
MOST_INCOMING: Final = 1000
PROBE: Final = "kickcue/probe"  # never subscribed to: see _probe


@dataclass(frozen=True, slots=True)
class Received:
    """A message as it came; ``received_s`` is on the event loop's clock. A retained one may be of any age."""

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
    received: int = 0
    overflowed: int = 0
    """Received, but nobody took it from ``incoming``."""
    connections: int = 0


class Session:
    """What ``connect`` gives: ``send`` and ``incoming``, whatever becomes of the connection below."""

    def __init__(self, plan: Plan) -> None:
        self.incoming: asyncio.Queue[Received] = asyncio.Queue(MOST_INCOMING)
        self.counters = Counters()
        self.connected = False
        self.trouble: str | None = None
        """Why there is no connection, in one line, once an attempt has failed."""
        self._plan = plan
        self._tls = tls_context(plan.address)
        self._protocol = ProtocolVersion.V5
        self._outbox = Outbox()
        self._renewal = asyncio.Event()

    def send(self, message: Outgoing) -> None:
        """Send as soon as there is a connection, or never if that is past the message's deadline. Does not wait."""
        self._outbox.put(message)

    def renew(self) -> None:
        """Give the present connection up and make a new one: for a user who knows that something must have come and did not."""
        self._renewal.set()

    @property
    def expired(self) -> int:
        """How many messages were dropped because they could not be sent in time."""
        return self._outbox.expired

    async def open(self) -> Client:
        """Make the first connection; ``BrokerError`` says in one line why there is none."""
        try:
            return await self._dial()
        except MqttError as error:
            raise BrokerError(explain(self._plan.address, error)) from None

    async def supervise(self, client: Client | None) -> None:
        """Keep a connection, until cancelled; None: make the first one too, however long that takes."""
        client = client or await self._reconnect()
        while True:
            try:
                await self._serve(client)
            except asyncio.CancelledError:
                await hang_up(client)
                raise
            finally:
                self.connected = False
            drop(client)
            client = await self._reconnect()

    async def close(self, supervisor: asyncio.Task[None]) -> None:
        """Send what is still waiting, if that is quick, and end."""
        if self.connected:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await self._outbox.flush()
        await end([supervisor])

    async def _dial(self) -> Client:
        """Connect: MQTT 5 first, 3.1.1 from then on with a broker that refuses it."""
        try:
            client = await dial(self._plan, self._protocol, self._tls)
        except MqttError as error:
            if self._protocol is not ProtocolVersion.V5 or not is_wrong_protocol(error):
                raise
            client = await dial(self._plan, ProtocolVersion.V311, self._tls)
            self._protocol = ProtocolVersion.V311
        self.connected, self.trouble = True, None
        self.counters.connections += 1
        return client

    async def _reconnect(self) -> Client:
        """Connect again; never gives up. Pauses are drawn from 0 to a ceiling that doubles ("full jitter")."""
        attempt, ceiling_s = 0, SHORTEST_PAUSE_S
        while True:
            await asyncio.sleep(random.uniform(0, ceiling_s))  # noqa: S311  spreads the load, keeps no secret
            try:
                client = await self._dial()
            except (MqttError, BrokerError) as error:
                text = explain(self._plan.address, error) if isinstance(error, MqttError) else str(error)
                LOG.log(logging.DEBUG if attempt else logging.WARNING, "%s; trying on", text)
                self.trouble = text
            else:
                LOG.info("broker %s: connected", self._plan.address)
                return client
            attempt, ceiling_s = attempt + 1, min(LONGEST_PAUSE_S, 2 * ceiling_s)

    async def _serve(self, client: Client) -> None:
        """Work until the connection is lost."""
        jobs = {"reader": self._read(client), "writer": self._write(client), "heartbeat": _probe(client), "renewal": self._until_renewed()}
        tasks = [asyncio.create_task(job, name=f"mqtt {name}") for name, job in jobs.items()]
        try:  # no TaskGroup: up to Python 3.12 it forgets that it was cancelled when one of its tasks fails at the same time
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(tasks)
        for error in (task.exception() for task in done):
            unexpected = None if isinstance(error, MqttError) else error
            LOG.log(
                logging.ERROR if unexpected else logging.INFO,
                "broker %s: connection lost (%s)",
                self._plan.address,
                error,
                exc_info=unexpected,
            )

    async def _until_renewed(self) -> None:
        self._renewal.clear()
        await self._renewal.wait()
        raise MqttError("given up for a new one")

    async def _read(self, client: Client) -> None:
        """Take messages off the library's hands: cancelling an iteration of its own would lose some."""
        loop = asyncio.get_running_loop()
        async for message in client.messages:
            if self.incoming.full():
                self.incoming.get_nowait()
                self.counters.overflowed += 1
            self.incoming.put_nowait(Received(str(message.topic), bytes(message.payload), message.retain, loop.time()))
            self.counters.received += 1

    async def _write(self, client: Client) -> None:
        while True:
            message = await self._outbox.get()
            try:
                await publish(client, self._protocol, message)
            except (MqttError, asyncio.CancelledError):  # cancelled: the reader saw the connection end first
                self.counters.unconfirmed += 1
                self._outbox.put_back(message)
                raise
            self.counters.sent += 1


async def _probe(client: Client) -> None:
    """Ask the broker for a sign of life each second: UNSUBSCRIBE from what nobody subscribed to must be answered (MQTT 3.1.1, 3.10.4).

    It needs no right on any topic and reaches no other client, which a published heartbeat would.
    """
    while True:
        await asyncio.sleep(HEARTBEAT_S)
        await client.unsubscribe(PROBE, timeout=HEARTBEAT_S)


@contextlib.asynccontextmanager
async def connect(plan: Plan, *, patient: bool = False) -> AsyncIterator[Session]:
    """Connect to a broker and stay connected; the first attempt reports (``BrokerError``), later ones retry for ever.

    ``patient``: do not wait for the first attempt and retry it like all others, for a sender that must go on without a broker.
    """
    quieten(asyncio.get_running_loop())
    session = Session(plan)
    first = None if patient else await session.open()
    supervisor = asyncio.create_task(session.supervise(first), name="mqtt supervisor")
    try:
        yield session
    finally:
        await session.close(supervisor)
