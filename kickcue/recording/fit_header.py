"""Where in some bytes a FIT file begins and ends, whatever its header claims.

A header holds the size of what follows, and a checksum stands behind that. Recorders that die leave
0 there, tools that repair or cut files leave the old size, and several files may stand in a row. So
the size is believed where the checksum, or another file, or nothing follows; else the file goes on
to the next header, or to the end.
"""

import struct
from dataclasses import dataclass
from typing import Final

import fitdecode  # type: ignore[import-untyped]

_HEADER: Final = struct.Struct("<BBHI4s")
_MAGIC: Final = b".FIT"
_CRC_BYTES: Final = 2
_HEADER_BYTES: Final = (14, 12)  # with and without a checksum of its own
_PROTOCOLS: Final = (1, 2)  # major versions
HEADER_SIZE: Final = _HEADER.size


@dataclass(frozen=True, slots=True)
class FileSpan:
    """One file: ``start`` and ``end`` of its messages, and where the next one may begin.

    ``trouble`` is empty if all is right. ``intact``: the checksum holds, so that what stands there
    is what the recorder wrote, however odd.
    """

    start: int
    end: int
    next_at: int
    intact: bool = False
    unfinished: bool = False
    trouble: str = ""


def header(size: int) -> bytes:
    """Return a header for a body of so many bytes."""
    return _HEADER.pack(HEADER_SIZE, 0x20, 0, size, _MAGIC)


def span_at(data: bytes, at: int) -> FileSpan | None:
    """Return the file that begins at ``at``; None where none does."""
    if at + HEADER_SIZE > len(data):
        return None
    header_size, _, _, size, magic = _HEADER.unpack_from(data, at)
    if magic != _MAGIC:
        return None
    if header_size not in _HEADER_BYTES:
        header_size = next(
            (each for each in _HEADER_BYTES if _begins(data, at + each)), HEADER_SIZE
        )
    return _file_span(data, at, at + header_size, size)


def _file_span(data: bytes, at: int, start: int, size: int) -> FileSpan:
    """Return the file that begins at ``at``, with its messages from ``start`` on.

    Its header gives them ``size`` bytes; the checksum shows whether that is right.
    """
    end = start + size
    following = _next_header(data, start)
    if size and end + _CRC_BYTES <= following and _crc_holds(data, at, end):
        return FileSpan(start, end, end + _CRC_BYTES, intact=True)
    if size and end + _CRC_BYTES == following:
        return FileSpan(
            start,
            end,
            following,
            trouble="the file is damaged (checksum mismatch): values may be wrong",
        )
    last = following - _CRC_BYTES  # the size is wrong: the file goes on to the next one
    if size and last > start and _crc_holds(data, at, last):
        trouble = (
            f"the header gives {size} bytes, but there are {last - start}: all of them were read"
        )
        return FileSpan(start, last, following, intact=True, trouble=trouble)
    if size == 0 or end + _CRC_BYTES > following:
        return FileSpan(start, following, following, unfinished=True)
    trouble = (
        f"the header gives {size} bytes, but there are {following - start}, and no checksum "
        "matches: all of them were read, values may be wrong"
    )
    return FileSpan(start, following, following, trouble=trouble)


def _next_header(data: bytes, start: int) -> int:
    """Return where the next file begins; the end of the data where none does."""
    found = data.find(_MAGIC, start)
    while found >= 0:
        at = found - HEADER_SIZE + len(_MAGIC)
        if at >= start and data[at] in _HEADER_BYTES and data[at + 1] >> 4 in _PROTOCOLS:
            return at
        found = data.find(_MAGIC, found + 1)
    return len(data)


def _begins(data: bytes, at: int) -> bool:
    """Say whether messages begin here: the first one is a definition."""
    return data[at : at + 1] == b"\x40" and data[at + 1 : at + 2] == b"\0"


def _crc_holds(data: bytes, at: int, end: int) -> bool:
    return bool(
        fitdecode.utils.compute_crc(data[at:end])
        == int.from_bytes(data[end : end + _CRC_BYTES], "little")
    )
