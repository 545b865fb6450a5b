"""What of a flood reaches a page, and that no message of a sender is lost in it."""

import json
from collections.abc import Iterator
from itertools import cycle, islice
from typing import Final

import pytest

from kickcue.edges.mqtt.topics import Topics
from kickcue.edges.web.junk_guard import BURST, MOST_PER_S, JunkGuard
from kickcue.edges.web.mqtt_gate import GateCounters
from kickcue.edges.web.mqtt_packets import (
    LARGEST_PACKET_BYTES,
    BrokenPacketError,
    Packet,
    PacketKind,
    PacketSplitter,
    puback,
)
from tests.edges.web.test_mqtt_gate import publish
from tests.page.flood import HEARD, JUNK, MEGABYTE, TAKEN

TOPICS: Final = Topics("kickcue/maria")
CHUNK: Final = 16 * 1024
STATUS: Final = {"run_id": "run", "sent_ms": 1, "status": "online", "phase": None}
CUE: Final = {
    "run_id": "run", "sent_ms": 2, "id": "last_lap-1", "kind": "last_lap", "text": "Last lap",
    "say": None, "pulses": [[500, 150, 1.0]], "urgency": 3, "due_in_ms": 0, "ttl_ms": 1500,
    "to_go_m": 400.0, "sd_m": 2.0,
}  # fmt: skip


class Clock:
    """Gives the time that it is set to."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def through(guard: JunkGuard, stream: bytes) -> tuple[bytes, bytes]:
    """Return what goes on to the page of a stream, and what the broker hears."""
    passed = [guard.take(stream[at : at + CHUNK]) for at in range(0, len(stream), CHUNK)]
    return b"".join(each.to_page for each in passed), b"".join(each.to_broker for each in passed)


def junk(count: int) -> Iterator[bytes]:
    topics = cycle(f"{TOPICS.prefix}/{name}" for name in (*HEARD, *TAKEN))
    for topic, payload in islice(zip(topics, cycle(JUNK), strict=False), count):
        yield publish(topic, payload, qos=1)


def test_a_cue_goes_on_in_the_midst_of_junk() -> None:
    """GIVEN 5,000 messages in a second that are none WHEN a cue comes among them THEN it goes on,
    with no more of them than the page may count; the broker hears that all others were taken.
    """
    counters, clock = GateCounters(), Clock()
    guard, shown, heard = JunkGuard(TOPICS, counters, clock), b"", b""
    cue = publish(TOPICS["cue"], CUE)
    for number, each in enumerate(junk(5000)):
        clock.now_s = number / 5000
        to_page, to_broker = through(guard, each + (cue if number == 4000 else b""))
        shown, heard = shown + to_page, heard + to_broker
    assert 1 == shown.count(cue)
    passed = len(list(PacketSplitter().feed(shown))) - 1
    assert 0 < passed <= BURST + MOST_PER_S
    assert 5000 - passed == counters.junk
    assert puback(7).to_bytes() * counters.junk == heard


def test_megabytes_end_here() -> None:
    """GIVEN megabytes between two statuses THEN the statuses alone go on, and the broker is not
    asked twice.
    """
    counters = GateCounters()
    status = publish(TOPICS["status"], STATUS, qos=0)
    large = publish(TOPICS["cue"], MEGABYTE)
    stream = status + large + status + publish(TOPICS["race"], MEGABYTE, qos=0) + status
    found = through(JunkGuard(TOPICS, counters, Clock()), stream)
    assert (status * 3, puback(7).to_bytes()) == found
    assert 2 == counters.junk


def test_messages_that_are_too_many_end_here() -> None:
    """GIVEN a thousand statuses at once, of whoever, and a cue THEN the cue goes on."""
    status, cue = publish(TOPICS["status"], STATUS, qos=0), publish(TOPICS["cue"], CUE)
    to_page, _ = through(JunkGuard(TOPICS, GateCounters(), Clock()), status * 1000 + cue)
    assert status * BURST + cue == to_page


def test_what_is_no_message_at_all_goes_on() -> None:
    """What a broker says of the connection itself is the page's."""
    said = b"".join(Packet(kind, 0, b"\x00\x00").to_bytes() for kind in (2, 4, 9, 11, 13))
    assert (said, b"") == through(JunkGuard(TOPICS, GateCounters(), Clock()), said)


def test_bytes_that_are_no_mqtt_end_the_connection() -> None:
    """A broker that says what is no MQTT is none."""
    with pytest.raises(BrokenPacketError):
        JunkGuard(TOPICS, GateCounters(), Clock()).take(b"\x30\xff\xff\xff\xff\xff")


def test_a_packet_of_any_size_is_cut_wherever_the_bytes_are() -> None:
    """What is cut off is what is too much, to the byte."""
    small = Packet(PacketKind.PUBLISH, 0, json.dumps(STATUS).encode())
    for size in (LARGEST_PACKET_BYTES - 1, LARGEST_PACKET_BYTES, 3 * LARGEST_PACKET_BYTES + 1):
        stream = small.to_bytes() + Packet(3, 0, b"x" * size).to_bytes() + small.to_bytes()
        for step in (977, CHUNK, len(stream)):
            splitter = PacketSplitter(cuts=True)
            found = [
                packet
                for at in range(0, len(stream), step)
                for packet in splitter.feed(stream[at : at + step])
            ]
            cut = Packet(3, 0, b"x" * min(size, LARGEST_PACKET_BYTES))
            assert [small, cut, small] == found
