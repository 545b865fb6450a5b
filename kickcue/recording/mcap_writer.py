"""Writes the native recording: MCAP, a JSON channel a kind of event, the header as metadata.

Unchunked and uncompressed, because then every record stands in the file by itself: whatever a power
cut leaves is readable up to the last whole record. Each record is handed to the operating system as
it is written (a killed process loses nothing), and the system is asked to bring it to the disk at
most once a second (a power cut loses about a second). Messages stand in the order in which things
happened, inputs and outputs interleaved, and their ``sequence`` counts through the file, so that a
reader which sorts by time can restore that order. ``log_time`` is the UTC moment in nanoseconds (of
1970 where the header does not know it); ``t_ns`` within the message is the engine's time.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from mcap.records import Channel, Header as McapHeader, Message, Metadata, Schema

from kickcue.core.errors import DataError, UsageError
from kickcue.recording.codec import SHAPES, EventShape, shape_of
from kickcue.recording.file_type import MCAP_MAGIC
from kickcue.recording.header import MADE_BY, metadata_of
from kickcue.recording.locked_file import StraightFile
from kickcue.recording.mcap_reader import METADATA
from kickcue.recording.mcap_records import Contents
from kickcue.recording.mcap_recovery import survey
from kickcue.recording.model import Entry, Header
from kickcue.recording.utc import utc_ns
from kickcue.recording.watch_records import WatchLap, WatchRecord

FSYNC_EVERY_S: Final = 1.0
SEQUENCES: Final = 1 << 32


@dataclass(frozen=True, slots=True)
class Topic:
    """A channel beside kickcue's own: JSON objects for other programs, which kickcue passes over.

    ``schema`` is the JSON Schema of its objects, known to those programs as ``schema_name``.
    """

    name: str
    schema_name: str
    schema: Mapping[str, Any]


class McapWriter:
    """Writes a recording; a context manager.

    UsageError if the file exists: a race is never recorded over another.
    """

    def __init__(self, path: Path, header: Header) -> None:
        """Create the file and write header, schemas and channels."""
        metadata = metadata_of(header)
        try:
            file = StraightFile(path, "xb")
        except FileExistsError:
            raise UsageError(
                f"{path} already exists: recordings are never overwritten, choose a new file name"
            ) from None
        except OSError as error:
            raise UsageError(f"cannot create {path}: {error.strerror}") from None
        self._take(path, file, Contents(), header)
        head = McapHeader("", MADE_BY), Metadata(METADATA, metadata)
        self._begin(MCAP_MAGIC + b"".join(self._contents.add(record) for record in head))

    @classmethod
    def resume(cls, path: Path, live: Mapping[str, Any] | None = None) -> Self:
        """Go on at the end of a recording that was cut off, or finished.

        Nothing recorded is lost or written anew: half a record, or the index of a finished file, is
        cut away from its end. ``live``, where given, takes the place of the header's from here on.
        DataError where the file cannot be opened for writing, is being written by another process,
        is not kickcue's own, or is damaged before its end; it is left as it is then.
        """
        writer = cls.__new__(cls)
        writer._reopen(path, live)  # noqa: SLF001  its own
        return writer

    def _reopen(self, path: Path, live: Mapping[str, Any] | None) -> None:
        try:
            file = StraightFile(path, "r+b")
        except BlockingIOError:
            raise DataError(f"cannot resume {path}: another process is writing it") from None
        except OSError as error:
            raise DataError(f"cannot resume {path}: {error.strerror}") from None
        try:
            contents, header = survey(file.read())
            file.cut(contents.size)
        except (DataError, OSError) as error:
            file.close()
            why = error.strerror if isinstance(error, OSError) else error
            raise DataError(f"cannot resume {path}: {why}") from error
        self._take(path, file, contents, header)
        again = (
            None if live is None else Metadata(METADATA, metadata_of(replace(header, live=live)))
        )
        self._begin(b"" if again is None else contents.add(again))

    def _take(self, path: Path, file: StraightFile, contents: Contents, header: Header) -> None:
        self.path = path
        self._file = file
        self._contents = contents
        self._base_ns = utc_ns(header.utc) or 0
        self._channels: dict[str, int] = {}
        self._synced_s = 0.0
        self._broken = False

    def _begin(self, start: bytes) -> None:
        try:
            self._file.write(start + self._missing_channels())
            self._to_disk()
        except OSError as error:
            self._file.close()
            raise DataError(f"cannot write {self.path}: {error.strerror}") from error

    def _missing_channels(self) -> bytes:
        """Return the records of kickcue's own channels that the file has not got like that yet.

        Before the first message that is all.
        """
        return b"".join(map(self._own_channel, SHAPES))

    def _own_channel(self, shape: EventShape) -> bytes:
        name = f"kickcue.{shape.kind}"
        return self._channel(shape.topic, name, shape.schema(name))

    def _channel(self, topic: str, schema_name: str, schema: Mapping[str, Any]) -> bytes:
        """Return the records of a channel with its schema; nothing where the file has them."""
        schemas, channels = self._contents.schemas, self._contents.channels
        data = json.dumps(schema).encode()
        for each in channels.values():
            schema_there = schemas.get(each.schema_id)
            if each.topic == topic and schema_there is not None and schema_there.data == data:
                self._channels[topic] = each.id
                return b""
        schema_id, channel_id = max(schemas, default=0) + 1, max(channels, default=0) + 1
        self._channels[topic] = channel_id
        return self._contents.add(
            Schema(schema_id, data, "jsonschema", schema_name)
        ) + self._contents.add(Channel(channel_id, topic, "json", {}, schema_id))

    def write(self, entry: Entry | WatchRecord | WatchLap) -> None:
        """Append an input, an output or what a watch wrote; DataError where the disk refuses it."""
        shape = shape_of(entry)
        if shape.topic not in self._channels:
            self._hand_on(self._own_channel(shape))
        self._append(shape.topic, entry.t_ns, {"t_ns": entry.t_ns, **shape.write(entry)})

    def publish(self, topic: Topic, t_ns: int, message: Mapping[str, Any]) -> None:
        """Append a message for other programs; DataError where the disk refuses it."""
        if topic.name not in self._channels:
            self._hand_on(self._channel(topic.name, topic.schema_name, topic.schema))
        self._append(topic.name, t_ns, message)

    def _append(self, topic: str, t_ns: int, message: Mapping[str, Any]) -> None:
        data = json.dumps(message, allow_nan=False, separators=(",", ":")).encode()
        at_ns = self._base_ns + t_ns
        # A damaged last record may have had any.
        sequence = (self._contents.sequence + 1) % SEQUENCES
        record = Message(self._channels[topic], at_ns, data, at_ns, sequence)
        self._hand_on(self._contents.add(record))

    def _hand_on(self, record: bytes) -> None:
        try:
            self._file.write(record)
            if time.monotonic() - self._synced_s >= FSYNC_EVERY_S:
                self._to_disk()
        except OSError as error:
            # Half a record may stand at the end: whatever came after it would be unreadable.
            self._broken = True
            raise DataError(f"cannot write {self.path}: {error.strerror}") from error

    def _to_disk(self) -> None:
        self._file.sync()
        self._synced_s = time.monotonic()

    def close(self) -> None:
        """Write index and checksums and close the file; harmless when done before."""
        if self._file.closed:
            return
        try:
            if not self._broken:
                self._file.write(self._contents.end())
                self._to_disk()
        except OSError as error:
            raise DataError(
                f"cannot finish {self.path}: {error.strerror}; what was recorded so far is in it"
            ) from error
        finally:
            self._file.close()

    def leave(self) -> None:
        """Close the file without its end: its reader reports that something is missing."""
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
