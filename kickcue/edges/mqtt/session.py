"""A connection that comes back by itself, and never sends late what it could not send in time."""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from aiomqtt import Client, MqttError, ProtocolVersion

from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.attentive import (
    UNSPECIFIED,
    AttentiveClient,
    in_words,
    packet_size,
    told_reason,
)
from kickcue.edges.mqtt.connection import (
    Plan,
    Plans,
    dial,
    drop,
    explain,
    hang_up,
    is_wrong_protocol,
    new_client_id,
    publish,
    tls_context,
)
from kickcue.edges.mqtt.errors import BrokerError, RefusedError
from kickcue.edges.mqtt.log_filter import quieten
from kickcue.edges.mqtt.messages import LARGEST_PAYLOAD
from kickcue.edges.mqtt.outbox import Outbox, Outgoing
from kickcue.edges.mqtt.refusals import TOO_LARGE, Refusals, hearing
from kickcue.edges.mqtt.sizes import Sizes
from kickcue.edges.mqtt.tasks import end

if TYPE_CHECKING:
    import ssl

LOG: Final = logging.getLogger(__name__)
HEARTBEAT_S: Final = 1.0
"""MQTT's own keepalive of 5 s finds a frozen broker or a lost network after 10 s; a race cannot
wait for that."""
SHORTEST_PAUSE_S: Final = 0.1
LONGEST_PAUSE_S: Final = 2.0
LASTING_S: Final = 2.0
"""A connection that lived so long was a good one: the pause before the next begins short again."""
MOST_SHORT: Final = 2
TAKEN_OVER: Final = 142
"""DISCONNECT of MQTT 5: another client came with the same id. 3.1.1 just ends the connection."""
OF_A_TWIN: Final = "another client took over this client id: reconnecting with a new one"
AS_OF_A_TWIN: Final = (
    "the broker closes each connection at once, probably as another client has this client id: "
    "reconnecting with a new one"
)
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
    """The broker said that it does not take them, or they are larger than it takes."""
    shortened: int = 0
    """Sent without what is not needed, because the broker takes nothing longer."""
    received: int = 0
    overflowed: int = 0
    """Received, but nobody took it from ``incoming``."""
    connections: int = 0


