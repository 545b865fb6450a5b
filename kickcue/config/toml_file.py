"""The one way in which TOML comes into kickcue: race files, profiles, phrases.

Python's parser is right, but no file is too much for it: a key of 20,000 parts takes minutes, and
a thousand brackets or a number of 5,000 digits end it by an error that is not about TOML. What a
file may hold is therefore counted before it is parsed, by a walk over its strings, comments and
brackets. That walk and the parser agree up to the first mistake, and there the parser stops.
"""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kickcue.config.plain_file import read_plain_file
from kickcue.config.toml_lines import with_line
from kickcue.core.errors import UsageError

MOST_BYTES: Final = 256_000
MOST_KEYS: Final = 4000
"""Keys and headers in a file; the longest profile has some 120."""
MOST_DEPTH: Final = 8
"""Brackets within brackets, and parts of one dotted key."""
MOST_LETTERS: Final = 200
"""Of a number, or of a key without quotes."""
_TOKEN: Final = re.compile(
    r'''
      (?P<text> """(?:[^"\\]|\\.|"(?!""))*+(?:"{3,5}|\\?\Z)
              | \'\'\'(?:[^']|'(?!\'\'))*+(?:'{3,5}|\Z)
              | "(?:[^"\\\n]|\\[^\n])*+"?
              | '[^'\n]*+'? )
    | (?P<comment> \#[^\n]*+ )
    | (?P<word> [A-Za-z0-9_+-]++ )
    | (?P<dot> \. )
    | (?P<open> [\[{] )
    | (?P<close> [\]}] )
    | (?P<equals> = )
    | (?P<end> [,\n] )
    ''',
    re.VERBOSE | re.DOTALL,
)
"""The strings, comments and brackets of a file."""
_INT64: Final = range(-(2**63), 2**63)
_PLACE: Final = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_TWICE: Final = re.compile(r"Cannot declare \((.*)\) twice")


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A file as it is: its bytes, its text without a byte-order mark, the text parsed."""

    content: bytes
    mode: int
    text: str
    document: dict[str, Any]


def read_toml(path: Path, *, absent: str = "") -> TomlFile:
    """Return the file; UsageError names it, what is wrong with it and where.

    ``absent`` is the advice where there is no such file.
    """
    file = read_plain_file(path, MOST_BYTES, absent=absent)
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        wrong = file.content[error.start]
        raise UsageError(f"{path}, line {line}: expected UTF-8 text, got byte {wrong:#x}") from None
    return TomlFile(file.content, file.mode, text, parse_toml(text, path))


def parse_toml(text: str, path: Path | str) -> dict[str, Any]:
    """Return ``text`` parsed; UsageError begins with ``path``."""
    _check_bounds(text, path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}, {_mistake(str(error), text)}") from None
    except (ValueError, RecursionError) as error:  # none is known; bytes raise nothing undocumented
        raise UsageError(f"{path}: not TOML: {error}") from None
    for key, value in _numbers(document, ()):
        if isinstance(value, float) or value not in _INT64:
            wanted = "a finite number" if isinstance(value, float) else "at most 19 digits"
            shown = str(value) if isinstance(value, float) else "more"
            where = with_line(path, text, key)
            raise UsageError(f"{where}: {'.'.join(key)}: expected {wanted}, got {shown}")
    return document


def _check_bounds(text: str, path: Path | str) -> None:
    """Raise UsageError where the parser would have more to do than a file of ours asks."""
    keys = depth = parts = 0
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        parts = parts + 1 if kind == "dot" else parts if kind in ("word", "text") else 0
        keys += kind == "equals" or (kind == "open" and not depth)
        depth = depth + 1 if kind == "open" else max(depth - 1, 0) if kind == "close" else depth
        letters = token.end() - token.start() if kind == "word" else 0
        wanted = _exceeded(parts, depth, keys, letters)
        if wanted is not None:
            line = text.count("\n", 0, token.start()) + 1
            raise UsageError(f"{path}, line {line}: expected {wanted}, got more")


def _exceeded(parts: int, depth: int, keys: int, letters: int) -> str | None:
    """Return what would be right where a file has too much of something, None if it has not."""
    if parts >= MOST_DEPTH:
        return f"keys of at most {MOST_DEPTH} parts, like sensors.strap.name"
    if depth > MOST_DEPTH:
        return f"brackets at most {MOST_DEPTH} deep"
    if keys > MOST_KEYS:
        return f"at most {MOST_KEYS} keys"
    if letters > MOST_LETTERS:
        return f"numbers and keys of at most {MOST_LETTERS} letters"
    return None


def _mistake(found: str, text: str) -> str:
    """Return the parser's words with line and column first, which a person looks for first."""
    place = _PLACE.search(found)
    lines = text.splitlines() or [""]
    at_end = place is None or place[1] is None
    line, column = (
        (len(lines), len(lines[-1]) + 1) if at_end or place is None else (place[1], place[2])
    )
    reason = _PLACE.sub("", found)
    twice = _TWICE.fullmatch(reason)
    if twice is not None:
        block = ".".join(re.findall(r"'([^']*)'", twice[1]))
        return (
            f"line {line}: [{block}] appears twice: put its keys under the first [{block}], or "
            f"use 'kickcue set {block}.KEY VALUE'"
        )
    return f"line {line}, column {column}: not TOML: {reason}"


def _numbers(value: Any, at: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], float | int]]:
    """Yield the numbers that no setting can be, with their keys: infinite ones, all integers."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _numbers(inner, (*at, key))
    elif isinstance(value, list):
        for inner in value:
            yield from _numbers(inner, at)
    elif (isinstance(value, float) and not math.isfinite(value)) or type(value) is int:
        yield at, value
