"""A chart of a page: what is drawn of it by script, and what is said of it in text."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kickcue.report.markup import Markup, join, tag
from kickcue.report.shell import GENERATOR, self_contained

COLOURS: Final = (
    "--pace",
    "--kick",
    "--cadence",
    "--step",
    "--heart",
    "--error",
    "--soft",
    "--ink",
)
"""Of the lines, in their order; the classes ``line-0`` ... of ``charts.css`` are the same."""
DIGITS: Final = 4
STYLES: Final = ("uPlot.min.css", "report.css", "charts.css")
SCRIPTS: Final = ("uPlot.iife.min.js", "series.js", "plots.js", "charts.js")


class Kind(StrEnum):
    """What the values of a chart are, and so how they are written."""

    SPEED = "mps"
    SECONDS = "seconds"
    """Won or lost, with a sign."""
    TIME = "time"
    """How long something took, in seconds."""
    PERCENT = "percent"
    SHARE = "share"
    SCALE = "scale"
    COUNT = "count"


class Along(StrEnum):
    """What lies along the bottom of a chart."""

    DISTANCE = "distance"
    """Metres of the course."""
    DAYS = "days"
    """Days since 1970."""
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Line:
    """One line; ``colour`` is its place in ``COLOURS``. None is a gap."""

    name: str
    values: Sequence[float | None]
    colour: int


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over ``x``.

    ``says``: what it shows, for who cannot see it. ``names`` are said of each x, such as the race.
    """

    title: str
    says: str
    kind: Kind
    x: Sequence[float]
    lines: Sequence[Line]
    along: Along = Along.DISTANCE
    dots: bool = False
    bars: bool = False
    marks: Sequence[float] = ()
    names: Sequence[str] = ()
    height: int = 200

    def data(self) -> dict[str, Any]:
        """Return what the page's script draws."""
        return {
            "says": self.says,
            "kind": self.kind.value,
            "along": self.along.value,
            "dots": self.dots,
            "bars": self.bars,
            "height": self.height,
            "x": _rounded(self.x),
            "lines": [
                {
                    "name": line.name,
                    "colour": COLOURS[line.colour],
                    "values": _rounded(line.values),
                }
                for line in self.lines
            ],
            "marks": _rounded(self.marks),
            "names": list(self.names),
        }


def figure(number: int, chart: Chart) -> Markup:
    """Return the place where a chart is drawn, by its number among the page's charts."""
    legend = (
        tag("span", line.name, class_=f"line-{line.colour}")
        for line in (chart.lines if len(chart.lines) > 1 else ())
    )
    return tag(
        "figure",
        tag("figcaption", chart.title, tag("span", *legend, class_="legend")),
        tag("div", class_="plot", data_chart=number),
        tag("output", aria_live="polite"),
        tabindex=0,
        aria_label=f"{chart.title}: the left and right arrow keys move through it",
    )


def chart_page(
    title: str, parts: Sequence[Markup | None], charts: Sequence[Chart], *, metres: bool
) -> str:
    """Return a page of ``parts``, among them the figures of ``charts``.

    ``metres``: distances are said in them, and not in the unit that was chosen.
    """
    made_by = tag("footer", f"Made by {GENERATOR}. All of it is in this file.")
    data = {
        # Of the scripts that a report has, too: there is no run here.
        "columns": {"race_s": []},
        "metres": metres,
        "charts": [chart.data() for chart in charts],
    }
    body = join((tag("main", *parts), made_by))
    return self_contained(title, body, styles=STYLES, scripts=SCRIPTS, data=data)


def _rounded(values: Sequence[float | None]) -> list[float | None]:
    return [None if value is None else _short(round(value, DIGITS)) for value in values]


def _short(value: float) -> float:
    return int(value) if value == int(value) else value
