"""Whether every part of a run works: a line or two for each sensor, the watch, the recording."""

import textwrap
from collections.abc import Iterator
from typing import Final

from rich.text import Text

from kickcue.cli.tui.formatting import bars, since_gun
from kickcue.cli.tui.race_state import RaceBoard
from kickcue.core.printable import printable
from kickcue.daemon.health import WORDS
from kickcue.supervision.health import DeviceHealth, Stage

BOTH_COLUMNS: Final = 70
"""From so many columns on what belongs together stands side by side, below that one under the
other."""
LABEL_COLUMNS: Final = 10
BEFORE: Final = LABEL_COLUMNS + 5
"""Columns before the text of a part."""
NO_CUES: Final = "the race is sanctioned"
_COLOURS: Final = {Stage.OFF: "red", Stage.CONNECTED: "green"}
STAGES: Final = {
    stage: (
        "●" if stage in (Stage.CONNECTED, Stage.SILENT) else "○",
        _COLOURS.get(stage, "yellow"),
        words,
    )
    for stage, words in WORDS.items()
}


def part_lines(board: RaceBoard, width: int) -> Iterator[Text]:
    """Yield each part, and the last cue."""
    for name, health in board.sensors.items():
        yield _sensor(name, health, width)
    yield _wrist(board, width)
    yield _recording(board, width)
    cue = board.last_cue
    none = "none yet" if board.wrist.cues else f"none: {NO_CUES}"
    last = (
        none
        if cue is None
        else cue.text
        if board.last_cue_s is None
        else f"{since_gun(board.last_cue_s)}  {cue.text}"
    )
    yield _part("last cue", " ", "", last)


def _sensor(name: str, health: DeviceHealth, width: int) -> Text:
    dot, style, words = STAGES[health.stage]
    if health.stage is not Stage.CONNECTED:
        return _trouble(name, dot, style, health.why or words, width)
    known = [
        f"{bars(health.rssi_dbm)} {health.rssi_dbm} dBm" if health.rssi_dbm is not None else words,
        "" if health.battery_percent is None else f"battery {health.battery_percent} %",
        health.model or "",
        ""
        if not health.drops
        else f"lost {'once' if health.drops == 1 else f'{health.drops} times'}",
    ]
    return _part(name, dot, style, ", ".join(filter(None, known)))


def _wrist(board: RaceBoard, width: int) -> Text:
    wrist = board.wrist
    if wrist.trouble is not None:
        return _trouble("watch", "○", "red", wrist.trouble, width)
    if wrist.cues:
        felt = f"{wrist.felt} of {wrist.sent} cues felt" if wrist.sent else ""
        lines = [felt, wrist.who, f"cues are sent to {wrist.to}"]
    else:
        lines = [f"no cues: {NO_CUES}", f"display only, via {wrist.to}", wrist.who]
    lines = [line for line in lines if line]
    if not wrist.there:
        return _trouble("watch", "○", "yellow", "; ".join(lines), width)
    return _part("watch", "●", "green", *(lines if width < BOTH_COLUMNS else ["; ".join(lines)]))


def _recording(board: RaceBoard, width: int) -> Text:
    if board.recording_trouble:
        return _trouble("recording", "○", "yellow", board.recording, width)
    room = width - BEFORE
    return _part(
        "recording",
        "●",
        "green",
        board.recording if len(board.recording) <= room else f"…{board.recording[1 - room :]}",
    )


def _trouble(label: str, dot: str, style: str, text: str, width: int) -> Text:
    """Draw what is wrong with a part and then what to do about it, on two lines if need be."""
    lines = textwrap.wrap(text, max(width - BEFORE, 1), max_lines=2, placeholder="…")
    return _part(label, dot, style, *lines)


def _part(label: str, dot: str, style: str, *lines: str) -> Text:
    drawn = Text(
        f"  {label:<{LABEL_COLUMNS}.{LABEL_COLUMNS}} ",
        style="dim",
        no_wrap=True,
        overflow="ellipsis",
    )
    return drawn.append(f"{dot} ", f"not dim {style}").append(
        f"\n{'':{BEFORE}}".join(map(printable, lines)), "not dim"
    )
