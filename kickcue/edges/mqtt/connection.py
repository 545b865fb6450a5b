"""One connection to a broker, always by a fresh ``aiomqtt.Client``: dial, publish, hang up.

Why a fresh one (seen with 2.5.1): a client that is entered again returns before the broker has
answered, and sends once more what was in flight, at whatever age; one whose entering was cancelled
cannot be entered again.
"""

import asyncio
import contextlib
import logging
import math
import secrets
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from aiomqtt import Client, MqttError, ProtocolVersion, Will
from aiomqtt.exceptions import MqttConnectError
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from kickcue.core.errors import UsageError
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.attentive import REFUSED_FROM, AttentiveClient, in_words
from kickcue.edges.mqtt.outbox import Outgoing

KEEPALIVE_S: Final = 5
CONNECT_S: Final = 2.0
PUBLISH_S: Final = 0.5
"""No acknowledgement by then: the connection is given up. A fresh one is quicker than waiting for
TCP to send again."""
GOODBYE_S: Final = 0.5
# A receiver that was frozen gets at most so many old messages at once (MQTT 5 "receive maximum").
IN_FLIGHT: Final = 10
WRONG_PROTOCOL: Final = (1, 132)  # CONNACK: of MQTT 3.1.1 and of 5
REFUSED_LOGIN: Final = (4, 5, 134, 135)
WILL_REFUSED: Final = (154, 155)  # CONNACK: no retained messages, no such quality of service
AT_ONCE: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)
"""Without it what follows on our acknowledgement of a press waits until the broker's TCP has
acknowledged that, which takes its time: a cue came 40 ms later (Nagle, RFC 896; delayed ACK, RFC
1122)."""
LARGEST_PACKET_BYTES: Final = 16_384
"""Bytes: twice what a payload may have. MQTT 5 brokers send nothing larger; 3.1.1 has no such word,
and the library no such limit."""

TRUST: Final = "name the CA of its certificate with --ca FILE (in race.toml: broker.ca)"
NO_TLS: Final = "does this port use TLS? mqtt:// is without TLS"
TLS_REMEDIES: Final = {
    "not yet valid": "is this machine's clock right?",
    "has expired": "renew it, if this machine's clock is right",
    "hostname mismatch": "the certificate is for another name: use that in the broker's URL",
    "ip address mismatch": (
        "the certificate is for another address or name: use that in the broker's URL"
    ),
    "certificate verify failed": TRUST,
    "wrong version number": NO_TLS,
    "record layer failure": NO_TLS,
    "unexpected eof": NO_TLS,
    "unexpected_eof": NO_TLS,
    "connection reset": NO_TLS,
}
"""By OpenSSL's message, the particular before the general."""

_LIBRARY_LOG: Final = logging.getLogger(f"{__name__}.library")
# It logs connections that end, which the session does in its own words.
_LIBRARY_LOG.setLevel(logging.CRITICAL)


def new_client_id() -> str:
    """Return a client id that nobody can guess: whoever connects with ours throws us out."""
    # 22 characters; every broker takes 23 (MQTT 3.1.1, 3.1.3.1).
    return f"kickcue-{secrets.token_hex(7)}"


@dataclass(frozen=True, slots=True)
class ConnectionPlan:
    """What a connection is made of. The client id must stand in no message."""

    address: Address
    client_id: str = field(default_factory=new_client_id)
    subscriptions: tuple[tuple[str, int], ...] = ()
    will: Outgoing | None = None


Plans = Callable[[], ConnectionPlan]
"""Asked at each attempt, for a broker that may be elsewhere by then; ``BrokerError``: there is none
yet."""


def tls_context(address: Address) -> ssl.SSLContext | None:
    """Return what TLS needs, or ``None`` for a plain connection.

    ``UsageError`` for a CA file that is none.
    """
    if not address.tls:
        return None
    try:
        context = ssl.create_default_context(cafile=address.ca_file)
    except OSError as error:
        raise UsageError(f"CA file {address.ca_file}: {error.strerror or error}") from None
    context.sslsocket_class = _SelfClosingSocket
    return context


