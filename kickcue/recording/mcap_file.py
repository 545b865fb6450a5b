"""The native recording: MCAP, one JSON channel for each kind of event, the header as metadata.

Unchunked and uncompressed, because then every record stands in the file by itself: whatever a power cut leaves is readable up to the last
whole record. Each record is handed to the operating system as it is written (a killed process loses nothing), and the system is asked to
bring it to the disk at most once a second (a power cut loses about a second). Messages stand in the order in which things happened, inputs
and outputs interleaved, and their ``sequence`` counts through the file, so that a reader which sorts by time can restore that order.
``log_time`` is the UTC moment in nanoseconds (of 1970 where the header does not know it); ``t_ns`` within the message is the engine's time.

Format: https://mcap.dev/spec.
"""

import json
import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from mcap.records import Channel, DataEnd, Message, Metadata
from mcap.stream_reader import CRCValidationError, StreamReader
from mcap.writer import CompressionType, IndexType, Writer

from kickcue import __version__
from kickcue.core.errors import AskedWronglyError, DataError
from kickcue.core.units import ns_to_s
from kickcue.recording.codec import BY_TOPIC, SHAPES, Json, Shape, read_t_ns, shape_of
from kickcue.recording.header import header_of, metadata_of, utc_ns
from kickcue.recording.model import Entry, Header, Recording

METADATA: Final = "kickcue"
FSYNC_EVERY_S: Final = 1.0


class _Straight:
    """A new file whose bytes go to the operating system as they come: nothing waits in the process."""

    def __init__(self, path: Path) -> None:
        self._raw = path.open("xb", buffering=0)

    @property
    def closed(self) -> bool:
        return self._raw.closed

    def write(self, data: bytes) -> int:
        rest = memoryview(data)
        while rest:
            rest = rest[self._raw.write(rest) :]
        return len(data)

    def tell(self) -> int:
        return self._raw.tell()

    def flush(self) -> None:
        """Nothing is held back."""

    def sync(self) -> None:
        os.fsync(self._raw.fileno())

    def close(self) -> None:
        self._raw.close()


class McapWriter:
    """Writes a recording; a context manager. AskedWronglyError if the file exists: a race is never recorded over another."""

    def __init__(self, path: Path, header: Header) -> None:
        """Create the file and write header, schemas and channels."""
        self.path = path
        metadata = metadata_of(header)
        self._base_ns = utc_ns(header.utc) or 0
        self._sequence = 0
        self._synced_s = time.monotonic()
        self._broken = False
        try:
            self._file = _Straight(path)
        except FileExistsError:
            raise AskedWronglyError(f"{path} exists: a recording never overwrites another, name a new file") from None
        except OSError as error:
            raise AskedWronglyError(f"{path} cannot be created: {error.strerror}") from None
        self._writer = Writer(
            self._file,  # type: ignore[arg-type]  # it has the three methods that the library calls
            compression=CompressionType.NONE,
            index_types=IndexType.ALL,
            use_chunking=False,
            enable_data_crcs=True,
        )
        self._channels: dict[str, int] = {}
        try:
            self._begin(metadata)
        except OSError as error:
            self._file.close()
            raise DataError(f"{path} cannot be written: {error.strerror}") from error

    def _begin(self, metadata: dict[str, str]) -> None:
        self._writer.start(profile="", library=f"kickcue {__version__}")
        self._writer.add_metadata(METADATA, metadata)
        self._channels |= {shape.topic: self._register(shape) for shape in SHAPES}
        self._writer.flush()  # type: ignore[no-untyped-call]  # holds channels back until a message comes, and leaves them out of its CRC if none does
        self._to_disk()

    def _register(self, shape: Shape) -> int:
        name = f"kickcue.{shape.kind}"
        schema = self._writer.register_schema(name, "jsonschema", json.dumps(shape.schema(name)).encode())
        return self._writer.register_channel(shape.topic, "json", schema)

    def write(self, entry: Entry) -> None:
        """Append one input or output; DataError where the disk refuses it."""
        shape = shape_of(entry)
        message: Json = {"t_ns": entry.t_ns, **shape.write(entry)}
        data = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
        at_ns = self._base_ns + entry.t_ns
        self._sequence += 1
        try:
            self._writer.add_message(self._channels[shape.topic], at_ns, data, at_ns, self._sequence)
            if time.monotonic() - self._synced_s >= FSYNC_EVERY_S:
                self._to_disk()
        except OSError as error:
            self._broken = True  # half a record may stand at the end: whatever came after it would be unreadable
            raise DataError(f"{self.path} cannot be written: {error.strerror}") from error

    def _to_disk(self) -> None:
        self._file.sync()
        self._synced_s = time.monotonic()

    def close(self) -> None:
        """Write index and checksums and close the file; harmless when done before."""
        if self._file.closed:
            return
        try:
            if not self._broken:
                self._writer.finish()  # type: ignore[no-untyped-call]  # the library forgot its type
                self._to_disk()
        except OSError as error:
            raise DataError(f"{self.path} cannot be finished: {error.strerror}; what was recorded is in it") from error
        finally:
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def read(path: Path, data: bytes) -> Recording:
    """Return what a kickcue MCAP holds; DataError where that is not even the header."""
    found = _Found()
    try:
        for record in _records(data, found):
            found.take(record)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    if found.header is None:
        why = f"{found.trouble}, before its header" if found.trouble else f"none of kickcue's: it has no {METADATA!r} metadata"
        raise DataError(f"{path}: an MCAP file, but {why}; nothing can be had from it")
    problems, notes = found.sentences()
    return Recording.of(path, found.header, found.entries, kind="MCAP", problems=problems, notes=notes)


