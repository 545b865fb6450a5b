"""What the pages of comparisons have in common."""

from collections.abc import Sequence

from kickcue.report.comparison_words import SAME_S, letter
from kickcue.report.markup import Markup, tag
from kickcue.report.page_parts import signed


def side_list(sides: Sequence[tuple[str, str, str | None]]) -> Markup:
    """Return which file each letter is: file, title and UTC of each side."""
    return tag(
        "ul",
        *(
            tag(
                "li",
                tag("strong", letter(number), class_=f"line-{number}"),
                " · ".join(part for part in (title, utc and utc[:10], file) if part),
            )
            for number, (file, title, utc) in enumerate(sides)
        ),
        class_="sides",
    )


def lost_cell(lost_s: float | None) -> Markup:
    """Return the cell of what was lost against A."""
    lost, won = lost_s is not None and lost_s >= SAME_S, lost_s is not None and lost_s <= -SAME_S
    return tag("td", signed(lost_s), class_="lost" if lost else "won" if won else None)
