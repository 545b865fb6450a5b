"""Reads the native recording, as far as it can be read."""

from pathlib import Path
from typing import Final

from mcap.opcode import Opcode
from mcap.records import Channel, Chunk, Message, Metadata
from mcap.stream_reader import CRCValidationError, breakup_chunk

from kickcue.core.errors import DataError
from kickcue.core.units import ns_to_s
from kickcue.recording.codec import BY_TOPIC, EventShape
from kickcue.recording.file_bytes import LARGEST_BYTES
from kickcue.recording.header import header_of
from kickcue.recording.json_text import parse, shown
from kickcue.recording.json_values import read_t_ns
from kickcue.recording.mcap_records import (
    DAMAGED,
    MESSAGE_HEAD,
    Walk,
    crc_holds,
    message_head,
    parsed,
    unpacked,
)
from kickcue.recording.model import Entry, Header, Recording
from kickcue.recording.watch_records import WatchLap, WatchRecord, WatchRecords

METADATA: Final = "kickcue"
_NAMED: Final = 3  # unknown channels
CHANGED: Final = "bytes were changed after recording (checksum mismatch)"


def read(path: Path, data: bytes) -> Recording:
    """Return what a kickcue MCAP holds; DataError where that is not even the header."""
    found = _McapContents()
    try:
        found.take_all(data)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    if found.header is None:
        why = (
            f"{found.trouble}, before its header"
            if found.trouble
            else f"not recorded by kickcue (no {METADATA!r} metadata)"
        )
        raise DataError(f"{path}: an MCAP file, but {why}; nothing could be recovered")
    problems, notes = found.sentences()
    return Recording.of(
        path,
        found.header,
        found.entries,
        kind="MCAP",
        problems=problems,
        notes=notes,
        watch=found.watch,
    )


def first_header(data: bytes) -> Header | None:
    """Return the header that stands in the first bytes of a kickcue MCAP, None where none does."""
    found = _McapContents()
    for opcode, start, end in Walk(data).records():
        try:
            if opcode == Opcode.METADATA:
                found.take_metadata(data[start:end])
        # As in take_all.
        except Exception:  # noqa: BLE001
            return None
        if found.header is not None:
            return found.header
    return None


class _McapContents:
    """What was read so far, and what went wrong."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.entries: list[Entry] = []
        self._records: list[WatchRecord] = []
        self._laps: list[WatchLap] = []
        self.trouble = ""
        self._room = LARGEST_BYTES
        self._crc_wrong = False
        self._data_ended = False
        self._shapes: dict[int, EventShape] = {}
        self._bad: list[str] = []
        self._foreign: set[str] = set()

    def take_all(self, data: bytes) -> None:
        """Sort in every whole record before the first damage.

        DataError where the header is not one.
        """
        walk = Walk(data)
        for opcode, start, end in walk.records():
            try:
                if opcode == Opcode.MESSAGE:
                    channel, sequence, _ = message_head(data, start, end)
                    self._message(channel, sequence, data[start + MESSAGE_HEAD : end])
                elif opcode == Opcode.DATA_END:
                    self._data_ended = True
                    self._crc_wrong = not crc_holds(data, walk.at, data[start:end])
                elif not self._data_ended:  # what follows repeats what came before
                    self._take(opcode, data[start:end])
            except DataError:
                raise
            except CRCValidationError:  # of a chunk
                self.trouble = CHANGED
                return
            # Damaged bytes lead the library into EndOfFile, struct.error, MemoryError and more.
            except Exception:  # noqa: BLE001
                self.trouble = DAMAGED
                return
        self.trouble = CHANGED if self._crc_wrong else walk.trouble

    def _take(self, opcode: int, content: bytes) -> None:
        if opcode == Opcode.CHANNEL:
            self._channel(parsed(Channel.read, content))
        elif opcode == Opcode.METADATA:
            self.take_metadata(content)
        elif opcode == Opcode.CHUNK:
            # kickcue writes none; a tool that the file went through may have.
            chunk = unpacked(parsed(Chunk.read, content), self._room)
            self._room -= len(chunk.data)
            for record in breakup_chunk(chunk, validate_crc=True):
                if isinstance(record, Message):
                    self._message(record.channel_id, record.sequence, record.data)
                elif isinstance(record, Channel):
                    self._channel(record)

    def _channel(self, record: Channel) -> None:
        if record.topic in BY_TOPIC:
            self._shapes[record.id] = BY_TOPIC[record.topic]
        elif record.topic.startswith(("/in/", "/out/")):
            self._foreign.add(record.topic)

    def take_metadata(self, content: bytes) -> None:
        """Take the header out of a metadata record; DataError where there is no header yet."""
        record = parsed(Metadata.read, content)
        if record.name != METADATA:
            return
        try:
            # A run that was resumed in another boot has recorded its own: the last one counts.
            self.header = header_of(record.metadata)
        except DataError as error:
            if self.header is None:
                raise
            self._bad.append(f"a later header: {error}")

    def _message(self, channel: int, sequence: int, data: bytes) -> None:
        shape = self._shapes.get(channel)
        if shape is None:
            return
        try:
            entry = _entry(shape, data)
            if isinstance(entry, WatchRecord):
                self._records.append(entry)
            elif isinstance(entry, WatchLap):
                self._laps.append(entry)
            else:
                self.entries.append(entry)
        except (DataError, ValueError) as error:
            self._bad.append(f"record {sequence}: {error}")

    @property
    def watch(self) -> WatchRecords | None:
        """What a watch wrote, None where there is none of it."""
        if not self._records:
            return None
        return WatchRecords(
            tuple(sorted(self._records, key=lambda record: record.t_ns)),
            tuple(sorted(self._laps, key=lambda lap: lap.t_ns)),
        )

    def sentences(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return problems (something is lost) and notes (nothing is)."""
        problems, notes = [], []
        if not self._data_ended:
            last_s = ns_to_s(max((entry.t_ns for entry in self.entries), default=0))
            problems.append(
                f"the recording ends at {last_s:.3f} s, because {self.trouble}; anything later is "
                "lost"
            )
        elif self._crc_wrong:
            problems.append(f"{self.trouble}: values may be wrong")
        elif self.trouble:
            notes.append(f"the index at the end is incomplete ({self.trouble}); no event is lost")
        if self._bad:
            problems.append(f"{len(self._bad)} damaged records, the first: {self._bad[0]}")
        if self._foreign:
            names = [shown(topic) for topic in sorted(self._foreign)[:_NAMED]]
            more = f" and {len(self._foreign) - _NAMED} more" if len(self._foreign) > _NAMED else ""
            notes.append(
                f"ignored channels unknown to this version of kickcue: {', '.join(names)}{more}"
            )
        return tuple(problems), tuple(notes)


def _entry(shape: EventShape, message: bytes) -> Entry | WatchRecord | WatchLap:
    given = parse(str(message, "utf-8"))  # given the encoding, it need not guess
    if type(given) is not dict:
        raise DataError("expected a JSON object")
    entry: Entry | WatchRecord | WatchLap = shape.read(given, read_t_ns(given.pop("t_ns", None)))
    return entry
