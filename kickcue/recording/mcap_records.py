"""The bare records of an MCAP file: walking over them by their lengths, and writing its end.

A file is magic, records, magic; a record is an opcode, a length of 8 bytes and so many bytes. The
data ends with a DataEnd record that has a checksum of everything before it; schemas, channels and
statistics are repeated behind it, for readers that look there first.

Format: https://mcap.dev/spec.
"""

import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Final, TypeVar

from mcap.data_stream import ReadDataStream, RecordBuilder
from mcap.opcode import Opcode
from mcap.records import (
    Channel,
    Chunk,
    DataEnd,
    Footer,
    McapRecord,
    Message,
    Metadata,
    MetadataIndex,
    Schema,
    Statistics,
    SummaryOffset,
)

from kickcue.recording.file_type import MCAP_MAGIC

CUT_OFF: Final = "the file is truncated there"
DAMAGED: Final = "the file is damaged there"

_HEAD: Final = struct.Struct("<BQ")
_MESSAGE: Final = struct.Struct("<HIQQ")  # channel, sequence, log time, publish time
MESSAGE_HEAD: Final = _MESSAGE.size

R = TypeVar("R", bound=McapRecord)


@dataclass(slots=True)
class Walk:
    """Goes over the records of a file.

    Where it has ended, ``at`` is the end of the last whole record and ``trouble`` is what is
    wrong. A file is whole, and ``trouble`` empty, if it ends with a Footer and the magic.
    """

    data: bytes
    at: int = 0
    trouble: str = ""

    def records(self) -> Iterator[tuple[int, int, int]]:
        """Yield opcode, start and end of the content of each whole record.

        The record itself begins at ``at`` meanwhile.
        """
        data, size = self.data, len(self.data)
        if not data.startswith(MCAP_MAGIC):
            self.trouble = CUT_OFF if MCAP_MAGIC.startswith(data) else DAMAGED
            return
        self.at = len(MCAP_MAGIC)
        opcode = 0
        while opcode != Opcode.FOOTER:
            start = self.at + _HEAD.size
            if start > size:
                self.trouble = CUT_OFF
                return
            opcode, length = _HEAD.unpack_from(data, self.at)
            if opcode == 0:
                # No record has this one, and it is what a power cut leaves on some disks.
                self.trouble = DAMAGED
                return
            end = start + length
            if end > size:
                self.trouble = CUT_OFF
                return
            yield opcode, start, end
            self.at = end
        if data[self.at : self.at + len(MCAP_MAGIC)] != MCAP_MAGIC:
            self.trouble = CUT_OFF if size - self.at < len(MCAP_MAGIC) else DAMAGED


def message_head(data: bytes, start: int, end: int) -> tuple[int, int, int]:
    """Return channel, sequence and log time of a Message; ValueError if it is too short.

    Its data begin at ``start + MESSAGE_HEAD``.
    """
    if end - start < MESSAGE_HEAD:
        raise ValueError("too short for a message")
    channel, sequence, log_time_ns, _ = _MESSAGE.unpack_from(data, start)
    return channel, sequence, log_time_ns


def parsed(read: Callable[[ReadDataStream], R], content: bytes) -> R:
    """Return a record by the library's ``read``, which raises many things for damaged content."""
    return read(ReadDataStream(BytesIO(content)))


def unpacked(chunk: Chunk, room: int) -> Chunk:
    """Return a chunk without compression.

    ValueError if it is not what it claims, or more than ``room`` bytes.
    """
    size = chunk.uncompressed_size
    if size > room:
        raise ValueError("the chunk is larger than any recording")
    # kickcue writes no chunks.
    from lz4.frame import LZ4FrameDecompressor  # type: ignore[import-untyped]  # noqa: PLC0415
    from zstandard import ZstdDecompressor  # noqa: PLC0415

    if chunk.compression == "zstd":
        data = ZstdDecompressor().stream_reader(chunk.data).read(size + 1)
    elif chunk.compression == "lz4":
        data = LZ4FrameDecompressor().decompress(chunk.data, max_length=size + 1)
    else:
        data = chunk.data
    if len(data) != size:
        raise ValueError("the chunk size does not match its header")
    return replace(chunk, compression="", data=data)