class Session:
    """What ``connect`` gives: ``send`` and ``incoming``, whatever becomes of the connection."""

    def __init__(self, plan: Plan | Plans) -> None:
        self.incoming: asyncio.Queue[Received] = asyncio.Queue(MOST_INCOMING)
        self.counters = Counters()
        self.connected = False
        self.told: Callable[[str], None] = LOG.warning
        """Hears what is wrong with connections that came about, in one line each."""
        self.refusals = Refusals(None)
        self._lost: str | None = None
        self._sizes = Sizes()
        self._plans = plan if callable(plan) else lambda: plan
        self._address: Address | None = None
        self._tls: ssl.SSLContext | None = None
        self._client_id: str | None = None
        self._short = 0
        self._protocol = ProtocolVersion.V5
        self._outbox = Outbox()
        self._renewal = asyncio.Event()
        if isinstance(plan, Plan):
            self._be_at(plan.address)

    def send(self, message: Outgoing) -> None:
        """Send as soon as there is a connection, or never if that is past the message's deadline.

        Does not wait.
        """
        self._outbox.put(message)

    def renew(self) -> None:
        """Give the present connection up and make a new one.

        This is for a user who knows that something must have come and did not.
        """
        self._renewal.set()

    @property
    def answers(self) -> bool:
        """Whether the broker says what it refuses: MQTT 3.1.1 has no words for it."""
        return self._protocol is ProtocolVersion.V5

    @property
    def trouble(self) -> str | None:
        """Why there is no connection, once an attempt has failed, in one line.

        While there is one: what the broker refuses.
        """
        return self.refusals.text if self.connected else self._lost

    @property
    def expired(self) -> int:
        """How many messages were dropped because they could not be sent in time."""
        return self._outbox.expired

    async def open(self) -> AttentiveClient:
        """Make the first connection.

        BrokerError says in one line why there is none, or what the broker refuses.
        """
        try:
            client = await self._dial()
        except MqttError as error:
            raise BrokerError(self._explain(error)) from None
        if self.refusals.text is not None:
            await hang_up(client)
            raise BrokerError(f"broker {self._address}: {self.refusals.text}")
        return client

    async def supervise(self, client: AttentiveClient | None) -> None:
        """Keep a connection, until cancelled.

        With None make the first one too, however long that takes.
        """
        loop = asyncio.get_running_loop()
        client = client or await self._reconnect()
        while True:
            began_s = loop.time()
            try:
                reason = await self._serve(client)
            except asyncio.CancelledError:
                await hang_up(client)
                raise
            finally:
                self.connected = False
            drop(client)
            self._judge(reason, loop.time() - began_s)
            client = await self._reconnect()

    async def close(self, supervisor: asyncio.Task[None]) -> None:
        """Send what is still waiting, if that is quick, and end."""
        if self.connected:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(FLUSH_S):
                    await self._outbox.flush()
        await end([supervisor])

    async def _dial(self) -> AttentiveClient:
        """Connect: MQTT 5 first, 3.1.1 from then on with a broker that refuses it."""
        plan = self._plan()
        try:
            client, refused = await dial(plan, self._protocol, self._tls)
        except MqttError as error:
            if self._protocol is not ProtocolVersion.V5 or not is_wrong_protocol(error):
                raise
            client, refused = await dial(plan, ProtocolVersion.V311, self._tls)
            self._protocol = ProtocolVersion.V311
        self.refusals.begin()
        for topic, _ in plan.subscriptions:
            if topic in refused:
                self.refusals.note(hearing(topic), refused[topic])
            else:
                self.refusals.over(hearing(topic))
        self.connected, self._lost = True, None
        self.counters.connections += 1
        return client

    def _plan(self) -> Plan:
        """Return what to connect to now; ``BrokerError`` where there is nothing yet."""
        plan = self._plans()
        if plan.address != self._address:
            self._be_at(plan.address)
        return plan if self._client_id is None else replace(plan, client_id=self._client_id)

    def _be_at(self, address: Address) -> None:
        """Begin with another broker, which may take other things and speak another version."""
        self._tls = tls_context(address)
        self._address, self._protocol, self.refusals, self._sizes = (
            address,
            ProtocolVersion.V5,
            Refusals(address),
            Sizes(),
        )

    def _explain(self, error: MqttError) -> str:
        assert self._address is not None
        return explain(self._address, error)

    def _judge(self, reason: int | None, lived_s: float) -> None:
        """See whether somebody else has our client id: two throw each other out for ever."""
        self._short = 0 if lived_s >= LASTING_S else self._short + 1
        # Mosquitto 2.0.11 and MQTT 3.1.1 do not say why.
        unexplained = reason in (None, UNSPECIFIED) and self._sizes.largest is None
        if reason == TAKEN_OVER or (unexplained and self._short >= MOST_SHORT):
            if self._client_id is None:
                self.told(
                    f"broker {self._address}: {OF_A_TWIN if reason == TAKEN_OVER else AS_OF_A_TWIN}"
                )
            self._client_id = new_client_id()

    async def _reconnect(self) -> AttentiveClient:
        """Connect again; never gives up.

        Pauses are drawn from 0 to a ceiling that doubles ("full jitter").
        """
        told, ceiling_s = None, min(LONGEST_PAUSE_S, SHORTEST_PAUSE_S * 2**self._short)
        while True:
            # Spreads the load, keeps no secret.
            await asyncio.sleep(random.uniform(0, ceiling_s))  # noqa: S311
            try:
                client = await self._dial()
            except (MqttError, BrokerError) as error:
                text = self._explain(error) if isinstance(error, MqttError) else str(error)
                LOG.log(logging.DEBUG if text == told else logging.WARNING, "%s; retrying", text)
                self._lost = told = text
            else:
                LOG.info("broker %s: connected", self._address)
                return client
            ceiling_s = min(LONGEST_PAUSE_S, 2 * ceiling_s)

    async def _serve(self, client: AttentiveClient) -> int | None:
        """Work until the connection is lost; return the reason code if the broker gave one."""
        jobs = {
            "reader": self._read(client),
            "writer": self._write(client),
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
        reasons = [self._note_end(task.exception()) for task in done]
        return reasons[0]

    def _note_end(self, error: BaseException | None) -> int | None:
        """Say why a connection has ended, and learn from it.

        Returns the broker's reason code, None where it gave none.
        """
        if not isinstance(error, MqttError):
            LOG.error("broker %s: connection lost (%s)", self._address, error, exc_info=error)
            return None
        reason = told_reason(error)
        if reason is not None:
            self._sizes.ended(reason.value, asyncio.get_running_loop().time())
        why = "" if reason is None or reason.value == UNSPECIFIED else in_words(reason)
        self._lost = f"broker {self._address}: connection lost{f' ({why})' if why else ''}"
        LOG.info("broker %s: connection lost (%s)", self._address, why or error)
        return None if reason is None else reason.value

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
            payload = bytes(message.payload[: LARGEST_PAYLOAD + 1])
            self.incoming.put_nowait(
                Received(str(message.topic), payload, message.retain, loop.time())
            )
            self.counters.received += 1

    async def _write(self, client: AttentiveClient) -> None:
        while True:
            message = await self._outbox.get()
            payload = self._fitting(client, message)
            if payload is None:
                continue
            self._sizes.sending(
                message.topic,
                packet_size(message.topic, payload),
                asyncio.get_running_loop().time(),
            )
            try:
                await publish(client, self._protocol, message, payload)
            except RefusedError as error:
                self._refuse(message.topic, str(error))
            except (MqttError, asyncio.CancelledError):
                # Cancelled: the reader saw the connection end first.
                self.counters.unconfirmed += 1
                self._outbox.put_back(message)
                raise
            else:
                self.counters.sent += 1
                if message.qos:
                    self._sizes.taken(packet_size(message.topic, payload))
                self.refusals.over(message.topic)

    def _fitting(self, client: AttentiveClient, message: Outgoing) -> bytes | None:
        """Return the payload that the broker takes; None where it cannot be made small enough."""
        found = client.limits.fitting(
            message.topic, (message.payload, *message.shorter), self._sizes.largest
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


@contextlib.asynccontextmanager
async def connect(plan: Plan | Plans, *, patient: bool = False) -> AsyncIterator[Session]:
    """Connect to a broker and stay connected.

    The first attempt reports (BrokerError), later ones are made again for ever. A plan that is a
    function is asked at each attempt. ``patient``: do not wait for the first attempt and retry it
    like all others, for a sender that must go on without a broker.
    """
    quieten(asyncio.get_running_loop())
    session = Session(plan)
    first = None if patient else await session.open()
    supervisor = asyncio.create_task(session.supervise(first), name="mqtt supervisor")
    try:
        yield session
    finally:
        await session.close(supervisor)
