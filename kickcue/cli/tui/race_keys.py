"""The keys of the race screen, or the question asked in their place."""

import textwrap
from typing import Final

from rich.text import Text

from kickcue.cli.tui.race_state import RaceBoard
from kickcue.core.cueing.phases import RACING
from kickcue.core.events import Phase

KEYS: Final = {
    Phase.WAITING: "s start · d distance · p phone · q quit",
    Phase.BODY: "space lap · u undo · f finish · x give up · d distance · q quit",
    Phase.FINISHED: "s next race · d distance · p phone · q quit",
    Phase.ABORTED: "s start again · d distance · p phone · q quit",
}
SESSION_KEYS: Final = {
    Phase.WAITING: "s start · p phone · q quit",
    Phase.BODY: "space start or end of a rep · u undo · f finish · x stop · p phone · q quit",
}
BETWEEN_KEYS: Final = " · "


def key_lines(board: RaceBoard, width: int) -> list[Text]:
    """Return the keys, or the question asked in their place, on as many lines as they need."""
    if board.question is not None:
        style, lines = (
            "bold black on bright_yellow",
            [f" {line} " for line in textwrap.wrap(board.question, max(width - 2, 1))],
        )
    else:
        style, lines = (
            "dim",
            _untorn(_keys_of(board), width - 1),
        )
    return [Text(line, style=style, no_wrap=True, overflow="ellipsis", end="") for line in lines]


def _keys_of(board: RaceBoard) -> str:
    keys = KEYS[Phase.BODY if board.phase in RACING else board.phase]
    return keys if board.session is None else SESSION_KEYS.get(board.phase, "q quit")


def _untorn(keys: str, width: int) -> list[str]:
    """Return keys with what they do, none of them torn apart."""
    lines: list[str] = []
    for key in keys.split(BETWEEN_KEYS):
        if lines and len(lines[-1]) + len(BETWEEN_KEYS) + len(key) <= width:
            lines[-1] += f"{BETWEEN_KEYS}{key}"
        else:
            lines.append(f" {key}")
    return lines
