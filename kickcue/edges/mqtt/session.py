"""A connection that comes back by itself, and never sends late what it could not send in time."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from aiomqtt import MqttError, ProtocolVersion

from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.attentive import (
    UNSPECIFIED,
    AttentiveClient,
    in_words,
    reason_code_of,
)
from kickcue.edges.mqtt.connection import (
    ConnectionPlan,
    Plans,
    dial,
    drop,
    explain,
    hang_up,
    is_wrong_protocol,
    new_client_id,
    tls_context,
)
from kickcue.edges.mqtt.errors import BrokerError
from kickcue.edges.mqtt.log_filter import quieten
from kickcue.edges.mqtt.outbox import Outgoing
from kickcue.edges.mqtt.refusals import Refusals, hearing
from kickcue.edges.mqtt.traffic import Traffic
from kickcue.supervision.back_off import BackOff
from kickcue.supervision.tasks import running

if TYPE_CHECKING:
    import ssl

LOG: Final = logging.getLogger(__name__)
PAUSES_S: Final = (0.1, 2.0)
"""First and longest."""
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


class Session:
    """What ``connect`` gives: ``send`` and ``incoming``, whatever becomes of the connection."""

    def __init__(self, plan: ConnectionPlan | Plans) -> None:
        self._traffic = Traffic()
        self.incoming = self._traffic.incoming
        self.counters = self._traffic.counters
        self.connected = False
        self.warn: Callable[[str], None] = LOG.warning
        """Hears what is wrong with connections that came about, in one line each."""
        self._lost: str | None = None
        self._plans = plan if callable(plan) else lambda: plan
        self._address: Address | None = None
        self._tls: ssl.SSLContext | None = None
        self._client_id: str | None = None
        self._short = BackOff(*PAUSES_S, lasting_s=LASTING_S)
        """Counts the connections in a row that have not lasted."""
        self._protocol = ProtocolVersion.V5
        if isinstance(plan, ConnectionPlan):
            self._be_at(plan.address)

    def send(self, message: Outgoing) -> None:
        """Send as soon as there is a connection, or never if that is past the message's deadline.

        Does not wait.
        """
        self._traffic.outbox.put(message)

    def renew(self) -> None:
        """Give the present connection up and make a new one.

        This is for a user who knows that something must have come and did not.
        """
        self._traffic.renew()

    @property
    def refusals(self) -> Refusals:
        """What the present broker does not take."""
        return self._traffic.refusals

    @property
    def answers(self) -> bool:
        """Whether the broker reports what it refuses: MQTT 3.1.1 has no message for it."""
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
        return self._traffic.outbox.expired

    async def open(self) -> AttentiveClient:
        """Make the first connection.

        BrokerError gives in one line why there is none, or what the broker refuses.
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
                ends = await self._traffic.serve(client, self._protocol)
            except asyncio.CancelledError:
                await hang_up(client)
                raise
            finally:
                self.connected = False
            drop(client)
            reasons = [self._note_end(error) for error in ends]
            self._judge(reasons[0], loop.time() - began_s)
            client = await self._reconnect()

    async def flush(self) -> None:
        """Send what is still waiting, if that is quick."""
        if self.connected:
            await self._traffic.flush()

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

    def _plan(self) -> ConnectionPlan:
        """Return what to connect to now; ``BrokerError`` where there is nothing yet."""
        plan = self._plans()
        if plan.address != self._address:
            self._be_at(plan.address)
        return plan if self._client_id is None else replace(plan, client_id=self._client_id)

    def _be_at(self, address: Address) -> None:
        """Begin with another broker, which may take other things and speak another version."""
        self._tls = tls_context(address)
        self._address, self._protocol = address, ProtocolVersion.V5
        self._traffic.be_at(address)

    def _explain(self, error: MqttError) -> str:
        assert self._address is not None
        return explain(self._address, error)

    def _judge(self, reason: int | None, lived_s: float) -> None:
        """See whether somebody else has our client id: two throw each other out for ever."""
        self._short.ended_after(lived_s)
        # Mosquitto 2.0.11 and MQTT 3.1.1 give no reason.
        unexplained = reason in (None, UNSPECIFIED) and self._traffic.sizes.largest is None
        if reason == TAKEN_OVER or (unexplained and self._short.failures >= MOST_SHORT):
            if self._client_id is None:
                self.warn(
                    f"broker {self._address}: {OF_A_TWIN if reason == TAKEN_OVER else AS_OF_A_TWIN}"
                )
            self._client_id = new_client_id()

    async def _reconnect(self) -> AttentiveClient:
        """Connect again; never gives up."""
        reported, back_off = None, replace(self._short)
        while True:
            await asyncio.sleep(back_off.pause_s())
            try:
                client = await self._dial()
            except (MqttError, BrokerError) as error:
                text = self._explain(error) if isinstance(error, MqttError) else str(error)
                LOG.log(
                    logging.DEBUG if text == reported else logging.WARNING, "%s; retrying", text
                )
                self._lost = reported = text
            else:
                LOG.info("broker %s: connected", self._address)
                return client
            back_off.failed()

    def _note_end(self, error: BaseException | None) -> int | None:
        """Say why a connection has ended, and learn from it.

        Returns the broker's reason code, None where it gave none.
        """
        if not isinstance(error, MqttError):
            LOG.error("broker %s: connection lost (%s)", self._address, error, exc_info=error)
            return None
        reason = reason_code_of(error)
        if reason is not None:
            self._traffic.sizes.ended(reason.value, asyncio.get_running_loop().time())
        why = "" if reason is None or reason.value == UNSPECIFIED else in_words(reason)
        self._lost = f"broker {self._address}: connection lost{f' ({why})' if why else ''}"
        LOG.info("broker %s: connection lost (%s)", self._address, why or error)
        return None if reason is None else reason.value


@contextlib.asynccontextmanager
async def connect(plan: ConnectionPlan | Plans, *, patient: bool = False) -> AsyncIterator[Session]:
    """Connect to a broker and stay connected.

    The first attempt reports (BrokerError), later ones are made again for ever. A plan that is a
    function is asked at each attempt. ``patient``: do not wait for the first attempt and retry it
    like all others, for a sender that must go on without a broker.
    """
    quieten(asyncio.get_running_loop())
    session = Session(plan)
    first = None if patient else await session.open()
    async with running(session.supervise(first), name="mqtt supervisor"):
        # Cancelled before its first step it would never hang up.
        await asyncio.sleep(0)
        try:
            yield session
        finally:
            await session.flush()
