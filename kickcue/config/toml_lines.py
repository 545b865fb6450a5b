"""On which line of a TOML text each of its values stands, which Python's parser does not tell.

A walk over the words of a text that the parser has taken already. What is wrong in it is therefore
none of its business.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

Path = tuple[str | int, ...]

_TOKEN: Final = re.compile(
    r'''
      (?P<text> """(?:[^"\\]|\\.|"(?!""))*+"{3,5} | \'\'\'(?:[^']|'(?!\'\'))*+'{3,5}
              | "(?:[^"\\\n]|\\[^\n])*+" | '[^'\n]*+' )
    | (?P<comment> \#[^\n]*+ )
    | (?P<line> \n )
    | (?P<mark> [][{}=,.] )
    | (?P<word> [^][{}=,.\s\#"']++ )
    ''',
    re.VERBOSE | re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    line: int


def line_of(lines: Mapping[Path, int], path: Sequence[str | int]) -> int | None:
    """Return the line of what ``path`` means, or of the nearest block around it."""
    for length in range(len(path), 0, -1):
        if tuple(path[:length]) in lines:
            return lines[tuple(path[:length])]
    return None


def with_line(path: object, text: str, key: Iterable[str | int]) -> str:
    """Return "FILE, line 12", where the key stands in ``text``; only FILE where it is nowhere.

    Of a key that is missing it is the line of its block.
    """
    lines = toml_lines(text)
    found: Path = ()
    for part in key:
        if (*found, part) in lines:  # else it is a name that pydantic gives a union's member
            found = (*found, part)
    return f"{path}, line {lines[found]}" if found else f"{path}"


def toml_lines(text: str) -> dict[Path, int]:
    """Return the line, from 1, of each key, block and list entry of a valid TOML text."""
    walk = _TomlWalk(text)
    walk.all()
    return walk.lines


class _TomlWalk:
    def __init__(self, text: str) -> None:
        self.lines: dict[Path, int] = {}
        self._entries: dict[Path, int] = {}
        """How many [[blocks]] there are so far of each name."""
        self._tokens: list[_Token] = []
        at = 1
        for found in _TOKEN.finditer(text):
            if found.lastgroup != "comment":
                self._tokens.append(_Token(found[0], at))
            at += found[0].count("\n")
        self._at = 0

    def all(self) -> None:
        """Walk to the end of the text."""
        block: Path = ()
        while self._next() is not None:
            if self._next() == "\n":
                self._at += 1
            elif self._next() == "[":
                block = self._header()
            else:
                self._setting(block)

    def _header(self) -> Path:
        line = self._tokens[self._at].line
        self._at += 1
        many = self._next() == "["
        self._at += many
        path = self._inside(self._key("]"))
        self._at += 1 + many
        if many:
            self._entries[path] = self._entries.get(path, 0) + 1
            path = (*path, self._entries[path] - 1)
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
        return path

    def _inside(self, key: Path) -> Path:
        """Return the path of a header: each list of blocks on the way means its last one."""
        path: Path = ()
        for place, part in enumerate(key):
            path = (*path, part)
            if path in self._entries and place < len(key) - 1:
                path = (*path, self._entries[path] - 1)
        return path

    def _setting(self, block: Path) -> None:
        line = self._tokens[self._at].line
        key = self._key("=")
        for length in range(1, len(key) + 1):
            self.lines.setdefault((*block, *key[:length]), line)
        self._at += 1
        self._value((*block, *key))

    def _key(self, end: str) -> Path:
        parts = []
        while self._next() not in (end, None):
            if self._next() != ".":
                parts.append((self._next() or "").strip("\"'"))
            self._at += 1
        return tuple(parts)

    def _value(self, path: Path) -> None:
        if self._at < len(self._tokens):
            self.lines.setdefault(path, self._tokens[self._at].line)
        if self._next() == "[":
            self._list(path)
        elif self._next() == "{":
            self._table(path)
        else:
            while self._next() not in (",", "]", "}", "\n", None):
                self._at += 1

    def _list(self, path: Path) -> None:
        self._at += 1
        count = 0
        while self._next() not in ("]", "}", None):  # "}" would be no value, and no step on
            if self._next() in (",", "\n"):
                self._at += 1
            else:
                self._value((*path, count))
                count += 1
        self._at += 1

    def _table(self, path: Path) -> None:
        self._at += 1
        while self._next() not in ("}", None):
            if self._next() in (",", "\n"):
                self._at += 1
            else:
                self._setting(path)
        self._at += 1

    def _next(self) -> str | None:
        return self._tokens[self._at].text if self._at < len(self._tokens) else None
