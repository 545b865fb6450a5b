"""A page as a browser's parser sees it: elements, texts, scripts."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from kickcue.report.markup import VOID


@dataclass
class ParsedPage(HTMLParser):
    """The elements of a page in their order, and what is written in them."""

    elements: list[str] = field(default_factory=list)
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    inside: dict[str, list[str]] = field(default_factory=dict)
    """What stands in scripts, styles, headings, sections by their id."""
    policy: str = ""
    _open: list[tuple[str, str | None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        named = dict(attrs)
        self.elements.append(tag)
        self.attributes += attrs
        if named.get("http-equiv") == "Content-Security-Policy":
            self.policy = named["content"] or ""
        if tag not in VOID:
            self._open.append((tag, named.get("id")))

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        name, _ = self._open.pop()
        assert name == tag, f"<{name}> ends with </{tag}>"

    def handle_data(self, data: str) -> None:
        """Keep it for all it stands in."""
        names = {each for pair in self._open for each in pair if each is not None}
        for name in names:
            self.inside.setdefault(name, []).append(data)
        if not names & {"script", "style"}:
            self.texts.append(data)

    def text(self, within: str | None = None) -> str:
        """Return what a reader sees, of all or within an element or id; blanks in one."""
        texts = self.texts if within is None else self.inside.get(within, [])
        return " ".join(" ".join(texts).split())

    @property
    def data(self) -> Any:
        """What the scripts of the page read."""
        return json.loads("".join(self.inside["data"]))


def parsed(page: str) -> ParsedPage:
    """Return a page taken apart; AssertionError where its elements do not end as they began."""
    found = ParsedPage()
    found.feed(page)
    found.close()
    assert not found._open
    return found
