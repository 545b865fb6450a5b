"""What is made of a recording on the phone, after the race: the file that a computer takes."""

from pathlib import Path

from kickcue.recording.jsonl import read
from kickcue.recording.mcap_writer import McapWriter


def as_mcap(text: str, path: str) -> None:
    """Write a recording, given as the lines that were kept, to an MCAP file at ``path``."""
    where = Path(path)
    recording = read(where, text.encode())
    where.unlink(missing_ok=True)
    with McapWriter(where, recording.header) as writer:
        for entry in recording.entries:
            writer.write(entry)
