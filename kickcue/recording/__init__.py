"""Recordings of what came in and went out: kickcue's own (MCAP, JSONL) or FIT, TCX, GPX."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from kickcue.core.errors import UsageError
from kickcue.core.events import Command, CommandKind, Mark
from kickcue.recording.file_bytes import load
from kickcue.recording.file_type import kind_of
from kickcue.recording.model import Entry, Header, Recording

if TYPE_CHECKING:
    from collections.abc import Callable

    from kickcue.recording.imported_activity import Activity

__all__ = ["MARKS", "Entry", "Header", "Recording", "read"]

MARKS: Final = ("manual", "all", "none")
"""What a person can ask for."""


def read(
    path: Path,
    *,
    marks: str = "manual",
    activity: int | None = None,
    progress: "Callable[[float], None] | None" = None,
) -> Recording:
    """Return all the data of a recording of any known kind, recognised by its content.

    ``marks`` chooses which laps of an imported activity become marks: "manual" (pressed by a person
    at the line, or found by the line's position), "presses" (those at the ends of repetitions,
    too), "all", "none". In a recording of kickcue's own the marks are events like all others; only
    "none" changes it, and takes them out.

    ``activity`` chooses one of several activities of a watch's file, counted from 1; None: the
    longest run.

    ``progress`` is called now and then with the share that has been read, for FIT: the other
    formats are read many times as fast.

    UsageError where there is no such file or activity, DataError where nothing can be had
    from it.
    """
    if marks not in (*MARKS, "presses"):
        raise UsageError(f"marks: expected one of {', '.join(MARKS)}, got {marks!r}")
    loaded = load(path)
    data = loaded.data
    kind = kind_of(path, data)
    if kind in ("MCAP", "JSONL"):
        if activity not in (None, 1):
            raise UsageError(
                f"{path}: --activity: expected 1 (kickcue's own recordings hold one activity), "
                f"got {activity}"
            )
        found = _own(path, data, kind)
    else:
        found = _imported(path, _activity(path, data, kind, activity, progress), marks)
    if marks == "none":
        found = _without_marks(found)
    return replace(
        found, problems=(*loaded.problems, *found.problems), notes=(*loaded.notes, *found.notes)
    )


# The libraries of five formats take longer to import than most files take to read: each is loaded
# where its format is met.


def _own(path: Path, data: bytes, kind: str) -> Recording:
    if kind == "MCAP":
        from kickcue.recording import mcap_reader  # noqa: PLC0415  see above

        return mcap_reader.read(path, data)
    from kickcue.recording import jsonl  # noqa: PLC0415  see above

    return jsonl.read(path, data)


def _imported(path: Path, found: "Activity", marks: str) -> Recording:
    from kickcue.recording import imported_activity  # noqa: PLC0415  see above

    return imported_activity.recording(path, found, marks)


def _activity(
    path: Path,
    data: bytes,
    kind: str,
    wanted: int | None,
    progress: "Callable[[float], None] | None",
) -> "Activity":
    try:
        if kind == "FIT":
            from kickcue.recording import fit  # noqa: PLC0415  see above

            return fit.read(data, wanted, progress)
        return _reader(kind)(data, wanted)
    except UsageError as error:
        raise UsageError(f"{path}: {error}") from None


def _reader(kind: str) -> "Callable[[bytes, int | None], Activity]":
    """Return the reader of a kind of file, see above."""
    if kind == "TCX":
        from kickcue.recording.tcx import read as reader  # noqa: PLC0415
    elif kind == "GPX":
        from kickcue.recording.gpx import read as reader  # noqa: PLC0415
    elif kind == "Bangle.js CSV":
        from kickcue.recording.bangle_csv import read as reader  # noqa: PLC0415
    elif kind == "Strava streams":
        from kickcue.recording.strava_streams import read as reader  # noqa: PLC0415
    else:
        from kickcue.recording.polar_flow import read as reader  # noqa: PLC0415
    return reader


def _without_marks(found: Recording) -> Recording:
    kept = [
        entry for entry in found.entries if not isinstance(entry, Mark) and not _orders_lap(entry)
    ]
    without = Recording.of(found.path, found.header, kept)
    return replace(found, inputs=without.inputs, entries=without.entries, laps_note=None)


def _orders_lap(entry: Entry) -> bool:
    return isinstance(entry, Command) and entry.kind in (CommandKind.LAP, CommandKind.UNDO_LAP)
