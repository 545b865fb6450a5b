"""HTML made of escaped parts: what is no ``Markup`` yet is text from outside."""

from collections.abc import Iterable
from html import escape
from typing import Final

from kickcue.core.printable import printable

VOID: Final = frozenset({"meta", "input", "br", "rect", "line"})
"""Elements that have no end of their own."""


class Markup(str):
    """Text that is HTML already."""

    __slots__ = ()


def text(words: object) -> Markup:
    """Return any text as HTML, with escapes for what is not printable."""
    return words if isinstance(words, Markup) else Markup(escape(printable(str(words))))


def join(parts: Iterable[object], between: str = "") -> Markup:
    """Return the parts one after another; None is left out."""
    return Markup(between.join(text(part) for part in parts if part is not None))


def tag(name: str, /, *children: object, **attributes: object) -> Markup:
    """Return an element.

    ``class_`` and ``for_`` lose their underscore, others become dashes; True is an attribute
    without a value, None and False are left out.
    """
    shown = "".join(
        f" {_name(key)}" if value is True else f' {_name(key)}="{text(value)}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    inside = join(children)
    return Markup(f"<{name}{shown}>{inside}" + ("" if name in VOID else f"</{name}>"))


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")
