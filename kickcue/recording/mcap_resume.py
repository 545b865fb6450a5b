"""What of an interrupted recording stays, so that the next record can be written behind it.

Everything stays but what was never a record of the race: half a record that a power cut or a full disk has left, and the end of a finished
file, which tells of what stands before it and is written anew. Should more than that have to go, the file is damaged and not cut off.
"""

import zlib
from collections.abc import Callable, Mapping
from typing import Final

from mcap.data_stream import ReadDataStream
from mcap.opcode import Opcode
from mcap.records import Channel, Header as McapHeader, McapRecord, Metadata, Schema

from kickcue.core.errors import DataError
from kickcue.recording.header import header_of
from kickcue.recording.mcap_reader import CHANGED, METADATA
from kickcue.recording.mcap_records import Contents, Walk, crc_holds, message_head, parsed
from kickcue.recording.model import Header

LONGEST_RECORD: Final = 16_384
"""No record of ours comes near it: the longest are the metadata with the set-up and the schemas, of some kilobytes."""

_READERS: Final[Mapping[int, Callable[[ReadDataStream], McapRecord]]] = {
    Opcode.HEADER: McapHeader.read,
    Opcode.SCHEMA: Schema.read,
    Opcode.CHANNEL: Channel.read,
    Opcode.METADATA: Metadata.read,
}


def survey(data: bytes) -> tuple[Contents, Header]:
    """Return what the file holds and the recording's header; ``Contents.size`` is how many of the bytes stay.

    DataError where the file is not one of kickcue's own as it was written, or is damaged elsewhere than at its end.
    """
    contents = Contents()
    header: Header | None = None
    walk = Walk(data)
    for opcode, start, end in walk.records():
        if opcode == Opcode.DATA_END:
            if not crc_holds(data, walk.at, data[start:end]):
                raise DataError(CHANGED)
            break
        if opcode == Opcode.MESSAGE:
            contents.note_message(*_message(data, start, end))
        else:
            record = _read(opcode, data[start:end])
            contents.note(record, end - walk.at)
            if header is None and isinstance(record, Metadata) and record.name == METADATA:
                header = header_of(record.metadata)
        contents.size = end
    if header is None:
        raise DataError(f"there is no header in it{walk.trouble and f', {walk.trouble}'}")
    if walk.trouble and len(data) - contents.size > LONGEST_RECORD:
        raise DataError(f"it is damaged at byte {contents.size} of {len(data)}: more than half a record would be lost")
    contents.crc = zlib.crc32(memoryview(data)[: contents.size])
    return contents, header


def _message(data: bytes, start: int, end: int) -> tuple[int, int, int]:
    try:
        return message_head(data, start, end)
    except ValueError as error:
        raise DataError(f"it is damaged at byte {start}: {error}") from None


def _read(opcode: int, content: bytes) -> McapRecord:
    if opcode not in _READERS:
        raise DataError("another program has packed it")
    try:
        return parsed(_READERS[opcode], content)
    except Exception:  # noqa: BLE001  see mcap_reader: damaged bytes raise all kinds of things in the library
        raise DataError("the head of the file is damaged") from None
