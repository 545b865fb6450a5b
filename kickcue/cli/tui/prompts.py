"""The pictures of choosing a sensor: the list, the one being tried, the questions beside them."""

from collections.abc import Mapping
from dataclasses import dataclass
from os import terminal_size
from typing import Any, Final

from rich.console import Group, RenderableType
from rich.text import Text

from kickcue.cli.tui.formatting import UNKNOWN, whole
from kickcue.cli.tui.nearby import Around
from kickcue.cli.tui.sensor_table import NO_NAME, sensor_table
from kickcue.cli.tui.values import spelt
from kickcue.cli.tui.watch_face import DIGITS
from kickcue.core.printable import printable
from kickcue.edges.radio import Sighting
from kickcue.supervision.health import DeviceHealth, Stage

OTHER_LINES: Final = 9
"""What stands above and below the list."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sensor that a race needs, and what the runner has to know about it."""

    sensor: str
    kinds: frozenset[str]
    """What it sends, in the words of the table; any one of them will do."""
    title: str
    hint: str
    nobody: str
    value: str
    unit: str
    proof: str


STRAP: Final = Wanted(
    "strap",
    frozenset({"heart"}),
    "Which heart-rate strap is yours?",
    "Moisten it, put it on and come close: yours is then at the top.",
    "No strap found yet. It sleeps unless worn, and is invisible while connected to a watch or "
    "phone.",
    "heart_rate_bpm",
    "beats/min",
    "Is that your heart rate? Run on the spot: it should rise.",
)
POD: Final = Wanted(
    "pod",
    frozenset({"steps", "treadmill"}),
    "Which foot pod is yours?",
    "Shake the pod to wake it, and bring it close: yours is then at the top.",
    "No foot pod found yet. It wakes up when moved, and is invisible while connected to a watch.",
    "cadence_spm",
    "steps/min",
    "Is that your cadence? Run on the spot: it should follow.",
)


@dataclass(slots=True)
class NumberEntry:
    """The number that is being typed, and what was wrong last."""

    typed: str = ""
    trouble: str = ""


def choice(
    wanted: Wanted, rows: list[Around], now_s: float, size: terminal_size, entry: NumberEntry
) -> RenderableType:
    """Return the list to choose from, as long as there is room."""
    unlisted = f" Not in the list? kickcue scan --all, then kickcue pair --{wanted.sensor} ADDRESS"
    room = max(size.lines - OTHER_LINES - len(unlisted) // size.columns, 1)
    return Group(
        Text(f" {wanted.title}", style="bold"),
        Text(f" {wanted.hint}", style="dim"),
        "",
        sensor_table(rows[:room], now_s, size.columns, numbered=True)
        if rows
        else Text(f" {wanted.nobody}", style="yellow"),
        Text(f" and {len(rows) - room} weaker ones" if len(rows) > room else "", style="dim"),
        Text(f" {entry.trouble}", style="yellow"),
        Text(f" Which number is yours (then Enter)? {entry.typed}_" if rows else ""),
        Text(unlisted, style="dim"),
        Text(f" w without a {wanted.sensor} · q quit", style="dim"),
    )


def trial(
    wanted: Wanted, sighting: Sighting, health: DeviceHealth | None, values: Mapping[str, Any]
) -> RenderableType:
    """Return what the chosen device sends just now."""
    connected = health is not None and health.stage is Stage.CONNECTED
    value = values.get(wanted.value)
    return Group(
        Text(f" {printable(sighting.name or NO_NAME)}", style="bold").append(
            f"  {sighting.address}", "not bold dim"
        ),
        Text(f" {_doing(health, connected=connected)}", style="dim"),
        "",
        *_large(whole(value), wanted.unit),
        "",
        Text(f" {spelt(values, frozenset({wanted.value}))}", style="dim"),
        "",
        Text(f" {wanted.proof}" if connected else "", style="bold"),
        Text(
            " y yes, it is mine · n no, back to the list · q quit"
            if connected
            else " n back to the list · q quit",
            style="dim",
        ),
    )


def _doing(health: DeviceHealth | None, *, connected: bool) -> str:
    if health is None:
        return "connecting ..."
    return "connected" if connected else health.why or str(health.stage)


def _large(figure: str, unit: str) -> list[Text]:
    rows = ["  " + " ".join(DIGITS[digit][row] for digit in figure) for row in range(3)]
    style = "dim" if figure == UNKNOWN else "bold bright_white"
    return [
        Text(row, style=style).append(f"  {unit}" if n == 2 else "", "not bold default")
        for n, row in enumerate(rows)
    ]


def enough(sighting: Sighting) -> RenderableType:
    """Return the question that follows a strap which sends steps too."""
    return Group(
        Text(
            f" {printable(sighting.name or NO_NAME)} sends your heart rate and your cadence.",
            style="bold",
        ),
        Text(" One sensor is enough. A foot pod as well may give a better distance.", style="dim"),
        "",
        Text(" Enter continue with this one · p choose a foot pod as well · q quit", style="dim"),
    )


def keep(path: str) -> RenderableType:
    """Return the question whether a choice made for this run is to be kept."""
    return Group(
        Text(f" Save this choice in {path}?", style="bold"),
        Text(" Then the next run finds your sensors automatically.", style="dim"),
        "",
        Text(" y yes · n only this time", style="dim"),
    )
