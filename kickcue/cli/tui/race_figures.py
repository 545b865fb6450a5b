"""The figures of the race screen: phase and lap, metres to go, what the sensors read."""

from collections.abc import Iterator

from rich.text import Text

from kickcue.cli.tui.formatting import KNOWS_BY, UNKNOWN, pace, which_lap, whole
from kickcue.cli.tui.race_state import RaceBoard
from kickcue.cli.tui.session_view import ROWS, session_known_by
from kickcue.cli.tui.time_rows import time_rows
from kickcue.cli.tui.watch_face import DIGITS, KICK, PHASES
from kickcue.core.cueing.phases import OVER, RACING
from kickcue.core.events import Phase
from kickcue.core.position.uncertainty import plus_minus


def phase_line(board: RaceBoard) -> Text:
    """Return the phase, and in a race the lap."""
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


def figure_lines(board: RaceBoard) -> Iterator[Text]:
    """Yield the metres to go in large digits; of a race that is over the times of its laps."""
    if board.phase in OVER and board.result is not None:
        last = board.result.last_against_rest or ""
        yield from time_rows(board.result.times, ROWS - 1)
        yield Text(f"  {last}", style="bold bright_yellow", no_wrap=True, overflow="ellipsis")
    else:
        yield from _to_go(board)


def _to_go(board: RaceBoard) -> Iterator[Text]:
    to_go_m, sd_m = left_m(board), None if board.estimate is None else board.estimate.distance_sd_m
    digits = UNKNOWN if to_go_m is None else str(max(round(to_go_m), 0))
    error = f"{plus_minus(sd_m)} " if to_go_m is not None and board.phase in RACING else ""
    for row in range(ROWS):
        drawn = Text("   ").append(
            " ".join(DIGITS[digit][row] for digit in digits), "bold bright_white"
        )
        yield drawn.append(f"  {error}m to go" if row == ROWS - 1 else "", "dim")


def left_m(board: RaceBoard) -> float | None:
    """Return the metres to go: all before the gun, 0 after the finish, None if unknown."""
    if board.phase is Phase.WAITING:
        return board.course.distance_m
    if board.phase is Phase.FINISHED:
        return 0.0
    return None if board.estimate is None else board.estimate.to_go_m


def value_lines(board: RaceBoard) -> Iterator[Text]:
    """Yield cadence, heart rate, pace, and on what the distance stands."""
    e = board.estimate
    speed_mps = None if e is None else e.speed_mps
    speed = "" if speed_mps is None else f", {speed_mps:.1f} m/s"
    yield _value(whole(None if e is None else e.cadence_spm), "steps/min")
    yield _value(whole(None if e is None else e.heart_rate_bpm), "heartbeats/min", "bold red")
    yield _value(pace(speed_mps), f"min/km{speed}")
    yield Text()
    yield Text(_known_by(board), style="dim")


def short_value_lines(board: RaceBoard) -> Iterator[Text]:
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
