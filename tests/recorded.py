"""A recording put into a file."""

from pathlib import Path

from kickcue.recording import Recording
from kickcue.recording.mcap_writer import McapWriter


def written(recording: Recording, folder: Path) -> Path:
    """Write it as a live run would, and return where."""
    path = folder / f"{recording.path.stem}.mcap"
    with McapWriter(path, recording.header) as writer:
        for entry in recording.entries:
            writer.write(entry)
    return path
