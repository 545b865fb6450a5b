"""A file's bytes, out of the gzip or zip around them.

Damage ends them, and there are never more than a recording can have.
"""

import re
import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import IO, Final

from kickcue.core.errors import DataError, UsageError
from kickcue.recording.json_text import shown

LARGEST_BYTES: Final = 128 * 1024 * 1024
"""A day of running, a point each second, is half of it as TCX, the wordiest of the formats."""

READABLE: Final = "MCAP, JSONL, FIT, TCX, GPX or a Bangle.js CSV, plain, gzipped or zipped"

_GZIP: Final = b"\x1f\x8b"
_ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
_WRAPPINGS: Final = 3  # one around the other
_STEP_BYTES: Final = 512
"""Bytes that are unpacked at once: what a damage among them costs."""
_SUFFIXES: Final = (".mcap", ".fit", ".tcx", ".gpx", ".jsonl", ".csv", ".json")
"""Of recordings within a zip, the one with the most data first."""

_SIDECARS: Final = frozenset({".csv", ".json"})
"""Of these, a zip holds others too: they count where it has nothing better."""

_DIRECTORY_BYTES: Final = 2**20  # some 10,000 files
_END: Final = struct.Struct("<4s4H2LH")


@dataclass(slots=True)
class Loaded:
    """What was found, which ``problems`` it has, and what is worth knowing."""

    data: bytes
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def load(path: Path) -> Loaded:
    """Return the file's bytes, unpacked where they are packed.

    UsageError where there is no such file, DataError where it cannot be read, is empty or
    too large, or holds not one recording.
    """
    found = Loaded(_read(path))
    for _ in range(_WRAPPINGS):
        if found.data.startswith(_GZIP):
            _unwrap(path, found, "gzip", _gunzip)
        elif found.data.startswith(_ZIP):
            _unwrap(path, found, "zip", _unzip)
    return found


def read_at_most(path: Path, most_bytes: int, wanted: str) -> bytes:
    """Return what a file holds; of a larger one a byte more than ``most_bytes``.

    UsageError where there is none or it is a folder, DataError where it cannot be read or is empty;
    ``wanted`` says what would be right.
    """
    try:
        with path.open("rb") as file:
            data = file.read(most_bytes + 1)
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file") from None
    except IsADirectoryError:
        raise UsageError(f"{path}: expected {wanted}, got a folder") from None
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from None
    if not data:
        raise DataError(f"{path} is empty: expected {wanted}")
    return data


def _read(path: Path) -> bytes:
    data = read_at_most(path, LARGEST_BYTES, f"a recording ({READABLE})")
    if len(data) > LARGEST_BYTES:
        raise DataError(f"{path}: expected {_MOST}, got more")
    return data


def _unwrap(path: Path, found: Loaded, kind: str, unwrap: Callable[[Loaded], str]) -> None:
    try:
        damage = unwrap(found)
    except DataError as error:
        raise DataError(f"{path}: {error}") from None
    if not found.data:
        raise DataError(
            f"{path}: {damage or f'the {kind} file is empty'}; nothing could be recovered"
        )
    if damage:
        found.problems.append(f"{damage}: everything after the damage is lost")


def _gunzip(found: Loaded) -> str:
    """Unpack all members of a gzip file, one after the other; return what is wrong with it."""
    packed, out, at = found.data, BytesIO(), 0
    found.data = b""  # packed and unpacked are in memory together, but nothing is there twice
    damage = ""
    while not damage and packed.startswith(_GZIP, at):
        unzip = zlib.decompressobj(wbits=31)
        try:
            while not unzip.eof and at < len(packed):
                out.write(
                    unzip.decompress(packed[at : at + _STEP_BYTES], LARGEST_BYTES + 1 - out.tell())
                )
                at = min(at + _STEP_BYTES, len(packed)) - len(unzip.unused_data)
                _check_size(out.tell())
            damage = "" if unzip.eof else "the gzip file is truncated"
        except zlib.error:
            damage = "the gzip file is damaged"
    found.data = out.getvalue()
    return damage


def _unzip(found: Loaded) -> str:
    """Unpack the one recording of a zip file; return what is wrong with it."""
    import zipfile  # noqa: PLC0415  few files are zipped

    _check_directory(found.data)
    try:
        with zipfile.ZipFile(BytesIO(found.data)) as archive:
            name = _choose([info.filename for info in archive.infolist() if not info.is_dir()])
            found.notes.append(f"read from the zip: {shown(name)}")
            with archive.open(name) as member:
                return _take(found, member, (zipfile.BadZipFile, zlib.error, EOFError))
    except RuntimeError:
        raise DataError(
            "the zip file is password-protected: expected one without a password"
        ) from None
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error):
        found.data = b""
        return "the zip file is damaged"


def _take(found: Loaded, member: IO[bytes], damages: tuple[type[Exception], ...]) -> str:
    out, damage = BytesIO(), ""
    try:
        while piece := member.read(_STEP_BYTES):
            out.write(piece)
            _check_size(out.tell())
    except damages:
        damage = "the zip file is damaged"
    found.data = out.getvalue()
    return damage


def _check_size(size: int) -> None:
    if size > LARGEST_BYTES:
        raise DataError(f"too large when unpacked: expected {_MOST}")


def _check_directory(data: bytes) -> None:
    """Refuse a zip with a list of files so long that reading it would fill the memory."""
    at = data.rfind(b"PK\x05\x06")
    if 0 <= at <= len(data) - _END.size and _END.unpack_from(data, at)[5] > _DIRECTORY_BYTES:
        raise DataError("expected a zip with one recording, got too many files")


def _choose(names: Sequence[str]) -> str:
    """Return the name of the one recording, in whatever forms it is there.

    DataError where there is none, or several.
    """
    shown_names = [name for name in names if not re.search(r"(^|/)(__MACOSX|\.)", name)]
    fitting = _recordings(shown_names)
    if not fitting and len(shown_names) == 1:  # what it is, its bytes show
        return shown_names[0]
    if not fitting:
        raise DataError(
            f"expected a zip with a recording ({READABLE}), got none ({_listed(shown_names)})"
        )
    fitting.sort(key=lambda name: (_stem(name), _SUFFIXES.index(_suffix(name))))
    activities = [next(forms) for _, forms in groupby(fitting, _stem)]
    if len(activities) > 1:
        raise DataError(
            f"expected a zip with one recording, got {len(activities)} ({_listed(activities)}): "
            "unpack it and name one"
        )
    return activities[0]


def _recordings(names: Sequence[str]) -> list[str]:
    """Return what may be recordings; what goes with one only where there is nothing else."""
    fitting = [name for name in names if _suffix(name) in _SUFFIXES]
    return [name for name in fitting if _suffix(name) not in _SIDECARS] or fitting


def _listed(names: Sequence[str]) -> str:
    listed = ", ".join(shown(name) for name in names[:3])
    return f"{listed}..." if len(names) > 3 else listed or "it is empty"


def _suffix(name: str) -> str:
    path = PurePosixPath(name.lower().removesuffix(".gz"))
    return path.suffix


def _stem(name: str) -> str:
    return str(PurePosixPath(name.lower().removesuffix(".gz")).with_suffix(""))


_MOST: Final = f"at most {LARGEST_BYTES // 2**20} MB"
