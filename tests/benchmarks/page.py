"""A page of figures as Markdown whose lines are no longer than those of the other pages."""

import textwrap
from collections.abc import Iterable
from itertools import groupby

COLUMNS = 100


def filled(lines: Iterable[str]) -> list[str]:
    """Return the lines with each paragraph filled anew; headings and tables stay as they are.

    ValueError for a row of a table that is too long, as nothing can break it.
    """
    found: list[str] = []
    paragraphs = textwrap.TextWrapper(COLUMNS, break_long_words=False, break_on_hyphens=False)
    for is_prose, group in groupby(lines, lambda line: bool(line) and line[0] not in "#|"):
        block = list(group)
        found += paragraphs.wrap(" ".join(block)) if is_prose else block
    too_long = [line for line in found if len(line) > COLUMNS]
    if too_long:
        raise ValueError(f"expected at most {COLUMNS} columns, got {len(too_long[0])}: {too_long}")
    return found
