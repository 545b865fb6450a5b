"""Recordings: what came in and what went out, in kickcue's own forms (MCAP, JSONL) or imported (FIT, TCX, GPX)."""

from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.core.errors import AskedWronglyError
from kickcue.core.events import Command, CommandKind, Mark
from kickcue.recording.model import Entry, Header, Recording
from kickcue.recording.sniff import kind_of, load

__all__ = ["MARKS", "Entry", "Header", "Recording", "read"]

MARKS: Final = ("manual", "all", "none")
"""What a person can ask for."""


def read(path: Path, *, marks: str = "manual") -> Recording:
    """Return everything that can be had from a recording of any known kind, told by its content.

    ``marks`` says which laps of an imported activity become marks: "manual" (pressed by a person at
    the line, or told by the line's position), "presses" (those at the ends of repetitions, too), "all", "none".
    In a recording of kickcue's own the marks are events like all others; only "none" changes it, and takes them out.

    AskedWronglyError where there is no such file, DataError where nothing can be had from it.
    """
    if marks not in (*MARKS, "presses"):
        raise AskedWronglyError(f"marks is {marks!r}, right would be one of {', '.join(MARKS)}")
    data, problems = load(path)
    kind = kind_of(path, data)
    found = _own(path, data, kind) if kind in ("MCAP", "JSONL") else _imported(path, data, kind, marks)
    if marks == "none":
        found = _without_marks(found)
    return replace(found, problems=(*problems, *found.problems))


# The libraries of five formats take longer to import than most files take to read: each is loaded where its format is met.


def _own(path: Path, data: bytes, kind: str) -> Recording:
    if kind == "MCAP":
        from kickcue.recording import mcap_reader  # noqa: PLC0415  see above

        return mcap_reader.read(path, data)
    from kickcue.recording import jsonl  # noqa: PLC0415  see above

    return jsonl.read(path, data)


def _imported(path: Path, data: bytes, kind: str, marks: str) -> Recording:
    from kickcue.recording import activity  # noqa: PLC0415  see above

    if kind == "FIT":
        from kickcue.recording import fit  # noqa: PLC0415  see above

        return activity.recording(path, fit.read(data), marks)
    if kind == "TCX":
        from kickcue.recording import tcx  # noqa: PLC0415  see above

        return activity.recording(path, tcx.read(data), marks)
    from kickcue.recording import gpx  # noqa: PLC0415  see above

    return activity.recording(path, gpx.read(data), marks)


def _without_marks(found: Recording) -> Recording:
    kept = [entry for entry in found.entries if not isinstance(entry, Mark) and not _orders_lap(entry)]
    return Recording.of(found.path, found.header, kept, problems=found.problems, kind=found.kind, notes=found.notes, laps=found.laps)


def _orders_lap(entry: Entry) -> bool:
    return isinstance(entry, Command) and entry.kind in (CommandKind.LAP, CommandKind.UNDO_LAP)
