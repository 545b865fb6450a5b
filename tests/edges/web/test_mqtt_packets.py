"""MQTT 3.1.1 as a tunnel reads it."""

import pytest
from hypothesis import given, strategies as st

from kickcue.edges.web.mqtt_packets import (
    LARGEST_PACKET_BYTES,
    BrokenPacketError,
    Connect,
    Packet,
    PacketKind,
    PacketSplitter,
    Will,
    read_connect,
    read_filters,
    read_publish,
)

PACKETS = st.builds(
    Packet, st.integers(0, 15), st.integers(0, 15), st.binary(max_size=300) | st.just(b"x" * 9000)
)
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)
WILLS = st.builds(Will, TEXTS, st.binary(max_size=40), st.integers(0, 2), st.booleans())


@given(st.lists(PACKETS, max_size=5), st.lists(st.integers(1, 400), max_size=60))
def test_packets_come_whole_however_the_bytes_are_cut(
    packets: list[Packet], cuts: list[int]
) -> None:
    """What was sent comes out again, packet by packet, wherever the network cut the stream."""
    stream = b"".join(packet.to_bytes() for packet in packets)
    splitter, at = PacketSplitter(), 0
    found: list[Packet] = []
    for size in [*cuts, len(stream)]:
        found += splitter.feed(stream[at : at + size])
        at += size
    assert packets == found


@given(st.integers(0, 65535), st.none() | WILLS, TEXTS, st.none() | TEXTS)
def test_connect_keeps_the_will_and_takes_the_tunnels_name(
    keep_alive_s: int, will: Will | None, user: str, password: str | None
) -> None:
    """What a page asks for goes on; who it is says the tunnel."""
    asked = Connect(keep_alive_s, will)
    packet = asked.packet("kickcue-1", user, password)
    assert asked == read_connect(packet)
    assert user.encode() in packet.body


@given(st.binary(max_size=60), st.integers(0, 15))
def test_any_bytes_are_read_or_refused(body: bytes, flags: int) -> None:
    """No bytes of a page raise anything but a BrokenPacketError."""
    for kind, read in (
        (PacketKind.CONNECT, read_connect),
        (PacketKind.PUBLISH, read_publish),
        (PacketKind.SUBSCRIBE, read_filters),
    ):
        try:
            read(Packet(kind, flags, body))
        except BrokenPacketError:
            continue


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        (b"\x30\xff\xff\xff\x7f", f"at most {LARGEST_PACKET_BYTES} bytes"),
        (b"\x30\x80\x80\x80\x80\x01", "a length of at most four bytes"),
    ],
)
def test_a_packet_too_large_is_refused_by_its_length(stream: bytes, what: str) -> None:
    """Nobody waits for megabytes: the length alone ends it."""
    with pytest.raises(BrokenPacketError, match=what):
        list(PacketSplitter().feed(stream))


def test_mqtt_5_is_refused() -> None:
    """The private broker speaks 3.1.1, and so must the page."""
    five = Packet(PacketKind.CONNECT, 0, b"\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00")
    with pytest.raises(BrokenPacketError, match=r"MQTT 3\.1\.1"):
        read_connect(five)