class _Found:
    """What was read so far, and what went wrong."""

    def __init__(self) -> None:
        self.header: Header | None = None
        self.entries: list[Entry] = []
        self.trouble = ""
        self.crc_wrong = False
        self._data_ended = False
        self._shapes: dict[int, Shape] = {}
        self._bad: list[str] = []
        self._foreign: set[str] = set()

    def take(self, record: Any) -> None:
        """Sort in one record of the file."""
        if isinstance(record, Message):
            self._message(record)
        elif isinstance(record, Channel) and record.topic in BY_TOPIC:
            self._shapes[record.id] = BY_TOPIC[record.topic]
        elif isinstance(record, Channel) and record.topic.startswith(("/in/", "/out/")):
            self._foreign.add(record.topic)
        elif isinstance(record, Metadata) and record.name == METADATA and self.header is None:
            self.header = header_of(record.metadata)
        elif isinstance(record, DataEnd):
            self._data_ended = True

    def _message(self, record: Message) -> None:
        shape = self._shapes.get(record.channel_id)
        if shape is None:
            return
        try:
            self.entries.append(_entry(shape, record.data))
        except (DataError, ValueError, RecursionError) as error:
            self._bad.append(f"record {record.sequence}: {error}")

    def sentences(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return problems (something is lost) and notes (nothing is)."""
        problems, notes = [], []
        if not self._data_ended:
            last_s = ns_to_s(max((entry.t_ns for entry in self.entries), default=0))
            problems.append(f"the recording ends at {last_s:.3f} s, because {self.trouble}; whatever came later is lost")
        elif self.crc_wrong:
            problems.append(f"{self.trouble}: values may be wrong")
        elif self.trouble:
            notes.append(f"the index at the end is incomplete ({self.trouble}), no event is lost")
        if self._bad:
            problems.append(f"{len(self._bad)} records are damaged, the first is {self._bad[0]}")
        notes.extend(f"channel {topic} is unknown to this kickcue and was not read" for topic in sorted(self._foreign))
        return tuple(problems), tuple(notes)


def _entry(shape: Shape, message: bytes) -> Entry:
    given = json.loads(message)
    if type(given) is not dict:
        raise DataError("the message is no JSON object")
    return shape.read(given, read_t_ns(given.pop("t_ns", None)))


def _records(data: bytes, found: _Found) -> Iterator[Any]:
    """Yield every whole record before the first damage, which is told to ``found``."""
    stream = BytesIO(data)
    records = StreamReader(stream, validate_crcs=True, record_size_limit=None).records
    while True:
        try:
            record = next(records)
        except StopIteration:
            return
        except CRCValidationError as error:
            found.trouble = "bytes were changed after the recording (the checksum does not match)"
            found.crc_wrong = True
            yield error.record
            return
        except Exception:  # noqa: BLE001  damaged bytes lead the library into EndOfFile, struct.error, UnicodeDecodeError, MemoryError, ZstdError...
            found.trouble = "the file is cut off there" if stream.tell() == len(data) else "the file is damaged there"
            return
        yield record
