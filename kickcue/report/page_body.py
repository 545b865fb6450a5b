"""The columns on the runner's body that tables of laps and repetitions have in common."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kickcue.analysis.review.model import Body
from kickcue.report.markup import Markup, tag
from kickcue.report.page_parts import column, number


@dataclass(frozen=True, slots=True)
class BodyColumn:
    """One column; ``class_`` "wide" is left out on a narrow screen."""

    name: str
    unit: str
    value: Callable[[Body], float | None]
    digits: int = 0
    class_: str | None = None


_COLUMNS: Final = (
    BodyColumn("Steps", "/min", lambda body: body.cadence_spm),
    BodyColumn("Step", "m", lambda body: body.step_m, 2, "wide"),
    BodyColumn("Heart", "bpm", lambda body: body.heart_rate_bpm),
)


def known_columns(bodies: Iterable[Body]) -> tuple[BodyColumn, ...]:
    """Return the columns in which anything is known."""
    rows = list(bodies)
    return tuple(each for each in _COLUMNS if any(each.value(body) is not None for body in rows))


def body_heads(columns: Sequence[BodyColumn]) -> Iterator[Markup]:
    """Yield the heads of the columns."""
    return (column(each.name, each.unit, class_=each.class_) for each in columns)


def body_cells(columns: Sequence[BodyColumn], body: Body) -> Iterator[Markup]:
    """Yield the cells of one row."""
    return (
        tag("td", number(each.value(body), each.digits), class_=each.class_) for each in columns
    )
