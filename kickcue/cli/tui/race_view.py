"""The race on a terminal: where the runner is, whether every part works, what happened last."""

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.segment import Segment
from rich.table import Table
from rich.text import Text

from kickcue.cli.tui.formatting import (
    KNOWS_BY,
    UNKNOWN,
    bars,
    coming,
    minutes,
    pace,
    since_gun,
    which_lap,
    whole,
)
from kickcue.cli.tui.race_state import RaceBoard, RaceLogEntry
from kickcue.cli.tui.session_view import (
    session_coming,
    session_figure,
    session_known_by,
    session_phase,
    session_way,
)
from kickcue.cli.tui.watch_face import DIGITS, KICK, PHASES
from kickcue.core.cueing.phases import RACING
from kickcue.core.events import CueKind, Estimate, Level, Phase
from kickcue.core.position.uncertainty import arrival_sd_s, half_width_m, plus_minus
from kickcue.core.printable import printable
from kickcue.daemon.health import WORDS
from kickcue.supervision.health import DeviceHealth, Stage

WIDEST_COLUMNS: Final = 110
LEFT_COLUMNS: Final = 42
BOTH_COLUMNS: Final = 70
"""From so many columns on the values stand beside the metres to go, below that under them."""
LABEL_COLUMNS: Final = 10
BEFORE: Final = LABEL_COLUMNS + 5
"""Columns before the text of a part."""
KEYS: Final = {
    Phase.WAITING: "s start · d distance · q quit",
    Phase.BODY: "space lap · u undo · f finish · x give up · d distance · q quit",
    Phase.FINISHED: "s next race · d distance · q quit",
    Phase.ABORTED: "s start again · d distance · q quit",
}
SESSION_KEYS: Final = {
    Phase.WAITING: "s start · q quit",
    Phase.BODY: "space start or end of a rep · u undo · f finish · x stop · q quit",
}
BETWEEN_KEYS: Final = " · "
NO_CUES: Final = "the race is sanctioned"
WALK_MPS: Final = 1.0
"""Slower than this nobody is on the way to a finish time."""
_COLOURS: Final = {Stage.OFF: "red", Stage.CONNECTED: "green"}
STAGES: Final = {
    stage: (
        "●" if stage in (Stage.CONNECTED, Stage.SILENT) else "○",
        _COLOURS.get(stage, "yellow"),
        words,
    )
    for stage, words in WORDS.items()
}


@dataclass(frozen=True, slots=True)
class RacePicture:
    """Draws a board as wide and as high as the terminal is; the log takes what the rest leaves."""

    board: RaceBoard

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        width = min(options.max_width, WIDEST_COLUMNS)
        rows = [
            *_head(self.board, width),
            *_where(self.board, width),
            "",
            *_parts(self.board, width),
            "",
        ]
        drawn = [
            line
            for row in rows
            for line in console.render_lines(
                row, options.update(width=width, height=None), pad=False
            )
        ]
        keys = _keys(self.board, width)
        most = max((options.height or console.height) - 1 - len(keys), 0)
        drawn, room = drawn[:most], max(most - len(drawn), 0)
        for entry in _log(self.board, room, width):
            drawn += console.render_lines(
                entry, options.update(width=width, height=None), pad=False
            )
        for line in drawn:
            yield from line
            yield Segment.line()
        yield Segment.line()
        yield Text("\n", end="").join(keys)


def _head(board: RaceBoard, width: int) -> Iterator[RenderableType]:
    clock = UNKNOWN if board.elapsed_s is None else minutes(board.elapsed_s)
    yield _ends(
        Text(f" {printable(board.title)}", style="bold", no_wrap=True, overflow="ellipsis"),
        Text(f"{clock} ", style="bold"),
        width,
    )
    yield Text("─" * width, style="grey30")


def _where(board: RaceBoard, width: int) -> Iterator[RenderableType]:
    if board.session is not None:
        phase, figure = session_phase(board), session_figure(board)
    else:
        phase, figure = _phase(board), _to_go(board)
    if width < BOTH_COLUMNS:
        yield Text("\n").join([phase, *figure, *_values_in_short(board)])
        yield _coming(board, width)
        yield _way(board, width)
        return
    both = Table.grid()
    both.add_column(width=LEFT_COLUMNS, no_wrap=True)
    both.add_column(width=width - LEFT_COLUMNS, no_wrap=True)
    both.add_row(
        Text("\n").join([Text(), phase, Text(), *figure, Text()]),
        Text("\n").join([Text(), *_values(board)]),
    )
    yield both
    yield _coming(board, width)
    yield _way(board, width)


