"""What of a page's MQTT goes on to the broker: what its role allows, and no more than it bears."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from kickcue.core.throttle import Throttle
from kickcue.edges.mqtt.address import Address
from kickcue.edges.mqtt.connection import new_client_id
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.mqtt_packets import (
    BrokenPacketError,
    Packet,
    PacketKind,
    PacketSplitter,
    puback,
    read_connect,
    read_filters,
    read_publish,
)
from kickcue.edges.web.roles import Role, may_hear, may_leave, may_say

BURST: Final = 100
MOST_PER_S: Final = 50.0
"""A strap, a pod at 4 Hz, batteries and acknowledgements are below ten a second."""

_ASKED: Final = frozenset({PacketKind.SUBSCRIBE, PacketKind.UNSUBSCRIBE, PacketKind.PINGREQ})
"""The broker answers each, and a subscription with all that it has kept."""


class NotAllowedError(BrokenPacketError):
    """A role asked for what it may not have."""


@dataclass(slots=True)
class GateCounters:
    """What did not go on: against the role or the wire's form, and too many at once.

    ``junk`` are messages of the broker: those that are none of the wire's, and too many.
    """

    refused: int = 0
    flooded: int = 0
    junk: int = 0


@dataclass(frozen=True, slots=True)
class Passed:
    """What follows from some bytes of the page."""

    to_broker: bytes = b""
    to_page: bytes = b""
    over: bool = False
    """The page said good-bye."""
    hears: bool = False
    """The page acknowledged its first message: what it subscribed to reaches it from now on."""


class MqttGate:
    """One page's connection, from its first byte on.

    ``now_s`` is a monotonic clock. The broker's password never reaches the page: the tunnel puts it
    in, and chooses the client id, so that no page can throw another one out.
    """

    def __init__(
        self,
        role: Role,
        topics: Topics,
        broker: Address,
        counters: GateCounters,
        now_s: Callable[[], float],
    ) -> None:
        self._role, self._topics, self._broker = role, topics, broker
        self._counters, self._now_s = counters, now_s
        self._throttle = Throttle(BURST, MOST_PER_S)
        self._asking = Throttle(BURST, MOST_PER_S)
        self._splitter = PacketSplitter()
        self._connected = False
        self._hears = False

    def take(self, data: bytes) -> Passed:
        """Return what goes on of ``data``.

        BrokenPacketError where the connection must end: bytes that are no MQTT, a second CONNECT, a
        subscription that the role may not have.
        """
        to_broker, to_page, before = bytearray(), bytearray(), self._hears
        for packet in self._splitter.feed(data):
            if packet.kind == PacketKind.DISCONNECT:
                return Passed(bytes(to_broker) + packet.to_bytes(), bytes(to_page), over=True)
            for onward, answer in self._packet(packet):
                to_broker += onward
                to_page += answer
        return Passed(bytes(to_broker), bytes(to_page), hears=self._hears and not before)

    def _packet(self, packet: Packet) -> Iterator[tuple[bytes, bytes]]:
        if (packet.kind == PacketKind.CONNECT) == self._connected:
            raise BrokenPacketError("expected CONNECT first, and once")
        if packet.kind == PacketKind.CONNECT:
            self._connected = True
            yield self._connect(packet), b""
        elif packet.kind == PacketKind.PUBLISH:
            yield self._publish(packet)
        elif packet.kind == PacketKind.PUBACK:  # as many as the broker has sent
            self._hears = True
            yield packet.to_bytes(), b""
        elif packet.kind in _ASKED:
            yield self._ask(packet), b""
        else:
            raise BrokenPacketError("expected a packet that a client sends at QoS 0 or 1")

    def _ask(self, packet: Packet) -> bytes:
        if not self._asking.passes(self._now_s()):
            raise BrokenPacketError(f"expected at most {MOST_PER_S:g} packets a second")
        if packet.kind == PacketKind.SUBSCRIBE:
            self._check_filters(packet)
        return packet.to_bytes()

    def _connect(self, packet: Packet) -> bytes:
        asked = read_connect(packet)
        will = asked.will
        if will is not None and (
            will.retain or not may_leave(self._role, self._topics, will.topic, will.message)
        ):
            raise NotAllowedError(f"a {self._role} leaves no message there")
        broker = self._broker
        return asked.packet(new_client_id(), broker.user, broker.password).to_bytes()

    def _publish(self, packet: Packet) -> tuple[bytes, bytes]:
        """Return the message for the broker, or its acknowledgement where it is dropped here."""
        message = read_publish(packet)
        answer = b"" if message.packet_id is None else puback(message.packet_id).to_bytes()
        if not self._throttle.passes(self._now_s()):
            self._counters.flooded += 1
            return b"", answer
        if message.retain or not may_say(self._role, self._topics, message.topic, message.payload):
            self._counters.refused += 1
            return b"", answer
        return packet.to_bytes(), b""

    def _check_filters(self, packet: Packet) -> None:
        for topic_filter in read_filters(packet):
            if not may_hear(self._role, self._topics, topic_filter):
                raise NotAllowedError(f"a {self._role} does not hear that topic")
