"""On which line of a TOML file a key stands, for messages that lead to it."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

TOKEN: Final = re.compile(
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

KeyPath = tuple[str | int, ...]
"""Keys from the outermost in; an entry of ``[[block]]`` by its number from 0, as in pydantic."""


def with_line(path: object, text: str, key: Iterable[str | int]) -> str:
    """Return "FILE, line 12", where the key stands in ``text``; only FILE where it is nowhere.

    Of a key that is missing it is the line of its block.
    """
    lines = _lines(text)
    found: KeyPath = ()
    for part in key:
        if (*found, part) in lines:  # else it is a name that pydantic gives a union's member
            found = (*found, part)
    return f"{path}, line {lines[found]}" if found else f"{path}"


def _lines(text: str) -> Mapping[KeyPath, int]:
    """Return each key and header of a valid file with its line, counted from 1."""
    walk, line, at = _Walk(), 1, 0
    for token in TOKEN.finditer(text):
        line += text.count("\n", at, token.start())
        at = token.start()
        walk.take(token.lastgroup or "", token[0], line)
    return walk.lines


class _Walk:
    """Reads a file token by token: headers and keys, and values only to find their end."""

    def __init__(self) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._block: KeyPath = ()
        self._entries: dict[KeyPath, int] = {}
        self._parts: list[str] = []
        self._opened = 0
        self._in_value = False

    def take(self, kind: str, text: str, line: int) -> None:
        """Take the next token."""
        if self._in_value:
            self._opened += (kind == "open") - (kind == "close")
            if text != "\n" or self._opened:
                return
        if text == "\n":
            self._parts, self._opened, self._in_value = [], 0, False
        elif kind in ("word", "text"):
            self._parts.append(text.strip("\"'"))
        elif kind == "open":
            self._opened += 1
        elif kind == "close" and self._parts:
            self._begin_block(is_entry=self._opened > 1, line=line)
        elif kind == "equals":
            self._note((*self._block, *self._parts), line)
            self._in_value, self._opened = True, 0

    def _begin_block(self, *, is_entry: bool, line: int) -> None:
        block: KeyPath = ()
        for part in self._parts[: -1 if is_entry else None]:
            block = (*block, part)
            if block in self._entries:
                block = (*block, self._entries[block])
        if is_entry:
            block = (*block, self._parts[-1])
            self._entries[block] = self._entries.get(block, -1) + 1
            block = (*block, self._entries[block])
        self._note(block, line)
        self._block, self._parts = block, []

    def _note(self, key: KeyPath, line: int) -> None:
        for length in range(1, len(key) + 1):
            self.lines.setdefault(key[:length], line)
