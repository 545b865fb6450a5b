"""MQTT 3.1.1 packets, as far as a tunnel must understand them.

Source: MQTT Version 3.1.1, OASIS Standard, 29 October 2014, sections 2 and 3.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from kickcue.core.errors import DataError

LARGEST_PACKET_BYTES: Final = 16 * 1024
"""A message of the wire is below 8 kB (docs/wire.md), its topic below 256 bytes."""

_LEVEL: Final = 4
_LENGTH_BYTES: Final = 4
_WILL, _WILL_RETAIN, _PASSWORD, _USER, _CLEAN = 0x04, 0x20, 0x40, 0x80, 0x02


class BrokenPacketError(DataError):
    """These bytes are no MQTT 3.1.1 packet that a page may send."""


class PacketKind(IntEnum):
    """The control packets that a client sends."""

    CONNECT = 1
    PUBLISH = 3
    PUBACK = 4
    SUBSCRIBE = 8
    UNSUBSCRIBE = 10
    PINGREQ = 12
    DISCONNECT = 14


@dataclass(frozen=True, slots=True)
class Packet:
    """One packet: ``flags`` are the low four bits of its first byte, ``body`` all after the length.

    ``kind`` is the number of the control packet.
    """

    kind: int
    flags: int
    body: bytes

    def to_bytes(self) -> bytes:
        """Return the packet as it is sent."""
        return bytes([self.kind << 4 | self.flags]) + _length(len(self.body)) + self.body


@dataclass(frozen=True, slots=True)
class Will:
    """The last will of a client."""

    topic: str
    message: bytes
    qos: int
    retain: bool


@dataclass(frozen=True, slots=True)
class Connect:
    """What a client asks for when it connects; whoever it says it is does not count."""

    keep_alive_s: int
    will: Will | None

    def packet(self, client_id: str, user: str | None, password: str | None) -> Packet:
        """Return the packet for the broker, with a clean session and the tunnel's own name."""
        will = self.will
        flags = _CLEAN
        parts = [_text(client_id)]
        if will is not None:
            flags |= _WILL | will.qos << 3 | (_WILL_RETAIN if will.retain else 0)
            parts += [_text(will.topic), _counted(will.message)]
        if user is not None:
            flags |= _USER
            parts.append(_text(user))
            if password is not None:
                flags |= _PASSWORD
                parts.append(_text(password))
        head = _text("MQTT") + bytes([_LEVEL, flags]) + self.keep_alive_s.to_bytes(2, "big")
        return Packet(PacketKind.CONNECT, 0, head + b"".join(parts))


@dataclass(frozen=True, slots=True)
class Publish:
    """A message that is published; ``packet_id`` is None at QoS 0."""

    topic: str
    qos: int
    retain: bool
    packet_id: int | None
    payload: bytes


class PacketSplitter:
    """Cuts a stream of bytes into packets.

    With ``cuts`` a packet that is too large is cut off after ``LARGEST_PACKET_BYTES`` of its body.
    """

    def __init__(self, *, cuts: bool = False) -> None:
        self._cuts = cuts
        self._rest = b""
        self._skipped = 0
        """Bytes still to come that are cut off."""

    def feed(self, data: bytes) -> Iterator[Packet]:
        """Yield each packet that is whole now; BrokenPacketError for one that is too large."""
        skipped = min(self._skipped, len(data))
        self._skipped -= skipped
        self._rest += data[skipped:]
        while (found := _first(self._rest, cuts=self._cuts)) is not None:
            packet, size = found
            self._skipped = max(size - len(self._rest), 0)
            self._rest = self._rest[size:]
            yield packet


def read_connect(packet: Packet) -> Connect:
    """Return what a CONNECT asks for; BrokenPacketError where it is none of MQTT 3.1.1."""
    fields = _Fields(packet.body)
    if fields.text() != "MQTT" or fields.byte() != _LEVEL:
        raise BrokenPacketError("expected MQTT 3.1.1")
    flags = fields.byte()
    keep_alive_s = fields.two_bytes()
    fields.text()  # the client id: the tunnel gives its own
    will = None
    if flags & _WILL:
        qos = flags >> 3 & 3
        _require(qos < 3, "a last will with QoS 0, 1 or 2")
        will = Will(fields.text(), fields.counted(), qos, bool(flags & _WILL_RETAIN))
    return Connect(keep_alive_s, will)


def read_publish(packet: Packet) -> Publish:
    """Return the message of a PUBLISH."""
    qos = packet.flags >> 1 & 3
    _require(qos < 2, "QoS 0 or 1")
    fields = _Fields(packet.body)
    topic = fields.text()
    packet_id = fields.two_bytes() if qos else None
    return Publish(topic, qos, bool(packet.flags & 1), packet_id, fields.rest())


def read_filters(packet: Packet) -> tuple[str, ...]:
    """Return the topic filters of a SUBSCRIBE."""
    fields = _Fields(packet.body)
    fields.two_bytes()
    found: list[str] = []
    while fields.left:
        found.append(fields.text())
        _require(fields.byte() < 3, "QoS 0, 1 or 2")
    _require(bool(found), "a topic filter")
    return tuple(found)


def puback(packet_id: int) -> Packet:
    """Return the acknowledgement of a message: for one that goes no further."""
    return Packet(PacketKind.PUBACK, 0, packet_id.to_bytes(2, "big"))


class _Fields:
    """Reads a packet's body from its beginning."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._body) - self._at

    def byte(self) -> int:
        return self._take(1)[0]

    def two_bytes(self) -> int:
        return int.from_bytes(self._take(2), "big")

    def counted(self) -> bytes:
        return self._take(self.two_bytes())

    def text(self) -> str:
        try:
            text = self.counted().decode()
        except UnicodeDecodeError:
            raise BrokenPacketError("expected UTF-8") from None
        _require("\0" not in text, "text without the character 0")
        return text

    def rest(self) -> bytes:
        return self._take(self.left)

    def _take(self, count: int) -> bytes:
        _require(count <= self.left, "a packet that is whole")
        self._at += count
        return self._body[self._at - count : self._at]


def _first(data: bytes, *, cuts: bool) -> tuple[Packet, int] | None:
    """Return the packet that ``data`` begins with and its size; None while it is not whole."""
    size = shift = 0
    for at, byte in enumerate(data[1 : 1 + _LENGTH_BYTES], 2):
        size |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            kept = min(size, LARGEST_PACKET_BYTES)
            _require(cuts or kept == size, f"at most {LARGEST_PACKET_BYTES} bytes")
            if at + kept > len(data):
                return None
            return Packet(data[0] >> 4, data[0] & 0x0F, data[at : at + kept]), at + size
    _require(len(data) <= _LENGTH_BYTES, "a length of at most four bytes")
    return None


def _length(size: int) -> bytes:
    found = bytearray()
    while True:
        size, low = size >> 7, size & 0x7F
        found.append(low | (0x80 if size else 0))
        if not size:
            return bytes(found)


def _text(text: str) -> bytes:
    return _counted(text.encode())


def _counted(data: bytes) -> bytes:
    return len(data).to_bytes(2, "big") + data


def _require(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenPacketError(f"expected {what}")
