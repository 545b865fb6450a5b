"""Rich pictures on standard output, their texts made printable at the place where rich draws."""

import sys
from collections.abc import Iterable
from typing import IO, Any, cast

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from kickcue.cli.format.printing import Printing
from kickcue.core.printable import LINES, is_printable, printable


class PictureConsole(Console):
    """A rich console on standard output (or error, with ``stderr``) whose texts are printable.

    What rich itself adds is let through.
    """

    def __init__(self, **options: Any) -> None:
        out = sys.stderr if options.get("stderr") else sys.stdout
        super().__init__(
            file=cast("IO[str]", out.output) if isinstance(out, Printing) else None, **options
        )

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """Draw; every picture, and every part of one, passes here."""
        for segment in super().render(
            _clean(renderable) if isinstance(renderable, Text) else renderable, options
        ):
            text, style, control = segment
            yield segment if control else Segment(printable(text, keep=LINES), style)


def _clean(text: Text) -> Text:
    """Return the text with escapes, each in the style of what it stands for.

    That is how the layout counts with their width.
    """
    plain = text.plain
    at = [
        number
        for number, letter in enumerate(plain)
        if letter not in LINES and not is_printable(letter)
    ]
    if not at:
        return text
    cleaned = text.blank_copy()
    for piece in text.divide(sorted({*at, *(number + 1 for number in at)})):
        piece.plain = printable(piece.plain, keep=LINES)
        cleaned.append_text(piece)
    return cleaned
