"""A runner's own recordings, read for what was done in them: the newest first, and not too many."""

import heapq
import stat
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from kickcue.analysis.own_record import performance
from kickcue.analysis.recorded_readings import sensor_profiles
from kickcue.coaching.belief import Evidence
from kickcue.config.profile_files import load_profiles
from kickcue.config.race_document import RaceDocument
from kickcue.core.course import Course
from kickcue.core.errors import DataError, KickcueError
from kickcue.recording import Recording, read
from kickcue.recording.header import NOBODY_RAN, is_simulated
from kickcue.recording.laps import PRESSES
from kickcue.recording.mcap_reader import first_header
from kickcue.recording.model import Header
from kickcue.recording.parts import RUNS
from kickcue.recording.utc import utc_ns

SUFFIX: Final = ".mcap"
MOST_HEADERS: Final = 200
"""So many files of the folder have their first bytes read, the last written first..."""
MOST_READ: Final = 30
"""...and so many of these are read whole: about a month of training..."""
MOST_BYTES: Final = 64 * 1024 * 1024
"""...but no more than this together, with which a small machine is done in a minute."""
HEADER_BYTES: Final = 256 * 1024
"""A header with the longest plan is shorter."""
EARLIEST_YEAR: Final = 2000
"""Before there were such watches: the clock was not set."""

Report = Callable[[str], None]


def own_record(
    folder: Path | None, given: Sequence[Path], report: Report, most: int = MOST_READ
) -> list[Evidence]:
    """Return what the recordings in ``folder``, the newest ``most``, and those given show.

    ``report`` gets a sentence for each that is left out, and why; nothing that a file holds raises.
    """
    profiles = load_profiles()
    found: list[Evidence] = []
    seen: set[Path] = set()
    for path in (*given, *(() if folder is None else _newest(folder, report, most))):
        whole = path.resolve()
        if whole in seen:
            continue
        seen.add(whole)
        try:
            recording = read(path, marks=PRESSES)
            began = _usable(recording)
            course = _course(recording.header, path.name)
            done = performance(recording, sensor_profiles(recording, profiles), course)
        except KickcueError as error:
            told = str(error).removeprefix(f"{path}: ")
            report(f"{path.name} left out: {told}")
            continue
        found.append(Evidence(path.name, began, done))
    return found


def _usable(recording: Recording) -> datetime:
    """Return when it began, in this machine's time; DataError where nothing is to be said of it."""
    if recording.problems:
        raise DataError(f"damaged ({recording.problems[0]})")
    sports = [found.sport for found in recording.activities if found.taken]
    for sport in sports:
        if not any(word in sport.lower() for word in RUNS):
            raise DataError(f"not a run ({sport})")
    if is_simulated(recording.header):
        raise DataError(NOBODY_RAN)
    since_1970_ns = utc_ns(recording.header.utc)
    if since_1970_ns is None:
        raise DataError("it has no date")
    began = datetime.fromtimestamp(since_1970_ns // 10**9, UTC).astimezone()
    if began.year < EARLIEST_YEAR:
        raise DataError(f"its clock was not set ({began:%Y})")
    return began


def _course(header: Header, name: str) -> Course | None:
    if header.setup is not None:
        document = RaceDocument.parse(header.setup, name)
    elif header.race is not None:
        document = RaceDocument(race=header.race, lap_m=header.lap_m)
    else:
        return None
    return None if document.plan is not None else document.course()


# ---- the folder


def _newest(folder: Path, report: Report, most: int) -> Iterator[Path]:
    """Yield the recordings to be read whole, the last written first."""
    room, left = MOST_BYTES, most
    for size, path in _last_written(folder, report):
        if not left:
            return
        header = _header(path)
        why = _useless(header)
        if why is not None:
            report(f"{path.name} left out: {why}")
            continue
        if size > room:
            report(f"{path.name} left out: {size / 2**20:.0f} MB is more than is read at once")
            continue
        room, left = room - size, left - 1
        yield path


def _useless(header: Header | None) -> str | None:
    """Return why a recording need not be read by its header, None where it may be of use."""
    if header is None:
        return "not recorded by kickcue"
    if is_simulated(header):
        return NOBODY_RAN
    return "it has no date" if header.utc is None else None


def _last_written(folder: Path, report: Report) -> list[tuple[int, Path]]:
    """Return size and path of the newest regular files with the name of a recording."""
    try:
        named = [path for path in folder.iterdir() if path.name.endswith(SUFFIX)]
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        report(f"cannot search {folder}: {error.strerror}")
        return []
    files = [(*about, path) for path in named if (about := _about(path)) is not None]
    newest = heapq.nlargest(MOST_HEADERS, files, key=lambda each: (each[0], each[2].name))
    return [(size, path) for _, size, path in newest]


def _about(path: Path) -> tuple[int, int] | None:
    """Return when a file was written and its size; None where it is no regular file."""
    try:
        found = path.stat()
    except OSError:
        return None
    # Opening a pipe would wait for its writer.
    return (found.st_mtime_ns, found.st_size) if stat.S_ISREG(found.st_mode) else None


def _header(path: Path) -> Header | None:
    try:
        with path.open("rb") as file:
            return first_header(file.read(HEADER_BYTES))
    except OSError:
        return None
