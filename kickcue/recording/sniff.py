"""What kind of file some bytes are, told by the bytes and not by the name."""

import re
from pathlib import Path
from typing import Final

from kickcue.core.errors import DataError
from kickcue.recording.file_bytes import READABLE
from kickcue.recording.text_decoding import decode

MCAP_MAGIC: Final = b"\x89MCAP0\r\n"

_ROOT: Final = re.compile(r"<(?:[A-Za-z0-9_.-]+:)?(TrainingCenterDatabase|gpx)[\s>/]")
_HEAD: Final = 65536  # more than any prolog with comments that an exporter writes


def kind_of(path: Path, data: bytes) -> str:
    """Return ``MCAP``, ``FIT``, ``TCX``, ``GPX`` or ``JSONL``; DataError for anything else, which says what the name promises."""
    if data.startswith(MCAP_MAGIC):
        return "MCAP"
    if data[8:12] == b".FIT":
        return "FIT"
    text = decode(data[:_HEAD])
    if text.startswith("{"):
        return "JSONL"
    root = _ROOT.search(text) if text.startswith("<") else None
    if root is not None:
        return "TCX" if root[1] == "TrainingCenterDatabase" else "GPX"
    promised = _promised(path)
    if promised:
        raise DataError(f"{path}: not {promised}; what can be read is {READABLE}")
    raise DataError(f"{path}: no kind of recording that is known; what can be read is {READABLE}")


_PROMISES: Final = {
    ".fit": "a FIT file (no .FIT stands at byte 8)",
    ".mcap": "an MCAP file (it does not begin with the MCAP magic)",
    ".tcx": "a TCX file (no <TrainingCenterDatabase> begins it)",
    ".gpx": "a GPX file (no <gpx> begins it)",
    ".jsonl": "a kickcue JSONL file (no { begins it)",
}


def _promised(path: Path) -> str:
    suffixes = [suffix.lower() for suffix in path.suffixes if suffix.lower() != ".gz"]
    return _PROMISES.get(suffixes[-1], "") if suffixes else ""
