"""A sensor's or a watch's profile as text: sections of wrapped lines, evidence for each fact."""

from collections.abc import Iterable, Iterator
from textwrap import fill
from typing import Any, Final

from kickcue.config.profile_schema import Fact

COLUMNS: Final = 100


def section(title: str, lines: Iterable[str], columns: int = COLUMNS) -> Iterator[str]:
    """Yield an empty line, the title and the lines; nothing where there are no lines."""
    found = list(lines)
    if found:
        yield from ("", title, *(wrapped(line, columns) for line in found))


def wrapped(line: str, columns: int = COLUMNS) -> str:
    """Return the line, indented, on as many lines as it needs."""
    return fill(
        line,
        columns,
        initial_indent="  ",
        subsequent_indent="      ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def evidence(fact: Fact) -> str:
    """Return on whose word it stands, in brackets."""
    return f"({fact.status}{f': {fact.source}' if fact.source else ''})"


def plain(value: Any) -> str:
    """Return a value of a profile as people write it."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
