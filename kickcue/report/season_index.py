"""An index of a folder's recordings: the digest of each, so that a season is not read anew.

It is never the truth. What is in it counts for a file of the same name, size and time of writing,
and as long as the same version of kickcue made it; whatever else it holds is left out. Lost,
damaged or not to be written: then the recordings are read. Two processes may write it at once, each
as a whole: the later one stays.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kickcue.analysis.review_digest import ReviewDigest
from kickcue.config.atomic_write import replace_file
from kickcue.core.errors import DataError, UsageError
from kickcue.recording.header import MADE_BY
from kickcue.recording.json_text import parse

NAME: Final = ".kickcue-index.json"
FORMAT: Final = 1
LARGEST_BYTES: Final = 64 * 1024 * 1024
"""A digest has less than 1 kB."""


@dataclass(frozen=True, slots=True)
class FileState:
    """By what a file is known to be the same."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What is known of a file in a state: its digest, or why there is none."""

    state: FileState
    found: ReviewDigest | str


Index = Mapping[str, IndexEntry]
"""By the file's name."""


def load_index(folder: Path) -> dict[str, IndexEntry]:
    """Return what the folder's index holds; nothing where there is none or it is no good."""
    path = folder / NAME
    try:
        # Opening a pipe would wait for its writer; a link may lead out of the folder.
        if path.is_symlink() or not path.is_file() or path.stat().st_size > LARGEST_BYTES:
            return {}
        given = parse(path.read_bytes())
    except (OSError, DataError):
        return {}
    if type(given) is not dict or (given.get("format"), given.get("made_by")) != (FORMAT, MADE_BY):
        return {}
    files = given.get("files")
    return dict(_entries(files)) if type(files) is dict else {}


def save_index(folder: Path, index: Index) -> None:
    """Put the index beside the recordings; without it nothing but time is lost."""
    path = folder / NAME
    if path.is_symlink():
        return
    files = {name: _written(entry) for name, entry in sorted(index.items())}
    text = json.dumps(
        {"format": FORMAT, "made_by": MADE_BY, "files": files},
        allow_nan=False,
        separators=(",", ":"),
    )
    with suppress(UsageError):  # a folder that may only be read
        replace_file(path, text)


def _entries(files: Mapping[str, Any]) -> Iterator[tuple[str, IndexEntry]]:
    for name, given in files.items():
        with suppress(DataError):
            yield name, _read(given)


def _read(given: Any) -> IndexEntry:
    if type(given) is not dict:
        raise DataError("expected an object")
    size, mtime_ns, error = given.get("size"), given.get("mtime_ns"), given.get("error")
    if type(size) is not int or type(mtime_ns) is not int:
        raise DataError("expected a size and a time")
    state = FileState(size, mtime_ns)
    if type(error) is str:
        return IndexEntry(state, error)
    return IndexEntry(state, ReviewDigest.from_json(given.get("digest")))


def _written(entry: IndexEntry) -> dict[str, Any]:
    head = {"size": entry.state.size, "mtime_ns": entry.state.mtime_ns}
    if isinstance(entry.found, str):
        return head | {"error": entry.found}
    return head | {"digest": entry.found.as_json()}