def _phase(board: RaceBoard) -> Text:
    line = Text(
        f"  {PHASES[board.phase]}", style="bold bright_yellow" if board.phase in KICK else "bold"
    )
    e = board.estimate
    if board.phase in RACING and e is not None and e.lap is not None:
        lap = which_lap(e.lap, e.lap_min, e.lap_max)
        line.append(
            f"  {'lap' if board.course.lap_m else 'stretch'} {lap} of {board.course.laps}",
            style="bold default",
        )
    return line


def _to_go(board: RaceBoard) -> Iterator[Text]:
    to_go_m, sd_m = _left_m(board), None if board.estimate is None else board.estimate.distance_sd_m
    digits = UNKNOWN if to_go_m is None else str(max(round(to_go_m), 0))
    error = f"{plus_minus(sd_m)} " if to_go_m is not None and board.phase in RACING else ""
    for row in range(3):
        drawn = Text("   ").append(
            " ".join(DIGITS[digit][row] for digit in digits), "bold bright_white"
        )
        yield drawn.append(f"  {error}m to go" if row == 2 else "", "dim")


def _left_m(board: RaceBoard) -> float | None:
    """Return the metres to go: all before the gun, 0 after the finish, None if unknown."""
    if board.phase is Phase.WAITING:
        return board.course.distance_m
    if board.phase is Phase.FINISHED:
        return 0.0
    return None if board.estimate is None else board.estimate.to_go_m


def _values(board: RaceBoard) -> Iterator[Text]:
    e = board.estimate
    speed_mps = None if e is None else e.speed_mps
    speed = "" if speed_mps is None else f", {speed_mps:.1f} m/s"
    yield _value(whole(None if e is None else e.cadence_spm), "steps/min")
    yield _value(whole(None if e is None else e.heart_rate_bpm), "heartbeats/min", "bold red")
    yield _value(pace(speed_mps), f"min/km{speed}")
    yield Text()
    yield Text(_known_by(board), style="dim")


def _values_in_short(board: RaceBoard) -> Iterator[Text]:
    """Yield the same in two lines, for a phone held upright."""
    e = board.estimate
    cadence, heart = (
        whole(None if e is None else e.cadence_spm),
        whole(None if e is None else e.heart_rate_bpm),
    )
    line = Text(f"  {cadence} spm", "bold").append(f"  {heart} bpm", "bold red")
    yield line.append(f"  {pace(None if e is None else e.speed_mps)} min/km", "bold default")
    yield Text(f"  {_known_by(board)}", style="dim", no_wrap=True, overflow="ellipsis")


def _known_by(board: RaceBoard) -> str:
    """Return on what the distance stands."""
    if board.session is not None:
        return session_known_by(board)
    known = board.phase in RACING and board.estimate is not None
    return f"from {KNOWS_BY[board.estimate.mode]}" if known and board.estimate is not None else ""


def _value(figure: str, unit: str, style: str = "bold") -> Text:
    known = figure != UNKNOWN
    return Text(f"{figure:>6}", style=style if known else "dim").append(
        f" {unit}", "not bold default" if known else ""
    )


def _coming(board: RaceBoard, width: int) -> Text:
    style = "bold bright_yellow" if board.phase in KICK or board.unstarted else "cyan"
    lines = (
        textwrap.wrap(_coming_text(board), width - 2)
        if width < BOTH_COLUMNS
        else [_coming_text(board)]
    )
    return Text(
        "\n".join(f"  {line}" for line in lines), style=style, no_wrap=True, overflow="ellipsis"
    )


def _coming_text(board: RaceBoard) -> str:
    if board.session is not None:
        return session_coming(board)
    e = board.estimate
    if board.phase is Phase.WAITING:
        return (
            "you are running: press s, and the distance so far counts"
            if board.unstarted
            else "press s when the gun goes"
        )
    if board.phase not in RACING:
        return _over_text(board)
    if board.phase is not Phase.BODY:
        return _finish(e)
    if board.bell_in_s is None:
        return f"{board.course.window_name}: not known yet"
    hold = board.armed is not None and board.armed.cue.kind is CueKind.HOLD
    when = coming(board.bell_in_s, None if e is None else e.eta_bell_sd_s)
    return (
        f"{board.course.window_name} in "
        f"{when}{': hold form, your heart rate is high' if hold else ''}"
    )