class _SelfClosingSocket(ssl.SSLSocket):
    """Is closed where its handshake fails: paho leaves it to the collector, whenever that comes."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


async def dial(
    plan: ConnectionPlan, protocol: ProtocolVersion, tls: ssl.SSLContext | None
) -> tuple[AttentiveClient, Mapping[str, str]]:
    """Connect and subscribe; return the connection, and why which subscription was refused.

    ``MqttError`` when the broker cannot be reached or refuses the connection; nothing is left open
    then. A last will that it does not take as it is goes without being retained or acknowledged.
    """
    try:
        return await _dial(plan, protocol, tls)
    except MqttConnectError as error:
        if plan.will is None or _code(error) not in WILL_REFUSED:
            raise
        return await _dial(
            replace(plan, will=replace(plan.will, qos=0, retain=False)), protocol, tls
        )


async def _dial(
    plan: ConnectionPlan, protocol: ProtocolVersion, tls: ssl.SSLContext | None
) -> tuple[AttentiveClient, Mapping[str, str]]:
    client = _client(plan, protocol, tls)
    entering = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(entering)
        answers = await asyncio.gather(
            *(_subscribe(client, topic, qos) for topic, qos in plan.subscriptions)
        )
    except BaseException:
        # Cancelled or not, and however often, the thread that connects cannot be stopped, and its
        # socket must not leak.
        while not entering.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait({entering})
        drop(client)
        raise
    return client, {
        topic: why
        for (topic, _), why in zip(plan.subscriptions, answers, strict=True)
        if why is not None
    }


def _client(
    plan: ConnectionPlan, protocol: ProtocolVersion, tls: ssl.SSLContext | None
) -> AttentiveClient:
    address, five = plan.address, protocol is ProtocolVersion.V5
    will = plan.will
    client = AttentiveClient(
        address.host,
        address.port,
        username=address.user,
        password=address.password,
        identifier=plan.client_id,
        protocol=protocol,
        clean_session=None
        if five
        else True,  # 5 has no such flag: a clean start and no session expiry mean the same
        will=None if will is None else Will(will.topic, will.payload, will.qos, will.retain),
        keepalive=KEEPALIVE_S,
        timeout=CONNECT_S,
        tls_context=tls,
        properties=_properties(
            PacketTypes.CONNECT, ReceiveMaximum=IN_FLIGHT, MaximumPacketSize=LARGEST_PACKET_BYTES
        )
        if five
        else None,
        logger=_LIBRARY_LOG,
        socket_options=AT_ONCE,
    )
    # aiomqtt offers no way to it, and 5 s of a lost network is too long.
    client._client.connect_timeout = CONNECT_S  # noqa: SLF001
    return client


def _properties(packet: int, **values: int) -> Properties:
    """Return MQTT 5 properties."""
    found = Properties(packet)  # type: ignore[no-untyped-call]  # paho forgot its type
    for name, value in values.items():
        setattr(found, name, value)
    return found


async def _subscribe(client: Client, topic: str, qos: int) -> str | None:
    """Subscribe; return why that is refused, None where it is not."""
    for granted in await client.subscribe(topic, qos, timeout=CONNECT_S):
        if not isinstance(granted, int) and granted.value >= REFUSED_FROM:
            # An int is of the callbacks of paho 1, which aiomqtt left.
            return in_words(granted)
    return None


async def publish(
    client: AttentiveClient, protocol: ProtocolVersion, message: Outgoing, payload: bytes
) -> None:
    """Publish a message as ``payload``.

    MQTT 5 brokers get an expiry for it, in whole seconds; what is retained
    does not expire. MQTT 3.1.1 knows no refusal: what a broker does not take is acknowledged, and
    lost. MqttError when not acknowledged within ``PUBLISH_S``, RefusedError when not taken.
    """
    left_s = message.deadline_s - asyncio.get_running_loop().time()
    expires = protocol is ProtocolVersion.V5 and not message.retain
    properties = (
        _properties(PacketTypes.PUBLISH, MessageExpiryInterval=max(1, math.ceil(left_s)))
        if expires
        else None
    )
    qos, retain = min(message.qos, client.limits.best_qos), message.retain and client.limits.retains
    await client.publish(message.topic, payload, qos, retain, properties, timeout=PUBLISH_S)
    client.check()


async def hang_up(client: Client) -> None:
    """End a connection with DISCONNECT, so that the broker does not publish the last will."""
    client.timeout = GOODBYE_S
    try:
        with contextlib.suppress(MqttError):
            await client.__aexit__(None, None, None)
    finally:  # cancelled once more meanwhile: who ends a task asks each tenth of a second
        drop(client)


def drop(client: Client) -> None:
    """Close the socket of a connection that is given up.

    aiomqtt leaves it open, with its reader in the loop.
    """
    # paho's disconnect() waits for a socket that a frozen broker never empties.
    client._client._sock_close()  # noqa: SLF001


def is_wrong_protocol(error: MqttError) -> bool:
    """Tell whether the broker speaks, but not this version of MQTT."""
    return isinstance(error, MqttConnectError) and _code(error) in WRONG_PROTOCOL


def explain(address: Address, error: MqttError) -> str:
    """Return in one line why there is no connection."""
    if isinstance(error, MqttConnectError):
        if _code(error) in REFUSED_LOGIN:
            who = "without a user" if address.user is None else f"of user {address.user!r}"
            return f"broker {address}: login {who} refused: check user and password"
        return f"broker {address}: refused the connection ({error.rc})"
    reason = str(error)
    if "timed out" in reason:
        reason = f"no MQTT answer within {CONNECT_S:g} s"
    short = reason.removeprefix("[Errno").removeprefix("[SSL").partition("] ")[2] or reason
    plain = short.partition(" (_ssl.c")[0]
    return f"broker {address}: cannot connect: {_about_tls(plain) if address.tls else plain}"


def _about_tls(reason: str) -> str:
    """Return the reason, and what to do where TLS is the cause."""
    return next(
        (f"{reason}: {remedy}" for sign, remedy in TLS_REMEDIES.items() if sign in reason.lower()),
        reason,
    )


def _code(error: MqttConnectError) -> int:
    """Return the CONNACK code."""
    rc = error.rc
    return (
        rc
        if isinstance(rc, int)
        else rc.value
        if rc is not None and not isinstance(rc, str)
        else -1
    )
