"""The digests of all recordings in a folder, those that are known already from its index."""

import stat
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from kickcue.analysis.review_digest import ReviewDigest, digest
from kickcue.core.errors import DataError, KickcueError, UsageError
from kickcue.report.season_index import (
    FileState,
    IndexEntry,
    load_index,
    save_index,
)

SUFFIXES: Final = (".mcap", ".jsonl", ".fit", ".tcx", ".gpx", ".zip")
SAVE_EVERY_S: Final = 10.0
"""What an interruption costs at most."""

MakeDigest = Callable[[Path], ReviewDigest]
Progress = Callable[[float], None]
"""Called with the share that is done."""


def digest_of(path: Path) -> ReviewDigest:
    """Read a recording and return its digest; errors are those of reading and reviewing.

    DataError also for one that was simulated.
    """
    # The engine takes longer to import than an index to be read.
    from kickcue.recording import read  # noqa: PLC0415  see above
    from kickcue.recording.header import NOBODY_RAN, is_simulated  # noqa: PLC0415  see above
    from kickcue.replay.reviewed import reviewed  # noqa: PLC0415  see above

    recording = read(path)
    if is_simulated(recording.header):
        raise DataError(NOBODY_RAN)
    return digest(reviewed(recording))


def folder_digests(
    folder: Path,
    make: MakeDigest = digest_of,
    progress: Progress | None = None,
) -> tuple[list[tuple[str, ReviewDigest]], list[tuple[str, str]]]:
    """Return the digests of a folder's recordings by name, and what is wrong with the others.

    UsageError where there is no such folder.
    """
    states = _states(folder)
    index = load_index(folder)
    known = {name: entry for name, entry in index.items() if states.get(name) == entry.state}
    missing = [name for name in states if name not in known]
    saved_s = time.monotonic()
    try:
        for number, name in enumerate(missing):
            known[name] = IndexEntry(states[name], _made(folder / name, make))
            if progress is not None:
                progress((number + 1) / len(missing))
            if time.monotonic() - saved_s >= SAVE_EVERY_S:
                save_index(folder, known)
                saved_s = time.monotonic()
    finally:
        if known != index:
            save_index(folder, known)
    ordered = [(name, known[name].found) for name in states]
    return (
        [(name, found) for name, found in ordered if not isinstance(found, str)],
        [(name, found) for name, found in ordered if isinstance(found, str)],
    )


def _made(path: Path, make: MakeDigest) -> ReviewDigest | str:
    try:
        return make(path)
    except KickcueError as error:
        return str(error).removeprefix(f"{path}: ").removeprefix(path.name).lstrip(": ")


def _states(folder: Path) -> dict[str, FileState]:
    """Return the recordings of a folder by name, in its order, each with its state."""
    try:
        named = sorted(path for path in folder.iterdir() if _is_named_so(path.name))
    except OSError as error:
        raise UsageError(f"{folder}: cannot list the folder: {error.strerror}") from None
    return dict(_regular(named))


def _regular(paths: list[Path]) -> Iterator[tuple[str, FileState]]:
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            continue  # gone since, or a link that leads nowhere
        if stat.S_ISREG(found.st_mode):
            yield path.name, FileState(found.st_size, found.st_mtime_ns)


def _is_named_so(name: str) -> bool:
    lower = name.lower().removesuffix(".gz")
    return not name.startswith(".") and lower.endswith(SUFFIXES)
