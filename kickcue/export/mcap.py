"""A recording as MCAP: kickcue's own channels, and beside them topics that people can look at.

kickcue reads such a file like any recording of its own, and passes over those topics.
"""

import heapq
from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path

from kickcue.core.profiles import SensorProfile
from kickcue.export.topics import Publisher
from kickcue.recording.mcap_writer import McapWriter
from kickcue.recording.model import Entry, Recording
from kickcue.recording.utc import utc_ns
from kickcue.recording.watch_records import WatchLap, WatchRecord


def write_mcap(
    recording: Recording, path: Path, profiles: Mapping[str, SensorProfile], *, topics: bool = True
) -> None:
    """Write a recording to a new file; ``profiles`` by id, to read its notifications with.

    Without ``topics`` only kickcue's own channels are written, as a live recording has them.
    UsageError where the file exists or cannot be made, DataError where the disk refuses it.
    """
    publisher = Publisher(recording, profiles, utc_ns(recording.header.utc) or 0)
    with McapWriter(path, recording.header) as writer:
        for entry in _in_order(recording):
            writer.write(entry)
            if isinstance(entry, WatchRecord | WatchLap):
                continue
            if topics:
                for topic, message in publisher.messages(entry):
                    writer.publish(topic, entry.t_ns, message)


def _in_order(recording: Recording) -> Iterator[Entry | WatchRecord | WatchLap]:
    """Yield the events, and beside them what a watch wrote."""
    watch = recording.watch
    records, laps = ((), ()) if watch is None else (watch.records, watch.laps)
    yield from heapq.merge(recording.entries, records, laps, key=attrgetter("t_ns"))