def crc_holds(data: bytes, at: int, content: bytes) -> bool:
    """Tell whether the checksum in a DataEnd is that of the data before it; 0: "not computed".

    Its record begins at ``at``.
    """
    stored = int.from_bytes(content[:4], "little")
    return stored in (0, zlib.crc32(memoryview(data)[:at]))


@dataclass(slots=True)
class Contents:
    """What stands in the data of an unchunked file so far, as its end must list."""

    size: int = len(MCAP_MAGIC)
    crc: int = zlib.crc32(MCAP_MAGIC)
    schemas: dict[int, Schema] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    sequence: int = 0
    """Of the last message."""
    _metadata: list[MetadataIndex] = field(default_factory=list)
    _messages: dict[int, int] = field(default_factory=dict)
    _first_ns: int | None = None
    _last_ns: int = 0

    def add(self, record: McapRecord) -> bytes:
        """Take note of a record that is written next; return its bytes."""
        data = _bytes_of(record)
        self.note(record, len(data))
        self.size += len(data)
        self.crc = zlib.crc32(data, self.crc)
        return data

    def note(self, record: McapRecord, length: int) -> None:
        """Take note of what a record holds.

        It has ``length`` bytes, head included, and begins at ``size``.
        """
        if isinstance(record, Message):
            self.note_message(record.channel_id, record.sequence, record.log_time)
        elif isinstance(record, Schema):
            self.schemas[record.id] = record
        elif isinstance(record, Channel):
            self.channels[record.id] = record
        elif isinstance(record, Metadata):
            self._metadata.append(MetadataIndex(offset=self.size, length=length, name=record.name))

    def note_message(self, channel: int, sequence: int, log_time_ns: int) -> None:
        """Take note of a message."""
        self.sequence = sequence
        self._messages[channel] = self._messages.get(channel, 0) + 1
        self._first_ns = log_time_ns if self._first_ns is None else min(self._first_ns, log_time_ns)
        self._last_ns = max(self._last_ns, log_time_ns)

    @property
    def messages(self) -> int:
        """How many there are."""
        return sum(self._messages.values())

    def end(self) -> bytes:
        """Return everything that follows the data.

        That is DataEnd, schemas, channels, statistics, index of metadata, footer, magic.
        """
        data_end = _bytes_of(DataEnd(self.crc))
        start = at = self.size + len(data_end)
        summary = offsets = b""
        for opcode, group in self._summary():
            data = b"".join(map(_bytes_of, group))
            summary += data
            offsets += _bytes_of(SummaryOffset(opcode, group_start=at, group_length=len(data)))
            at += len(data)
        # The checksum covers the footer up to itself.
        footer = struct.pack("<BQQQ", Opcode.FOOTER, 8 + 8 + 4, start, at)
        crc = zlib.crc32(footer, zlib.crc32(summary + offsets))
        return data_end + summary + offsets + _bytes_of(Footer(start, at, crc)) + MCAP_MAGIC

    def _summary(self) -> Iterator[tuple[Opcode, Sequence[McapRecord]]]:
        yield Opcode.SCHEMA, tuple(self.schemas.values())
        yield Opcode.CHANNEL, tuple(self.channels.values())
        statistics = Statistics(
            attachment_count=0,
            channel_count=len(self.channels),
            channel_message_counts=self._messages,
            chunk_count=0,
            message_count=self.messages,
            message_end_time=self._last_ns,
            message_start_time=self._first_ns or 0,
            metadata_count=len(self._metadata),
            schema_count=len(self.schemas),
        )
        yield Opcode.STATISTICS, (statistics,)
        yield Opcode.METADATA_INDEX, self._metadata


def _bytes_of(record: McapRecord) -> bytes:
    builder = RecordBuilder()
    record.write(builder)
    data: bytes = builder.end()  # type: ignore[no-untyped-call]  # the library forgot its type
    return data
