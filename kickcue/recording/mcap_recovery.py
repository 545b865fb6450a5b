"""What of an interrupted recording stays, so that the next record can be written behind it.

Everything stays but what was never a record of the race: half a record that a power cut or a full
disk has left, and the end of a finished file, which indexes what stands before it and is written
anew. Should more than that have to go, the file is damaged and not cut off.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import Final

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Header as McapHeader, McapRecord, Metadata, Schema

from kickcue.core.errors import DataError
from kickcue.recording.file_type import MCAP_MAGIC
from kickcue.recording.header import FORMAT, header_of
from kickcue.recording.mcap_reader import CHANGED, METADATA
from kickcue.recording.mcap_records import Contents, Walk, crc_holds, message_head, parsed
from kickcue.recording.model import Header

LONGEST_RECORD_BYTES: Final = 16_384
"""No record of ours comes near it: the longest are the metadata with the set-up and the schemas, of
some kilobytes."""
MOST_IDS: Final = 1000
"""Schemas and channels are numbered from 1; there is one for each kind of event, and a few more
after an update."""


class ForeignError(DataError):
    """A file that kickcue has not written like that: not damaged, but not to be gone on with."""


_READERS: Final[Mapping[int, Callable[[ReadDataStream], McapRecord]]] = {
    Opcode.HEADER: McapHeader.read,
    Opcode.SCHEMA: Schema.read,
    Opcode.CHANNEL: Channel.read,
    Opcode.METADATA: Metadata.read,
}


def survey(data: bytes) -> tuple[Contents, Header]:
    """Return what the file holds and the recording's header.

    ``Contents.size`` is how many of the bytes stay. ForeignError where the file is not one of
    kickcue's own as it was written, DataError where it is damaged elsewhere than at its end. Work
    and memory are bounded by the length of the data.
    """
    if not MCAP_MAGIC.startswith(data[: len(MCAP_MAGIC)]):
        raise ForeignError("it is not an MCAP file")
    contents = Contents()
    header: Header | None = None
    walk = Walk(data)
    for opcode, start, end in walk.records():
        if opcode == Opcode.DATA_END:
            if not crc_holds(data, walk.at, data[start:end]):
                raise DataError(CHANGED)
            break
        header = _note(contents, opcode, data, (walk.at, start, end)) or header
        contents.size = end
    if header is None and not walk.trouble:
        raise ForeignError("another program recorded it")
    if header is None:
        raise DataError(f"it has no header, {walk.trouble}")
    if walk.trouble and len(data) - contents.size > LONGEST_RECORD_BYTES:
        raise DataError(
            f"it is damaged at byte {contents.size} of {len(data)}: more than half a record would "
            "be lost"
        )
    contents.crc = zlib.crc32(memoryview(data)[: contents.size])
    return contents, header


def _note(
    contents: Contents, opcode: int, data: bytes, place: tuple[int, int, int]
) -> Header | None:
    """Take note of a record at ``place`` (itself, its content, its end).

    Returns the recording's header where it holds one.
    """
    at, start, end = place
    if opcode == Opcode.CHUNK and not contents.messages:
        raise ForeignError("another program rewrote it in chunks")
    if end - start > LONGEST_RECORD_BYTES:
        raise DataError(
            f"it is damaged at byte {at}: a record of {end - start} bytes is impossible"
        )
    if opcode == Opcode.MESSAGE:
        contents.note_message(*_message(data, start, end))
        return None
    record = _read(opcode, at, data[start:end])
    contents.note(record, end - at)
    return (
        _header(record.metadata)
        if isinstance(record, Metadata) and record.name == METADATA
        else None
    )


def _message(data: bytes, start: int, end: int) -> tuple[int, int, int]:
    try:
        return message_head(data, start, end)
    except ValueError as error:
        raise DataError(f"it is damaged at byte {start}: {error}") from None


def _read(opcode: int, at: int, content: bytes) -> McapRecord:
    if opcode not in _READERS:
        raise DataError(
            f"it is damaged at byte {at}: kickcue never writes records of type {opcode}"
        )
    try:
        record = parsed(_READERS[opcode], content)
    # See mcap_reader: damaged bytes raise all kinds of things in the library.
    except Exception:  # noqa: BLE001
        raise DataError("the start of the file is damaged") from None
    if isinstance(record, Schema | Channel) and record.id > MOST_IDS:
        raise DataError("the start of the file is damaged")
    return record


def _header(metadata: Mapping[str, str]) -> Header:
    form = metadata.get("kickcue", "")
    if form.isdecimal() and form != str(FORMAT):
        raise ForeignError(
            f"another version of kickcue wrote it (format {form[:9]}, this one writes {FORMAT})"
        )
    return header_of(metadata)
