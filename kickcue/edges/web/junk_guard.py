"""What of the broker's messages goes on to a page: all that an honest sender sends, and no flood.

On a broker that others may write to, thousands a second may come on the very topics of the cues. A
phone would read them one by one, and the cue behind them would be late. So whatever is no message
of the wire ends here, but for a few, which the page counts; so do messages that are far more than
any sender has to say.
"""

from collections.abc import Callable
from typing import Final

from kickcue.core.throttle import Throttle
from kickcue.edges.mqtt.errors import WireError
from kickcue.edges.mqtt.messages import parse
from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.mqtt_gate import GateCounters, Passed
from kickcue.edges.web.mqtt_packets import (
    LARGEST_PACKET_BYTES,
    Packet,
    PacketKind,
    PacketSplitter,
    Publish,
    puback,
    read_publish,
)

MOST_PER_S: Final = 25.0
"""Of each topic, and of junk on all of them; a sender says at most ten a second on any."""
BURST: Final = 50


class JunkGuard:
    """Stands before one page; ``now_s`` is a monotonic clock."""

    def __init__(self, topics: Topics, counters: GateCounters, now_s: Callable[[], float]) -> None:
        self._topics, self._counters, self._now_s = topics, counters, now_s
        self._splitter = PacketSplitter(cuts=True)
        self._throttles: dict[str | None, Throttle] = {}

    def take(self, data: bytes) -> Passed:
        """Return what goes on of the broker's bytes, and the acknowledgements of what does not.

        BrokenPacketError for bytes that are no MQTT.
        """
        to_broker, to_page = bytearray(), bytearray()
        for packet in self._splitter.feed(data):
            if packet.kind != PacketKind.PUBLISH:
                to_page += packet.to_bytes()
                continue
            message = read_publish(packet)
            if self._goes_on(packet, message):
                to_page += packet.to_bytes()
                continue
            self._counters.junk += 1
            if message.packet_id is not None:
                to_broker += puback(message.packet_id).to_bytes()
        return Passed(bytes(to_broker), bytes(to_page))

    def _goes_on(self, packet: Packet, message: Publish) -> bool:
        if len(packet.body) >= LARGEST_PACKET_BYTES:  # cut: nobody can read it
            return False
        name = self._name_of(message)
        throttle = self._throttles.setdefault(name, Throttle(BURST, MOST_PER_S))
        return throttle.passes(self._now_s())

    def _name_of(self, message: Publish) -> str | None:
        """Return of which kind it is; None for what is no message."""
        found = self._topics.name_of(message.topic)
        if found is None:
            return None
        try:
            parse(found[0], message.payload)
        except WireError:
            return None
        return found[0]
