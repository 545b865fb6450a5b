"""XML as devices and exporters write it, by local names, up to the first damage.

Prefixes need not be declared, because names go by what follows the colon; a bare ``&`` or a
character that XML forbids costs that character. A file that declares entities is refused where it
does so: none of these formats has any, and they serve to blow up a reader or to open other files.
Nothing outside the file is ever read, and never more than is there.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

from kickcue.recording.text_decoding import decode

DEEPEST: Final = 64
"""Levels: TCX needs 10."""

MOST_ELEMENTS: Final = 1000
"""Elements: a track point has some 20."""

LONGEST_TEXT_LETTERS: Final = 1000
"""Characters kept of one element's text: names, times and numbers."""

_DECLARATION: Final = re.compile(r"<\?xml\b[^>]{0,500}>")
_REFERENCE: Final = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#(?:x([0-9A-Fa-f]{1,6})|([0-9]{1,7}));)?"
)
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(slots=True)
class Element:
    """An element with what it holds.

    ``name`` and the keys of ``attributes`` are local names, ``prefix`` stood before the colon,
    ``line`` is where the element begins.
    """

    name: str
    prefix: str
    attributes: Mapping[str, str]
    text: str = ""
    children: list["Element"] = field(default_factory=list)
    line: int = 0

    def walk(self) -> Iterator["Element"]:
        """Yield all elements below this one, in their order."""
        for child in self.children:
            yield child
            yield from child.walk()


class _StopError(Exception):
    """Nothing from here on is read; the message is the reason."""


def read(
    data: bytes,
    trees: frozenset[str],
    start: Callable[[Element], None],
    end: Callable[[Element], None],
) -> str:
    """Go through a file; return what is wrong with it, empty if nothing is.

    ``start`` and ``end`` are called at the tags of every element. Those whose names are in
    ``trees`` come as a whole instead, at their ends only, with all their children; others have no
    children.
    """
    parser = expat.ParserCreate()
    walk = _Walk(trees, start, end, parser)
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.characters
    parser.EntityDeclHandler = _refuse_entity
    try:
        # Whole, because expat reads an unfinished piece again with each further part.
        parser.Parse(_well_formed(decode(data)), True)
    except expat.ExpatError as error:
        return f"the XML is damaged or truncated ({error})"
    except _StopError as stop:
        return f"{stop} (line {parser.CurrentLineNumber})"
    return ""


@dataclass(slots=True)
class _Walk:
    trees: frozenset[str]
    on_start: Callable[[Element], None]
    on_end: Callable[[Element], None]
    parser: expat.XMLParserType
    open: list[Element] = field(default_factory=list)
    tree_size: int = 0
    tree_from: int = 0
    """How many elements are open outside the tree that is being read; 0: none is."""

    def start(self, qualified: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= DEEPEST:
            raise _StopError(f"the XML is nested too deeply: expected at most {DEEPEST} levels")
        prefix, _, name = qualified.rpartition(":")
        element = Element(
            name, prefix, {key.rpartition(":")[2]: value for key, value in attributes.items()}
        )
        element.line = self.parser.CurrentLineNumber
        if self.tree_from:
            self.tree_size += 1
            if self.tree_size > MOST_ELEMENTS:
                raise _StopError(
                    "an XML element is too large: expected at most "
                    f"{MOST_ELEMENTS} others inside it"
                )
            self.open[-1].children.append(element)
        elif name in self.trees and self.open:
            self.tree_size = 0
            self.tree_from = len(self.open)
        else:
            self.on_start(element)
        self.open.append(element)

    def characters(self, text: str) -> None:
        element = self.open[-1]
        if len(element.text) < LONGEST_TEXT_LETTERS:
            element.text += text[:LONGEST_TEXT_LETTERS]

    def end(self, _: str) -> None:
        element = self.open.pop()
        if not self.tree_from or len(self.open) == self.tree_from:
            self.tree_from = 0
            self.on_end(element)


def _refuse_entity(name: str, *_: object) -> None:
    raise _StopError(f"expected no XML entities, got {name[:40]!r}: not read")


def _well_formed(text: str) -> str:
    """Return the text without what XML forbids, or what no longer counts.

    Nothing of the run is lost by it.
    """
    declaration = _DECLARATION.match(text)
    body = text[declaration.end() :] if declaration else text
    return _REFERENCE.sub(_reference, _FORBIDDEN.sub("\ufffd", body))


def _reference(match: re.Match[str]) -> str:
    """Keep the number of a character, replace one that is none; a bare ``&`` is meant as one."""
    hexadecimal, decimal = match.groups()
    if hexadecimal is None and decimal is None:
        return "&amp;"
    code = int(hexadecimal, 16) if hexadecimal else int(decimal)
    return match[0] if code <= 0x10FFFF and not _FORBIDDEN.match(chr(code)) else "\ufffd"
