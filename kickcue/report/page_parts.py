"""What the parts of the page have in common: sections, tables, values in both units."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from kickcue.analysis.review.model import Review
from kickcue.core.length_format import metres
from kickcue.report.formats import UNKNOWN, PaceUnit, pace
from kickcue.report.markup import Markup, join, tag

_VALUE: Final = re.compile(r"(?<=\d) (?=(?:%|s|m|km|mi|min|ms|bpm)\b|%)")


def unbroken(sentence: str) -> str:
    """Return a sentence in which no line ends between a number and its unit."""
    return _VALUE.sub("\u00a0", sentence)


def both(shown: Callable[[PaceUnit], object]) -> Markup:
    """Return what ``shown`` gives for kilometres and for miles; the page's switch shows one."""
    return join(tag("span", shown(unit), class_=unit.value) for unit in PaceUnit)


def in_metres(review: Review) -> bool:
    """Tell whether distances of this review are said in metres, as on the track."""
    return review.course is not None and review.course.lap_m is not None


def distance(length_m: float, *, track: bool, digits: int = 2) -> Markup:
    """Return a distance, in metres on the track, else in both units."""
    if track:
        return Markup(metres(round(length_m)))
    return both(lambda unit: f"{length_m / unit.metres:.{digits}f} {unit}")


def paced(mps: float) -> Markup:
    """Return a speed as a pace, in both units."""
    return both(lambda unit: f"{pace(mps, unit)} /{unit}")


def signed(value: float | None, digits: int = 1) -> str:
    """Return a number with its sign, which a zero has none of; a dash where it is unknown."""
    shown = number(value, digits).removeprefix("-")
    if value is None or float(shown) == 0.0:
        return shown if value is not None else UNKNOWN
    return f"{'+' if value > 0 else '−'}{shown}"  # noqa: RUF001  the minus of print


def section(name: str, heading: str, *parts: object, **attributes: object) -> Markup:
    """Return a section with its heading, which names it."""
    return tag(
        "section",
        tag("h2", heading, id=f"{name}-heading"),
        *parts,
        id=name,
        aria_labelledby=f"{name}-heading",
        **attributes,
    )


def listed(sentences: Iterable[str], **attributes: object) -> Markup:
    """Return the sentences as a list."""
    return tag("ul", *(tag("li", unbroken(sentence)) for sentence in sentences), **attributes)


def table(
    caption: str, head: Sequence[Markup], rows: Iterable[Markup], **attributes: object
) -> Markup:
    """Return a table that scrolls sideways by itself where it is too wide."""
    return tag(
        "div",
        tag(
            "table",
            tag("caption", caption),
            tag("thead", tag("tr", *head)),
            tag("tbody", *rows),
            **attributes,
        ),
        class_="scroll",
        tabindex=0,
        role="region",
        aria_label=caption,
    )


def column(name: str, unit: object = None, **attributes: object) -> Markup:
    """Return the head of a column, with its unit below it."""
    below = None if unit is None else tag("small", unit)
    return tag("th", name, below, scope="col", **attributes)


def number(value: float | None, digits: int = 0) -> str:
    """Return a number, or a dash where it is unknown."""
    return UNKNOWN if value is None else f"{value:.{digits}f}"


def facts(pairs: Iterable[tuple[object, object]], class_: str) -> Markup:
    """Return names with their values."""
    return tag(
        "dl",
        *(tag("div", tag("dt", name), tag("dd", value)) for name, value in pairs),
        class_=class_,
    )
