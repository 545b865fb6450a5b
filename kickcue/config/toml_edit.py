"""Changes a value in a TOML text and nothing else: comments, order and blanks stay as they are.

There are many ways to write one thing in TOML, and no tool changes each of them well. So several
edits are tried, the nicest first, and one counts only if it parses to what is wanted, all else as
before.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from kickcue.config.toml_file import parse_toml
from kickcue.core.errors import UsageError

TOMLKIT_ERRORS: Final = (TOMLKitError, ValueError, LookupError, AttributeError, TypeError)
"""What tomlkit raises where it cannot make an edit."""

Key = tuple[str, ...]


def with_value(text: str, key: Key, value: Any) -> str | None:
    """Return the text with ``key`` set to ``value``; None where no edit does just that."""
    document = parse_toml(text, "")
    return the_edit(_settings_of(text, key, value), changed(document, key, value))


def without_value(text: str, key: Key) -> str | None:
    """Return the text without ``key``; None where no edit does just that."""
    document = parse_toml(text, "")
    return the_edit(_removals_of(text, key), changed(document, key, None))


def changed(document: Mapping[str, Any], key: Key, value: Any) -> dict[str, Any]:
    """Return the document with ``key`` set, or for None without it.

    UsageError where a value stands in the way of a block.
    """
    head, *rest = key
    if rest:
        block = document.get(head, {})
        if not isinstance(block, Mapping):
            raise UsageError(f"{head}: expected a block, got {block!r}")
        return {**document, head: changed(block, tuple(rest), value)}
    if value is None:
        return {name: kept for name, kept in document.items() if name != head}
    return {**document, head: value}


def the_edit(edits: Iterable[str], wanted: Mapping[str, Any]) -> str | None:
    """Return the first edit that parses to what is wanted; an empty block counts as absent."""
    return next((edit for edit in edits if _parsed(edit) == _without_empty(wanted)), None)


def with_newlines_of(text: str, edit: str) -> str:
    """Return the edit with the ends of lines that the text had, and one at the end of the last."""
    newline = "\r\n" if "\r\n" in text else "\n"
    edit = edit if edit.endswith("\n") else f"{edit}\n"
    return edit.replace("\r\n", "\n").replace("\n", newline)


def toml_value(value: Any) -> str:
    """Return a value as TOML writes it, whole numbers without a point."""
    plain = value if isinstance(value, bool | int | float | list) else str(value)
    plain = int(plain) if isinstance(plain, float) and plain.is_integer() else plain
    return tomlkit.item(plain).as_string()


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        return _without_empty(parse_toml(text, ""))
    except UsageError:
        return None


def _without_empty(document: Mapping[str, Any]) -> dict[str, Any]:
    found = {
        key: _without_empty(value) if isinstance(value, Mapping) else value
        for key, value in document.items()
    }
    return {key: value for key, value in found.items() if value != {}}


def _settings_of(text: str, key: Key, value: Any) -> Iterator[str]:
    """Yield ways to set a key: in its place, where it is off, in its block, on top, at the end."""
    *block, name = key
    written = toml_value(value)
    with suppress(*TOMLKIT_ERRORS):
        document: Any = tomlkit.parse(text)
        place = _block(document, block)
        if name in place:
            place[name] = value
            yield document.as_string()
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        off = re.match(rf"#[ \t]*({_spelt(key)}|{_spelt(key[-1:])})[ \t]*=", line)
        if off is not None:
            end = "\r\n" if line.endswith("\r\n") else "\n"
            yield "".join((*lines[:at], f"{off[1]} = {written}{end}", *lines[at + 1 :]))
    with suppress(*TOMLKIT_ERRORS):
        document = tomlkit.parse(text)
        _block(document, block)[name] = value
        yield document.as_string()
    dotted = f"{_spelt_plain(key)} = {written}\n"
    if not block:
        yield dotted + text
    else:
        gap = "" if not text.strip() else "\n" if text.endswith("\n") else "\n\n"
        yield f"{text}{gap}[{_spelt_plain(block)}]\n{_spelt_plain([name])} = {written}\n"
        yield dotted + text


def _removals_of(text: str, key: Key) -> Iterator[str]:
    """Yield ways to take a key out: by tomlkit, or with the one line it stands on."""
    *block, name = key
    with suppress(*TOMLKIT_ERRORS):
        document: Any = tomlkit.parse(text)
        del _block(document, block)[name]
        yield document.as_string()
    lines = text.splitlines(keepends=True)
    for at, line in enumerate(lines):
        if re.match(rf"[ \t]*({_spelt(key)}|{_spelt(key[-1:])})[ \t]*=", line):
            yield "".join((*lines[:at], *lines[at + 1 :]))


def _block(document: Any, path: Iterable[str]) -> Any:
    for part in path:
        document = document[part]
    return document


def _spelt(key: Iterable[str]) -> str:
    """Return a pattern for the key as a line may have it."""
    return r"[ \t]*\.[ \t]*".join(re.escape(_spelt_plain([part])) for part in key)


def _spelt_plain(key: Iterable[str]) -> str:
    return ".".join(tomlkit.key(part).as_string() if part else '""' for part in key)