def _over_text(board: RaceBoard) -> str:
    time = "" if board.elapsed_s is None else f" after {minutes(board.elapsed_s)}"
    undo = "" if board.undo_left_s is None else f"; u to undo for {board.undo_left_s:.0f} s"
    return f"{'finished' if board.phase is Phase.FINISHED else 'abandoned'}{time}{undo}"


def _finish(e: Estimate | None) -> str:
    if (
        e is None
        or e.to_go_m is None
        or e.distance_sd_m is None
        or e.speed_mps is None
        or e.speed_mps <= WALK_MPS
    ):
        return "on the way to the finish"
    eta_s = e.to_go_m / e.speed_mps
    return f"finish in {coming(eta_s, arrival_sd_s(eta_s, e.distance_sd_m, e.speed_mps))}"


def _way(board: RaceBoard, width: int) -> Text:
    """Draw the way so far, and on it all cells in which the last lap's line may stand."""
    if board.session is not None:
        return session_way(board.session, width)
    cells, course = width - 4, board.course
    run_m = (
        0.0
        if board.phase is Phase.WAITING
        else course.distance_m - (_left_m(board) or course.distance_m)
    )
    done = cells if board.phase is Phase.FINISHED else round(run_m / course.distance_m * cells)
    bell_m, off_m = course.bell_m, _off_m(board)
    first, last = (
        min(round(max(at_m, 0.0) / course.distance_m * cells), cells - 1)
        for at_m in (bell_m - off_m, bell_m + off_m)
    )
    drawn = Text("  ", no_wrap=True)
    for at in range(cells):
        glyph, style = ("━", "cyan") if at < done else ("─", "grey30")
        drawn.append(*(("┃", "bright_yellow") if first <= at <= last else (glyph, style)))
    return drawn


def _off_m(board: RaceBoard) -> float:
    """Return how far the runner may be from where the line is drawn."""
    if board.phase not in RACING or board.estimate is None or board.estimate.distance_sd_m is None:
        return 0.0
    return half_width_m(board.estimate.distance_sd_m)


def _parts(board: RaceBoard, width: int) -> Iterator[Text]:
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


def _log(board: RaceBoard, room: int, width: int) -> Iterator[Text]:
    """Yield the latest entries, as many lines as there is room for, blank ones first."""
    entries = [_logged(entry, width) for entry in board.log][-room:] if room else []
    yield from entries
    yield from (Text() for _ in range(room - len(entries)))


def _logged(entry: RaceLogEntry, width: int) -> Text:
    at = "" if entry.t_s is None else since_gun(entry.t_s)
    text = Text(
        f"{at:>8}  {printable(entry.text)}",
        style="yellow" if entry.level is Level.WARNING else "",
        no_wrap=True,
        overflow="ellipsis",
    )
    text.truncate(width, overflow="ellipsis")
    return text


def _keys(board: RaceBoard, width: int) -> list[Text]:
    """Return the keys, or the question asked in their place, on as many lines as they need."""
    if board.question is not None:
        style, lines = (
            "bold black on bright_yellow",
            [f" {line} " for line in textwrap.wrap(board.question, max(width - 2, 1))],
        )
    else:
        style, lines = (
            "dim",
            _key_lines(_keys_of(board), width - 1),
        )
    return [Text(line, style=style, no_wrap=True, overflow="ellipsis", end="") for line in lines]


def _keys_of(board: RaceBoard) -> str:
    keys = KEYS[Phase.BODY if board.phase in RACING else board.phase]
    return keys if board.session is None else SESSION_KEYS.get(board.phase, "q quit")


def _key_lines(keys: str, width: int) -> list[str]:
    """Return keys with what they do, none of them torn apart."""
    lines: list[str] = []
    for key in keys.split(BETWEEN_KEYS):
        if lines and len(lines[-1]) + len(BETWEEN_KEYS) + len(key) <= width:
            lines[-1] += f"{BETWEEN_KEYS}{key}"
        else:
            lines.append(f" {key}")
    return lines


def _ends(left: Text, right: Text, width: int) -> Table:
    """Return a line with one text at each end; what does not fit is taken from the left one."""
    line = Table.grid(padding=0)
    line.add_column(width=width - len(right) - 1, no_wrap=True)
    line.add_column(width=len(right) + 1, no_wrap=True, justify="right")
    line.add_row(left, right)
    return line
