"""What kind of file some bytes are, told by the bytes and not by the name."""

import re
import zlib
from pathlib import Path
from typing import Final

from kickcue.core.errors import AskedWronglyError, DataError
from kickcue.recording.text_decoding import decode

MCAP_MAGIC: Final = b"\x89MCAP0\r\n"
GZIP_MAGIC: Final = b"\x1f\x8b"
READABLE: Final = "MCAP, JSONL, FIT, TCX, GPX, plain or gzipped"

_ROOT: Final = re.compile(r"<(?:[A-Za-z0-9_.-]+:)?(TrainingCenterDatabase|gpx)[\s>/]")
_HEAD: Final = 65536  # more than any prolog with comments that an exporter writes


def load(path: Path) -> tuple[bytes, list[str]]:
    """Return the file's bytes, unzipped where they are gzipped, and what is wrong with them.

    AskedWronglyError where there is no such file, DataError where it cannot be read or is empty.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise AskedWronglyError(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise AskedWronglyError(f"{path} is a folder, right would be a recording ({READABLE})") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from None
    if not data:
        raise DataError(f"{path} is empty")
    return _unzipped(path, data) if data.startswith(GZIP_MAGIC) else (data, [])


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


def _unzipped(path: Path, data: bytes) -> tuple[bytes, list[str]]:
    unzip = zlib.decompressobj(wbits=31)
    found = bytearray()
    try:
        for at in range(0, len(data), 65536):
            found += unzip.decompress(data[at : at + 65536])
        damage = "" if unzip.eof else "the gzip file is cut off"
    except zlib.error:
        damage = "the gzip file is damaged"
    if not found:
        raise DataError(f"{path}: {damage or 'there is nothing in the gzip file'}; nothing can be had from it")
    return bytes(found), [f"{damage}: what follows the damage is lost"] if damage else []
