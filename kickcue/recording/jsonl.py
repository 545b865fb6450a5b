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
from kickcue.recording.codec import BY_OUT, BY_TAG, Json, Shape, shape_of
from kickcue.recording.header import read_header, write_header
from kickcue.recording.json_text import parse, shown
from kickcue.recording.model import Entry, Header, Recording
from kickcue.recording.text_decoding import as_utf8

LAST_S: Final = 2_000_000
LONGEST_NAME: Final = 64
"""Three weeks: up to here seconds as a JSON number keep every nanosecond, and a UNIX time given by
mistake is refused."""

_CHAR: Final = re.compile(r"[0-9a-f]{4}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def lines(header: Header, entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the lines, without their ends."""
    yield json.dumps(write_header(header), allow_nan=False)
    for entry in entries:
        shape = shape_of(entry)
        out = {} if shape.is_input else {"out": shape.kind}
        yield json.dumps({"t": ns_to_s(entry.t_ns), **out, **shape.write(entry)}, allow_nan=False)


def write(path: Path, header: Header, entries: Iterable[Entry]) -> None:
    """Write a new file; UsageError if it exists or cannot be created."""
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line}\n" for line in lines(header, entries))
    except FileExistsError:
        raise UsageError(
            f"{path} exists: a recording never overwrites another, name a new file"
        ) from None
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from None


def read(path: Path, data: bytes) -> Recording:
    """Return the recording; DataError names file, line, key and what would be right."""
    header: Header | None = None
    no_ticks = False
    entries: list[Entry] = []
    for number, line in enumerate(as_utf8(data).splitlines(), start=1):
        if not line.strip():
            continue
        try:
            given = _object(line)
            if header is None:
                header = read_header(given)
                no_ticks = given.get("ticks") is False
            else:
                entries.append(_entry(given, no_ticks=no_ticks))
        except DataError as error:
            raise DataError(f"{path}:{number}: {error}") from None
    if header is None:
        raise DataError(
            f"{path}:1: the file is empty, right would be a header line such as "
            '{"kickcue": 1, "race": "5000m"}'
        )
    ticks = header.ticks or any(isinstance(entry, Tick) for entry in entries)
    return Recording.of(path, replace(header, ticks=ticks), entries, kind="JSONL")


def _object(line: bytes) -> Json:
    given = parse(line)
    if type(given) is not dict:
        raise DataError(
            f'it is no JSON object, right would be one such as {{"t": 40.9, "mark": "button"}}, '
            f"not {shown(line)}"
        )
    return given


def _entry(given: Json, *, no_ticks: bool) -> Entry:
    t_ns = _time(given)
    shape = _shape(given)
    entry = shape.read(
        {key: value for key, value in given.items() if key not in ("t", "out")}, t_ns
    )
    if isinstance(entry, Notification) and not _CHAR.fullmatch(entry.char):
        raise DataError(
            f"char is {shown(entry.char)}, right would be four lower-case hex digits such as "
            "2a53, or a whole UUID"
        )
    if isinstance(entry, Notification | Link) and not (
        entry.sensor.isprintable() and 0 < len(entry.sensor) <= LONGEST_NAME
    ):
        raise DataError(
            f"sensor is {shown(entry.sensor)}, right would be a printable name of 1 to "
            f"{LONGEST_NAME} characters"
        )
    if isinstance(entry, Tick) and no_ticks:
        raise DataError(
            'a tick, but the header says "ticks": false; right would be true, or no tick line'
        )
    return entry


def _time(given: Json) -> int:
    t = given.get("t")
    if not isinstance(t, int | float) or isinstance(t, bool) or not 0 <= t <= LAST_S:
        raise DataError(
            f"t is {shown(t)}, right would be seconds since the start of the recording, 0 to "
            f"{LAST_S}"
        )
    return s_to_ns(t)


def _shape(given: Json) -> Shape:
    if "out" in given:
        shape = BY_OUT.get(given["out"]) if isinstance(given["out"], str) else None
        if shape is None:
            raise DataError(
                f"out is {shown(given['out'])}, right would be one of {', '.join(BY_OUT)}"
            )
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
