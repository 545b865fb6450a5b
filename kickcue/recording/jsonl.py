"""The exchange form: JSON Lines, one event a line, readable and writable by anyone.

``docs/recording.md`` has every key.

Reading is tolerant in time (seconds, as many digits as one likes, rounded to nanoseconds) and
strict in everything else: a line that is not understood is an error that names file, line, key and
what would be right, because a recording that was typed or generated wrongly must not half work.
Lines keep their order even where time runs backwards: the engine restamps and counts what comes
late, as it does live.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from kickcue.core.errors import DataError, UsageError
from kickcue.core.events import Link, Notification, Tick
from kickcue.core.units import ns_to_s, s_to_ns
from kickcue.recording.codec import BY_OUT, BY_TAG, EventShape, shape_of
from kickcue.recording.header import read_header, write_header
from kickcue.recording.json_text import parse, shown
from kickcue.recording.json_values import Json
from kickcue.recording.model import Entry, Header, Recording
from kickcue.recording.text_decoding import as_utf8

LAST_S: Final = 2_000_000
LONGEST_NAME_LETTERS: Final = 64
"""Three weeks: up to here seconds as a JSON number keep every nanosecond, and a UNIX time given by
mistake is refused."""

_as_json: Final = json.JSONEncoder(allow_nan=False).encode
"""``json.dumps`` would make an encoder for each line."""
_CHAR: Final = re.compile(r"[0-9a-f]{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def lines(header: Header, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the lines, without their ends."""
    yield _as_json(write_header(header))
    yield from map(line, entries)


def line(entry: Entry) -> str:
    """Return the line of one event, without its end."""
    shape = shape_of(entry)
    out = {} if shape.is_input else {"out": shape.kind}
    return _as_json({"t": ns_to_s(entry.t_ns), **out, **shape.write(entry)})


def write(path: Path, header: Header, entries: Iterable[Entry]) -> None:
    """Write a new file; UsageError if it exists or cannot be created."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{each}\n" for each in lines(header, entries))
    except FileExistsError:
        raise UsageError(
            f"{path} already exists: recordings are never overwritten, choose a new file name"
        ) from None
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def read(path: Path, data: bytes) -> Recording:
    """Return the recording; DataError names file, line, key and what would be right."""
    header: Header | None = None
    no_ticks = False
    entries: list[Entry] = []
    for number, text in enumerate(as_utf8(data).splitlines(), start=1):
        if not text.strip():
            continue
        try:
            given = _object(text)
            if header is None:
                header = read_header(given)
                no_ticks = given.get("ticks") is False
            else:
                entries.append(_entry(given, no_ticks=no_ticks))
        except DataError as error:
            raise DataError(f"{path}:{number}: {error}") from None
    if header is None:
        raise DataError(
            f'{path}:1: expected a header line such as {{"kickcue": 1, "race": "5000m"}}'
        )
    ticks = header.ticks or any(isinstance(entry, Tick) for entry in entries)
    return Recording.of(path, replace(header, ticks=ticks), entries, kind="JSONL")


def _object(text: bytes) -> Json:
    given = parse(text)
    if type(given) is not dict:
        raise DataError(
            f'expected a JSON object such as {{"t": 40.9, "mark": "button"}}, got {shown(text)}'
        )
    return given


def _entry(given: Json, *, no_ticks: bool) -> Entry:
    t_ns = _time(given)
    shape = _shape(given)
    entry: Entry = shape.read(
        {key: value for key, value in given.items() if key not in ("t", "out")}, t_ns
    )
    if isinstance(entry, Notification) and not _CHAR.fullmatch(entry.char):
        raise DataError(
            "char: expected four lower-case hex digits such as 2a53, or a whole UUID, got "
            f"{shown(entry.char)}"
        )
    if isinstance(entry, Notification | Link) and not (
        entry.sensor.isprintable() and 0 < len(entry.sensor) <= LONGEST_NAME_LETTERS
    ):
        raise DataError(
            f"sensor: expected a printable name of 1 to {LONGEST_NAME_LETTERS} characters, got "
            f"{shown(entry.sensor)}"
        )
    if isinstance(entry, Tick) and no_ticks:
        raise DataError('expected no tick, as the header has "ticks": false, got one')
    return entry


def _time(given: Json) -> int:
    t = given.get("t")
    if not isinstance(t, int | float) or isinstance(t, bool) or not 0 <= t <= LAST_S:
        raise DataError(
            f"t: expected seconds since the start of the recording, 0 to {LAST_S}, got {shown(t)}"
        )
    return s_to_ns(t)


def _shape(given: Json) -> EventShape:
    if "out" in given:
        shape = BY_OUT.get(given["out"]) if isinstance(given["out"], str) else None
        if shape is None:
            raise DataError(f"out: expected one of {', '.join(BY_OUT)}, got {shown(given['out'])}")
        return shape
    tags = [tag for tag in BY_TAG if tag in given]
    if len(tags) != 1:
        what = (
            f"{' and '.join(tags)} stand in one line"
            if tags
            else f"nothing of {', '.join(BY_TAG)} (or out) is in the line"
        )
        raise DataError(f"{what}; a line is one event")
    return BY_TAG[tags[0]]
